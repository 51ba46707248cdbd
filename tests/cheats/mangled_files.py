"""Mangled files: no notebook, no file, or more than one."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import nbformat

from tests.cheats.attack import NUMBERS
from tests.cheats.mangled import FILE, FULL, Mangled, good


def text() -> bytes:
    """The file of a solved hand-in."""
    return json.dumps(good()).encode()


def content(
    name: str,
    what: str,
    make: Callable[[], bytes],
    points: float | None = 0.0,
    told: str = "could not be read",
) -> Mangled:
    """A file of these bytes."""
    return Mangled(name, what, lambda f: _write(f / FILE, make()), points, told)


def built(
    name: str,
    what: str,
    build: Callable[[Path], object],
    points: float | None,
    told: str = "",
    student: str = "",
) -> Mangled:
    """A folder that is filled in another way."""
    return Mangled(name, what, lambda folder: _ignore(build(folder)), points, told, student)


def _ignore(result: object) -> None:
    """Builders may return what the last call returned."""


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def format_3() -> bytes:
    notebook = nbformat.from_dict(good())
    return json.dumps(nbformat.convert(notebook, 3)).encode()


def huge(folder: Path) -> None:
    """100 MB that take no place on the disk."""
    with (folder / FILE).open("wb") as file:
        file.write(text())
        file.truncate(100_000_000)


def link_to_solution(folder: Path) -> None:
    (folder / FILE).symlink_to(folder.parents[2] / "solutions" / NUMBERS / FILE)


def with_more_notebooks(folder: Path) -> None:
    _write(folder / FILE, text())
    _write(folder / "Untitled.ipynb", b"{}")
    (folder / "deep" / "er").mkdir(parents=True)
    _write(folder / "deep" / "er" / FILE, b"not JSON")


def with_time(folder: Path) -> None:
    _write(folder / FILE, text())
    _write(folder / "timestamp.txt", b"yesterday")


def named(name: str) -> Callable[[Path], None]:
    return lambda folder: _write(folder / name, text())


FILES = (
    content("empty", "The file is empty.", lambda: b""),
    content("blank", "The file holds blanks.", lambda: b" \n\t\n" * 99),
    content("truncated", "The file is cut off in the middle.", lambda: text()[: len(text()) // 2]),
    content("no-json", "The file is a text.", lambda: b"print('my homework')"),
    content("json-list", "The file is JSON, but a list.", lambda: b"[1, 2, 3]"),
    content("json-number", "The file is JSON, but a number.", lambda: b"1e999"),
    content("json-nested", "JSON that is nested too deeply.", lambda: b"[" * 10**5 + b"]" * 10**5),
    content("other-json", "JSON of something else.", lambda: b'{"name": "package", "version": 1}'),
    content("latin-1", "Text in another encoding.", lambda: text().replace(b"#", b"\xe4")),
    content("utf-16", "Text in UTF-16.", lambda: text().decode().encode("utf-16"), FULL, ""),
    content("bom", "A byte order mark in front.", lambda: b"\xef\xbb\xbf" + text(), FULL, ""),
    content("gzip", "The notebook is compressed.", lambda: gzip.compress(text())),
    content("binary-file", "The file is random bytes.", lambda: os.urandom(4096)),
    content(
        "conflict",
        "The file holds both sides of a merge.",
        lambda: b"<<<<<<< mine\n" + text() + b"\n=======\n" + text() + b"\n>>>>>>> theirs\n",
    ),
    content(
        "two-cells-keys",
        "The list of cells is there twice.",
        lambda: b'{"cells": [], ' + text().lstrip()[1:],
        FULL,
        "",
    ),
    content("format-3", "The notebook is of format 3.", format_3, FULL, ""),
    content(
        "old-format-wreck",
        "It says format 3 and holds something else.",
        lambda: b'{"worksheets": [{"cells": 3}], "nbformat": 3, "metadata": {}}',
    ),
    built("huge-file", "The file has 100 MB.", huge, None, "MB"),
    built("link", "The file is a link to the solution.", link_to_solution, None, "is a link"),
    built(
        "link-to-nowhere",
        "The file is a link to nothing.",
        lambda f: (f / FILE).symlink_to("nowhere"),
        None,
        "is a link",
    ),
    built("folder", "A folder is in its place.", lambda f: (f / FILE).mkdir(), None, "is a folder"),
    built("pipe", "A pipe is in its place.", lambda f: os.mkfifo(f / FILE), None, "is a pipe"),
    built("nothing", "The folder is empty.", lambda f: None, None, "no notebook"),
    built(
        "name-with-dots",
        "The file's name begins with `..`.",
        named(f"..{FILE}"),
        None,
        "no file 01_number_formats.ipynb",
    ),
    built(
        "other-name", "The file has another name.", named("homework (1).ipynb"), None, "homework"
    ),
    built("more-notebooks", "There are further notebooks.", with_more_notebooks, FULL),
    built("date", "nbgrader's time stamp is no date.", with_time, FULL),
    built("student-dots", "The student's name has `..`.", named(FILE), FULL, "", "mal..lory"),
    built(
        "student-dots-first",
        "The student's name begins with `..`.",
        named(FILE),
        None,
        "begins with a dot",
        "..mallory",
    ),
    built("student-pattern", "The student's name is a pattern.", named(FILE), None, "*", "[ab]*"),
    built("student-blank", "The student's name has blanks.", named(FILE), FULL, "", "Ann O. Nym"),
)
