"""Exercise 01: how far a width reaches."""

from __future__ import annotations

from collections.abc import Iterator

from courseware.chapters.c01_number_formats.tasks.common import OFF_LIMITS, widths
from courseware.checks.task import Check, Draw, Misconception, Task
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


def _symmetric_range(width: int, signed: bool) -> tuple[int, int]:
    top = 2 ** (width - 1) - 1
    return (-top, top) if signed else (0, 2**width - 1)


INTEGER_RANGE = Task(
    name="integer_range",
    points=8,
    reference=reference.integer_range,
    lecture="lecture 01, “How far a width reaches”",
    off_limits=OFF_LIMITS,
    checks=(
        Check("signed", 3, _ranges_signed),
        Check("unsigned", 2, _ranges_unsigned),
        Check("1 bit, 64 bits, and between", 1, _ranges_unusual),
    ),
    misconceptions=(
        Misconception(
            "range-symmetric",
            "The lowest number is one too high. Zero takes a pattern on the positive side, so "
            "the negative side reaches one further.",
            _symmetric_range,
        ),
        Misconception(
            "end-not-included",
            "The upper end is one too high. One of the 2^width patterns is zero.",
            lambda width, signed: (
                (-(2 ** (width - 1)), 2 ** (width - 1)) if signed else (0, 2**width)
            ),
        ),
        Misconception(
            "signed-ignored",
            "The result does not depend on `signed`: this is the unsigned range.",
            lambda width, signed: (0, 2**width - 1),
        ),
        Misconception(
            "always-signed",
            "The result does not depend on `signed`: this is the signed range.",
            lambda width, signed: (-(2 ** (width - 1)), 2 ** (width - 1) - 1),
        ),
        Misconception(
            "ends-swapped",
            "The two ends are swapped: lowest first.",
            lambda width, signed: tuple(reversed(reference.integer_range(width, signed))),
        ),
        Misconception(
            "sign-bit-not-counted",
            "Both halves reach as far as all `width` bits would. One of the bits tells the "
            "halves apart.",
            lambda width, signed: (-(2**width), 2**width - 1) if signed else (0, 2**width - 1),
        ),
        Misconception(
            "count-returned",
            "This is how many patterns there are, not the lowest and highest number.",
            lambda width, signed: 2**width,
        ),
    ),
)
