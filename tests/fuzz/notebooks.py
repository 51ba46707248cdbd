"""Notebooks that are almost one: odd in their structure, in their text, in their bytes."""

from __future__ import annotations

import copy
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from functools import partial
from typing import Any

import nbformat
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from courseware.grading.anomalies import notes_cell, to_metadata
from courseware.grading.intake import holds_cells
from courseware.grading.jobs import fingerprint
from courseware.grading.rebuild import NotRecognised, rebuild
from courseware.grading.split.facts import read_cell, to_message
from courseware.handing_in.names import bound_names, used_names
from tests.courseware.grading.toy import SOLUTIONS
from tests.fuzz.drawn import as_json, depths, long_texts, pieces, texts, values
from tests.fuzz.ground import Ground
from tests.fuzz.target import GRADED, REFUSED, Target

ENCODINGS = (
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-32",
    "utf-32-be",
    "utf-7",
    "cp037",
    "shift_jis",
)
SNIPPETS = (
    b"[",
    b"]",
    b"{",
    b"}",
    b",",
    b'"',
    b"\\",
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",
    b"1e999",
    b"NaN",
)
SNIPPETS += (
    b'{"cells":[],',
    b'"cells":',
    b'"worksheets":[{"cells":[]}],',
    b"\xef\xbb\xbf",
    b"\xff\xfe",
)


def notebook_targets(ground: Ground) -> list[Target]:
    """What reads a notebook, as far as that runs in the grader itself."""
    check = partial(check_file, ground)
    return [
        Target("notebooks: structure", structures(ground.good), check),
        Target("notebooks: text", written(ground.good), check, batch=100),
        Target("notebooks: bytes", damaged(ground.content), check),
    ]


def files(ground: Ground) -> SearchStrategy[bytes]:
    """A file of any of these kinds."""
    return structures(ground.good) | written(ground.good) | damaged(ground.content)


@st.composite
def structures(draw: DrawFn, good: dict[str, Any]) -> bytes:
    """A good notebook in which some values, at any level, are others, gone, doubled or wrapped."""
    notebook = copy.deepcopy(good)
    for _ in range(draw(st.integers(1, 5))):
        _change(draw, notebook)
    if draw(st.integers(0, 9)) == 0:
        return _old(notebook)
    return as_json(notebook, draw(depths), draw(st.booleans()))


def _change(draw: DrawFn, notebook: dict[str, Any]) -> None:
    holder, key = _place(draw, notebook)
    if holder is None:
        return
    change = draw(
        st.sampled_from(["replace", "replace", "delete", "double", "wrap", "rename", "swap"])
    )
    if change == "replace":
        holder[key] = draw(values)
    elif change == "delete":
        del holder[key]
    elif change == "double" and isinstance(holder, list):
        holder.insert(draw(st.integers(0, len(holder))), copy.deepcopy(holder[key]))
    elif change == "wrap":
        holder[key] = draw(st.sampled_from([[holder[key]], {"source": holder[key]}]))
    elif change == "rename" and isinstance(holder, dict):
        names = pieces | st.sampled_from(sorted(holder))
        holder[draw(names)] = holder.pop(key)
    elif change == "swap":
        other, at = _place(draw, notebook)
        if other is not None:
            holder[key] = copy.deepcopy(other[at])


def _place(draw: DrawFn, notebook: dict[str, Any]) -> tuple[Any, Any]:
    """A place in a notebook: what holds the value, and its key; nothing in an empty notebook."""
    holder: Any = notebook
    while holder:
        keys = sorted(holder) if isinstance(holder, dict) else range(len(holder))
        key = draw(st.sampled_from(keys))
        inner = isinstance(holder[key], dict | list) and holder[key]
        if not inner or draw(st.integers(0, 3)) == 0:
            return holder, key
        holder = holder[key]
    return None, None


def _old(notebook: dict[str, Any]) -> bytes:
    """As in the days of IPython 0.13 to 2."""
    old = {key: value for key, value in notebook.items() if key != "cells"}
    return as_json(
        {**old, "nbformat": 3, "worksheets": [{"cells": notebook.get("cells")}]}, 1, True
    )


@st.composite
def written(draw: DrawFn, good: dict[str, Any]) -> bytes:
    """A good notebook in which some cells say something else, in one piece or in lines."""
    notebook = copy.deepcopy(good)
    cells = [cell for cell in notebook["cells"] if cell["id"] in SOLUTIONS]
    chosen = st.sampled_from(range(len(cells) + len(notebook["cells"])))
    for number in draw(st.lists(chosen, min_size=1, max_size=4, unique=True)):
        cell = (cells + notebook["cells"])[number]
        text = draw(long_texts)
        if draw(st.booleans()):
            given = "".join(cell["source"])
            text = given + text if draw(st.booleans()) else text + given
        cell["source"] = text.splitlines(keepends=True) if draw(st.booleans()) else text
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2, 90]))):
        notebook["cells"].append({"cell_type": "code", "source": draw(texts), "metadata": {}})
    return as_json(notebook, 1, draw(st.booleans()))


@st.composite
def damaged(draw: DrawFn, content: bytes) -> bytes:
    """A good file that was cut, flipped, spliced, packed, or stored in another encoding."""
    for _ in range(draw(st.integers(1, 2))):
        content = draw(st.sampled_from(DAMAGES))(draw, content)
    return content


def _cut(draw: DrawFn, content: bytes) -> bytes:
    first, last = sorted((draw(st.integers(0, len(content))), draw(st.integers(0, len(content)))))
    return draw(
        st.sampled_from([content[:first], content[last:], content[:first] + content[last:]])
    )


def _flip(draw: DrawFn, content: bytes) -> bytes:
    flipped = bytearray(content)
    for at in draw(st.lists(st.integers(0, max(len(content) - 1, 0)), max_size=20)):
        if flipped:
            flipped[at] ^= 1 << draw(st.integers(0, 7))
    return bytes(flipped)


def _insert(draw: DrawFn, content: bytes) -> bytes:
    at = draw(st.integers(0, len(content)))
    piece = draw(st.sampled_from(SNIPPETS) | st.binary(max_size=20))
    return content[:at] + piece * draw(st.sampled_from([1, 1, 2, 1000, 100_000])) + content[at:]


def _recoded(draw: DrawFn, content: bytes) -> bytes:
    return content.decode("utf-8", "replace").encode(draw(st.sampled_from(ENCODINGS)), "replace")


def _packed(draw: DrawFn, content: bytes) -> bytes:
    if draw(st.booleans()):
        return gzip.compress(content, mtime=0)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.ipynb"), content)
    return packed.getvalue()


def _anything(draw: DrawFn, content: bytes) -> bytes:
    return draw(st.binary(max_size=200) | st.builds(as_json, values, depths, st.booleans()))


DAMAGES: tuple[Callable[[DrawFn, bytes], bytes], ...] = (
    *(_cut, _cut, _flip, _flip, _insert, _insert, _recoded, _packed, _anything),
)


def check_file(ground: Ground, content: bytes) -> list[str]:
    """Rebuild it: all but the answers is the master's, and everything can be stored and read."""
    holds_cells(content)
    try:
        rebuilt, found = rebuild(ground.master, content)
    except NotRecognised:
        return [REFUSED]
    for cell, original in zip(rebuilt.cells, ground.master.cells, strict=True):
        if cell.id not in SOLUTIONS:
            assert cell == original
        assert {**cell, "source": ""} == {**original, "source": ""}
        check_code(cell.source)
    assert fingerprint(rebuilt)
    rebuilt.cells.insert(0, notes_cell(found))
    nbformat.validate(rebuilt)
    assert nbformat.reads(nbformat.writes(rebuilt).encode().decode(), as_version=4) == rebuilt
    assert json.loads(json.dumps(to_metadata(found))) == to_metadata(found)
    assert all(one.text.isprintable() for one in found)
    return [REFUSED if any(one.kind == "unreadable" for one in found) else GRADED]


def check_code(source: str) -> None:
    """Names and facts can be read out of any source, and can be sent."""
    for names in (bound_names(source), used_names(source)):
        assert all(type(name) is str for name in names)
    json.dumps(to_message(read_cell(source))).encode()
