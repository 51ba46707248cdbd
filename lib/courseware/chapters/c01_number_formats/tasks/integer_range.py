"""Exercise 01: how far a width reaches."""

from __future__ import annotations

from collections.abc import Iterator

from courseware.chapters.c01_number_formats.tasks.common import OFF_LIMITS, widths
from courseware.chapters.c01_number_formats.tasks.integer_range_mistakes import MISTAKES
from courseware.checks.forms import told_by_form
from courseware.checks.task import Check, Draw, Task
from model_compression import number_formats as reference


def _ranges_signed(draw: Draw) -> Iterator[tuple[int, bool]]:
    yield 2, True
    yield 4, True
    yield 8, True
    for width in widths(draw):
        yield width, True


def _ranges_unsigned(draw: Draw) -> Iterator[tuple[int, bool]]:
    yield 2, False
    yield 4, False
    yield 8, False
    for width in widths(draw):
        yield width, False


def _ranges_unusual(draw: Draw) -> Iterator[tuple[int, bool]]:
    yield 1, True
    yield 1, False
    yield 64, True
    yield 64, False
    for width in widths(draw):
        yield width, True
        yield width, False


INTEGER_RANGE = Task(
    name="integer_range",
    points=8,
    reference=reference.integer_range,
    lecture="lecture 01, “How far a width reaches”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("signed", 3, _ranges_signed),
        Check("unsigned", 2, _ranges_unsigned),
        Check("1 bit, 64 bits, and between", 1, _ranges_unusual),
    ),
    misconceptions=MISTAKES,
)
