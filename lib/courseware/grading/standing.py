"""Marks of a person that stand when a hand-in is graded again: those for the very same answer.

nbgrader asks a person to look again at whatever was marked by hand, after each grading. That is
right where the answer is another one, or is worth other points, and else takes a mark that was
given out of the class's table and the export.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.utils import is_grade, is_solution

from courseware.grading.course import Exercise
from courseware.grading.rebuild import grade_id


@dataclass(frozen=True)
class Marked:
    """What a person marked: the answer, the points given, and how many there were to give."""

    text: str
    points: float
    out_of: float


Place = tuple[str, str]
"""A notebook, and the nbgrader id of a cell in it."""


def marks_of(exercise: Exercise, student: str) -> dict[Place, Marked]:
    """The marks that a person gave for the written answers of one student, and that are settled."""
    answers = dict(_answers(exercise, student))
    with exercise.gradebook() as gradebook:
        return {
            place: Marked(text, grade.manual_score, out_of)
            for place, (text, out_of) in answers.items()
            if (grade := _grade(gradebook, exercise, student, place)) is not None
            and grade.manual_score is not None
            and not grade.needs_manual_grade
        }


def let_stand(exercise: Exercise, student: str, before: Mapping[Place, Marked]) -> None:
    """Settle the marks whose answers are the same after a new grading as `before` it."""
    if not before:
        return
    answers = dict(_answers(exercise, student))
    with exercise.gradebook() as gradebook:
        for place, marked in before.items():
            grade = _grade(gradebook, exercise, student, place)
            if grade is None or grade.manual_score is None:
                continue
            text, out_of = answers.get(place, ("", 0.0))
            if Marked(text, grade.manual_score, out_of) == marked:
                grade.needs_manual_grade = False
        gradebook.db.commit()


def _answers(exercise: Exercise, student: str) -> Iterator[tuple[Place, tuple[str, float]]]:
    """Answers with the points that they were worth when they were graded.

    The gradebook has those of now: it knows new points before anything is graded again.
    """
    for notebook_id in exercise.masters:
        graded = exercise.graded_notebook(student, notebook_id)
        for cell in graded.cells if graded is not None else ():
            if is_grade(cell) and is_solution(cell):
                points = float(cell.metadata.nbgrader["points"])
                yield (notebook_id, grade_id(cell)), (cell.source, points)


def _grade(gradebook: Gradebook, exercise: Exercise, student: str, place: Place) -> Any:
    notebook_id, cell = place
    try:
        return gradebook.find_grade(cell, notebook_id, exercise.name, student)
    except MissingEntry:
        return None
