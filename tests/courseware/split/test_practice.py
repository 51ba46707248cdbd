"""The practice check in Jupyter refuses what grading refuses, in the same words."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from courseware import checks
from courseware.checks import check, conditions, jupyter_cells, reports_to
from courseware.checks.handed_in import CELL_SECONDS, GIVEN
from courseware.grading.split.sandbox import Limits
from courseware.handing_in.names import bound_names
from courseware.registry import EXERCISES
from tests.sample_class.handing_in import released

FIRST = "def unsigned_value(bits):\n    return int(bits, 2)\n"
CHECK = "check('unsigned_value', unsigned_value)"
SECOND = "check('signed_value', signed_value)"

Run = Callable[..., str]


@pytest.fixture(scope="module")
def shell() -> InteractiveShell:
    """A shell as Jupyter's kernel has it, but of its own: not the one that `get_ipython` gives."""
    config = Config({"HistoryManager": {"hist_file": ":memory:"}})
    return InteractiveShell(config=config)


@pytest.fixture
def run(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run cells one after the other in a fresh kernel; the report that the last one shows."""
    home = tmp_path / "home"
    (home / "work").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(home / "work")
    monkeypatch.setattr(conditions, "_of_programs", lambda: (Path(sys.prefix), tmp_path / "tmp"))
    monkeypatch.setattr(jupyter_cells, "get_ipython", lambda: shell)
    monkeypatch.setattr(jupyter_cells, "_record", [])
    monkeypatch.setattr(conditions._Conditions, "notice", None)
    shell.reset(new_session=True)
    jupyter_cells.cells_of_this_kernel()

    def run(*sources: str) -> str:
        shown = [""]
        with reports_to(lambda text, html, facts: shown.append(text)):
            for source in ("import math, torch\nfrom courseware.checks import check", *sources):
                shell.run_cell(source, store_history=True)
        return shown[-1]

    return run


def test_a_kernel_whose_folder_has_gone_judges_all_the_same(run: Run) -> None:
    leave = "import os, tempfile\nos.chdir(tempfile.mkdtemp())\nos.rmdir(os.getcwd())"
    assert run(leave, FIRST, CHECK).startswith("unsigned_value: 8 of 8 points")
    assert run("open('a.txt')", FIRST, CHECK).startswith("unsigned_value: 8 of 8 points")


@pytest.mark.parametrize(
    "cells",
    [
        (FIRST,),
        ("def double(x): return 2 * x\n" + FIRST,),
        ("scratch = 3", FIRST),
        (
            "def helper(x): return x",
            "def helper(x): return x\n" + FIRST.replace("2)", "helper(2))"),
        ),
        ("%%time\ndef helper(x): return x\n" + FIRST.replace("2)", "helper(2))"),),
        ("from math import *\n" + FIRST.replace("2)", "2) + int(sin(0))"),),
        ("table = {}\n" + FIRST.replace("return", "table[1] = 1; return"),),
        ("import threading, tempfile\n" + FIRST.replace("return", "threading.Lock(); return"),),
        ("open('a.txt', 'w').write('2')\nbase = int(open('a.txt').read())\n" + FIRST,),
        ("import matplotlib, IPython, sympy\n" + FIRST,),
    ],
)
def test_what_is_handed_in_whole_is_judged(run: Run, cells: tuple[str, ...]) -> None:
    assert run(*cells, CHECK).startswith("unsigned_value: 8 of 8 points")


def test_what_the_checks_read_themselves_is_no_file_of_a_student(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    progress = Path.home() / "work" / "progress.json"
    progress.write_text("{}")
    monkeypatch.setenv("COURSE_PROGRESS", str(progress))
    monkeypatch.setattr(checks, "_is_learning", lambda: True)
    second = "def signed_value(bits): return 0\n"
    assert "will not work" not in run(
        "check('to_bits', int)\n" + FIRST + second + f"{CHECK}\n{SECOND}"
    )
    assert "signed_value" in progress.read_text()


HELPED = FIRST.replace("2)", "helper(2))")
HELPER = "def helper(x):\n    return x\n"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ((HELPER, HELPED), "`helper` is defined neither in this cell"),
        (("helper = int", HELPED), "move it into the cell of `unsigned_value`"),
        ((HELPER + HELPED, HELPED), "`helper` is defined neither in this cell"),
        ((HELPER + "def signed_value(bits): pass", HELPED), "nor in that of an earlier task"),
        (
            (HELPER, "def other(x): return helper(x)\n" + FIRST.replace("2)", "other(2))")),
            "`helper`",
        ),
        (("import string\n" + HELPER, FIRST.replace("2)", "len(string.digits))")), "`string`"),
        (("import sklearn\n" + FIRST,), "`sklearn` is not there: use Python, torch and NumPy"),
        (
            (FIRST.replace("    ", "    import sklearn.datasets\n    ", 1),),
            "`sklearn` is not there",
        ),
        (
            ("from sklearn.utils import shuffle\n" + FIRST.replace("2)", "2, *shuffle([]))"),),
            "`sklearn`",
        ),
        (
            ("import model_compression.snip\n" + FIRST,),
            "`model_compression.snip` belongs to a later",
        ),
        (
            ("from courseware.subjects import data\n" + FIRST,),
            "`courseware.subjects` is no part of a hand-in",
        ),
        (
            (FIRST.replace("return", "torch.ones(1).to('cuda:0'); return"),),
            "There is no GPU (`cuda:0`)",
        ),
        ((FIRST.replace("return", "torch.ones(1).cuda(); return"),), "There is no GPU"),
    ],
)
def test_what_will_not_be_there_is_said(run: Run, cells: tuple[str, ...], said: str) -> None:
    report = run(*cells, CHECK)
    assert report.startswith("unsigned_value: 0 of 8 points")
    assert "will not work when your hand-in is graded" in report
    assert said in report


def test_an_earlier_task_is_there_and_a_later_one_is_not(run: Run) -> None:
    signed = (
        "def signed_value(bits):\n    return unsigned_value(bits) - 2**len(bits) * int(bits[0])"
    )
    assert run(FIRST, signed, SECOND).startswith("signed_value: 14 of 14")
    first = "def unsigned_value(bits):\n    return signed_value('0' + bits)"
    report = run("def signed_value(bits):\n    return int(bits, 2)", first, CHECK)
    assert "`signed_value` is defined neither in this cell" in report


def test_a_file_of_ones_own_is_said(run: Run) -> None:
    Path("table.txt").write_text("2", encoding="utf-8")
    inside = FIRST.replace("2)", "int(open('table.txt').read()))")
    assert "table.txt is a file of yours, which is not there while" in run(inside, CHECK)
    path = str(Path("table.txt").resolve())
    assert "table.txt is a file of yours" in run(inside.replace("table.txt", path), CHECK)
    assert "The cell reads `table.txt`" in run("base = open('table.txt').read()\n" + FIRST, CHECK)
    Path("own_helpers.py").write_text("base = 2", encoding="utf-8")
    assert "`own_helpers` is not there" in run("import own_helpers\n" + FIRST, CHECK)


def test_a_slow_cell_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Limits().cell_seconds == CELL_SECONDS
    monkeypatch.setattr("courseware.checks.handed_in.CELL_SECONDS", 0.0)
    assert "it may take 0 s" in run(FIRST, CHECK)


def test_another_function_than_the_one_handed_in_is_judged_as_it_is(run: Run) -> None:
    cells = ("base = 2", "def mine(bits): return int(bits, base)", FIRST)
    assert "8 of 8" in run(*cells, "check('unsigned_value', mine)")


REFUSED = {
    "a pool": ("import multiprocessing", "multiprocessing.Pool(2)", conditions.PROCESS),
    "a process": (
        "import multiprocessing as m",
        "m.Process(target=print).start()",
        conditions.PROCESS,
    ),
    "an executor": (
        "from concurrent.futures import ProcessPoolExecutor",
        "ProcessPoolExecutor(1).submit(int).result()",
        conditions.PROCESS,
    ),
    "workers": (
        "from torch.utils.data import DataLoader",
        "list(DataLoader([1], num_workers=1))",
        conditions.PROCESS,
    ),
    "a command": ("import subprocess", "subprocess.run(['true'])", conditions.PROCESS),
    "a shell": ("import os", "os.system('true')", conditions.PROCESS),
    "a fork": ("import os", "os.fork()", conditions.PROCESS),
    "a socket": ("import socket", "socket.socket()", conditions.NETWORK),
    "a name": ("import socket", "socket.gethostbyname('localhost')", conditions.NETWORK),
    "a question": ("import os", "input('?')", conditions.INPUT),
    "a thread that forks": (
        "import os\nfrom concurrent.futures import ThreadPoolExecutor",
        "ThreadPoolExecutor(1).submit(os.fork).result()",
        conditions.PROCESS,
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_the_same_is_refused_in_the_same_words(run: Run, inside, kind: str) -> None:
    imports, line, reason = REFUSED[kind]
    source = f"{imports}\n{FIRST.replace('return', f'{line}; return')}f = unsigned_value"
    error = inside(source, "1").error
    assert (type(error).__name__, str(error)) == ("NotWhenGraded", reason)
    report = run(source, CHECK)
    assert report.startswith("unsigned_value: 0 of 8") and f"NotWhenGraded: {reason}" in report


def test_nothing_is_refused_after_the_check(run: Run) -> None:
    here = Path.cwd()
    run(FIRST, CHECK)
    assert Path.cwd() == here and Path.home() == here.parent
    import socket
    import subprocess

    assert subprocess.run([sys.executable, "-c", ""], check=False).returncode == 0
    socket.socket().close()


def test_inputs_of_a_class_are_judged_as_stock_nbgrader_does(run: Run) -> None:
    graded = "check('unsigned_value', unsigned_value, 'seed of a class')"
    assert "8 of 8" in run(HELPER, HELPED, graded)


def test_outside_of_jupyter_nothing_is_known_of_cells() -> None:
    space: dict[str, object] = {}
    exec(HELPER + HELPED, space)
    function = space["unsigned_value"]
    assert isinstance(function, types.FunctionType)
    with reports_to(lambda text, html, facts: None):
        assert check("unsigned_value", function) == 8.0


@pytest.mark.parametrize("exercise", EXERCISES)
def test_what_an_exercise_gives_and_its_order_are_those_of_its_notebook(exercise: str) -> None:
    code = [cell for cell in released(exercise)["cells"] if cell["cell_type"] == "code"]
    so_far, given, asked = set[str](), set[str](), []
    for cell in code:
        settings, names = cell["metadata"].get("nbgrader", {}), bound_names("".join(cell["source"]))
        if settings.get("solution"):
            given = set(so_far)  # what comes behind the last solution gives nothing to one
            asked += sorted(names)
        elif not settings.get("grade"):
            so_far |= names
    assert given == set(GIVEN[exercise].split())
    tasks = [task.name for task in EXERCISES[exercise].part("tasks").TASKS]
    assert [name for name in asked if name in tasks] == tasks
