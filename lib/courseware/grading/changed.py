"""Whose marks a grading has changed: a mended check, other points, another hand-in."""

from __future__ import annotations

from collections.abc import Mapping

from courseware.grading.course import Exercise
from courseware.grading.plain_lines import in_one_line
from courseware.grading.scores import read_names, read_scores, shown_points


def marks_of_now(exercise: Exercise) -> dict[str, float]:
    """The points of everybody who is graded, less what lateness costs; by student."""
    if not exercise.is_in_gradebook():
        return {}
    with exercise.gradebook() as gradebook:
        return {
            one.student: one.total
            for one in read_scores(gradebook, exercise.name)
            if any(score.points is not None for score in one.scores.values())
        }


def changed_marks(exercise: Exercise, before: Mapping[str, float]) -> list[str]:
    """A line for each who had other points before; who had none is not among them."""
    now = marks_of_now(exercise)
    with exercise.gradebook() as gradebook:
        names = read_names(gradebook)
    lines = []
    for student, had in sorted(before.items()):
        has = now.get(student)
        if has is None or abs(has - had) > 1e-6:
            name = f" ({names[student]})" if names.get(student) else ""
            told = "not graded" if has is None else shown_points(has)
            lines.append(in_one_line(f"{student}{name}: {shown_points(had)} before, {told} now"))
    return lines
