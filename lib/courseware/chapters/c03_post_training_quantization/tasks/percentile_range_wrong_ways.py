"""What wrong ways of `percentile_range` give."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product

import numpy as np
import torch

from courseware.chapters.c03_post_training_quantization.tasks.ranges import (
    Batches,
    pooled,
)

Range = tuple[float, float]


def in_order(batches: Batches) -> list[float]:
    return sorted(pooled(batches).tolist())


def linear(ordered: list[float], position: float) -> float:
    position = min(max(position, 0.0), len(ordered) - 1.0)
    below = math.floor(position)
    share = position - below
    return ordered[below] * (1 - share) + ordered[min(below + 1, len(ordered) - 1)] * share


def right(batches: Batches, percentile: float) -> Range:
    return between(100 - percentile, percentile)(batches)


def between(low: float, high: float) -> Callable[[Batches], Range]:
    """The percentiles `low` and `high`."""

    def behaves(batches: Batches) -> Range:
        ordered = in_order(batches)
        last = len(ordered) - 1
        return linear(ordered, last * low / 100), linear(ordered, last * high / 100)

    return behaves


def placed(pick: Callable[[list[float], float], float]) -> Callable[..., Range]:
    """Another way to pick the value at a share (0 … 1) of the ordered values."""

    def behaves(batches: Batches, percentile: float) -> Range:
        ordered = in_order(batches)
        return pick(ordered, 1 - percentile / 100), pick(ordered, percentile / 100)

    return behaves


def at(ordered: list[float], index: int) -> float:
    return ordered[min(max(index, 0), len(ordered) - 1)]


def midpoint(ordered: list[float], share: float) -> float:
    position = (len(ordered) - 1) * share
    # 1 - p / 100 is off by a rounding error where the position should be a whole number.
    position = round(position, 9)
    return (at(ordered, math.floor(position)) + at(ordered, math.ceil(position))) / 2


def rounded(rounding: Callable[[float], int]) -> Callable[[list[float], float], float]:
    return lambda ordered, share: at(ordered, rounding(round((len(ordered) - 1) * share, 9)))


def shifted(count: int, shift: float) -> Callable[[list[float], float], float]:
    """Interpolated at share · (n + count) + shift."""
    return lambda ordered, share: linear(ordered, share * (len(ordered) + count) + shift)


def towards(low: Callable[[float], int], high: Callable[[float], int]) -> Callable[..., Range]:
    """Each end rounded in its own way."""
    return lambda batches, percentile: (
        placed(rounded(low))(batches, percentile)[0],
        placed(rounded(high))(batches, percentile)[1],
    )


def tails_dropped(batches: Batches, percentile: float) -> Range:
    """The smallest and largest of what is left after dropping a count of values at each end."""
    ordered = in_order(batches)
    dropped = int(len(ordered) * (100 - percentile) / 100)
    return ordered[dropped], ordered[len(ordered) - 1 - dropped]


def unsorted(pick: Callable[[list[float], float], float]) -> Callable[..., Range]:
    """The values as they came, not in their order."""

    def behaves(batches: Batches, percentile: float) -> Range:
        values = pooled(batches).tolist()
        return pick(values, 1 - percentile / 100), pick(values, percentile / 100)

    return behaves


def shares_swapped(ordered: list[float], share: float) -> float:
    """The nearer neighbour counts less."""
    position = round((len(ordered) - 1) * share, 9)
    below, way = math.floor(position), position % 1
    return at(ordered, below) * way + at(ordered, below + 1) * (1 - way)


def shares_swapped_between(ordered: list[float], share: float) -> float:
    """The same, but where the position is a whole number."""
    whole = (round((len(ordered) - 1) * share, 9) % 1) == 0
    return linear(ordered, (len(ordered) - 1) * share) if whole else shares_swapped(ordered, share)


def equal_values_once(batches: Batches, percentile: float) -> Range:
    return right([torch.tensor(sorted(set(in_order(batches))))], percentile)


def share_of_the_width(batches: Batches, percentile: float) -> Range:
    values = pooled(batches)
    low, high = values.min().item(), values.max().item()
    cut = (high - low) * (100 - percentile) / 100
    return low + cut, high - cut


def shrunk(batches: Batches, percentile: float) -> Range:
    values = pooled(batches)
    return values.min().item() * percentile / 100, values.max().item() * percentile / 100


def batchwise(of_one: Callable[[Batches, float], Range]) -> Callable[..., Range]:
    """The widest of the batches' ranges."""

    def behaves(batches: Batches, percentile: float) -> Range:
        ranges = [of_one([batch], percentile) for batch in batches]
        return min(low for low, _ in ranges), max(high for _, high in ranges)

    return behaves


def counted_from_each_end(interpolated: bool) -> Callable[..., Range]:
    """n · (100 - p) / 100 values left out below; above, as many and one more, or one less."""

    def behaves(batches: Batches, percentile: float) -> Range:
        ordered = in_order(batches)
        out = len(ordered) * (100 - percentile) / 100
        if interpolated:
            high = len(ordered) * percentile / 100 - 1
            return linear(ordered, out), linear(ordered, high)
        return ordered[int(out)], ordered[-int(out)]

    return behaves


def low_of_the_rest(batches: Batches, percentile: float) -> Range:
    """The low end from the values that lie below the high one."""
    high = right(batches, percentile)[1]
    rest = [value for value in in_order(batches) if value <= high]
    return linear(rest, (len(rest) - 1) * (100 - percentile) / 100), high


def high_of_the_rest(batches: Batches, percentile: float) -> Range:
    """The high end from the values that lie above the low one."""
    low = right(batches, percentile)[0]
    rest = [value for value in in_order(batches) if value >= low]
    return low, linear(rest, (len(rest) - 1) * percentile / 100)


def smallest_magnitudes(share: Callable[[float], float]) -> Callable[..., Range]:
    """The range of the values whose magnitudes are below a percentile of all magnitudes."""

    def behaves(batches: Batches, percentile: float) -> Range:
        ordered = in_order(batches)
        sizes = sorted(map(abs, ordered))
        limit = linear(sizes, (len(sizes) - 1) * share(percentile) / 100)
        kept = [value for value in ordered if abs(value) <= limit]
        return kept[0], kept[-1]

    return behaves


def so_many_by_magnitude(batches: Batches, percentile: float) -> Range:
    """The range of a count of values, those of the smallest magnitudes."""
    ordered = sorted(in_order(batches), key=abs)
    kept = ordered[: max(1, int(len(ordered) * percentile / 100))]
    return min(kept), max(kept)


def in_bins(count: int, low_at: float, high_at: float) -> Callable[..., Range]:
    """Read off a histogram: the bins where the share is reached, at 0 (left end) … 1."""

    def behaves(batches: Batches, percentile: float) -> Range:
        counts, edges = np.histogram(pooled(batches).numpy(), bins=count)
        shares = np.cumsum(counts) / counts.sum()

        def at_share(share: float, place: float) -> float:
            found = min(int(np.searchsorted(shares, share - 1e-9)), count - 1)
            return float(edges[found] * (1 - place) + edges[found + 1] * place)

        return at_share(1 - percentile / 100, low_at), at_share(percentile / 100, high_at)

    return behaves


BINS = 50, 64, 100, 128, 256, 1000
PLACES = (1.0, 1.0), (0.0, 1.0), (0.5, 0.5)
HISTOGRAMS = tuple(
    in_bins(count, *places) for count, places in product((10, 20, 32, *BINS, 512, 1024), PLACES)
)
HISTOGRAMS_OF_ONE_SIDE = tuple(
    in_bins(count, *places) for count, places in product(BINS, PLACES[1:])
)


def high_only(of: Callable[..., Range]) -> Callable[..., Range]:
    """The low end is the smallest value."""
    return lambda batches, p: (in_order(batches)[0], of(batches, p)[1])


def low_only(of: Callable[..., Range]) -> Callable[..., Range]:
    """The high end is the largest value."""
    return lambda batches, p: (of(batches, p)[0], in_order(batches)[-1])
