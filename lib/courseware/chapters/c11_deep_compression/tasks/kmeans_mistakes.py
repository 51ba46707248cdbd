"""Mistakes in `kmeans_codebook`."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import torch

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
    of_those_in_order,
    quantiles,
    weights_for_codes,
    with_a_zero,
    within,
)
from courseware.checks.misconceptions import both, followed_by, several, ways
from courseware.checks.task import Misconception
from model_compression import weight_sharing as reference

T = torch.Tensor

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
MASK_IGNORED = (
    "mask-ignored",
    "Pruned weights took part: they pulled at the start, or at the means. Take the kept "
    "ones out first, `w[mask]`.",
)
NOT_NEAREST = (
    "not-the-nearest",
    "The next entry above (or below) was taken. The nearest one is asked for: compare the "
    "distances to both sides.",
)
ANOTHER_START = (
    "another-start",
    "The table starts elsewhere. Its first entry is the smallest kept weight, its last the "
    "largest, the others equally spaced between them.",
)
DISTANCE_SIGNED = (
    "distance-with-its-sign",
    "The distance has a sign, so that the largest or the smallest entry seems nearest to "
    "every weight. Take the magnitude of the difference, or its square.",
)
OTHER_STEPS = (
    "one-iteration-more-or-less",
    "The number of iterations is not the one asked for. One iteration is an assignment and "
    "then the means; with 0 iterations the table is the start.",
)
STALE = (
    "codes-of-the-step-before",
    "The codes are from before the last means were taken. Assign once more at the end, to "
    "the table that is returned.",
)
MEDIAN = (
    "median-not-mean",
    "The entries went to the median of their weights. The mean is what makes the squared error "
    "smallest.",
)
MIDDLE = (
    "middle-not-mean",
    "An entry went to the middle between the smallest and the largest of its weights. The mean "
    "of all of them is what makes the squared error smallest.",
)
PART_OF_THE_WAY = (
    "part-of-the-way",
    "An entry moved only a part of the way to the mean of its weights. One iteration puts it "
    "there.",
)
STOPPED_EARLY = (
    "stopped-early",
    "The iterations stop as soon as the entries hardly move. What is little for large weights is "
    "much for small ones: go on for as many iterations as are asked for, or until nothing changes.",
)
STILL = 1e-2, 1e-3, 1e-4, 1e-5, 1e-6
STARTS: tuple[Callable[[T, int], T], ...] = (
    within,
    quantiles,
    around_zero,
    lambda values, k: in_parts(values, k, torch.arange(k) / k),
    lambda values, k: in_parts(values, k, (torch.arange(k) + 1) / k),
    lambda values, k: in_parts(values, k, (torch.arange(k) + 1) / (k + 1)),
    of_those_in_order(lambda n, k: torch.linspace(0, n - 1, k).long()),
    of_those_in_order(lambda n, k: torch.linspace(0, n - 1, k).round().long()),
    of_those_in_order(lambda n, k: torch.arange(k) * n // k),
    lambda values, k: values[:k].clone(),
    lambda values, k: values.sort().values[:k].clone(),
)
PARTS: tuple[tuple[tuple[str, str], dict[str, Any]], ...] = (
    (MASK_IGNORED, {"of": lambda w, mask: w.flatten()}),
    (MASK_IGNORED, {"of": lambda w, mask: (w * mask).flatten()}),
    *((NOT_NEAREST, {"distance": side}) for side in (above, below)),
    *((DISTANCE_SIGNED, {"distance": sign}) for sign in (torch.positive, torch.neg)),
    *((ANOTHER_START, {"start": start}) for start in STARTS),
    *((EMPTY_LOST, {"empty": lost}) for lost in (0.0, float("nan"))),
    (OTHER_STEPS, {"steps": lambda n: n + 1}),
    (OTHER_STEPS, {"steps": lambda n: max(n - 1, 0)}),
    (OTHER_STEPS, {"steps": lambda n: min(n, 1)}),
    *((STOPPED_EARLY, {"still": still}) for still in STILL[1:4:2]),
    (STALE, {"stale": True}),
    (MEDIAN, {"mean": torch.median}),
    (MIDDLE, {"mean": lambda values: (values.min() + values.max()) / 2}),
    *((PART_OF_THE_WAY, {"moved": part}) for part in (0.5, 0.1, 0.9)),
)
"""Parts of the way that are done otherwise, each by itself."""


def _two() -> Iterator[Misconception]:
    for (first, of_first), (second, of_second) in itertools.combinations(PARTS, 2):
        if not of_first.keys() & of_second.keys():
            yield from both(first, second, lloyd(**of_first, **of_second))


MOVED_OTHERWISE = several(
    ways(
        *MEDIAN,
        lloyd(mean=torch.median),
    ),
    ways(
        *MIDDLE,
        lloyd(mean=lambda values: (values.min() + values.max()) / 2),
    ),
    ways(
        *PART_OF_THE_WAY,
        *(lloyd(moved=part) for part in (0.5, 0.1, 0.9)),
    ),
)

MISTAKES = several(
    ways(
        *MASK_IGNORED,
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
        *NOT_NEAREST,
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
        *ANOTHER_START,
        *map(lloyd, STARTS),
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
        *DISTANCE_SIGNED,
        lloyd(distance=torch.positive),
        lloyd(distance=torch.neg),
    ),
    ways(
        *OTHER_STEPS,
        lloyd(steps=lambda n: n + 1),
        lloyd(steps=lambda n: max(n - 1, 0)),
        lloyd(steps=lambda n: min(n, 1)),
        lloyd(steps=lambda n: 100),
    ),
    ways(*STOPPED_EARLY, *(lloyd(still=still) for still in STILL)),
    ways(
        *STALE,
        lloyd(stale=True),
    ),
    MOVED_OTHERWISE,
    ways(*WEIGHTS_FOR_CODES, lambda *a: weights_for_codes(reference.kmeans_codebook(*a), *a)),
    followed_by(WEIGHTS_FOR_CODES, weights_for_codes, MOVED_OTHERWISE),
    _two(),
)
