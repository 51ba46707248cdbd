"""How long a lecture takes, by what is in it: the figures that `walkthrough` states rest on this.

Nobody was timed. Words are read at 200 a minute, slower than prose (238; Brysbaert 2019), for they
hold formulas and figures. The vocabulary and further reading are looked up, not read.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from courseware.learning.exercises import PREDICTION

WORDS_A_MINUTE = 200
CELL, PREDICTED, TRIED, CHANGED = 1 / 6, 0.5, 2.0, 0.5
"""Minutes: for a cell whose code is shown, a prediction, an explorer, a cell to change."""

BASIS = """\
200 words a minute, ten seconds for a cell of code,
half a minute for a prediction or a change, two minutes for what is to try"""
LOOKED_UP = "## Vocabulary", "## Further reading"

Cell = Mapping[str, Any]


def lecture_minutes(cells: Sequence[Cell]) -> float:
    """What reading, running, predicting and trying takes, in minutes.

    >>> prose = {"cell_type": "markdown", "source": ["word " * 400, "**Try it.** "]}
    >>> asked = {"cell_type": "code", "source": ['guess = predict("00-x", "Which?")']}
    >>> round(lecture_minutes([prose, asked]), 2)
    4.68
    """
    minutes = 0.0
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            shown = not cell.get("metadata", {}).get("jupyter", {}).get("source_hidden", False)
            said = _said(source)
            predicted = len(PREDICTION.findall(source))
            minutes += len(said.split()) / WORDS_A_MINUTE + CELL * shown + PREDICTED * predicted
            minutes += CHANGED * ("**Change it.**" in said)
        elif not source.startswith(LOOKED_UP):
            minutes += len(source.split()) / WORDS_A_MINUTE + TRIED * ("Try it" in source)
    return minutes


def _said(source: str) -> str:
    """The text that a cell gives to `say`."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    said = (call.args[0] for call in calls if getattr(call.func, "id", "") == "say")
    return " ".join(map(ast.unparse, said))
