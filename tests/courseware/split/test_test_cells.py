"""What the cells of the master show after they ran in the trusted process."""

from __future__ import annotations

import sys
import warnings

import pytest
from nbformat.v4 import new_code_cell
from nbgrader.utils import determine_grade

from courseware.checks import check_quiz
from courseware.checks.call import TimeLimit
from courseware.grading.split.encoding import decode
from courseware.grading.split.replies import FUNCTION, CellResult
from courseware.grading.split.stand_in import StandIn
from courseware.grading.split.test_cells import TestCells, cell_outputs
from tests.courseware.grading import toy
from tests.courseware.split.conftest import opened


def grade(source: str, points: float = 4.0) -> float:
    """What nbgrader reads off a test cell."""
    outputs = TestCells().run_test(source, points)
    metadata = toy.meta("test", grade=True, locked=True, points=points)
    score, most = determine_grade(new_code_cell(source, metadata=metadata, outputs=outputs))
    assert most == points
    return float(score)


@pytest.mark.parametrize(
    ("source", "points"),
    [
        ("1.5", 1.5),
        ("3", 3.0),
        ("x = 2\nx", 2.0),
        ("0.0", 0.0),
        ("7.5", 4.0),
        ("float('inf')", 4.0),
        ("-1.0", 0.0),
        ("float('nan')", 0.0),
        ("True", 0.0),
        ("'4'", 0.0),
        ("None", 0.0),
        ("x = 4.0", 0.0),
        ("import torch\ntorch.tensor(4.0)", 0.0),
        ("raise ValueError", 0.0),
        ("1/0\n4.0", 0.0),
        ("f(", 0.0),
        ("undefined(1)", 0.0),
        ("raise SystemExit(0)", 0.0),
        ("print('4.0')", 0.0),
        ("%matplotlib inline\ndisplay(1)\n4.0", 4.0),
        ("import warnings\nwarnings.warn('w')\n4.0", 4.0),
        ("import sys\nprint('e', file=sys.stderr)\n4.0", 4.0),
        ("", 0.0),
        ("assert 1 + 1 == 2", 4.0),
        ("assert 1 + 1 == 2\nprint('fine')", 4.0),
        ("assert 1 + 1 == 3", 0.0),
        ("assert 1 + 1 == 2\n1.5", 1.5),
        ("assert 1 + 1 == 2\n'fine'", 0.0),
    ],
)
def test_the_score_that_nbgrader_reads(source, points):
    assert grade(source) == points


def test_numbers_of_numpy_are_numbers_only_if_they_are_floats():
    assert grade("import numpy\nnumpy.float64(2.5)") == 2.5
    assert grade("import numpy\nnumpy.float32(2.5)") == 0.0


def test_what_is_shown_comes_in_order_and_never_on_stderr():
    source = (
        "import sys\nfrom courseware.checks import check_quiz\n"
        "print('before'); print('warning', file=sys.stderr)\n"
        "score = check_quiz('quiz_01_abs', lambda: 'c')\nprint('after')\nscore"
    )
    outputs = TestCells().run_test(source, 4.0)
    assert [output.output_type for output in outputs] == [
        *("stream", "display_data", "stream", "execute_result")
    ]
    assert {output.get("name", "stdout") for output in outputs} == {"stdout"}
    assert outputs[0].text == "before\nwarning\n"
    assert outputs[1].data["text/html"].startswith("<div")
    assert outputs[3].data == {"text/plain": "4.0"}


def test_a_report_that_was_tricked_into_a_script_shows_none():
    source = """from courseware.checks import _show
_show("text", "<b onclick='x()'>right</b><script>y()</script>")"""
    [output] = TestCells().run(source)
    assert output.data["text/html"] == "<b>right</b>y()"


def test_reports_are_shown_as_usual_outside_of_test_cells(capsys):
    TestCells().run("1")
    check_quiz("quiz_01_abs", lambda: "c")
    assert "quiz_01_abs" in capsys.readouterr().out


def test_cells_share_their_names_and_nothing_of_this_module():
    cells = TestCells()
    cells.run("import math\nx = 3")
    assert cells.run_test("float(x)", 4.0)[-1].data["text/plain"] == "3.0"
    assert grade("float('outputs' in globals() or 'cells' in globals())") == 0.0
    assert not any("value of a cell" in name for name in cells.namespace)


def test_future_features_of_the_grader_do_not_leak():
    source = "def f(x: int): pass\nfloat(f.__annotations__['x'] is int)"
    assert grade(source) == 1.0


def test_errors_show_no_paths():
    outputs = TestCells().run("open('/root/course/hidden/data.txt')")
    assert outputs[0].ename == "FileNotFoundError"
    assert "/" not in outputs[0].evalue and "data.txt" in outputs[0].evalue
    assert outputs[0].traceback == [f"FileNotFoundError: {outputs[0].evalue}"]


def test_long_outputs_are_cut_off():
    (output,) = TestCells().run("print('x' * 10**6)")
    assert len(output.text) < 101_000
    (error,) = TestCells().run("raise ValueError('/a' * 10**6)")
    assert len(error.evalue) <= 2_000


def test_streams_and_warnings_are_as_before():
    out, err, filters = sys.stdout, sys.stderr, list(warnings.filters)
    TestCells().run("print(1)\n1/0")
    assert (sys.stdout, sys.stderr) == (out, err)
    assert warnings.filters == filters


def test_names_of_the_student_come_and_go(sandbox):
    cells = TestCells()
    with opened(sandbox, "def f(): return 1") as session:
        cells.bind(
            session,
            ("f", "n", "o", "g"),
            {"f": FUNCTION, "n": 3, "o": decode({"o": ["set", "{1}"]}, b"")},
        )
        assert isinstance(cells.namespace["f"], StandIn)
        assert cells.namespace["n"] == 3
        assert cells.run_test("float(f())", 4.0)[-1].data["text/plain"] == "1.0"
        assert "NameError" in str(cells.run_test("g()", 4.0)[0].traceback)
        cells.bind(session, ("f", "n"), {"n": 4})
    assert "f" not in cells.namespace and cells.namespace["n"] == 4


@pytest.mark.parametrize(
    ("result", "shown"),
    [
        (CellResult(), []),
        (CellResult(printed="a"), [("stream", "a")]),
        (
            CellResult("a", ValueError("no"), "line 1 of your cell: x"),
            [("stream", "a"), ("error", "no (line 1 of your cell: x)")],
        ),
        (CellResult(error=TimeLimit("no result after 3 s")), [("error", "no result after 3 s")]),
    ],
)
def test_what_a_solution_cell_shows(result, shown):
    outputs = cell_outputs(result)
    assert [(o.output_type, o.get("text") or o.get("evalue")) for o in outputs] == shown
