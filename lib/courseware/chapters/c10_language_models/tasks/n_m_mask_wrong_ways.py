"""What wrong ways give in `n_m_mask`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

T = torch.Tensor

OfRuns = Callable[[T, int, int], T]


def in_runs(of_runs: OfRuns, refuses: bool = True) -> Callable[..., Any]:
    """A rule for runs of m values, one a row of what it gets."""

    def behaves(scores: T, n: int, m: int) -> Any:
        if refuses and scores.shape[1] % m:
            raise ValueError
        return of_runs(scores.reshape(-1, m), n, m).reshape(scores.shape)

    return behaves


def n_highest(runs: T, n: int, m: int) -> T:
    """The n highest of each row, whatever its length; of equal ones the last."""
    n = min(max(n, 0), runs.shape[1])
    lowest = runs.argsort(dim=1, stable=True)[:, : runs.shape[1] - n]
    return torch.ones_like(runs, dtype=torch.bool).scatter_(1, lowest, False)


def first_highest(runs: T, n: int, m: int) -> T:
    """The same, of equal ones the first."""
    places = runs.argsort(dim=1, descending=True, stable=True)[:, : max(n, 0)]
    return torch.zeros_like(runs, dtype=torch.bool).scatter_(1, places, True)


def at_the_first(runs: T, n: int, m: int) -> T:
    """The n highest values are looked up, each at its first place."""
    return (runs >= nth(runs, n)) & ~_comes_before(runs)


def at_the_last(runs: T, n: int, m: int) -> T:
    """The same, each at its last place, as a dict from values to places has it."""
    return (runs >= nth(runs, n)) & ~_comes_before(runs.flip(1)).flip(1)


def _comes_before(runs: T) -> T:
    """Whether an equal value stands further left in the run."""
    equal = runs[:, :, None] == runs[:, None, :]
    return equal.tril(diagonal=-1).any(dim=2)


def without_lowest(runs: T, n: int, m: int) -> T:
    """The same, of equal ones those that `topk` leaves."""
    places = runs.topk(m - n, dim=1, largest=False).indices
    return torch.ones_like(runs, dtype=torch.bool).scatter_(1, places, False)


def with_rest(kept: bool) -> Callable[[T, int, int], T]:
    """What no run holds is kept, or pruned."""

    def behaves(scores: T, n: int, m: int) -> T:
        fits = scores.shape[1] // m * m
        mask = torch.full(scores.shape, kept)
        mask[:, :fits] = n_highest(scores[:, :fits].reshape(-1, m), n, m).reshape(len(scores), fits)
        return mask

    return behaves


def share_of(scores: T, share: float) -> T:
    """The same share of each row of what it gets, without a pattern."""
    return n_highest(scores, round(share * scores.shape[1]), 0)


def with_test(behaves: Callable[[T, int, int], Any]) -> Callable[..., Any]:
    def checked(scores: T, n: int, m: int) -> Any:
        if scores.shape[1] % m:
            raise ValueError
        return behaves(scores, n, m)

    return checked


def down_the_columns(error: type[Exception]) -> Callable[[T, int, int], T]:
    def behaves(scores: T, n: int, m: int) -> T:
        if len(scores) % m:
            raise error
        return n_highest(scores.T.reshape(-1, m), n, m).reshape(scores.T.shape).T

    return behaves


def interleaved(scores: T, n: int, m: int) -> T:
    """A run takes values that lie apart in their row."""
    runs = scores.reshape(len(scores), m, -1).transpose(1, 2)
    return (
        n_highest(runs.reshape(-1, m), n, m)
        .reshape(runs.shape)
        .transpose(1, 2)
        .reshape(scores.shape)
    )


def nth(runs: T, n: int) -> T:
    """The n-th highest of each run, in a column."""
    return runs.sort(dim=1, descending=True).values[:, n - 1 : n]


def above_the_next(runs: T, n: int, m: int) -> T:
    below = nth(runs, n + 1) if n < m else torch.full_like(runs[:, :1], -torch.inf)
    return runs > below


def misfit(scores: T, n: int, m: int) -> bool:
    return scores.shape[1] % m != 0


def places_of(runs: T, n: int, m: int) -> T:
    return runs.argsort(dim=1, descending=True)[:, :n]


def down_and_on(scores: T, n: int, m: int, highest: OfRuns = n_highest) -> T:
    """Down the columns, from one into the next."""
    turned = scores.T
    return highest(turned.reshape(-1, m), n, m).reshape(turned.shape).T


def down_by(of_runs: OfRuns) -> Callable[[T, int, int], T]:
    return lambda scores, n, m: down_and_on(scores, n, m, of_runs)


def picked_one_by_one(runs: T, n: int, m: int) -> T:
    left, rows = runs.clone(), torch.arange(len(runs))
    mask = torch.zeros_like(runs, dtype=torch.bool)
    for _ in range(n):
        best = left.argmax(dim=1)
        mask[rows, best], left[rows, best] = True, 0.0
    return mask


def in_windows(scores: T, n: int, m: int) -> T:
    """The n highest of every m neighbours, wherever they begin."""
    mask = torch.zeros_like(scores, dtype=torch.bool)
    for start in range(scores.shape[1] - m + 1):
        mask[:, start : start + m] |= first_highest(scores[:, start : start + m], n, m)
    return mask


def refused_the_other_way(of_runs: OfRuns) -> Callable[..., Any]:
    def behaves(scores: T, n: int, m: int) -> Any:
        if m % scores.shape[1]:
            raise ValueError
        return in_runs(of_runs, refuses=False)(scores, n, m)

    return behaves


def of_all_rows(scores: T, n: int, m: int) -> T:
    mask = first_highest(scores.sum(dim=0).reshape(-1, m), n, m)
    return mask.reshape(1, -1).expand(scores.shape)


right = in_runs(n_highest)
