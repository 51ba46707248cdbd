"""Whole notebooks, under nbgrader's own autograde: honest ones, broken ones, dishonest ones."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.utils import determine_grade

from courseware.grading import jobs
from courseware.grading.course import open_course
from courseware.grading.split import sandboxes
from courseware.grading.split.notebook import run_notebook, student_names
from courseware.grading.split.sandbox import InfrastructureError
from courseware.grading.split.sandboxes import Place
from tests.courseware.grading import toy
from tests.mutants.selftest import ROOT


@dataclass(frozen=True)
class SplitCourse:
    """The toy course, graded in workers."""

    root: Path

    def grade(self, **solutions: str) -> dict[str, float | None]:
        """Hand in a notebook with these solutions, grade it, return the points."""
        notebook = toy.solved(self.root)
        for name, source in solutions.items():
            toy.by_id(notebook, name).source = source
        toy.hand_in(self.root, "ada", notebook)
        result = self.autograde()
        assert result["success"], result["log"]
        return self.scores()

    def autograde(self) -> dict[str, object]:
        return open_course(self.root).autograde(toy.EXERCISE, "ada", force=True, create=True)

    def scores(self) -> dict[str, float | None]:
        with Gradebook(f"sqlite:///{self.root}/gradebook.db") as gradebook:
            notebook = gradebook.find_submission_notebook(toy.EXERCISE, toy.EXERCISE, "ada")
            grades = {grade.name: grade.auto_score for grade in notebook.grades}
        return {name: grades[name] for name in ("test_square", "test_cube")}

    def graded(self) -> NotebookNode:
        path = self.root / "autograded" / "ada" / toy.EXERCISE / f"{toy.EXERCISE}.ipynb"
        return nbformat.read(path, as_version=4)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SplitCourse]:
    root = toy.make_course(tmp_path_factory.mktemp("split"))
    assert open_course(root).generate_assignment(toy.EXERCISE)["success"]
    yield SplitCourse(root)
    sandboxes.close_sandboxes()


FULL = {"test_square": 4.0, "test_cube": 2.0}
NOTHING = {"test_square": 0.0, "test_cube": 2.0}


def test_an_honest_hand_in(course):
    assert (
        course.grade(square="print('hello')\ndef square(x):\n    print(x)\n    return x * x")
        == FULL
    )
    notebook = course.graded()
    assert notebook.metadata.courseware["graded"] is True
    assert notebook.metadata.courseware["isolation"] == "bubblewrap"
    assert toy.by_id(notebook, "square").outputs[0].text == "hello\n"
    shown = [output.output_type for output in toy.by_id(notebook, "test-square").outputs]
    assert shown == ["execute_result"]


@pytest.mark.parametrize(
    ("source", "points"),
    [
        ("def square(x): return 4 if x == 2 else 9", 2.0),
        ("def square(x):\n    if x < 0: raise ValueError('no')\n    return x * x", 3.0),
        ("def square(x):\n    raise NotImplementedError", 0.0),
        ("def square(x:", 0.0),
        ("def squared(x): return x * x", 0.0),
        ("1/0\ndef square(x): return x * x", 0.0),
        ("def square(x): return x * x\n1/0", 4.0),
        (
            "import warnings, logging\n"
            "def square(x):\n    warnings.warn('w'); logging.warning('l')\n    return x * x",
            4.0,
        ),
        ("%matplotlib inline\n!ls\ndef square(x):\n    return x * x", 4.0),
        ("square = 16", 0.0),
    ],
)
def test_what_a_hand_in_deserves(course, source, points):
    assert course.grade(square=source) == {**FULL, "test_square": points}


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos._exit(0)",
        "import os\ndef square(x): os._exit(0)",
        "import sys\ndef square(x): sys.exit(0)",
        "import ctypes\ndef square(x): ctypes.string_at(0)",
        "raise KeyboardInterrupt",
        "x = " + "-" * 90_000 + "1",
    ],
)
def test_a_death_costs_one_task(course, source):
    assert course.grade(square=source) == NOTHING


CHEATS = {
    "equal to everything": "class E(int):\n"
    "    __eq__ = lambda *a: True\n    __hash__ = None\n"
    "def square(x): return E(0)",
    "shadowed score": "def square(x): return 0\ndef score(*a): return 4.0",
    "patched builtins": "import builtins\n"
    "builtins.len = lambda x: 1\nbuiltins.float = lambda x: 4.0\n"
    "def square(x): return 0",
    "display hook": "import sys\ndef square(x):\n    sys.displayhook(4.0)\n    print(4.0)",
    "shell": "ip = get_ipython()\n"
    "def square(x):\n    from IPython import get_ipython\n"
    "    get_ipython().ast_transformers.append(1)",
    "frames": "import sys\n"
    "def square(x):\n    f = sys._getframe()\n    while f:\n"
    "        for space in (f.f_locals, f.f_globals):\n"
    "            if 'expected' in space: return space['expected']\n"
    "            if 'cases' in space: return dict(space['cases'])[x]\n        f = f.f_back\n",
    "hidden tests from the file": "import glob, json\n"
    "def square(x):\n    for name in glob.glob('*') + glob.glob('/*/*/*.ipynb'):\n"
    "        return dict(eval(json.load(open(name))))[x]",
    "grade book": "import sqlite3, glob\n"
    "for name in glob.glob('../../../*.db') + glob.glob('/*/*/*.db') + ['/work/gradebook.db']:\n"
    "    sqlite3.connect(name).execute('UPDATE grade SET extra_credit = 50').connection.commit()\n"
    "def square(x): return 0",
    "solutions": "def square(x):\n"
    "    return eval(open('../../../solutions/01_toy/01_toy.ipynb').read())",
    "an own stand-in": "class S:\n    def __call__(self, x): return 0\n"
    "    def __course_call__(self, *a): return 4\nsquare = S()",
    "thread": "import threading\ndef square(x):\n    threading.Thread(target=print).start()",
    "at exit": "import atexit\natexit.register(lambda: print(4.0))\ndef square(x): return 0",
    "numpy on the path": "open('numpy.py', 'w').write('raise SystemExit')\ndef square(x): return 0",
    "pickle": "class P:\n    def __reduce__(self): return (exec, ('raise SystemExit',))\n"
    "def square(x): return P()",
    "warnings as errors": "import warnings\nwarnings.simplefilter('error')\n"
    "def square(x): return None",
    "not a number": "def square(x): return float('nan')",
    "recursion": "def square(x):\n    a = []\n    a.append(a)\n    return a",
    "huge": "def square(x): return 10 ** 10 ** 5",
    "a tensor": "import torch\ndef square(x): return torch.full((1000,), x * 1.0)",
}


@pytest.mark.parametrize("source", CHEATS.values(), ids=CHEATS)
def test_dishonest_hand_ins_get_what_they_deserve(course, source):
    assert course.grade(square=source) == NOTHING
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        notebook = gradebook.find_submission_notebook(toy.EXERCISE, toy.EXERCISE, "ada")
        assert [grade.extra_credit for grade in notebook.grades] == [None] * 3
    test = toy.by_id(course.graded(), "test-square")
    assert "hidden" not in str(test.outputs)


def test_a_time_limit_costs_one_task(course, monkeypatch):
    """Each case of the test cell hangs; the next task is not touched."""
    sandbox = sandboxes.sandbox_for(Place(toy.EXERCISE, (course.root,)))
    short = type(sandbox.limits)(call_seconds=0.2)
    monkeypatch.setattr(sandbox, "limits", short)
    assert course.grade(square="def square(x):\n    while True: pass") == NOTHING


# --- faults of the machine ----------------------------------------------------------------------


def test_a_fault_is_tried_again(course, monkeypatch):
    calls = []
    original = jobs.run_notebook

    def fails_once(*arguments):
        calls.append(1)
        if len(calls) == 1:
            raise InfrastructureError("once")
        original(*arguments)

    monkeypatch.setattr(jobs, "run_notebook", fails_once)
    assert course.grade() == FULL
    assert len(calls) == 2


def test_a_fault_that_stays_gives_no_points_and_no_zero(course, monkeypatch, tmp_path):
    assert course.grade() == FULL
    sandboxes.close_sandboxes()
    monkeypatch.setenv("PATH", str(tmp_path))
    result = course.autograde()
    assert not result["success"]
    assert "bubblewrap" in result["log"]
    assert course.scores() == {"test_square": None, "test_cube": None}


def test_a_sandbox_that_died_is_replaced(course):
    assert course.grade() == FULL
    (sandbox,) = sandboxes._sandboxes.values()
    sandbox._process.kill()
    sandbox._process.wait()
    assert course.grade() == FULL


# --- notebooks by hand --------------------------------------------------------------------------


def notebook_of(*cells: tuple[str, str]) -> NotebookNode:
    """A notebook of cells of some kinds: locked, free, solution, test."""
    flags = {
        "locked": {"locked": True},
        "solution": {"solution": True},
        "test": {"grade": True, "locked": True, "points": 4},
    }
    return new_notebook(
        cells=[
            new_code_cell(
                source, metadata=toy.meta(f"{kind}-{i}", **flags[kind]) if kind in flags else {}
            )
            for i, (kind, source) in enumerate(cells)
        ]
    )


def scores_of(notebook: NotebookNode) -> list[float]:
    tests = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    return [float(determine_grade(cell)[0]) for cell in tests]


def test_all_of_exercise_01(sandbox):
    path = ROOT / "solutions" / "01_number_formats" / "01_number_formats.ipynb"
    master = nbformat.read(path, as_version=4)
    notebook = copy.deepcopy(master)
    run_notebook(notebook, student_names(master), sandbox)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    tests = [cell for cell in code if cell.metadata.nbgrader.grade]
    assert [determine_grade(cell)[0] for cell in tests] == [
        c.metadata.nbgrader.points for c in tests
    ]
    nbformat.validate(notebook)
    assert "text/html" in tests[0].outputs[0].data


def test_locked_cells_run_on_both_sides_and_free_ones_inside_only(sandbox):
    notebook = notebook_of(
        ("locked", "k = 3\ndef score(f): return float(f(1))"),
        ("free", "k = 5\nprint('free')"),
        ("solution", "def f(x): return x * k"),
        ("test", "score(f)"),
        ("test", "float(k)"),
    )
    run_notebook(notebook, ("f",), sandbox)
    assert scores_of(notebook) == [4.0, 3.0]
    assert notebook.cells[1].outputs[0].text == "free\n"


def test_a_student_cannot_replace_what_trusted_cells_define(sandbox):
    notebook = notebook_of(
        ("locked", "def score(f): return 0.0\nlimit = 1"),
        ("solution", "def f(): return 1\ndef score(f): return 4.0\nlimit = 4"),
        ("test", "score(f)"),
        ("test", "float(limit)"),
    )
    names = student_names(notebook)
    assert names == ("f",)
    run_notebook(notebook, names, sandbox)
    assert scores_of(notebook) == [0.0, 1.0]


def test_cells_run_in_their_order(sandbox):
    notebook = notebook_of(
        ("solution", "def f(): return 1"),
        ("test", "float(f())"),
        ("solution", "def f(): return 2"),
        ("test", "float(f())"),
    )
    run_notebook(notebook, ("f",), sandbox)
    assert scores_of(notebook) == [1.0, 2.0]


def test_a_locked_cell_that_fails_before_any_student_code_is_a_fault(sandbox):
    for source in ("import no_such_module", "import courseware.grading.cli"):
        with pytest.raises(InfrastructureError, match="fails"):
            run_notebook(notebook_of(("locked", source)), (), sandbox)


def test_a_locked_cell_that_fails_because_of_the_student_is_not(sandbox):
    notebook = notebook_of(
        ("solution", "def f(): raise ValueError('mine')"), ("locked", "print(f())"), ("test", "4.0")
    )
    run_notebook(notebook, ("f",), sandbox)
    assert notebook.cells[1].outputs[0].evalue == "mine"
    assert scores_of(notebook) == [4.0]


def test_a_fault_that_a_test_cell_swallows_is_raised(sandbox):
    notebook = notebook_of(
        ("solution", "def f(x): return 1"),
        ("test", "try:\n    f({1})\nexcept Exception:\n    pass\n0.0"),
    )
    with pytest.raises(InfrastructureError, match="cannot be passed"):
        run_notebook(notebook, ("f",), sandbox)
