"""Notebooks of a bundle: without outputs, and without links to what is not in it."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Collection
from typing import Any

LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([\w./-]+)(#[^)]*)?\)")
CARDS = "courseware.learning.cards"
TEACHERS = "## For instructors"


def fitting(path: str, content: bytes, there: Collection[str], whole: bool) -> bytes:
    """A lecture or the home page as it fits a bundle; `whole`: it has all chapters."""
    notebook = json.loads(content)
    cells = notebook["cells"]
    if path == "home.ipynb":
        cells = _of_home(cells, there, whole)
    for cell in cells:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
        else:
            source = without_dead_links("".join(cell["source"]), path, there)
            cell["source"] = source.splitlines(keepends=True)
    notebook["cells"] = cells
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def _of_home(
    cells: list[dict[str, Any]], there: Collection[str], whole: bool
) -> list[dict[str, Any]]:
    """Rows of chapters that are there; the cards need all of them."""
    kept: list[dict[str, Any]] = []
    for cell in cells:
        source = "".join(cell["source"])
        if source.startswith(TEACHERS):
            continue
        if CARDS in source and not whole:
            kept.pop()  # what introduces them
            continue
        lines = source.splitlines(keepends=True)
        cell["source"] = [line for line in lines if not _is_lost_row(line, there)]
        kept.append(cell)
    return kept


def _is_lost_row(line: str, there: Collection[str]) -> bool:
    lecture = re.match(r"\| \d\d \| \[[^\]]+\]\(([^)]+)\)", line)
    return lecture is not None and lecture[1] not in there


def without_dead_links(text: str, path: str, there: Collection[str]) -> str:
    """Markdown in which a link to a file that is not there is its text alone."""

    def checked(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), link[2]))
        return link[0] if target in there else link[1]

    return LINK.sub(checked, text)
