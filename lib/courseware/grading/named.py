"""The course folder and the exercise that a command names.

What is not there is told at once, before torch and nbgrader are loaded, which takes seconds: so
nothing in here may load them.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Collection, Iterable
from difflib import get_close_matches
from os.path import lexists
from pathlib import Path

from courseware.grading.plain_lines import in_one_line

CONFIG = "nbgrader_config.py"
OWN_SETTINGS = "class_settings.py"
"""What one class has of its own; the configuration loads it where it is there."""

SUBMITTED = "submitted"

READ = ("file", "archive", "worksheet", "canvas")
"""Options that name a file to read, or a folder."""

NOT_SEEN_AT_ONCE = (b"directory_structure", b"load_subconfig")
"""What a configuration may say, behind which the folder of the exercises can be any."""


class CourseError(Exception):
    """A mistake in a request or in the set-up of a course, told in one line; others of the kind."""

    def __init__(self, told: str, others: Iterable[str] = ()) -> None:
        super().__init__(told)
        self.others = tuple(others)


def say_error(error: CourseError) -> None:
    """In one line, and one for each other of its kind."""
    print(f"course: error: {in_one_line(str(error))}", file=sys.stderr)
    for other in error.others:
        print(f"  {in_one_line(other)}", file=sys.stderr)


def look(options: argparse.Namespace) -> None:
    """Raise a `CourseError` for what can be seen at a glance not to be there.

    What cannot be told for sure is left to the command itself.
    """
    try:
        root = options.course_dir.resolve()
    except FileNotFoundError as error:
        raise CourseError("the folder that you are in is gone: cd into the course's") from error
    if options.command == "doctor" and root.is_dir():  # it says by itself what is missing
        return
    if not (root / CONFIG).is_file():
        raise CourseError(f"{root} is not a course folder: it has no {CONFIG}")
    for file in filter(None, (getattr(options, one, None) for one in READ)):
        if not file.exists():
            raise CourseError(f"{file} is not there")
    config = _read_config(root)
    directory = source_directory(config)
    if directory is None or options.command == "export":  # it asks the gradebook alone
        return
    there = [one.name for one in (root / directory).glob("[!.]*") if one.is_dir()]
    named = getattr(options, "exercise", None), *getattr(options, "exercises", ())
    meant = [the_one_meant(name, there, directory) for name in named if name]
    wanted = set(getattr(options, "students", None) or ())
    if wanted and meant and b"submitted_directory" not in config:
        check_students(wanted, [one for one in wanted if lexists(root / SUBMITTED / one)], meant[0])


def _read_config(root: Path) -> bytes:
    """The configuration, a class's own settings in the place of the line that loads them."""
    own = root / OWN_SETTINGS
    settings = own.read_bytes() if own.is_file() else b""
    line = f'load_subconfig("{OWN_SETTINGS}")'.encode()
    return (root / CONFIG).read_bytes().replace(line, settings)


def check_students(wanted: Collection[str], there: Collection[str], exercise: str) -> None:
    """Raise a `CourseError` for who is asked for, and handed nothing in."""
    if unknown := sorted({*wanted} - {*there}):
        raise CourseError(f"no hand-in to {exercise} by {', '.join(unknown)}")


def meant_by(name: str, names: Iterable[str]) -> str:
    """The exercise of this name, or the only one of this number; "" if there is none.

    >>> meant_by("1", ["01_toy", "10_toy"]), meant_by("02", ["01_toy"])
    ('01_toy', '')
    """
    known = list(names)
    numbered = [one for one in known if one.partition("_")[0] == name.zfill(2)]
    return name if name in known else numbered[0] if len(numbered) == 1 else ""


def the_one_meant(name: str, names: Iterable[str], directory: str) -> str:
    """The exercise that is meant, of those in the folder of the sources."""
    known = sorted(names)
    if not (meant := meant_by(name, known)):
        near = get_close_matches(name, known, n=1)
        ask = f"; did you mean {near[0]}?" if near else ""
        told = f"no exercise {name!r} in {directory}/; there are: {', '.join(known) or 'none'}"
        raise CourseError(told + ask)
    return meant


def source_directory(config: bytes) -> str | None:
    """The folder of the exercises in a configuration that is not run; None if it may be any.

    >>> source_directory(b'c.CourseDirectory.source_directory = "solutions"')
    'solutions'
    >>> source_directory(b"c.CourseDirectory.source_directory = elsewhere()")
    """
    try:
        tree = ast.parse(config)
    except (SyntaxError, ValueError):
        return None
    if any(word in config for word in NOT_SEEN_AT_ONCE):
        return None
    if b"source_directory" not in config:
        return "source"  # nbgrader's own
    match [node for node in tree.body if "source_directory" in ast.unparse(node)]:
        case [ast.Assign([ast.Attribute(attr="source_directory")], ast.Constant(str(folder)))]:
            return folder
    return None
