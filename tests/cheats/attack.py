"""What an attack is: hand-ins that solve some tasks honestly and want points for others as well."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.sample_class.handing_in import Notebook, fill_in, grade_id, released, solved

NUMBERS = "01_number_formats"
SCALING = "02_integer_scaling"
FAKING = "04_quantization_aware_training"
DISTILLING = "05_knowledge_distillation"
PRUNING = "06_unstructured_pruning"
TICKETS = "09_lottery_tickets"
COMPRESSING = "11_deep_compression"
EXERCISES = (NUMBERS, SCALING, FAKING, DISTILLING, PRUNING, TICKETS, COMPRESSING)

Edit = Callable[[Notebook], None]
Place = Callable[[Path], None]
Lesson = Callable[[str], "HandIn"]
"""A hand-in made of what pages show."""


@dataclass(frozen=True)
class Link:
    """A side file that is a symbolic link."""

    to: str


@dataclass(frozen=True)
class HandIn:
    """One submission: tasks of `honest` as in the solution, then `sources`, then `edit`.

    `sources` go into solution cells by nbgrader id, `files` beside the notebook. `place` rearranges
    the folder of the exercise in the end. `partly` says how many points a task is worth that is
    solved in part. With a `lesson` it is made anew, of what the pages of the attack's earlier
    hand-ins show, when these are graded.
    """

    sources: Mapping[str, str] = field(default_factory=dict)
    honest: tuple[str, ...] = ()
    edit: Edit | None = None
    files: Mapping[str, str | Link] = field(default_factory=dict)
    place: Place | None = None
    partly: Mapping[str, float] = field(default_factory=dict)
    lesson: Lesson | None = None


@dataclass(frozen=True)
class Attack:
    """Hand-ins that are graded in this order, and one sentence on what they try.

    An attack has *scored* if its hand-ins together earn a point more than the tasks that they
    solve honestly are worth. It has *hurt* if one of these is not given all of its points. What is
    to be refused, and not graded, must be so for the reason `refused`. If it `acts`, the pages that
    show it are looked at: what acts in there earns everything by one click. Its hand-ins may be one
    student's, who hands in `again`: what counts is what the last one earns.
    """

    name: str
    tries: str
    hand_ins: tuple[HandIn, ...]
    exercise: str = NUMBERS
    refused: str = ""
    acts: bool = False
    again: bool = False

    @property
    def rounds(self) -> tuple[tuple[int, ...], ...]:
        """The numbers of the hand-ins that are graded together, in order."""
        numbers = tuple(range(len(self.hand_ins)))
        if self.again or any(hand_in.lesson for hand_in in self.hand_ins):
            return tuple((number,) for number in numbers)
        return (numbers,)

    @property
    def students(self) -> tuple[str, ...]:
        """The student ids of its hand-ins; they sort in the order of the hand-ins."""
        if len(self.hand_ins) == 1 or self.again:
            return (self.name,) * len(self.hand_ins)
        return tuple(f"{self.name}-{number}" for number in range(1, len(self.hand_ins) + 1))


def attack(
    name: str,
    tries: str,
    sources: Mapping[str, str] | None = None,
    *,
    exercise: str = NUMBERS,
    honest: tuple[str, ...] = (),
    edit: Edit | None = None,
    files: Mapping[str, str | Link] | None = None,
) -> Attack:
    """An attack of a single hand-in."""
    hand_in = HandIn(sources or {}, honest, edit, files or {})
    return Attack(name, tries, (hand_in,), exercise)


def tasks_of(exercise: str) -> tuple[str, ...]:
    """The tasks and questions that are graded by checks; their tests are called `test_…`."""
    tests = (grade_id(cell) for cell in released(exercise)["cells"])
    return tuple(name.removeprefix("test_") for name in tests if name.startswith("test_"))


def notebook_of(exercise: str, hand_in: HandIn) -> Notebook:
    """The notebook that is handed in."""
    cells = released(exercise)["cells"]
    others = {grade_id(cell) for cell in cells} - {*hand_in.honest}
    notebook = solved(exercise, leave=tuple(others))
    for name, source in hand_in.sources.items():
        fill_in(notebook, name, source)
    if hand_in.edit is not None:
        hand_in.edit(notebook)
    return notebook


def write(folder: Path, exercise: str, hand_in: HandIn) -> None:
    """Put a hand-in into the folder of its student, in place of an earlier one."""
    place = folder / exercise
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    text = json.dumps(notebook_of(exercise, hand_in))
    (place / f"{exercise}.ipynb").write_text(text, encoding="utf-8")
    for name, content in hand_in.files.items():
        file = place / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Link):
            file.symlink_to(content.to)
        else:
            file.write_text(content, encoding="utf-8")
    if hand_in.place is not None:
        hand_in.place(place)
