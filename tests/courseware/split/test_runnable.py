"""Cells that Jupyter runs, read as Jupyter reads them, and run in a worker."""

from __future__ import annotations

import ast

import pytest

from courseware.grading.split.facts import read_cell
from courseware.grading.split.session import Cell, Session
from courseware.handing_in.names import bound_names, used_names
from courseware.handing_in.runnable import runnable

TWICE = "def f(x):\n    return 2 * x\n"

HABITS = {
    "a question": TWICE + "f?",
    "a question to a magic": "%%time?\n" + TWICE,
    "the source": TWICE + "f??",
    "a shell command": "!ls\n" + TWICE,
    "its lines": "files = !ls\n" + TWICE + "print(len(files))",
    "its lines in a block": "if True:\n    files = !ls\n    !rm {files}\n" + TWICE,
    "a timed call": TWICE + "%time f(3)",
    "a timed assignment": TWICE + "%time y = f(3)\nz = y + 1",
    "an assigned time": TWICE + "y = %time f(3)\nz = y + 1",
    "a measured call": TWICE + "%timeit -n 10 -r3 f(3)",
    "a profiled call": TWICE + "%prun -l 5 -s cumulative f(3)",
    "a timed cell": "%%time\n" + TWICE,
    "a measured cell": "%%timeit -n 1 k = 1\n" + TWICE,
    "a caught cell": "%%capture out\n" + TWICE + "print(f(2))\nout.show()",
    "magics upon magics": "%%capture\n%%time\n" + TWICE + "%time !ls",
    "installing": "%pip install torch\n!pip install torch\n" + TWICE,
    "an assigned magic": "where = %pwd\n" + TWICE,
    "a magic in a function": TWICE + "def show():\n    %matplotlib inline\n    return 1\nshow()",
    "the shell itself": "get_ipython().run_line_magic('load_ext', 'autoreload')\n" + TWICE,
    "the shell, imported": "from IPython import get_ipython\nget_ipython().system('ls')\n" + TWICE,
    "an indented cell": "".join(f"    {line}\n" for line in TWICE.splitlines()),
    "prompts": ">>> def f(x):\n...     return 2 * x\n...\n>>> f(2)\n",
    "numbered prompts": "In [3]: def f(x):\n   ...:     return 2 * x\n   ...:\n",
    "a numbered prompt that is Python": "In [3]: k = 2\nIn [4]: f = lambda x: k * x",
    "awaiting": "import asyncio\nk = await asyncio.sleep(0.001, 2)\ndef f(x):\n    return k * x",
    "awaiting in a block": (
        "import asyncio\nasync def g():\n    return 2\nfor _ in range(2):\n    k = await g()\n"
        "async with asyncio.timeout(5):\n    k = await asyncio.create_task(g())\n"
        "def f(x):\n    return k * x"
    ),
    "awaiting, timed": "async def g():\n    return 2\n%time k = await g()\nf = lambda x: k * x",
    "a semicolon": TWICE + "f(3);",
    "another alphabet": "größe = 2\nデータ = 'ü😀'\ndef f(x):\n    return größe * x",
    "form feeds": "\f\n" + TWICE + "\f\nk = 1",
    "a byte order mark": "\ufeff" + TWICE,
    "returns and feeds": TWICE.replace("\n", "\r\n"),
    "returns alone": TWICE.replace("\n", "\r"),
    "blank lines first": "\n\n  \n" + TWICE,
    "a display": "from IPython.display import HTML, clear_output, display\nclear_output()\n"
    "display(HTML('<b>1</b>'), display_id=True)\n" + TWICE,
    "a display that is there": TWICE + "display(f(3), display_id='a')",
    "annotations for later": "from __future__ import annotations\n" + TWICE,
}


@pytest.mark.parametrize("source", HABITS.values(), ids=HABITS)
def test_what_jupyter_runs_is_run_and_read(sandbox, source):
    with Session(sandbox, [Cell("a", source)]) as session:
        result = session.run(Cell("a", source), ("f",))
        assert (result.error, [*result.names]) == (None, ["f"])
        assert session.call("f", (4,)).value == 8
        assert "f" in session.facts().uses
    assert "f" in bound_names(source) and "f" in read_cell(source).uses


@pytest.mark.parametrize(
    "source", ["%%bash\nf = 1", "%%writefile f.py\nf = 1", "%%html\nf = 1", "%%javascript\nf = 1"]
)
def test_what_is_no_python_is_not_run(sandbox, source):
    with Session(sandbox, [Cell("a", source)]) as session:
        result = session.run(Cell("a", source), ("f",))
    assert (result.error, result.names) == (None, {})
    assert "f" not in bound_names(source)


def test_features_of_the_future_hold_for_later_cells(sandbox):
    sources = "from __future__ import annotations", "def f(x: NotThere) -> Nowhere:\n    return 1"
    cells = [Cell(str(number), source) for number, source in enumerate(sources)]
    with Session(sandbox, cells) as session:
        assert [session.run(cell).error for cell in cells] == [None, None]


def test_awaiting_has_a_limit_and_later_cells_run(sandbox):
    sources = "await asyncio.sleep(60)", "k = await asyncio.sleep(0, 3)"
    cells = [Cell(str(n), f"import asyncio\n{source}") for n, source in enumerate(sources)]
    with Session(sandbox, cells) as session:
        session._cells_left = 0.5
        assert "it waited for" in str(session.run(cells[0]).error)
        session._cells_left = 5.0
        assert session.run(cells[1], ("k",)).names == {"k": 3}


def test_where_an_error_was_is_told_with_the_line_that_jupyter_shows(inside):
    outcome = inside("%%time\ndef f():\n    return 1 // 0")
    assert outcome.at == "line 3 of your cell: return 1 // 0"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1 \\\n% 2", "x = 1 \\\n% 2"),
        ("s = '''\n%time x\n!ls\n'''", "s = '''\n%time x\n!ls\n'''"),
        ("x = = 1", "x = = 1\n"),
        ("%time", "get_ipython().run_line_magic('time', '')\n"),
        ("%time f(x) \\\n  + 1", "f(x)    + 1\n"),
        ("%%timeit -n10 k = 1\nf(k)", "k = 1\nf(k)\n"),
    ],
)
def test_as_python(source, expected):
    assert runnable(source) == expected


@pytest.mark.parametrize("source", ["x = 1\0", "'\ud800'", "(" * 500, "%%time\n" * 3000, "?", "!"])
def test_odd_cells_are_given_back_or_read(source):
    assert isinstance(runnable(source), str)
    assert used_names(source) <= {"get_ipython"}


def test_many_magics_are_given_up_at_some_point(monkeypatch):
    source = TWICE + "%time f(1)\n" * 30
    assert "%time" not in runnable(source)
    monkeypatch.setattr("courseware.handing_in.runnable.MAX_READ", 20 * len(source))
    assert "%time" in runnable(source)


def test_statements_behind_magics_are_seen():
    source = "%%time\nimport torch\n%time y = g(torch)"
    assert bound_names(source) == {"torch", "y"} and used_names(source) == {"torch", "g"}
    assert ast.unparse(ast.parse(runnable(source))) == "import torch\ny = g(torch)"
