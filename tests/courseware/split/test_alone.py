"""A source that runs where nothing else is: no other cell, no earlier call, no file."""

from __future__ import annotations

import linecache

import pytest

from courseware.checks.alone import call_alone, canonical_cell
from courseware.checks.call import TimeLimit
from courseware.grading.split.sandbox import InfrastructureError, Sandbox
from courseware.grading.split.seats import ProcessEnded
from tests.courseware.split.conftest import LIMITS, opened, stand_in

CELLS = (
    "import builtins, os, sys\nbuiltins.told = os.environ['TOLD'] = '7'\nsys.modules['told'] = 7\n"
    "open('told', 'w').write('7')\nbase = 1",
    "def read(blob):  # by its name\n    total: int = len(blob)\n    return total + base",
    "def f(x):\n    open('told', 'w').write(x)\n    return b'blob'",
)
TELLS = """
def read(blob):
    import builtins, os, sys
    return [hasattr(builtins, "told"), "TOLD" in os.environ, "told" in sys.modules,
            os.listdir("."), sorted(n for n in globals() if n[0] != "_"), blob]
"""


def test_nothing_comes_from_other_cells_and_calls(sandbox):
    with opened(sandbox, *CELLS) as session:
        f = stand_in(session)
        blob = f("7")
        told = call_alone(f, TELLS, "read", (blob,), 5.0)
        assert told.error is None, told.error
        here = ["display", "get_ipython", "read"]
        assert told.value == [False, False, False, [], here, b"blob"]
        assert session.call("read", (b"abc",)).value == 4  # and the session goes on


def test_the_cell_that_counts_is_the_one_that_defines_the_name(sandbox):
    with opened(sandbox, *CELLS) as session:
        text = canonical_cell(stand_in(session), "read").value
        assert text == "def read(v0):\n    v1 = len(v0)\n    return v1 + base"
        outcome = call_alone(stand_in(session), text, "read", (b"",), 5.0)
        assert (type(outcome.error), str(outcome.error)) == (
            NameError,
            "name 'base' is not defined",
        )
        assert type(canonical_cell(stand_in(session), "write").error) is NameError


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("while True: pass", TimeLimit),
        ("def read(blob):\n    while True: pass", TimeLimit),
        ("import os\ndef read(blob): os._exit(0)", ProcessEnded),
        ("import os\nos._exit(0)", ProcessEnded),
        ("1 / 0", ZeroDivisionError),
        ("reed = 1", NameError),
    ],
)
def test_what_goes_wrong_there_is_an_outcome(sandbox, source, kind):
    with opened(sandbox, *CELLS) as session:
        error = call_alone(stand_in(session), source, "read", (b"",), 0.3).error
        assert type(error) is kind
        assert session.fault is None and session.call("f", ("",)).value == b"blob"


def test_its_time_counts_for_the_task(sandbox):
    with opened(sandbox, *CELLS) as session:
        session.start_task()
        before = session._task_left
        call_alone(stand_in(session), "while True: pass", "read", (b"",), 0.3)
        assert session._task_left <= before - 0.25


@pytest.mark.parametrize("source", ["def read(:", "x = " + "(" * 5000 + ")" * 5000])
def test_what_nobody_can_read_is_an_outcome(sandbox, source):
    with opened(sandbox, *CELLS) as session, session.apart() as other:
        assert other.canonical(source, ["read"]).error is not None


def test_without_a_sandbox_it_is_a_fault_and_no_answer():
    with (
        Sandbox("01_number_formats", LIMITS, isolated=False) as plain,
        opened(plain, *CELLS) as session,
    ):
        with pytest.raises(InfrastructureError, match="judged in a sandbox only"):
            call_alone(stand_in(session), TELLS, "read", (b"",), 5.0)
        assert "judged in a sandbox only" in str(session.fault)


def test_at_home_a_fresh_namespace_has_to_do():
    name = "<cells of a test>"
    cell = "unit = 2\ndef read(blob):\n    'doc'\n    return len(blob) * unit + further"
    linecache.cache[name] = (len(cell), None, cell.splitlines(True), name)
    names = {"further": 5}
    exec(compile(cell, name, "exec"), names)
    names["f"] = eval("lambda x: x", names)
    text = canonical_cell(names["f"], "read").value
    assert text == "v0 = 2\n\ndef read(v1):\n    return len(v1) * v0 + further"
    assert type(call_alone(names["f"], text, "read", (b"",), 5.0).error) is NameError
    assert call_alone(names["f"], text.replace("further", "3"), "read", (b"a",), 5.0).value == 5
    assert type(canonical_cell(names["f"], "write").error) is NameError


def test_bytes_of_a_class_of_its_own_are_described(inside):
    source = "class B(bytes): pass\ndef f(x): return B(b'abc')"
    value = inside(source, 1).value
    assert (type(value).__name__, repr(value)) == ("B", "b'abc'")


FAILS = """\
import struct

# What stands here counts for nothing, and moves the lines below.
def read(blob: bytes) -> int:
    "A number."
    # And so does this.
    first: int = struct.unpack(
        "B", blob
    )[0]
    return FACTOR * first
"""


def test_an_error_is_told_by_its_line_of_the_cell(sandbox):
    with opened(sandbox, FAILS, "def f(name):\n    return b'blob'") as session:
        there = canonical_cell(stand_in(session), "read").value
        outcome = call_alone(stand_in(session), there, "read", (b"x",), 5.0)
        assert there.in_the_cell(outcome.at) == "line 10 of your cell: return FACTOR * first"
        late = call_alone(stand_in(session), there, "read", (b"xy",), 5.0)
        assert there.in_the_cell(late.at).startswith("line 7 of your cell: first: int")
