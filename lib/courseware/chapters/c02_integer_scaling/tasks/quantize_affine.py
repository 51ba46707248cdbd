"""The task `quantize_affine`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from courseware.chapters.c02_integer_scaling.tasks.common import (
    OFF_LIMITS,
)
from courseware.chapters.c02_integer_scaling.tasks.quantize_affine_mistakes import MISTAKES
from courseware.checks import quantizer_inputs as inputs
from courseware.checks.forms import told_by_form
from courseware.checks.quantizer_inputs import Scale
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import same_values_and_dtype
from model_compression import integer_scaling as reference

Params = tuple[Any, Any]
Arguments = tuple[torch.Tensor, Scale, int, int]


def _inside(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([0.0, -0.7, 1.2, 2.3]), 0.5, 3, 4
    # Few values, and no power of two; and a scale far below what guards against 0 leave alone.
    few = inputs.some_scale(draw)
    yield torch.tensor([1.2, -2.7]) * few, few, 4, 4
    yield torch.tensor([5.0, -3.0, 2.0]) * inputs.LEAST, inputs.LEAST, 6, 4
    for n_bits in (3, 4, 6, 8):
        zero_point, top = draw.integer(1, 2**n_bits - 2), 2**n_bits - 1
        scale: Scale = inputs.some_scale(draw)
        x = inputs.clear_of_half_steps(
            inputs.uniform(draw, -zero_point, top - zero_point, 16) * scale, scale
        )
        yield x, torch.tensor(scale) if n_bits in (3, 8) else scale, zero_point, n_bits
    # Close to half steps: 16-bit floats miss them.
    yield torch.tensor([101.48, -77.48, 63.52, 120.52]) * 0.0375, 0.0375, 90, 8


def _ties(draw: Draw) -> Iterator[Arguments]:
    halves = torch.tensor([0.5, 1.5, 2.5, -0.5, -1.5, -2.5])
    yield halves, 1.0, 5, 4
    yield halves / 4, torch.tensor(0.25), 8, 4
    for n_bits in (5, 8):
        zero_point = 2 * draw.integer(2, 2 ** (n_bits - 1) - 3) + 1
        steps = inputs.codes(draw, -3, 2, 10) + 0.5
        scale = 2.0 ** draw.integer(-5, 2)
        yield torch.cat([halves, steps]) * scale, scale, zero_point, n_bits


def _outside(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([-4.0, 1.0, 9.0]), 0.5, 3, 4
    yield torch.tensor([-3.0, 0.0, 4.5, 9.0]), torch.tensor(0.5), 0, 4
    yield torch.tensor([10.0, -10.0]), 0.5, 15, 4
    yield torch.tensor([10.0, -10.0]), 0.5, 0, 4
    # Too many steps for 16 bits.
    yield torch.tensor([5e4, -5e4]), 0.5, 3, 4
    # One step beyond each end.
    yield torch.tensor([6.5, -2.0]), 0.5, 3, 4
    for n_bits in (2, 5, 8):
        scale = inputs.some_scale(draw)
        x = inputs.clear_of_half_steps(inputs.uniform(draw, -420, 420, 16) * scale, scale)
        yield x, scale, draw.integer(0, 2**n_bits - 1), n_bits


def _shapes(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[1.0, -1.0], [0.0, 0.5]]), 0.5, 3, 4
    # The last code of 8 bits, and those that int8 does not hold.
    yield torch.tensor([52.5, 0.0, -75.0]), 0.5, 150, 8
    for shape in ((1,), (3, 1, 4), (2, 2, 3, 3)):
        yield inputs.codes(draw, 1, 100, *shape) * 0.25, 0.25, 150, 8


QUANTIZE_AFFINE = Task(
    name="quantize_affine",
    points=10,
    reference=reference.quantize_affine,
    lecture="lecture 02, “Zero point”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("values inside the range", 3, _inside),
        Check("ties: rounded before the zero point is added", 2, _ties),
        Check("values outside the range are clamped", 3, _outside),
        Check("right codes as uint8, in the shape of x", 2, _shapes, same_values_and_dtype),
    ),
    misconceptions=MISTAKES,
)
