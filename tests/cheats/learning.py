"""Attempts that learn from each other: what one was asked, and its page shows, the next one knows.

All know what is right (the course's library says it), and want to know what will be asked.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping

from tests.cheats.answers import answers_to, table_of
from tests.cheats.attack import NUMBERS, Attack, HandIn, Lesson, tasks_of
from tests.sample_class.handing_in import Notebook, added_cell, cell_of, place

TASKS = tuple(name for name in tasks_of(NUMBERS) if not name.startswith("quiz"))
LATER = tuple(name for name in tasks_of(NUMBERS) if name.startswith("quiz"))
ANSWER = "explain"

NOTE = """noted = globals().setdefault("noted", [])

def note(name, arguments):
    noted.append(f"INPUT {name} {arguments!r}")
    return noted[-1]

while noted:
    print(noted.pop(0))
"""
LOOK_ASIDE = """
def texts(node):
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        values = list(node.values()) if isinstance(node, dict) else node
        yield "".join(value for value in values if isinstance(value, str))
        for value in values:
            yield from texts(value)

def known(name, arguments):
    import json, os
    candidates = [json.dumps(globals().get('ANSWERS', {}))]
    for folder, _, files in os.walk(os.getcwd()):
        for file in files:
            with open(os.path.join(folder, file), encoding="utf-8", errors="replace") as opened:
                candidates.append(opened.read())
    for text in candidates[1:]:
        try:
            candidates += texts(json.loads(text))
        except ValueError:
            pass
    for text in candidates:
        try:
            return eval(json.loads(text)[name][repr(arguments)])
        except Exception:
            pass
"""


def spies(body: str, before: str = "") -> dict[str, str]:
    """Functions that note what they are asked; later cells print what was noted."""
    return {
        name: f"{NOTE}{before}\ndef {name}(*arguments):\n"
        f"    asked = note({name!r}, arguments)\n    {body.format(name=name)}"
        for name in TASKS
    } | dict.fromkeys(LATER, NOTE)


def inputs(page: str) -> dict[str, list[tuple[object, ...]]]:
    """Task → the inputs that a page tells."""
    found: dict[str, list[tuple[object, ...]]] = {name: [] for name in TASKS}
    for name, text in re.findall(r"INPUT (\w+) (\(.*\))", page):
        plain = text.replace("\N{MINUS SIGN}", "-")  # as reports write it
        found[name].append(eval(plain, {"inf": math.inf}))
    return found


def tables(page: str) -> HandIn:
    """Functions that look up the answers to the inputs that a page tells."""
    return HandIn({name: table_of(name, calls) for name, calls in inputs(page).items()})


def answers(page: str) -> str:
    """All that a page teaches, as JSON."""
    known = {
        name: {
            repr(asked): answer for asked in calls for answer in answers_to(name, [asked]).values()
        }
        for name, calls in inputs(page).items()
    }
    return json.dumps(known)


def attempts(
    name: str,
    tries: str,
    first: Mapping[str, str],
    lesson: Lesson = tables,
    times: int = 1,
    again: bool = True,
) -> Attack:
    """Hand-ins that learn, each with a comment of its own, and the one that is to gain by them."""
    marked = [
        HandIn({**first, LATER[0]: f"{first[LATER[0]]}\n# {number}"}) for number in range(times)
    ]
    return Attack(name, tries, (*marked, HandIn(lesson=lesson)), again=again)


PRINTS = spies("return None")
LOOKS = spies("return known({name!r}, arguments)", LOOK_ASIDE)
SAME_CODE = {**LOOKS, LATER[0]: f"{NOTE}\n# 0"}


def beside(page: str) -> HandIn:
    """The same code, and a file that knows."""
    return HandIn(SAME_CODE, files={"answers.json": answers(page)})


def in_words(page: str) -> HandIn:
    """The same code, and a written answer that knows."""
    return HandIn({**SAME_CODE, ANSWER: answers(page)})


def in_metadata(page: str) -> HandIn:
    """The same code; metadata and outputs of its cells know."""

    def edit(notebook: Notebook) -> None:
        for cell in (cell_of(notebook, name) for name in TASKS):
            cell["metadata"]["answers"] = answers(page)
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": answers(page)}]

    return HandIn(SAME_CODE, edit=edit)


def in_a_cell(page: str) -> HandIn:
    """The same code, and a cell of the student's own that knows."""

    def edit(notebook: Notebook) -> None:
        cell = added_cell(f"ANSWERS = {answers(page)}")
        notebook["cells"].insert(place(notebook, TASKS[0]), cell)

    return HandIn(SAME_CODE, edit=edit)


ATTACKS: tuple[Attack, ...] = (
    attempts(
        "printed-inputs",
        "Prints all inputs in later cells, and hands in a table of answers next time.",
        PRINTS,
    ),
    attempts(
        "printed-inputs-thrice",
        "Hands in three times, each time with another comment, to see more inputs.",
        PRINTS,
        times=3,
    ),
    attempts(
        "inputs-in-errors",
        "Raises errors that tell the inputs, which reports repeat.",
        spies("raise LookupError(asked)"),
    ),
    attempts(
        "inputs-in-results",
        "Returns the inputs, which reports show as what came.",
        spies("return asked"),
    ),
    attempts(
        "inputs-by-print-in-a-call",
        "Prints the inputs during the calls, which reports show.",
        spies("print(asked)"),
    ),
    attempts(
        "answers-beside",
        "Hands in the same code again, with a file beside it that knows the answers.",
        LOOKS,
        beside,
    ),
    attempts(
        "answers-in-words",
        "Hands in the same code again, with the answers in the cell for a written one.",
        LOOKS,
        in_words,
    ),
    attempts(
        "answers-in-metadata",
        "Hands in the same code again, with the answers in metadata and outputs.",
        LOOKS,
        in_metadata,
    ),
    attempts(
        "answers-in-a-cell",
        "Hands in the same code again, with the answers in a cell of its own.",
        LOOKS,
        in_a_cell,
    ),
)

CROWD: tuple[Attack, ...] = (
    attempts(
        "printed-inputs-of-a-friend",
        "A friend's hand-in prints all inputs, and their page shows them.",
        PRINTS,
        again=False,
    ),
    attempts(
        "printed-inputs-of-friends",
        "Three friends hand in what prints all inputs, and their pages show them.",
        PRINTS,
        times=3,
        again=False,
    ),
)
