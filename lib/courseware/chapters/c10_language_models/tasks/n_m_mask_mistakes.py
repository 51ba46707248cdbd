"""Mistakes in `n_m_mask`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from courseware.checks.forms import FORMS
from courseware.checks.groups import OTHER_ERROR
from courseware.checks.masks import INVERTED, MASK_NOT_BOOL
from courseware.checks.misconceptions import both, each_instead, several, ways
from courseware.checks.rankings import FIRST_OF_EQUALS, ORDER_FOR_RANKS

T = torch.Tensor

OfRuns = Callable[[T, int, int], T]


def _in_runs(of_runs: OfRuns, refuses: bool = True) -> Callable[..., Any]:
    """A rule for runs of m values, one a row of what it gets."""

    def behaves(scores: T, n: int, m: int) -> Any:
        if refuses and scores.shape[1] % m:
            raise ValueError
        return of_runs(scores.reshape(-1, m), n, m).reshape(scores.shape)

    return behaves


def _highest(runs: T, n: int, m: int) -> T:
    """The n highest of each row, whatever its length; of equal ones the last."""
    n = min(max(n, 0), runs.shape[1])
    lowest = runs.argsort(dim=1, stable=True)[:, : runs.shape[1] - n]
    return torch.ones_like(runs, dtype=torch.bool).scatter_(1, lowest, False)


def _first_highest(runs: T, n: int, m: int) -> T:
    """The same, of equal ones the first."""
    places = runs.argsort(dim=1, descending=True, stable=True)[:, : max(n, 0)]
    return torch.zeros_like(runs, dtype=torch.bool).scatter_(1, places, True)


def _at_the_first(runs: T, n: int, m: int) -> T:
    """The n highest values are looked up, each at its first place."""
    return (runs >= _nth(runs, n)) & ~_comes_before(runs)


def _at_the_last(runs: T, n: int, m: int) -> T:
    """The same, each at its last place, as a dict from values to places has it."""
    return (runs >= _nth(runs, n)) & ~_comes_before(runs.flip(1)).flip(1)


def _comes_before(runs: T) -> T:
    """Whether an equal value stands further left in the run."""
    equal = runs[:, :, None] == runs[:, None, :]
    return equal.tril(diagonal=-1).any(dim=2)


def _without_lowest(runs: T, n: int, m: int) -> T:
    """The same, of equal ones those that `topk` leaves."""
    places = runs.topk(m - n, dim=1, largest=False).indices
    return torch.ones_like(runs, dtype=torch.bool).scatter_(1, places, False)


def _with_rest(kept: bool) -> Callable[[T, int, int], T]:
    """What no run holds is kept, or pruned."""

    def behaves(scores: T, n: int, m: int) -> T:
        fits = scores.shape[1] // m * m
        mask = torch.full(scores.shape, kept)
        mask[:, :fits] = _highest(scores[:, :fits].reshape(-1, m), n, m).reshape(len(scores), fits)
        return mask

    return behaves


def _share_of(scores: T, share: float) -> T:
    """The same share of each row of what it gets, without a pattern."""
    return _highest(scores, round(share * scores.shape[1]), 0)


def _checked(behaves: Callable[[T, int, int], Any]) -> Callable[..., Any]:
    def checked(scores: T, n: int, m: int) -> Any:
        if scores.shape[1] % m:
            raise ValueError
        return behaves(scores, n, m)

    return checked


def _down_the_columns(error: type[Exception]) -> Callable[[T, int, int], T]:
    def behaves(scores: T, n: int, m: int) -> T:
        if len(scores) % m:
            raise error
        return _highest(scores.T.reshape(-1, m), n, m).reshape(scores.T.shape).T

    return behaves


def _interleaved(scores: T, n: int, m: int) -> T:
    """A run takes values that lie apart in their row."""
    runs = scores.reshape(len(scores), m, -1).transpose(1, 2)
    return (
        _highest(runs.reshape(-1, m), n, m)
        .reshape(runs.shape)
        .transpose(1, 2)
        .reshape(scores.shape)
    )


def _nth(runs: T, n: int) -> T:
    """The n-th highest of each run, in a column."""
    return runs.sort(dim=1, descending=True).values[:, n - 1 : n]


def _above_the_next(runs: T, n: int, m: int) -> T:
    below = _nth(runs, n + 1) if n < m else torch.full_like(runs[:, :1], -torch.inf)
    return runs > below


def _misfit(scores: T, n: int, m: int) -> bool:
    return scores.shape[1] % m != 0


def _places(runs: T, n: int, m: int) -> T:
    return runs.argsort(dim=1, descending=True)[:, :n]


def _down_and_on(scores: T, n: int, m: int, highest: OfRuns = _highest) -> T:
    """Down the columns, from one into the next."""
    turned = scores.T
    return highest(turned.reshape(-1, m), n, m).reshape(turned.shape).T


def _down_by(of_runs: OfRuns) -> Callable[[T, int, int], T]:
    return lambda scores, n, m: _down_and_on(scores, n, m, of_runs)


def _picked_one_by_one(runs: T, n: int, m: int) -> T:
    left, rows = runs.clone(), torch.arange(len(runs))
    mask = torch.zeros_like(runs, dtype=torch.bool)
    for _ in range(n):
        best = left.argmax(dim=1)
        mask[rows, best], left[rows, best] = True, 0.0
    return mask


def _in_windows(scores: T, n: int, m: int) -> T:
    """The n highest of every m neighbours, wherever they begin."""
    mask = torch.zeros_like(scores, dtype=torch.bool)
    for start in range(scores.shape[1] - m + 1):
        mask[:, start : start + m] |= _first_highest(scores[:, start : start + m], n, m)
    return mask


def _refused_the_other_way(of_runs: OfRuns) -> Callable[..., Any]:
    def behaves(scores: T, n: int, m: int) -> Any:
        if m % scores.shape[1]:
            raise ValueError
        return _in_runs(of_runs, refuses=False)(scores, n, m)

    return behaves


def _of_all_rows(scores: T, n: int, m: int) -> T:
    mask = _first_highest(scores.sum(dim=0).reshape(-1, m), n, m)
    return mask.reshape(1, -1).expand(scores.shape)


_right = _in_runs(_highest)

N_PRUNED = (
    "n-pruned",
    "n of each m were pruned. In n:m the first number says how many stay: in 1:4 one of four.",
)

ONE_PATTERN = (
    "one-pattern-for-all-rows",
    "The scores of all rows were added up, and every row got the same mask. Each row has scores of "
    "its own.",
)
SHAPE_LOST = (
    "shape-lost",
    "The mask is not in the shape of the scores: it is cut into runs, or in one line.",
)
ACROSS_ROWS = (
    "runs-across-rows",
    "A run reached from one row into the next. Rows belong to different outputs: where m does not "
    "divide the row, raise a ValueError, even if it divides the number of all scores.",
)


RUNS_DOWN = (
    "runs-down-the-columns",
    "The runs go down the columns. A run is m neighbours within a row: the weights that "
    "are multiplied with neighbouring inputs.",
)
TIES_KEPT = (
    "ties-all-kept",
    "All scores that are equal to the n-th highest of their run were kept, so there are "
    "more than n. Only so many of the equal ones may stay as the count says.",
)
TIES_PRUNED = (
    "ties-all-pruned",
    "All scores that are equal to the highest that goes were pruned, so fewer than n are "
    "left. As many of the equal ones must stay as the count says.",
)
LOWEST_KEPT = (
    "lowest-kept",
    "The lowest scores of each run were kept. The scores say what each weight is worth: "
    "the highest stay.",
)
MAGNITUDES_RANKED = (
    "magnitudes-ranked",
    "The scores were ranked by their magnitude. They are scores, not weights: a low one, "
    "below zero, says that the weight is worth little.",
)
PLACES_LOOKED_UP = (
    FIRST_OF_EQUALS[0],
    "Places were looked up by their scores: `index` finds the first of equal ones every time, and "
    "a dict the last, so where some of a run are equal fewer than n stay. Rank the places "
    "(`argsort`), not the values.",
)
RULES: tuple[tuple[tuple[str, str], OfRuns], ...] = (
    (TIES_KEPT, lambda s, n, m: s >= _nth(s, n)),
    (TIES_PRUNED, _above_the_next),
    (LOWEST_KEPT, lambda s, n, m: _highest(-s, n, m)),
    (MAGNITUDES_RANKED, lambda s, n, m: _highest(s.abs(), n, m)),
    (MAGNITUDES_RANKED, lambda s, n, m: _highest(s**2, n, m)),
    (N_PRUNED, lambda s, n, m: _highest(s, m - n, m)),
    (INVERTED, lambda s, n, m: ~_highest(s, n, m)),
    (PLACES_LOOKED_UP, _at_the_first),
)
"""What may be wrong in any run."""

MISTAKES = several(
    FORMS,
    (MASK_NOT_BOOL,),
    *(both(RUNS_DOWN, second, _checked(_down_by(of))) for second, of in RULES),
    *(both(ACROSS_ROWS, second, _in_runs(of, refuses=False)) for second, of in RULES),
    ways(
        *N_PRUNED,
        _in_runs(lambda s, n, m: _highest(s, m - n, m)),
    ),
    ways(*INVERTED, _in_runs(lambda s, n, m: ~_highest(s, n, m))),
    ways(
        *LOWEST_KEPT,
        _in_runs(lambda s, n, m: _highest(-s, n, m)),
    ),
    ways(
        *MAGNITUDES_RANKED,
        _in_runs(lambda s, n, m: _highest(s.abs(), n, m)),
        _in_runs(lambda s, n, m: _highest(s**2, n, m)),
    ),
    ways(
        "no-pattern",
        "The right share of scores was kept, but of the whole row, or of the whole matrix. "
        "The pattern asks for n in every run of m, or the hardware cannot use it.",
        _checked(lambda s, n, m: _share_of(s, n / m)),
        _checked(lambda s, n, m: _share_of(s.reshape(1, -1), n / m).reshape(s.shape)),
    ),
    ways(
        "n-of-a-row",
        "n scores of the whole row were kept, whatever its length. Each run of m in it keeps n.",
        _checked(lambda s, n, m: _highest(s, n, m)),
    ),
    ways(
        *RUNS_DOWN,
        _down_the_columns(ValueError),
        _down_the_columns(RuntimeError),
        _checked(_down_the_columns(RuntimeError)),
        _checked(_down_and_on),
        _checked(lambda s, n, m: _down_and_on(s, n, m, _first_highest)),
    ),
    ways(
        "windows-overlap",
        "A weight stays that is among the n highest of any m neighbours, so more than n of a run "
        "stay. Runs do not overlap: the first m weights of a row, then the next m.",
        _checked(_in_windows),
    ),
    ways(
        "divided-the-other-way",
        "The test for sizes that do not fit stands the wrong way round: `m` must divide the row, "
        "`row % m == 0`. `m % row` is not 0 for any row that is longer than m.",
        _refused_the_other_way(_highest),
        _refused_the_other_way(_first_highest),
    ),
    ways(
        "winner-set-to-zero",
        "After each pick the winner was set to 0, to be out of the race. Below zero it wins again, "
        "and fewer than n are kept: set it to −∞.",
        _in_runs(_picked_one_by_one),
    ),
    ways(
        *ONE_PATTERN,
        _checked(_of_all_rows),
    ),
    both(
        ONE_PATTERN,
        SHAPE_LOST,
        _checked(lambda s, n, m: _of_all_rows(s, n, m).reshape(-1, m)),
        _checked(lambda s, n, m: _of_all_rows(s, n, m).reshape(len(s), -1, m)),
    ),
    ways(
        "runs-interleaved",
        "A run took scores that lie apart in their row. It is m neighbours: look at the order "
        "in which reshaping lays out the values.",
        _checked(_interleaved),
    ),
    ways(
        *ACROSS_ROWS,
        _in_runs(_highest, refuses=False),
        lambda s, n, m: _in_runs(_first_highest, refuses=False)(s, n, m),
    ),
    ways(
        "rest-left-over",
        "Where m does not divide the row, what is left at its end was kept, or pruned, whole. "
        "Such a row cannot be cut into runs: raise a ValueError.",
        _with_rest(True),
        _with_rest(False),
    ),
    ways(
        *TIES_KEPT,
        _in_runs(lambda s, n, m: s >= _nth(s, n)),
    ),
    ways(
        *TIES_PRUNED,
        _in_runs(_above_the_next),
    ),
    ways(*PLACES_LOOKED_UP, *map(_in_runs, (_at_the_first, _at_the_last))),
    ways(
        "zeros-pruned",
        "A score of 0 was never kept. Exactly n of each run stay, also where fewer than n are "
        "above 0: storage has a place for n.",
        _in_runs(lambda s, n, m: _highest(s, n, m) & (s != 0)),
        _in_runs(lambda s, n, m: _first_highest(s, n, m) & (s != 0)),
        _in_runs(lambda s, n, m: _without_lowest(s, n, m) & (s != 0)),
    ),
    ways(
        "threshold-itself-pruned",
        "Only scores above the n-th highest were kept. That one stays as well.",
        _in_runs(lambda s, n, m: s > _nth(s, n)),
    ),
    ways(
        "one-too-many",
        "One too many of each run was kept. After sorting, the places 0 … n − 1 are the n highest.",
        _in_runs(lambda s, n, m: _highest(s, n + 1, m)),
    ),
    ways(
        ORDER_FOR_RANKS[0],
        "What `argsort` returns was compared with a number. Entry i of it is not the rank of "
        "score i, but the place of the score with rank i.",
        _in_runs(lambda s, n, m: s.argsort(dim=1) >= m - n),
        _in_runs(lambda s, n, m: s.argsort(dim=1, descending=True) < n),
    ),
    ways(
        "fixed-places",
        "The same places of each run were kept, whatever the scores are.",
        _in_runs(lambda s, n, m: (torch.arange(m) < n).expand(s.shape)),
        _in_runs(lambda s, n, m: (torch.arange(m) >= m - n).expand(s.shape)),
    ),
    ways(
        "always-two-of-four",
        "Two of four were kept, whatever `n` and `m` are.",
        lambda s, n, m: _right(s, 2, 4),
    ),
    ways(
        "above-average",
        "What lies above the mean or the median of its run was kept, however many these are.",
        _in_runs(lambda s, n, m: s > s.mean(dim=1, keepdim=True)),
        _in_runs(lambda s, n, m: s >= s.mean(dim=1, keepdim=True)),
        _in_runs(lambda s, n, m: s > s.median(dim=1, keepdim=True).values),
    ),
    ways(
        "scores-returned",
        "The scores that stay came back. The mask is asked for: True where a weight is kept, "
        "False where it goes.",
        _in_runs(lambda s, n, m: s * _highest(s, n, m)),
    ),
    ways(
        "places-returned",
        "The places of the highest scores came back. The mask is asked for, in the shape of "
        "the scores.",
        _checked(lambda s, n, m: _places(s.reshape(-1, m), n, m)),
        _checked(lambda s, n, m: _places(s.reshape(-1, m), n, m).reshape(len(s), -1)),
    ),
    ways(
        *SHAPE_LOST,
        _checked(lambda s, n, m: _highest(s.reshape(-1, m), n, m)),
        _checked(lambda s, n, m: _highest(s.reshape(-1, m), n, m).reshape(len(s), -1, m)),
        _checked(lambda s, n, m: _highest(s.reshape(-1, m), n, m).flatten()),
    ),
    ways(
        *OTHER_ERROR,
        *each_instead(_misfit, (AssertionError, RuntimeError, IndexError), _right),
    ),
)
