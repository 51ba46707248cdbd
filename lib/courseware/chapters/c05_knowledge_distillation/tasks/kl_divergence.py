"""The task `kl_divergence`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch

from courseware.chapters.c05_knowledge_distillation.tasks.common import (
    OFF_LIMITS,
    T,
    back_propagated,
    in_float64,
    same_gradient,
    same_loss,
    told_apart,
)
from courseware.chapters.c05_knowledge_distillation.tasks.kl_divergence_mistakes import MISTAKES
from courseware.checks import ready_made
from courseware.checks.gradients import GRADIENT_SECONDS
from courseware.checks.task import Check, Draw, Task
from model_compression import distillation as reference

Arguments = tuple[T, T]


def _one_row(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[0.25, 0.75]]), torch.tensor([[0.5, 0.5]])
    yield torch.tensor([[0.500, 0.275, 0.225]]), torch.tensor([[0.225, 0.500, 0.275]])
    for n_classes in (3, 6):
        yield _pair(draw, 1, n_classes)
    yield torch.tensor([[0.5, 0.5]]), torch.tensor([[1.0, 1e-9]])


def _batches(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[0.25, 0.75], [0.5, 0.5]]), torch.tensor([[0.5, 0.5], [0.25, 0.75]])
    for n_rows, n_classes in ((3, 3), (2, 5), (5, 4)):
        yield _pair(draw, n_rows, n_classes)


def _teacher_with_zeros(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[0.5, 0.5], [1.0, 0.0]]), torch.tensor([[0.25, 0.75], [0.25, 0.75]])
    yield torch.tensor([[1.0, 0.0]]), torch.tensor([[0.25, 0.75]])
    for n_rows, n_classes in ((2, 3), (4, 5)):
        p, q = _pair(draw, n_rows, n_classes)
        yield torch.cat((p[:1], _without_smallest(p[1:]))), q


def _for_gradients(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[0.25, 0.75]]), torch.tensor([[0.5, 0.5]])
    yield _pair(draw, 3, 4)


def _cause_of_nan(arguments: tuple[Any, ...], got: Any) -> str:
    """0 · log 0 in the value, or only on the way back; infinity has other causes.

    Where every row holds a zero, nan is also the mean of the rows that hold none.
    """
    value, *gradients = got if isinstance(got, tuple) else (got,)
    if math.isnan(value):
        rows_left = bool((arguments[0] > 0).all(dim=1).any())
        return "zero-times-log-of-zero" if rows_left else ""
    lost = math.isfinite(value) and any(gradient.isnan().any() for gradient in gradients)
    return "gradient-of-zero-times-log" if lost else ""


def _pair(draw: Draw, n_rows: int, n_classes: int) -> Arguments:
    """Distributions of teacher and student that are not too much alike."""
    p = (1.5 * draw.normal(n_rows, n_classes)).double().softmax(dim=1)
    # Another order of the same probabilities, then a little apart from it.
    q = p.roll(1, dims=1) * (0.3 * draw.normal(n_rows, n_classes)).double().exp()
    return p.float(), (q / q.sum(dim=1, keepdim=True)).float()


def _without_smallest(p: T) -> T:
    kept = torch.where(p == p.amin(dim=1, keepdim=True), 0.0, p)
    return kept / kept.sum(dim=1, keepdim=True)


KL_DIVERGENCE = Task(
    name="kl_divergence",
    points=14,
    reference=in_float64(reference.kl_divergence),
    lecture="lecture 05, “Two ways to be wrong”",
    off_limits=OFF_LIMITS + ready_made.KL_DIVERGENCE.names,
    seconds=GRADIENT_SECONDS,
    checks=(
        Check("one row", 4, _one_row, same_loss),
        Check("several rows: summed over classes, the mean over rows", 3, _batches, same_loss),
        Check(
            "a teacher that is sure: exact zeros",
            3,
            _teacher_with_zeros,
            told_apart(same_loss, _cause_of_nan),
        ),
        Check(
            "the gradient with respect to the student's probabilities",
            3,
            _for_gradients,
            same_gradient,
            back_propagated(1),
        ),
        Check(
            "the gradient where the teacher holds zeros",
            1,
            _teacher_with_zeros,
            told_apart(same_gradient, _cause_of_nan),
            back_propagated(1),
        ),
    ),
    misconceptions=MISTAKES,
)
