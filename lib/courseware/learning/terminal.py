"""The commands of a learner.

`course progress`: how far they are, in a terminal or as a file for a spreadsheet, and reset;
`course compare`: after an attempt, the course's own solution; `course language`: which language
exercises and reports are in.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path

from courseware.languages.names import LANGUAGES
from courseware.learning.compare import compare
from courseware.learning.minutes import told
from courseware.learning.standing import Standing, days, standings
from courseware.progress.store import progress_file, read_progress, reset_progress

DESCRIPTION = """\
Show how far you are: what the checks in the exercises, your predictions and your written answers
say. All of it is read from files on this machine, and nothing is sent anywhere.
"""
HEAD = ("chapter", "", "predicted", "right", "tasks", "quiz", "own words", "points", "left")
ACTIONS = ("show", "export", "reset")
COMMANDS = ("progress", "compare", "language")


COMPARE = """\
After an attempt of yours: show the course's own solution of a task, a question or a written answer
(explain_01), and the function of the same name in the library.
"""


LANGUAGE = """\
Exercises and what checks say in a language: code, points and your answers stay as they are, and
lectures are English. Without a name: in the language that is chosen, by COURSE_LANGUAGE or before.
"""


def add_language_arguments(parser: argparse.ArgumentParser) -> None:
    """The argument of `course language`."""
    parser.add_argument("language", nargs="?", metavar="NAME", help=", ".join(LANGUAGES))


def add_compare_arguments(parser: argparse.ArgumentParser) -> None:
    """The argument of `course compare`."""
    parser.add_argument("name", metavar="NAME", help="such as negate, quiz_01_abs or explain_01")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `course progress`."""
    parser.add_argument(
        "action",
        nargs="?",
        default="show",
        choices=ACTIONS,
        help="export: write the table to FILE, as CSV; reset: begin anew, the old file is kept",
    )
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="for export")


def run(options: argparse.Namespace) -> int:
    """Carry a learner's command out; returns the exit code."""
    try:
        if options.command == "compare":
            compare(options.name)
        elif options.command == "language":
            from courseware.learning.language import choose  # widgets take a while to load

            print(choose(options.language))
        else:
            _carry_out(options.action, options.file)
    except (ValueError, OSError) as error:
        print(f"course: error: {error}", file=sys.stderr)
        return 2
    return 0


def _carry_out(action: str, file: Path | None) -> None:
    if (action == "export") != (file is not None):
        raise ValueError("FILE: expected with export, and only there, as in export progress.csv")
    if action == "reset":
        kept = reset_progress()
        print(f"You begin anew. What there was: {kept}" if kept else "There was no progress yet.")
    elif file is not None:
        with file.open("x", encoding="utf-8", newline="") as table:
            csv.writer(table).writerows([list(HEAD), *map(_row, standings())])
        print(f"Written: {file}")
    else:
        print("\n".join(_table([list(HEAD), *map(_row, standings())])))
        print(_days())


def _row(one: Standing) -> list[str]:
    """A chapter's cells, in the order of `HEAD`; empty where nothing is asked for."""
    asked = one.chapter.has_exercise
    return [
        f"{one.chapter.number:02} {one.chapter.title}",
        one.word,
        str(one.predicted) if one.predicted.of else "",
        str(one.came) if one.came.of else "",
        str(one.tasks) if asked else "",
        str(one.questions) if asked else "",
        f"{one.words} words" if one.words else "",
        f"{one.points:g} of {one.points_of:g}" if asked else "",
        told(one.minutes_left) if one.minutes_left else "",
    ]


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _days() -> str:
    at_work = days(read_progress())
    if not at_work:
        return f"\nNothing is done yet; it will be kept in {progress_file()}."
    on = f"{len(at_work)} days" if len(at_work) > 1 else "one day"
    return f"\nYou worked on {on}, last on {at_work[-1]}. All of it is in {progress_file()}."
