"""Mistakes in `percentile_range`."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from courseware.chapters.c03_post_training_quantization.tasks.ranges import (
    Batches,
    about_batches,
    pooled,
)
from courseware.checks.forms import FORMS
from courseware.checks.misconceptions import both, each_instead, except_where, several, ways
from model_compression import calibration as reference

Range = tuple[float, float]


def _ordered(batches: Batches) -> list[float]:
    return sorted(pooled(batches).tolist())


def _linear(ordered: list[float], position: float) -> float:
    position = min(max(position, 0.0), len(ordered) - 1.0)
    below = math.floor(position)
    share = position - below
    return ordered[below] * (1 - share) + ordered[min(below + 1, len(ordered) - 1)] * share


def _right(batches: Batches, percentile: float) -> Range:
    return _between(100 - percentile, percentile)(batches)


def _between(low: float, high: float) -> Callable[[Batches], Range]:
    """The percentiles `low` and `high`."""

    def behaves(batches: Batches) -> Range:
        ordered = _ordered(batches)
        last = len(ordered) - 1
        return _linear(ordered, last * low / 100), _linear(ordered, last * high / 100)

    return behaves


def _placed(pick: Callable[[list[float], float], float]) -> Callable[..., Range]:
    """Another way to pick the value at a share (0 … 1) of the ordered values."""

    def behaves(batches: Batches, percentile: float) -> Range:
        ordered = _ordered(batches)
        return pick(ordered, 1 - percentile / 100), pick(ordered, percentile / 100)

    return behaves


def _at(ordered: list[float], index: int) -> float:
    return ordered[min(max(index, 0), len(ordered) - 1)]


def _midpoint(ordered: list[float], share: float) -> float:
    position = (len(ordered) - 1) * share
    # 1 - p / 100 is off by a rounding error where the position should be a whole number.
    position = round(position, 9)
    return (_at(ordered, math.floor(position)) + _at(ordered, math.ceil(position))) / 2


def _rounded(rounding: Callable[[float], int]) -> Callable[[list[float], float], float]:
    return lambda ordered, share: _at(ordered, rounding(round((len(ordered) - 1) * share, 9)))


def _shifted(count: int, shift: float) -> Callable[[list[float], float], float]:
    """Interpolated at share · (n + count) + shift."""
    return lambda ordered, share: _linear(ordered, share * (len(ordered) + count) + shift)


def _towards(low: Callable[[float], int], high: Callable[[float], int]) -> Callable[..., Range]:
    """Each end rounded in its own way."""
    return lambda batches, percentile: (
        _placed(_rounded(low))(batches, percentile)[0],
        _placed(_rounded(high))(batches, percentile)[1],
    )


def _tails_dropped(batches: Batches, percentile: float) -> Range:
    """The smallest and largest of what is left after dropping a count of values at each end."""
    ordered = _ordered(batches)
    dropped = int(len(ordered) * (100 - percentile) / 100)
    return ordered[dropped], ordered[len(ordered) - 1 - dropped]


def _unsorted(pick: Callable[[list[float], float], float]) -> Callable[..., Range]:
    """The values as they came, not in their order."""

    def behaves(batches: Batches, percentile: float) -> Range:
        values = pooled(batches).tolist()
        return pick(values, 1 - percentile / 100), pick(values, percentile / 100)

    return behaves


def _shares_swapped(ordered: list[float], share: float) -> float:
    """The nearer neighbour counts less."""
    position = round((len(ordered) - 1) * share, 9)
    below, way = math.floor(position), position % 1
    return _at(ordered, below) * way + _at(ordered, below + 1) * (1 - way)


def _shares_swapped_between(ordered: list[float], share: float) -> float:
    """The same, but where the position is a whole number."""
    whole = (round((len(ordered) - 1) * share, 9) % 1) == 0
    return (
        _linear(ordered, (len(ordered) - 1) * share) if whole else _shares_swapped(ordered, share)
    )


def _equal_values_once(batches: Batches, percentile: float) -> Range:
    return _right([torch.tensor(sorted(set(_ordered(batches))))], percentile)


def _share_of_the_width(batches: Batches, percentile: float) -> Range:
    values = pooled(batches)
    low, high = values.min().item(), values.max().item()
    cut = (high - low) * (100 - percentile) / 100
    return low + cut, high - cut


def _shrunk(batches: Batches, percentile: float) -> Range:
    values = pooled(batches)
    return values.min().item() * percentile / 100, values.max().item() * percentile / 100


def _batchwise(of_one: Callable[[Batches, float], Range]) -> Callable[..., Range]:
    """The widest of the batches' ranges."""

    def behaves(batches: Batches, percentile: float) -> Range:
        ranges = [of_one([batch], percentile) for batch in batches]
        return min(low for low, _ in ranges), max(high for _, high in ranges)

    return behaves


def _counted_from_each_end(interpolated: bool) -> Callable[..., Range]:
    """n · (100 - p) / 100 values left out below; above, as many and one more, or one less."""

    def behaves(batches: Batches, percentile: float) -> Range:
        ordered = _ordered(batches)
        out = len(ordered) * (100 - percentile) / 100
        if interpolated:
            high = len(ordered) * percentile / 100 - 1
            return _linear(ordered, out), _linear(ordered, high)
        return ordered[int(out)], ordered[-int(out)]

    return behaves


WIDEST_OF_THE_BATCHES = (
    "widest-of-the-batches",
    "The percentiles were taken batch by batch, and the widest range kept. One batch with "
    "outliers then decides alone. Put all values together first.",
)
POSITION_MISCOUNTED = (
    "position-miscounted",
    "The place among the ordered values is off. Of n values the first is at place 0, the "
    "0th percentile, and the last at place n − 1, the 100th: count the steps, not the "
    "values.",
)


TAILS_SHARED = (
    "tails-shared",
    "The share that is left out was split between the two sides. Here each side loses "
    "100 − p percent: with p = 90 the range goes from the 10th to the 90th percentile.",
)
NOT_INTERPOLATED = (
    "not-interpolated",
    "Where the percentile falls between two values, one of them was taken, or the middle. "
    "Go from the lower to the upper one by the share of the way: linear interpolation.",
)


def _half_way_up(percentile: float) -> float:
    """The percentile where both sides together lose 100 − p percent."""
    return 50 + percentile / 2


MISTAKES = several(
    FORMS,
    about_batches(_right),
    ways(
        "value-after-the-last",
        "At p = 100 the place is that of the last value, and the one after it is asked for, "
        "which is not there. It would count nothing: stop at the last place.",
        except_where(lambda batches, p: p == 100, IndexError, reference.percentile_range),
    ),
    ways(
        *WIDEST_OF_THE_BATCHES,
        _batchwise(_right),
    ),
    both(
        WIDEST_OF_THE_BATCHES,
        NOT_INTERPOLATED,
        *(_batchwise(_placed(_rounded(pick))) for pick in (math.floor, math.ceil, round)),
        _batchwise(_towards(math.ceil, math.floor)),
        _batchwise(_towards(math.floor, math.ceil)),
    ),
    ways(*TAILS_SHARED, lambda batches, p: _right(batches, _half_way_up(p))),
    both(
        TAILS_SHARED,
        NOT_INTERPOLATED,
        *(
            lambda batches, p, pick=pick: _placed(_rounded(pick))(batches, _half_way_up(p))
            for pick in (math.floor, math.ceil, round)
        ),
        *(
            lambda batches, p, ends=ends: _towards(*ends)(batches, _half_way_up(p))
            for ends in ((math.ceil, math.floor), (math.floor, math.ceil))
        ),
    ),
    ways(
        "one-side-clipped",
        "Only one side was clipped. Outliers come on both sides.",
        lambda batches, p: _between(0, p)(batches),
        lambda batches, p: _between(100 - p, 100)(batches),
    ),
    ways(
        "one-end-twice",
        "Both ends are the same percentile. Few values lie below the lower one, few above the "
        "upper one.",
        lambda batches, p: _between(p, p)(batches),
        lambda batches, p: _between(100 - p, 100 - p)(batches),
    ),
    ways(
        "percent-taken-for-fraction",
        "The percentile is given in percent: 99 means that 0.99 of the values lie below. Your "
        "function took it for a fraction, or the other way round.",
        lambda batches, p: _between((100 - p) / 100, p / 100)(batches),
        *each_instead(lambda *_: True, (RuntimeError, ValueError), _right),
    ),
    ways(
        "percentile-ignored",
        "This is the range of all values, whatever the percentile. The outermost values are "
        "to be left out.",
        lambda batches, p: _between(0, 100)(batches),
    ),
    ways(
        *NOT_INTERPOLATED,
        *(_placed(_rounded(rounding)) for rounding in (math.floor, math.ceil, round)),
        _placed(lambda ordered, share: _at(ordered, int(share * (len(ordered) - 1)))),
        _towards(math.ceil, math.floor),
        _towards(math.floor, math.ceil),
        _placed(_midpoint),
        _placed(lambda ordered, share: _at(ordered, int(share * len(ordered)))),
        _placed(lambda ordered, share: _at(ordered, math.ceil(share * len(ordered)) - 1)),
        _tails_dropped,
    ),
    ways(
        *POSITION_MISCOUNTED,
        _counted_from_each_end(interpolated=True),
        *(
            _placed(_shifted(count, shift))
            for count, shift in ((0, 0.0), (0, -1.0), (0, -0.5), (1, -1.0))
        ),
        _placed(lambda ordered, share: _at(ordered, int(share * len(ordered)) - 1)),
        _placed(lambda ordered, share: _at(ordered, round(share * len(ordered)))),
        _placed(lambda ordered, share: _at(ordered, round(share * len(ordered)) - 1)),
    ),
    both(POSITION_MISCOUNTED, NOT_INTERPOLATED, _counted_from_each_end(interpolated=False)),
    ways(
        "not-sorted",
        "The value was taken at its place in the data as they came. A percentile is a place "
        "in the ordered values.",
        *(_unsorted(_shifted(*place)) for place in ((-1, 0.0), (0, 0.0), (0, -1.0), (1, -1.0))),
        *(_unsorted(_rounded(rounding)) for rounding in (math.floor, math.ceil, round)),
        _unsorted(lambda values, share: _at(values, int(share * len(values)))),
    ),
    ways(
        "shares-swapped",
        "The two neighbours have each other's share: at position 1.8 the value at 2 counts "
        "0.8, the one at 1 only 0.2.",
        _placed(_shares_swapped),
        _placed(_shares_swapped_between),
    ),
    ways(
        "percentile-cut",
        "The percentile was cut to a whole number: 99.9 became 99. Take it as it is.",
        lambda batches, p: _between(100 - int(p), int(p))(batches),
        lambda batches, p: _between(int(100 - p), int(p))(batches),
        lambda batches, p: _between(100 - round(p), round(p))(batches),
    ),
    ways(
        "equal-values-once",
        "Equal values were counted once (`set`, `unique`). After a ReLU half of all values are "
        "0, and every one of them has its place.",
        _equal_values_once,
    ),
    ways(
        "share-of-the-width",
        "The range was made narrower by a share of its width. A percentile is about how many "
        "values lie below, not about how far the outermost ones reach.",
        _share_of_the_width,
        _shrunk,
    ),
)
