"""What was odd about a submission, and the note that tells its reader."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode

from courseware.languages.matching import Told

UNREADABLE = "unreadable"
OLD_FORMAT = "old format"
MISSING = "missing cell"
DUPLICATED = "duplicated cell"
SPLIT = "split cell"
RETYPED = "retyped cell"
CHANGED_TEST = "changed test cell"
CHANGED_FLAGS = "changed points or flags"
REORDERED = "reordered cells"
TOO_LARGE = "too large"
EXTRA = "extra cell"
NEEDS_OWN_CELL = "needs an extra cell"
ANSWERED_ELSEWHERE = "answered in an extra cell"
SIDE_FILE = "side file"
OTHER_NAME = "other name"
UNKNOWN_TIME = "unknown time"
EARLIER_RELEASE = "earlier release"

HARMLESS = frozenset({OLD_FORMAT, EXTRA, EARLIER_RELEASE})
"""Kinds that say nothing about the grade: a class report counts them instead of listing them."""

NOTES_ID = "notes-from-the-grader"
"""Cell id of the note."""


@dataclass(frozen=True)
class Anomaly:
    """One oddity: its kind, the nbgrader id of the cell (empty: the whole file), and a sentence."""

    kind: str
    cell: str
    text: str


def to_metadata(anomalies: Iterable[Anomaly]) -> list[dict[str, str]]:
    """Anomalies as JSON, to be kept in the metadata of the graded notebook."""
    return [asdict(anomaly) for anomaly in anomalies]


def from_metadata(stored: Any) -> list[Anomaly]:
    """The inverse of `to_metadata`."""
    return [Anomaly(**fields) for fields in stored or []]


def name(text: str) -> str:
    """A name that a student chose, made harmless and short.

    >>> name("torch/nn.py"), name("<script>$x$")
    ('torch/nn.py', '?script??x?')
    """
    return re.sub(r"[^A-Za-z0-9_ .()/-]", "?", text[:60])


def plain(text: str) -> str:
    """Markdown source that shows `text` as it is: no markup in it has an effect.

    >>> plain("a *b* <c>")
    'a &#42;b&#42; &#60;c&#62;'
    """
    return re.sub(r"[^\w\s.,:;()/'%-]|_", lambda match: f"&#{ord(match[0])};", text)


def notes_cell(anomalies: Iterable[Anomaly], told: Told = str) -> NotebookNode:
    """The Markdown cell that stands on top of a graded notebook."""
    found = list(anomalies)
    notes = [f"## {told('Notes from the grader')}"]
    if oddities := [one for one in found if one.kind != EARLIER_RELEASE]:
        opening = "This hand-in was not quite in the form in which the exercise was handed out:"
        lines = (f"- {plain(told(one.text))}" for one in oddities)
        notes.append("\n".join([told(opening), "", *lines]))
    # That a teacher has changed the exercise since is no oddity of a student's hand-in.
    notes += [plain(told(one.text)) for one in found if one.kind == EARLIER_RELEASE]
    source = "\n\n".join(notes)
    cell: NotebookNode = nbformat.v4.new_markdown_cell(source, id=NOTES_ID)
    return cell
