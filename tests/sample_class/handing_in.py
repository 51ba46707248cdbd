"""Building a submission: the released notebook with some of its cells filled in."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from tests.mutants import table

ROOT = Path(__file__).parents[2]
Notebook = dict[str, Any]
Cell = dict[str, Any]


def released(exercise: str) -> Notebook:
    """The exercise as a student gets it."""
    return _read(ROOT / "exercises" / exercise / f"{exercise}.ipynb")


def solved(exercise: str, *, leave: tuple[str, ...] = ()) -> Notebook:
    """The exercise with every task done as in `solutions/`, but for those to `leave`."""
    notebook = released(exercise)
    for cell in _read(ROOT / "solutions" / exercise / f"{exercise}.ipynb")["cells"]:
        name = grade_id(cell)
        if cell["metadata"].get("nbgrader", {}).get("solution") and name not in leave:
            lines = [line for line in cell["source"] if "### BEGIN" not in line]
            fill_in(notebook, name, "".join(x for x in lines if "### END" not in x))
    return notebook


def grade_id(cell: Cell) -> str:
    """The nbgrader id of a cell, or nothing."""
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def place(notebook: Notebook, name: str) -> int:
    """Where the cell with an nbgrader id is."""
    return [grade_id(cell) for cell in notebook["cells"]].index(name)


def cell_of(notebook: Notebook, name: str) -> Cell:
    """The cell with an nbgrader id."""
    return notebook["cells"][place(notebook, name)]


def fill_in(notebook: Notebook, name: str, source: str) -> Notebook:
    """Write `source` into the cell with an nbgrader id."""
    cell_of(notebook, name)["source"] = source.strip("\n").splitlines(keepends=True)
    return notebook


def answer_with(notebook: Notebook, *functions: str) -> Notebook:
    """Fill in functions of `tests/mutants`, each into the cell of its task."""
    table.load()
    tasks = {grade_id(cell) for cell in notebook["cells"]}
    known = (entry for entry in (*table.WRONG, *table.RIGHT) if entry.task in tasks)
    entries = {entry.function.__name__: entry for entry in known}
    for name in functions:
        entry = entries[name]
        fill_in(notebook, entry.task, table.source_as(entry.function, entry.task))
    return notebook


def added_cell(source: str) -> Cell:
    """A code cell as JupyterLab adds it."""
    lines = source.splitlines(keepends=True)
    cell = {"cell_type": "code", "id": "added-by-student", "metadata": {}, "source": lines}
    return {**cell, "outputs": [], "execution_count": None}


def doubled(notebook: Notebook, name: str) -> Notebook:
    """Copy and paste a cell below itself, nbgrader's metadata included."""
    index = place(notebook, name)
    twin = copy.deepcopy(notebook["cells"][index])
    twin["id"] = f"{twin['id'][:50]}-copy"
    notebook["cells"].insert(index + 1, twin)
    return notebook


def _read(path: Path) -> Notebook:
    return json.loads(path.read_text(encoding="utf-8"))
