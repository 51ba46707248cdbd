"""Rankings of several tensors together: judging them, and what may have gone wrong."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch

from courseware.checks.counts import COUNTED_LAYER_BY_LAYER, MISCOUNTS, RATIO_AS_THRESHOLD
from courseware.checks.mask_dicts import masks_came
from courseware.checks.masks import INVERTED
from courseware.checks.named_tensors import total
from courseware.checks.rankings import (
    DECIMALS,
    ENDS_SWAPPED,
    LARGEST_PRUNED,
    LARGEST_STAYS,
    LAYER_PROTECTED,
    ORDER_FOR_RANKS,
    QUANTILE,
    RANKED_ROW_BY_ROW,
    ROUNDED_FIRST,
    SIGNED,
    TIES_KEPT,
    TIES_PRUNED,
    kept_by_order,
    kept_by_quantile,
    largest_stays,
    pruned,
    ranking_problem,
    rounded_to,
    ties_kept,
    ties_pruned,
)
from courseware.checks.values import Difference
from model_compression.magnitude_pruning import magnitude_mask
from model_compression.masks import prune_lowest_together, pruned_count

T = torch.Tensor
Tensors = Mapping[str, T]
Masks = dict[str, T]
Way = Callable[[Tensors, float], Masks]


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


def _together(
    score: Callable[[T], T] = torch.abs,
    count: Callable[[int, float], float] = lambda n, s: round(s * n),
) -> Way:
    """So many of the lowest scores, all tensors ranked together."""

    def way(weights: Tensors, sparsity: float) -> Masks:
        n = total(weights)
        n_pruned = min(max(int(count(n, sparsity)), 0), n)
        scores = {name: score(w).nan_to_num() for name, w in weights.items()}
        return prune_lowest_together(scores, n_pruned)

    return way


def _each(mask: Callable[[T, float], T]) -> Way:
    """A mask for each tensor by itself."""
    return lambda weights, sparsity: {name: mask(w, sparsity) for name, w in weights.items()}


def _inverted(weights: Tensors, sparsity: float) -> Masks:
    return {name: ~mask for name, mask in _together()(weights, sparsity).items()}


def _counted_layer_by_layer(weights: Tensors, sparsity: float) -> Masks:
    n_pruned = sum(round(sparsity * w.numel()) for w in weights.values())
    return _together(count=lambda n, s: n_pruned)(weights, sparsity)


def _without(left_out: Callable[[list[str]], str], count_all: bool) -> Way:
    """One tensor keeps all its weights; the count is that of all or of the others."""

    def way(weights: Tensors, sparsity: float) -> Masks:
        spared = left_out(list(weights))
        others = {name: w for name, w in weights.items() if name != spared} or dict(weights)
        n = total(weights if count_all else others)
        n_pruned = min(round(sparsity * n), total(others))
        masks = prune_lowest_together({name: w.abs() for name, w in others.items()}, n_pruned)
        return {name: torch.ones_like(w, dtype=torch.bool) for name, w in weights.items()} | masks

    return way


def _cut(magnitudes: T, sparsity: float) -> float:
    count = round(sparsity * len(magnitudes))
    return float(magnitudes[count]) if count < len(magnitudes) else math.inf


def _mean_cut(weights: Tensors, sparsity: float) -> Masks:
    cuts = [_cut(w.abs().flatten().sort().values, sparsity) for w in weights.values()]
    return {name: w.abs() >= sum(cuts) / len(cuts) for name, w in weights.items()}


def _first_cut(weights: Tensors, sparsity: float) -> Masks:
    cut = _cut(next(iter(weights.values())).abs().flatten().sort().values, sparsity)
    return {name: w.abs() >= cut for name, w in weights.items()}


def _counted(kept: Callable[[T, int], T]) -> Way:
    """Judged in one line, by the right count."""
    return _in_one_line(lambda flat, sparsity: kept(flat, round(sparsity * len(flat))))


def _one_kept(weights: Tensors, sparsity: float) -> Masks:
    """The largest weight of every tensor is spared; others go instead, where there are any."""
    scores = {name: w.abs() for name, w in weights.items()}
    for name, score in scores.items():
        scores[name] = score.clone()
        scores[name].view(-1)[score.argmax()] = 1e30
    n_pruned = min(round(sparsity * total(weights)), total(weights) - len(weights))
    return prune_lowest_together(scores, n_pruned)


def _one_kept_on_top(weights: Tensors, sparsity: float) -> Masks:
    """The same, without others instead."""
    masks = {name: mask.clone() for name, mask in _together()(weights, sparsity).items()}
    for name, mask in masks.items():
        mask.view(-1)[weights[name].abs().argmax()] = True
    return masks


def _swapped_at(*ends: int) -> Way:
    """All go where nothing is to go (0), or the other way round (1)."""

    def way(weights: Tensors, sparsity: float) -> Masks:
        n = total(weights)
        masks = _together()(weights, sparsity)
        at_an_end = round(sparsity * n) in [end * n for end in ends]
        return {name: ~mask for name, mask in masks.items()} if at_an_end else masks

    return way


def _in_one_line(kept: Callable[[T, float], T]) -> Way:
    """The magnitudes of all tensors, judged in one line."""

    def way(weights: Tensors, sparsity: float) -> Masks:
        flat = torch.cat([w.abs().flatten() for w in weights.values()])
        parts = kept(flat, sparsity).split([w.numel() for w in weights.values()])
        return {
            name: part.reshape(w.shape)
            for (name, w), part in zip(weights.items(), parts, strict=True)
        }

    return way


def _row_by_row(weights: Tensors, sparsity: float) -> Masks:
    return {
        name: torch.stack([magnitude_mask(row, sparsity) for row in w])
        for name, w in weights.items()
    }


MISTAKES: tuple[tuple[str, str, tuple[Way, ...]], ...] = (
    (
        "layer-by-layer",
        "Each tensor lost the same share: they were ranked one by one. Here all weights of the "
        "network are one ranking, so that a layer of small weights loses more than the others.",
        (
            _each(magnitude_mask),
            _each(lambda w, s: ties_pruned(w.abs(), round(s * w.numel()))),
            # The count is wrong as well.
            *(_each(pruned(count=count)) for _, _, counts in MISCOUNTS for count in counts),
        ),
    ),
    (
        *COUNTED_LAYER_BY_LAYER,
        (_counted_layer_by_layer,),
    ),
    (
        "magnitudes-normalised",
        "The magnitudes were divided by something of their tensor, such as its mean or its largest "
        "weight, before they were ranked. Here they are compared as they are.",
        tuple(
            _together(score)
            for score in (
                lambda w: w.abs() / w.abs().max(),
                lambda w: w.abs() / w.abs().mean(),
                lambda w: w.abs() / w.abs().sum(),
                lambda w: w.abs() / w.norm(),
                lambda w: w.abs() / w.std(correction=0),
                lambda w: w.abs() / w.square().mean().sqrt(),
                lambda w: w.abs() * math.sqrt(w[0].numel()),
            )
        ),
    ),
    (
        "one-layers-threshold",
        "The threshold of one tensor, or the mean of all their thresholds, was used for the whole "
        "network. Join the magnitudes of all tensors first, and find the one threshold in them.",
        (_first_cut, _mean_cut),
    ),
    (
        "layer-left-out",
        "One tensor keeps all its weights. The dict holds prunable weights only, and every one of "
        "them takes part, the output layer too.",
        tuple(
            _without(pick, count_all)
            for pick, count_all in (
                (lambda names: names[-1], True),
                (lambda names: names[-1], False),
                (lambda names: names[0], True),
            )
        ),
    ),
    (*INVERTED, (_inverted,)),
    (*LARGEST_PRUNED, (_together(lambda w: -w.abs()),)),
    (*SIGNED, (_together(lambda w: w),)),
    *(
        (name, message, tuple(_together(count=count) for count in counts))
        for name, message, counts in MISCOUNTS
    ),
    (
        *RATIO_AS_THRESHOLD,
        (
            _each(lambda w, s: w.abs() >= s),
            _each(lambda w, s: w.abs() > s),
            _each(lambda w, s: w.abs() >= s * w.abs().max()),
        ),
    ),
    (*TIES_PRUNED, (_counted(ties_pruned),)),
    (*TIES_KEPT, (_counted(ties_kept),)),
    (*LARGEST_STAYS, (_counted(largest_stays),)),
    (
        *ROUNDED_FIRST,
        tuple(_together(rounded_to(n)) for n in DECIMALS),
    ),
    (*QUANTILE, (_in_one_line(kept_by_quantile),)),
    (*ORDER_FOR_RANKS, (_counted(kept_by_order),)),
    (*RANKED_ROW_BY_ROW, (_row_by_row,)),
    (
        *LAYER_PROTECTED,
        (_one_kept, _one_kept_on_top),
    ),
    (*ENDS_SWAPPED, (_swapped_at(0, 1), _swapped_at(0), _swapped_at(1))),
)
"""Name, message and the ways in which each mistake shows."""
