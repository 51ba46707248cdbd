"""The task `pack_int4`."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from courseware.chapters.c02_integer_scaling.tasks.common import OFF_LIMITS
from courseware.chapters.c02_integer_scaling.tasks.pack_int4_mistakes import MISTAKES
from courseware.checks.dtypes import int8
from courseware.checks.forms import told_by_form
from courseware.checks.memory_order import turned
from courseware.checks.quantizer_inputs import codes
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import same_values_and_dtype
from model_compression import packing as reference


def _pairs(draw: Draw) -> Iterator[tuple[torch.Tensor]]:
    yield (int8(1, 2),)
    yield (int8(7, 0, 3, 5),)
    yield (codes(draw, 0, 7, 16),)


def _negative(draw: Draw) -> Iterator[tuple[torch.Tensor]]:
    yield (int8(-1, 3),)
    yield (int8(-8, 7, 2, -3),)
    yield (int8(-8, -8),)
    yield (int8(0, -8),)
    for count in (6, 20):
        yield (codes(draw, -8, 7, count),)


def _odd(draw: Draw) -> Iterator[tuple[torch.Tensor]]:
    yield (int8(5),)
    yield (int8(-8),)
    yield (int8(1, 2, -3),)
    yield (codes(draw, -8, 7, 11),)


def _matrices(draw: Draw) -> Iterator[tuple[torch.Tensor]]:
    yield (torch.tensor([[1, 2, 3], [4, 5, 6]], dtype=torch.int8),)
    yield (codes(draw, -8, 7, 3, 2),)
    for shape in ((3, 5), (4, 6), (2, 3, 3)):
        yield (codes(draw, -8, 7, *shape),)
    yield (turned(codes(draw, -8, 7, 3, 4)),)


def _bytes(draw: Draw) -> Iterator[tuple[torch.Tensor]]:
    yield (int8(1, 2, 3, 4),)
    yield (torch.cat([int8(1), codes(draw, 1, 7, 9)]),)


PACK_INT4 = Task(
    name="pack_int4",
    points=8,
    reference=reference.pack_int4,
    lecture="lecture 02, “Two codes in a byte”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("codes from 0 to 7", 2, _pairs),
        Check("negative codes", 2, _negative),
        Check("an odd number of codes", 2, _odd),
        Check("matrices, row by row", 1, _matrices),
        Check("right bytes, as uint8", 1, _bytes, same_values_and_dtype),
    ),
    misconceptions=MISTAKES,
)
