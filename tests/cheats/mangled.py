"""Notebooks that are mangled, and what has to come of each: so many points, or a refusal by name.

All begin as a hand-in to exercise 01 in which everything is solved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.cheats.attack import NUMBERS
from tests.sample_class.handing_in import solved

FULL = 90.0
"""What a solved hand-in earns by checks; the written answer is for a person."""

FILE = f"{NUMBERS}.ipynb"


@dataclass(frozen=True)
class Mangled:
    """One mangled hand-in: `build` fills its folder, `points` is what the checks must give.

    `told` is part of what the class report has to say about it. A hand-in that is refused has no
    points at all: None.
    """

    name: str
    what: str
    build: Callable[[Path], None]
    points: float | None = FULL
    told: str = ""
    student: str = ""

    @property
    def folder(self) -> str:
        """The name of its folder, which is the student's id."""
        return self.student or f"mangled-{self.name}"


def good() -> dict[str, object]:
    """A notebook in which everything is solved."""
    return solved(NUMBERS)
