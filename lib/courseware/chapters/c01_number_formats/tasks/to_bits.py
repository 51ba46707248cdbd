"""Exercise 01: the pattern of a value."""

from __future__ import annotations

from collections.abc import Iterator

from courseware.chapters.c01_number_formats.tasks.common import OFF_LIMITS, demand, inverted, widths
from courseware.checks.task import Check, Draw, Misconception, Task
from model_compression import number_formats as reference


def _small_positive(draw: Draw) -> Iterator[tuple[int, int]]:
    yield 5, 4
    yield 1, 8
    yield 0, 3
    for width in (6, 8, 16):
        yield draw.integer(1, 2 ** (width - 2) - 1), width


def _negative(draw: Draw) -> Iterator[tuple[int, int]]:
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
    yield 5, 4


def _padded_magnitude(value: int, width: int) -> str:
    demand(-(2 ** (width - 1)) <= value < 2**width)
    return format(abs(value), f"0{width}b")


def _inverted_only(value: int, width: int) -> str:
    demand(-(2 ** (width - 1)) <= value < 2**width)
    return format(value, f"0{width}b") if value >= 0 else inverted(format(-value, f"0{width}b"))


def _with_sign_bit(value: int, width: int) -> str:
    demand(-(2 ** (width - 1)) <= value < 2**width)
    return ("1" + format(-value, f"0{width - 1}b")) if value < 0 else format(value, f"0{width}b")


def _wrapped(value: int, width: int) -> str:
    return format(value % 2**width, f"0{width}b")


def _checked(value: int, width: int) -> str:
    demand(-(2 ** (width - 1)) <= value < 2**width)
    return _wrapped(value, width)


def _signed_range_only(value: int, width: int) -> str:
    demand(-(2 ** (width - 1)) <= value < 2 ** (width - 1))
    return _wrapped(value, width)


def _unsigned_range_only(value: int, width: int) -> str:
    demand(0 <= value < 2**width)
    return _wrapped(value, width)


TO_BITS = Task(
    name="to_bits",
    points=14,
    reference=reference.to_bits,
    lecture="lecture 01, “Two's complement”",
    off_limits=OFF_LIMITS,
    checks=(
        Check("small positive numbers, padded to the width", 2, _small_positive),
        Check("negative numbers", 3, _negative),
        Check("unsigned numbers whose first bit is 1", 1, _upper_half),
        Check("both ends of the range", 2, _range_ends),
        Check("ValueError for what does not fit", 2, _out_of_range),
    ),
    misconceptions=(
        Misconception(
            "not-padded",
            "The leading zeros are missing: exactly `width` characters are asked for.",
            lambda value, width: format(value % 2**width, "b"),
        ),
        Misconception(
            "prefix-kept",
            "Python's `0b` prefix is still there. Bits are only the characters 0 and 1.",
            lambda value, width: bin(value),
        ),
        Misconception(
            "minus-sign-in-bits",
            "A minus sign is not a bit. A negative number is told by its pattern alone.",
            lambda value, width: format(value, f"0{width}b"),
        ),
        Misconception(
            "sign-magnitude",
            "This is a sign bit followed by the magnitude. In two's complement the leading bit "
            "has a negative weight, and the other bits add up to the rest.",
            _with_sign_bit,
        ),
        Misconception(
            "ones-complement",
            "The bits of the positive number are inverted, but one must still be added.",
            _inverted_only,
        ),
        Misconception(
            "sign-lost", "The sign of a negative number has no effect here.", _padded_magnitude
        ),
        Misconception(
            "wraps-silently",
            "A value that does not fit was wrapped around into some other number's pattern. "
            "Raise a ValueError instead of answering for another number.",
            _wrapped,
        ),
        Misconception(
            "signed-range-only",
            "Values above the largest signed number were refused. The same width also holds "
            "unsigned numbers: 159 fits into 8 bits.",
            _signed_range_only,
        ),
        Misconception(
            "unsigned-range-only",
            "Negative numbers were refused. They fit, down to −2^(width−1).",
            _unsigned_range_only,
        ),
        Misconception(
            "bits-reversed",
            "The bits are written from the wrong end: the most significant one comes first.",
            lambda value, width: _checked(value, width)[::-1],
        ),
    ),
)
