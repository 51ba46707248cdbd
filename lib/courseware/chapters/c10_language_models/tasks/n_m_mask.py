"""The task `n_m_mask`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from courseware.chapters.c10_language_models.tasks.common import OFF_LIMITS
from courseware.chapters.c10_language_models.tasks.n_m_mask_mistakes import MISTAKES
from courseware.checks import ranking_inputs as inputs
from courseware.checks.forms import told_by_form
from courseware.checks.masks import mask_values_and_dtype, no_mask
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import Difference, difference
from model_compression import wanda as reference

T = torch.Tensor
Arguments = tuple[T, int, int]


def _scores(draw: Draw, rows: int, columns: int) -> T:
    """Positive scores, all apart."""
    return inputs.weights(draw, rows, columns).abs()


def _two_of_four(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 2, 4
    yield torch.tensor([[9.0, 1.0, 8.0, 7.0, 2.0, 3.0, 0.5, 1.5]]), 2, 4
    for rows, columns in ((2, 8), (3, 16)):
        yield _scores(draw, rows, columns), 2, 4


def _other_patterns(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[3.0, 1.0, 2.0]]), 1, 3
    yield torch.tensor([[3.0, 1.0, 2.0]]), 2, 3
    for n, m in ((1, 4), (3, 4), (2, 5), (6, 8), (1, 2)):
        yield _scores(draw, 3, 2 * m), n, m
    yield _scores(draw, 2, 6), 3, 3


def _signed(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[-5.0, 1.0, -2.0, 0.5]]), 2, 4
    for n, m in ((2, 4), (1, 3)):
        yield inputs.weights(draw, 3, 2 * m), n, m
    yield -_scores(draw, 2, 8), 2, 4


def _ties(draw: Draw) -> Iterator[Arguments]:
    yield torch.zeros(1, 4), 2, 4
    yield torch.tensor([[0.0, 3.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0]]), 2, 4
    for n, m in ((2, 4), (1, 3), (3, 4)):
        yield inputs.ties(draw, 4, 3 * m).abs(), n, m


def _rows(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[1.0, 2.0], [4.0, 3.0]]), 1, 2
    yield torch.tensor([[1.0, 2.0], [4.0, 3.0]]), 2, 4
    for rows, columns, n, m in ((4, 6, 2, 4), (2, 6, 1, 2), (3, 4, 1, 3), (6, 3, 2, 6)):
        yield _scores(draw, rows, columns), n, m


def exactly_n_of_each_m(arguments: tuple[Any, ...], expected: T, got: Any) -> Difference | None:
    """n of each run stay, and nothing that stays is below what goes."""
    scores, n, m = arguments
    found = difference(expected, got)
    if found is None or found.kind != "wrong-value":
        return found
    if text := no_mask(got):
        return Difference(found.kind, text)
    kept = got.detach().reshape(-1, m).bool()
    runs = scores.double().reshape(-1, m)
    for run, stays in zip(runs, kept, strict=True):
        shown = ", ".join(f"{value:.4g}" for value in run.tolist())
        if int(stays.sum()) != n:
            return Difference(found.kind, f"of {shown}, {int(stays.sum())} are kept, expected {n}")
        if n < m and float(run[stays].min()) < float(run[~stays].max()):
            text = f"of {shown}, {run[stays].min():.4g} is kept and {run[~stays].max():.4g} is not"
            return Difference(found.kind, text)
    return None


N_M_MASK = Task(
    name="n_m_mask",
    points=5,
    reference=reference.n_m_mask,
    lecture="lecture 10, “Two of four”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("the two highest of each four", 3, _two_of_four, exactly_n_of_each_m),
        Check("other n and m", 2, _other_patterns, exactly_n_of_each_m),
        Check("scores are ranked with their signs", 1, _signed, exactly_n_of_each_m),
        Check("equal scores, and zeros: exactly n", 2, _ties, exactly_n_of_each_m),
        Check("a run never crosses rows", 2, _rows, exactly_n_of_each_m),
        Check(
            "right masks, as torch.bool",
            1,
            _two_of_four,
            mask_values_and_dtype(exactly_n_of_each_m),
        ),
        but=("flattened", "transposed", "axes-joined"),
    ),
    misconceptions=MISTAKES,
)
