"""Rebuilding from files that are anything but a notebook of today."""

from __future__ import annotations

import copy
import json
from typing import Any

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode

from courseware.grading import reading
from courseware.grading.anomalies import notes_cell
from courseware.grading.rebuild import NotRecognised, rebuild
from tests.courseware.grading import toy
from tests.courseware.grading.toy import SOLUTIONS, kinds_of, source_of

BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b" \n", "empty"),
    "text": (b"hello", "not valid JSON"),
    "utf-16 without a mark": ('{"cells": []}'.encode("utf-16-le"), "not valid JSON"),
    "latin-1": (b'{"cells": ["\xe4"]}', "not UTF-8"),
    "many cells": (b'{"cells": [' + b"{}," * 1000 + b"{}]}", "1001 cells, more than the 1000"),
    "many values": (b'{"cells": [' + b"{}," * 500_000 + b"{}]}", "1,000,000 values"),
    "many texts": (b'{"cells": [' + b'"",' * 500_001 + b"{}]}", "1,000,000 values"),
    "list": (b"[]", "not a notebook"),
    "number": (b"1", "not a notebook"),
    "object": (b"{}", "not a notebook"),
    "no list of cells": (b'{"cells": 1}', "list of cells"),
    "old and odd": (b'{"nbformat": 3, "worksheets": [{"cells": 5}]}', "old notebook format"),
    "deep": (b'{"cells":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "not valid JSON"),
    "long number": (b'{"cells": [' + b"1" * 5000 + b"]}", "not valid JSON"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_unreadable_files_become_the_bare_master(master: NotebookNode, case: str) -> None:
    content, reason = BROKEN[case]
    rebuilt, found = rebuild(master, content)
    assert [one.kind for one in found] == ["unreadable"]
    assert reason in found[0].text
    assert rebuilt == master


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_says_how_to_read(
    master: NotebookNode, good: NotebookNode, encoding: str
) -> None:
    assert kinds_of(master, toy.as_bytes(good).decode().encode(encoding)) == []


def test_values_are_counted_outside_of_text(master: NotebookNode, good: NotebookNode) -> None:
    cell = toy.by_id(good, "square")
    printed = {"output_type": "stream", "name": "stdout", "text": '[{"\\",' * 500_000}
    much = toy.edited(good, lambda nb: toy.by_id(nb, "square").update(outputs=[printed]))
    assert source_of(master, toy.as_bytes(much), "square") == cell.source


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_line_ends_and_marks_in_cells_are_no_change(
    master: NotebookNode, good: NotebookNode, line_end: str
) -> None:
    def edit(notebook: NotebookNode) -> None:
        for cell in notebook.cells:
            cell.source = "\ufeff" + cell.source.replace("\n", line_end)

    came = toy.as_bytes(toy.edited(good, edit))
    assert kinds_of(master, came) == []
    assert source_of(master, came, "cube") == toy.by_id(good, "cube").source


@pytest.mark.parametrize("version", [2, 3])
def test_old_formats_are_converted(master: NotebookNode, good: NotebookNode, version: int) -> None:
    old = nbformat.convert(copy.deepcopy(good), 3)
    if version == 2:
        old.nbformat = 2
    rebuilt, found = rebuild(master, json.dumps(old).encode())
    assert [one.kind for one in found] == ["old format"]
    assert rebuilt == rebuild(master, good)[0]


def test_odd_sources(master: NotebookNode, good: NotebookNode) -> None:
    raw: dict[str, Any] = json.loads(toy.as_bytes(good))
    cells = {cell["id"]: cell for cell in raw["cells"]}
    cells["square"]["source"] = ["def square(x):\n", 5, "    return '\ud800'"]
    cells["cube"]["source"] = {"not": "text"}
    raw["cells"] += [None, 1, {"cell_type": 3, "metadata": [], "source": None}]
    rebuilt, found = rebuild(master, json.dumps(raw).encode())
    assert found == []
    assert toy.by_id(rebuilt, "square").source == "def square(x):\n    return '?'"
    assert toy.by_id(rebuilt, "cube").source == ""
    nbformat.validate(rebuilt)


def test_too_large(master: NotebookNode, good: NotebookNode) -> None:
    big = toy.with_cell(good, "square", "#" * (reading.MAX_SOURCE_LENGTH + 1))
    assert kinds_of(master, big) == [("too large", "square")]
    assert source_of(master, big, "square") == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
CELLS = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw"]) | JSON,
        "source": st.text() | st.lists(st.text()) | JSON,
        "id": st.text() | JSON,
        "metadata": st.fixed_dictionaries(
            {},
            optional={
                "tags": st.lists(st.text()) | JSON,
                "nbgrader": JSON
                | st.fixed_dictionaries(
                    {"grade_id": st.sampled_from(["square", "test_square", "setup", "why"]) | JSON},
                    optional=dict.fromkeys(("points", "grade", "solution", "locked"), JSON),
                ),
            },
        )
        | JSON,
    },
)
DRAWN = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def assert_trustworthy(master: NotebookNode, submitted: Any) -> None:
    """Whatever came in, all but the sources of solutions is the master's, and can be stored."""
    try:
        rebuilt, found = rebuild(master, submitted)
    except NotRecognised:
        return
    for cell, original in zip(rebuilt.cells, master.cells, strict=True):
        if cell.id not in SOLUTIONS:
            assert cell == original
        assert {**cell, "source": ""} == {**original, "source": ""}
    nbformat.validate(rebuilt)
    nbformat.writes(rebuilt).encode()
    nbformat.validate(nbformat.v4.new_notebook(cells=[notes_cell(found)]))
    assert all(one.text.isprintable() for one in found)


@DRAWN
@given(st.binary())
def test_any_bytes(master: NotebookNode, content: bytes) -> None:
    assert_trustworthy(master, content)


@DRAWN
@given(JSON)
def test_any_json(master: NotebookNode, content: Any) -> None:
    assert_trustworthy(master, json.dumps(content).encode())


@DRAWN
@given(st.lists(CELLS, max_size=6), JSON)
def test_any_cells(master: NotebookNode, cells: list[Any], metadata: Any) -> None:
    one_of_ours = {"metadata": {"nbgrader": {"grade_id": "setup"}}}
    cells = [one_of_ours, *cells]
    content = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    assert_trustworthy(master, json.dumps(content).encode())
