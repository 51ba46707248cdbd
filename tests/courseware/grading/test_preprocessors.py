"""The steps that nbgrader runs, one by one."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.utils import determine_grade

from courseware.grading.preprocessors import SettleScores, remove_side_files
from courseware.grading.safe_html import SafeOutputs
from tests.courseware.grading import toy


def settled(outputs: list[NotebookNode]) -> float:
    """What nbgrader reads off a test cell of 4 points with these outputs."""
    metadata = toy.meta("test_square", grade=True, locked=True, points=4)
    cell = new_code_cell("score()", metadata=metadata, outputs=outputs)
    notebook = new_notebook(cells=[cell])
    for step in (SettleScores(), SafeOutputs()):
        notebook, _ = step.preprocess(notebook, {})
    points, most = determine_grade(notebook.cells[0])
    assert most == 4.0
    return float(points)


@pytest.mark.parametrize(
    ("shown", "points"),
    [
        ("1.5", 1.5),
        ("0.0", 0.0),
        ("7.5", 4.0),
        ("-1.0", 0.0),
        ("nan", 0.0),
        ("inf", 0.0),
        ("tensor(4.)", 0.0),
        ("'4.0'", 0.0),
        ("True", 0.0),
    ],
)
def test_what_a_test_cell_shows(shown: str, points: float) -> None:
    """Stock nbgrader gives full points for most of these."""
    forged = new_output("execute_result", {"text/plain": "4.0"})
    warning = new_output("stream", name="stderr", text="a warning")
    result = new_output("execute_result", {"text/plain": shown})
    assert settled([forged, warning, result]) == points


def test_a_test_cell_that_shows_nothing_is_worth_nothing() -> None:
    assert settled([]) == 0.0
    assert settled([new_output("stream", name="stdout", text="4.0")]) == 0.0


def test_an_error_is_worth_nothing_whatever_is_shown_before() -> None:
    result = new_output("execute_result", {"text/plain": "4.0"})
    error = new_output("error", ename="E", evalue="", traceback=[])
    assert settled([result, error]) == settled([error, result]) == 0.0


def test_side_files(tmp_path: Path) -> None:
    wanted = ["data/a.csv", "timestamp.txt", "01.ipynb"]
    for file in [*wanted, "numpy.py", "torch/nn/__init__.py", "data/b.csv"]:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("", encoding="utf-8")
    (tmp_path / "link").symlink_to("/")
    [found] = remove_side_files(tmp_path, frozenset({Path("data/a.csv")}))
    left = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(map(str, left)) == sorted(wanted)
    assert not (tmp_path / "torch").exists()
    assert "data/b.csv, numpy.py, torch/nn/__init__.py" in found.text
    assert remove_side_files(tmp_path, frozenset({Path("data/a.csv")})) == []
