"""The check that a student runs in Jupyter: it refuses what grading refuses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from courseware.checks.conditions import as_when_graded
from courseware.checks.handed_in import missing
from courseware.checks.jupyter_cells import cells_of_this_kernel
from courseware.checks.run import Report, run_task
from courseware.checks.task import Task

PRACTICE = "practice"
"""The seed of the inputs that students practise on."""


def practise(
    task: Task, function: Callable[..., Any], exercise: str, graded: Sequence[str]
) -> Report:
    """Judge a function in a student's Jupyter, under the conditions of grading.

    `graded` are the exercise's functions up to this one. Outside of Jupyter nothing is known of
    cells, and a function that lives in a sandbox has its conditions there.
    """
    cells = cells_of_this_kernel()
    if cells is None or hasattr(function, "__course_call__"):
        return run_task(task, function, PRACTICE)
    found = missing(function, exercise, graded, cells)
    if found:
        sentences = " ".join(found)
        refusal = f"Right or wrong, this will not work when your hand-in is graded. {sentences}"
        return Report(task, (), refusal=refusal)
    with as_when_graded():
        return run_task(task, function, PRACTICE)
