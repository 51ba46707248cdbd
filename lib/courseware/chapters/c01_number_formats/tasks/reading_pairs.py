"""Two mistakes in reading a pattern: in what is read, how, and what numbers are made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

from courseware.chapters.c01_number_formats.tasks.common import inverted, twos, unsigned
from courseware.chapters.c01_number_formats.tasks.reading_slips import (
    BITS_REVERSED,
    CHARACTERS_NOT_DIGITS,
    DECIMAL,
    END_DROPPED,
    LAST_BIT_DROPPED,
    PLACES_OFF_BY_ONE,
    TRAILING_ZEROS_CUT,
    ZEROS_COUNTED,
)
from courseware.checks.machine_integers import DIGITS_LOST, WRAPPED, through_float32, wrapped
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.task import Misconception

Cause = tuple[str, str]
Reading = Callable[[str], Any]
Knob = tuple[Cause, Callable[[Reading], Reading]]

PREFIX_CUT = (
    "prefix-cut",
    "The first two characters have no effect on your result: they were cut off, as if they were "
    "the prefix `0b` that `bin` writes. The patterns here have none: each character is a bit.",
)


def _of(change: Callable[[str], str]) -> Callable[[Reading], Reading]:
    """Another pattern is read; nothing that is left counts as a 0."""
    return lambda read: lambda bits: read(change(bits) or "0")


def _bare(change: Callable[[str], str]) -> Callable[[Reading], Reading]:
    """The same, and what is left may be nothing."""
    return lambda read: lambda bits: read(change(bits))


def _instead(other: Reading) -> Callable[[Reading], Reading]:
    return lambda read: other


def _then(change: Callable[[Any], Any]) -> Callable[[Reading], Reading]:
    return lambda read: lambda bits: change(read(bits))


def worth(read: Reading, bits: str) -> list[Any]:
    """What every bit adds to the value, from the first to the last."""
    return [read("0" * i + bit + "0" * (len(bits) - 1 - i)) for i, bit in enumerate(bits)]


def _in_floats(order: int) -> Callable[[Reading], Reading]:
    """The sum of floats, from the first place (1) or the last one (-1)."""
    return lambda read: lambda bits: int(sum(map(float, worth(read, bits)[::order])))


def _ord_sum(bits: str) -> int:
    return sum(ord(bit) << place for place, bit in enumerate(reversed(bits)))


PATTERNS: tuple[Knob, ...] = (
    (BITS_REVERSED, _of(lambda bits: bits[::-1])),
    (LAST_BIT_DROPPED, _of(lambda bits: bits[:-1])),
    (LAST_BIT_DROPPED, _of(lambda bits: bits[:-1] + "0")),
    (LAST_BIT_DROPPED, _of(lambda bits: bits[:-1] + "0" if len(bits) > 1 else bits)),
    (END_DROPPED, _of(lambda bits: bits[1:])),
    (PREFIX_CUT, _of(lambda bits: bits[2:])),
    (PREFIX_CUT, _bare(lambda bits: bits[2:])),
    (TRAILING_ZEROS_CUT, _of(lambda bits: bits.rstrip("0"))),
    (ZEROS_COUNTED, _of(inverted)),
)
RESULTS: tuple[Knob, ...] = ((PLACES_OFF_BY_ONE, _then(lambda value: 2 * value)),)
NUMBERS: tuple[Knob, ...] = (
    (DIGITS_LOST, _then(lambda value: int(float(value)))),
    (DIGITS_LOST, _then(through_float32)),
    (DIGITS_LOST, _in_floats(1)),
    (DIGITS_LOST, _in_floats(-1)),
    (WRAPPED, _then(lambda value: wrapped(value, 32))),
    (WRAPPED, _then(lambda value: wrapped(value, 64))),
)


def about_two_at_once(
    signed: bool, readings: tuple[tuple[Cause, Reading], ...]
) -> tuple[Misconception, ...]:
    """Two characters too few, and each two mistakes of different kinds."""
    right = twos if signed else unsigned
    ways_to_read: tuple[tuple[Cause, Reading], ...] = (
        *readings,
        (DECIMAL, int),
        (DECIMAL, lambda bits: int(bits, 16)),
        (CHARACTERS_NOT_DIGITS, _ord_sum),
    )
    read: tuple[Knob, ...] = tuple((cause, _instead(other)) for cause, other in ways_to_read)
    return several(
        ways(*PREFIX_CUT, *(knob(right) for cause, knob in PATTERNS if cause == PREFIX_CUT)),
        _pairs(right, (read, PATTERNS, RESULTS, NUMBERS)),
    )


def _pairs(right: Reading, kinds: tuple[tuple[Knob, ...], ...]) -> Iterator[Misconception]:
    for firsts, seconds in combinations(kinds, 2):
        for first, change in firsts:
            for second, also in seconds:
                yield from both(first, second, also(change(right)))
