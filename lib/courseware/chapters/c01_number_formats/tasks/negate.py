"""Exercise 01: invert, then add one."""

from __future__ import annotations

from collections.abc import Iterator

from courseware.chapters.c01_number_formats.tasks.common import OFF_LIMITS, widths
from courseware.chapters.c01_number_formats.tasks.negate_mistakes import MISTAKES
from courseware.checks.forms import told_by_form
from courseware.checks.task import Check, Draw, Task
from model_compression import number_formats as reference


def _carries(draw: Draw) -> Iterator[tuple[str]]:
    yield ("0100",)
    yield ("00000110",)
    yield ("1000" + "1000",)
    for width in (6, 9, 20):
        yield (draw.bits(width - 2, first="01") + "00",)
    yield (draw.bits(62, first="1") + "10",)


def _odd_patterns(draw: Draw) -> Iterator[tuple[str]]:
    yield ("0101",)
    yield ("0001",)
    yield ("1111",)
    yield ("00000101",)
    yield ("11111011",)
    for width in (6, 10, 16):
        yield (draw.bits(width - 1, first="01") + "1",)
    yield (draw.bits(63, first="10") + "1",)


def _fixed_points(draw: Draw) -> Iterator[tuple[str]]:
    yield ("0",)
    yield ("1",)
    yield ("0000",)
    yield ("1000",)
    yield ("00000000",)
    yield ("10000000",)
    yield ("0001",)
    for width in widths(draw):
        yield ("0" * width,)
        yield ("1" + "0" * (width - 1),)


NEGATE = Task(
    name="negate",
    points=12,
    reference=reference.negate,
    lecture="lecture 01, “Invert, then add one”",
    off_limits=OFF_LIMITS,
    calls=("to_bits", "signed_value", "unsigned_value"),
    checks=told_by_form(
        Check("odd numbers (no carry)", 3, _odd_patterns),
        Check("even numbers (the added one carries)", 3, _carries),
        Check("zero and the lowest number map to themselves", 2, _fixed_points),
    ),
    misconceptions=MISTAKES,
)
