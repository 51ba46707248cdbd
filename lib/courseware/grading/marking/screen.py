"""An answer beside what it is marked by, as lines of text."""

from __future__ import annotations

import textwrap

from courseware.grading.marking.desk import Answer, Question
from courseware.grading.plain_lines import columns_of, in_lines, in_one_line, padded
from courseware.grading.scores import shown_points
from courseware.languages.statements import units

NARROW = 100
"""Columns of a terminal below which one text stands under the other."""
GAP = " │ "


def page(question: Question, answer: Answer, place: str, width: int, blind: bool) -> str:
    """All that is looked at to mark one answer. `place` says which of how many."""
    who = "" if blind else f" · {in_one_line(answer.student)}"
    who += f" · {in_one_line(answer.name)}" if answer.name and not blind else ""
    head = f"{question.cell} · {shown_points(question.points)} points · {place}{who}"
    written = ["What was written", "", *_lines(answer.text)]
    behind = ["Model answer", "", *_lines(question.model), "", *_lines(question.rubric)]
    if width < NARROW:
        body = [*_wrapped(written, width), "", *_wrapped(behind, width)]
    else:
        half = (width - len(GAP)) // 2
        body = beside(_wrapped(written, half), _wrapped(behind, half), half)
    return "\n".join(["", "─" * width, head, "", *body, "", state(answer, question.points)])


def state(answer: Answer, most: float) -> str:
    """What has been given for an answer, of the most points that there are by now."""
    given = answer.given
    told = "not marked yet" if given.points is None else f"{shown_points(given.points)} points"
    if given.open and given.points is not None:
        told += ", from before it was graded again: "
        fits = given.points <= most
        told += "= keeps them" if fits else f"there are {shown_points(most)} by now"
    return told + (f" · comment: {in_one_line(given.comment)}" if given.comment else "")


def beside(left: list[str], right: list[str], width: int) -> list[str]:
    """Two columns.

    >>> beside(["a", "b"], ["c"], 3)
    ['a   │ c', 'b   │']
    """
    rows = max(len(left), len(right))
    pairs = zip(
        [*left, *[""] * (rows - len(left))], [*right, *[""] * (rows - len(right))], strict=True
    )
    return [f"{padded(one, width)}{GAP}{other}".rstrip() for one, other in pairs]


def _lines(text: str) -> list[str]:
    """Text of others, each line of it safe to print; a paragraph is one, as on the page."""
    plain = in_lines(text.replace("\r\n", "\n").replace("\t", "    "))
    return [unit.text for unit in units(plain)]


def _wrapped(lines: list[str], width: int) -> list[str]:
    """Lines that fit; letters that take two columns count twice."""
    found: list[str] = []
    for line in lines:
        room = width - max(0, columns_of(line) - len(line))
        found += textwrap.wrap(line, max(10, room), subsequent_indent=_indent(line)) or [""]
    return found


def _indent(line: str) -> str:
    return " " * (len(line) - len(line.lstrip()) + 2 * line.lstrip().startswith("- "))
