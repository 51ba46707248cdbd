"""Whole classes through `course grade`: anything among honest hand-ins, which must not notice."""

from __future__ import annotations

import csv
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from hypothesis.strategies import SearchStrategy

from courseware.grading.class_secret import SECRET
from courseware.grading.folder_names import shown
from tests import warm
from tests.cheats.course import scores
from tests.courseware.grading.toy import EXERCISE
from tests.fuzz.ground import CANARY, Ground
from tests.fuzz.target import GRADED, REFUSED, Target
from tests.fuzz.trees import CLASSMATES, Entry, lay_out, students

SECONDS = 600
"""For a class; it takes some ten."""

SHOWN = ("autograded", "feedback", "build")
"""What is written for people to read."""


def class_target(ground: Ground, contents: SearchStrategy[bytes], most: int = 12) -> Target:
    """A class in which some hand in what was drawn."""
    return Target(
        "classes",
        students(contents, most),
        partial(check_class, ground),
        batch=5,
        shrinks=False,
        bounded=False,
    )


@dataclass(frozen=True)
class Classmate:
    """All that an honest hand-in comes to."""

    marks: Mapping[str, tuple[float, float]]
    graded: bytes
    page: bytes
    row: Mapping[str, str]


@cache
def _undisturbed(ground: Ground) -> Mapping[str, Classmate]:
    """The classmates where nobody else handed in."""
    return _grade(ground, {})[0]


def check_class(ground: Ground, drawn: Mapping[bytes, Entry]) -> list[str]:
    """All are graded or refused by name, the classmates as ever, and nothing came to light."""
    classmates, ends = _grade(ground, drawn)
    assert classmates == _undisturbed(ground), "a classmate's marks or page are others"
    return ends


def _grade(
    ground: Ground, drawn: Mapping[bytes, Entry]
) -> tuple[Mapping[str, Classmate], list[str]]:
    with tempfile.TemporaryDirectory() as place:
        course = Path(place).resolve() / "course"
        shutil.copytree(ground.course, course)
        lay_out(ground, course, drawn)
        command = ("courseware.grading.cli", "grade", EXERCISE)
        ran = warm.run(*command, cwd=course, timeout=SECONDS)
        said = ran.stdout + ran.stderr
        assert ran.returncode in (0, 1) and "Traceback" not in said, said
        table = course / "build" / f"grades_{EXERCISE}.csv"
        with table.open(encoding="utf-8", newline="") as file:
            rows = {row["student"]: row for row in csv.DictReader(file)}
        assert rows.keys() >= {*CLASSMATES}
        _check_all_are_there(course, drawn, said)
        _check_nothing_leaked(ground, course, said.encode())
        marks = scores(course, EXERCISE)
        classmates = {one: _classmate(course, one, marks[one], rows[one]) for one in CLASSMATES}
    return classmates, [REFUSED if row["problem"] else GRADED for row in rows.values()]


def _classmate(
    course: Path, student: str, marks: Mapping[str, tuple[float, float]], row: Mapping[str, str]
) -> Classmate:
    graded = course / "autograded" / student / EXERCISE / f"{EXERCISE}.ipynb"
    page = course / "feedback" / student / EXERCISE / f"{EXERCISE}.html"
    return Classmate(marks, graded.read_bytes(), page.read_bytes(), row)


def _check_all_are_there(course: Path, drawn: Mapping[bytes, Entry], said: str) -> None:
    """Who has a folder of the exercise's name, whatever it is, stands in the table."""
    for entry in os.scandir(os.fsencode(course / "submitted")):
        inside = entry.is_dir(follow_symlinks=False)
        if inside and os.path.lexists(os.path.join(entry.path, EXERCISE.encode())):
            assert shown(os.fsdecode(entry.name)) in said, f"{entry.name!r} is in no table"


def _check_nothing_leaked(ground: Ground, course: Path, said: bytes) -> None:
    secrets = [CANARY.encode(), (course / SECRET).read_bytes().strip()]
    files = [path for step in SHOWN for path in (course / step).rglob("*")]
    for path in files:
        assert not path.is_symlink(), f"{path} is a link"
    for content in (said, *(path.read_bytes() for path in files if path.is_file())):
        assert not any(secret in content for secret in secrets), "a secret came to light"
