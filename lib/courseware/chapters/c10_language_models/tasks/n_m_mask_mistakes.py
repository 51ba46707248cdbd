"""Mistakes in `n_m_mask`."""

from __future__ import annotations

import torch

from courseware.chapters.c10_language_models.tasks.n_m_mask_wrong_ways import (
    OfRuns,
    above_the_next,
    at_the_first,
    at_the_last,
    down_and_on,
    down_by,
    down_the_columns,
    first_highest,
    in_runs,
    in_windows,
    interleaved,
    misfit,
    n_highest,
    nth,
    of_all_rows,
    picked_one_by_one,
    places_of,
    refused_the_other_way,
    right,
    share_of,
    with_rest,
    with_test,
    without_lowest,
)
from courseware.checks.forms import FORMS
from courseware.checks.groups import OTHER_ERROR
from courseware.checks.masks import INVERTED, MASK_NOT_BOOL
from courseware.checks.misconceptions import both, each_instead, several, ways
from courseware.checks.rankings import FIRST_OF_EQUALS, ORDER_FOR_RANKS

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
    (TIES_KEPT, lambda s, n, m: s >= nth(s, n)),
    (TIES_PRUNED, above_the_next),
    (LOWEST_KEPT, lambda s, n, m: n_highest(-s, n, m)),
    (MAGNITUDES_RANKED, lambda s, n, m: n_highest(s.abs(), n, m)),
    (MAGNITUDES_RANKED, lambda s, n, m: n_highest(s**2, n, m)),
    (N_PRUNED, lambda s, n, m: n_highest(s, m - n, m)),
    (INVERTED, lambda s, n, m: ~n_highest(s, n, m)),
    (PLACES_LOOKED_UP, at_the_first),
)
"""What may be wrong in any run."""

MISTAKES = several(
    FORMS,
    (MASK_NOT_BOOL,),
    *(both(RUNS_DOWN, second, with_test(down_by(of))) for second, of in RULES),
    *(both(ACROSS_ROWS, second, in_runs(of, refuses=False)) for second, of in RULES),
    ways(
        *N_PRUNED,
        in_runs(lambda s, n, m: n_highest(s, m - n, m)),
    ),
    ways(*INVERTED, in_runs(lambda s, n, m: ~n_highest(s, n, m))),
    ways(
        *LOWEST_KEPT,
        in_runs(lambda s, n, m: n_highest(-s, n, m)),
    ),
    ways(
        *MAGNITUDES_RANKED,
        in_runs(lambda s, n, m: n_highest(s.abs(), n, m)),
        in_runs(lambda s, n, m: n_highest(s**2, n, m)),
    ),
    ways(
        "no-pattern",
        "The right share of scores was kept, but of the whole row, or of the whole matrix. "
        "The pattern asks for n in every run of m, or the hardware cannot use it.",
        with_test(lambda s, n, m: share_of(s, n / m)),
        with_test(lambda s, n, m: share_of(s.reshape(1, -1), n / m).reshape(s.shape)),
    ),
    ways(
        "n-of-a-row",
        "n scores of the whole row were kept, whatever its length. Each run of m in it keeps n.",
        with_test(lambda s, n, m: n_highest(s, n, m)),
    ),
    ways(
        *RUNS_DOWN,
        down_the_columns(ValueError),
        down_the_columns(RuntimeError),
        with_test(down_the_columns(RuntimeError)),
        with_test(down_and_on),
        with_test(lambda s, n, m: down_and_on(s, n, m, first_highest)),
    ),
    ways(
        "windows-overlap",
        "A weight stays that is among the n highest of any m neighbours, so more than n of a run "
        "stay. Runs do not overlap: the first m weights of a row, then the next m.",
        with_test(in_windows),
    ),
    ways(
        "divided-the-other-way",
        "The test for sizes that do not fit stands the wrong way round: `m` must divide the row, "
        "`row % m == 0`. `m % row` is not 0 for any row that is longer than m.",
        refused_the_other_way(n_highest),
        refused_the_other_way(first_highest),
    ),
    ways(
        "winner-set-to-zero",
        "After each pick the winner was set to 0, to be out of the race. Below zero it wins again, "
        "and fewer than n are kept: set it to −∞.",
        in_runs(picked_one_by_one),
    ),
    ways(
        *ONE_PATTERN,
        with_test(of_all_rows),
    ),
    both(
        ONE_PATTERN,
        SHAPE_LOST,
        with_test(lambda s, n, m: of_all_rows(s, n, m).reshape(-1, m)),
        with_test(lambda s, n, m: of_all_rows(s, n, m).reshape(len(s), -1, m)),
    ),
    ways(
        "runs-interleaved",
        "A run took scores that lie apart in their row. It is m neighbours: look at the order "
        "in which reshaping lays out the values.",
        with_test(interleaved),
    ),
    ways(
        *ACROSS_ROWS,
        in_runs(n_highest, refuses=False),
        lambda s, n, m: in_runs(first_highest, refuses=False)(s, n, m),
    ),
    ways(
        "rest-left-over",
        "Where m does not divide the row, what is left at its end was kept, or pruned, whole. "
        "Such a row cannot be cut into runs: raise a ValueError.",
        with_rest(True),
        with_rest(False),
    ),
    ways(
        *TIES_KEPT,
        in_runs(lambda s, n, m: s >= nth(s, n)),
    ),
    ways(
        *TIES_PRUNED,
        in_runs(above_the_next),
    ),
    ways(*PLACES_LOOKED_UP, *map(in_runs, (at_the_first, at_the_last))),
    ways(
        "zeros-pruned",
        "A score of 0 was never kept. Exactly n of each run stay, also where fewer than n are "
        "above 0: storage has a place for n.",
        in_runs(lambda s, n, m: n_highest(s, n, m) & (s != 0)),
        in_runs(lambda s, n, m: first_highest(s, n, m) & (s != 0)),
        in_runs(lambda s, n, m: without_lowest(s, n, m) & (s != 0)),
    ),
    ways(
        "threshold-itself-pruned",
        "Only scores above the n-th highest were kept. That one stays as well.",
        in_runs(lambda s, n, m: s > nth(s, n)),
    ),
    ways(
        "one-too-many",
        "One too many of each run was kept. After sorting, the places 0 … n − 1 are the n highest.",
        in_runs(lambda s, n, m: n_highest(s, n + 1, m)),
    ),
    ways(
        ORDER_FOR_RANKS[0],
        "What `argsort` returns was compared with a number. Entry i of it is not the rank of "
        "score i, but the place of the score with rank i.",
        in_runs(lambda s, n, m: s.argsort(dim=1) >= m - n),
        in_runs(lambda s, n, m: s.argsort(dim=1, descending=True) < n),
    ),
    ways(
        "fixed-places",
        "The same places of each run were kept, whatever the scores are.",
        in_runs(lambda s, n, m: (torch.arange(m) < n).expand(s.shape)),
        in_runs(lambda s, n, m: (torch.arange(m) >= m - n).expand(s.shape)),
    ),
    ways(
        "always-two-of-four",
        "Two of four were kept, whatever `n` and `m` are.",
        lambda s, n, m: right(s, 2, 4),
    ),
    ways(
        "above-average",
        "What lies above the mean or the median of its run was kept, however many these are.",
        in_runs(lambda s, n, m: s > s.mean(dim=1, keepdim=True)),
        in_runs(lambda s, n, m: s >= s.mean(dim=1, keepdim=True)),
        in_runs(lambda s, n, m: s > s.median(dim=1, keepdim=True).values),
    ),
    ways(
        "scores-returned",
        "The scores that stay came back. The mask is asked for: True where a weight is kept, "
        "False where it goes.",
        in_runs(lambda s, n, m: s * n_highest(s, n, m)),
    ),
    ways(
        "places-returned",
        "The places of the highest scores came back. The mask is asked for, in the shape of "
        "the scores.",
        with_test(lambda s, n, m: places_of(s.reshape(-1, m), n, m)),
        with_test(lambda s, n, m: places_of(s.reshape(-1, m), n, m).reshape(len(s), -1)),
    ),
    ways(
        *SHAPE_LOST,
        with_test(lambda s, n, m: n_highest(s.reshape(-1, m), n, m)),
        with_test(lambda s, n, m: n_highest(s.reshape(-1, m), n, m).reshape(len(s), -1, m)),
        with_test(lambda s, n, m: n_highest(s.reshape(-1, m), n, m).flatten()),
    ),
    ways(
        *OTHER_ERROR,
        *each_instead(misfit, (AssertionError, RuntimeError, IndexError), right),
    ),
)
