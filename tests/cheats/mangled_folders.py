"""Mangled folders: what is handed in lies elsewhere, or beside things that are no files."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

from tests.cheats.attack import NUMBERS
from tests.cheats.mangled import FILE, FULL, good
from tests.cheats.mangled_files import built, named, text


def with_files(*files: tuple[str, Callable[[Path], object]]) -> Callable[[Path], None]:
    """The notebook, and other things beside it."""

    def build(folder: Path) -> None:
        (folder / FILE).write_bytes(text())
        for name, make in files:
            make(folder / name)

    return build


def link(to: str) -> Callable[[Path], object]:
    return lambda path: path.symlink_to(to)


def listening(path: Path) -> None:
    """A socket; its path may be longer than the system takes."""
    with socket.socket(socket.AF_UNIX) as made:
        here = os.getcwd()
        os.chdir(path.parent)
        try:
            made.bind(path.name)
        finally:
            os.chdir(here)


def replaced(level: int, make: Callable[[Path], object]) -> Callable[[Path], None]:
    """Something in place of the folder of the exercise (0), or of the student (1)."""

    def build(folder: Path) -> None:
        path = (folder, folder.parent)[level]
        shutil.rmtree(path)
        make(path)

    return build


def moved(to: str) -> Callable[[Path], None]:
    """The notebook at another place, seen from the folder of the exercise."""

    def build(folder: Path) -> None:
        path = folder / to
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text())
        if not any(folder.iterdir()):
            folder.rmdir()

    return build


def beside(first: bytes) -> Callable[[Path], None]:
    """A download that went wrong, and the one after it."""

    def build(folder: Path) -> None:
        (folder / FILE).write_bytes(first)
        (folder / f"{NUMBERS} (1).ipynb").write_bytes(text())

    return build


def of_another_course(folder: Path) -> None:
    notebook = good()
    for cell in notebook["cells"]:  # type: ignore[attr-defined]
        cell["metadata"] = {}
        cell["id"] = f"x{cell['id'][:50]}"
    (folder / FILE).write_text(json.dumps(notebook), encoding="utf-8")


FOLDERS = (
    built(
        "student-file",
        "A file is in place of the student.",
        replaced(1, Path.touch),
        None,
        "is a file",
    ),
    built("student-gone", "A link to nothing is.", replaced(1, link("nowhere")), None, "is a link"),
    built("student-pipe", "A pipe is.", replaced(1, os.mkfifo), None, "is a pipe"),
    built(
        "exercise-file",
        "A file is in place of the exercise.",
        replaced(0, Path.touch),
        None,
        "is a file",
    ),
    built(
        "exercise-gone", "A link to nothing is.", replaced(0, link("nowhere")), None, "is a link"
    ),
    built("stamp-pipe", "timestamp.txt is a pipe.", with_files(("timestamp.txt", os.mkfifo)), FULL),
    built(
        "stamp-zero",
        "timestamp.txt never ends.",
        with_files(("timestamp.txt", link("/dev/zero"))),
        FULL,
    ),
    built(
        "stamp-old",
        "timestamp.txt holds a date long ago.",
        with_files(("timestamp.txt", lambda path: path.write_text("2001-01-01 00:00:00 UTC"))),
        FULL,
    ),
    built(
        "endless",
        "A file beside it never ends.",
        with_files(("notes.txt", link("/dev/zero"))),
        FULL,
        "notes.txt",
    ),
    built(
        "emacs",
        "A link to nothing lies beside it.",
        with_files((".#x", link("me@host.1:2"))),
        FULL,
        "left out",
    ),
    built(
        "pipe-beside",
        "A pipe lies beside it.",
        with_files(("log", os.mkfifo)),
        FULL,
        "left out: log",
    ),
    built(
        "socket-beside",
        "A socket lies beside it.",
        with_files(("s", listening)),
        FULL,
        "left out: s",
    ),
    built(
        "empty-first",
        "An empty file, and a second download.",
        beside(b""),
        FULL,
        "(1).ipynb was graded",
    ),
    built(
        "half-first",
        "Half a file, and a second download.",
        beside(text()[:999]),
        FULL,
        "(1).ipynb was graded",
    ),
    built(
        "as-text", "The name ends in `.txt`.", named(f"{FILE}.txt"), FULL, f"{FILE}.txt was graded"
    ),
    built(
        "in-capitals",
        "The name ends in `.IPYNB`.",
        named(f"{NUMBERS}.IPYNB"),
        FULL,
        "IPYNB was graded",
    ),
    built(
        "in-a-folder",
        "It lies in a folder.",
        moved(f"unpacked/{FILE}"),
        FULL,
        f"unpacked/{FILE} was graded",
    ),
    built(
        "in-no-folder", "It lies in the student's folder.", moved(f"../{FILE}"), None, f"but {FILE}"
    ),
    built("in-a-zip", "It was packed.", named(f"{NUMBERS}.zip"), None, f"but {NUMBERS}.zip"),
    built(
        "folder-of-a-like-name",
        "The exercise is called otherwise.",
        moved(f"../01-Number formats/{FILE}"),
        None,
        "but 01-Number formats",
    ),
    built(
        "of-another-course",
        "No cell is one of the exercise.",
        of_another_course,
        None,
        "no cell could be",
    ),
)
