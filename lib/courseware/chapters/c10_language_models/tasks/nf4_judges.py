"""Judges of NF4 codes and values.

Why values to 1e-4: a codebook counts as right within 1e-6 of the one of bitsandbytes. Its smallest
magnitude is 0.0796, so a value that is looked up in a right codebook may be off by 1e-6 / 0.0796 =
1.3e-5 of its size. The tolerance is 8 times as wide and still 2.5 times as narrow as the nearest
mistake: a table of four decimals is off by 2.5e-4 there, a 16-bit float by up to 4.9e-4.
"""

from __future__ import annotations

from typing import Any

import torch

from courseware.checks.pairs import at, pair_of
from courseware.checks.values import Difference, close, difference


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
        or at(1, _zeros_kept(expected[1], got[1]))
    )


def _zeros_kept(expected: torch.Tensor, got: torch.Tensor) -> Difference | None:
    """An absmax of 0 is 0 and no small number."""
    changed = (expected == 0) & (got.detach() != 0)
    if not changed.any():
        return None
    place = int(changed.nonzero()[0])
    text = f"element [{place}] is {got[place].item():.6g}, expected 0"
    return Difference("wrong-value", text)
