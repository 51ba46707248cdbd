"""How long a lecture takes, by what is in it: the figures that `walkthrough` states rest on this.

Nobody was timed. That words are read at 120 a minute is an assumption: half as fast as prose (238;
Brysbaert 2019), for a lecture is studied, with its formulas and figures. What led to it are two
learners' estimates for lecture 10, 75 to 100 minutes (language models in a student's place): at 200
words a minute, and ten seconds for a cell of code, it had half an hour. It has an hour now, still
less than they said. The vocabulary and further reading are looked up, not read.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from courseware.learning.exercises import PREDICTION

WORDS_A_MINUTE = 120
LINE, TABLE, PREDICTED, TRIED, CHANGED = 1 / 20, 0.5, 0.5, 2.0, 0.5
"""Minutes: for a line of shown code, a table, a prediction, an explorer, a cell to change."""

BASIS = """\
120 words a minute, three seconds for a line of code, half
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
    [4.02, 0.55, 0.57, 0.52]
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
