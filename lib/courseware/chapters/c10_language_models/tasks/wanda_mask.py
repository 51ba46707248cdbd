"""The task `wanda_mask`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from courseware.chapters.c10_language_models.tasks.common import OFF_LIMITS
from courseware.chapters.c10_language_models.tasks.wanda_mask_mistakes import MISTAKES
from courseware.checks import ranking_inputs as inputs
from courseware.checks.counts import shares
from courseware.checks.forms import told_by_form
from courseware.checks.masks import mask_values_and_dtype
from courseware.checks.quantizer_inputs import uniform
from courseware.checks.rankings import (
    ranking_problem,
)
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import Difference, difference
from model_compression import wanda as reference
from model_compression.masks import pruned_count

T = torch.Tensor
Arguments = tuple[T, T, float]


def _layer(draw: Draw, rows: int, columns: int) -> tuple[T, T]:
    """A weight and norms whose products are all apart.

    Rows differ in size, and so do inputs: who ranks anything but the products within a row
    prunes others.
    """
    parts = inputs.layers(draw, {str(row): (columns,) for row in range(rows)})
    scores = torch.stack(list(parts.values())).double()
    norms = 2.0 ** uniform(draw, -3, 3, columns)
    x_norm = norms.float()
    return (scores / x_norm).float(), x_norm


def _within_rows(draw: Draw) -> Iterator[Arguments]:
    # Products 3, 9, 2, 0.5 and 8, 1, 12, 40: of the magnitudes others are the smallest.
    yield (
        torch.tensor([[3.0, -1.0, 2.0, 0.5], [8.0, 0.25, -12.0, 40.0]]),
        torch.tensor([1.0, 9.0, 1.0, 1.0]),
        0.5,
    )
    for rows, columns in ((1, 8), (3, 8), (4, 16), (8, 8)):
        yield *_layer(draw, rows, columns), inputs.whole_share(draw)


def _rounded(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[1.0, -2.0, 3.0, 4.0, 5.0]]), torch.ones(5), 0.5
    yield torch.tensor([[1.0, -2.0, 3.0, 4.0, 5.0, 6.0, 7.0]]), torch.ones(7), 0.5
    for columns in (7, 10, 11, 18):
        w, x_norm = _layer(draw, 3, columns)
        for share in shares(draw, columns):
            yield w, x_norm, share


def _zeros_and_ties(draw: Draw) -> Iterator[Arguments]:
    """Inputs that are always 0, and scores that are the same."""
    yield torch.tensor([[5.0, 1.0, -4.0, 3.0]]), torch.tensor([0.0, 2.0, 0.0, 1.0]), 0.25
    yield torch.tensor([[5.0, 1.0, -4.0, 3.0]]), torch.tensor([0.0, 0.0, 0.0, 1.0]), 0.5
    for _ in range(2):
        w, x_norm = _layer(draw, 3, 8)
        x_norm[torch.randperm(8, generator=draw.generator)[:5]] = 0.0
        yield w, x_norm, draw.rng.choice((0.375, 0.75))
        yield inputs.ties(draw, 4, 8), torch.ones(8), inputs.whole_share(draw)


def _ends(draw: Draw) -> Iterator[Arguments]:
    for rows, columns in ((1, 3), (3, 4)):
        w, x_norm = _layer(draw, rows, columns)
        yield w, x_norm, 0.0
        yield w, x_norm, 1.0
        yield w, x_norm, 0.75


def lowest_of_each_row(arguments: tuple[Any, ...], expected: T, got: Any) -> Difference | None:
    """In every row the exact count goes, and nothing that stays scores below what goes."""
    w, x_norm, sparsity = arguments
    found = difference(expected, got)
    if found is None or found.kind != "wrong-value":
        return found
    scores = w.double().abs() * x_norm
    count = pruned_count(w.shape[1], sparsity)
    for row in range(len(w)):
        masks = {"": got.detach()[row]}
        text = ranking_problem({"": scores[row]}, masks, count, "score |w|·‖x‖")
        if text:
            return Difference(found.kind, f"row {row}: {text}")
    return None


WANDA_MASK = Task(
    name="wanda_mask",
    points=6,
    reference=reference.wanda_mask,
    lecture="lecture 10, “Weights that count for their inputs”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("the lowest |w|·‖x‖ of each row go", 4, _within_rows, lowest_of_each_row),
        Check("how many: rounded, the same in each row", 3, _rounded, lowest_of_each_row),
        Check("inputs that are always 0, and equal scores", 2, _zeros_and_ties, lowest_of_each_row),
        Check("nothing goes, or all", 1, _ends, lowest_of_each_row),
        Check(
            "right masks, as torch.bool", 1, _within_rows, mask_values_and_dtype(lowest_of_each_row)
        ),
        but=("transposed",),
    ),
    misconceptions=MISTAKES,
)
