"""Sentences from docstrings: prose before the first heading, each first line once."""

import sys
from types import ModuleType
from typing import Any

import pytest

from courseware.subjects.docstrings import Documented, documented, with_descriptions


def described(doc: str | None) -> Any:
    def function() -> None: ...

    function.__doc__ = doc
    return function


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    made = ModuleType("made")
    members: dict[str, Any] = {
        "add": described(
            "add(x, y, /)\n\n    Add two numbers.\n\n    Both have to be\n    numbers.\n\n"
            "    .. versionadded:: 1\n\n    >>> add(1, 2)\n\n    Parameters\n    ----------\n    x"
        ),
        "plus": described("Add two numbers."),
        "short": described("Too short."),
        "silent": described(None),
        "number": 3,
    }
    made.__dict__.update(members, __all__=[*members])
    monkeypatch.setitem(sys.modules, "made", made)
    return made


def test_prose_before_the_first_heading_is_taken(module: ModuleType) -> None:
    assert documented(["made"]) == [
        Documented("made.add", "Add two numbers.", "Both have to be numbers.")
    ]


def test_short_descriptions_are_left_out() -> None:
    long = Documented("a", "First line of a.", "one two three four five six seven eight nine ten")
    short = Documented("b", "First line of b.", "one two three")
    assert with_descriptions([short, long]) == [long]


def test_numpy_has_hundreds_of_them() -> None:
    entries = documented(["numpy", "numpy.linalg"])
    assert len(entries) > 300
    assert len({entry.first_line for entry in entries}) == len(entries)
    assert not any("\n" in entry.first_line + entry.description for entry in entries)
