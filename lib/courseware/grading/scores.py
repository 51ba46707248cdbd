"""Scores in nbgrader's gradebook: clearing, saving, and reading a class's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import SaveAutoGrades

from courseware.grading.at_once import AtOnce
from courseware.grading.late.ledger import read_lateness
from courseware.grading.late.rule import Lateness


@dataclass(frozen=True)
class Task:
    """A graded cell: its notebook, its nbgrader id, its points."""

    notebook: str
    grade_id: str
    points: float

    @property
    def label(self) -> str:
        """The id without the words that every id has.

        >>> Task("01", "test_signed_value", 6.0).label
        'signed_value'
        """
        return self.grade_id.removeprefix("test_").removeprefix("test-")


@dataclass(frozen=True)
class Score:
    """Points for one task: None while nobody has given any; `open` while a person must look."""

    points: float | None
    open: bool = False


@dataclass(frozen=True)
class StudentScores:
    """What the gradebook holds on one hand-in."""

    student: str
    scores: dict[Task, Score]
    late: Lateness | None = None
    charged: float = 0.0
    """What nbgrader's own plugin takes off, where a course has one in place of `c.Late`."""

    @property
    def reached(self) -> float:
        """The points so far, lateness apart."""
        return sum(score.points or 0.0 for score in self.scores.values())

    @property
    def penalty(self) -> float:
        """What is taken off for being late: of the points so far, whenever they were given."""
        return self.charged if self.late is None else self.late.penalty(self.reached)

    @property
    def total(self) -> float:
        """The points so far, less the penalty for being late."""
        return max(0.0, self.reached - self.penalty)


def shown_points(points: float | None) -> str:
    """Points as a reader wants them: no needless zeros, a dash while there are none.

    >>> shown_points(2.5), shown_points(3.0), shown_points(None)
    ('2.5', '3', '–')
    """
    return "–" if points is None else half_up(points, 2).rstrip("0").rstrip(".")


def half_up(value: float, digits: int) -> str:
    """Decimal places as people round: a 5 behind the last one goes up, and floats do not matter.

    >>> half_up(97.25, 1), half_up(2.675, 2), half_up(0.1 + 0.2 + 0.75, 1)
    ('97.3', '2.68', '1.1')
    """
    exact = Decimal(f"{value:.9f}")  # without what is left over from sums
    return f"{exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)}"


def in_brief(scores: Iterable[Score]) -> str:
    """The points so far of a notebook, and how many tasks are open: a page says so of itself.

    >>> in_brief([Score(2.5), Score(None, open=True)])
    '2.5 1'
    """
    known = list(scores)
    reached = sum(score.points or 0.0 for score in known)
    return f"{shown_points(reached)} {sum(score.open for score in known)}"


def clear_auto_scores(db: str, assignment: str, student: str, notebook: str) -> None:
    """Forget what the autograder gave; points that a person gave stay.

    The cells count as still to be graded until the autograder has been through.
    """
    with Gradebook(db) as gradebook:
        try:
            submitted = gradebook.find_submission_notebook(notebook, assignment, student)
        except MissingEntry:
            return
        for grade in submitted.grades:
            grade.auto_score = None
            grade.needs_manual_grade = True
        gradebook.db.commit()


def forget_grading(db: str, assignment: str, student: str, notebook: str) -> None:
    """Forget what the autograder gave, and when the hand-in of that time came."""
    clear_auto_scores(db, assignment, student, notebook)
    with Gradebook(db) as gradebook:
        try:
            gradebook.find_submission(assignment, student).timestamp = None
        except MissingEntry:
            return
        gradebook.db.commit()


def read_names(gradebook: Gradebook) -> dict[str, str]:
    """The students of the gradebook by id, with the names that it has of them, or ""."""
    return {
        one.id: ", ".join(part for part in (one.last_name, one.first_name) if part)
        for one in gradebook.students
    }


def has_auto_scores(db: str, assignment: str, student: str) -> bool:
    """Whether the gradebook holds anything that the autograder gave for a hand-in.

    After a refusal it does not: the hand-in has to be graded anew, whatever its files say.
    """
    with Gradebook(db) as gradebook:
        try:
            submission = gradebook.find_submission(assignment, student)
        except MissingEntry:
            return False
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        return any(grade.auto_score is not None for grade in grades)


def due_date(db: str, assignment: str) -> datetime | None:
    """When an exercise is due, as the gradebook has it; formgrader can set it."""
    with Gradebook(db) as gradebook:
        try:
            due: datetime | None = gradebook.find_assignment(assignment).duedate
        except MissingEntry:
            return None
        return due


class SaveAutoGradesAtOnce(SaveAutoGrades, AtOnce):
    """nbgrader's step, in one transaction: all scores of a notebook, or none."""


def read_tasks(gradebook: Gradebook, assignment: str) -> list[Task]:
    """The graded cells of an exercise, notebook by notebook."""
    return [
        Task(notebook.name, cell.name, float(cell.max_score))
        for notebook in sorted(gradebook.find_assignment(assignment).notebooks, key=_name)
        for cell in [*notebook.grade_cells, *notebook.task_cells]
    ]


def read_scores(gradebook: Gradebook, assignment: str) -> list[StudentScores]:
    """The scores of everybody in the gradebook who handed this exercise in, by student id."""
    found = []
    late = read_lateness(gradebook, assignment)
    for submission in gradebook.find_assignment(assignment).submissions:
        grades = {
            Task(notebook.name, grade.name, float(grade.max_score)): score_of(grade)
            for notebook in submission.notebooks
            for grade in notebook.grades
        }
        charged = float(submission.late_submission_penalty or 0.0)
        student = submission.student.id
        found.append(StudentScores(student, grades, late.get(student), charged))
    return sorted(found, key=lambda one: one.student)


def _name(row: Any) -> str:
    return str(row.name)


def score_of(grade: Any) -> Score:
    """What the gradebook holds for one task of one student."""
    given = grade.auto_score is not None or grade.manual_score is not None
    return Score(float(grade.score) if given else None, bool(grade.needs_manual_grade))
