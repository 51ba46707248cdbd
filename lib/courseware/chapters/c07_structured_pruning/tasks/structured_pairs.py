"""What is told of `structured_prune`: parts of the way to it, and two of them at once."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch

from courseware.chapters.c07_structured_pruning.tasks.structured_wrong_ways import (
    AVERAGES,
    SCORES,
    WITHOUT_BIAS,
    WITHOUT_RELU,
    Count,
    by_score,
    on_some_images,
    one_ranking,
    output_layer_too,
    zeroed,
)
from courseware.chapters.c07_structured_pruning.tasks.surgery import FIRST_KEPT, ZEROED
from courseware.chapters.c07_structured_pruning.tasks.ways import (
    Score,
    Way,
    any_units,
    apoz_rank,
    mean_activation,
    norm_rank,
    right_count,
    way,
)
from courseware.checks.misconceptions import both, several
from courseware.checks.task import Misconception

T = torch.Tensor
Part = tuple[tuple[str, str], dict[str, Any]]
"""A mistake, and the part of the right way that is another one."""

NORMS_RANKED = (
    "norms-ranked",
    "The units were ranked by their weights. This task asks what they put out on the images.",
)
ORDER_CHANGED = (
    "order-changed",
    "The units are left in the order of their scores. Keep the order of the layer, so that one can "
    "still tell which unit is which.",
)

Counts = tuple[Callable[[int, float], float], ...]

COUNTS: tuple[tuple[str, str, Counts], ...] = (
    (
        "ratio-removed",
        "`keep_ratio` was taken for the share of units that go. It is the share that stays.",
        (
            lambda n, ratio: n - round(ratio * n),
            lambda n, ratio: max(1, round((1 - ratio) * n)),
            lambda n, ratio: max(1, n - round(ratio * n)),
        ),
    ),
    (
        "count-truncated",
        "The number of units was cut off to a whole number. Round it: 70% of 8 is 5.6, so 6 stay.",
        (
            lambda n, ratio: max(1, int(ratio * n)),
            lambda n, ratio: int(ratio * n),
        ),
    ),
    (
        "count-rounded-up",
        "The number of units was rounded up. Round it to the nearest whole number, and a half "
        "to the even one, as Python's `round` does.",
        (
            lambda n, ratio: math.ceil(ratio * n),
            lambda n, ratio: max(1, math.floor(ratio * n + 0.5)),
            lambda n, ratio: math.floor(ratio * n + 0.5),
        ),
    ),
    (
        "half-counted-down",
        "Half a unit was rounded down, always. Python's `round` takes a half to the even "
        "number: 2.5 to 2, 3.5 to 4.",
        (lambda n, ratio: max(1, math.ceil(ratio * n - 0.5)),),
    ),
    (
        "removed-count-rounded",
        "The number of units to remove was rounded. Round the number to keep: with a half the "
        "two are not the same.",
        (
            lambda n, ratio: max(1, n - round((1 - ratio) * n)),
            lambda n, ratio: n - round((1 - ratio) * n),
        ),
    ),
    (
        "no-unit-left",
        "A layer lost all its units. Nothing gets through a layer without units: keep at "
        "least one.",
        (lambda n, ratio: round(ratio * n),),
    ),
)
NO_RELU_BETWEEN = (
    "no-relu-between",
    "The outputs of one layer went into the next without a ReLU. A later layer of the real network "
    "never sees a number below zero: pass on what the ReLU leaves.",
)
BIASES_LEFT_OUT = (
    "biases-left-out",
    "The activations were measured without the biases. A bias can keep a unit silent or busy "
    "whatever the image is: add it before the ReLU.",
)
FIRST_LAYER_ONLY = (
    "first-layer-only",
    "Only the first hidden layer was cut. All of them are to become narrower.",
)
COUNT_OF_INPUTS = (
    "count-of-the-inputs",
    "The number of units was taken from the inputs of the layer, `shape[1]` of its weight. Its "
    "units are the rows, `shape[0]`.",
)
BEFORE_THE_RELU = (
    "before-the-relu",
    "The activations were measured before the ReLU. A unit that is far below zero looks "
    "busy there and puts out nothing: measure what the next layer gets.",
)
SOME_IMAGES_ONLY = (
    "some-images-only",
    "The activations were measured on a part of the images. Average over all of them.",
)
ZEROS_RANKED = (
    "zeros-ranked",
    "The units were ranked by how often they are silent. This task asks for the mean of "
    "what they put out.",
)
OTHER_AVERAGE = (
    "other-average",
    "The units were ranked by the largest, the median or the mean square of their "
    "activations. The mean is asked for.",
)
QUIETEST_KEPT = (
    "quietest-kept",
    "The units that answer least were kept. They are the ones to remove.",
)
MEASURED_AGAIN = (
    "measured-again",
    "The later layers were measured on a network whose earlier layers were cut already. "
    "Measure all of them once, on the network as it came.",
)
SORTED_AS_TEXT = (
    "sorted-as-text",
    "The layers were put in the order of their names as text, where `10.weight` comes before "
    "`2.weight`: then they do not fit together. The state has them in their order already.",
)
ONE_RANKING = (
    "one-ranking",
    "The units of all layers were put into one ranking. Activations of different layers "
    "differ in size: rank each layer by itself, and keep the same share of each.",
)
LAST_HIDDEN_LEFT = (
    "last-hidden-layer-left",
    "The last hidden layer was not cut. Only the outputs of the network stay: they come "
    "one layer later.",
)
CUT_FROM_OLD = (
    "cut-from-old-tensors",
    "A weight between two hidden layers is cut twice, its columns and its rows, and only "
    "one of the two is left: the second cut was made from the old tensor. Cut what the "
    "pair before left over.",
)
OUTPUT_LAYER_CUT = (
    "output-layer-cut",
    "Outputs of the last layer were cut, too. They are the classes, and all of them stay.",
)
NEXT_NOT_CUT = (
    "next-layer-not-cut",
    "The layer that reads the removed units was not cut. It still has a column for each of "
    "them, so the network does not fit together.",
)
BIASES_NOT_CUT = (
    "biases-not-cut",
    "The biases of the removed units are still there. Each unit has one, which goes with it.",
)


def next_not_cut(w1: T, b1: T, w2: T, b2: T, kept: T) -> Iterable[T]:
    return w1[kept], b1[kept], w2, b2


def biases_not_cut(w1: T, b1: T, w2: T, b2: T, kept: T) -> Iterable[T]:
    return w1[kept], b1, w2[:, kept], b2


def topk_kept(scores: T, n_keep: int) -> T:
    return scores.topk(n_keep).indices.sort().values


def loudest_last(weight: T, outputs: T) -> T:
    return -outputs.relu().mean(dim=0)


SOME_IMAGES = slice(1), slice(-1, None), slice(-1), slice(1, None)
OTHER_SCORES: tuple[tuple[tuple[str, str], Score], ...] = (
    (NORMS_RANKED, norm_rank),
    (ZEROS_RANKED, apoz_rank),
    *((BEFORE_THE_RELU, score) for score in SCORES[1:]),
    *((OTHER_AVERAGE, score) for score in AVERAGES),
    (QUIETEST_KEPT, loudest_last),
)
MEASURES: tuple[Part, ...] = (
    (NO_RELU_BETWEEN, {"measured": WITHOUT_RELU}),
    (BIASES_LEFT_OUT, {"measured": WITHOUT_BIAS}),
    *((SOME_IMAGES_ONLY, {"measured": on_some_images(some)}) for some in SOME_IMAGES),
    *((known, {"score": score}) for known, score in OTHER_SCORES),
)
"""Other measures, and the part of the right way that is another one."""

CUTS: tuple[Part, ...] = (
    (FIRST_LAYER_ONLY, {"layers": slice(1)}),
    (LAST_HIDDEN_LEFT, {"layers": slice(-1)}),
    (MEASURED_AGAIN, {"remeasured": True}),
    (CUT_FROM_OLD, {"from_old": True}),
    (ORDER_CHANGED, {"keep": by_score}),
    (FIRST_KEPT, {"keep": lambda scores, n: torch.arange(n)}),
    (NEXT_NOT_CUT, {"cut": next_not_cut}),
    (BIASES_NOT_CUT, {"cut": biases_not_cut}),
    (ZEROED, {"cut": zeroed}),
)
"""What is done with the scores."""


def _whole(count: Callable[[int, float], float]) -> Count:
    return lambda n, ratio: int(count(n, ratio))


NUMBERS: tuple[Part, ...] = tuple(
    ((name, message), {"count": _whole(count)})
    for name, message, counts in COUNTS
    for count in counts
)


def _two(first: Iterable[Part], second: Iterable[Part]) -> Iterator[Misconception]:
    """Two parts of the right way that are both another one."""
    for (one, of_one), (other, of_other) in itertools.product(first, second):
        if not of_one.keys() & of_other.keys():
            parts: dict[str, Any] = {"cut": any_units, **of_one, **of_other}
            yield from both(one, other, way(**parts))


def _with_all_layers(
    known: tuple[str, str], ranked: Callable[[Score, Count], Way]
) -> Iterator[Misconception]:
    """A way to rank layers together, or the classes too, with another score or another number."""
    for other, score in OTHER_SCORES:
        yield from both(known, other, ranked(score, right_count))
    for other, parts in NUMBERS:
        yield from both(known, other, ranked(mean_activation, parts["count"]))


PAIRS = several(
    _two(MEASURES, NUMBERS),
    _two(MEASURES, CUTS),
    _two(NUMBERS, CUTS),
    _with_all_layers(ONE_RANKING, one_ranking),
    _with_all_layers(OUTPUT_LAYER_CUT, output_layer_too),
)
"""Two of them in one answer."""
