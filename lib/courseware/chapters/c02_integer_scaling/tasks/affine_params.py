"""The task `affine_params`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from courseware.chapters.c02_integer_scaling.tasks.affine_params_mistakes import MISTAKES
from courseware.chapters.c02_integer_scaling.tasks.common import OFF_LIMITS
from courseware.chapters.c02_integer_scaling.tasks.judges import (
    affine_numbers,
    affine_values,
    reference_params,
)
from courseware.checks.forms import told_by_form
from courseware.checks.quantizer_inputs import LEAST, TINY, uniform
from courseware.checks.task import Check, Draw, Task

Params = tuple[Any, Any]


def _both_signs(draw: Draw) -> Iterator[tuple[torch.Tensor, int]]:
    yield torch.tensor([-1.0, 0.5, 6.5]), 4
    yield torch.tensor([0.5, 6.5, -1.0, 2.0]), 4
    for n_bits in (3, 4, 6, 8):
        yield _between(draw, *_ends(draw, n_bits), 12), n_bits


def _all_positive(draw: Draw) -> Iterator[tuple[torch.Tensor, int]]:
    yield torch.tensor([2.5, 7.5]), 4
    for n_bits in (2, 5, 8):
        low = draw.rng.uniform(0.5, 2.0)
        yield _between(draw, low, low * draw.rng.uniform(1.5, 4.0), 2, 5), n_bits


def _all_negative(draw: Draw) -> Iterator[tuple[torch.Tensor, int]]:
    yield torch.tensor([-2.5, -7.5]), 4
    for n_bits in (2, 5, 8):
        high = draw.rng.uniform(-2.0, -0.5)
        yield _between(draw, high * draw.rng.uniform(1.5, 4.0), high, 2, 5), n_bits


def _constant(draw: Draw) -> Iterator[tuple[torch.Tensor, int]]:
    yield torch.full((3,), 7.5), 4
    yield torch.tensor([-7.5]), 4
    for sign, n_bits in ((1.0, 8), (-1.0, 3)):
        yield torch.full((2, 2), sign * draw.rng.uniform(0.1, 5.0)), n_bits


def _ties(draw: Draw) -> Iterator[tuple[torch.Tensor, int]]:
    """The zero point lies halfway between two integers: 2.5, 3.5, and others."""
    yield torch.tensor([-1.25, 6.25]), 4
    yield torch.tensor([-1.75, 5.75]), 4
    yield torch.tensor([-7.5, 7.5]), 4
    for n_bits in (5, 8):
        steps = draw.integer(1, 2**n_bits // 4) + 0.5
        scale = 2.0 ** draw.integer(-5, 2)
        yield torch.tensor([-steps, 1.0, 2**n_bits - 1 - steps]) * scale, n_bits
        yield torch.tensor([-steps - 1, 1.0, 2**n_bits - 2 - steps]) * scale, n_bits


def _zeros_and_tiny(draw: Draw) -> Iterator[tuple[torch.Tensor, int]]:
    yield torch.zeros(3), 4
    yield torch.tensor([TINY, -TINY / 4]), 4
    yield torch.tensor([LEAST, -LEAST / 4]), 4
    yield torch.zeros(2, 3), 8
    # None of these are zeros, whatever their sum, their ends or one of them may say.
    for values in ([-2.0, -1.0, 3.0], [-1.5, 0.0, -3.5], [3.5, 0.0, 1.5], [0.0, 3.0, -3.5]):
        yield torch.tensor(values), 4
    low, high = _ends(draw, 8)
    size = max(-low, high) / TINY
    yield _between(draw, low / size, high / size, 12), 8


def _whole_zero_points(draw: Draw) -> Iterator[tuple[torch.Tensor, int]]:
    yield torch.tensor([-1.0, 6.5]), 4
    for n_bits in (3, 8):
        yield _between(draw, *_ends(draw, n_bits), 3, 4), n_bits


def _ends(draw: Draw, n_bits: int) -> tuple[float, float]:
    """Ends of a range around 0 whose zero point is well away from a half and from the middle."""
    top = 2**n_bits - 1
    zero_point = draw.rng.choice([z for z in range(1, top) if abs(z - top / 2) > 1])
    # Above the whole number and clearly so, that cutting off and rounding up both show.
    steps_below = zero_point + draw.rng.choice((-1, 1)) * draw.rng.uniform(0.1, 0.4)
    step = draw.rng.uniform(0.02, 3.0)
    return -steps_below * step, (top - steps_below) * step


def _between(draw: Draw, low: float, high: float, *shape: int) -> torch.Tensor:
    """Random values from low to high, both of them among the values."""
    x = uniform(draw, low, high, *shape)
    # Neither of them first or last: who looks there alone misses both.
    top, bottom = draw.rng.sample(range(1, x.numel() - 1), 2)
    x.view(-1)[top], x.view(-1)[bottom] = high, low
    return x.float()


AFFINE_PARAMS = Task(
    name="affine_params",
    points=10,
    reference=reference_params,
    lecture="lecture 02, “Zero point”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("values of both signs", 3, _both_signs, affine_values),
        Check("only positive values: the range reaches down to 0", 2, _all_positive, affine_values),
        Check("only negative values: the range reaches up to 0", 2, _all_negative, affine_values),
        Check("all values alike", 1, _constant, affine_values),
        Check("a zero point halfway between two integers", 1, _ties, affine_values),
        Check("all zeros, and values that are only tiny", 1, _zeros_and_tiny, affine_values),
        Check("the zero point is an integer", 2, _whole_zero_points, affine_numbers),
    ),
    misconceptions=MISTAKES,
)
