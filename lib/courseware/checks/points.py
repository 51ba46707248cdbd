"""Points are given by the tasks of a chapter; what its notebook says of them is compared with that.

A notebook names points for nbgrader (the metadata of its test cells) and for readers: under the
heading of each task and question, over the quiz, and for the one written answer, which makes up
what is missing to 100 and has a rubric of as many points.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import nbformat
from nbformat import NotebookNode

from courseware.registry import EXERCISES

TOTAL = 100


def problems(source: str, chapter: str, handed_out: bool = False) -> list[str]:
    """Where the exercise of a chapter, as JSON, says other points than its tasks.

    A folder that is no chapter's has no tasks to differ from. What is `handed_out` has no rubric.
    """
    if chapter not in EXERCISES:
        return []
    room = EXERCISES[chapter].part("tasks")
    tasks, quiz = ({one.name: one.points for one in part} for part in (room.TASKS, room.QUIZ))
    return [*differences(nbformat.reads(source, as_version=4).cells, tasks, quiz, handed_out)]


def differences(
    cells: Sequence[NotebookNode],
    tasks: Mapping[str, int],
    quiz: Mapping[str, int],
    handed_out: bool = False,
) -> Iterator[str]:
    """One line for each place whose points are not those of the tasks and questions, by name."""
    worth = {**tasks, **quiz}
    statement = ""
    found = {}
    for cell in cells:
        mark = _mark(cell)
        name = str(mark.get("grade_id", "")).removeprefix("test_")
        if name in worth and mark.get("solution"):
            told = re.search(r"\b(\d+) points?\b", statement)
            yield from _differs(f"the text of {name}", told and told[1], worth[name])
        if name in worth and mark.get("grade"):
            found[name] = cell
            yield from _differs(f"nbgrader's metadata of {name}", mark.get("points"), worth[name])
        statement = cell.source if cell.cell_type == "markdown" else statement
    for name in worth.keys() - found.keys():
        yield f"there is no test cell test_{name} for a task of {worth[name]} points"
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    yield from _differs(
        "the heading of the quiz", _told(r"^## Quiz · (\d+)", text), sum(quiz.values())
    )
    yield from _written(cells, text, TOTAL - sum(worth.values()), handed_out)


def _written(
    cells: Sequence[NotebookNode], text: str, left: int, handed_out: bool
) -> Iterator[str]:
    """The one answer that a person marks: its cell, its heading, its rubric."""
    manual = [mark for mark in map(_mark, cells) if mark.get("grade") and mark.get("solution")]
    if len(manual) != 1:
        yield f"there must be one written answer, with what is left to {TOTAL} points: {left}"
    for mark in manual:
        own = mark.get("points")
        if own is not None and float(own) != left:
            yield (
                f"points must add to {TOTAL}: tasks and quiz make {TOTAL - left}, "
                f"{mark['grade_id']} {own}"
            )
            return  # which of them is wrong cannot be told
    heading = _told(r"^## In your own words · (\d+)", text)
    yield from _differs("the heading of the written answer", heading, left)
    if handed_out:
        return
    yield from _differs("the rubric", _told(r"^\*\*Rubric\*\* \((\d+)", text), left)
    lines = re.findall(r"^- (\d+) points?:", text, re.MULTILINE)
    yield from _differs("the lines of the rubric together", sum(map(int, lines)), left)


def _mark(cell: NotebookNode) -> dict[str, Any]:
    return dict(cell.metadata.get("nbgrader", {}))


def _told(pattern: str, text: str) -> str | None:
    found = re.search(pattern, text, re.MULTILINE)
    return found[1] if found else None


def _differs(where: str, told: Any, points: int) -> Iterator[str]:
    if told is None:
        yield f"{where} names no points, expected {points}"
    elif float(told) != points:
        yield f"{where} says {told} points, not {points}"
