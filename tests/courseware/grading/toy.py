"""A tiny course to grade: two tasks, a question to be read by a person, and hand-ins to it."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from courseware.grading.rebuild import rebuild

REPOSITORY = Path(__file__).parents[3]
EXERCISE = "01_toy"
SOLUTIONS = ("square", "cube", "why")

SETUP = '''def score(function, cases, points):
    """Points for the share of cases that are right."""
    right = 0
    for x, expected in cases:
        try:
            right += function(x) == expected
        except Exception as error:
            print(f"{type(error).__name__}: {error}")
    return float(points * right / len(cases))'''

SQUARE = """def square(x):
    ### BEGIN SOLUTION
    return x * x
    ### END SOLUTION"""

TEST_SQUARE = """cases = [(2, 4), (3, 9)]
### BEGIN HIDDEN TESTS
cases += [(-5, 25), (10, 100)]
### END HIDDEN TESTS
score(square, cases, points=4)"""

CUBE = SQUARE.replace("square", "cube").replace("x * x", "x * x * x")
TEST_CUBE = "score(cube, [(2, 8), (-1, -1)], points=2)"


def meta(grade_id: str, **flags: object) -> dict[str, object]:
    """Metadata of an nbgrader cell."""
    given = {"grade": False, "solution": False, "locked": False, "task": False, **flags}
    return {"nbgrader": {"schema_version": 3, "grade_id": grade_id, **given}}


def source_notebook() -> NotebookNode:
    """The source of the toy exercise, solutions and hidden tests inside."""
    test = {"grade": True, "locked": True}
    cells = [
        new_markdown_cell("# Toy exercise\n\nSquare and cube.", id="title"),
        new_code_cell(SETUP, id="setup", metadata=meta("setup", locked=True)),
        new_code_cell("1 + 1  # play with this", id="play"),
        new_markdown_cell("## Task 1: square", id="task-1"),
        new_code_cell(SQUARE, id="square", metadata=meta("square", solution=True)),
        new_code_cell(
            TEST_SQUARE, id="test-square", metadata=meta("test_square", points=4, **test)
        ),
        new_markdown_cell("## Task 2: cube", id="task-2"),
        new_code_cell(CUBE, id="cube", metadata=meta("cube", solution=True)),
        new_code_cell(TEST_CUBE, id="test-cube", metadata=meta("test_cube", points=2, **test)),
        new_markdown_cell("## In your own words: why does a square grow?", id="why-text"),
        new_markdown_cell(
            "Because of the product.",
            id="why",
            metadata=meta("why", grade=True, solution=True, points=1),
        ),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def make_course(root: Path) -> Path:
    """A course folder with the course's own configuration."""
    folder = root / "solutions" / EXERCISE
    folder.mkdir(parents=True)
    nbformat.write(source_notebook(), folder / f"{EXERCISE}.ipynb")
    (folder / "data.txt").write_text("of the master", encoding="utf-8")
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    return root


def released(root: Path) -> NotebookNode:
    """What students get."""
    return nbformat.read(root / "exercises" / EXERCISE / f"{EXERCISE}.ipynb", as_version=4)


def by_id(notebook: NotebookNode, cell_id: str) -> NotebookNode:
    """The cell with this cell id."""
    return next(cell for cell in notebook.cells if cell.id == cell_id)


def solved(root: Path) -> NotebookNode:
    """A good hand-in, with outputs as students leave them."""
    notebook = released(root)
    by_id(notebook, "square").source = "def square(x):\n    return x * x"
    by_id(notebook, "cube").source = "def cube(x):\n    return x ** 3"
    by_id(notebook, "why").source = "It is x times *x*."
    return notebook


def with_cell(notebook: NotebookNode, cell_id: str, source: str) -> NotebookNode:
    """A copy with another source in one cell."""
    changed = copy.deepcopy(notebook)
    by_id(changed, cell_id).source = source
    return changed


def edited(notebook: NotebookNode, edit: Callable[[NotebookNode], None]) -> NotebookNode:
    """A copy after an edit in place."""
    changed = copy.deepcopy(notebook)
    edit(changed)
    return changed


def without(notebook: NotebookNode, *cell_ids: str) -> NotebookNode:
    """A copy that lacks some cells."""
    changed = copy.deepcopy(notebook)
    changed.cells = [cell for cell in changed.cells if cell.id not in cell_ids]
    return changed


def as_bytes(notebook: NotebookNode) -> bytes:
    """A notebook as the bytes of its file, not validated: hand-ins may be broken."""
    return json.dumps(notebook).encode()


def hand_in(root: Path, student: str, notebook: NotebookNode | bytes) -> Path:
    """Put a hand-in where nbgrader expects it; returns its folder."""
    folder = root / "submitted" / student / EXERCISE
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    content = notebook if isinstance(notebook, bytes) else as_bytes(notebook)
    (folder / f"{EXERCISE}.ipynb").write_bytes(content)
    return folder


def kinds_of(master: NotebookNode, submitted: Any) -> list[tuple[str, str]]:
    """Kind and cell of each anomaly that rebuilding finds."""
    return [(found.kind, found.cell) for found in rebuild(master, submitted)[1]]


def source_of(master: NotebookNode, submitted: Any, cell_id: str) -> str:
    """The source of a cell after rebuilding."""
    return str(by_id(rebuild(master, submitted)[0], cell_id).source)
