"""The task `bits_per_weight`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from courseware.chapters.c03_post_training_quantization.tasks.bits_per_weight_mistakes import (
    MISTAKES,
)
from courseware.chapters.c03_post_training_quantization.tasks.judges import OFF_LIMITS, close_number
from courseware.checks.forms import told_by_form
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import Difference
from model_compression import weight_quantization as reference

EXACT = 1e-9
"""Every result here is a small number of binary digits: nothing needs rounding."""

Arguments = tuple[float, ...]


def _same_bits(arguments: tuple[Any, ...], expected: float, got: Any) -> Difference | None:
    return close_number(expected, got, EXACT)


def _group_size(draw: Draw, *sizes: int) -> int:
    return draw.rng.choice(sizes or (16, 32, 64, 128, 256))


def _scales(draw: Draw) -> Iterator[Arguments]:
    yield 4, 8, 32
    yield 4, 64, 16
    yield 1.5, 64, 16
    for n_bits in (2, 3, 5, 8):
        yield n_bits, _group_size(draw), draw.rng.choice((16, 32))


def _zero_points(draw: Draw) -> Iterator[Arguments]:
    yield 4, 8, 16, 4
    yield 2, 64, 16, 8
    for n_bits in (3, 4, 8):
        yield n_bits, _group_size(draw), draw.rng.choice((16, 32)), draw.rng.choice((2, 4, 8))


def _fractions(draw: Draw) -> Iterator[Arguments]:
    yield 4, 64, 8.125
    yield 4, 64, 8 + 32 / 256
    for n_bits in (2, 4):
        yield n_bits, _group_size(draw, 16, 32, 128), 8 + 32 / _group_size(draw)
    yield 3, 32, 8.25, 4


def _extremes(draw: Draw) -> Iterator[Arguments]:
    yield 4, 1, 16
    yield 8, draw.integer(2**12, 2**18), 32
    yield draw.integer(2, 8), 2, 16, 8


BITS_PER_WEIGHT = Task(
    name="bits_per_weight",
    points=10,
    reference=reference.bits_per_weight,
    lecture="lecture 03, “How many bits is 4 bits”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("codes and scales", 2, _scales, _same_bits),
        Check("zero points as well", 2, _zero_points, _same_bits),
        Check("scales that are quantized themselves", 1, _fractions, _same_bits),
        Check("very small and very large groups", 1, _extremes, _same_bits),
    ),
    misconceptions=MISTAKES,
)
