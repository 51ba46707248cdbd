"""The task `keep_indices`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from courseware.chapters.c07_structured_pruning.tasks import inputs
from courseware.chapters.c07_structured_pruning.tasks.common import OFF_LIMITS
from courseware.chapters.c07_structured_pruning.tasks.keep_indices_mistakes import (
    MISTAKES,
    NOT_INT64,
)
from courseware.checks.forms import told_by_form
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import Difference, difference
from model_compression import structured_pruning as reference

T = torch.Tensor
Arguments = tuple[T, int]

DECIMALS = 1, 2
"""To how many of them students round."""


def _positive(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([0.5, 0.9, 0.1, 0.7]), 3
    for n in (9, 16):
        yield inputs.apart(draw, n) + n, draw.integer(3, n // 2)
        yield inputs.apart(draw, n) + n, draw.integer(n // 2 + 1, n - 2)
    yield _few_of_many(draw), 3
    # At least 0.0015 apart: less than who rounds takes for a difference.
    yield 1 + inputs.apart(draw, 16) / 32, draw.integer(3, 13)


def _few_of_many(draw: Draw) -> T:
    """Scores of which the three highest are in places that a Python set mixes up."""
    scores = inputs.apart(draw, 24) + 24
    scores[inputs.kept_of_24(draw)] += 24
    return scores


def _negative(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([0.2, -0.9, -0.1, 0.5]), 3
    yield -torch.tensor([0.75, 0.25, 0.125, 0.5]), 2
    for n in (9, 14):
        yield inputs.apart(draw, n), draw.integer(n // 2 + 1, n - 2)


def _ties(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([0.5, 0.5, 0.5, 0.5]), 2
    yield torch.tensor([0.0, 3.0, 0.0, 0.0, 1.0]), 3
    for n in (12, 20):
        scores = torch.randint(0, 3, (n,), generator=draw.generator).float()
        scores[:3] = torch.tensor([0.0, 1.0, 2.0])
        yield scores, draw.integer(4, n - 3)


def _ends(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([0.25, -0.5, 0.75]), 1
    yield torch.tensor([0.25, -0.5, 0.75]), 3
    yield inputs.apart(draw, 8), 1
    yield inputs.apart(draw, 8), 8


def _highest(arguments: Any, expected: Any, got: Any) -> Difference | None:
    """The right number of units, each once, and nothing kept ranks below anything that goes."""
    scores, n_keep = arguments
    found = difference(expected, got)
    if found is None or found.kind != "wrong-value":
        return found
    units = got.detach().double()
    if (units != units.round()).any() or units.min() < 0 or units.max() >= len(scores):
        return Difference("wrong-value", "these are not numbers of units, from 0 up")
    kept = torch.zeros(len(scores), dtype=torch.bool)
    kept[units.long()] = True
    if int(kept.sum()) != n_keep:
        return Difference("wrong-value", "a unit is named more than once")
    if kept.all():
        return None
    low = int(scores.masked_fill(~kept, torch.inf).argmin())
    high = int(scores.masked_fill(kept, -torch.inf).argmax())
    if scores[low] >= scores[high]:
        return None
    text = f"unit {low}, of score {scores[low]:.4g}, stays, unit {high}, of {scores[high]:.4g}, not"
    rounded = [scores.round(decimals=n) for n in DECIMALS]
    if any(r[low] == r[high] and len(r.unique()) > len(r) // 4 for r in rounded):
        return Difference("scores-rounded", text)
    return Difference("wrong-value", text)


def _ascending(arguments: Any, expected: Any, got: Any) -> Difference | None:
    """The highest, in their old order."""
    found = _highest(arguments, expected, got)
    if found is None and (got.detach().diff() < 0).any():
        return Difference("not-ascending", "the units stand in another order than in the layer")
    return found


def _as_int64(arguments: Any, expected: Any, got: Any) -> Difference | None:
    """The highest, as numbers that torch indexes with."""
    found = _highest(arguments, expected, got)
    if found is None and got.dtype != torch.int64:
        return Difference(NOT_INT64.name, f"dtype {got.dtype}, expected torch.int64")
    return found


KEEP_INDICES = Task(
    name="keep_indices",
    points=12,
    reference=reference.keep_indices,
    lecture="lecture 07, “Which neuron can go”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("the highest scores stay, in any order", 4, _positive, _highest),
        Check("the units that stay are in their old order", 3, _positive, _ascending),
        Check("negative scores are lower than positive ones", 1, _negative, _highest),
        Check("equal scores: still the exact number", 2, _ties, _highest),
        Check("one unit, and all of them", 1, _ends, _highest),
        Check("right indices, as torch.int64", 1, _positive, _as_int64),
        but=("axis-left-over",),
    ),
    misconceptions=MISTAKES,
)
