"""Names that cannot be printed, or that make one student look like another."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tests.cheats.mangled import FILE, FULL, Mangled
from tests.cheats.mangled_files import built, named, text
from tests.cheats.mangled_folders import moved

NOT_UTF_8 = os.fsdecode(b"caf\xe9")
RENAME = "rename the folder"


def beside(name: str) -> Callable[[Path], None]:
    """The notebook, and a file of this name."""

    def build(folder: Path) -> None:
        for file in (FILE, name):
            (folder / file).write_bytes(text())

    return build


def student(name: str, what: str, folder: str, points: float | None = None) -> Mangled:
    """A solved hand-in of somebody of that name."""
    return built(name, what, named(FILE), points, "" if points else RENAME, folder)


NAMES = (
    student("student-latin-1", "The student's name is not UTF-8.", NOT_UTF_8),
    student("student-blank-behind", "It is a classmate's with a blank behind.", "honest "),
    student("student-blank-before", "It is a classmate's with a blank in front.", " honest"),
    student("student-line-break", "It has a line that forges a row.", "x\n  honest: cheated"),
    student("student-return", "It goes back to the start of the line.", "x\rhonest: cheated"),
    student("student-escape", "It colours the terminal.", "\x1b[31mhonest\x1b[0m"),
    student("student-turned", "It turns the direction of writing.", "tsenoh\u202e"),
    student("student-escaped", "It looks like an escaped one.", r"honest\x20"),
    student("student-pattern-of-all", "It is a pattern for everybody.", "*"),
    student("student-capital", "It is a classmate's with a capital letter.", "Honest", FULL),
    student("student-accent", "It is written with a separate accent.", "hone\u0301st", FULL),
    student("student-option", "It looks like an option.", "--force", FULL),
    student("student-formula", "It is a formula.", "=1+1", FULL),
    student("student-link", "It is a formula with a blank before.", "@SUM(1+1)", FULL),
    student("student-markup", "It is HTML.", "<img src=x onerror=alert(1)>"),
    student("student-script", "It ends a text of a script.", '";alert(1)'),
    student("student-colon", "It begins like a classmate's line.", "honest: cheated", FULL),
    student("student-hidden", "It holds letters that nobody sees.", "hon\u200best"),
    student("student-selected", "It ends with a mark for how to draw a letter.", "honest\ufe0f"),
    student("student-joined", "It holds a joiner that nobody sees.", "honest\u034f"),
    student("student-filled", "It holds letters that look like nothing.", "honest\u3164"),
    student("student-wide", "Its letters take two columns.", "王小明😀", FULL),
    student("student-format", "It is a format.", "{student_id} %s", FULL),
    student("student-long", "It has 255 letters.", "x" * 255, FULL),
    built("file-latin-1", "A file's name is not UTF-8.", beside(NOT_UTF_8), FULL, "caf?"),
    built(
        "file-line-break", "A file's name has a line break.", beside("x\n  honest: 0"), FULL, "x?"
    ),
    built(
        "file-escape",
        "A file's name clears the terminal and turns the text.",
        beside("\x1b[2J\u202ehonest.py"),
        FULL,
        "??2J?honest",
    ),
    built("file-formula", "A file's name is a formula.", beside("=1+1.py"), FULL, "?1?1.py"),
    built(
        "notebook-latin-1",
        "Another notebook's is not UTF-8.",
        beside(f"{NOT_UTF_8}.ipynb"),
        FULL,
        "caf?",
    ),
    built(
        "exercise-blank-behind",
        "The exercise's has a blank behind.",
        moved(f"../01_number_formats /{FILE}"),
        None,
        r"but 01_number_formats\x20",
    ),
)
