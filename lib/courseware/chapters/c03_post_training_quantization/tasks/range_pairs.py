"""Two mistakes in one range over several batches: of which values, how measured, and what then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import torch

from courseware.chapters.c03_post_training_quantization.tasks.ranges import (
    CUT_TO_SHORTEST,
    ENDS_SWAPPED,
    FIRST_BATCH_ONLY,
    FIRST_ROW_ONLY,
    LAST_BATCH_LEFT_OUT,
    LAST_BATCH_ONLY,
    PADDED,
    RANGES_AVERAGED,
    SYMMETRIC,
    ZERO_FORCED_IN,
    ZEROS_LEFT_OUT,
    Batches,
    Behaviour,
    cut_alike,
    first_value_and_the_rest,
    padded,
    pooled,
)
from courseware.checks.afterwards import CUT, TO_WHOLE_ONES
from courseware.checks.forms import FORMS
from courseware.checks.misconceptions import both, ways
from courseware.checks.task import Misconception

Cause = tuple[str, str]
Range = tuple[float, float]

FIRST_AND_LAST_ONLY = (
    "first-and-last-batch-only",
    "Only the first and the last batch count. One in between may reach further.",
)
WIDTH_FOR_HIGH = (
    "width-for-high",
    "The second number is the width of the range, high − low. Where it ends is asked for.",
)
FIRST_COLUMN_ONLY = (
    "first-column-only",
    "Only the first column of each batch counts. All its values do, whatever its shape.",
)


def first_columns(batches: Batches) -> Batches:
    return [b.reshape(len(b), -1)[:, 0] if b.dim() else b.reshape(1) for b in batches]


def without_zeros(batches: Batches) -> Batches:
    """All other values; a 0 where there are none."""
    values = pooled(batches)
    return [values[values != 0] if values.any() else torch.zeros(1)]


SELECTIONS: tuple[tuple[Cause, Callable[[Batches], Batches]], ...] = (
    (LAST_BATCH_ONLY, lambda batches: batches[-1:]),
    (FIRST_BATCH_ONLY, lambda batches: batches[:1]),
    (FIRST_AND_LAST_ONLY, lambda batches: [batches[0], batches[-1]][: len(batches)]),
    (LAST_BATCH_LEFT_OUT, lambda batches: batches[:-1] or batches),
    (LAST_BATCH_LEFT_OUT, lambda batches: batches[1:] or batches),
    (LAST_BATCH_LEFT_OUT, first_value_and_the_rest),
    (PADDED, padded),
    (CUT_TO_SHORTEST, cut_alike),
    (FIRST_ROW_ONLY, lambda batches: [batch[:1] for batch in batches]),
    (FIRST_COLUMN_ONLY, first_columns),
    (ZEROS_LEFT_OUT, without_zeros),
)
"""What is looked at in place of all values."""

CHANGES: tuple[tuple[Cause, Callable[[float, float], Range]], ...] = (
    (ZERO_FORCED_IN, lambda low, high: (min(low, 0.0), max(high, 0.0))),
    (SYMMETRIC, lambda low, high: (-max(abs(low), abs(high)), max(abs(low), abs(high)))),
    (ENDS_SWAPPED, lambda low, high: (high, low)),
    (WIDTH_FOR_HIGH, lambda low, high: (low, high - low)),
    (CUT, lambda low, high: (int(low), int(high))),
    (TO_WHOLE_ONES, lambda low, high: (round(low), round(high))),
)
"""What is done to a range that was found."""

FORMS_IF_UNEXPLAINED = tuple(
    replace(form, unless_explained=form.unless_explained or form.name == "number-in-a-container")
    for form in FORMS
)
"""One range for each of several batches looks like wrapped-up numbers where there is one batch."""


def _selected(of: Behaviour, select: Callable[[Batches], Batches]) -> Behaviour:
    return lambda batches, *rest: of(select(batches), *rest)


def _then(of: Behaviour, change: Callable[[float, float], Range]) -> Behaviour:
    return lambda batches, *rest: change(*of(batches, *rest))


def averaged(of: Behaviour) -> Behaviour:
    """The mean of the ranges of all batches."""

    def behaves(batches: Batches, *rest: float) -> Any:
        ends = torch.tensor([of([batch], *rest) for batch in batches]).double()
        return tuple(ends.mean(dim=0).tolist())

    return behaves


def moving(of: Behaviour) -> Behaviour:
    """A moving average, a tenth of each next one."""

    def behaves(batches: Batches, *rest: float) -> Any:
        low, high = of(batches[:1], *rest)
        for batch in batches[1:]:
            lower, higher = of([batch], *rest)
            low, high = 0.9 * low + 0.1 * lower, 0.9 * high + 0.1 * higher
        return low, high

    return behaves


def about_two(
    right: Behaviour, measures: tuple[tuple[Cause, Behaviour], ...]
) -> Iterator[Misconception]:
    """Each two of them that are of different kinds; `measures` are the task's own."""
    yield from ways(*FIRST_COLUMN_ONLY, _selected(right, first_columns))
    yield from ways(
        *FIRST_AND_LAST_ONLY, _selected(right, lambda batches: [batches[0], batches[-1]])
    )
    for cause, of in measures:
        for first, select in SELECTIONS:
            yield from both(first, cause, _selected(of, select))
        yield from both(RANGES_AVERAGED, cause, averaged(of), moving(of))
        for second, change in CHANGES:
            yield from both(cause, second, _then(of, change))
    for second, change in CHANGES:
        for first, select in SELECTIONS:
            yield from both(first, second, _then(_selected(right, select), change))
        yield from both(
            RANGES_AVERAGED, second, _then(averaged(right), change), _then(moving(right), change)
        )
