"""Two mistakes in one answer to `negate`, and the shortcut gone wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations
from typing import Any

from courseware.chapters.c01_number_formats.tasks.common import inverted
from courseware.chapters.c01_number_formats.tasks.negate_wrong_ways import (
    as_wide_as,
    is_lowest,
    is_zero,
)
from courseware.checks.misconceptions import both, each_instead, several, ways
from courseware.checks.task import Misconception

Cause = tuple[str, str]
Knob = tuple[Cause, Callable[..., Any]]

LAST_ONE_INVERTED = (
    "last-one-inverted",
    "The 1 at which the shortcut begins was inverted as well. It stays as it is, and so do the "
    "zeros behind it: only what is to its left is inverted.",
)
FIRST_ONE = (
    "first-one-not-last",
    "The shortcut was begun at the first 1. It is from the last 1 on that all bits stay as they "
    "are, and what is to its left is inverted: `rfind` looks from the right.",
)
OTHER_SIDE = (
    "other-side-inverted",
    "What is behind the last 1 was inverted. In the shortcut it is the other way round: the last 1 "
    "and the zeros behind it stay, and what is to the left of it is inverted.",
)


def _negated(
    bits: str,
    inverts: Callable[[str], int] = lambda bits: int(inverted(bits), 2),
    adds: int = 1,
    keeps: Callable[[int, int], int] = lambda number, width: number % 2**width,
    alone: Callable[[str], int | None] = lambda bits: None,
    writes: Callable[[str, int], str] = as_wide_as,
) -> str:
    """Invert, add one, keep the width, write: each of them may be done in another way.

    `alone` is what becomes of patterns that are treated on their own.
    """
    number = alone(bits)
    if number is None:
        number = keeps(inverts(bits) + adds, len(bits))
    return writes(bits, number)


def highest_for_lowest(bits: str) -> int | None:
    return 2 ** (len(bits) - 1) - 1 if is_lowest(bits) else None


def zero_for_lowest(bits: str) -> int | None:
    return 0 if is_lowest(bits) else None


def ones_for_zero(bits: str) -> int | None:
    return 2 ** len(bits) - 1 if is_zero(bits) else None


def two_at_once(kinds: dict[str, tuple[tuple[Cause, Any], ...]]) -> Iterator[Misconception]:
    """Each two of different kinds: `kinds` are told by the steps of `_negated`."""
    for (one, firsts), (other, seconds) in combinations(kinds.items(), 2):
        for first, changed in firsts:
            for second, also in seconds:
                yield from both(first, second, partial(_negated, **{one: changed, other: also}))


def _at(place: Callable[[str], int], left: bool, itself: bool) -> Callable[[str], str]:
    """One side of a 1 inverted, with the 1 `itself` or without it."""

    def behaves(bits: str) -> str:
        here = place(bits)
        head, one, tail = bits[:here], bits[here : here + 1], bits[here + 1 :]
        middle = inverted(one) if itself else one
        return inverted(head) + middle + tail if left else head + middle + inverted(tail)

    return behaves


def _or_zero(behaves: Callable[[str], str]) -> Iterator[Callable[[str], str]]:
    """With what students return where there is no 1."""
    yield lambda bits: bits if is_zero(bits) else behaves(bits)
    yield lambda bits: inverted(bits) if is_zero(bits) else behaves(bits)
    yield lambda bits: inverted(bits[:-1]) + bits[-1] if is_zero(bits) else behaves(bits)
    yield from each_instead(is_zero, (ValueError,), behaves)


def _first(bits: str) -> int:
    return bits.find("1")


def _last(bits: str) -> int:
    return bits.rfind("1")


ABOUT_THE_SHORTCUT = several(
    ways(*LAST_ONE_INVERTED, *_or_zero(_at(_last, left=True, itself=True))),
    ways(*FIRST_ONE, *_or_zero(_at(_first, left=True, itself=False))),
    both(FIRST_ONE, LAST_ONE_INVERTED, *_or_zero(_at(_first, left=True, itself=True))),
    ways(*OTHER_SIDE, *_or_zero(_at(_last, left=False, itself=False))),
)
