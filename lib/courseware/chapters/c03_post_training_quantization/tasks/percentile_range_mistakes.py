"""Mistakes in `percentile_range`."""

from __future__ import annotations

import math
from collections.abc import Callable

from courseware.chapters.c03_post_training_quantization.tasks.percentile_range_wrong_ways import (
    HISTOGRAMS,
    HISTOGRAMS_OF_ONE_SIDE,
    Range,
    at,
    batchwise,
    between,
    counted_from_each_end,
    equal_values_once,
    high_of_the_rest,
    high_only,
    low_of_the_rest,
    low_only,
    midpoint,
    placed,
    right,
    rounded,
    share_of_the_width,
    shares_swapped,
    shares_swapped_between,
    shifted,
    shrunk,
    smallest_magnitudes,
    so_many_by_magnitude,
    tails_dropped,
    towards,
    unsorted,
)
from courseware.chapters.c03_post_training_quantization.tasks.range_pairs import (
    FORMS_IF_UNEXPLAINED,
    about_two,
)
from courseware.chapters.c03_post_training_quantization.tasks.ranges import (
    about_batches,
)
from courseware.checks.misconceptions import both, each_instead, except_where, several, ways
from model_compression import calibration as reference

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


PERCENTILE_CUT = (
    "percentile-cut",
    "The percentile was cut to a whole number: 99.9 became 99. Take it as it is.",
)

ONE_SIDE = ("one-side-clipped", "Only one side was clipped. Outliers come on both sides.")
CHOSEN_BY_MAGNITUDE = (
    "chosen-by-magnitude",
    "What is left out was chosen by its magnitude, so that both sides together lose 100 − p "
    "percent, or one of them alone. Order the values themselves: each side loses its share.",
)
FROM_A_HISTOGRAM = (
    "from-a-histogram",
    "The ends were read off a histogram: they are places in bins, and no values. Order the values, "
    "and interpolate between two of them.",
)

MEASURES: tuple[tuple[tuple[str, str], Callable[..., Range]], ...] = (
    (PERCENTILE_CUT, lambda batches, p: between(100 - int(p), int(p))(batches)),
    (TAILS_SHARED, lambda batches, p: right(batches, _half_way_up(p))),
    *((NOT_INTERPOLATED, placed(rounded(pick))) for pick in (math.floor, math.ceil, round)),
    (NOT_INTERPOLATED, towards(math.ceil, math.floor)),
    (NOT_INTERPOLATED, towards(math.floor, math.ceil)),
    (NOT_INTERPOLATED, placed(lambda ordered, share: at(ordered, int(share * len(ordered))))),
    (POSITION_MISCOUNTED, placed(shifted(0, 0.0))),
    (POSITION_MISCOUNTED, placed(shifted(0, -1.0))),
    (ONE_SIDE, lambda batches, p: between(0, p)(batches)),
    (ONE_SIDE, lambda batches, p: between(100 - p, 100)(batches)),
    (CHOSEN_BY_MAGNITUDE, smallest_magnitudes(lambda p: p)),
)
"""Other percentiles, and other ways to find one."""

MISTAKES = several(
    FORMS_IF_UNEXPLAINED,
    about_batches(right),
    ways(
        "value-after-the-last",
        "At p = 100 the place is that of the last value, and the one after it is asked for, "
        "which is not there. It would count nothing: stop at the last place.",
        except_where(lambda batches, p: p == 100, IndexError, reference.percentile_range),
    ),
    ways(
        *WIDEST_OF_THE_BATCHES,
        batchwise(right),
    ),
    both(
        WIDEST_OF_THE_BATCHES,
        NOT_INTERPOLATED,
        *(batchwise(placed(rounded(pick))) for pick in (math.floor, math.ceil, round)),
        batchwise(towards(math.ceil, math.floor)),
        batchwise(towards(math.floor, math.ceil)),
    ),
    ways(*TAILS_SHARED, lambda batches, p: right(batches, _half_way_up(p))),
    both(
        TAILS_SHARED,
        NOT_INTERPOLATED,
        *(
            lambda batches, p, pick=pick: placed(rounded(pick))(batches, _half_way_up(p))
            for pick in (math.floor, math.ceil, round)
        ),
        *(
            lambda batches, p, ends=ends: towards(*ends)(batches, _half_way_up(p))
            for ends in ((math.ceil, math.floor), (math.floor, math.ceil))
        ),
    ),
    ways(
        *ONE_SIDE,
        lambda batches, p: between(0, p)(batches),
        lambda batches, p: between(100 - p, 100)(batches),
    ),
    *(
        both(cause, ONE_SIDE, high_only(of), low_only(of))
        for cause, of in MEASURES
        if cause not in (ONE_SIDE, CHOSEN_BY_MAGNITUDE)
    ),
    ways(
        "one-side-after-the-other",
        "One side was clipped first, and the other percentile taken of what was left. Both are "
        "percentiles of all values: of fewer ones the place is another.",
        low_of_the_rest,
        high_of_the_rest,
    ),
    ways(
        *CHOSEN_BY_MAGNITUDE,
        smallest_magnitudes(lambda p: p),
        smallest_magnitudes(lambda p: 2 * p - 100),
        so_many_by_magnitude,
    ),
    ways(*FROM_A_HISTOGRAM, *HISTOGRAMS),
    both(
        FROM_A_HISTOGRAM,
        ONE_SIDE,
        *map(high_only, HISTOGRAMS_OF_ONE_SIDE),
        *map(low_only, HISTOGRAMS_OF_ONE_SIDE),
    ),
    ways(
        "one-end-twice",
        "Both ends are the same percentile. Few values lie below the lower one, few above the "
        "upper one.",
        lambda batches, p: between(p, p)(batches),
        lambda batches, p: between(100 - p, 100 - p)(batches),
    ),
    ways(
        "percent-taken-for-fraction",
        "The percentile is given in percent: 99 means that 0.99 of the values lie below. Your "
        "function took it for a fraction, or the other way round.",
        lambda batches, p: between((100 - p) / 100, p / 100)(batches),
        *each_instead(lambda *_: True, (RuntimeError, ValueError), right),
    ),
    ways(
        "percentile-ignored",
        "This is the range of all values, whatever the percentile. The outermost values are "
        "to be left out.",
        lambda batches, p: between(0, 100)(batches),
    ),
    ways(
        *NOT_INTERPOLATED,
        *(placed(rounded(rounding)) for rounding in (math.floor, math.ceil, round)),
        placed(lambda ordered, share: at(ordered, int(share * (len(ordered) - 1)))),
        towards(math.ceil, math.floor),
        towards(math.floor, math.ceil),
        placed(midpoint),
        placed(lambda ordered, share: at(ordered, int(share * len(ordered)))),
        placed(lambda ordered, share: at(ordered, math.ceil(share * len(ordered)) - 1)),
        tails_dropped,
    ),
    ways(
        *POSITION_MISCOUNTED,
        counted_from_each_end(interpolated=True),
        *(
            placed(shifted(count, shift))
            for count, shift in ((0, 0.0), (0, -1.0), (0, -0.5), (1, -1.0))
        ),
        placed(lambda ordered, share: at(ordered, int(share * len(ordered)) - 1)),
        placed(lambda ordered, share: at(ordered, round(share * len(ordered)))),
        placed(lambda ordered, share: at(ordered, round(share * len(ordered)) - 1)),
    ),
    both(POSITION_MISCOUNTED, NOT_INTERPOLATED, counted_from_each_end(interpolated=False)),
    ways(
        "not-sorted",
        "The value was taken at its place in the data as they came. A percentile is a place "
        "in the ordered values.",
        *(unsorted(shifted(*place)) for place in ((-1, 0.0), (0, 0.0), (0, -1.0), (1, -1.0))),
        *(unsorted(rounded(rounding)) for rounding in (math.floor, math.ceil, round)),
        unsorted(lambda values, share: at(values, int(share * len(values)))),
    ),
    ways(
        "shares-swapped",
        "The two neighbours have each other's share: at position 1.8 the value at 2 counts "
        "0.8, the one at 1 only 0.2.",
        placed(shares_swapped),
        placed(shares_swapped_between),
    ),
    ways(
        *PERCENTILE_CUT,
        lambda batches, p: between(100 - int(p), int(p))(batches),
        lambda batches, p: between(int(100 - p), int(p))(batches),
        lambda batches, p: between(100 - round(p), round(p))(batches),
    ),
    ways(
        "equal-values-once",
        "Equal values were counted once (`set`, `unique`). After a ReLU half of all values are "
        "0, and every one of them has its place.",
        equal_values_once,
    ),
    ways(
        "share-of-the-width",
        "The range was made narrower by a share of its width. A percentile is about how many "
        "values lie below, not about how far the outermost ones reach.",
        share_of_the_width,
        shrunk,
    ),
    about_two(right, MEASURES),
    both(
        PERCENTILE_CUT,
        NOT_INTERPOLATED,
        *(
            lambda batches, p, pick=pick: placed(rounded(pick))(batches, int(p))
            for pick in (math.floor, math.ceil, round)
        ),
    ),
)
