"""Mistakes in `integer_range` at one end, and what two of them give together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from courseware.checks.machine_integers import (
    DIGITS_LOST,
    WRAPPED,
    each_integer,
    through_float32,
    wrapped,
)
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.python_slips import CARET, SHIFTS_FIRST
from courseware.checks.task import Misconception

Cause = tuple[str, str]
Range = tuple[int, int]

RANGE_SYMMETRIC = (
    "range-symmetric",
    "The lowest number is one too high. Zero takes a pattern on the positive side, so the negative "
    "side reaches one further.",
)
LOWEST_TOO_LOW = (
    "lowest-too-low",
    "The lowest number is one too low: there are 2**(width−1) negative numbers.",
)
MINUS_LOST = ("minus-lost", "The lower end has lost its minus sign.")
STARTS_AT_ONE = ("starts-at-one", "Unsigned numbers begin at 0: zero has a pattern, too.")
END_NOT_INCLUDED = (
    "end-not-included",
    "The upper end is one too high. One of the 2**width patterns is zero.",
)
END_LEFT_OUT = (
    "end-left-out",
    "The upper end is one too low: the highest number is included. The 1 for zero was "
    "taken off twice.",
)
COUNT_FOR_HIGHEST = (
    "count-for-highest",
    "The upper end is how many patterns there are, 2**width, with a sign and without one. The "
    "highest number is lower: of unsigned ones by one, and of signed ones half of the patterns "
    "are negative.",
)
ONE_END_MOVED = (
    "one-end-moved",
    "One end of the signed range is still that of the unsigned one. The patterns that "
    "count as negative are no longer there above: both ends move down, by half of the "
    "patterns.",
)
WIDTH_FOR_POWER = (
    "width-for-power",
    "The ends grow with the width as a product. Each further bit doubles the number of "
    "patterns: 2**width.",
)

SIGNED_INVERTED = (
    "signed-inverted",
    "The two kinds of ranges have changed places: `signed` is True for numbers that may "
    "be negative.",
)
SIGNED_IGNORED = (
    "signed-ignored",
    "The result does not depend on `signed`: this is the unsigned range.",
)
ALWAYS_SIGNED = (
    "always-signed",
    "The result does not depend on `signed`: this is the signed range.",
)


@dataclass(frozen=True)
class Ends:
    """How the ends are found: from a power of the width, or of one less, a 1 taken off.

    What belongs to a width less may also be had by halving, which tells where a power is wrong.
    """

    power: Callable[[int], int] = lambda places: 2**places
    lowest: Callable[[int], int] = lambda half: -half
    first: int = 0
    signed_top: Callable[[int, int], int] = lambda half, full: half - 1
    top: Callable[[int], int] = lambda full: full - 1
    halved: bool = False

    def __call__(self, width: int, signed: bool) -> Range:
        """The range."""
        full = self.power(width)
        if not signed:
            return self.first, self.top(full)
        half = full // 2 if self.halved else self.power(width - 1)
        return self.lowest(half), self.signed_top(half, full)


POWERS: tuple[tuple[Cause, Callable[[int], int]], ...] = (
    (CARET, lambda places: 2 ^ places),
    (WIDTH_FOR_POWER, lambda places: 2 * places),
    (WIDTH_FOR_POWER, lambda places: places**2),
)
LOWEST: tuple[tuple[Cause, Callable[[int], int]], ...] = (
    (RANGE_SYMMETRIC, lambda half: 1 - half),
    (LOWEST_TOO_LOW, lambda half: -half - 1),
    (MINUS_LOST, lambda half: half),
    (ONE_END_MOVED, lambda half: 0),
)
SIGNED_TOPS: tuple[tuple[Cause, Callable[[int, int], int]], ...] = (
    (END_NOT_INCLUDED, lambda half, full: half),
    (END_LEFT_OUT, lambda half, full: half - 2),
    (COUNT_FOR_HIGHEST, lambda half, full: full),
    (ONE_END_MOVED, lambda half, full: full - 1),
)
TOPS: dict[Cause, Callable[[int], int]] = {
    END_NOT_INCLUDED: lambda full: full,
    END_LEFT_OUT: lambda full: full - 2,
    COUNT_FOR_HIGHEST: lambda full: full,
}
"""Of unsigned ranges, for those who do the same there."""


def _tops() -> Iterator[tuple[Cause, Ends]]:
    for cause, signed_top in SIGNED_TOPS:
        yield cause, Ends(signed_top=signed_top)
        if cause in TOPS:
            yield cause, Ends(signed_top=signed_top, top=TOPS[cause])
            yield cause, Ends(top=TOPS[cause])


def _pairs() -> Iterator[tuple[Cause, Cause, Ends]]:
    for cause, power in POWERS:
        for second, lowest in LOWEST:
            yield cause, second, Ends(power, lowest)
        for second, ends in _tops():
            yield cause, second, replace(ends, power=power)
        yield cause, STARTS_AT_ONE, Ends(power, first=1)
    for cause, lowest in LOWEST:
        for second, ends in _tops():
            if cause != second:
                yield cause, second, replace(ends, lowest=lowest)
        yield cause, STARTS_AT_ONE, Ends(lowest=lowest, first=1)
    for cause, ends in _tops():
        yield cause, STARTS_AT_ONE, replace(ends, first=1)


Numbers = tuple[Cause, Callable[[Ends], Callable[[int, bool], object]]]


def _counted_in(width: int) -> Callable[[Ends], Callable[[int, bool], object]]:
    """The number of patterns in a signed integer of so many bits, which is 0 where it is full."""
    return lambda ends: replace(ends, power=lambda n: wrapped(2**n, width), halved=True)


def _each(change: Callable[[int], int]) -> Callable[[Ends], Callable[[int, bool], object]]:
    return lambda ends: each_integer(change, ends)


NUMBERS: tuple[Numbers, ...] = (
    *((WRAPPED, _counted_in(width)) for width in (32, 64)),
    *((WRAPPED, _each(lambda value, width=width: wrapped(value, width))) for width in (32, 64)),  # type: ignore[misc]
    (DIGITS_LOST, _each(lambda value: int(float(value)))),
    (DIGITS_LOST, _each(through_float32)),
)
FLAGS: tuple[tuple[Cause, Callable[[bool], bool]], ...] = (
    (SIGNED_INVERTED, lambda signed: not signed),
    (SIGNED_IGNORED, lambda signed: False),
    (ALWAYS_SIGNED, lambda signed: True),
)


def _of_flag(
    flag: Callable[[bool], bool], behaves: Callable[[int, bool], object]
) -> Callable[[int, bool], object]:
    return lambda width, signed: behaves(width, flag(signed))


def _one_mistake() -> Iterator[tuple[Cause, Ends]]:
    for cause, power in POWERS:
        yield cause, Ends(power)
    for cause, lowest in LOWEST:
        yield cause, Ends(lowest=lowest)
    yield from _tops()
    yield STARTS_AT_ONE, Ends(first=1)


def _with_other_numbers_or_flags() -> Iterator[Misconception]:
    """Ends that are wrong by themselves, of the other kind of range, in numbers too small."""
    for cause, flag in FLAGS:
        for second, ends in _one_mistake():
            yield from both(cause, second, _of_flag(flag, ends))
        for second, numbers in NUMBERS:
            yield from both(cause, second, _of_flag(flag, numbers(Ends())))
    for second, numbers in NUMBERS:
        for cause, ends in _one_mistake():
            yield from both(cause, second, numbers(ends))


def _halved(half: int, full: int) -> int:
    """`1 << width - 1 - 1`."""
    return 1 << half.bit_length() - 2


ABOUT_ENDS: tuple[Misconception, ...] = several(
    ways(*COUNT_FOR_HIGHEST, Ends(signed_top=lambda half, full: full, top=lambda full: full)),
    ways(
        *SHIFTS_FIRST,
        Ends(top=lambda full: full // 2),
        Ends(signed_top=_halved, top=lambda full: full // 2),
        Ends(signed_top=_halved),
        Ends(lowest=lambda half: -2 * half - 1, top=lambda full: full // 2),
        Ends(top=lambda full: full // 4),
    ),
    *(both(cause, second, ends) for cause, second, ends in _pairs()),
    ways(*WRAPPED, _counted_in(32)(Ends()), _counted_in(64)(Ends())),
    _with_other_numbers_or_flags(),
)
