"""How long a lecture takes, by what is in it: the figures that `walkthrough` states rest on this.

Nobody was timed. What it is fitted to are reports of three learners (language models in a student's
place): lectures 04, 05, 06, 07, 09, 10 and 11 take 75 to 120 minutes. 60 words a minute, half of
what was assumed before, is the fastest pace, in steps of five, at which all seven take 75 or more:
at 65 lecture 09 takes 73. They take 76 to 85 then, which is in the lower half of what was said. It
is a quarter of the pace of prose (238; Brysbaert 2019): a lecture is studied, with its formulas and
figures. The vocabulary and further reading are looked up, not read.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from courseware.learning.exercises import PREDICTION

WORDS_A_MINUTE = 60
LINE, TABLE, PREDICTED, TRIED, CHANGED = 1 / 20, 0.5, 0.5, 2.0, 0.5
"""Minutes: for a line of shown code, a table, a prediction, an explorer, a cell to change."""

BASIS = """\
60 words a minute, three seconds for a line of code, half
a minute for a table, a prediction or a change, two minutes for what is to try"""
LOOKED_UP = "## Vocabulary", "## Further reading"

Cell = Mapping[str, Any]


def lecture_minutes(cells: Sequence[Cell]) -> float:
    """What reading, running, predicting and trying takes, in minutes.

    >>> prose = {"cell_type": "markdown", "source": ["word " * 240, "**Try it.** "]}
    >>> asked = {"cell_type": "code", "source": ['guess = predict("00-x", "Which?")']}
    >>> shown = {"cell_type": "code", "source": ["show_table(rows)\\n\\n", "say('a word')"]}
    >>> hidden = shown | {"metadata": {"jupyter": {"source_hidden": True}}}
    >>> [round(lecture_minutes([cell]), 2) for cell in (prose, asked, shown, hidden)]
    [6.03, 0.55, 0.58, 0.53]
    """
    minutes = 0.0
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            texts = [call.args[0] for call in _calls(source, "say")]
            said = " ".join(map(ast.unparse, texts))
            if not cell.get("metadata", {}).get("jupyter", {}).get("source_hidden", False):
                minutes += LINE * _lines(source, texts)
            minutes += len(said.split()) / WORDS_A_MINUTE + CHANGED * ("**Change it.**" in said)
            minutes += PREDICTED * len(PREDICTION.findall(source))
            minutes += TABLE * len(_calls(source, "show_table"))
        elif not source.startswith(LOOKED_UP):
            minutes += len(source.split()) / WORDS_A_MINUTE + TRIED * ("Try it" in source)
    return minutes


def _calls(source: str, function: str) -> list[ast.Call]:
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [call for call in calls if getattr(call.func, "id", "") == function]


def _lines(source: str, texts: Sequence[ast.expr]) -> int:
    """How many lines of a cell are neither empty nor part of what it gives to `say`."""
    said = {n for text in texts for n in range(text.lineno, (text.end_lineno or 0) + 1)}
    return sum(n not in said and bool(line.strip()) for n, line in enumerate(source.split("\n"), 1))
