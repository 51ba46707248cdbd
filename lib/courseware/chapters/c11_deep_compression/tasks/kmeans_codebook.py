"""The task `kmeans_codebook`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.chapters.c11_deep_compression.tasks.common import OFF_LIMITS
from courseware.checks.misconceptions import several, ways
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import Difference, close, difference
from model_compression import weight_sharing as reference

T = torch.Tensor
Arguments = tuple[T, T, int, int]

BORDER = 1e-3
"""How far weights stay from the middle between two entries, in all steps."""


def _clear(w: T, mask: T, k: int, iterations: int) -> bool:
    """Whether no kept weight comes near a border on the way."""
    values = w[mask].double()
    for step in range(iterations + 1):
        table = reference.kmeans_codebook(w, mask, k, step)[0].double()
        middles = (table[1:] + table[:-1]) / 2
        if len(middles) and (values[:, None] - middles).abs().min() < BORDER:
            return False
    return True


def _case(draw: Draw, shape: tuple[int, ...], kept: float, k: int, iterations: int) -> Arguments:
    """Weights of two heaps, of which some are pruned, in their places with any values."""
    while True:
        heaps = 2.0 * torch.randint(2, shape, generator=draw.generator) - 1
        w = (heaps + 0.6 * draw.normal(*shape)).mul(64).round() / 64
        mask = torch.rand(shape, generator=draw.generator) < kept
        w = torch.where(mask, w, w * draw.rng.choice((0.0, 3.0)))
        if mask.sum() > k and _clear(w, mask, k, iterations):
            return w, mask, k, iterations


def _start(draw: Draw) -> Iterator[Arguments]:
    w = torch.tensor([0.0, 1.0, 2.0, 6.0])
    yield w, torch.ones(4, dtype=torch.bool), 3, 0
    for k in (2, 5):
        yield _case(draw, (4, 5), 1.1, k, 0)


def _one_step(draw: Draw) -> Iterator[Arguments]:
    w = torch.tensor([0.0, 1.0, 2.0, 6.0])
    yield w, torch.ones(4, dtype=torch.bool), 2, 1
    for k in (2, 3, 4):
        yield _case(draw, (6, 5), 1.1, k, 1)


def _several(draw: Draw) -> Iterator[Arguments]:
    for k, iterations in ((3, 2), (4, 3), (5, 8)):
        yield _case(draw, (5, 9), 1.1, k, iterations)


def _masked(draw: Draw) -> Iterator[Arguments]:
    w = torch.tensor([[0.0, 1.0, 2.0], [9.0, 0.0, 6.0]])
    yield w, torch.tensor([[False, True, True], [False, False, True]]), 2, 1
    for k, iterations in ((2, 1), (3, 3), (4, 2)):
        yield _case(draw, (6, 8), 0.5, k, iterations)


def _empty_entries(draw: Draw) -> Iterator[Arguments]:
    """Entries that no weight is nearest to, where the start puts them."""
    yield torch.tensor([0.0, 0.25, 8.0]), torch.ones(3, dtype=torch.bool), 5, 2
    for k in (7, 9):
        far = draw.integer(6, 9)
        while True:
            near = draw.normal(12).mul(64).round() / 64
            w = torch.cat((near, torch.tensor([float(far)])))
            mask = torch.ones(13, dtype=torch.bool)
            counts = reference.kmeans_codebook(w, mask, k, 2)[1].bincount(minlength=k)
            if _clear(w, mask, k, 2) and 0 in counts.tolist():
                yield w, mask, k, 2
                break


def _same_book(arguments: Arguments, expected: Any, got: Any) -> Difference | None:
    """The table to 1e-4; the codes exactly, but for those of pruned places, which may be any."""
    if not isinstance(got, tuple | list) or len(got) != 2:
        return difference(expected, got)
    table, codes = got
    found = close(expected[0], table)
    if found:
        return Difference(found.kind, f"the table: {found.text}")
    mask = arguments[1]
    found = difference(expected[1], codes, dtypes=True)
    if found and found.kind == "wrong-value":
        codes = codes.detach()
        found = difference(expected[1], torch.where(mask, codes, expected[1]), dtypes=True)
        return found and Difference("wrong-codes", f"the codes: {found.text}")
    return found and Difference(found.kind, f"the codes: {found.text}")


def _nearest(values: T, table: T) -> T:
    return (values[:, None] - table).abs().argmin(dim=1)


def _lloyd(
    start: Callable[[T, int], T] | None = None,
    of: Callable[[T, T], T] = lambda w, mask: w[mask],
    empty: float | None = None,
    steps: Callable[[int], int] = lambda n: n,
    stale: bool = False,
    mean: Callable[[T], T] = torch.mean,
) -> Callable[..., tuple[T, T]]:
    """k-means with one of its parts done otherwise."""

    def behaves(w: T, mask: T, k: int, iterations: int) -> tuple[T, T]:
        values = of(w.double(), mask)
        table = (start or _spread)(values, k)
        nearest = _nearest(values, table)
        for _ in range(steps(iterations)):
            nearest = _nearest(values, table)
            means = [
                mean(values[nearest == i]) if (nearest == i).any() else table[i] for i in range(k)
            ]
            if empty is not None:
                there = [bool((nearest == i).any()) for i in range(k)]
                filler = torch.tensor(empty, dtype=torch.float64)
                means = [m if t else filler for m, t in zip(means, there, strict=True)]
            table = torch.stack(means)
        codes = torch.zeros(w.shape, dtype=torch.uint8)
        last = nearest if stale else _nearest(w.double()[mask], table)
        codes[mask] = last.to(torch.uint8)
        return table.float(), codes

    return behaves


def _spread(values: T, k: int) -> T:
    return (
        torch.linspace(0, 1, k, dtype=torch.float64) * (values.max() - values.min()) + values.min()
    )


def _within(values: T, k: int) -> T:
    """The middles of k equal parts, without the ends."""
    parts = (torch.arange(k, dtype=torch.float64) + 0.5) / k
    return values.min() + parts * (values.max() - values.min())


def _quantiles(values: T, k: int) -> T:
    return torch.quantile(values, torch.linspace(0, 1, k, dtype=torch.float64))


def _around_zero(values: T, k: int) -> T:
    return torch.linspace(-1, 1, k, dtype=torch.float64) * values.abs().max()


def _by_hand(
    start: Callable[[T, T], T] = lambda w, mask: w[mask],
    kept: Callable[[T, T], T] = lambda w, mask: mask,
    one_by_one: bool = False,
) -> Callable[..., tuple[T, T]]:
    """k-means with another start, another sense of what is kept, or a turn for each entry."""

    def behaves(w: T, mask: T, k: int, iterations: int) -> tuple[T, T]:
        w, stay = w.double(), kept(w, mask)
        values, table = w[stay], _spread(start(w, mask), k)
        for _ in range(iterations):
            nearest = _nearest(values, table)
            for i in range(k):
                nearest = _nearest(values, table) if one_by_one else nearest
                if (nearest == i).any():
                    table[i] = values[nearest == i].mean()
        codes = torch.zeros(w.shape, dtype=torch.uint8)
        codes[stay] = _nearest(values, table).to(torch.uint8)
        return table.float(), codes

    return behaves


KMEANS_CODEBOOK = Task(
    name="kmeans_codebook",
    points=9,
    reference=reference.kmeans_codebook,
    lecture="lecture 11, “Shared weights”",
    off_limits=OFF_LIMITS,
    checks=(
        Check("the start: no iteration yet", 2, _start, _same_book),
        Check("one iteration", 2, _one_step, _same_book),
        Check("several iterations", 2, _several, _same_book),
        Check("pruned weights do not count", 2, _masked, _same_book),
        Check("entries without weights stay", 1, _empty_entries, _same_book),
    ),
    misconceptions=several(
        ways(
            "mask-ignored",
            "Pruned weights took part: they pulled at the start, or at the means. Take the kept "
            "ones out first, `w[mask]`.",
            _lloyd(of=lambda w, mask: w.flatten()),
            _lloyd(of=lambda w, mask: (w * mask).flatten()),
            _by_hand(start=lambda w, mask: w.flatten()),
        ),
        ways(
            "zeros-taken-for-pruned",
            "What is not 0 was taken for what is kept. A kept weight may be 0, and a pruned one "
            "another number: ask the mask.",
            _by_hand(lambda w, mask: w[w != 0], kept=lambda w, mask: w != 0),
        ),
        ways(
            "assigned-after-each-entry",
            "The weights were assigned anew after each entry had moved. One iteration assigns all "
            "of them once, and then moves all entries.",
            _by_hand(one_by_one=True),
        ),
        ways(
            "another-start",
            "The table starts elsewhere. Its first entry is the smallest kept weight, its last the "
            "largest, the others equally spaced between them.",
            _lloyd(_within),
            _lloyd(_quantiles),
            _lloyd(_around_zero),
            _lloyd(lambda values, k: values[:k].clone()),
            _lloyd(lambda values, k: values.sort().values[:k].clone()),
        ),
        ways(
            "empty-entry-lost",
            "An entry to which no weight is nearest became 0 or nan: the mean of nothing. Leave "
            "such an entry where it is.",
            _lloyd(empty=0.0),
            _lloyd(empty=float("nan")),
        ),
        ways(
            "one-iteration-more-or-less",
            "The number of iterations is not the one asked for. One iteration is an assignment and "
            "then the means; with 0 iterations the table is the start.",
            _lloyd(steps=lambda n: n + 1),
            _lloyd(steps=lambda n: max(n - 1, 0)),
            _lloyd(steps=lambda n: min(n, 1)),
            _lloyd(steps=lambda n: 100),
        ),
        ways(
            "codes-of-the-step-before",
            "The codes are from before the last means were taken. Assign once more at the end, to "
            "the table that is returned.",
            _lloyd(stale=True),
        ),
        ways(
            "median-not-mean",
            "The entries went to the median of their weights. The mean is what makes the squared "
            "error smallest.",
            _lloyd(mean=torch.median),
            _lloyd(mean=lambda values: (values.min() + values.max()) / 2),
        ),
    ),
)
