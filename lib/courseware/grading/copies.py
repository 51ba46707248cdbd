"""Copies of what was taken in: all that nbgrader and we read of a hand-in."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from courseware.grading.anomalies import Anomaly
from courseware.grading.arrival import TIMESTAMP, UNKNOWN, WAYS, as_text
from courseware.grading.intake import Assignment, HandIn
from courseware.grading.master import source_folder

STRUCTURE = "{nbgrader_step}/{student_id}/{assignment_id}"


class IntakeError(Exception):
    """Settings with which nothing can be taken in, told in one line."""


@dataclass
class Copies:
    """A folder that stands in for `submitted/`, with what was taken.

    Notebooks lie on disk alone: a class may be large.
    """

    place: Path
    notes: dict[Path, tuple[Anomaly, ...]] = field(default_factory=dict)
    """What was odd about each hand-in, by the folder of its copy."""

    def add(self, exercise: str, student: str, hand_in: HandIn) -> None:
        """Write a copy: the notebooks, and the time if it is known."""
        folder = self.place / student / exercise
        folder.mkdir(parents=True)
        for notebook, content in hand_in.notebooks.items():
            self.notebook(exercise, student, notebook).write_bytes(content)
        if hand_in.arrived is not None:
            (folder / TIMESTAMP).write_text(as_text(hand_in.arrived), encoding="ascii")
        self.notes[folder] = hand_in.notes

    def notebook(self, exercise: str, student: str, notebook: str) -> Path:
        """The copy of a notebook."""
        return self.place / student / exercise / f"{notebook}.ipynb"


_open: dict[str, Copies] = {}


@contextlib.contextmanager
def open_copies() -> Iterator[Copies]:
    """A new place for copies, gone with the block."""
    with tempfile.TemporaryDirectory(prefix="course-intake-") as place:
        _open[place] = Copies(Path(place))
        try:
            yield _open[place]
        finally:
            del _open[place]


def copies_in_use(coursedir: CourseDirectory) -> Copies | None:
    """The copies that a course folder has in place of `submitted/`, if it has."""
    return _open.get(coursedir.submitted_directory)


@contextlib.contextmanager
def in_place_of_submitted(copies: Copies, coursedir: CourseDirectory) -> Iterator[None]:
    """Within the block nbgrader finds copies where it looks for what was handed in."""
    before = coursedir.submitted_directory
    coursedir.submitted_directory = str(copies.place)
    try:
        yield
    finally:
        coursedir.submitted_directory = before


def assignment_of(coursedir: CourseDirectory, exercise: str, config: Config) -> Assignment:
    """What is looked for among the hand-ins to an exercise, by the settings of the course."""
    if coursedir.directory_structure != STRUCTURE:
        raise IntakeError(f"c.CourseDirectory.directory_structure must be {STRUCTURE}")
    way = config.Intake.get("arrival", UNKNOWN)
    if way not in WAYS:
        raise IntakeError(f"c.Intake.arrival must be one of {', '.join(WAYS)}, not {way!r}")
    notebooks = sorted(path.stem for path in source_folder(coursedir, exercise).glob("*.ipynb"))
    return Assignment(
        Path(coursedir.root, coursedir.submitted_directory),
        exercise,
        tuple(notebooks),
        tuple(coursedir.ignore),
        way,
    )
