"""Judges with the tolerances of chapter 03, and what several tasks have off limits.

Why 1e-4, and not 1e-5 as in chapters 01 and 02: a codebook counts as right within 1e-6 of the one
of bitsandbytes. Its smallest magnitude is 0.0796, so a value that is looked up in a right codebook
may be off by 1e-6 / 0.0796 = 1.3e-5 of its size. The tolerance is 8 times as wide and still 2.5
times as narrow as the nearest mistake: a table of four decimals is off by 2.5e-4 there, a 16-bit
float by up to 4.9e-4.
"""

from __future__ import annotations

import math
from typing import Any

from courseware.checks.pairs import at, pair_of
from courseware.checks.values import ABSOLUTE, CLOSE, Difference, as_number, close, difference

PERCENTILE = 1e-3
"""Of the width of the range: the share by which a percentile may be off."""

OFF_LIMITS = tuple(
    f"model_compression.{module}"
    for module in (
        *("calibration", "int8_linear", "nf4", "codebook_quantization"),
        *("double_quantization", "weight_quantization"),
    )
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


def same_reals_and_dtype(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """A float tensor by value and dtype."""
    return close(expected, got, dtypes=True)


def codes_and_absmax(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """(codes, absmax): codes exactly, the absmax of each block to 1e-4."""
    return _codes_difference(expected, got, dtypes=False)


def codes_and_absmax_dtypes(
    arguments: tuple[Any, ...], expected: Any, got: Any
) -> Difference | None:
    """The same, and the dtype of both."""
    return _codes_difference(expected, got, dtypes=True)


def _codes_difference(expected: Any, got: Any, dtypes: bool) -> Difference | None:
    return (
        pair_of(expected, got)
        or at(0, difference(expected[0], got[0], dtypes))
        or at(1, close(expected[1], got[1], dtypes=dtypes))
    )
