"""The task `kmeans_codebook`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from courseware.chapters.c11_deep_compression.tasks.common import OFF_LIMITS
from courseware.chapters.c11_deep_compression.tasks.kmeans_wrong_ways import (
    BY_EQUAL_PARTS,
    EMPTY_LOST,
    above,
    around_zero,
    below,
    by_hand,
    first_by_equal_parts,
    in_parts,
    lloyd,
    moved_to_the_farthest,
    not_zero,
    quantiles,
    weights_for_codes,
    with_a_zero,
    within,
)
from courseware.checks.misconceptions import both, followed_by, several, ways
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
    mask = torch.tensor([[False, True, True], [False, False, True]])
    yield w, mask, 2, 0
    yield w, mask, 2, 1
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


ZEROS_PRUNED = (
    "zeros-taken-for-pruned",
    "What is not 0 was taken for what is kept. A kept weight may be 0, and a pruned one another "
    "number: ask the mask.",
)
EMPTY_MOVED = (
    "empty-entry-moved",
    "An entry without weights was moved: to the weight that is farthest from its entry, as "
    "libraries do. Here it stays where it is.",
)
WEIGHTS_FOR_CODES = (
    "weights-not-codes",
    "The shared weights came back in place of the codes. A code is the position of an entry in the "
    "table: `table[codes]` would give the weights.",
)
MOVED_OTHERWISE = several(
    ways(
        "median-not-mean",
        "The entries went to the median of their weights. The mean is what makes the squared error "
        "smallest.",
        lloyd(mean=torch.median),
    ),
    ways(
        "middle-not-mean",
        "An entry went to the middle between the smallest and the largest of its weights. The mean "
        "of all of them is what makes the squared error smallest.",
        lloyd(mean=lambda values: (values.min() + values.max()) / 2),
    ),
    ways(
        "part-of-the-way",
        "An entry moved only a part of the way to the mean of its weights. One iteration puts it "
        "there.",
        *(lloyd(moved=part) for part in (0.5, 0.1, 0.9)),
    ),
)

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
            lloyd(of=lambda w, mask: w.flatten()),
            lloyd(of=lambda w, mask: (w * mask).flatten()),
            by_hand(start=lambda w, mask: w.flatten()),
            by_hand(start=lambda w, mask: (w * mask).flatten()),
        ),
        ways(
            *ZEROS_PRUNED,
            by_hand(lambda w, mask: w[w != 0], kept=not_zero),
        ),
        both(
            ZEROS_PRUNED,
            EMPTY_MOVED,
            *(moved_to_the_farthest(not_zero, one) for one in (True, False)),
        ),
        ways(
            "not-the-nearest",
            "The next entry above (or below) was taken. The nearest one is asked for: compare the "
            "distances to both sides.",
            lloyd(distance=above),
            lloyd(distance=below),
        ),
        ways(
            "assigned-after-each-entry",
            "The weights were assigned anew after each entry had moved. One iteration assigns all "
            "of them once, and then moves all entries.",
            by_hand(one_by_one=True),
        ),
        ways(
            "another-start",
            "The table starts elsewhere. Its first entry is the smallest kept weight, its last the "
            "largest, the others equally spaced between them.",
            lloyd(within),
            lloyd(quantiles),
            lloyd(around_zero),
            lloyd(lambda values, k: in_parts(values, k, torch.arange(k) / k)),
            lloyd(lambda values, k: in_parts(values, k, (torch.arange(k) + 1) / k)),
            lloyd(lambda values, k: in_parts(values, k, (torch.arange(k) + 1) / (k + 1))),
            lloyd(lambda values, k: values[:k].clone()),
            lloyd(lambda values, k: values.sort().values[:k].clone()),
        ),
        ways(
            "entry-reserved-for-zero",
            "An entry of the table is 0 for the pruned weights, and the kept ones share one value "
            "less. What stands where a weight is pruned does not matter: all k entries are for the "
            "kept ones.",
            *map(with_a_zero, (True, False)),
        ),
        both(BY_EQUAL_PARTS, EMPTY_LOST, first_by_equal_parts(0.0)),
        ways(*BY_EQUAL_PARTS, first_by_equal_parts(None)),
        ways(
            *EMPTY_LOST,
            lloyd(empty=0.0),
            lloyd(empty=float("nan")),
        ),
        ways(
            *EMPTY_MOVED,
            *(moved_to_the_farthest(one_for_all=one) for one in (True, False)),
        ),
        ways(
            "distance-with-its-sign",
            "The distance has a sign, so that the largest or the smallest entry seems nearest to "
            "every weight. Take the magnitude of the difference, or its square.",
            lloyd(distance=torch.positive),
            lloyd(distance=torch.neg),
        ),
        ways(
            "one-iteration-more-or-less",
            "The number of iterations is not the one asked for. One iteration is an assignment and "
            "then the means; with 0 iterations the table is the start.",
            lloyd(steps=lambda n: n + 1),
            lloyd(steps=lambda n: max(n - 1, 0)),
            lloyd(steps=lambda n: min(n, 1)),
            lloyd(steps=lambda n: 100),
        ),
        ways(
            "codes-of-the-step-before",
            "The codes are from before the last means were taken. Assign once more at the end, to "
            "the table that is returned.",
            lloyd(stale=True),
        ),
        MOVED_OTHERWISE,
        ways(*WEIGHTS_FOR_CODES, lambda *a: weights_for_codes(reference.kmeans_codebook(*a), *a)),
        followed_by(WEIGHTS_FOR_CODES, weights_for_codes, MOVED_OTHERWISE),
    ),
)
