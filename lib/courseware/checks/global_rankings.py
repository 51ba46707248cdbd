"""Rankings of several tensors together: judging them, and what may have gone wrong."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from courseware.checks.counts import (
    COUNTED_LAYER_BY_LAYER,
    MISCOUNTS,
    RATIO_AS_THRESHOLD,
)
from courseware.checks.global_wrong_ways import (
    Tensors,
    Way,
    counted,
    counted_layer_by_layer,
    each,
    first_cut,
    in_one_line,
    inverted,
    mean_cut,
    mean_cut_below,
    of_axes,
    one_kept,
    one_kept_on_top,
    padded,
    row_by_row,
    signed_and_ties,
    swapped_at,
    together,
    without,
    zeros_besides,
    zeros_not_counted,
)
from courseware.checks.mask_dicts import masks_came
from courseware.checks.masks import INVERTED
from courseware.checks.named_tensors import total
from courseware.checks.rankings import (
    DECIMALS,
    ENDS_SWAPPED,
    EQUALS_ONCE,
    FIRST_OF_EQUALS,
    LARGEST_PRUNED,
    LARGEST_STAYS,
    LAYER_PROTECTED,
    MARKED_WITH_LARGEST,
    NOTHING_PRUNED,
    ORDER_FOR_RANKS,
    QUANTILE,
    RANKED_ROW_BY_ROW,
    ROUNDED_FIRST,
    SIGNED,
    TIES_KEPT,
    TIES_PRUNED,
    equals_counted_once,
    first_of_equals,
    kept_above_quantile,
    kept_by_order,
    kept_by_quantile,
    largest_stays,
    marked_with_the_largest,
    ranking_problem,
    rounded_to,
    ties_kept,
    ties_pruned,
)
from courseware.checks.values import Difference
from model_compression.magnitude_pruning import magnitude_mask
from model_compression.masks import pruned_count

T = torch.Tensor


def global_ranking(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """The exact count over all tensors, and nothing kept below anything pruned anywhere."""
    weights, sparsity = arguments
    if found := masks_came(weights, got):
        return found
    masks = {name: mask.detach() for name, mask in got}
    magnitudes = {name: w.abs() for name, w in weights.items()}
    text = ranking_problem(magnitudes, masks, pruned_count(total(weights), sparsity))
    return Difference("wrong-value", text) if text else None


def cause_of(weights: Tensors, sparsity: float, masks: Tensors) -> str:
    """The name of a mistake that gives just these masks; empty if none is known."""
    for name, _, ways in MISTAKES:
        for way in ways:
            theirs = way(weights, sparsity)
            if all(torch.equal(theirs[key].bool(), masks[key].bool()) for key in weights):
                return name
    return ""


NORMALISED = (
    "magnitudes-normalised",
    "The magnitudes were divided by something of their tensor, such as its mean or its largest "
    "weight, before they were ranked. Here they are compared as they are.",
)
NORMALISED_SCORES: tuple[Callable[[T], T], ...] = (
    lambda w: w.abs() / w.abs().max(),
    lambda w: w.abs() / w.abs().mean(),
    lambda w: w.abs() / w.abs().sum(),
    lambda w: w.abs() / w.norm(),
    lambda w: w.abs() / w.std(correction=0),
    lambda w: w.abs() / w.square().mean().sqrt(),
    lambda w: w.abs() * math.sqrt(w[0].numel()),
)
LAYER_BY_LAYER = (
    "layer-by-layer",
    "Each tensor lost the same share: they were ranked one by one. Here all weights of the network "
    "are one ranking, so that a layer of small weights loses more than the others.",
)

MISTAKES: tuple[tuple[str, str, tuple[Way, ...]], ...] = (
    (
        *LAYER_BY_LAYER,
        (
            each(magnitude_mask),
            each(lambda w, s: ties_pruned(w.abs(), round(s * w.numel()))),
        ),
    ),
    (
        *COUNTED_LAYER_BY_LAYER,
        (counted_layer_by_layer(),),
    ),
    (*NORMALISED, tuple(map(together, NORMALISED_SCORES))),
    (
        "one-layers-threshold",
        "The threshold of one tensor, or the mean of all their thresholds, was used for the whole "
        "network. Join the magnitudes of all tensors first, and find the one threshold in them.",
        (first_cut, mean_cut, mean_cut_below),
    ),
    (
        "layer-left-out",
        "One tensor keeps all its weights. The dict holds prunable weights only, and every one of "
        "them takes part, the output layer too.",
        tuple(
            without(pick, count_all)
            for pick, count_all in (
                (lambda names: names[-1], True),
                (lambda names: names[-1], False),
                (lambda names: names[0], True),
            )
        ),
    ),
    (
        "axes-told-apart",
        "Tensors with more than two axes, or with just two, were not ranked and keep everything. "
        "A weight of a convolution counts like any other.",
        (of_axes(lambda axes: axes == 2), of_axes(lambda axes: axes > 2)),
    ),
    (
        "zeros-not-counted",
        "Weights of 0 were left out of the count, or pruned on top of it. The share is one of all "
        "weights, and a zero is the smallest of them.",
        (*map(zeros_not_counted, (True, False)), zeros_besides),
    ),
    (*NOTHING_PRUNED, (lambda weights, sparsity: together(count=lambda n, s: 0)(weights, 0.0),)),
    (*FIRST_OF_EQUALS, (counted(first_of_equals),)),
    (*MARKED_WITH_LARGEST, (counted(marked_with_the_largest),)),
    (*INVERTED, (inverted,)),
    (*LARGEST_PRUNED, (together(lambda w: -w.abs()),)),
    (*SIGNED, (together(lambda w: w),)),
    *(
        (name, message, tuple(together(count=count) for count in counts))
        for name, message, counts in MISCOUNTS
    ),
    (
        *RATIO_AS_THRESHOLD,
        (
            each(lambda w, s: w.abs() >= s),
            each(lambda w, s: w.abs() > s),
            each(lambda w, s: w.abs() >= s * w.abs().max()),
        ),
    ),
    (*TIES_PRUNED, (counted(ties_pruned),)),
    (*EQUALS_ONCE, (counted(equals_counted_once),)),
    (
        "padding-ranked",
        "The tensors were padded to one length, and the padding was ranked and counted with the "
        "weights: being 0, it goes first. Lay all weights in one line, which needs none.",
        (padded,),
    ),
    (*TIES_KEPT, (counted(ties_kept),)),
    (*LARGEST_STAYS, (counted(largest_stays),)),
    (
        *ROUNDED_FIRST,
        tuple(together(rounded_to(n)) for n in DECIMALS),
    ),
    (*QUANTILE, (in_one_line(kept_by_quantile), in_one_line(kept_above_quantile))),
    (*ORDER_FOR_RANKS, (counted(kept_by_order),)),
    (*RANKED_ROW_BY_ROW, (row_by_row,)),
    (
        *LAYER_PROTECTED,
        (one_kept, one_kept_on_top),
    ),
    (*ENDS_SWAPPED, (swapped_at(0, 1), swapped_at(0), swapped_at(1))),
)
"""Name, message and the ways in which each mistake shows."""


TWO_MISTAKES: tuple[tuple[tuple[str, str], tuple[str, str], tuple[Way, ...]], ...] = (
    (SIGNED, TIES_PRUNED, (signed_and_ties(ties_pruned),)),
    (SIGNED, TIES_KEPT, (signed_and_ties(ties_kept),)),
)
"""Two of them at once, and how they show together."""
