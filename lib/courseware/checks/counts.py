"""How many are to go: shares to ask for, and ways to count that are not the right one.

Of n things at a share s exactly `round(s * n)` go: Python's round, a half to the even number.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from courseware.checks.task import Draw, Misconception

Count = Callable[[int, float], int]
"""How many of n things go at a share."""

CLEAR = 0.1
"""Distance of share * n from where the count changes if it is rounded in another way."""


def shares(draw: Draw, n: int, low: float = 0.15, high: float = 0.85) -> list[float]:
    """Shares of n things that tell the right count from all others.

    One with a fraction below a half, one above, and a half of each direction that there is: an odd
    n has one half, twice an odd number has one of each (a quarter of it, and three).

    >>> draw = Draw("practice")
    >>> [share * 9 for share in shares(draw, 9)][2:], [share * 10 for share in shares(draw, 10)][2:]
    ([4.5], [2.5, 7.5])
    """
    tied = halves(n, low, high)
    even_below = [share for share in tied if math.floor(share * n) % 2 == 0]
    odd_below = [share for share in tied if share not in even_below]
    some = [draw.rng.choice(found) for found in (even_below, odd_below) if found]
    return [below_half(draw, n, low, high), above_half(draw, n, low, high), *some]


def below_half(draw: Draw, n: int, low: float = 0.15, high: float = 0.85) -> float:
    """A share with share * n well between a whole number and the half above it."""
    return _share(draw, n, low, high, CLEAR, 0.5 - CLEAR)


def above_half(draw: Draw, n: int, low: float = 0.15, high: float = 0.85) -> float:
    """A share with share * n well between a half and the whole number above it."""
    return _share(draw, n, low, high, 0.5 + CLEAR, 1 - CLEAR)


def halves(n: int, low: float = 0.15, high: float = 0.85) -> list[float]:
    """The shares of n that are half a thing more than a whole number of them.

    Only those that a float holds exactly, so that every way to multiply comes to the same.

    >>> halves(10), halves(7), halves(12)
    ([0.25, 0.75], [0.5], [0.375, 0.625])
    """
    parts = 2 * (n & -n)  # twice the largest power of two in n
    return [k / parts for k in range(1, parts, 2) if low <= k / parts <= high]


def _share(draw: Draw, n: int, low: float, high: float, least: float, most: float) -> float:
    """A share of two decimals, or of three or more where there is none of two."""
    for steps in (10**2, 10**3, 10**4):
        found = [
            k / steps
            for k in range(math.ceil(low * steps), math.floor(high * steps) + 1)
            if least <= (k / steps * n) % 1 <= most
        ]
        if found:
            return draw.rng.choice(found)
    raise ValueError(f"n: expected a number that shares of four decimals can tell apart, got {n}")


DENSITY = (
    "density-for-sparsity",
    "The sparsity was taken for the share that is kept. It is the share that goes; the share that "
    "is kept is called density.",
)
TRUNCATED = (
    "count-truncated",
    "The number to prune was cut off to a whole number. Round it: 40% of 9 weights is 3.6, so 4 "
    "go.",
)
ROUNDED_UP = (
    "count-rounded-up",
    "The number to prune was rounded up, or the number to keep was cut off, which comes to the "
    "same. Round the number to prune to the nearest whole number: 30% of 11 weights is 3.3, so 3 "
    "go.",
)
HALF_UP = (
    "half-counted-up",
    "Half a weight was rounded up, always. Python's `round` takes a half to the even number: 2.5 "
    "to 2, 3.5 to 4.",
)
HALF_DOWN = (
    "half-counted-down",
    "Half a weight was rounded down, always. Python's `round` takes a half to the even number: "
    "2.5 to 2, 3.5 to 4.",
)
KEPT_ROUNDED = (
    "kept-count-rounded",
    "The number of weights to keep was rounded. Round the number to prune, and keep the rest: with "
    "a half the two are not the same.",
)
OFF_BY_ONE = (
    "count-off-by-one",
    "The number of pruned weights is off by one. After sorting, the places 0 … k − 1 hold the k "
    "smallest: place k is the first that stays.",
)
HALF_TO_THE_WRONG_SIDE = (
    "half-to-the-wrong-side",
    "Half a weight went to the wrong side. Round the number to prune, with Python's `round`, which "
    "takes a half to the even number: 2.5 to 2, 3.5 to 4. The number to keep, rounded, leaves "
    "another one to prune, as rounding always up or down does.",
)
COUNTED_BY_VALUE = (
    "counted-by-value",
    "No rounding of sparsity × n comes to these numbers: halves go up here and down there. So it "
    "goes where a value decides, such as a quantile of all of them. Count k places, "
    "`k = round(sparsity * n)`, and prune just those.",
)
RATIO_AS_THRESHOLD = (
    "ratio-taken-for-threshold",
    "The sparsity was used as a threshold for the magnitudes. It is a share: how many weights go, "
    "however large or small they are.",
)
COUNTED_LAYER_BY_LAYER = (
    "counted-layer-by-layer",
    "The numbers to prune were rounded for each tensor and then added up. Take the share of all "
    "weights together, and round once.",
)

MISCOUNTS: tuple[tuple[str, str, tuple[Count, ...]], ...] = (
    (*DENSITY, (lambda n, s: round((1 - s) * n), lambda n, s: n - round(s * n))),
    (*TRUNCATED, (lambda n, s: int(s * n),)),
    (*ROUNDED_UP, (lambda n, s: math.ceil(s * n), lambda n, s: n - int((1 - s) * n))),
    (*HALF_UP, (lambda n, s: math.floor(s * n + 0.5),)),
    (*HALF_DOWN, (lambda n, s: math.ceil(s * n - 0.5),)),
    (*KEPT_ROUNDED, (lambda n, s: n - round((1 - s) * n),)),
    (*OFF_BY_ONE, (lambda n, s: round(s * n) + 1, lambda n, s: round(s * n) - 1)),
)
"""Name, message and the numbers of each way to count that is not the right one.

A number may lie outside of 0 … n.
"""

MISROUNDED = tuple(
    one for one in MISCOUNTS if one[:2] in (TRUNCATED, ROUNDED_UP, HALF_UP, HALF_DOWN)
)
"""The ways to count that are right wherever there is nothing to round."""

COVERS = {
    TRUNCATED[0]: (HALF_DOWN[0], HALF_TO_THE_WRONG_SIDE[0]),
    ROUNDED_UP[0]: (HALF_UP[0], HALF_TO_THE_WRONG_SIDE[0]),
    HALF_UP[0]: (HALF_TO_THE_WRONG_SIDE[0],),
    HALF_DOWN[0]: (HALF_TO_THE_WRONG_SIDE[0],),
}
"""What a way to count does to a half as well."""


def counted_otherwise() -> tuple[Misconception, ...]:
    """The ways to count as causes that a judge names by `miscount`, for numbers alone."""
    ways = *((name, message) for name, message, _ in MISCOUNTS), HALF_TO_THE_WRONG_SIDE
    both = {HALF_UP[0]: (HALF_DOWN[0], Misconception(*COUNTED_BY_VALUE))}
    return tuple(
        Misconception(name, message, covers=COVERS.get(name, ()), contradicts=both.get(name))
        for name, message in ways
    )


def miscount(n: int, share: float, count: int) -> str:
    """The name of the way to count that comes to `count` of n things; empty if none is known.

    A half is asked for last, by `shares`: what fails there first has the halves wrong alone.

    >>> miscount(10, 0.25, 3), miscount(10, 0.32, 4), miscount(10, 0.3, 5)
    ('half-counted-up', 'count-rounded-up', '')
    """
    at_a_half = (share * n) % 1 == 0.5
    ways = [way for way in MISCOUNTS if way[0] not in (TRUNCATED[0], ROUNDED_UP[0])]
    for name, _, counts in ways if at_a_half else MISCOUNTS:
        if any(count == way(n, share) for way in counts):
            return name
    return ""
