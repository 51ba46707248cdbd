"""Mistakes in `wanda_mask`."""

from __future__ import annotations

from collections.abc import Callable

import torch

from courseware.checks.counts import DENSITY, MISCOUNTS, RATIO_AS_THRESHOLD
from courseware.checks.forms import FORMS
from courseware.checks.masks import INVERTED, MASK_NOT_BOOL, WEIGHTS_RETURNED
from courseware.checks.misconceptions import both, except_where, several, ways
from courseware.checks.rankings import (
    ENDS_SWAPPED,
    FIRST_OF_EQUALS,
    ORDER_FOR_RANKS,
    QUANTILE,
    TIES_KEPT,
    TIES_PRUNED,
    first_of_equals,
    kept_by_order,
    kept_by_quantile,
    ties_kept,
    ties_pruned,
)
from model_compression import wanda as reference
from model_compression.masks import prune_lowest, pruned_count

T = torch.Tensor

Scores = Callable[[T, T], T]

OfRow = Callable[[T, float], T]


def _pruned(scores: T, share: float) -> T:
    """The right number of the lowest scores of one row."""
    return prune_lowest(scores, pruned_count(scores.numel(), share))


def _rows(of_row: OfRow, scores: Scores = lambda w, x_norm: w.abs() * x_norm) -> Callable[..., T]:
    """A rule for the scores of one row, applied to each."""

    def behaves(w: T, x_norm: T, sparsity: float) -> T:
        return torch.stack([of_row(row, sparsity) for row in scores(w, x_norm)])

    return behaves


def _ranked(scores: Scores) -> Callable[..., T]:
    """Other scores, ranked as they should be."""
    return _rows(_pruned, scores)


def _counted(count: Callable[[int, float], float]) -> OfRow:
    def of_row(scores: T, share: float) -> T:
        n = scores.numel()
        return prune_lowest(scores, min(max(int(count(n, share)), 0), n))

    return of_row


def _right(w: T, x_norm: T, sparsity: float) -> T:
    return reference.wanda_mask(w, x_norm, sparsity)


def _whole_matrix(w: T, x_norm: T, sparsity: float) -> T:
    return _pruned(w.abs() * x_norm, sparsity)


def _down_columns(scores: T, share: float, of_column: OfRow = _pruned) -> T:
    return torch.stack([of_column(column, share) for column in scores.T], dim=1)


def _down_counted(count: Callable[[int, float], float]) -> Callable[..., T]:
    return lambda w, x_norm, sparsity: _down_columns(w.abs() * x_norm, sparsity, _counted(count))


def _columns(w: T, x_norm: T, sparsity: float) -> T:
    return _down_columns(w.abs() * x_norm, sparsity)


def _norms_down(w: T, x_norm: T, sparsity: float) -> T:
    """The norms laid along the rows of the weight, as far as that goes."""
    if len(w) != len(x_norm) and len(w) != 1:
        raise RuntimeError
    return _right(w * x_norm[:, None] if len(w) > 1 else w, torch.ones_like(x_norm), sparsity)


def _same_columns(w: T, x_norm: T, sparsity: float) -> T:
    """The same columns go in every row."""
    mask = _pruned((w.abs() * x_norm).sum(dim=0), sparsity)
    return mask.expand(w.shape)


def _at_an_end(w: T, x_norm: T, sparsity: float) -> bool:
    return pruned_count(w.shape[1], sparsity) in (0, w.shape[1])


def _swapped_at(*ends: int) -> OfRow:
    def of_row(scores: T, share: float) -> T:
        mask = _pruned(scores, share)
        at_end = pruned_count(scores.numel(), share) in [end * scores.numel() for end in ends]
        return ~mask if at_end else mask

    return of_row


def _of_the_rest(w: T, x_norm: T, sparsity: float) -> T:
    """Weights whose score is 0 go, and the share of the others."""
    scores = w.abs() * x_norm
    rows = []
    for row in scores:
        n_left = int((row != 0).sum())
        rows.append(prune_lowest(row, len(row) - n_left + round(sparsity * n_left)))
    return torch.stack(rows)


def _besides_silent_inputs(w: T, x_norm: T, sparsity: float) -> T:
    """Weights whose norm is 0 go, and the whole number of the others."""
    count = round(sparsity * w.shape[1])
    order = torch.where(x_norm == 0, torch.inf, w.abs() * x_norm).argsort(dim=1)
    mask = torch.ones_like(w, dtype=torch.bool).scatter_(1, order[:, :count], False)
    return mask & (x_norm != 0)


def _quotient(w: T, x_norm: T) -> T:
    return w.abs() / x_norm


MAGNITUDE_ALONE = (
    "magnitude-alone",
    "The weights were ranked by their magnitude alone. A large weight on an input that is always "
    "small does little: multiply by the norm of its input.",
)
DIVIDED = (
    "divided-by-norm",
    "The weights were divided by the norms. A large input makes a weight count for more.",
)
COLUMNS_RANKED = (
    "columns-ranked",
    "The ranking runs down the columns. Weights that feed the same output compete with each other: "
    "those of one row.",
)

NORM_ALONE = (
    "norm-alone",
    "The inputs were ranked alone. A weight near 0 does little, however large its input is.",
)
SIGNED = (
    "signed-ranking",
    "The products were ranked with their signs, so large negative ones went first. −5 does "
    "as much as 5.",
)
NORM_SQUARED = (
    "norm-squared",
    "Weight and norm do not count alike: one of them was squared, or a root was taken. What a "
    "weight adds to its output is weight times input, both as they are.",
)
ADDED = (
    "added",
    "Magnitude and norm were added. What a weight adds to its output is a product.",
)
WHOLE_MATRIX = (
    "whole-matrix",
    "All weights of the matrix were ranked together, so some outputs lose more than "
    "others. Here each output is judged by itself: rank within each row.",
)
LARGEST_PRUNED = (
    "largest-pruned",
    "The highest scores were pruned. The weights that add least to their output go.",
)
TIES_OF_ROW_PRUNED = (
    TIES_PRUNED[0],
    "All weights of a row whose score equals the threshold were pruned, so more than asked "
    "for are gone. Prune just as many as the count says.",
)
TIES_OF_ROW_KEPT = (
    TIES_KEPT[0],
    "All weights of a row whose score equals the threshold were kept, so fewer than asked "
    "for are gone. Prune just as many as the count says.",
)
FIRST_SCORE = (
    FIRST_OF_EQUALS[0],
    "`index` finds the first of equal scores every time, so where a row has several of them too "
    "few go. Rank the places (`argsort`), not the values.",
)
ORDERS: tuple[tuple[tuple[str, str], Scores], ...] = (
    (MAGNITUDE_ALONE, lambda w, x: w.abs()),
    (NORM_ALONE, lambda w, x: x.expand(w.shape)),
    (SIGNED, lambda w, x: w * x),
    (NORM_SQUARED, lambda w, x: w.abs() * x**2),
    (NORM_SQUARED, lambda w, x: w**2 * x),
    (DIVIDED, _quotient),
    (ADDED, lambda w, x: w.abs() + x),
    (LARGEST_PRUNED, lambda w, x: -w.abs() * x),
)
RULES: tuple[tuple[tuple[str, str], OfRow], ...] = (
    (TIES_OF_ROW_PRUNED, lambda s, share: ties_pruned(s, round(share * s.numel()))),
    (TIES_OF_ROW_KEPT, lambda s, share: ties_kept(s, round(share * s.numel()))),
    (INVERTED, lambda s, share: ~_pruned(s, share)),
    (FIRST_SCORE, lambda s, share: first_of_equals(s, round(share * s.numel()))),
)
"""What may be wrong in any row, whatever the scores are.

Of the highest pruned, masks inverted, and the wrong share, any two come to the third.
"""

MISTAKES = several(
    FORMS,
    (MASK_NOT_BOOL,),
    ways(
        *MAGNITUDE_ALONE,
        _ranked(lambda w, x: w.abs()),
    ),
    both(
        MAGNITUDE_ALONE,
        QUANTILE,
        _rows(kept_by_quantile, lambda w, x: w.abs()),
        _rows(lambda s, q: s >= s.quantile(q), lambda w, x: w.abs()),
        _rows(lambda s, q: s > s.quantile(q), lambda w, x: w.abs()),
        lambda w, x, q: _rows(lambda s, q: s >= s.quantile(q), lambda w, x: w.abs() * x.norm())(
            w, x, q
        ),
    ),
    *(
        both(other, (name, message), *(_rows(_counted(n), scores) for n in counts))
        for other, scores in ORDERS
        for name, message, counts in MISCOUNTS
        if {other, (name, message)} != {LARGEST_PRUNED, DENSITY}
    ),
    *(
        both(other, second, _rows(rule, scores))
        for other, scores in ORDERS
        for second, rule in RULES
    ),
    *(
        both(second, other, lambda w, x, s, way=way, scores=scores: way(scores(w, x), s))
        for other, scores in ORDERS
        for second, way in ((COLUMNS_RANKED, _down_columns), (WHOLE_MATRIX, _pruned))
    ),
    *(
        both(COLUMNS_RANKED, (name, message), *(_down_counted(count) for count in counts))
        for name, message, counts in MISCOUNTS
    ),
    ways(
        "at-least-one-goes",
        "One weight of each row goes even where the share comes to none. With a share of 0, and "
        "wherever `round` gives 0, all stay.",
        _rows(_counted(lambda n, s: max(1, round(s * n)))),
    ),
    ways(*FIRST_SCORE, _rows(lambda s, share: first_of_equals(s, round(share * s.numel())))),
    ways(
        *NORM_ALONE,
        _ranked(lambda w, x: x.expand(w.shape)),
    ),
    ways(
        *SIGNED,
        _ranked(lambda w, x: w * x),
    ),
    ways(
        *NORM_SQUARED,
        _ranked(lambda w, x: w.abs() * x**2),
        _ranked(lambda w, x: w**2 * x),
    ),
    ways(
        *DIVIDED,
        _ranked(_quotient),
    ),
    ways(
        *ADDED,
        _ranked(lambda w, x: w.abs() + x),
    ),
    ways(
        *WHOLE_MATRIX,
        _whole_matrix,
    ),
    ways(
        *COLUMNS_RANKED,
        _columns,
    ),
    both(COLUMNS_RANKED, WEIGHTS_RETURNED, lambda w, x, s: w * _columns(w, x, s)),
    ways(
        "whole-columns-pruned",
        "The same columns went in every row. Each row has a ranking of its own.",
        _same_columns,
    ),
    ways(
        "norms-along-the-outputs",
        "The norms were laid along the rows, as if there were one for each output. There is "
        "one for each input: a column of the weight.",
        _norms_down,
    ),
    ways(
        *LARGEST_PRUNED,
        _rows(lambda s, share: _pruned(-s, share)),
    ),
    ways(*INVERTED, _rows(lambda s, share: ~_pruned(s, share))),
    *(
        ways(name, message, *(_rows(_counted(count)) for count in counts))
        for name, message, counts in MISCOUNTS
    ),
    ways(*RATIO_AS_THRESHOLD, _rows(lambda s, share: s >= share)),
    ways(
        "count-of-the-matrix",
        "The number to prune was taken from the whole matrix, and then from one row. The share "
        "is that of a row: `w.shape[1]` weights.",
        lambda w, x, s: _rows(_counted(lambda n, share: round(share * w.numel())))(w, x, s),
        lambda w, x, s: _rows(_counted(lambda n, share: round(share * len(w))))(w, x, s),
    ),
    ways(
        "zeros-extra",
        "Weights with a score of 0, or a norm of 0, all went, and others besides. They count among "
        "those that are to go: just as many go as the count says.",
        _of_the_rest,
        _besides_silent_inputs,
    ),
    ways(
        *TIES_OF_ROW_PRUNED,
        _rows(lambda s, share: ties_pruned(s, round(share * s.numel()))),
    ),
    ways(
        *TIES_OF_ROW_KEPT,
        _rows(lambda s, share: ties_kept(s, round(share * s.numel()))),
    ),
    ways(*QUANTILE, _rows(kept_by_quantile), _rows(lambda s, q: s > s.quantile(q))),
    ways(*ORDER_FOR_RANKS, _rows(lambda s, q: kept_by_order(s, round(q * s.numel())))),
    ways(
        *ENDS_SWAPPED,
        *(_rows(_swapped_at(*ends)) for ends in ((0,), (1,), (0, 1))),
    ),
    ways(
        "ends-refused",
        "A share of 0 or 1 stops your function. Both are legal: nothing goes, or all.",
        *(
            except_where(when, error, _right)
            for when in (
                _at_an_end,
                lambda w, x, s: pruned_count(w.shape[1], s) == 0,
                lambda w, x, s: pruned_count(w.shape[1], s) == w.shape[1],
            )
            for error in (IndexError, RuntimeError, ValueError)
        ),
    ),
    ways(*WEIGHTS_RETURNED, lambda w, x, s: w * _right(w, x, s)),
)
