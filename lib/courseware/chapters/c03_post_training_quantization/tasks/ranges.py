"""Mistakes about a range over several batches: the same for both kinds of calibration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch

from courseware.checks.afterwards import CUT, TO_WHOLE_ONES
from courseware.checks.misconceptions import both, except_where, ways
from courseware.checks.precision import DECIMALS, HALF, IMPRECISE, in_half
from courseware.checks.task import Misconception
from courseware.checks.zero_guards import TAKEN_FOR_ZEROS

Batches = list[torch.Tensor]
Behaviour = Callable[..., Any]

ZERO_FORCED_IN = (
    "zero-forced-in",
    "The range was stretched until it contains 0, or 0 was where the search began. Here it is the "
    "range of the values themselves; a zero point can take care of 0 later.",
)
LAST_BATCH_ONLY = (
    "last-batch-only",
    "Only the last batch counts: the range was overwritten batch by batch. An earlier batch "
    "may reach further.",
)
FIRST_BATCH_ONLY = (
    "first-batch-only",
    "Only the first batch counts. The others may reach further.",
)
RANGES_AVERAGED = (
    "ranges-averaged",
    "The ranges of the batches were averaged. What is asked for is the range of all values "
    "together: a rare large value must not be averaged away.",
)
PADDED = (
    "padded-with-zeros",
    "Shorter batches were filled up with zeros, which then count as values. Lay all values out "
    "in one line instead: `torch.cat` takes batches of any length.",
)
SYMMETRIC = (
    "made-symmetric",
    "The range was made symmetric around 0. Activations after ReLU, say, are all on one side: "
    "half of such a range would be empty.",
)
FIRST_ROW_ONLY = (
    "first-row-only",
    "Only the first entry along axis 0 of each batch counts.",
)
ENDS_SWAPPED = (
    "ends-swapped",
    "The two ends are swapped: low comes first, then high.",
)
LAST_BATCH_LEFT_OUT = (
    "last-batch-left-out",
    "A batch at one of the ends never counts: look at where your loop begins and ends.",
)

ZEROS_LEFT_OUT = (
    "zeros-left-out",
    "Values that are 0 were left out, as if they were padding. After a ReLU half of all values are "
    "0: each of them counts, and the range may end there.",
)
ZERO_TAKEN_FOR_NONE = (
    "zero-taken-for-none",
    "An end of 0 was taken for one that is not known yet: `not low` and `low or …` do not tell 0 "
    "from None. Ask `low is None`, or begin at the first value.",
)
ALIKE_WIDENED = (
    "alike-widened",
    "Where all values are the same, the range was made wider than it is. It begins and ends at "
    "that value.",
)


def pooled(batches: Batches) -> torch.Tensor:
    """All values in one line; float64."""
    return torch.cat([batch.reshape(-1) for batch in batches]).double()


CUT_TO_SHORTEST = (
    "cut-to-the-shortest",
    "All batches were cut to the length of the shortest one, as `zip` does it. Every value counts: "
    "lay them out in one line with `torch.cat`.",
)


def cut_alike(batches: Batches) -> Batches:
    """The first values of each batch, as many as the shortest one has."""
    shortest = min(batch.numel() for batch in batches)
    return [batch.reshape(-1)[:shortest] for batch in batches]


def first_value_and_the_rest(batches: Batches) -> Batches:
    """Where a loop begins at the second batch, with one value of the first one in hand."""
    return [batches[0].reshape(-1)[:1], *batches[1:]]


def padded(batches: Batches) -> Batches:
    """Zeros behind the values of each batch, up to the length of the longest one."""
    longest = max(batch.numel() for batch in batches)
    flat = (batch.reshape(-1) for batch in batches)
    return [torch.nn.functional.pad(line, (0, longest - len(line))) for line in flat]


def _taken_for_zeros(
    asks: Callable[[torch.Tensor], torch.Tensor], batches: Batches, *rest: float
) -> bool:
    return bool(asks(pooled(batches)))


def _mixed_shapes(batches: Batches, *rest: float) -> bool:
    return len({batch.shape for batch in batches}) > 1


def _mixed_rows(batches: Batches, *rest: float) -> bool:
    return len({batch.shape[1:] for batch in batches}) > 1


def _then(right: Behaviour, change: Callable[[float], float]) -> Behaviour:
    """Both ends changed."""
    return lambda *arguments: tuple(map(change, right(*arguments)))


def about_batches(right: Behaviour) -> Iterator[Misconception]:
    """Misconceptions of whoever finds the range of one line of values as `right` does."""

    def each(batches: Batches, *rest: float) -> list[tuple[float, float]]:
        return [right([batch], *rest) for batch in batches]

    def mean_of_ranges(batches: Batches, *rest: float) -> tuple[float, float]:
        lows, highs = zip(*each(batches, *rest), strict=True)
        return sum(lows) / len(lows), sum(highs) / len(highs)

    def moving_average(batches: Batches, *rest: float) -> tuple[float, float]:
        low, high = right(batches[:1], *rest)
        for next_low, next_high in each(batches[1:], *rest):
            low, high = 0.9 * low + 0.1 * next_low, 0.9 * high + 0.1 * next_high
        return low, high

    def zero_forced(batches: Batches, *rest: float) -> tuple[float, float]:
        low, high = right(batches, *rest)
        return min(low, 0.0), max(high, 0.0)

    def low_forced(batches: Batches, *rest: float) -> tuple[float, float]:
        low, high = right(batches, *rest)
        return min(low, 0.0), high

    def high_forced(batches: Batches, *rest: float) -> tuple[float, float]:
        low, high = right(batches, *rest)
        return low, max(high, 0.0)

    def symmetric(batches: Batches, *rest: float) -> tuple[float, float]:
        reach = max(abs(end) for end in right(batches, *rest))
        return -reach, reach

    def of_magnitudes(batches: Batches, *rest: float) -> tuple[float, float]:
        return right([batch.abs() for batch in batches], *rest)

    def of_all_magnitudes(batches: Batches, *rest: float) -> tuple[float, float]:
        reach = right([batch.abs() for batch in batches], *rest)[1]
        return -reach, reach

    yield from ways(
        *LAST_BATCH_ONLY,
        lambda batches, *rest: right(batches[-1:], *rest),
    )
    yield from ways(
        *FIRST_BATCH_ONLY,
        lambda batches, *rest: right(batches[:1], *rest),
    )
    yield from ways(
        *RANGES_AVERAGED,
        mean_of_ranges,
        moving_average,
    )
    yield from ways(
        "one-range-a-batch",
        "A range came back for each batch. All batches together have one.",
        each,
        lambda batches, *rest: tuple(map(torch.tensor, zip(*each(batches, *rest), strict=True))),
        lambda batches, *rest: torch.tensor(each(batches, *rest)),
        lambda batches, *rest: tuple(zip(*each(batches, *rest), strict=True)),
        lambda batches, *rest: tuple(
            list(ends) for ends in zip(*each(batches, *rest), strict=True)
        ),
    )

    def zero_forced_without_last(batches: Batches, *rest: float) -> tuple[float, float]:
        return zero_forced(batches[:-1], *rest) if len(batches) > 1 else (0.0, 0.0)

    yield from ways(
        *ZERO_FORCED_IN,
        zero_forced,
        low_forced,
        high_forced,
    )
    yield from ways(
        *PADDED,
        lambda batches, *rest: right(padded(batches), *rest),
    )
    yield from ways(*CUT_TO_SHORTEST, lambda batches, *rest: right(cut_alike(batches), *rest))
    yield from ways(
        *SYMMETRIC,
        symmetric,
        of_all_magnitudes,
    )

    def high_of_magnitudes(batches: Batches, *rest: float) -> tuple[float, float]:
        return right(batches, *rest)[0], of_magnitudes(batches, *rest)[1]

    def low_of_magnitudes(batches: Batches, *rest: float) -> tuple[float, float]:
        return -of_magnitudes(batches, *rest)[1], right(batches, *rest)[1]

    yield from ways(
        "one-end-from-magnitudes",
        "One end is the largest magnitude. Each end is a value: the range of −5, 1 and 2 ends at "
        "2, not at 5.",
        high_of_magnitudes,
        low_of_magnitudes,
        lambda batches, *rest: (of_magnitudes(batches, *rest)[0], right(batches, *rest)[1]),
    )
    yield from ways(
        "magnitudes-not-values",
        "This is the range of the magnitudes: the signs are lost.",
        of_magnitudes,
    )

    def or_the_outermost(batches: Batches, *rest: float) -> tuple[float, float]:
        values, (low, high) = pooled(batches), right(batches, *rest)
        return low or values.min().item(), high or values.max().item()

    def without_zeros(batches: Batches, *rest: float) -> tuple[float, float]:
        values = pooled(batches)
        return right([values[values != 0]], *rest) if values.any() else (0.0, 0.0)

    def without_zero_batches(batches: Batches, *rest: float) -> tuple[float, float]:
        some = [batch for batch in batches if batch.any()]
        return right(some, *rest) if some else (0.0, 0.0)

    yield from ways(*ZEROS_LEFT_OUT, without_zeros, without_zero_batches)
    yield from ways(*ZERO_TAKEN_FOR_NONE, or_the_outermost)
    for cause, asks in TAKEN_FOR_ZEROS:
        taken = partial(_taken_for_zeros, asks)
        yield from ways(*cause, except_where(taken, (0.0, 0.0), right))
    yield from ways(
        *IMPRECISE,
        *(_then(right, partial(round, ndigits=digits)) for digits in DECIMALS),
        *(_then(right, partial(in_half, half=half)) for half in HALF),
    )
    yield from ways(*CUT, _then(right, int))
    yield from ways(*TO_WHOLE_ONES, _then(right, round))
    yield from ways(
        *LAST_BATCH_LEFT_OUT,
        lambda batches, *rest: right(batches[:-1] or batches, *rest),
        lambda batches, *rest: right(batches[1:] or batches, *rest),
        lambda batches, *rest: right(first_value_and_the_rest(batches), *rest),
    )
    yield from both(ZERO_FORCED_IN, LAST_BATCH_LEFT_OUT, zero_forced_without_last)
    yield from ways(
        *FIRST_ROW_ONLY,
        lambda batches, *rest: right([batch[:1] for batch in batches], *rest),
    )
    yield from ways(
        "one-end-only",
        "One end of the range came back. Both are asked for: low and high.",
        lambda batches, *rest: right(batches, *rest)[0],
        lambda batches, *rest: right(batches, *rest)[1],
    )
    yield from ways(
        *ENDS_SWAPPED,
        lambda batches, *rest: tuple(reversed(right(batches, *rest))),
    )
    yield from ways(
        "shapes-not-alike",
        "Batches of different shapes stop your function. Only the values count: lay each batch "
        "out in one line first.",
        *(
            except_where(mixed, error, right)
            for mixed in (_mixed_shapes, _mixed_rows)
            for error in (RuntimeError, ValueError)
        ),
    )
