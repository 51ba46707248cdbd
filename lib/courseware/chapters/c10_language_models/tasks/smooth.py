"""The task `smooth`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.chapters.c10_language_models.tasks.common import OFF_LIMITS
from courseware.chapters.c10_language_models.tasks.smooth_mistakes import MISTAKES
from courseware.chapters.c10_language_models.tasks.smooth_wrong_ways import (
    SMALL,
)
from courseware.checks.forms import told_by_form
from courseware.checks.pairs import at, pair_of
from courseware.checks.quantizer_inputs import uniform
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import Difference, difference
from model_compression import activation_outliers as reference

T = torch.Tensor
Arguments = tuple[T, T, float]
Pair = tuple[T, T]
Scale = Callable[[T, T, float], T]


def _layer(draw: Draw, outputs: int, inputs: int, size: float = 1.0) -> Pair:
    """Sizes of input channels, and a weight whose columns differ in size as well."""
    x_absmax = size * 2.0 ** uniform(draw, 0, 5, inputs)
    weight = uniform(draw, 0.1, 1, outputs, inputs) * 2.0 ** uniform(draw, 0, 3, inputs)
    signs = torch.randint(0, 2, (outputs, inputs), generator=draw.generator) * 2 - 1
    # The largest magnitude of half of the columns is negative.
    largest = weight.argmax(dim=0), torch.arange(inputs)
    signs[largest] = torch.where(torch.arange(inputs) % 2 == 0, -1, 1)
    return x_absmax.float(), (size * signs * weight).float()


def _alpha(draw: Draw) -> float:
    return round(draw.rng.choice((0.15, 0.65)) + draw.rng.uniform(0, 0.2), 3)


def _balanced(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([16.0, 1.0]), torch.tensor([[0.5, 4.0], [-1.0, 0.0]]), 0.5
    for outputs, inputs in ((3, 4), (5, 3), (4, 4)):
        yield *_layer(draw, outputs, inputs), 0.5


def _other_alphas(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([16.0, 1.0]), torch.tensor([[0.5, 4.0], [-1.0, 0.0]]), 0.25
    for _ in range(3):
        yield *_layer(draw, 3, 5), _alpha(draw)


def _ends(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([16.0, 2.0]), torch.tensor([[0.5, 4.0], [-0.25, 0.0]]), 1.0
    yield torch.tensor([16.0, 2.0]), torch.tensor([[0.5, 4.0], [-0.25, 0.0]]), 0.0
    for alpha in (0.0, 1.0):
        yield *_layer(draw, 4, 3), alpha


def _zeros(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([0.0, 4.0]), torch.tensor([[3.0, 1.0]]), 0.5
    yield torch.tensor([9.0, 4.0]), torch.tensor([[0.0, 1.0], [0.0, -0.5]]), 0.5
    for alpha in (_alpha(draw), 0.0, 1.0):
        x_absmax, weight = _layer(draw, 3, 6)
        silent, unused, neither, *_ = torch.randperm(6, generator=draw.generator).tolist()
        x_absmax[[silent, neither]] = 0.0
        weight[:, [unused, neither]] = 0.0
        yield x_absmax, weight, alpha


def _tiny(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([SMALL, 4 * SMALL]), torch.tensor([[1.0, 2.0]]), 0.5
    yield torch.tensor([1.0, 4.0]), torch.tensor([[SMALL, -2 * SMALL]]), 0.5
    for alpha in (0.5, _alpha(draw)):
        yield *_layer(draw, 3, 4, size=10 * SMALL), alpha
        # Felt by a guard of a hundredth alone.
        yield *_layer(draw, 3, 4, size=1e-2), alpha


def same_smoothing(arguments: tuple[Any, ...], expected: Pair, got: Any) -> Difference | None:
    """The scales and the weight; where there is nothing to balance, any scale that both share."""
    return _difference(arguments, expected, got, dtypes=False)


def same_smoothing_and_dtypes(
    arguments: tuple[Any, ...], expected: Pair, got: Any
) -> Difference | None:
    """The same, and both float32."""
    return _difference(arguments, expected, got, dtypes=True)


def _difference(
    arguments: tuple[Any, ...], expected: Pair, got: Any, dtypes: bool
) -> Difference | None:
    x_absmax, weight, _ = arguments
    if found := pair_of(expected, got):
        return found
    free = (x_absmax == 0) | (weight == 0).all(dim=0)
    scale = expected[0]
    found = difference(scale, got[0], dtypes)
    if found is not None and found.kind in ("wrong-value", "not-finite"):
        came = got[0].detach().to(scale.dtype)
        scale = torch.where(free & torch.isfinite(came) & (came > 0), came, scale)
        found = difference(scale, got[0])
    return at(0, found) or at(1, difference(weight * scale, got[1], dtypes))


SMOOTH = Task(
    name="smooth",
    points=6,
    reference=reference.smooth,
    lecture="lecture 10, “Smoothing where the weights are flat”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("half and half", 3, _balanced, same_smoothing),
        Check("other shares", 2, _other_alphas, same_smoothing),
        Check("alpha 0, and alpha 1", 1, _ends, same_smoothing),
        Check("channels of zeros", 2, _zeros, same_smoothing),
        Check("small values are no zeros", 1, _tiny, same_smoothing),
        Check("right values as float32", 1, _balanced, same_smoothing_and_dtypes),
    ),
    misconceptions=MISTAKES,
)
