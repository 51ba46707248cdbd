"""Tables and codes of k-means with a part done otherwise."""

from __future__ import annotations

from collections.abc import Callable

import torch

from model_compression import weight_sharing as reference

T = torch.Tensor


def closest(values: T, table: T, distance: Callable[[T], T] = torch.abs) -> T:
    return distance(values[:, None] - table).argmin(dim=1)


def lloyd(
    start: Callable[[T, int], T] | None = None,
    of: Callable[[T, T], T] = lambda w, mask: w[mask],
    empty: float | None = None,
    steps: Callable[[int], int] = lambda n: n,
    stale: bool = False,
    mean: Callable[[T], T] = torch.mean,
    distance: Callable[[T], T] = torch.abs,
    moved: float = 1.0,
    still: float | None = None,
) -> Callable[..., tuple[T, T]]:
    """k-means with one of its parts done otherwise; `moved` is the part of the way to a mean.

    It stops where no entry moves farther than `still`.
    """

    def behaves(w: T, mask: T, k: int, iterations: int) -> tuple[T, T]:
        values = of(w.double(), mask)
        table = (start or spread)(values, k)
        nearest = closest(values, table, distance)
        for _ in range(steps(iterations)):
            nearest = closest(values, table, distance)
            means = [
                mean(values[nearest == i]) if (nearest == i).any() else table[i] for i in range(k)
            ]
            if moved != 1:
                means = [at + moved * (to - at) for at, to in zip(table, means, strict=True)]
            if empty is not None:
                there = [bool((nearest == i).any()) for i in range(k)]
                filler = torch.tensor(empty, dtype=torch.float64)
                means = [m if t else filler for m, t in zip(means, there, strict=True)]
            before, table = table, torch.stack(means)
            if still is not None and bool((table - before).abs().max() < still):
                break
        codes = torch.zeros(w.shape, dtype=torch.uint8)
        last = nearest if stale else closest(w.double()[mask], table, distance)
        codes[mask] = last.to(torch.uint8)
        return table.float(), codes

    return behaves


def spread(values: T, k: int) -> T:
    return (
        torch.linspace(0, 1, k, dtype=torch.float64) * (values.max() - values.min()) + values.min()
    )


def in_parts(values: T, k: int, parts: T) -> T:
    return values.min() + parts.double() * (values.max() - values.min())


def within(values: T, k: int) -> T:
    """The middles of k equal parts, without the ends."""
    return in_parts(values, k, (torch.arange(k) + 0.5) / k)


def quantiles(values: T, k: int) -> T:
    return torch.quantile(values, torch.linspace(0, 1, k, dtype=torch.float64))


def of_those_in_order(places: Callable[[int, int], T]) -> Callable[[T, int], T]:
    """Kept weights from the smallest to the largest, at places told by their number and k."""
    return lambda values, k: values.sort().values[places(len(values), k)]


def around_zero(values: T, k: int) -> T:
    return torch.linspace(-1, 1, k, dtype=torch.float64) * values.abs().max()


def by_hand(
    start: Callable[[T, T], T] = lambda w, mask: w[mask],
    kept: Callable[[T, T], T] = lambda w, mask: mask,
    one_by_one: bool = False,
) -> Callable[..., tuple[T, T]]:
    """k-means with another start, another sense of what is kept, or a turn for each entry."""

    def behaves(w: T, mask: T, k: int, iterations: int) -> tuple[T, T]:
        w, stay = w.double(), kept(w, mask)
        values, table = w[stay], spread(start(w, mask), k)
        for _ in range(iterations):
            nearest = closest(values, table)
            for i in range(k):
                nearest = closest(values, table) if one_by_one else nearest
                if (nearest == i).any():
                    table[i] = values[nearest == i].mean()
        codes = torch.zeros(w.shape, dtype=torch.uint8)
        codes[stay] = closest(values, table).to(torch.uint8)
        return table.float(), codes

    return behaves


def moved_to_the_farthest(
    kept: Callable[[T, T], T] = lambda w, mask: mask, one_for_all: bool = False
) -> Callable[..., tuple[T, T]]:
    """Entries without weights go to the weights farthest from theirs; to one, or to another each.

    One for all is looked for before any entry has moved.
    """

    def behaves(w: T, mask: T, k: int, iterations: int) -> tuple[T, T]:
        stay = kept(w, mask)
        values = w.double()[stay]
        table = spread(values, k)
        for _ in range(iterations):
            nearest = closest(values, table)
            error = (values - table[nearest]).abs()
            for i in range(k):
                if (nearest == i).any():
                    table[i] = values[nearest == i].mean()
                else:
                    farthest = int(error.argmax())
                    table[i] = values[farthest]
                    error[farthest] = error[farthest] if one_for_all else 0.0
        codes = torch.zeros(w.shape, dtype=torch.uint8)
        codes[stay] = closest(values, table).to(torch.uint8)
        return table.float(), codes

    return behaves


FAR = 1e6
"""More than any distance here."""


def above(difference: T) -> T:
    """As a distance, with which the next entry above is taken; the last one, if there is none."""
    return torch.where(difference > 0, FAR + difference, -difference)


def below(difference: T) -> T:
    return torch.where(difference < 0, FAR - difference, difference)


def not_zero(w: T, mask: T) -> T:
    return w != 0


def weights_for_codes(result: tuple[T, T], w: T, mask: T, *rest: int) -> tuple[T, T]:
    table, codes = result
    return table, table[codes.long()] * mask


def with_a_zero(first: bool) -> Callable[..., tuple[T, T]]:
    def behaves(w: T, mask: T, k: int, iterations: int) -> tuple[T, T]:
        table, codes = reference.kmeans_codebook(w, mask, k - 1, iterations)
        parts = (torch.zeros(1), table) if first else (table, torch.zeros(1))
        return torch.cat(parts), codes + int(first)

    return behaves


def first_by_equal_parts(empty: float | None) -> Callable[..., tuple[T, T]]:
    """The first assignment divides the range into k parts; what an empty entry becomes."""

    def behaves(w: T, mask: T, k: int, iterations: int) -> tuple[T, T]:
        values = w.double()[mask]
        low, high = values.min(), values.max()
        table = spread(values, k)
        nearest = ((values - low) / (high - low) * k).long().clamp(0, k - 1)
        for _ in range(iterations):
            for i in range(k):
                if (nearest == i).any():
                    table[i] = values[nearest == i].mean()
                elif empty is not None:
                    table[i] = empty
            nearest = closest(values, table)
        codes = torch.zeros(w.shape, dtype=torch.uint8)
        codes[mask] = nearest.to(torch.uint8)
        return table.float(), codes

    return behaves


EMPTY_LOST = (
    "empty-entry-lost",
    "An entry to which no weight is nearest became 0 or nan: the mean of nothing. Leave such an "
    "entry where it is.",
)
BY_EQUAL_PARTS = (
    "assigned-by-equal-parts",
    "At first the range was divided into k equal parts, one for each entry. The entries lie at its "
    "ends and equally spaced between them: each weight belongs to the nearest one.",
)
