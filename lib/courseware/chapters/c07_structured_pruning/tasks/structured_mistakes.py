"""What may have gone wrong when hidden layers are made narrower."""

from __future__ import annotations

import torch

from courseware.chapters.c07_structured_pruning.tasks.structured_pairs import (
    BEFORE_THE_RELU,
    BIASES_LEFT_OUT,
    BIASES_NOT_CUT,
    COUNT_OF_INPUTS,
    COUNTS,
    CUT_FROM_OLD,
    FIRST_LAYER_ONLY,
    LAST_HIDDEN_LEFT,
    MEASURED_AGAIN,
    NEXT_NOT_CUT,
    NO_RELU_BETWEEN,
    NORMS_RANKED,
    ONE_RANKING,
    ORDER_CHANGED,
    OTHER_AVERAGE,
    OUTPUT_LAYER_CUT,
    PAIRS,
    QUIETEST_KEPT,
    SOME_IMAGES,
    SOME_IMAGES_ONLY,
    SORTED_AS_TEXT,
    ZEROS_RANKED,
    biases_not_cut,
    loudest_last,
    next_not_cut,
    topk_kept,
)
from courseware.chapters.c07_structured_pruning.tasks.structured_wrong_ways import (
    BEFORE_RELU,
    BY_APOZ,
    BY_NORM,
    BY_OTHER_AVERAGE,
    OUT_OF_A_SET,
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
    sorted_as_text,
    without_dead_ones,
    zeroed,
)
from courseware.chapters.c07_structured_pruning.tasks.surgery import (
    FIRST_KEPT,
    ORDER_OF_A_SET,
    UNITS_MIXED,
    ZEROED,
)
from courseware.chapters.c07_structured_pruning.tasks.ways import (
    any_units,
    apoz_rank,
    way,
)
from courseware.checks.misconceptions import both, several, ways

T = torch.Tensor

MISTAKES = several(
    ways(
        *BEFORE_THE_RELU,
        *BEFORE_RELU,
        *(way(score, measured=WITHOUT_RELU) for score in SCORES[1:]),
    ),
    ways(*NO_RELU_BETWEEN, way(measured=WITHOUT_RELU)),
    ways(
        *BIASES_LEFT_OUT,
        *(way(score, measured=WITHOUT_BIAS) for score in SCORES),
    ),
    ways(
        *SOME_IMAGES_ONLY,
        *(way(measured=on_some_images(some)) for some in SOME_IMAGES),
    ),
    ways(
        *NORMS_RANKED,
        BY_NORM,
        way(lambda weight, z: weight.abs().sum(dim=1)),
    ),
    ways(
        *ZEROS_RANKED,
        BY_APOZ,
        way(apoz_rank, keep=first_of_equal),
        way(apoz_rank, keep=topk_kept),
    ),
    ways(
        *OTHER_AVERAGE,
        *BY_OTHER_AVERAGE,
    ),
    ways(
        *QUIETEST_KEPT,
        way(loudest_last),
    ),
    ways(
        *MEASURED_AGAIN,
        REMEASURED,
    ),
    *(ways(name, message, *map(counting, counts)) for name, message, counts in COUNTS),
    PAIRS,
    ways(
        *ONE_RANKING,
        one_ranking(),
    ),
    ways(*SORTED_AS_TEXT, sorted_as_text(way())),
    ways(*FIRST_LAYER_ONLY, way(layers=slice(1))),
    ways(*COUNT_OF_INPUTS, counted_by_inputs(slice(None))),
    both(FIRST_LAYER_ONLY, COUNT_OF_INPUTS, counted_by_inputs(slice(1))),
    ways(
        *LAST_HIDDEN_LEFT,
        way(layers=slice(-1)),
    ),
    ways(
        *CUT_FROM_OLD,
        way(from_old=True),
        last_cut_first,
    ),
    ways(
        *OUTPUT_LAYER_CUT,
        output_layer_too(),
        output_layer_too(relu=False),
    ),
    ways(
        *NEXT_NOT_CUT,
        way(cut=next_not_cut),
    ),
    ways(
        *BIASES_NOT_CUT,
        way(cut=biases_not_cut),
    ),
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
    ways(*ORDER_OF_A_SET, OUT_OF_A_SET),
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
