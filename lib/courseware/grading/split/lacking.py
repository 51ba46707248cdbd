"""What a worker of an exercise can be started without."""

from __future__ import annotations

from courseware.checks.ready_made import FAMILIES, LIBRARY, TOOLBOXES
from courseware.handing_in.visible import FIRST_EXERCISE, number_of
from courseware.registry import EXERCISES

FURTHER = frozenset(FAMILIES) - {TOOLBOXES.name}
"""Families of torch's functions. The toolboxes are not there in any worker."""


def functions_withheld(exercise: str) -> tuple[str, ...]:
    """Functions that some task puts off limits, of modules of the library that are there."""
    tasks = EXERCISES[exercise].part("tasks").TASKS if exercise in EXERCISES else ()
    named = {name for task in tasks for name in task.off_limits if name.count(".") == 2}
    number = number_of(exercise)
    return tuple(
        sorted(
            name
            for name in named
            if name.startswith(f"{LIBRARY}.")
            and FIRST_EXERCISE.get(name.split(".")[1], number) < number
        )
    )
