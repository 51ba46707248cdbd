"""Two mistakes in one answer to `affine_params`: in the range, its steps, the zero point."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations
from typing import Any

import torch

from courseware.chapters.c02_integer_scaling.tasks.affine_wrong_ways import Params, low_high
from courseware.checks.misconceptions import both
from courseware.checks.task import Misconception

Cause = tuple[str, str]
Knob = tuple[Cause, Callable[..., Any]]


def _params(
    x: torch.Tensor,
    n_bits: int,
    ends: Callable[[torch.Tensor], tuple[float, float]] = low_high,
    steps: Callable[[int], float] = lambda n_bits: 2**n_bits - 1,
    zero_point: Callable[[float, float, float, int], Any] = lambda low, high, scale, n_bits: round(
        -low / scale
    ),
    guarded: bool = True,
) -> Params:
    """Ends, scale, zero point; `guarded` where a range without a width gets (1, 0)."""
    low, high = ends(x)
    if guarded and low == high:
        return 1.0, 0
    scale = (high - low) / steps(n_bits) or 1.0
    return scale, zero_point(low, high, scale, n_bits)


def bare(x: torch.Tensor) -> tuple[float, float]:
    return float(x.min()), float(x.max())


def low_stretched(x: torch.Tensor) -> tuple[float, float]:
    return min(float(x.min()), 0.0), float(x.max())


def high_stretched(x: torch.Tensor) -> tuple[float, float]:
    return float(x.min()), max(float(x.max()), 0.0)


def from_zero(x: torch.Tensor) -> tuple[float, float]:
    return 0.0, low_high(x)[1]


def two_at_once(**kinds: tuple[Knob, ...]) -> Iterator[Misconception]:
    """Each two of different kinds, which are told by the steps of `_params`."""
    for (one, firsts), (other, seconds) in combinations(kinds.items(), 2):
        for first, changed in firsts:
            for second, also in seconds:
                given: dict[str, Any] = {one: changed, other: also}
                ways = (partial(_params, **given), partial(_params, guarded=False, **given))
                yield from both(first, second, *ways[: 2 if one == "ends" else 1])
