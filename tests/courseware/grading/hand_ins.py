"""Hand-ins with everything that goes wrong, by accident or on purpose, under a student's name."""

from __future__ import annotations

import copy
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from tests.courseware.grading.toy import (
    as_bytes,
    by_id,
    edited,
    hand_in,
    released,
    solved,
    with_cell,
    without,
)

FULL = {"test_square": 4.0, "test_cube": 2.0}
NOTHING = {"test_square": 0.0, "test_cube": 0.0}
ONLY_SQUARE = {"test_square": 4.0, "test_cube": 0.0}
ONLY_CUBE = {"test_square": 0.0, "test_cube": 2.0}

EXPECTED: dict[str, tuple[dict[str, float], list[str]]] = {
    "good": (FULL, []),
    "untouched": (NOTHING, []),
    "partly_right": ({"test_square": 3.0, "test_cube": 2.0}, []),
    "test_deleted": (FULL, ["missing cell"]),
    "solution_deleted": (ONLY_CUBE, ["missing cell"]),
    "duplicated_stub_last": (FULL, ["duplicated cell"]),
    "split": (FULL, ["split cell"]),
    "retyped": (FULL, ["retyped cell", "retyped cell"]),
    "reordered": (FULL, ["reordered cells"]),
    "tagged": (NOTHING, ["changed points or flags", "changed points or flags"]),
    "points_changed": (FULL, ["changed points or flags"]),
    "test_edited": (NOTHING, ["changed test cell"]),
    "outputs_forged": (NOTHING, []),
    "own_cell_needed": (ONLY_CUBE, ["needs an extra cell"]),
    "answered_in_own_cell": (ONLY_CUBE, ["answered in an extra cell"]),
    "stripped": (FULL, []),
    "markers": (FULL, []),
    "no_json": (NOTHING, ["unreadable"]),
    "truncated": (NOTHING, ["unreadable"]),
    "empty": (NOTHING, ["unreadable"]),
    "json_list": (NOTHING, ["unreadable"]),
    "latin_1": (NOTHING, ["unreadable"]),
    "format_3": (FULL, ["old format"]),
    "noisy": (FULL, []),
    "endless": (ONLY_CUBE, []),
    "raises_at_once": (ONLY_CUBE, []),
    "ends_the_process": (ONLY_CUBE, []),
    "prints_a_score": (ONLY_CUBE, []),
    "shadows_numpy": (FULL, ["side file"]),
    "scripts": (FULL, []),
}
"""Student → the points of the tests, and the kinds of anomaly."""

SCRIPT = "<script>alert('x')</script>"


def mangled(root: Path) -> None:
    """Hand all of them in."""
    good, given = solved(root), released(root)
    for student, notebook in {
        **_moved(good, given),
        **_settings(good, given),
        **_code(good),
    }.items():
        hand_in(root, student, notebook)
    for student, content in _files(good).items():
        hand_in(root, student, content)
    hand_in(root, "untouched", given)
    shadowing = with_cell(
        good, "square", "import numpy as np\n\ndef square(x):\n    return int(np.square(x))"
    )
    folder = hand_in(root, "shadows_numpy", shadowing)
    (folder / "numpy.py").write_text("square = lambda x: 0", encoding="utf-8")
    (folder / "torch").mkdir()
    (folder / "torch" / "__init__.py").write_text("", encoding="utf-8")
    (folder / "data.txt").write_text("of the student", encoding="utf-8")


def _moved(good: NotebookNode, given: NotebookNode) -> dict[str, NotebookNode]:
    """Cells deleted, doubled, split, retyped, moved."""
    stub = by_id(given, "square").source

    def stub_last(notebook: NotebookNode) -> None:
        twin = copy.deepcopy(by_id(notebook, "square"))
        twin.id, twin.source = "twin", stub
        notebook.cells.append(twin)

    def split(notebook: NotebookNode) -> None:
        first = by_id(notebook, "square")
        second = copy.deepcopy(first)
        second.id = "second"
        first.source, second.source = "def square(x):\n    y = x", "    return x * y"
        notebook.cells.insert(notebook.cells.index(first) + 1, second)

    def retype(notebook: NotebookNode) -> None:
        by_id(notebook, "square").cell_type = "markdown"
        by_id(notebook, "test-cube").cell_type = "raw"

    return {
        "good": good,
        "test_deleted": without(good, "test-square"),
        "solution_deleted": without(good, "square"),
        "duplicated_stub_last": edited(good, stub_last),
        "split": edited(good, split),
        "retyped": edited(good, retype),
        "reordered": edited(good, lambda notebook: notebook.cells.reverse()),
    }


def _settings(good: NotebookNode, given: NotebookNode) -> dict[str, NotebookNode]:
    """Metadata and outputs changed."""

    def tag(notebook: NotebookNode) -> None:
        for cell_id in ("test-square", "test-cube"):
            by_id(notebook, cell_id).metadata.tags = ["skip-execution"]

    def raise_points(notebook: NotebookNode) -> None:
        by_id(notebook, "test-square").metadata.nbgrader.points = 100

    def forge(notebook: NotebookNode) -> None:
        for cell_id, points in (("test-square", "4.0"), ("test-cube", "2.0")):
            result = new_output("execute_result", {"text/plain": points}, execution_count=1)
            by_id(notebook, cell_id).outputs = [result]

    def use_own_cell(notebook: NotebookNode) -> None:
        helper = new_code_cell("import math\n\ndef helper(x):\n    return math.prod([x, x])")
        notebook.cells.insert(0, helper)
        by_id(notebook, "square").source = "def square(x):\n    return helper(x)"

    def answer_in_own_cell(notebook: NotebookNode) -> None:
        answer = by_id(notebook, "square").source
        by_id(notebook, "square").source = by_id(given, "square").source
        notebook.cells.append(new_code_cell(answer))

    def strip(notebook: NotebookNode) -> None:
        for cell in notebook.cells:
            cell.metadata = {}

    return {
        "answered_in_own_cell": edited(good, answer_in_own_cell),
        "stripped": edited(good, strip),
        "tagged": edited(given, tag),
        "points_changed": edited(good, raise_points),
        "test_edited": with_cell(given, "test-square", "4.0"),
        "outputs_forged": edited(given, forge),
        "own_cell_needed": edited(good, use_own_cell),
    }


def _code(good: NotebookNode) -> dict[str, NotebookNode]:
    """What the code itself does."""
    noise = "import sys, warnings\n\ndef square(x):\n    warnings.warn('w')\n"
    noise += "    print('n', file=sys.stderr)\n    return x * x"
    forge = "import sys\n\ndef square(x):\n    sys.displayhook(1000.0)\n    return -1"
    scripts = "from IPython.display import HTML, display\n\ndef square(x):\n    return x * x\n\n"
    scripts += f"display(HTML({SCRIPT!r}))\nprint({SCRIPT!r})"
    endless = "def square(x):\n    while x == 2:\n        pass\n    return -1"
    markers = "# ### BEGIN HIDDEN TESTS\n### BEGIN MARK SCHEME\ndef square(x):\n    return x * x"
    marked = with_cell(good, "why", f"**My** answer {SCRIPT} <img src=x onerror=alert(1)>")
    return {
        "partly_right": with_cell(
            good, "square", "def square(x):\n    return x * x if x < 5 else x"
        ),
        "noisy": with_cell(good, "square", noise),
        "endless": with_cell(good, "square", endless),
        "raises_at_once": with_cell(good, "square", "1 / 0\n\ndef square(x):\n    return x * x"),
        "ends_the_process": with_cell(
            good, "square", "import os\n\ndef square(x):\n    os._exit(0)"
        ),
        "prints_a_score": with_cell(good, "square", forge),
        "scripts": with_cell(marked, "square", scripts),
        "markers": with_cell(good, "square", markers),
    }


def _files(good: NotebookNode) -> dict[str, bytes]:
    """Files that are no notebook of today."""
    content = as_bytes(good)
    old = nbformat.convert(copy.deepcopy(good), 3)
    return {
        "no_json": b"my homework",
        "truncated": content[: len(content) // 2],
        "empty": b"",
        "json_list": b"[1, 2]",
        "latin_1": content.replace(b"# Toy", "# Töy".encode("latin-1")),
        "format_3": as_bytes(old),
    }
