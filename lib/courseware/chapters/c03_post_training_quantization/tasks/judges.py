"""Judges with the tolerances of chapter 03, and what several tasks have off limits.

Why 1e-4, and not 1e-5 as in chapters 01 and 02: a few roundings of float32 follow each other here,
and ends of a range are found in other orders. The nearest mistake, a 16-bit float, is off by up to
4.9e-4.
"""

from __future__ import annotations

import math
from typing import Any

from courseware.checks.pairs import at, pair_of
from courseware.checks.values import ABSOLUTE, CLOSE, Difference, as_number, difference

PERCENTILE = 1e-3
"""Of the width of the range: the share by which a percentile may be off."""

OFF_LIMITS = tuple(
    f"model_compression.{module}"
    for module in (*("calibration", "int8_linear", "weight_quantization"),)
)
"""The modules of the reference library that hold this chapter; earlier ones may be used."""


def close_number(expected: float, got: Any, slack: float) -> Difference | None:
    """What tells `got` from a number, beyond `slack`.

    >>> close_number(4.5, 4.6, slack=0.2) is None, close_number(4.5, 4.6, slack=0.0).kind
    (True, 'wrong-value')
    """
    number = as_number(got)
    if number is None or math.isnan(number):
        return difference(expected, got)
    if number == expected or (math.isfinite(slack) and abs(number - expected) <= slack):
        return None
    return Difference("wrong-value", f"{number:.7g}, expected {expected:.7g}")


def same_range(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """(low, high), each to 1e-4 of its size and 1e-6 of the larger one."""
    slack = ABSOLUTE * max(abs(value) for value in expected)
    return pair_of(expected, got) or _ends(expected, got, CLOSE, slack)


def same_percentiles(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """(low, high), each to 1e-3 of the width of the range."""
    slack = PERCENTILE * (expected[1] - expected[0])
    return pair_of(expected, got) or _ends(expected, got, 0.0, slack)


def _ends(expected: Any, got: Any, relative: float, slack: float) -> Difference | None:
    for place, (wanted, came) in enumerate(zip(expected, got, strict=True)):
        found = close_number(wanted, came, relative * abs(wanted) + slack)
        if found:
            return at(place, found)
    return None
