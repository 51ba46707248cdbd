"""Mistakes in `keep_indices` of who looks for the highest scores one after the other."""

from __future__ import annotations

from collections.abc import Callable

import torch

from courseware.chapters.c07_structured_pruning.tasks import surgery
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.task import Misconception

T = torch.Tensor
Search = Callable[[T, int], T]
"""The places that are found, in this order."""

NAMED_TWICE = (
    "named-twice",
    "A unit is named twice, and another one of the same score is missing: units were looked up by "
    "their scores. Equal scores have the same value but not the same place, so sort or rank the "
    "places.",
)
SHORTER_LIST = (
    "places-in-a-shorter-list",
    "Each unit that was found was taken out of the list, so all those behind it moved down by one, "
    "and the next place is one of a shorter list. Leave the list as it is, and sort its places.",
)


def looked_up(last: bool) -> Search:
    """The place of each of the highest scores by its value: the first, or the last, of equals."""

    def search(scores: T, n_keep: int) -> T:
        values = scores.tolist()
        places: dict[float, int] = {}
        for place, value in enumerate(values):
            places[value] = place if last else places.get(value, place)
        return torch.tensor([places[value] for value in sorted(values, reverse=True)[:n_keep]])

    return search


def popped(scores: T, n_keep: int) -> T:
    """The highest of a list, which is taken out of it, again and again."""
    left, found = scores.tolist(), []
    for _ in range(min(n_keep, len(left))):
        found.append(left.index(max(left)))
        left.pop(found[-1])
    return torch.tensor(found)


def again_where_taken_is(mark: float) -> Search:
    """The highest that is left, again and again; a score that was taken becomes `mark`."""

    def search(scores: T, n_keep: int) -> T:
        left, taken = scores.clone(), []
        for _ in range(n_keep):
            taken.append(int(left.argmax()))
            left[taken[-1]] = mark
        return torch.tensor(taken)

    return search


def searched_from_zero(scores: T, n_keep: int) -> T:
    """The highest above 0 that is not taken, again and again; place 0 where there is none."""
    taken: list[int] = []
    for _ in range(n_keep):
        left = [i for i in range(len(scores)) if i not in taken and scores[i] > 0]
        taken.append(max(left, key=lambda i: float(scores[i]), default=0))
    return torch.tensor(taken)


SEARCHES: tuple[tuple[tuple[str, str], Search], ...] = (
    (NAMED_TWICE, looked_up(last=False)),
    (NAMED_TWICE, looked_up(last=True)),
    (SHORTER_LIST, popped),
    *(
        (
            (
                "taken-again",
                "A unit that was taken already was taken again, because what marks it is no lower "
                "than the scores that are left. Mark it with −inf, or sort the places once.",
            ),
            again_where_taken_is(mark),
        )
        for mark in (0.0, -1.0)
    ),
    (
        (
            "searched-from-zero",
            "The search for the highest score begins at 0, so that a negative one is never found, "
            "and the first unit comes in its place. Begin at −inf.",
        ),
        searched_from_zero,
    ),
)


def _ascending(search: Search) -> Search:
    return lambda scores, n_keep: search(scores, n_keep).sort().values


def _where_it_errs(search: Search) -> Callable[[T, int], T | None]:
    """The search, and nothing where it finds the highest: there it is no mistake."""

    def behaves(scores: T, n_keep: int) -> T | None:
        found = search(scores, n_keep)
        highest = scores.topk(min(n_keep, len(scores))).values
        units = found.unique()
        right = len(units) == len(highest) and torch.equal(
            scores[units].sort().values, highest.sort().values
        )
        return None if right else found

    return behaves


def _of(search: Search, score: Callable[[T], T]) -> Search:
    return lambda scores, n_keep: search(score(scores), n_keep).sort().values


def _so_many(search: Search, count: Callable[[int, int], int]) -> Search:
    def behaves(scores: T, n_keep: int) -> T:
        n = min(max(count(len(scores), n_keep), 0), len(scores))
        return search(scores, n).sort().values

    return behaves


def searches(
    unsorted: tuple[str, str],
    of_scores: tuple[tuple[tuple[str, str], Callable[[T], T]], ...],
    of_counts: tuple[tuple[tuple[str, str], Callable[[int, int], int]], ...],
) -> tuple[Misconception, ...]:
    """A search that goes wrong, alone, and with another mistake."""
    return several(
        *(ways(*name, _ascending(search)) for name, search in SEARCHES),
        *(both(name, unsorted, _where_it_errs(search)) for name, search in SEARCHES),
        *(
            both(name, other, _of(search, score))
            for name, search in SEARCHES[:3]
            for other, score in of_scores
        ),
        *(
            both(name, other, _so_many(search, count))
            for name, search in SEARCHES[:3]
            for other, count in of_counts
        ),
    )


def in_the_order_of_a_set(places: Search) -> Search:
    """Places as they come out of a set."""
    return lambda scores, n_keep: surgery.out_of_a_set(places(scores, n_keep))
