"""The task `absmax_scale`."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from courseware.chapters.c02_integer_scaling.tasks.absmax_scale_mistakes import MISTAKES
from courseware.chapters.c02_integer_scaling.tasks.common import OFF_LIMITS
from courseware.chapters.c02_integer_scaling.tasks.judges import reference_scale, scale_number
from courseware.checks.forms import told_by_form
from courseware.checks.quantizer_inputs import LEAST, TINY
from courseware.checks.task import Check, Draw, Task
from courseware.checks.zero_guards import LIKE_ZEROS


def _positive_largest(draw: Draw) -> Iterator[tuple[torch.Tensor, int]]:
    yield torch.tensor([1.5, -1.0, 3.5]), 4
    for n_bits in (2, 3, 6, 8):
        yield _with_extreme(draw, 1.0, 15), n_bits


def _negative_largest(
    draw: Draw,
) -> Iterator[tuple[torch.Tensor, int] | tuple[torch.Tensor, int, bool]]:
    yield torch.tensor([2.0, -14.0]), 4
    yield torch.tensor([-1.0, -3.5, -2.0]), 4
    yield torch.tensor([1.5, -3.5]), 4, False
    for n_bits in (3, 5, 8):
        yield _with_extreme(draw, -1.0, 15), n_bits


def _full_range(draw: Draw) -> Iterator[tuple[torch.Tensor, int, bool]]:
    yield torch.tensor([1.5, -3.75]), 4, True
    for n_bits in (2, 5, 8):
        yield _with_extreme(draw, draw.rng.choice((1.0, -1.0)), 15), n_bits, True


def _matrices(draw: Draw) -> Iterator[tuple[torch.Tensor, int]]:
    yield torch.tensor([[1.0, -7.0], [3.0, 2.0]]), 4
    yield _with_extreme(draw, -1.0, 24).reshape(4, 6), 8
    yield _with_extreme(draw, 1.0, 54).reshape(2, 3, 3, 3), 5


def _zeros_and_tiny(draw: Draw) -> Iterator[tuple[torch.Tensor, int]]:
    yield torch.zeros(3), 4
    yield torch.tensor([TINY, -TINY / 4]), 8
    yield torch.tensor([LEAST, -LEAST / 4]), 8
    yield torch.zeros(2, 3), 8
    for like_zeros in LIKE_ZEROS:
        yield torch.tensor(like_zeros), 4
    tiny = draw.normal(12)
    yield tiny / tiny.abs().max() * TINY, 4


def _with_extreme(draw: Draw, sign: float, count: int) -> torch.Tensor:
    """Random values, one of them the largest in magnitude by far, of the given sign."""
    x = draw.normal(count) * 2.0 ** draw.integer(-4, 4)
    x[draw.integer(0, count - 1)] = sign * x.abs().max() * draw.rng.uniform(1.3, 3.0)
    return x


ABSMAX_SCALE = Task(
    name="absmax_scale",
    points=8,
    reference=reference_scale,
    lecture="lecture 02, “Scale”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("the largest magnitude is a positive value's", 2, _positive_largest),
        Check("the largest magnitude is a negative value's", 2, _negative_largest),
        Check("full range", 2, _full_range),
        Check("one number for a whole matrix or image", 1, _matrices),
        Check("all zeros, and values that are only tiny", 1, _zeros_and_tiny, scale_number),
    ),
    misconceptions=MISTAKES,
)
