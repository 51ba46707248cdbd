"""Reading a notebook that was handed in: bytes that may be anything, turned into cells.

The bytes were taken by `intake`. Sizes and numbers are bounded before anything is made of them: 20
MB of `{},` would otherwise become gigabytes of objects.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import nbformat

from courseware.grading.anomalies import OLD_FORMAT, TOO_LARGE, UNREADABLE, Anomaly

MAX_FILE_BYTES = 20_000_000
MAX_VALUES = 1_000_000
"""Values in a file: a notebook of 20 MB has some thousands, or much data in an output."""

MAX_CELLS = 1000
MAX_SOURCE_LENGTH = 100_000

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""What a file begins with that says how it is encoded."""


@dataclass(frozen=True)
class SubmittedCell:
    """The parts of a submitted cell that are looked at; nothing in it can be trusted."""

    cell_type: str
    source: str
    cell_id: str = ""
    grade_id: str = ""
    flags: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Submission:
    """A submission's cells, and what was odd about the file; `readable` is False for a wreck."""

    cells: tuple[SubmittedCell, ...] = ()
    anomalies: tuple[Anomaly, ...] = ()
    readable: bool = True


class Unreadable(Exception):
    """Says, as the end of a sentence, why a file is no notebook."""


def holds_cells(content: bytes) -> bool:
    """Whether a file looks like a whole notebook in which something is written; it is not parsed.

    >>> holds_cells(b'{"cells": [{"source": "1"}]}'), holds_cells(b'{"cells": []}')
    (True, False)
    """
    try:
        text = _decoded(content).strip()
    except Unreadable:
        return False
    whole = text.startswith("{") and text.endswith("}")
    return whole and ('"source"' in text or '"input"' in text)


def read_submission(submitted: bytes | Mapping[str, Any]) -> Submission:
    """Cells out of a file's bytes, or of a parsed notebook."""
    anomalies = []
    try:
        notebook = _parse(submitted)
        if "cells" not in notebook:
            notebook = _upgraded(notebook)
            text = "The file was in an old notebook format; it was converted."
            anomalies.append(Anomaly(OLD_FORMAT, "", text))
        raw_cells = notebook["cells"]
        if not isinstance(raw_cells, list):
            raise Unreadable("its list of cells is missing")
        if len(raw_cells) > MAX_CELLS:
            raise Unreadable(f"it has {len(raw_cells)} cells, more than the {MAX_CELLS} allowed")
    except Unreadable as reason:
        text = f"The file could not be read: {reason}. It counts as not answered."
        return Submission(anomalies=(Anomaly(UNREADABLE, "", text),), readable=False)
    cells = []
    for raw in raw_cells:
        if isinstance(raw, Mapping):
            cell, problems = _cell(raw)
            cells.append(cell)
            anomalies += problems
    return Submission(tuple(cells), tuple(anomalies))


def _parse(submitted: bytes | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(submitted, Mapping):
        return submitted
    if not submitted.strip():
        raise Unreadable("it is empty")
    text = _decoded(submitted)
    _check_values(text)
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable("it is not valid JSON; it may have been cut off") from None
    if not isinstance(notebook, dict):
        raise Unreadable("it is JSON, but not a notebook")
    return notebook


def _decoded(content: bytes) -> str:
    encoding = next((name for mark, name in MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable("it is not UTF-8 text") from None


def _check_values(text: str) -> None:
    """Count what would become a value of its own, strings left out, before it does."""
    bare = text.replace("\\\\", "").replace('\\"', "")  # now every quote begins or ends a string
    values = bare.count('"') // 2
    if values <= MAX_VALUES:
        outside = bare.split('"')[::2]
        values += sum(part.count(mark) for part in outside for mark in ",[{")
    if values > MAX_VALUES:
        raise Unreadable(f"it holds more than the {MAX_VALUES:,} values allowed")


def _upgraded(notebook: Mapping[str, Any]) -> Mapping[str, Any]:
    """A notebook of format 1 to 3 as format 4."""
    if "worksheets" not in notebook:
        raise Unreadable("it is JSON, but not a notebook")
    try:
        upgraded = nbformat.convert(nbformat.from_dict(dict(notebook)), 4)
    except Exception:  # the converters index blindly into whatever the file holds
        raise Unreadable("it is in an old notebook format that cannot be converted") from None
    if not isinstance(upgraded, Mapping) or "cells" not in upgraded:
        raise Unreadable("it is in an old notebook format that cannot be converted")
    return upgraded


def _cell(raw: Mapping[str, Any]) -> tuple[SubmittedCell, list[Anomaly]]:
    metadata = _mapping(raw.get("metadata"))
    flags = _mapping(metadata.get("nbgrader"))
    tags = metadata.get("tags")
    grade_id = _string(flags.get("grade_id"))
    source, problems = _source(raw.get("source"), grade_id)
    cell = SubmittedCell(
        cell_type=_string(raw.get("cell_type")),
        source=source,
        # Colab keeps the id of a cell in its metadata.
        cell_id=_string(raw.get("id")) or _string(metadata.get("id")),
        grade_id=grade_id,
        flags=flags,
        tags=tuple(map(str, tags)) if isinstance(tags, list) else (),
    )
    return cell, problems


def _source(raw: Any, grade_id: str) -> tuple[str, list[Anomaly]]:
    source = raw if isinstance(raw, str) else ""
    if isinstance(raw, list):
        source = "".join(line for line in raw if isinstance(line, str))
    if len(source) > MAX_SOURCE_LENGTH:
        return "", [too_long(len(source), grade_id)]
    # Python reads these alike, and Jupyter keeps what an editor of another system put in.
    source = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    # JSON can spell halves of characters, which cannot be written to a file.
    return source.encode("utf-8", "replace").decode("utf-8"), []


def too_long(length: int, grade_id: str) -> Anomaly:
    """What is said of a source, joined from pieces or not, that is longer than allowed."""
    text = f"A cell has {length} characters, more than the {MAX_SOURCE_LENGTH} allowed;"
    return Anomaly(TOO_LARGE, grade_id, f"{text} it counts as empty.")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
