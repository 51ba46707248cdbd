"""The task `masked_step`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from courseware.chapters.c06_unstructured_pruning.tasks.common import OFF_LIMITS
from courseware.chapters.c06_unstructured_pruning.tasks.masked_step_mistakes import MISTAKES
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import Difference, difference
from model_compression import masked_training as reference

T = torch.Tensor
Arguments = tuple[T, T, T, T, float, float]


def _plain(draw: Draw) -> Iterator[Arguments]:
    kept, still = torch.ones(2, dtype=torch.bool), torch.zeros(2)
    yield torch.tensor([3.0, -1.0]), torch.tensor([2.0, -4.0]), still, kept, 0.25, 0.0
    w, gradient, _, _ = _tensors(draw, 3, 4)
    kept = torch.ones(3, 4, dtype=torch.bool)
    yield w, gradient, torch.zeros(3, 4), kept, _rate(draw), 0.0
    yield w, gradient, torch.zeros(3, 4), kept, _rate(draw), 0.9


def _with_momentum(draw: Draw) -> Iterator[Arguments]:
    kept = torch.ones(2, dtype=torch.bool)
    w, gradient = torch.tensor([3.0, -1.0]), torch.tensor([2.0, -4.0])
    yield w, gradient, torch.tensor([8.0, 1.0]), kept, 0.25, 0.5
    for shape in ((3, 4), (2, 3, 3, 3)):
        w, gradient, velocity, mask = _tensors(draw, *shape)
        yield w, gradient, velocity, torch.ones_like(mask), _rate(draw), _momentum(draw)


def _pruned(draw: Draw) -> Iterator[Arguments]:
    """Pruned weights are 0 already; gradient and velocity would move them."""
    w, gradient = torch.tensor([3.0, 0.0]), torch.tensor([2.0, 6.0])
    yield w, gradient, torch.tensor([8.0, 4.0]), torch.tensor([True, False]), 0.25, 0.5
    yield w, gradient * 0, torch.tensor([8.0, 4.0]), torch.tensor([True, False]), 0.25, 0.5
    for shape in ((3, 4), (2, 3, 3, 3)):
        w, gradient, velocity, mask = _tensors(draw, *shape)
        yield w * mask, gradient, velocity, mask, _rate(draw), _momentum(draw)


def _mask_decides(draw: Draw) -> Iterator[Arguments]:
    """Pruned weights that are not 0 yet, and kept ones that are."""
    w, gradient = torch.tensor([0.0, 3.0, -2.0]), torch.tensor([2.0, 6.0, 1.0])
    mask = torch.tensor([True, False, True])
    yield w, gradient, torch.tensor([8.0, 4.0, 2.0]), mask, 0.25, 0.5
    for shape in ((3, 4), (4, 5)):
        w, gradient, velocity, mask = _tensors(draw, *shape)
        w = w * (torch.rand(shape, generator=draw.generator) < 0.7)
        w[0, :2], mask[0, :2] = torch.tensor([0.0, 0.5]), torch.tensor([True, False])
        yield w, gradient, velocity, mask, _rate(draw), _momentum(draw)


def _tensors(draw: Draw, *shape: int) -> tuple[T, T, T, T]:
    mask = torch.rand(shape, generator=draw.generator) < 0.5
    mask.view(-1)[:2] = torch.tensor([True, False])
    w, gradient, velocity = (draw.normal(*shape) for _ in range(3))
    return w, gradient, velocity, mask


def _rate(draw: Draw) -> float:
    return draw.integer(5, 40) / 100


def _momentum(draw: Draw) -> float:
    return draw.integer(60, 95) / 100


def _same_step(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """Both tensors; the velocity of pruned weights is free, since it moves nothing.

    A pruned weight is exactly 0: one that is only small has come back to life.
    """
    mask = arguments[3]
    if type(got) in (tuple, list) and len(got) == 2:
        w, velocity = got
        if isinstance(velocity, T) and velocity.shape == mask.shape:
            got = w, torch.where(mask, velocity.detach().to(expected[1]), expected[1])
    found = difference(expected, got)
    if found:
        return found
    alive = got[0].detach()[~mask]
    if alive.any():
        text = f"a pruned weight is {float(alive[alive != 0][0]):.4g}, expected exactly 0"
        return Difference("wrong-value", text)
    return None


MASKED_STEP = Task(
    name="masked_step",
    points=14,
    reference=reference.masked_step,
    lecture="lecture 06, “Masks that come back to life”",
    off_limits=OFF_LIMITS,
    # The first step of an optimizer of torch's loads its compiler, for several seconds.
    seconds=10.0,
    checks=(
        Check("all weights kept, from rest", 1, _plain, _same_step),
        Check("all weights kept, with momentum", 3, _with_momentum, _same_step),
        Check("pruned weights stay exactly 0", 4, _pruned, _same_step),
        Check("the mask decides, not which weights are 0", 2, _mask_decides, _same_step),
    ),
    misconceptions=MISTAKES,
)
