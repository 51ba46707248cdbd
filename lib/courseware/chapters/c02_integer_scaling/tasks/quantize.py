"""The task `quantize`."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from courseware.chapters.c02_integer_scaling.tasks.common import OFF_LIMITS
from courseware.chapters.c02_integer_scaling.tasks.quantize_mistakes import MISTAKES
from courseware.checks.forms import told_by_form
from courseware.checks.quantizer_inputs import (
    LEAST,
    Scale,
    clear_of_half_steps,
    codes,
    some_scale,
    uniform,
)
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import same_values_and_dtype
from model_compression import integer_scaling as reference


def _inside(draw: Draw) -> Iterator[tuple[torch.Tensor, Scale, int]]:
    yield torch.tensor([1.2, -0.7, 0.4]), 0.5, 4
    # Few values, and no power of two; and a scale far below what guards against 0 leave alone.
    few = some_scale(draw)
    yield torch.tensor([1.2, -2.7]) * few, few, 4
    yield torch.tensor([5.0, -3.0, 2.0]) * LEAST, LEAST, 4
    for n_bits in (3, 4, 5, 8):
        top = 2 ** (n_bits - 1) - 1
        scale: Scale = some_scale(draw)
        x = clear_of_half_steps(uniform(draw, -top, top, 16) * scale, scale)
        yield x, torch.tensor(scale) if n_bits in (3, 8) else scale, n_bits
    # Close to half steps: 16-bit floats miss them.
    yield torch.tensor([101.48, -77.48, 63.52, -120.52]) * 0.0375, 0.0375, 8


def _ties(draw: Draw) -> Iterator[tuple[torch.Tensor, Scale, int]]:
    halves = torch.tensor([0.5, 1.5, 2.5, -0.5, -1.5, -2.5])
    yield halves, 1.0, 4
    yield halves / 4, torch.tensor(0.25), 4
    for n_bits in (5, 8):
        scale = 2.0 ** draw.integer(-5, 2)
        steps = codes(draw, -(2 ** (n_bits - 1)) + 1, 2 ** (n_bits - 1) - 2, 10) + 0.5
        yield torch.cat([halves, steps]) * scale, scale, n_bits


def _outside(draw: Draw) -> Iterator[tuple[torch.Tensor, Scale, int]]:
    yield torch.tensor([4.5, -10.0, 1.0, 0.5]), 0.5, 4
    yield torch.tensor([100.0, 150.0, -100.0, -500.0, 20.0]), torch.tensor(0.5), 8
    for n_bits in (2, 4, 6):
        scale = some_scale(draw)
        x = clear_of_half_steps(uniform(draw, -300, 300, 16) * scale, scale)
        yield x, scale, n_bits


def _lowest_code(draw: Draw) -> Iterator[tuple[torch.Tensor, Scale, int]]:
    yield torch.tensor([-4.0, 3.5, -2.0]), 0.5, 4
    yield torch.tensor([3.75, -3.75, 1.0]), 0.5, 4
    for n_bits in (2, 3, 8):
        scale = some_scale(draw)
        lowest = -(2 ** (n_bits - 1))
        steps = torch.cat([uniform(draw, lowest - 0.4, lowest + 0.4, 4), torch.ones(1)])
        yield clear_of_half_steps(steps * scale, scale), scale, n_bits


def _shapes(draw: Draw) -> Iterator[tuple[torch.Tensor, Scale, int]]:
    yield torch.tensor([[1.0, -2.0], [3.0, 0.5]]), 0.5, 4
    for shape in ((1,), (3, 1, 4), (2, 2, 3, 3)):
        yield codes(draw, 1, 7, *shape) * 0.25, 0.25, 4


QUANTIZE = Task(
    name="quantize",
    points=10,
    reference=reference.quantize,
    lecture="lecture 02, “Round, then clamp”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("values inside the range", 3, _inside),
        Check("ties go to the even code", 2, _ties),
        Check("values outside the range are clamped", 2, _outside),
        Check("the lowest code is in use", 1, _lowest_code),
        Check("right codes as int8, in the shape of x", 2, _shapes, same_values_and_dtype),
    ),
    misconceptions=MISTAKES,
)
