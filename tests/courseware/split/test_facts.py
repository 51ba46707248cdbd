"""What a notebook's sources say about its functions, without running them."""

from __future__ import annotations

import pytest

from courseware.checks.off_limits import EVERYWHERE, called_names, shortcuts
from courseware.grading.split.facts import Facts, read_cell
from tests.mutants import table

table.load()

HOSTILE = {
    "attributes": "x = a" + ".b" * 49_000,
    "calls": "x = a" + "()" * 49_000,
    "sums": "x = " + "+".join(["a"] * 49_000),
    "minus": "x = " + "-" * 99_000 + "1",
    "powers": "x = " + "**".join(["a"] * 33_000),
    "lambdas": "x = " + "lambda: " * 12_000 + "1",
    "conditions": "x = " + "a if b else " * 8_000 + "c",
    "branches": "if a: pass\n" + "elif a: pass\n" * 7_000,
    "parentheses": "x = " + "(" * 49_000 + "1" + ")" * 49_000,
    "null": "x = 1\0",
    "surrogate": "x = '\ud800'",
    "encoding": "# -*- coding: undefined -*-\nx = 1",
    "return": "return 1",
}


def facts_of(*sources: str) -> Facts:
    facts = Facts()
    for source in sources:
        facts.add(read_cell(source))
    return facts


@pytest.mark.parametrize(
    ("source", "used"),
    [
        ("import torch\ndef f(x): return torch.softmax(x, -1)", "torch.softmax"),
        ("import torch as t\ndef f(x): return t.softmax(x, -1)", "torch.softmax"),
        ("from torch import softmax as s\ndef f(x): return s(x, -1)", "torch.softmax"),
        ("import torch.ao.quantization\nf = lambda x: torch.ao.go(x)", "torch.ao.go"),
        ("import torch\ns = torch.softmax\ndef f(x): return s(x)", "torch.softmax"),
        ("import torch\ndef h(x): return torch.softmax(x)\ndef f(x): return h(x)", "torch.softmax"),
        ("import torch\nf = torch.softmax", "torch.softmax"),
        ("import torch\ndef f(x, s=torch.softmax): return s(x)", "torch.softmax"),
        ("import torch\nif True:\n    def f(x): return torch.softmax(x)", "torch.softmax"),
        ("try:\n    import torch.ao as a\nexcept ImportError: pass\nf = lambda: a.b", "torch.ao.b"),
        ("def f(x):\n    import torch.ao as a\n    return a.go(x)", "torch.ao.go"),
        ("%matplotlib inline\nimport torch\ndef f(x): return torch.softmax(x)", "torch.softmax"),
        ("%%time\nimport torch\ndef f(x): return torch.softmax(x)", "torch.softmax"),
        ("import torch\n%time f = torch.softmax", "torch.softmax"),
        ("import torch\nx = await g()\nf = torch.softmax", "torch.softmax"),
    ],
)
def test_names_that_a_function_uses(source, used):
    assert used in facts_of(source).used("f")


def test_names_of_other_functions_do_not_count():
    source = "import torch\ndef g(x): return torch.softmax(x)\ndef f(x): return x"
    assert "torch.softmax" not in facts_of(source).used("f")


def test_a_later_definition_replaces_an_earlier_one():
    first, second = "import torch\ndef f(x): return torch.softmax(x)", "def f(x): return x"
    assert "torch.softmax" in facts_of(first).used("f")
    assert "torch.softmax" not in facts_of(first, second).used("f")


def test_functions_that_call_each_other():
    facts = facts_of("def f(x): return g(x)\ndef g(x): return f(x)")
    assert facts.called("f") == {"g"}
    assert facts.used("f") == {"f", "g"}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_sources_that_are_hard_to_read(source):
    assert isinstance(read_cell(source), Facts)


MODULES = {entry.function.__module__: None for entry in table.WRONG + table.RIGHT}
"""Those of the capstone are texts of cells, and have none."""


@pytest.mark.parametrize("module", filter(None, MODULES))
def test_the_same_is_found_as_in_the_function_itself(module):
    """Off-limits names and calls of other tasks, for all solutions of the tests of the tests."""
    setup = read_cell(table.imports_of(module))
    entries = [e for e in table.WRONG + table.RIGHT if e.function.__module__ == module]
    for entry in entries:
        facts = Facts()
        facts.add(setup)
        facts.add(read_cell(table.source_as(entry.function, "f")))
        for prefix in (*EVERYWHERE, "torch.softmax", "torch.nn", "torch.quantize_per_tensor"):
            found = [n for n in facts.used("f") if n == prefix or n.startswith(prefix + ".")]
            assert bool(found) == bool(shortcuts(entry.function, (prefix,))), entry
        plain = {name for name in called_names(entry.function) if "." not in name}
        assert plain - {entry.function.__name__} <= facts.called("f") | {"f"}
