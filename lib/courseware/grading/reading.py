"""Reading what was handed in: bytes that may be anything, turned into cells or into a reason."""

from __future__ import annotations

import json
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from courseware.grading.anomalies import OLD_FORMAT, TOO_LARGE, UNREADABLE, Anomaly

MAX_FILE_BYTES = 20_000_000
MAX_SOURCE_LENGTH = 100_000


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


def read_file(path: Path) -> bytes | str:
    """The bytes of a submitted file, or the reason why there are none.

    A link is refused: it could point to the solutions or to the hand-in of somebody else.
    """
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            return "it is a link, a folder or a device, not a file"
        if status.st_size > MAX_FILE_BYTES:
            return _too_large(status.st_size)
        return path.read_bytes()
    except OSError as error:
        return f"it cannot be opened ({error.strerror})"


def read_submission(submitted: bytes | str | Mapping[str, Any]) -> Submission:
    """Cells out of a file's bytes, a parsed notebook, or a reason why there is nothing to read."""
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


def _too_large(size: int) -> str:
    return f"it has {size / 1e6:.0f} MB, more than the {MAX_FILE_BYTES / 1e6:.0f} MB allowed"


def _parse(submitted: bytes | str | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(submitted, str):
        raise Unreadable(submitted)
    if isinstance(submitted, Mapping):
        return submitted
    if not submitted.strip():
        raise Unreadable("it is empty")
    if len(submitted) > MAX_FILE_BYTES:
        raise Unreadable(_too_large(len(submitted)))
    try:
        text = submitted.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("it is not UTF-8 text") from None
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable("it is not valid JSON; it may have been cut off") from None
    if not isinstance(notebook, dict):
        raise Unreadable("it is JSON, but not a notebook")
    return notebook


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
        cell_id=_string(raw.get("id")),
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
        text = f"A cell has {len(source)} characters, more than the {MAX_SOURCE_LENGTH} allowed;"
        return "", [Anomaly(TOO_LARGE, grade_id, f"{text} it counts as empty.")]
    # JSON can spell halves of characters, which cannot be written to a file.
    return source.encode("utf-8", "replace").decode("utf-8"), []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
