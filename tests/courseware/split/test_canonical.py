"""The source that counts does what the cell does, and tells nothing that only readers see."""

from __future__ import annotations

import heapq
import inspect
import textwrap

import pytest

from courseware.checks import all_tasks
from courseware.checks.run import run_task
from courseware.handing_in.canonical import canonical, compressed_bytes
from tests.mutants import table
from tests.mutants.selftest import SETUP

PLAIN = """
import numpy as np

SIZES = [3, 4]

def decompress(blob):
    total = 0
    for size in SIZES:
        total += size * len(blob)
    return np.int64(total)
"""
DRESSED = '''
# What is read here is not what counts.
import numpy as this_name_could_carry_twenty_bytes
"A lone text."
the_sizes_of_all_layers: list[int] = [3, 4]

def decompress(the_file_as_it_was_read: bytes) -> int:
    """A docstring."""
    unused: "an annotation"
    counted: int = 0     # bytes
    for ö in the_sizes_of_all_layers:
        ...
        counted += ö * len(the_file_as_it_was_read)
    return this_name_could_carry_twenty_bytes.int64(counted)
'''


def test_names_comments_and_annotations_carry_nothing():
    assert canonical(PLAIN, ["decompress"]) == canonical(DRESSED, ["decompress"])
    namespace: dict = {}
    exec(canonical(DRESSED, ["decompress"]), namespace)
    assert namespace["decompress"](b"ab") == 14


def test_values_count():
    texts = [canonical(f"x = {value!r}\ndef f(): return x", ["f"]) for value in ("", "kB" * 99)]
    assert compressed_bytes(texts[0]) < compressed_bytes(texts[1])


@pytest.mark.parametrize("module", [heapq, textwrap, inspect, table])
def test_a_canonical_source_is_its_own(module):
    once = canonical(inspect.getsource(module))
    assert canonical(once) == once


SOLUTIONS = [
    entry
    for entry in (table.load(), table.RIGHT)[1]
    if str(entry.function.__module__).rpartition(".")[2].startswith(("chapter_01", "chapter_02"))
]


@pytest.mark.parametrize("entry", SOLUTIONS, ids=lambda entry: entry.function.__name__)
def test_right_solutions_stay_right(entry):
    task = all_tasks()[entry.task]
    namespace: dict = {}
    exec(canonical(SETUP + table.source_as(entry.function, task.name), [task.name]), namespace)
    assert run_task(task, namespace[task.name], "canonical").score == task.points


@pytest.mark.parametrize(
    ("source", "value"),
    [
        # Parameters that a call names, attributes, and methods of a class of one's own.
        ("def g(a, b=1): return a - b\ndef f(): return g(b=5, a=2)", -3),
        (
            "class P:\n    size: int = 4\n    def twice(self): return self.size * 2\n"
            "def f(): return P().twice()",
            8,
        ),
        (
            "from dataclasses import dataclass\n@dataclass\nclass P:\n    'doc'\n    size: int\n"
            "def f(): return P(3).size",
            3,
        ),
        # A name that is a builtin elsewhere in the cell.
        ("def g(max): return max + 1\ndef f(): return g(max(1, 2))", 3),
        # What `import a.b` binds; names of the form that others get.
        ("import os.path\ndef f(): return os.path.basename('a/b')", "b"),
        ("def g(v0=1, longer=2): return v0 * 10 + longer\ndef f(): return g(v0=3)", 32),
        (
            "def f():\n    n = 1\n    def g():\n        nonlocal n\n        n += 1\n"
            "    g()\n    return n",
            2,
        ),
        (
            "def f():\n    try:\n        raise KeyError(7)\n"
            "    except KeyError as e:\n        return e.args[0]",
            7,
        ),
        (
            "def f():\n    match {'a': [1, 2, 3], 'b': 4}:\n"
            "        case {'a': [x, *y], **rest}: return x, y, rest",
            (1, [2, 3], {"b": 4}),
        ),
        (
            "def f():\n    if 0:\n        'only text'\n"
            "    return [y for x in (1, 2) if (y := x * x)]",
            [1, 4],
        ),
        ("%time n = 3\ndef f(): return f'{n!r:>3}'", "  3"),
    ],
)
def test_it_does_what_the_cell_does(source, value):
    namespace: dict = {}
    exec(canonical(source, ["f"]), namespace)
    assert namespace["f"]() == value


@pytest.mark.parametrize("source", ["def f(:", "x = '\0'", "def f(): return " + "0x" + "f" * 9999])
def test_what_cannot_be_read_is_an_error(source):
    with pytest.raises((SyntaxError, ValueError)):
        canonical(source, ["f"])
