"""Mistakes in `keep_indices`."""

from __future__ import annotations

from collections.abc import Callable

import torch

from courseware.chapters.c07_structured_pruning.tasks.keep_indices_searches import (
    in_the_order_of_a_set,
    searches,
)
from courseware.chapters.c07_structured_pruning.tasks.surgery import ORDER_OF_A_SET
from courseware.checks.forms import FORMS
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.task import Misconception

T = torch.Tensor

NOT_INT64 = Misconception(
    "indices-not-int64",
    "The indices are not stored as int64. torch counts places in that type, and does not take "
    "every other one as an index.",
)

UNSORTED = Misconception(
    "not-ascending",
    "The numbers of the units do not ascend. Cut in this order, the network's units change places: "
    "sort the indices.",
    unless_explained=True,
)

MASK_RETURNED = (
    "mask-returned",
    "A mask came back, with an entry for every unit. The numbers of those that stay are asked for.",
)

MAGNITUDES_RANKED = (
    "magnitudes-ranked",
    "The scores were ranked without their signs. A score is no weight: −0.9 is lower than 0.2.",
)

LOWEST_KEPT = (
    "lowest-kept",
    "The lowest scores were kept. Higher is better: the most important units stay.",
)

NUMBER_TO_REMOVE = (
    "number-to-remove",
    "`n_keep` was taken for the number of units that go. So many stay.",
)

OFF_BY_ONE = ("off-by-one", "One unit too many or too few was kept.")

TIES_ALL_KEPT = (
    "ties-all-kept",
    "All units whose score equals that of the last one were kept, so there are more than asked "
    "for. Of equal ones only as many may stay as the number says.",
)


def _places(
    score: Callable[[T], T] = lambda s: s, count: Callable[[int, int], int] = lambda n, k: k
) -> Callable[[T, int], T]:
    """So many places of the highest scores, ascending."""

    def behaves(scores: T, n_keep: int) -> T:
        n = min(max(count(len(scores), n_keep), 0), len(scores))
        return score(scores).argsort(descending=True, stable=True)[:n].sort().values

    return behaves


def _in_any_form(
    name: str, message: str, *all_places: Callable[[T, int], T]
) -> tuple[Misconception, ...]:
    """Wrong places, ascending; and in the order of their scores, which is a mistake of its own."""
    in_order = ways(name, message, *all_places)
    others = (way for places in all_places for way in _by_score(places))
    return in_order + both((name, message), (UNSORTED.name, UNSORTED.message), *others)


def _by_score(places: Callable[[T, int], T]) -> tuple[Callable[[T, int], T], ...]:

    def falling(scores: T, n_keep: int) -> T:
        found = places(scores, n_keep)
        return found[scores[found].argsort(descending=True)]

    def rising(scores: T, n_keep: int) -> T:
        return falling(scores, n_keep).flip(0)

    return falling, rising


def _from(compare: Callable[[T, T], T]) -> Callable[[T, int], T]:
    """All units on one side of the n_keep-th score."""

    def behaves(scores: T, n_keep: int) -> T:
        cut = scores.sort(descending=True).values[n_keep - 1]
        return compare(scores, cut).nonzero().flatten()

    return behaves


def _cut_after(scores: T, n_keep: int) -> T:
    """All that reach the n_keep-th score, of which the first n_keep."""
    return _from(lambda s, cut: s >= cut)(scores, n_keep)[:n_keep]


def _mask_of(places: Callable[[T, int], T]) -> Callable[[T, int], T]:
    return lambda scores, n_keep: torch.zeros(len(scores), dtype=torch.bool).index_fill(
        0, places(scores, n_keep), value=True
    )


def _by_a_limit(
    limit: Callable[[T], T], compare: Callable[[T, T], T] = torch.gt
) -> Callable[[T, int], T]:
    """All units on one side of a limit that knows nothing of n_keep."""
    return lambda scores, n_keep: compare(scores, limit(scores)).nonzero().flatten()


def _from_the_other_end(compare: Callable[[T, T], T]) -> Callable[[T, int], T]:
    """`kthvalue` and a sort count from the lowest."""

    def behaves(scores: T, n_keep: int) -> T:
        return compare(scores, scores.kthvalue(n_keep).values).nonzero().flatten()

    return behaves


def _above_the_next(scores: T, n_keep: int) -> T:
    """Only what lies above the first score that goes."""
    if n_keep == len(scores):
        return torch.arange(n_keep)
    return (scores > scores.sort(descending=True).values[n_keep]).nonzero().flatten()


def _ranks(scores: T, n_keep: int) -> T:
    """The ranks of the highest, taken for their places."""
    return scores.argsort().argsort()[len(scores) - n_keep :].sort().values


def _order_for_ranks(scores: T, n_keep: int) -> T:
    return (scores.argsort() >= len(scores) - n_keep).nonzero().flatten()


MISTAKES = several(
    FORMS,
    (
        NOT_INT64,
        UNSORTED,
    ),
    searches(
        (UNSORTED.name, UNSORTED.message),
        ((LOWEST_KEPT, torch.neg), (MAGNITUDES_RANKED, torch.abs)),
        (
            (NUMBER_TO_REMOVE, lambda n, k: n - k),
            (OFF_BY_ONE, lambda n, k: k + 1),
            (OFF_BY_ONE, lambda n, k: k - 1),
        ),
    ),
    ways(*ORDER_OF_A_SET, in_the_order_of_a_set(_places())),
    *(
        both(mistake, ORDER_OF_A_SET, in_the_order_of_a_set(_places(score)))
        for mistake, score in ((LOWEST_KEPT, torch.neg), (MAGNITUDES_RANKED, torch.abs))
    ),
    _in_any_form(*LOWEST_KEPT, _places(torch.neg)),
    _in_any_form(
        "others-returned",
        "The units that go were returned. Those that stay are asked for.",
        _places(lambda s: -s, lambda n, k: n - k),
    ),
    _in_any_form(
        *NUMBER_TO_REMOVE,
        _places(count=lambda n, k: n - k),
    ),
    _in_any_form(
        *OFF_BY_ONE,
        _places(count=lambda n, k: k + 1),
        _places(count=lambda n, k: k - 1),
    ),
    ways(
        "best-left-out",
        "The very best unit is missing. A slice stops before its end: `[-n_keep:-1]` leaves out "
        "the last one, and `[-n_keep:]` does not.",
        lambda s, k: s.argsort(stable=True)[-k:-1].sort().values,
        lambda s, k: s.argsort(stable=True)[-k:-1],
        lambda s, k: s.argsort(descending=True, stable=True)[1:k].sort().values,
        lambda s, k: s.argsort(descending=True, stable=True)[1 : k + 1].sort().values,
    ),
    _in_any_form(*MAGNITUDES_RANKED, _places(torch.abs)),
    both(
        MAGNITUDES_RANKED,
        (UNSORTED.name, UNSORTED.message),
        lambda s, k: s.abs().argsort(descending=True)[:k],
        lambda s, k: s.abs().argsort()[len(s) - k :],
    ),
    ways(
        "scores-returned",
        "The scores came back. The numbers of the units are asked for: with them one can cut "
        "a tensor.",
        lambda s, k: s[_places()(s, k)],
        lambda s, k: s.sort(descending=True).values[:k],
        lambda s, k: s.sort().values[len(s) - k :],
    ),
    ways(
        *MASK_RETURNED,
        _mask_of(_places()),
        lambda s, k: _mask_of(_places())(s, k).float(),
        lambda s, k: _mask_of(_places())(s, k).long(),
    ),
    ways(*TIES_ALL_KEPT, _from(lambda s, cut: s >= cut)),
    both(MASK_RETURNED, TIES_ALL_KEPT, _mask_of(_from(lambda s, cut: s >= cut))),
    ways(
        "equals-before-better",
        "All units that reach the lowest score that stays were listed, and the list was cut "
        "after n_keep: of equal scores the first ones stay, and a better unit at the end is "
        "lost. Rank the places.",
        _cut_after,
    ),
    ways(
        "ties-all-dropped",
        "All units whose score equals the highest of those that go were left out, so there are "
        "fewer than asked for. `>` cannot tell equal scores apart: count places instead.",
        _above_the_next,
    ),
    ways(
        "order-sorted-by-order",
        "The places were sorted, but `argsort` and `.indices` give where they stood before, "
        "numbers from 0 to n_keep − 1. Take the sorted values.",
        lambda s, k: s.argsort(descending=True)[:k].argsort(),
        lambda s, k: s.argsort()[len(s) - k :].argsort(),
    ),
    ways(
        "above-average",
        "All units above the mean, the median or 0 were kept, however many these are. `n_keep` "
        "says how many stay.",
        _by_a_limit(lambda s: s.mean()),
        _by_a_limit(lambda s: s.mean(), torch.ge),
        _by_a_limit(lambda s: s.median()),
        _by_a_limit(lambda s: s.median(), torch.ge),
        _by_a_limit(lambda s: s.quantile(0.5)),
        _by_a_limit(lambda s: torch.tensor(0.0)),
    ),
    ways(
        "counted-from-the-lowest",
        "The threshold is the n_keep-th score from the lowest: `kthvalue` and `sort` begin "
        "there. The n_keep-th from the highest is the last that stays.",
        _from_the_other_end(torch.ge),
        _from_the_other_end(torch.gt),
        lambda s, k: (s >= s.sort().values[min(k, len(s) - 1)]).nonzero().flatten(),
    ),
    ways(
        "counted-from-one",
        "The units are numbered from 1. Like the entries of a tensor, they are numbered from 0.",
        lambda s, k: _places()(s, k) + 1,
    ),
    ways(
        "cut-itself-removed",
        "Only units above the n_keep-th score were kept. That unit itself stays as well, and "
        "of equal ones as many as the number says.",
        _from(lambda s, cut: s > cut),
    ),
    ways(
        "ranks-for-places",
        "The ranks of the units and their places were mixed up. Entry i of `argsort` is the "
        "place of the unit with rank i: the last n_keep entries are the places of the highest.",
        _ranks,
        lambda s, k: s.argsort(descending=True).argsort()[:k].sort().values,
        _order_for_ranks,
    ),
    (
        Misconception(
            "scores-rounded",
            "The scores were rounded before they were ranked, so that those which differ became "
            "equal. Compare them as they are.",
            unless_explained=True,
        ),
    ),
    ways(
        "column-of-indices",
        "Each index stands in a row of its own, as `nonzero` and `argwhere` return them. One "
        "axis is asked for: flatten.",
        lambda s, k: _places()(s, k)[:, None],
    ),
    ways(
        "first-ones-kept",
        "The first or the last n_keep units were kept, whatever their scores are.",
        lambda s, k: torch.arange(k),
        lambda s, k: torch.arange(len(s) - k, len(s)),
    ),
)
