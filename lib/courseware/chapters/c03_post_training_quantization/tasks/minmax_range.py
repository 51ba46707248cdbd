"""The task `minmax_range`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.chapters.c03_post_training_quantization.tasks.judges import OFF_LIMITS, same_range
from courseware.chapters.c03_post_training_quantization.tasks.range_pairs import (
    FORMS_IF_UNEXPLAINED,
    WIDTH_FOR_HIGH,
    about_two,
)
from courseware.chapters.c03_post_training_quantization.tasks.ranges import (
    ALIKE_WIDENED,
    CUT_TO_SHORTEST,
    ZERO_FORCED_IN,
    ZERO_TAKEN_FOR_NONE,
    Batches,
    about_batches,
    cut_alike,
    pooled,
)
from courseware.checks.forms import told_by_form
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.task import Check, Draw, Task
from model_compression import calibration as reference

Arguments = tuple[Batches]


def _one_batch(draw: Draw) -> Iterator[Arguments]:
    yield ([torch.tensor([1.5, -2.0, 0.5])],)
    yield ([draw.normal(12) * 2.0 ** draw.integer(-3, 3) + 0.1],)
    # No zeros: the sum is 0; and all are alike.
    yield ([torch.tensor([-2.0, -1.0, 3.0])],)
    yield ([torch.tensor([2.5, 2.5])],)


def _several_batches(draw: Draw) -> Iterator[Arguments]:
    yield ([torch.tensor([1.0, 6.0]), torch.tensor([-3.0, 2.0]), torch.tensor([-1.0, 0.5])],)
    yield ([torch.tensor([-4.0, 1.0]), torch.tensor([-1.0, 2.0]), torch.tensor([-2.0, 5.0])],)
    for count in (3, 4, 5):
        batches = [draw.normal(6) for _ in range(count)]
        # The two extremes in two batches, and neither in the first and the last of all cases.
        low, high = draw.rng.sample(range(count), 2)
        batches[low][draw.integer(0, 5)] = -draw.rng.uniform(5, 9)
        batches[high][draw.integer(0, 5)] = draw.rng.uniform(5, 9)
        yield (batches,)


def _one_sided(draw: Draw) -> Iterator[Arguments]:
    yield ([torch.tensor([2.0, 5.0]), torch.tensor([3.0, 4.0])],)
    yield ([torch.tensor([-2.0, -5.0]), torch.tensor([-3.0, -7.0])],)
    # 0 is an end, as after a ReLU; and it is the first end that is found.
    yield ([torch.tensor([2.0, 0.0, 5.0]), torch.tensor([3.0, 4.0])],)
    yield ([torch.tensor([-2.0, 0.0]), torch.tensor([-3.0, -1.0])],)
    yield ([torch.zeros(2), torch.tensor([3.0, 1.0])],)
    for sign in (1.0, -1.0):
        yield ([sign * (1 + draw.normal(5).abs()) for _ in range(3)],)
        # Zeros that fill up a shorter batch are none of its values.
        yield ([sign * (1 + draw.normal(size).abs()) for size in (4, 6, 3)],)
        yield ([sign * 1e6 * (1 + draw.normal(4).abs()) for _ in range(2)],)


def _shapes(draw: Draw) -> Iterator[Arguments]:
    yield ([torch.tensor([[1.0, -2.0], [0.5, 7.0]]), torch.tensor([[-3.0, 2.0]])],)
    yield ([draw.normal(3, 4), draw.normal(2, 3, 2, 2) * 3, draw.normal(1, 7)],)


def _extremes(batches: Batches) -> tuple[float, float]:
    values = pooled(batches)
    return values.min().item(), values.max().item()


def _inner(batches: Batches) -> tuple[float, float]:
    return max(b.min().item() for b in batches), min(b.max().item() for b in batches)


def _begun_at(start: float) -> Callable[[Batches], Any]:
    def behaves(batches: Batches) -> tuple[float, float]:
        low, high = _extremes(batches)
        return min(low, start), max(high, -start)

    return behaves


def _by_column(join: Callable[[Batches], torch.Tensor]) -> Callable[[Batches], Any]:
    """Extremes over the first axis of all batches joined."""
    return lambda batches: (join(batches).amin(dim=0), join(batches).amax(dim=0))


def _one_end_a_batch(from_the_first: bool, low_first: bool) -> Callable[[Batches], Any]:
    """`elif`: a batch that moves one end is not looked at for the other one."""

    def behaves(batches: Batches) -> tuple[float, float]:
        low, high = _extremes(batches[:1]) if from_the_first else (math.inf, -math.inf)
        for batch in batches[from_the_first:]:
            lower, higher = batch.min().item() < low, batch.max().item() > high
            if lower and (low_first or not higher):
                low = batch.min().item()
            elif higher:
                high = batch.max().item()
        return low, high

    return behaves


def _one_end_a_value(low_first: bool) -> Callable[[Batches], Any]:
    """The same, value by value."""

    def behaves(batches: Batches) -> tuple[float, float]:
        low, high = math.inf, -math.inf
        for value in pooled(batches).tolist():
            lower, higher = value < low, value > high
            if lower and (low_first or not higher):
                low = value
            elif higher:
                high = value
        return low, high

    return behaves


def _sought_again(by_value: bool) -> Callable[[Batches], Any]:
    """`if not low or …`: an end of 0 is sought anew at the next batch, or value."""

    def behaves(batches: Batches) -> tuple[float, float]:
        low = high = 0.0
        for batch in pooled(batches).reshape(-1, 1) if by_value else batches:
            lower, higher = batch.min().item(), batch.max().item()
            low = lower if not low or lower < low else low
            high = higher if not high or higher > high else high
        return low, high

    return behaves


def _widened(below: float, above: float) -> Callable[[Batches], Any]:
    def behaves(batches: Batches) -> tuple[float, float]:
        low, high = _extremes(batches)
        return (low - below, high + above) if low == high else (low, high)

    return behaves


def _by_magnitude(batches: Batches) -> tuple[float, float]:
    values = pooled(batches)
    return values[values.abs().argmin()].item(), values[values.abs().argmax()].item()


def _width_for_high(batches: Batches, within: float | None = None) -> tuple[float, float]:
    """(low, high - low), of a range that holds `within` as well."""
    low, high = _extremes(batches)
    if within is not None:
        low, high = min(low, within), max(high, within)
    return low, high - low


BY_MAGNITUDE = (
    "values-by-magnitude",
    "The values of the smallest and the largest magnitude were taken. Of −5, 1 and 2 the smallest "
    "is −5, and 1 is only the nearest to 0: compare the values themselves.",
)


def _along_the_first_axis(batches: Batches) -> tuple[float, float]:
    """Python's own `min` and `max`, which fail for rows."""
    return float(min(min(b) for b in batches)), float(max(max(b) for b in batches))


def _sorted_rows(batches: Batches) -> tuple[float, float]:
    """The first of the first row and the last of the last one, each row sorted by itself."""
    rows = [batch.sort().values.flatten() for batch in batches]
    return min(row[0].item() for row in rows), max(row[-1].item() for row in rows)


def _spread(factor: float) -> Callable[[Batches], Any]:
    def behaves(batches: Batches) -> tuple[float, float]:
        values = pooled(batches)
        mean, deviation = values.mean().item(), values.std().item()
        return mean - factor * deviation, mean + factor * deviation

    return behaves


def _between_quantiles(share: float) -> Callable[[Batches], Any]:
    """Without so many of the values at each end."""
    return lambda batches: tuple(
        torch.quantile(pooled(batches), torch.tensor([share, 1 - share]).double()).tolist()
    )


MEAN_AND_SPREAD = (
    "mean-and-spread",
    "This is a range of some standard deviations around the mean. The smallest and the "
    "largest value are asked for.",
)
OUTLIERS_CUT = (
    "outliers-cut",
    "The outermost values were left out: these are percentiles, as the 1st and the 99th. The "
    "smallest and the largest of all values are asked for.",
)

BEGINS_AT_A_NUMBER = (
    "begins-at-a-number",
    "The search begins at a number of its own, and values beyond that are not found. Begin "
    "at the first value, or at inf and −inf.",
)
STARTS = 10.0, 100.0, 1000.0, 9999.0, 1e4, 1e5

MINMAX_RANGE = Task(
    name="minmax_range",
    points=10,
    reference=reference.minmax_range,
    lecture="lecture 03, “Where does the range come from”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("one batch", 1, _one_batch, same_range),
        Check("extremes in different batches", 3, _several_batches, same_range),
        Check("all values on one side of 0", 2, _one_sided, same_range),
        Check("batches of any shape", 1, _shapes, same_range),
    ),
    misconceptions=several(
        FORMS_IF_UNEXPLAINED,
        ways(
            "rows-taken-for-numbers",
            "Python's `min` and `max` go through the first axis only: of a matrix they compare "
            "whole rows, which have no order. `b.min()` and `b.max()` look at every value.",
            _along_the_first_axis,
        ),
        about_batches(_extremes),
        ways(
            "one-end-a-batch",
            "What moves one end of the range is not looked at for the other end, as with `elif`. A "
            "batch may hold both, and the first value is both: ask twice.",
            *map(_one_end_a_value, (True, False)),
            *(
                _one_end_a_batch(from_the_first, low_first)
                for from_the_first in (True, False)
                for low_first in (True, False)
            ),
        ),
        ways(*BY_MAGNITUDE, _by_magnitude),
        both(BY_MAGNITUDE, CUT_TO_SHORTEST, lambda batches: _by_magnitude(cut_alike(batches))),
        both(ZERO_FORCED_IN, WIDTH_FOR_HIGH, lambda batches: _width_for_high(batches, 0.0)),
        ways(*WIDTH_FOR_HIGH, _width_for_high),
        ways(
            "rows-sorted",
            "Each row was sorted by itself, as `sort` does along the last axis: the first and the "
            "last entry are then not the extremes. Lay each batch out in one line first.",
            _sorted_rows,
        ),
        ways(*ZERO_TAKEN_FOR_NONE, *map(_sought_again, (True, False))),
        ways(
            *ALIKE_WIDENED,
            *(_widened(*by) for by in ((0, 1), (1, 1), (0.5, 0.5), (0, 1e-3), (1e-3, 1e-3))),
        ),
        ways(*BEGINS_AT_A_NUMBER, *map(_begun_at, STARTS)),
        ways(
            "inner-range",
            "This is the range that all batches share: the largest of the lows and the smallest "
            "of the highs. Some values of each batch lie outside of it.",
            _inner,
        ),
        ways(
            "one-range-a-column",
            "Several lows and highs came back, one for each column. All values share one range, "
            "whatever the shape of the batches.",
            _by_column(torch.stack),
            _by_column(torch.cat),
            _by_column(lambda batches: batches[0]),
        ),
        ways(
            "one-number-for-the-range",
            "This is the width of the range. Where it begins and ends is asked for.",
            lambda batches: _extremes(batches)[1] - _extremes(batches)[0],
        ),
        ways(*MEAN_AND_SPREAD, *(_spread(factor) for factor in (1.0, 2.0, 3.0))),
        ways(*OUTLIERS_CUT, *map(_between_quantiles, (0.0005, 0.001, 0.005, 0.01, 0.02, 0.05))),
        about_two(
            _extremes,
            (
                *((OUTLIERS_CUT, _between_quantiles(share)) for share in (0.001, 0.01)),
                (MEAN_AND_SPREAD, _spread(3.0)),
                (BY_MAGNITUDE, _by_magnitude),
                *((BEGINS_AT_A_NUMBER, _begun_at(start)) for start in STARTS),
            ),
        ),
    ),
)
