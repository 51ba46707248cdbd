"""Two mistakes in one answer to `model_bytes`: in the bits, the unit, the rounding, or behind."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations
from typing import Any

from courseware.checks.misconceptions import both
from courseware.checks.task import Misconception

Cause = tuple[str, str]
Knob = tuple[Cause, Callable[[Any], Any]]


def _counted(
    n_params: int,
    bits_per_param: float,
    bits: Callable[[float], float] = lambda bits: bits,
    unit: Callable[[float], float] = lambda total: total / 8,
    whole: Callable[[float], Any] = math.ceil,
    after: Callable[[Any], Any] = lambda n_bytes: n_bytes,
) -> Any:
    return after(whole(unit(n_params * bits(bits_per_param))))


def two_at_once(**kinds: tuple[Knob, ...]) -> Iterator[Misconception]:
    """Each two of different kinds, which are told by the steps of `_counted`."""
    for (one, firsts), (other, seconds) in combinations(kinds.items(), 2):
        for first, changed in firsts:
            for second, also in seconds:
                given: dict[str, Any] = {one: changed, other: also}
                yield from both(first, second, partial(_counted, **given))
