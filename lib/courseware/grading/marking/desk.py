"""Questions, answers, and what a person gives for them: from and into the gradebook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.utils import is_grade, is_solution

from courseware.grading.course import Exercise
from courseware.grading.master import source_folder
from courseware.grading.rebuild import grade_id
from courseware.grading.scores import read_names, read_scores

MARKS = re.compile(r"^[ \t]*### (?:BEGIN|END) (?:SOLUTION|MARK SCHEME)[ \t]*\n?", re.M)
RUBRIC = re.compile(r"^\*\*Rubric\*\*", re.M)


@dataclass(frozen=True)
class Question:
    """A cell that a person marks: what is asked, a model answer, and the rubric behind it."""

    notebook: str
    cell: str
    points: float
    asked: str
    model: str
    rubric: str


@dataclass(frozen=True)
class Given:
    """What the gradebook has for an answer; `open` while a person must look."""

    points: float | None = None
    comment: str = ""
    open: bool = True


@dataclass(frozen=True)
class Answer:
    """What one student wrote, and what was given for it when it was read."""

    student: str
    name: str
    text: str
    given: Given


class MarkedMeanwhile(Exception):
    """Somebody else gave something for this answer since it was read."""


def questions(exercise: Exercise) -> list[Question]:
    """The cells of an exercise that a person marks, in order."""
    folder = source_folder(exercise.api.coursedir, exercise.name)
    return [
        one
        for path in sorted(folder.glob("*.ipynb"))
        for one in questions_in(nbformat.read(path, as_version=4), path.stem)
    ]


def questions_in(source: NotebookNode, notebook: str) -> Iterator[Question]:
    """The same of one source notebook; what is asked stands in the text before."""
    asked = ""
    for cell in source.cells:
        if is_grade(cell) and is_solution(cell):
            behind = MARKS.sub("", cell.source).strip()
            found = RUBRIC.search(behind)
            cut = found.start() if found else len(behind)
            points = float(cell.metadata.nbgrader["points"])
            model, rubric = behind[:cut].strip(), behind[cut:].strip()
            yield Question(notebook, grade_id(cell), points, asked, model, rubric)
        elif cell.cell_type == "markdown":
            asked = cell.source.strip()


def answers(exercise: Exercise, question: Question) -> list[Answer]:
    """What everybody wrote whose hand-in is graded, by student."""
    found = []
    with exercise.gradebook() as gradebook:
        names = read_names(gradebook)
        for one in gradebook.assignment_submissions(exercise.name):
            student = one.student.id
            graded = exercise.graded_notebook(student, question.notebook)
            cells = graded.cells if graded is not None else []
            text = next((cell.source for cell in cells if grade_id(cell) == question.cell), None)
            if text is not None:
                given = _given(gradebook, exercise.name, question, student)
                found.append(Answer(student, names.get(student, ""), text, given))
    return sorted(found, key=lambda answer: answer.student)


def open_tasks(exercise: Exercise) -> dict[str, list[str]]:
    """Tasks that are no questions, and whose points of a person are from before a new grading.

    By the names of the tasks; formgrader shows them.
    """
    asked = {(one.notebook, one.cell) for one in questions(exercise)}
    found: dict[str, list[str]] = {}
    with exercise.gradebook() as gradebook:
        for one in read_scores(gradebook, exercise.name):
            for task, score in one.scores.items():
                written = (task.notebook, task.grade_id) in asked
                if score.open and score.points is not None and not written:
                    found.setdefault(task.label, []).append(one.student)
    return found


def give(
    exercise: Exercise, question: Question, answer: Answer, points: float | None, comment: str
) -> Given:
    """Write points and a comment at once; without points the answer stays open.

    Raises a ValueError for points that there are not, and `MarkedMeanwhile`.
    """
    if points is not None and not 0 <= points <= question.points:
        raise ValueError(f"expected 0 to {question.points:g} points, got {points:g}")
    with exercise.gradebook() as gradebook:
        if _given(gradebook, exercise.name, question, answer.student) != answer.given:
            raise MarkedMeanwhile
        where = (question.cell, question.notebook, exercise.name, answer.student)
        grade = gradebook.find_grade(*where)
        if points is not None:
            grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.find_comment(*where).manual_comment = comment or None
        gradebook.db.commit()
        return _given(gradebook, exercise.name, question, answer.student)


def _given(gradebook: Gradebook, exercise: str, question: Question, student: str) -> Given:
    where = (question.cell, question.notebook, exercise, student)
    try:
        grade, comment = gradebook.find_grade(*where), gradebook.find_comment(*where)
    except MissingEntry:
        return Given()
    known = [one for one in (grade.manual_score, grade.auto_score) if one is not None]
    points = float(known[0]) if known else None
    return Given(points, comment.manual_comment or "", bool(grade.needs_manual_grade))
