"""The statement of an exercise in another language: its Markdown line by line, all else as it is.

A cell is cut into units: a heading, an item of a list, a row of a table, a paragraph however it is
wrapped. What holds no words outside of code and formulas is no unit to translate.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from courseware.languages.matching import CODE

Cell = dict[str, Any]

BEGINS = re.compile(r"\s*(?:#+ |[-*+] |\d+\. |\||<|>|!\[)")
"""A line that continues nothing before it."""
FENCE = re.compile(r"\s*(?:```|~~~|\$\$)")
TAG = re.compile(r"</?\w+[^>]*>")
NUMBERED = re.compile(r"\{(\d)\}")
FORMULA = re.compile(r"\$[^$]+\$")

SHAPES = tuple(
    (re.compile(pattern), phrase)
    for pattern, phrase in (
        (
            r"(.+?) points · about (\d+) minutes · difficulty (\S+)",
            "{0} points · about {1} minutes · difficulty {2}",
        ),
        (r"## Task (\d+) · (`[^`]+`)", "## Task {0} · {1}"),
        (r"### Question (\d+) · (\S+) points", "### Question {0} · {1} points"),
        (r"## Quiz · (\S+) points", "## Quiz · {0} points"),
        (r"## In your own words · (\S+) points", "## In your own words · {0} points"),
    )
)
"""Lines that every exercise has, with other numbers: one phrase each."""


def is_statement(cell: Cell) -> bool:
    """Whether a cell is a part of the statement: Markdown that students do not write."""
    about = cell.get("metadata", {}).get("nbgrader", {})
    return cell.get("cell_type") == "markdown" and not about.get("solution")


@dataclass(frozen=True)
class Unit:
    """A line of a statement, unwrapped; `prose` is false inside of fences."""

    text: str
    prose: bool = True


def units(markdown: str) -> list[Unit]:
    r"""A cell as units, with the lines between them; together they are the cell, unwrapped.

    >>> [one.text for one in units("A long\nline.\n\n- one\n  item\n- two")]
    ['A long line.', '', '- one item', '- two']
    """
    found: list[Unit] = []
    fenced = goes_on = False
    for line in markdown.split("\n"):
        fence = bool(FENCE.match(line)) and line.count("$$") != 2
        if fence or fenced or not line.strip():
            fenced, goes_on = fenced != fence, False
            found.append(Unit(line, prose=not (fence or fenced)))
        elif goes_on and not BEGINS.match(line):
            found[-1] = Unit(f"{found[-1].text.rstrip()} {line.strip()}")
        else:
            goes_on = not line.lstrip().startswith(("#", "|"))
            found.append(Unit(line.rstrip()))
    return found


def phrases(markdown: str) -> Iterator[str]:
    """What of a cell is to be translated."""
    for unit in units(markdown):
        phrase = _shaped(unit.text)[0].strip()
        if unit.prose and has_words(phrase):
            yield phrase


def has_words(unit: str) -> bool:
    """Whether a unit holds words outside of code and formulas.

    >>> has_words('| `f("a b")` | $x + y$ | 4 + 0 |'), has_words("- **a** Range")
    (False, True)
    """
    plain = re.sub(r"\{\w+\}", " ", unit)
    for other in (CODE, FORMULA, TAG):
        plain = other.sub(" ", plain)
    return bool(re.search(r"[A-Za-z]{2,}", plain))


def translated(markdown: str, meanings: Mapping[str, str]) -> str:
    r"""A cell in the language of the meanings; what has none stays English.

    >>> translated("## Task 2 · `f`\n\nAdd\nthem.", {"Add them.": "Cộng lại."})
    '## Task 2 · `f`\n\nCộng lại.'
    """
    if not meanings or not any(meanings.get(phrase) for phrase in phrases(markdown)):
        return markdown
    return "\n".join(_said(unit, meanings) for unit in units(markdown))


def _said(unit: Unit, meanings: Mapping[str, str]) -> str:
    phrase, values = _shaped(unit.text)
    meaning = meanings.get(phrase.strip(), "")
    if not (meaning and unit.prose and has_words(phrase)):
        return unit.text
    indent = phrase[: len(phrase) - len(phrase.lstrip())]
    return indent + (NUMBERED.sub(lambda one: values[int(one[1])], meaning) if values else meaning)


def _shaped(unit: str) -> tuple[str, Sequence[str]]:
    """A unit as a phrase of its shape, and what stands in its fields."""
    for pattern, phrase in SHAPES:
        if found := pattern.fullmatch(unit):
            return phrase, found.groups()
    return unit, ()


def in_language(
    cells: Sequence[Cell],
    given: Sequence[Cell],
    say: Callable[[str], str],
    others: Sequence[Callable[[str], str]],
) -> list[Cell]:
    """The cells of a student's notebook with the statement of `given` in another language.

    `others` say it in the languages that it may be in now. Only cells that are as they were handed
    out, in whichever language, are changed: what a student wrote into a statement is theirs.
    """
    sources = {cell.get("id"): "".join(cell["source"]) for cell in given if is_statement(cell)}
    made = copy.deepcopy(list(cells))
    for cell in made:
        source = sources.get(cell.get("id"))
        if source is None or not is_statement(cell):
            continue
        now, then = "".join(cell["source"]), say(source)
        if now != then and now in {source, *(other(source) for other in others)}:
            cell["source"] = then.splitlines(keepends=True)
    return made
