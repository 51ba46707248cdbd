"""What the leaderboard of the capstone measures: one hand-in on one draw, budget by budget.

The same judge as for points, on draws that are common to the class and that no report has shown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from courseware.chapters.c11_deep_compression.tasks.compress import (
    BARS,
    COMPRESS,
    LOSSES,
    SECONDS,
    HandedIn,
    accuracies_of,
)
from courseware.checks import show_facts
from courseware.checks.call import Outcome
from courseware.checks.cases import find, inputs
from courseware.checks.values import Difference

TASK = COMPRESS.name
DRAWS = 5
BUDGETS = tuple(BARS)
RANKED = (3_000, 2_000)
"""The budgets whose mean loss decides the place over all."""

CELLS = (TASK, *(name for name in COMPRESS.besides if name != "decompress"))
"""The cells that compress: the decoder's bytes count, these must hold nothing but code."""

EQUAL = 0.3
"""Points of accuracy: whose means differ by no more are equal, and the smaller file is ahead."""

_LZMA = '[{"id": lzma.FILTER_LZMA2, "preset": 9, "lc": 0}]'

STRATEGIES: dict[str, dict[str, str]] = {
    "the course's solution": {},
    "the same, written by lzma": {
        "decompress": f"""\
import lzma, torch
def decompress(blob):
    raw = lzma.decompress(blob[1:], lzma.FORMAT_RAW, filters={_LZMA})
    codes, h = torch.tensor(list(raw)) - 3.0, blob[0]
    one, two = codes[: 785 * h].view(h, 785), codes[785 * h :].view(10, h)
    state = {{"0.weight": one[:, :784], "0.bias": one[:, 784], "2.weight": two}}
    return state | {{"2.bias": torch.zeros(10)}}""",
        "written": f"""\
def written(layers):
    numbers = [int(code) + 3 for layer in layers for code in layer.flatten()]
    coded = lzma.compress(bytes(numbers), lzma.FORMAT_RAW, filters={_LZMA})
    return bytes([len(layers[0])]) + coded""",
    },
    "the same, not pruned": {
        "compress": """\
def compress(state, images, labels, budget_bytes, seed):
    hidden = budget_bytes // 260
    blob = written(train_codes(images, labels, hidden, 785 * hidden, seed))
    while len(blob) > budget_bytes:
        hidden -= 1
        blob = written(train_codes(images, labels, hidden, 785 * hidden, seed))
    return blob""",
    },
}
"""Reference strategy → the cells in which it differs from the course's solution."""


def measure(function: Callable[..., Any], seed: str) -> None:
    """Judge a hand-in for every budget, and show the figures as data.

    Shown under "league": for each budget its bytes, those of the code among them, and the points
    of held-out accuracy that were lost; or why there are none.
    """
    found = []
    for check in COMPRESS.checks:
        for one in inputs(check, f"{seed}/{check.name}"):
            came = check.probe(function, one.arguments, SECONDS)
            fault = find(check, one.arguments, Outcome(), came)
            found.append({"budget": one.arguments[3], **_figures(came.value, fault)})
    show_facts(f"{len(found)} budgets measured", {"league": found})


def _figures(came: Any, fault: Difference | None) -> dict[str, Any]:
    if fault is not None and fault.kind not in LOSSES:
        return {"failed": fault.text}
    assert isinstance(came, HandedIn)
    given, back = accuracies_of(came)
    n_bytes = len(came.blob) + came.code_bytes
    return {"bytes": n_bytes, "code": came.code_bytes, "lost": round(given - back, 3)}
