"""Mistakes in reading a pattern that come in pairs, or from how a line of Python is taken apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from courseware.checks.misconceptions import both, several, ways
from courseware.checks.python_slips import SHIFTS_FIRST
from courseware.checks.task import Misconception

Cause = tuple[str, str]

BITS_REVERSED = (
    "bits-reversed",
    "The bits were read from the wrong end. The first character is the most significant bit.",
)
CHARACTERS_NOT_DIGITS = (
    "characters-not-digits",
    'The characters themselves were counted: `ord("1")` is 49, and every character that is not '
    'empty is true, "0" as well. `int` makes a digit of a character.',
)
PLACES_OFF_BY_ONE = (
    "places-off-by-one",
    "Every place counts twice what it should. The last place is worth 2**0 = 1.",
)
LAST_BIT_DROPPED = (
    "last-bit-dropped",
    "The last bit has no effect on your result. Its place counts 2**0 = 1: look at where your "
    "loop or slice ends.",
)
DECIMAL = (
    "bits-read-as-decimal",
    "The characters were read as digits of a decimal number, or of another base: each place must "
    "count a power of two.",
)
TRAILING_ZEROS_CUT = (
    "trailing-zeros-cut",
    "Zeros at the end have no effect on your result: `strip` takes them off both ends. Those in "
    "front count nothing, those at the end make the number larger: `lstrip`.",
)
ZEROS_COUNTED = (
    "zeros-counted",
    "The zeros count in your result, and the ones do not: it is the other way round.",
)
END_DROPPED = (
    "end-dropped",
    "The first or the last character has no effect on your result: look at where your loop or "
    "slice begins and ends.",
)
LOWEST_PLACE_NEGATIVE = (
    "lowest-place-negative",
    "The place that was counted as negative is the one worth 1. It is the highest one, "
    "−2**(width−1), that counts negative: that of the first character.",
)


def _shifted(bits: str, first: str, digit: Callable[[str], int]) -> int:
    """`value << 1 + digit` for each character behind the first."""
    value = int(first or "0")
    for bit in bits[len(first) :]:
        value = value << 1 + digit(bit)
    return value


def about_shifts(signed: bool) -> tuple[Misconception, ...]:
    """Who leaves the parentheses to Python."""
    width = len
    if signed:
        return ways(
            *SHIFTS_FIRST,
            lambda bits: int(bits, 2) - int(bits[0]) << width(bits),
            lambda bits: int(bits, 2) - 1 << width(bits) if bits[0] == "1" else int(bits, 2),
            lambda bits: int("0" + bits[1:], 2) - int(bits[0]) << width(bits) - 1,
        )
    return ways(
        *SHIFTS_FIRST,
        lambda bits: _shifted(bits, bits[0], int),
        lambda bits: _shifted("0" + bits, "0", int) + int(bits[-1]),
        lambda bits: _summed(bits, lambda total, bit, place: total + bit << place),
        lambda bits: _summed(bits[::-1], lambda total, bit, place: total + bit << place),
    )


def _summed(bits: str, step: Callable[[int, int, int], int]) -> int:
    total = 0
    for i, bit in enumerate(bits):
        total = step(total, int(bit), len(bits) - 1 - i)
    return total


def about_characters_and_places() -> tuple[Misconception, ...]:
    """Characters for digits, and another mistake."""

    def of(bits: str) -> int:
        return sum(ord(bit) << place for place, bit in enumerate(reversed(bits)))

    ends: tuple[tuple[Cause, tuple[Callable[[str], Any], ...]], ...] = (
        (LAST_BIT_DROPPED, (lambda bits: of(bits[:-1]), lambda bits: 2 * of(bits[:-1]))),
        (END_DROPPED, (lambda bits: of(bits[1:]),)),
        (BITS_REVERSED, (lambda bits: of(bits[::-1]),)),
        (PLACES_OFF_BY_ONE, (lambda bits: 2 * of(bits),)),
    )
    return several(*(both(CHARACTERS_NOT_DIGITS, second, *of) for second, of in ends))


def about_the_negative_place() -> tuple[Misconception, ...]:
    """One place counts negative, and it is not the highest."""
    return several(
        both(
            BITS_REVERSED,
            LOWEST_PLACE_NEGATIVE,
            lambda bits: int(bits[::-1], 2) - 2 * int(bits[0]),
        ),
        ways(*LOWEST_PLACE_NEGATIVE, lambda bits: int(bits, 2) - 2 * int(bits[-1])),
        both(
            BITS_REVERSED,
            CHARACTERS_NOT_DIGITS,
            lambda bits: sum(
                (-ord(bit) if place == len(bits) - 1 else ord(bit)) << place
                for place, bit in enumerate(bits)
            ),
        ),
        ways(
            *CHARACTERS_NOT_DIGITS,
            lambda bits: sum(
                (-ord(bit) if place == len(bits) - 1 else ord(bit)) << place
                for place, bit in enumerate(reversed(bits))
            ),
        ),
    )
