"""The task `snip_masks`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any

import torch

from courseware.chapters.c08_when_to_prune.tasks.common import (
    LAYER_WITHOUT_MASK,
    OFF_LIMITS,
    Tensors,
    two_ranked,
    ways_of,
    weights_and_gradients,
)
from courseware.checks import ranking_inputs as inputs
from courseware.checks.counts import COUNTED_LAYER_BY_LAYER, MISCOUNTS, shares
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.global_rankings import MISTAKES, NORMALISED
from courseware.checks.joined_tensors import cut, joining_slips
from courseware.checks.mask_dicts import MATCHED_BY_ORDER, and_dtypes, masks_came
from courseware.checks.masks import INVERTED, MASK_NOT_BOOL, WEIGHTS_RETURNED
from courseware.checks.misconceptions import both, followed_by, several, ways
from courseware.checks.named_tensors import Named, paired_call, total
from courseware.checks.noise import CLOSE_ONES_MIXED_UP, noisy
from courseware.checks.rankings import (
    ENDS_SWAPPED,
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
    ranking_problem,
)
from courseware.checks.task import Check, Draw, Misconception, Task
from courseware.checks.values import Difference
from model_compression import snip as reference
from model_compression.masks import prune_lowest_together, pruned_count

Arguments = tuple[Named, Named, float]

SHAPES = {"0.weight": (6, 8), "2.weight": (4, 6)}


def _two_layers(draw: Draw) -> Iterator[Arguments]:
    # |w g|: 0.08 0.45 0.2 1.2 and 0.12 0.9 0.06 1.0. Of |w| or |g| alone, others are the smallest.
    first = torch.tensor([[0.1, -0.5, 2.0, -3.0]]), torch.tensor([[-0.8, 0.9, 0.1, 0.4]])
    last = torch.tensor([[0.4, -1.5, 0.3, 0.2]]), torch.tensor([[0.3, 0.6, -0.2, 5.0]])
    yield (
        Named({"0.weight": first[0], "2.weight": last[0]}),
        Named({"2.weight": last[1], "0.weight": first[1]}),
        0.375,
    )
    for shapes in (SHAPES, inputs.OUT_OF_ORDER):
        yield *weights_and_gradients(draw, shapes), inputs.whole_share(draw)
    weights, grads = weights_and_gradients(draw, SHAPES)
    # What is added against ties, or rounded, is felt here.
    small = Named((name, inputs.tiny(w)) for name, w in weights.items())
    yield small, grads, inputs.whole_share(draw)


def _rounded_once(draw: Draw) -> Iterator[Arguments]:
    halves = torch.tensor([[0.5, -0.5, 0.5]])
    grads = Named(a=halves, b=halves.clone(), c=halves.clone())
    yield inputs.three_by_three(), grads, 0.4
    # Of an odd number, too: the half of it is rounded otherwise where the rest is.
    for shapes in (inputs.uneven_shapes(3), inputs.uneven_shapes(5), inputs.ODD_SHAPES):
        weights, grads = weights_and_gradients(draw, shapes)
        for sparsity in shares(draw, total(weights)):
            yield weights, grads, sparsity


def _convolutions(draw: Draw) -> Iterator[Arguments]:
    shapes = {"conv1.weight": (4, 1, 3, 3), "conv2.weight": (2, 4, 3, 3), "fc.weight": (5, 4)}
    same = {"a.weight": (4, 4), "b.weight": (4, 4), "c.weight": (4, 4)}
    yield *weights_and_gradients(draw, same), inputs.whole_share(draw)
    yield *weights_and_gradients(draw, shapes), inputs.whole_share(draw)


def _zero_gradients(draw: Draw) -> Iterator[Arguments]:
    w, g = torch.tensor([[0.5, -3.0, 2.0, 1.0]]), torch.tensor([[0.0, 0.0, 0.0, -2.0]])
    yield Named(w=w), Named(w=g), 0.5
    for n_dead in (3, 4):
        weights, grads = weights_and_gradients(draw, SHAPES)
        # Units that are off for all images: their rows get no gradient.
        for name in ("0.weight", "2.weight"):
            grads[name][:n_dead] = 0.0
        for sparsity in (0.25, 0.875):
            yield weights, grads, sparsity


def _extremes(draw: Draw) -> Iterator[Arguments]:
    small, large = torch.tensor([[0.1, -0.2]]), torch.tensor([[0.3, -4.0]])
    ones = torch.ones(1, 2)
    yield Named(a=small, b=large), Named(a=ones, b=ones.clone()), 0.5
    yield Named(a=large, b=small), Named(a=ones, b=-ones), 0.5
    weights, grads = weights_and_gradients(draw, {"0.weight": (3, 4), "2.weight": (2, 3)})
    yield weights, grads, 0.0
    yield weights, grads, 1.0


def lowest_scores_go(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """The exact count over all tensors, and nothing kept that scores below anything pruned."""
    weights, grads, sparsity = arguments
    if found := masks_came(weights, got):
        return found
    masks = {name: mask.detach() for name, mask in got}
    count = pruned_count(total(weights), sparsity)
    text = ranking_problem(reference.snip_scores(weights, grads), masks, count, "score |w·g|")
    return Difference("wrong-value", text) if text else None


def _products(weights: Tensors, grads: Tensors) -> Tensors:
    return {name: w * grads[name] for name, w in weights.items()}


def _by_order(weights: Tensors, grads: Tensors, sparsity: float) -> Tensors:
    pairs = zip(weights.items(), grads.values(), strict=True)
    scores = {name: (w * g).abs() for (name, w), g in pairs}
    return prune_lowest_together(scores, pruned_count(total(weights), sparsity))


def _ranked(weights: Tensors, grads: Tensors, sparsity: float) -> tuple[Tensors, int]:
    scores = {name: score.abs() for name, score in _products(weights, grads).items()}
    return scores, pruned_count(total(weights), sparsity)


def _pruned_weights(weights: Tensors, grads: Tensors, sparsity: float) -> Tensors:
    masks = reference.snip_masks(weights, grads, sparsity)
    return {name: w * masks[name] for name, w in weights.items()}


def _zeros_apart(on_top: bool, stable: bool = True) -> Callable[..., Tensors]:
    """The share is one of the scores above 0; the zeros go on top of it, or are among them."""

    def behaves(weights: Tensors, grads: Tensors, sparsity: float) -> Tensors:
        scores, _ = _ranked(weights, grads, sparsity)
        line = torch.cat([score.flatten() for score in scores.values()])
        n_zeros = int((line == 0).sum())
        kept = torch.ones(len(line), dtype=torch.bool)
        count = round(sparsity * (len(line) - n_zeros)) + n_zeros * on_top
        kept[line.argsort(stable=stable)[:count]] = False
        return cut(kept, weights)

    return behaves


def _zeros_besides(weights: Tensors, grads: Tensors, sparsity: float) -> Tensors:
    """As many as asked for, and all scores of 0 besides."""
    scores, count = _ranked(weights, grads, sparsity)
    masks = prune_lowest_together(scores, count)
    return {name: mask & (scores[name] != 0) for name, mask in masks.items()}


def _lines_by_order(stable: bool) -> Callable[..., Tensors]:
    """The weights in one line, the gradients in another, each in the order of its own dict."""

    def behaves(weights: Tensors, grads: Tensors, sparsity: float) -> Tensors:
        one, other = (torch.cat([t.flatten() for t in d.values()]) for d in (weights, grads))
        line = (one * other).abs()
        kept = torch.ones(len(line), dtype=torch.bool)
        kept[line.argsort(stable=stable)[: pruned_count(len(line), sparsity)]] = False
        return cut(kept, weights)

    return behaves


SCORES_ROUNDED = (
    ROUNDED_FIRST[0],
    "The scores were rounded before they were compared, so some that differ became equal. Compare "
    "them as they are.",
)

SIGNED_PRODUCTS = (
    "signed-ranking",
    "The products were ranked with their signs, so large negative ones went first. A "
    "connection matters whichever way its loss would move: rank the magnitude.",
)
HIGHEST_PRUNED = (
    "highest-pruned",
    "The highest scores were pruned: the connections to which the loss is most sensitive. "
    "They are the ones to keep.",
)
SCORES_NORMALISED = (
    "scores-normalised",
    "The scores of each layer were divided by something of that layer before they were ranked. "
    "Divide all by one number, or none: else layers are no longer comparable.",
)
LAYER_BY_LAYER = (
    "layer-by-layer",
    "Each tensor lost the same share: they were ranked one by one. Here the scores of the whole "
    "network are one ranking, so that each layer keeps what the loss asks for.",
)
OWN_WORDS = {
    SIGNED[0]: SIGNED_PRODUCTS,
    LARGEST_PRUNED[0]: HIGHEST_PRUNED,
    NORMALISED[0]: SCORES_NORMALISED,
    LAYER_BY_LAYER[0]: LAYER_BY_LAYER,
}
"""What is told of scores, in place of magnitudes."""

RANKED_OTHERWISE = {LARGEST_PRUNED[0], SIGNED[0], INVERTED[0], LAYER_BY_LAYER[0]} | {
    name for name, *_ in MISCOUNTS
}

_check = partial(Check, judge=lowest_scores_go, probe=paired_call)

GRADIENT_ALONE = (
    "gradient-alone",
    "The gradients were ranked alone. A weight that hardly does anything can have a large "
    "gradient: rank |w·g|.",
)
WEIGHT_ALONE = (
    "weight-alone",
    "The weights were ranked by their magnitude, which knows nothing of the loss. That is "
    "magnitude pruning of an untrained network: rank |w·g|.",
)


def _one_alone() -> Iterator[Misconception]:
    """One factor of the scores alone, and another mistake in the ranking of its magnitudes."""
    factors: tuple[Callable[..., Tensors], ...] = (lambda w, g: dict(g), lambda w, g: w)
    for alone, factor in zip((GRADIENT_ALONE, WEIGHT_ALONE), factors, strict=True):
        for name, message, _ in MISTAKES:
            if name in RANKED_OTHERWISE:
                told = OWN_WORDS.get(name, (name, message))
                yield from both(alone, told, *ways_of(name, factor))


RANKED_WRONGLY = several(
    joining_slips(_ranked, two_dicts=True),
    ways(
        *GRADIENT_ALONE,
        lambda w, g, s: reference.snip_masks({k: torch.ones_like(v) for k, v in w.items()}, g, s),
    ),
    ways(
        *WEIGHT_ALONE,
        lambda w, g, s: reference.snip_masks(w, {k: torch.ones_like(v) for k, v in w.items()}, s),
    ),
    ways(
        *SIGNED_PRODUCTS,
        *ways_of("signed-ranking", _products),
        *ways_of("signed-ranking", lambda w, g: {k: -v for k, v in _products(w, g).items()}),
    ),
    ways(
        *HIGHEST_PRUNED,
        *ways_of("largest-pruned", _products),
    ),
    ways(
        *LAYER_BY_LAYER,
        *ways_of("layer-by-layer", _products),
    ),
    ways(*COUNTED_LAYER_BY_LAYER, *ways_of("counted-layer-by-layer", _products)),
    ways(
        *SCORES_NORMALISED,
        *ways_of("magnitudes-normalised", _products),
    ),
    ways(
        "one-layers-threshold",
        "The threshold of one tensor, or the mean of all their thresholds, was used for the "
        "whole network. Join the scores of all tensors first.",
        *ways_of("one-layers-threshold", _products),
    ),
    ways(
        "layer-left-out",
        "One tensor keeps all its weights. Every tensor of the dict takes part, the output "
        "layer too.",
        *ways_of("layer-left-out", _products),
    ),
    ways(*MATCHED_BY_ORDER, _by_order, *map(_lines_by_order, (True, False))),
    ways(*INVERTED, *ways_of("mask-inverted", _products)),
    *(ways(name, message, *ways_of(name, _products)) for name, message, _ in MISCOUNTS),
    ways(
        "ratio-taken-for-threshold",
        "The sparsity was used as a threshold for the scores. It is a share: how many go, "
        "however large or small the scores are.",
        *ways_of("ratio-taken-for-threshold", _products),
    ),
    ways(
        TIES_PRUNED[0],
        "All weights whose score equals the threshold were pruned, so more than asked for are "
        "gone. Where many gradients are 0, as behind units that are off, that can be very "
        "many: prune just as many as the count says.",
        *ways_of(TIES_PRUNED[0], _products),
    ),
    ways(
        TIES_KEPT[0],
        "All weights whose score equals the threshold were kept, so fewer than asked for are "
        "gone. Where many gradients are 0, as behind units that are off, that can be very "
        "many: prune just as many as the count says.",
        *ways_of(TIES_KEPT[0], _products),
    ),
    *(
        ways(*mistake, *ways_of(mistake[0], _products))
        for mistake in (
            *(LAYER_PROTECTED, QUANTILE, ORDER_FOR_RANKS, ENDS_SWAPPED, LARGEST_STAYS),
            *(SCORES_ROUNDED, RANKED_ROW_BY_ROW, NOTHING_PRUNED),
            *(FIRST_OF_EQUALS, MARKED_WITH_LARGEST),
        )
    ),
    ways(
        "zeros-counted-apart",
        "Scores of 0 were left out when the number to prune was worked out. It is the share "
        "of all weights, whatever their scores.",
        *(_zeros_apart(*how) for how in product((True, False), repeat=2)),
    ),
    ways(
        "zeros-besides",
        "All scores of 0 were pruned besides those that the count asks for. Zeros are among "
        "them: just as many go as the count says.",
        _zeros_besides,
    ),
    *two_ranked(_products, OWN_WORDS),
    _one_alone(),
)


def _weights_kept(masks: Tensors, weights: Tensors, *rest: Any) -> Tensors:
    return {name: weights[name] * mask for name, mask in masks.items()}


MIXED_UP = ways(*CLOSE_ONES_MIXED_UP, *noisy(_ranked))

SNIP_MASKS = Task(
    name="snip_masks",
    points=18,
    reference=reference.snip_masks,
    lecture="lecture 08, “Before training: at random, and by SNIP”",
    off_limits=OFF_LIMITS,
    calls=("snip_scores",),
    checks=told_by_form(
        _check("the lowest scores go, all tensors in one ranking", 5, _two_layers),
        _check("how many: rounded once, for all together", 3, _rounded_once),
        _check("each mask under the name and in the shape of its weight", 3, _convolutions),
        _check("many gradients of 0: still the exact count", 3, _zero_gradients),
        _check("a layer may lose all its weights, or none", 2, _extremes),
        _check("right masks, as torch.bool", 2, _two_layers, judge=and_dtypes(lowest_scores_go)),
    ),
    misconceptions=several(
        (MASK_NOT_BOOL, LAYER_WITHOUT_MASK, *FORMS),
        RANKED_WRONGLY,
        MIXED_UP,
        ways(*WEIGHTS_RETURNED, _pruned_weights),
        followed_by(WEIGHTS_RETURNED, _weights_kept, RANKED_WRONGLY),
    ),
)
