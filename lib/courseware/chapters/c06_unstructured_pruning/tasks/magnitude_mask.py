"""The task `magnitude_mask`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.chapters.c06_unstructured_pruning.tasks.common import OFF_LIMITS
from courseware.chapters.c06_unstructured_pruning.tasks.row_by_row import (
    RANKED_ROW_BY_ROW,
    row_by_row_and_more,
)
from courseware.checks import ranking_inputs as inputs
from courseware.checks.axes_assumed import two_axes_assumed
from courseware.checks.counts import (
    MISCOUNTS,
    MISROUNDED,
    RATIO_AS_THRESHOLD,
    Count,
    shares,
)
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.masks import INVERTED, MASK_NOT_BOOL, WEIGHTS_RETURNED, mask_values_and_dtype
from courseware.checks.memory_order import turned
from courseware.checks.misconceptions import both, except_where, several, ways
from courseware.checks.noise import CLOSE_ONES_MIXED_UP, noisy
from courseware.checks.rankings import (
    DECIMALS,
    ENDS_SWAPPED,
    EQUALS_ONCE,
    FIRST_OF_EQUALS,
    LARGEST_PRUNED,
    LARGEST_STAYS,
    MARKED_WITH_LARGEST,
    ORDER_FOR_RANKS,
    QUANTILE,
    ROUNDED_FIRST,
    SIGNED,
    TIES_KEPT,
    TIES_PRUNED,
    equals_counted_once,
    first_of_equals,
    kept_above_quantile,
    kept_by_order,
    kept_by_quantile,
    largest_stays,
    magnitude_ranking,
    marked_with_the_largest,
    pruned,
    rounded_to,
    ties_kept,
    ties_pruned,
)
from courseware.checks.task import Check, Draw, Task
from model_compression import magnitude_pruning as reference

T = torch.Tensor
Arguments = tuple[T, float]


def _whole_counts(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([0.6, -0.1, 0.3, -0.9, 0.2, 0.5, -0.7, 0.4]), 0.25
    yield inputs.weights(draw, 16), inputs.whole_share(draw)
    yield inputs.weights(draw, 40), inputs.whole_share(draw)
    # What is added against ties, or rounded, is felt here.
    yield inputs.tiny(inputs.weights(draw, 24)), inputs.whole_share(draw)


def _rounded_counts(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[1.2, 2.4, -5.6], [3.2, -4.1, 1.0], [0.8, 4.4, -2.2]]), 0.4
    # Exact in binary: 2.5 and 3.5 go to the even number.
    yield torch.tensor([3.0, -1.0, 2.0, 5.0, -4.0]), 0.5
    yield torch.tensor([3.0, -1.0, 2.0, 5.0, -4.0, 7.0, -6.0]), 0.5
    for n in (11, 18, 27):
        w = inputs.weights(draw, n)
        for share in shares(draw, n):
            yield w, share


def _several_axes(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[8.0, 7.0, -6.0, 5.0], [1.0, -2.0, 3.0, -4.0]]), 0.25
    yield _uneven_rows(draw, 4, 8), 0.375
    for shape in ((4, 2, 3, 3), (6, 4, 2)):
        yield inputs.weights(draw, *shape), inputs.whole_share(draw)
    yield turned(inputs.weights(draw, 4, 8)), inputs.whole_share(draw)


def _uneven_rows(draw: Draw, rows: int, columns: int) -> T:
    """A matrix whose rows differ much in the size of their weights."""
    parts = inputs.layers(draw, {str(row): (columns,) for row in range(rows)})
    return torch.stack(list(parts.values()))


def _equal_magnitudes(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([2.0, -2.0, 2.0, 2.0, -2.0, 2.0, 2.0, -2.0]), 0.25
    yield torch.tensor([0.0, 3.0, 0.0, 0.0, 0.0, -4.0, 1.0, 0.0]), 0.375
    for shape in ((32,), (4, 8)):
        yield inputs.ties(draw, *shape), inputs.whole_share(draw)


def _with_zeros(draw: Draw) -> Iterator[Arguments]:
    """All zeros go, and some of the rest: no choice is left."""
    yield torch.tensor([0.0, 4.0, -1.0, 2.0, 0.0, -5.0, 3.0, 6.0]), 0.5
    for n_zeros in (6, 10):
        w = inputs.weights(draw, 4, 8)
        w[torch.randperm(32, generator=draw.generator).reshape(4, 8) < n_zeros] = 0.0
        yield w, draw.rng.choice((4, 5, 6)) / 8


def _ends(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([2.0, -1.0, 3.0]), 0.0
    yield torch.tensor([2.0, -1.0, 3.0]), 1.0
    w = inputs.weights(draw, 3, 4)
    yield w, 0.01
    yield w, 0.0
    yield w, 1.0


def _rounded(n: int, sparsity: float) -> int:
    return round(sparsity * n)


def _along(axis: int) -> Callable[..., T]:
    """Each row (or column) ranked by itself."""

    def behaves(w: T, sparsity: float) -> T:
        lines = w.movedim(axis, 0)
        masks = [reference.magnitude_mask(line, sparsity) for line in lines]
        return torch.stack(masks).movedim(0, axis)

    return behaves


def _axis_of_rows(w: T, sparsity: float) -> T:
    """Each run along the last axis by itself."""
    rows = w.reshape(-1, w.shape[-1])
    return torch.stack([reference.magnitude_mask(r, sparsity) for r in rows]).reshape(w.shape)


def _zeros_last(w: T) -> T:
    return w.abs().masked_fill(w == 0, 1e30)


def _zeros_extra(w: T, sparsity: float) -> T:
    """All zeros go, and the share of the weights that are left."""
    n_left = int((w != 0).sum())
    count = w.numel() - n_left + round(sparsity * n_left)
    return pruned(count=lambda n, s: count)(w, sparsity)


def _of_the_others(scores: Callable[[T], T], count: Count = _rounded) -> Callable[..., T]:
    """The share of the weights that are not 0."""

    def behaves(w: T, sparsity: float) -> T:
        n_left = int((w != 0).sum())
        return pruned(scores, lambda n, s: count(n_left, s))(w, sparsity)

    return behaves


def _columns_first(w: T, sparsity: float) -> T:
    """The line is laid column by column, its mask cut back row by row."""
    axes = range(w.dim())
    line = w.permute(*reversed(axes)).flatten()
    return reference.magnitude_mask(line, sparsity).reshape(w.shape)


def _and_zeros(w: T, sparsity: float) -> T:
    """As many as asked for, and all zeros besides."""
    return reference.magnitude_mask(w, sparsity) & (w != 0)


def _signed_ties_pruned(w: T, sparsity: float) -> T:
    return ties_pruned(w, round(sparsity * w.numel()))


def _signed_ties_kept(w: T, sparsity: float) -> T:
    return ties_kept(w, round(sparsity * w.numel()))


def _threshold(through_ties: Callable[[T, int], T]) -> Callable[..., T]:
    return lambda w, sparsity: through_ties(w.abs(), round(sparsity * w.numel()))


def _at_an_end(w: T, sparsity: float) -> bool:
    return round(sparsity * w.numel()) in (0, w.numel())


def _at(sparsity_end: int) -> Callable[..., bool]:
    return lambda w, sparsity: round(sparsity * w.numel()) == sparsity_end * w.numel()


def _swapped_at(*ends: int) -> Callable[..., T]:
    """All go where nothing is to go (0), or the other way round (1)."""

    def behaves(w: T, sparsity: float) -> T:
        mask = reference.magnitude_mask(w, sparsity)
        return ~mask if any(_at(end)(w, sparsity) for end in ends) else mask

    return behaves


def _ordered(order: tuple[str, str], count: Count) -> Callable[..., T]:
    """A wrong order, or the mask turned round, and a wrong count."""
    if order == INVERTED:
        return lambda w, sparsity: ~pruned(count=count)(w, sparsity)
    return pruned((lambda w: -w.abs()) if order == LARGEST_PRUNED else (lambda w: w), count)


def _failing_at_ends() -> Iterator[Callable[..., Any]]:
    for when in (_at_an_end, _at(0), _at(1)):
        for error in (IndexError, RuntimeError, ValueError):
            yield except_where(when, error, reference.magnitude_mask)


ZEROS_NOT_COUNTED = (
    "zeros-not-counted",
    "Zeros were left out of the count, or pruned on top of it. Sparsity is the share of all "
    "weights that is gone, and a zero is the smallest weight of all.",
)

MAGNITUDE_MASK = Task(
    name="magnitude_mask",
    points=14,
    reference=reference.magnitude_mask,
    lecture="lecture 06, “How many is 40%, and which of equals?”",
    off_limits=OFF_LIMITS,
    calls=("threshold_mask",),
    checks=told_by_form(
        Check("the smallest magnitudes go", 3, _whole_counts, magnitude_ranking),
        Check("how many: sparsity × n, rounded", 3, _rounded_counts, magnitude_ranking),
        Check("the whole tensor is one ranking", 2, _several_axes, magnitude_ranking),
        Check("zeros are weights like any other", 1, _with_zeros, magnitude_ranking),
        Check("equal magnitudes: still the exact count", 3, _equal_magnitudes, magnitude_ranking),
        Check("a sparsity of 0 or 1", 1, _ends, magnitude_ranking),
        Check(
            "a right mask, as torch.bool",
            1,
            _whole_counts,
            mask_values_and_dtype(magnitude_ranking),
        ),
    ),
    misconceptions=several(
        (MASK_NOT_BOOL,),
        FORMS,
        ways(*INVERTED, lambda w, s: ~reference.magnitude_mask(w, s)),
        ways(*LARGEST_PRUNED, pruned(lambda w: -w.abs())),
        ways(*SIGNED, pruned(lambda w: w)),
        *(
            ways(name, message, *(pruned(count=count) for count in counts))
            for name, message, counts in MISCOUNTS
        ),
        ways(
            *RANKED_ROW_BY_ROW,
            _along(0),
            _along(-1),
            _axis_of_rows,
        ),
        ways(
            "rows-counted",
            "The share was taken of the number of rows: `len` of a tensor is the size of its first "
            "axis. Count all entries.",
            lambda w, s: pruned(count=lambda n, s: round(s * len(w)))(w, s),
            lambda w, s: pruned(count=lambda n, s: round(s * w.shape[-1]))(w, s),
            lambda w, s: pruned(count=lambda n, s: int(s * len(w)))(w, s),
            lambda w, s: pruned(count=lambda n, s: math.ceil(s * len(w)))(w, s),
        ),
        ways(
            *ZEROS_NOT_COUNTED,
            _zeros_extra,
            _and_zeros,
            _of_the_others(torch.abs),
            _of_the_others(_zeros_last),
            pruned(_zeros_last),
        ),
        ways(
            *RATIO_AS_THRESHOLD,
            lambda w, s: w.abs() >= s,
            lambda w, s: w.abs() > s,
            lambda w, s: w.abs() >= s * w.abs().max(),
            lambda w, s: w.abs() > s * w.abs().max(),
        ),
        ways(
            "columns-first",
            "The values were laid in a line column by column, and the mask was cut out of it row "
            "by row: the right number goes, at the places of others. Use one order both times, as "
            "`flatten` and `reshape` do.",
            _columns_first,
        ),
        ways(*FIRST_OF_EQUALS, _threshold(first_of_equals)),
        ways(*MARKED_WITH_LARGEST, _threshold(marked_with_the_largest)),
        both(SIGNED, TIES_PRUNED, _signed_ties_pruned),
        both(SIGNED, TIES_KEPT, _signed_ties_kept),
        *(
            both(order, (name, message), *(_ordered(order, count) for count in counts))
            for order in (INVERTED, LARGEST_PRUNED, SIGNED)
            for name, message, counts in MISROUNDED
        ),
        row_by_row_and_more(),
        *(
            both(
                ZEROS_NOT_COUNTED,
                (name, message),
                *(_of_the_others(scores, count) for scores in (torch.abs, _zeros_last)),
            )
            for name, message, (count, *_) in MISROUNDED
        ),
        two_axes_assumed(reference.magnitude_mask),
        ways(*TIES_PRUNED, _threshold(ties_pruned)),
        ways(*EQUALS_ONCE, _threshold(equals_counted_once)),
        ways(*TIES_KEPT, _threshold(ties_kept)),
        ways(*LARGEST_STAYS, _threshold(largest_stays)),
        ways(*ROUNDED_FIRST, *(pruned(rounded_to(n)) for n in DECIMALS)),
        ways(*CLOSE_ONES_MIXED_UP, *noisy(lambda w, s: ({"": w.abs()}, round(s * w.numel())))),
        ways(
            *QUANTILE,
            lambda w, s: kept_by_quantile(w.abs(), s),
            lambda w, s: kept_above_quantile(w.abs(), s),
        ),
        ways(*ORDER_FOR_RANKS, _threshold(kept_by_order)),
        ways(
            *WEIGHTS_RETURNED,
            lambda w, s: w * reference.magnitude_mask(w, s),
        ),
        ways(*ENDS_SWAPPED, _swapped_at(0), _swapped_at(1), _swapped_at(0, 1)),
        ways(
            "ends-fail",
            "Your function fails where no weight, or every weight, is to be pruned. Both are "
            "legal: look at what your index or threshold is then.",
            *_failing_at_ends(),
        ),
    ),
)
