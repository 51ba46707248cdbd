"""The task `cross_entropy`."""

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
    labelled,
    same_gradient,
    same_loss,
    told_apart,
)
from courseware.chapters.c05_knowledge_distillation.tasks.cross_entropy_mistakes import MISTAKES
from courseware.checks import ready_made
from courseware.checks.gradients import GRADIENT_SECONDS
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import as_number
from model_compression import distillation as reference

Arguments = tuple[T, T]

FLOAT_ENDS = 88.0
"""exp of more is infinite in float32."""


def _one_row(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[0.5, 0.7, 1.3]]), torch.tensor([0])
    for n_classes in (2, 4, 10):
        yield _batch(draw, 1, n_classes)


def _batches(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[2.0, 0.0], [0.0, 0.5]]), torch.tensor([0, 0])
    for n_rows, n_classes in ((3, 3), (4, 3), (5, 10)):
        yield _batch(draw, n_rows, n_classes)


def _confident_mistakes(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[-40.0, 80.0]]), torch.tensor([0])
    yield torch.tensor([[-200.0, -320.0]]), torch.tensor([1])
    yield torch.tensor([[0.0, 200.0]]), torch.tensor([0])
    yield torch.tensor([[0.0, 200.0, 200.0]]), torch.tensor([0])
    yield torch.tensor([[30.0, -30.0, 0.0]]), torch.tensor([1])
    yield torch.tensor([[-200.0, -320.0], [300.0, 100.0]]), torch.tensor([1, 1])
    # The margin is at least 150 and no logit beyond 300: a float64 has room for all of it.
    logits = 150 * (2 * torch.rand(3, 5, generator=draw.generator) - 1)
    logits[:, 2] = 300.0
    yield logits, logits.argmin(dim=1)


def _for_gradients(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[0.0, 1.0]]), torch.tensor([0])
    yield _batch(draw, 3, 4)
    yield torch.tensor([[-50.0, 70.0, 10.0]]), torch.tensor([0])


def _cause_of_infinity(arguments: tuple[Any, ...], got: Any) -> str:
    """Within 88 no exponential overflows a float32: there it is a probability that vanished.

    Far below 0 that still gives inf; where all exponentials are 0 it is nan or −inf. Far above it
    is inf in both. Rows that lie far apart come last: what is right up to there has one maximum
    for all of them.
    """
    logits = arguments[0]
    tops = logits.amax(dim=1)
    if float(tops.max() - tops.min()) > FLOAT_ENDS:
        return "one-maximum-for-all-rows"
    if float(logits.abs().max()) <= FLOAT_ENDS:
        return "log-of-a-vanished-probability"
    if as_number(got) != math.inf:
        return "overflow"
    return "log-of-a-vanished-probability" if float(tops.max()) < -FLOAT_ENDS else ""


def _batch(draw: Draw, n_rows: int, n_classes: int) -> Arguments:
    return labelled(2 * draw.normal(n_rows, n_classes), draw)


CROSS_ENTROPY = Task(
    name="cross_entropy",
    points=14,
    reference=in_float64(reference.cross_entropy),
    lecture="lecture 05, “Two ways to be wrong”",
    off_limits=OFF_LIMITS + ready_made.CROSS_ENTROPY.names,
    seconds=GRADIENT_SECONDS,
    calls=("softmax",),
    checks=(
        Check("one row", 4, _one_row, same_loss),
        Check("several rows: the mean", 3, _batches, same_loss),
        Check(
            "confident mistakes",
            4,
            _confident_mistakes,
            told_apart(same_loss, _cause_of_infinity),
        ),
        Check(
            "the gradient with respect to the logits",
            3,
            _for_gradients,
            told_apart(same_gradient, _cause_of_infinity),
            back_propagated(0),
        ),
    ),
    misconceptions=MISTAKES,
)
