"""The ground that is fuzzed on: a small released course, an honest hand-in, a secret to leak."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from courseware.grading.class_secret import make_secret
from courseware.grading.course import open_course
from courseware.grading.master import read_master
from tests.courseware.grading import toy

CANARY = "canary-5f0c1d7e9b"
"""What stands in files that no hand-in may bring to light."""

CANARY_PATH = "@@canary@@"
"""Stands in drawn text for the path of such a file."""


@dataclass(frozen=True, eq=False)
class Ground:
    """A folder with `course/`, and `canary.txt` beside it."""

    place: Path
    master: NotebookNode
    good: dict[str, Any]
    """The notebook of an honest hand-in, as JSON."""

    @property
    def course(self) -> Path:
        """The course folder, in which nobody has handed anything in."""
        return self.place / "course"

    @property
    def canary(self) -> Path:
        """A file outside of all hand-ins."""
        return self.place / "canary.txt"

    @property
    def content(self) -> bytes:
        """The file of the honest hand-in."""
        return json.dumps(self.good).encode()


def make_ground(place: Path) -> Ground:
    """Make the course, as the tests of grading do."""
    root = toy.make_course(place / "course")
    released = open_course(root).generate_assignment(toy.EXERCISE)
    assert released["success"], released
    make_secret(root)
    api = open_course(root)
    master = read_master(api.coursedir, toy.EXERCISE, toy.EXERCISE, parent=api)
    ground = Ground(place, master, json.loads(toy.as_bytes(toy.solved(root))))
    ground.canary.write_text(CANARY, encoding="ascii")
    return ground
