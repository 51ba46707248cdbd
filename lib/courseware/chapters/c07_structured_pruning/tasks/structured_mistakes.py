"""What may have gone wrong when hidden layers are made narrower."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from courseware.chapters.c07_structured_pruning.tasks.structured_wrong_ways import (
    BEFORE_RELU,
    BY_APOZ,
    BY_NORM,
    BY_OTHER_AVERAGE,
    REMEASURED,
    SCORES,
    WITHOUT_BIAS,
    WITHOUT_RELU,
    by_score,
    columns_by_score,
    counted_by_inputs,
    counting,
    first_count_for_all,
    first_of_equal,
    last_cut_first,
    on_some_images,
    one_ranking,
    only_rows_zeroed,
    output_layer_too,
    part_mixed,
    readers_weighed,
    rows_by_score,
    without_dead_ones,
    zeroed,
)
from courseware.chapters.c07_structured_pruning.tasks.surgery import FIRST_KEPT, UNITS_MIXED, ZEROED
from courseware.chapters.c07_structured_pruning.tasks.ways import (
    any_units,
    apoz_rank,
    norm_rank,
    way,
)
from courseware.checks.misconceptions import both, several, ways

T = torch.Tensor

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
MEASURES: tuple[tuple[tuple[str, str], dict[str, Any]], ...] = (
    (NO_RELU_BETWEEN, {"measured": WITHOUT_RELU}),
    (BIASES_LEFT_OUT, {"measured": WITHOUT_BIAS}),
    (NORMS_RANKED, {"score": norm_rank}),
)
"""Other measures, and the part of the right way that is another one."""


def _whole(count: Callable[[int, float], float]) -> Callable[[int, float], int]:
    return lambda n, ratio: int(count(n, ratio))


MISTAKES = several(
    ways(
        "before-the-relu",
        "The activations were measured before the ReLU. A unit that is far below zero looks "
        "busy there and puts out nothing: measure what the next layer gets.",
        *BEFORE_RELU,
        *(way(score, measured=WITHOUT_RELU) for score in SCORES[1:]),
    ),
    ways(*NO_RELU_BETWEEN, way(measured=WITHOUT_RELU)),
    ways(
        *BIASES_LEFT_OUT,
        *(way(score, measured=WITHOUT_BIAS) for score in SCORES),
    ),
    ways(
        "some-images-only",
        "The activations were measured on a part of the images. Average over all of them.",
        *(
            way(measured=on_some_images(some))
            for some in (slice(1), slice(-1, None), slice(-1), slice(1, None))
        ),
    ),
    ways(
        *NORMS_RANKED,
        BY_NORM,
        way(lambda weight, z: weight.abs().sum(dim=1)),
    ),
    ways(
        "zeros-ranked",
        "The units were ranked by how often they are silent. This task asks for the mean of "
        "what they put out.",
        BY_APOZ,
        way(apoz_rank, keep=first_of_equal),
    ),
    ways(
        "other-average",
        "The units were ranked by the largest, the median or the mean square of their "
        "activations. The mean is asked for.",
        *BY_OTHER_AVERAGE,
    ),
    ways(
        "quietest-kept",
        "The units that answer least were kept. They are the ones to remove.",
        way(lambda weight, z: -z.relu().mean(dim=0)),
    ),
    ways(
        "measured-again",
        "The later layers were measured on a network whose earlier layers were cut already. "
        "Measure all of them once, on the network as it came.",
        REMEASURED,
    ),
    *(ways(name, message, *map(counting, counts)) for name, message, counts in COUNTS),
    *(
        both(
            measure,
            (name, message),
            *(way(**parts, count=_whole(count), cut=any_units) for count in counts),
        )
        for measure, parts in MEASURES
        for name, message, counts in COUNTS
    ),
    ways(
        "one-ranking",
        "The units of all layers were put into one ranking. Activations of different layers "
        "differ in size: rank each layer by itself, and keep the same share of each.",
        one_ranking,
    ),
    ways(*FIRST_LAYER_ONLY, way(layers=slice(1))),
    ways(*COUNT_OF_INPUTS, counted_by_inputs(slice(None))),
    both(FIRST_LAYER_ONLY, COUNT_OF_INPUTS, counted_by_inputs(slice(1))),
    ways(
        "last-hidden-layer-left",
        "The last hidden layer was not cut. Only the outputs of the network stay: they come "
        "one layer later.",
        way(layers=slice(-1)),
    ),
    ways(
        "cut-from-old-tensors",
        "A weight between two hidden layers is cut twice, its columns and its rows, and only "
        "one of the two is left: the second cut was made from the old tensor. Cut what the "
        "pair before left over.",
        way(from_old=True),
        last_cut_first,
    ),
    ways(
        "output-layer-cut",
        "Outputs of the last layer were cut, too. They are the classes, and all of them stay.",
        output_layer_too,
    ),
    ways(
        "next-layer-not-cut",
        "The layer that reads the removed units was not cut. It still has a column for each of "
        "them, so the network does not fit together.",
        way(cut=lambda w1, b1, w2, b2, kept: (w1[kept], b1[kept], w2, b2)),
    ),
    ways(
        "biases-not-cut",
        "The biases of the removed units are still there. Each unit has one, which goes with it.",
        way(cut=lambda w1, b1, w2, b2, kept: (w1[kept], b1, w2[:, kept], b2)),
    ),
    both(NORMS_RANKED, ORDER_CHANGED, way(norm_rank, keep=by_score)),
    ways(
        "readers-weighed",
        "The activations were weighed with the weights that read the unit. This task asks for the "
        "mean of what a unit puts out, whoever reads it.",
        readers_weighed(lambda weight: weight.norm(dim=0)),
        readers_weighed(lambda weight: weight.abs().sum(dim=0)),
    ),
    ways(
        "dead-units-dropped",
        "Units that are silent on all images were left out, even where fewer units remain than "
        "were asked for. `keep_ratio` says how many stay.",
        way(keep=without_dead_ones, cut=any_units),
    ),
    ways(
        "count-of-the-first-layer",
        "The number of units was worked out once, for the first hidden layer. The layers differ in "
        "width: each keeps its own share.",
        first_count_for_all,
    ),
    ways(
        *ORDER_CHANGED,
        way(keep=by_score),
        way(keep=lambda scores, n: by_score(scores, n).flip(0)),
    ),
    ways(
        *UNITS_MIXED,
        *part_mixed(0, lambda w1, kept: w1[kept]),
        *part_mixed(1, lambda b1, kept: b1[kept]),
        *part_mixed(2, lambda w2, kept: w2[:, kept]),
        way(keep=by_score, cut=columns_by_score),
        way(keep=by_score, cut=rows_by_score),
    ),
    ways(*FIRST_KEPT, way(keep=lambda scores, n: torch.arange(n))),
    ways(*ZEROED, way(cut=zeroed), way(cut=only_rows_zeroed)),
)
"""What may have gone wrong, and how it shows."""
