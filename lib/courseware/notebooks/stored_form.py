"""How a notebook is stored: without outputs, with stable cell ids, the same text every time."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeGuard

import nbformat

Notebook = dict[str, Any]
Cell = dict[str, Any]

CELL_METADATA = {"deletable", "editable", "jupyter", "nbgrader", "slideshow", "tags"}
NOTEBOOK_METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
LONGEST_LECTURE_CELL = 15
LONGEST_CELL = 25


def find(paths: Iterable[Path]) -> list[Path]:
    """Return the notebooks among and below `paths`, in order; hidden folders are left out.

    Raises ValueError for a path that does not exist or holds no notebook.
    """
    notebooks: list[Path] = []
    for path in paths:
        if not path.exists():
            raise ValueError(f"{path}: no such file or folder")
        found = [path] if path.is_file() else _below(path)
        if not found:
            raise ValueError(f"{path}: there is no notebook in this folder")
        notebooks += found
    return notebooks


def _below(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.rglob("*.ipynb"))
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def read(path: Path) -> Notebook:
    """Read the notebook at `path` as it stands; ValueError if it is none of format 4."""
    return _parse(path.read_bytes(), path)


def _parse(content: bytes, path: Path) -> Notebook:
    try:
        notebook = json.loads(content)
    except ValueError as error:
        raise ValueError(f"{path}: not a notebook: {error}") from None
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4 or "cells" not in notebook:
        raise ValueError(f"{path}: not a notebook of format 4")
    return notebook


def normalise(path: Path) -> bool:
    """Bring the notebook at `path` into its stored form; return whether that changed the file.

    Outputs, execution counts and volatile metadata go. Valid cell ids stay; missing, invalid and
    repeated ones are made from the cell's source. ValueError if `path` is no valid notebook.
    """
    before = path.read_bytes()
    after = stored_form(_parse(before, path), path).encode()
    if after != before:
        path.write_bytes(after)
    return after != before


def stored_form(notebook: Notebook, path: Path) -> str:
    """Return the text that `notebook`, read from `path`, is stored as."""
    cells = [_clean(cell) for cell in notebook["cells"]]
    _complete_ids(cells)
    clean = {"cells": cells, "metadata": NOTEBOOK_METADATA, "nbformat": 4, "nbformat_minor": 5}
    try:
        nbformat.validate(clean)
    except nbformat.ValidationError as error:
        raise ValueError(f"{path}: not a valid notebook: {error.message}") from None
    text: str = nbformat.v4.writes(nbformat.from_dict(clean))
    return text + "\n"


def _clean(cell: Cell) -> Cell:
    clean: Cell = {
        "cell_type": cell.get("cell_type"),
        "metadata": {
            key: value for key, value in cell.get("metadata", {}).items() if key in CELL_METADATA
        },
        "source": source(cell),
    }
    clean |= {key: cell[key] for key in ("id", "attachments") if cell.get(key)}
    if clean["cell_type"] == "code":
        clean |= {"execution_count": None, "outputs": []}
    return clean


def source(cell: Cell) -> str:
    """Return a cell's source, which is stored as a string or as a list of lines."""
    text = cell.get("source", "")
    return text if isinstance(text, str) else "".join(text)


def _complete_ids(cells: list[Cell]) -> None:
    taken: set[str] = set()
    missing = []
    for cell in cells:
        cell_id = cell.get("id")
        if _is_valid_id(cell_id) and cell_id not in taken:
            taken.add(cell_id)
        else:
            missing.append(cell)
    for cell in missing:
        cell["id"] = _new_id(cell, taken)
        taken.add(cell["id"])


def _is_valid_id(cell_id: object) -> TypeGuard[str]:
    return isinstance(cell_id, str) and CELL_ID.fullmatch(cell_id) is not None


def _new_id(cell: Cell, taken: set[str]) -> str:
    digest = hashlib.sha256(f"{cell['cell_type']}\n{cell['source']}".encode()).hexdigest()[:8]
    candidate, copies = f"cell-{digest}", 1
    while candidate in taken:
        copies += 1
        candidate = f"cell-{digest}-{copies}"
    return candidate


def cell_name(position: int, cell: Cell) -> str:
    """Name a cell for a message: `cell 3 (first-step)`, counted from 1."""
    return f"cell {position + 1} ({cell.get('id') or 'no id'})"


def check(path: Path) -> list[str]:
    """Say what is wrong with the stored notebook at `path`; an empty list when nothing is."""
    content = path.read_bytes()
    try:
        notebook = _parse(content, path)
        stored = stored_form(notebook, path).encode()
    except ValueError as error:
        return [str(error).removeprefix(f"{path}: ")]
    problems = _id_problems(notebook)
    longest = LONGEST_LECTURE_CELL if path.resolve().parent.name == "lectures" else LONGEST_CELL
    for position, cell in enumerate(notebook["cells"]):
        problems += [
            f"{cell_name(position, cell)}: {problem}" for problem in _cell_problems(cell, longest)
        ]
    if content != stored:
        problems.append("not in its stored form: python -m courseware.notebooks normalise mends it")
    return problems


def _id_problems(notebook: Notebook) -> list[str]:
    cells = notebook["cells"]
    problems = [
        f"{cell_name(position, cell)}: its id is missing or invalid"
        for position, cell in enumerate(cells)
        if not _is_valid_id(cell.get("id"))
    ]
    counts = Counter(cell["id"] for cell in cells if _is_valid_id(cell.get("id")))
    problems += [f"{count} cells have the id {name}" for name, count in counts.items() if count > 1]
    return problems


def _cell_problems(cell: Cell, longest: int) -> list[str]:
    if cell["cell_type"] != "code":
        return []
    problems = []
    if cell.get("outputs") or cell.get("execution_count") is not None:
        problems.append("stored with its output or execution count")
    lines = len(source(cell).splitlines())
    if lines > longest:
        problems.append(f"{lines} lines of code, {longest} at most")
    return problems
