"""Lectures with their outputs; they are run anew only where something has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import nbformat

from courseware.notebooks.execution import execute

SHARED = ("model_compression", "courseware/showing", "courseware/subjects", "courseware/progress")
"""What every lecture may use, besides its own chapter's room."""


def executed(path: Path, cache: Path, course: Path) -> nbformat.NotebookNode:
    """The lecture with its outputs, from `cache` if nothing that it uses has changed.

    Raises: RuntimeError if a cell fails.
    """
    kept = cache / f"{path.stem}-{digest(path, course)}.ipynb"
    if kept.exists():
        return nbformat.read(kept, as_version=4)
    outcome = execute(path)
    if outcome.error or outcome.notebook is None:
        raise RuntimeError(f"{path}: {outcome.error}")
    cache.mkdir(parents=True, exist_ok=True)
    for older in cache.glob(f"{path.stem}-*.ipynb"):
        older.unlink()
    nbformat.write(outcome.notebook, kept)
    return outcome.notebook


def plain(path: Path) -> nbformat.NotebookNode:
    """The notebook as it is stored, without outputs."""
    return nbformat.read(path, as_version=4)


def digest(path: Path, course: Path) -> str:
    """A name for all that the outputs of a lecture come from."""
    found = hashlib.sha256(path.read_bytes())
    for source in _sources(path.stem, course):
        found.update(source.read_bytes())
    return found.hexdigest()[:16]


def _sources(folder: str, course: Path) -> Iterator[Path]:
    lib = course / "lib"
    for below in (*SHARED, f"courseware/chapters/c{folder}"):
        yield from sorted((lib / below).rglob("*.py"))
    yield from sorted((course / "lectures" / "results").glob("*.json"))
