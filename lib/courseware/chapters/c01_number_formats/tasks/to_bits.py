"""Exercise 01: the pattern of a value."""

from __future__ import annotations

from collections.abc import Iterator

from courseware.chapters.c01_number_formats.tasks.common import OFF_LIMITS, widths
from courseware.chapters.c01_number_formats.tasks.to_bits_mistakes import MISTAKES
from courseware.checks.forms import told_by_form
from courseware.checks.task import Check, Draw, Task
from model_compression import number_formats as reference


def _small_positive(draw: Draw) -> Iterator[tuple[int, int]]:
    yield 5, 4
    yield 1, 8
    yield 0, 3
    for width in (6, 8, 16):
        yield draw.integer(1, 2 ** (width - 2) - 1), width


def _negative_numbers(draw: Draw) -> Iterator[tuple[int, int]]:
    yield -3, 4
    yield -5, 8
    yield -97, 8
    yield -1, 5
    for width in (6, 8, 16):
        yield -draw.integer(2, 2 ** (width - 1) - 1), width


def _upper_half(draw: Draw) -> Iterator[tuple[int, int]]:
    yield 12, 4
    yield 159, 8
    for width in (6, 12):
        yield draw.integer(2 ** (width - 1) + 1, 2**width - 2), width


def _range_ends(draw: Draw) -> Iterator[tuple[int, int]]:
    yield 0, 1
    yield 1, 1
    yield -1, 1
    for width in (4, 8, *widths(draw), 64):
        yield -(2 ** (width - 1)), width
        yield 2 ** (width - 1) - 1, width
        yield 2**width - 1, width


def _out_of_range(draw: Draw) -> Iterator[tuple[int, int]]:
    yield 16, 4
    yield -9, 4
    yield 256, 8
    yield -129, 8
    yield 2**16 + draw.integer(0, 99_999), 16
    yield -(2**15) - draw.integer(1, 9_999), 16
    yield -(2**17) - draw.integer(1, 9_999), 16
    yield 2**64, 64
    yield -(2**63) - 1, 64
    yield 5, 4


TO_BITS = Task(
    name="to_bits",
    points=14,
    reference=reference.to_bits,
    lecture="lecture 01, “Two's complement”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("small positive numbers, padded to the width", 2, _small_positive),
        Check("negative numbers", 3, _negative_numbers),
        Check("unsigned numbers whose first bit is 1", 1, _upper_half),
        Check("both ends of the range", 2, _range_ends),
        Check("ValueError for what does not fit", 2, _out_of_range),
    ),
    misconceptions=MISTAKES,
)
