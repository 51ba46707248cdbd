"""The master of an exercise: what `nbgrader generate_assignment` stores in the gradebook."""

from __future__ import annotations

import copy
import hashlib
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveCells
from nbgrader.utils import is_grade, is_locked, is_solution, is_task
from traitlets.config import LoggingConfigurable
from traitlets.utils.importstring import import_item

from courseware.grading.rebuild import grade_id

Solutions = dict[str, str]


class MasterChanged(Exception):
    """The source notebook is no longer the one that the gradebook knows."""


def source_folder(coursedir: CourseDirectory, assignment: str) -> Path:
    """Where the source notebooks of an exercise are."""
    return Path(coursedir.format_path(coursedir.source_directory, ".", assignment))


def read_master(
    coursedir: CourseDirectory, assignment: str, notebook_id: str, parent: LoggingConfigurable
) -> NotebookNode:
    """The source notebook after nbgrader's own steps, up to the one that fills the gradebook.

    Solutions are cleared to stubs, hidden tests are still there, checksums are set.
    """
    return copy.deepcopy(_once(coursedir, assignment, notebook_id, parent)[0])


def digest_of_master(
    coursedir: CourseDirectory, assignment: str, notebook_id: str, parent: LoggingConfigurable
) -> str:
    """The `digest` of what `read_master` reads."""
    return _once(coursedir, assignment, notebook_id, parent)[1]


def _once(
    coursedir: CourseDirectory, assignment: str, notebook_id: str, parent: LoggingConfigurable
) -> tuple[NotebookNode, str]:
    path = source_folder(coursedir, assignment) / f"{notebook_id}.ipynb"
    status = path.stat()
    key = (str(path.resolve()), status.st_mtime_ns, status.st_size)
    if key not in _masters:
        master = _read(path, coursedir, assignment, notebook_id, parent)
        _masters[key] = master, digest(master)
    return _masters[key]


_masters: dict[tuple[str, int, int], tuple[NotebookNode, str]] = {}
"""By file and its state: a class is graded against one master, hand-in by hand-in."""


def _read(
    path: Path,
    coursedir: CourseDirectory,
    assignment: str,
    notebook_id: str,
    parent: LoggingConfigurable,
) -> NotebookNode:
    notebook = nbformat.read(path, as_version=4)
    notebook.nbformat_minor = max(notebook.nbformat_minor, 5)
    names = {"assignment": assignment, "notebook": notebook_id, "student": "."}
    resources: dict[str, Any] = {
        "nbgrader": {**names, "db_url": coursedir.db_url},
        "metadata": {"path": str(path.parent)},
    }
    converter = GenerateAssignment(coursedir=coursedir, parent=parent)
    for item in converter.preprocessors:
        step = import_item(item) if isinstance(item, str) else item
        if issubclass(step, SaveCells):
            break
        notebook, resources = step(parent=converter)(notebook, resources)
    return notebook


def own_solutions(source: NotebookNode) -> Solutions:
    """The course's own solution of each code cell to be filled in, by nbgrader id."""
    return {
        grade_id(cell): cell.source
        for cell in source.cells
        if cell.cell_type == "code" and is_solution(cell)
    }


def read_own_solutions(coursedir: CourseDirectory, assignment: str, notebook_id: str) -> Solutions:
    """The same of a source notebook of an exercise."""
    path = source_folder(coursedir, assignment) / f"{notebook_id}.ipynb"
    return own_solutions(nbformat.read(path, as_version=4))


def digest(master: NotebookNode) -> str:
    """A short fingerprint of a master."""
    return hashlib.sha256(nbformat.writes(master).encode()).hexdigest()


def check_against_gradebook(
    master: NotebookNode, assignment: str, notebook_id: str, db: str
) -> None:
    """Raise `MasterChanged` unless the gradebook holds the very cells of this master."""
    ours = {
        grade_id(cell): cell.metadata.nbgrader.get("checksum")
        for cell in master.cells
        if is_grade(cell) or is_solution(cell) or is_locked(cell) or is_task(cell)
    }
    with Gradebook(db) as gradebook:
        try:
            stored = gradebook.find_notebook(notebook_id, assignment).source_cells
            theirs = {cell.name: cell.checksum for cell in stored}
        except MissingEntry:
            theirs = {}
    keys = ours.keys() | theirs.keys()
    changed = sorted(key for key in keys if ours.get(key, "") != theirs.get(key, ""))
    if changed:
        raise MasterChanged(
            f"{notebook_id}.ipynb is not the one in the gradebook (cells {', '.join(changed)}): "
            f"run `nbgrader generate_assignment {assignment} --force`"
        )
