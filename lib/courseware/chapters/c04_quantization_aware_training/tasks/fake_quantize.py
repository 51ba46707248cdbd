"""The task `fake_quantize`."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from courseware.chapters.c04_quantization_aware_training.tasks.fake_quantize_mistakes import (
    MISCONCEPTIONS,
)
from courseware.chapters.c04_quantization_aware_training.tasks.fake_quantize_pairs import (
    two_mistakes,
)
from courseware.chapters.c04_quantization_aware_training.tasks.inputs import (
    GRIDS,
    T,
    around_the_ends,
    on_both_sides,
    within,
)
from courseware.chapters.c04_quantization_aware_training.tasks.judges import (
    OFF_LIMITS,
    with_gradient_of,
)
from courseware.checks import gradients, ready_made
from courseware.checks.gradients import GRADIENT_SECONDS
from courseware.checks.quantizer_inputs import Scale, codes
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import same_reals
from model_compression import fake_quantization as reference

Arguments = tuple[T, Scale, int, int]
WithUpstream = tuple[T, Scale, int, int, T]


def _inside(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([0.6, -1.4, 3.0]), 0.5, -8, 7
    for grid in ((-128, 127), (0, 15), (-7, 7)):
        yield *within(draw, grid), *grid


def _outside(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([9.0, -9.0, 1.1]), 0.5, -8, 7
    for grid in ((-2, 1), (0, 255), (-7, 7), (-3, 6)):
        yield *on_both_sides(draw, grid), *grid


def _ties(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([0.5, 1.5, 2.5, -0.5, -1.5]), 1.0, -8, 7
    for n_bits in (4, 8):
        low, high = -(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1
        scale = 2.0 ** draw.integer(-4, 2)
        yield (codes(draw, low, high - 1, 10) + 0.5) * scale, scale, low, high


def _gradient_inside(draw: Draw) -> Iterator[WithUpstream]:
    yield torch.tensor([0.6, -1.4, 3.0]), 0.5, -8, 7, torch.tensor([1.0, 2.0, -3.0])
    for grid in ((-128, 127), (0, 15), (-7, 7)):
        x, scale = within(draw, grid)
        yield x, scale, *grid, draw.normal(*x.shape)


def _gradient_outside(draw: Draw) -> Iterator[WithUpstream]:
    yield torch.tensor([9.0, -9.0, 1.1]), 0.5, -8, 7, torch.tensor([1.0, 2.0, -3.0])
    for grid in ((-2, 1), (0, 255), (-3, 6)):
        x, scale = on_both_sides(draw, grid)
        yield x.reshape(2, 7), scale, *grid, draw.normal(2, 7)


def _gradient_at_the_ends(draw: Draw) -> Iterator[WithUpstream]:
    x = torch.tensor([127.4, 127.6, -128.4, -128.6])
    yield x, 1.0, -128, 127, torch.tensor([1.0, 2.0, -3.0, 4.0])
    for grid in GRIDS:
        x, scale = around_the_ends(draw, grid)
        yield x, scale, *grid, draw.normal(*x.shape)


FAKE_QUANTIZE = Task(
    name="fake_quantize",
    points=20,
    reference=reference.fake_quantize,
    lecture="lecture 04, “A gradient for a staircase”",
    off_limits=OFF_LIMITS + ready_made.FAKE_QUANTIZE.names + ready_made.QUANTIZERS.names,
    seconds=GRADIENT_SECONDS,
    calls=("ste_mask",),
    checks=(
        Check("values inside the range go to the grid", 3, _inside, same_reals),
        Check("values outside go to its ends", 2, _outside, same_reals),
        Check("ties go to the even code", 1, _ties, same_reals),
        Check(
            "gradient inside the range (last input: upstream)",
            3,
            _gradient_inside,
            with_gradient_of("x"),
            gradients.probe(0),
        ),
        Check(
            "gradient outside the range (last input: upstream)",
            2,
            _gradient_outside,
            with_gradient_of("x"),
            gradients.probe(0),
        ),
        Check(
            "gradient around both ends (last input: upstream)",
            3,
            _gradient_at_the_ends,
            with_gradient_of("x"),
            gradients.probe(0),
        ),
    ),
    misconceptions=(*MISCONCEPTIONS, *two_mistakes(MISCONCEPTIONS)),
)
