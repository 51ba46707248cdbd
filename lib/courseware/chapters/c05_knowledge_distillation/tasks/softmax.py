"""The task `softmax`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from courseware.chapters.c05_knowledge_distillation.tasks.common import (
    OFF_LIMITS,
    T,
    in_float64,
    same_gradient,
    told_apart,
)
from courseware.chapters.c05_knowledge_distillation.tasks.softmax_mistakes import (
    MISTAKES,
    WRONG_SHIFTS,
)
from courseware.chapters.c05_knowledge_distillation.tasks.softmax_wrong_ways import shares
from courseware.checks import gradients, ready_made
from courseware.checks.gradients import GRADIENT_SECONDS
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import same_reals
from model_compression import distillation as reference

Arguments = tuple[T] | tuple[T, float]


def _one_row(draw: Draw) -> Iterator[Arguments]:
    yield (torch.tensor([0.5, 0.7, 1.3]),)
    for n_classes in (2, 5, 10):
        yield (2 * draw.normal(n_classes),)


def _several_rows(draw: Draw) -> Iterator[Arguments]:
    yield (torch.tensor([[0.0, 1.0], [3.0, 0.5]]),)
    for shape in ((3, 3), (4, 6), (2, 3, 4)):
        yield (2 * draw.normal(*shape),)


def _temperatures(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[1.0, 3.0]]), 2.0
    for temperature in (4, 0.5, draw.rng.uniform(2.5, 8.0)):
        yield 3 * draw.normal(2, 4), temperature


def _large(draw: Draw) -> Iterator[Arguments]:
    yield (torch.tensor([[1000.0, 999.0]]),)
    yield torch.tensor([[900.0, 901.0, 899.5]]), 0.95
    yield (torch.tensor([[999.0, 1000.0, -1000.0], [1000.0, 998.0, 0.0]]),)
    yield (torch.tensor([[-999.0, -1000.0, -998.0]]),)
    yield (torch.tensor([[2.0, 1.0, -3.0], [999.0, 1000.0, 998.0]]),)
    yield torch.tensor([[300.0, 0.0, -300.0]]), 100
    yield 1000 * (2 * torch.rand(3, 5, generator=draw.generator) - 1), 50.0


def _upstream(draw: Draw) -> Iterator[tuple[Any, ...]]:
    yield torch.tensor([[1.0, 3.0]]), 2.0, torch.tensor([[1.0, 0.0]])
    for shape in ((4,), (3, 4)):
        yield 2 * draw.normal(*shape), draw.rng.uniform(1.5, 4.0), draw.normal(*shape)


def _cause_of_nan(arguments: tuple[Any, ...], got: T) -> str:
    """Which wrong shift loses just these values, if one does: infinities and zeros tell.

    Else whether a row that lies far below another one was lost, or exponentials were too large.
    """
    logits, temperature = (*arguments, 1.0)[:2]
    came = got.detach().float()
    for name, shift in WRONG_SHIFTS.items():
        lost = shares((logits / temperature - shift(logits, temperature)).exp())
        if torch.allclose(came, lost, rtol=1e-4, atol=1e-6, equal_nan=True):
            return name
    low = arguments[0].amax(dim=-1) < arguments[0].max() - 100
    lost = ~torch.isfinite(got.detach()).all(dim=-1)
    return "overflow" if bool((lost & ~low).any()) else "one-maximum-for-all-rows"


SOFTMAX = Task(
    name="softmax",
    points=12,
    reference=in_float64(reference.softmax),
    lecture="lecture 05, “From logits to probabilities”",
    off_limits=OFF_LIMITS + ready_made.SOFTMAX.names,
    seconds=GRADIENT_SECONDS,
    checks=(
        Check("one row, temperature 1", 3, _one_row, same_reals),
        Check("several rows: each is a distribution", 3, _several_rows, same_reals),
        Check("other temperatures", 3, _temperatures, same_reals),
        Check(
            "logits up to 1,000 in size",
            3,
            _large,
            told_apart(same_reals, _cause_of_nan),
        ),
        Check(
            "the gradient with respect to the logits (last input: upstream)",
            2,
            _upstream,
            same_gradient,
            gradients.probe(0),
        ),
    ),
    misconceptions=MISTAKES,
)
