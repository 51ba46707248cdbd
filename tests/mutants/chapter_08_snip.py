"""Solutions of exercise 08 as students could write them: SNIP."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong


def _ranked(scores, k):
    """Masks of all tensors without the k lowest scores."""
    flat = torch.cat([s.flatten() for s in scores.values()])
    mask = torch.ones(len(flat), dtype=torch.bool)
    mask[flat.argsort()[: max(int(k), 0)]] = False
    parts = mask.split([s.numel() for s in scores.values()])
    return {name: p.reshape(s.shape) for (name, s), p in zip(scores.items(), parts, strict=True)}


def _scores(weights, grads):
    return {name: (w * grads[name]).abs() for name, w in weights.items()}


def _n(weights):
    return sum(w.numel() for w in weights.values())


# --- snip_scores --------------------------------------------------------------------------------


@wrong("snip_scores", says="gradient-alone")
def takes_the_gradients(weights, grads):
    return {name: grads[name].abs() for name in weights}


@wrong("snip_scores", says="gradient-alone")
def computes_as_on_the_slide(weights, grads):
    whole = sum(g.abs().sum() for g in grads.values())
    return {name: g.abs() / whole for name, g in grads.items()}


@wrong("snip_scores", says="gradient-alone")
def squares_the_gradients(weights, grads):
    return {name: grads[name] ** 2 for name in weights}


@wrong("snip_scores", says="squared")
def squares_the_gradient_in_the_product(weights, grads):
    return {name: w.abs() * grads[name] ** 2 for name, w in weights.items()}


@wrong("snip_scores", says="too-few-digits")
def rounds_to_two_decimals(weights, grads):
    return {name: torch.round((w * grads[name]).abs(), decimals=2) for name, w in weights.items()}


@wrong("snip_scores", says="weight-alone")
def takes_the_magnitudes(weights, grads):
    return {name: w.abs() for name, w in weights.items()}


@wrong("snip_scores", says="sign-kept")
def keeps_the_sign(weights, grads):
    return {name: w * grads[name] for name, w in weights.items()}


@wrong("snip_scores", says="sign-kept")
def takes_the_magnitude_too_early(weights, grads):
    return {name: w.abs() * grads[name] for name, w in weights.items()}


@wrong("snip_scores", says="sign-kept")
def keeps_what_lowers_the_loss(weights, grads):
    return {name: torch.relu(-w * grads[name]) for name, w in weights.items()}


@wrong("snip_scores", says="squared")
def squares(weights, grads):
    return {name: (w * grads[name]) ** 2 for name, w in weights.items()}


@wrong("snip_scores", says="added")
def adds_magnitudes(weights, grads):
    return {name: w.abs() + grads[name].abs() for name, w in weights.items()}


@wrong("snip_scores", says="divided")
def divides(weights, grads):
    return {name: (grads[name] / w).abs() for name, w in weights.items()}


@wrong("snip_scores", says="matched-by-order")
def zips_the_values(weights, grads):
    pairs = zip(weights.values(), grads.values(), strict=True)
    return dict(zip(weights, [(w * g).abs() for w, g in pairs], strict=True))


@wrong("snip_scores", says="normalised-per-layer")
def divides_by_the_layers_sum(weights, grads):
    return {name: s / s.sum() for name, s in _scores(weights, grads).items()}


@wrong("snip_scores", says="normalised-per-layer")
def divides_by_the_layers_maximum(weights, grads):
    return {name: s / s.max() for name, s in _scores(weights, grads).items()}


@wrong("snip_scores", says="layer-without-scores")
def returns_in_the_loop(weights, grads):
    scores = {}
    for name, w in weights.items():
        scores[name] = (w * grads[name]).abs()
        return scores


@wrong("snip_scores", says="wrong-type")
def joins_all(weights, grads):
    return torch.cat([s.flatten() for s in _scores(weights, grads).values()])


@wrong("snip_scores", says="one-score-a-layer")
def sums_each_layer(weights, grads):
    return {name: s.sum() for name, s in _scores(weights, grads).items()}


@wrong("snip_scores", says="changes-input")
def multiplies_in_place(weights, grads):
    for name, w in weights.items():
        w.mul_(grads[name]).abs_()
    return weights


@right("snip_scores")
def magnitudes_multiplied(weights, grads):
    return {name: grad.abs() * weights[name].abs() for name, grad in grads.items()}


@right("snip_scores")
def shares_of_the_whole(weights, grads):
    scores = {name: torch.abs(weights[name].double() * grads[name]) for name in weights}
    whole = torch.stack([s.sum() for s in scores.values()]).sum()
    return {name: s / whole for name, s in scores.items()}


@right("snip_scores")
def through_numpy(weights, grads):
    scores = {}
    for name in weights:
        product = weights[name].numpy() * grads[name].numpy()
        scores[name] = torch.from_numpy(np.where(product < 0, -product, product))
    return scores


@right("snip_scores")
def entry_by_entry(weights, grads):
    scores = {}
    for name, w in weights.items():
        pairs = zip(w.flatten().tolist(), grads[name].flatten().tolist(), strict=True)
        scores[name] = torch.tensor([abs(a * b) for a, b in pairs]).reshape(w.shape)
    return scores


@right("snip_scores")
def by_a_switch(weights, grads):
    """The gradient of sum(g · c · w) with respect to the switches c at 1."""
    switches = {name: torch.ones_like(w, requires_grad=True) for name, w in weights.items()}
    total = sum((grads[name] * switches[name] * w).sum() for name, w in weights.items())
    slopes = torch.autograd.grad(total, list(switches.values()))
    return {name: slope.abs() for name, slope in zip(switches, slopes, strict=True)}


# --- snip_masks ---------------------------------------------------------------------------------


@wrong("snip_masks", says="gradient-alone")
def ranks_the_gradients(weights, grads, sparsity):
    scores = {name: grads[name].abs() for name in weights}
    return _ranked(scores, round(sparsity * _n(weights)))


@wrong("snip_masks", says="weight-alone")
def ranks_the_weights(weights, grads, sparsity):
    scores = {name: w.abs() for name, w in weights.items()}
    return _ranked(scores, round(sparsity * _n(weights)))


@wrong("snip_masks", says="signed-ranking")
def ranks_signed_products(weights, grads, sparsity):
    scores = {name: w * grads[name] for name, w in weights.items()}
    return _ranked(scores, round(sparsity * _n(weights)))


@wrong("snip_masks", says="highest-pruned")
def prunes_the_most_sensitive(weights, grads, sparsity):
    scores = {name: -s for name, s in _scores(weights, grads).items()}
    return _ranked(scores, round(sparsity * _n(weights)))


@wrong("snip_masks", says="layer-by-layer")
def ranks_each_layer(weights, grads, sparsity):
    masks = {}
    for name, s in _scores(weights, grads).items():
        masks |= _ranked({name: s}, round(sparsity * s.numel()))
    return masks


@wrong("snip_masks", says="counted-layer-by-layer")
def adds_up_rounded_counts(weights, grads, sparsity):
    k = sum(round(sparsity * w.numel()) for w in weights.values())
    return _ranked(_scores(weights, grads), k)


@wrong("snip_masks", says="scores-normalised")
def compares_shares_of_layers(weights, grads, sparsity):
    scores = {name: s / s.sum() for name, s in _scores(weights, grads).items()}
    return _ranked(scores, round(sparsity * _n(weights)))


@wrong("snip_masks", says="layer-left-out")
def spares_the_last_layer(weights, grads, sparsity):
    scores = _scores(weights, grads)
    last, spared = scores.popitem()
    k = min(round(sparsity * _n(weights)), _n(scores))
    return {**_ranked(scores, k), last: torch.ones_like(spared, dtype=torch.bool)}


@wrong("snip_masks", says="layer-without-mask")
def forgets_the_last_layer(weights, grads, sparsity):
    scores = _scores(weights, grads)
    if len(scores) > 1:
        scores.popitem()
    return _ranked(scores, min(round(sparsity * _n(weights)), _n(scores)))


@wrong("snip_masks", says="matched-by-order")
def zips_weights_and_gradients(weights, grads, sparsity):
    pairs = zip(weights.items(), grads.values(), strict=True)
    scores = {name: (w * g).abs() for (name, w), g in pairs}
    return _ranked(scores, round(sparsity * _n(weights)))


@wrong("snip_masks", says="mask-inverted")
def marks_what_is_pruned(weights, grads, sparsity):
    masks = _ranked(_scores(weights, grads), round(sparsity * _n(weights)))
    return {name: ~mask for name, mask in masks.items()}


@wrong("snip_masks", says="density-for-sparsity")
def keeps_so_many(weights, grads, sparsity):
    return _ranked(_scores(weights, grads), round((1 - sparsity) * _n(weights)))


@wrong("snip_masks", says="count-truncated")
def cuts_the_count(weights, grads, sparsity):
    return _ranked(_scores(weights, grads), int(sparsity * _n(weights)))


@wrong("snip_masks", says="count-rounded-up")
def rounds_the_count_up(weights, grads, sparsity):
    return _ranked(_scores(weights, grads), math.ceil(sparsity * _n(weights)))


@wrong("snip_masks", says="half-counted-up")
def rounds_a_half_up(weights, grads, sparsity):
    return _ranked(_scores(weights, grads), math.floor(sparsity * _n(weights) + 0.5))


@wrong("snip_masks", says="half-counted-down")
def rounds_a_half_down(weights, grads, sparsity):
    return _ranked(_scores(weights, grads), math.ceil(sparsity * _n(weights) - 0.5))


@wrong("snip_masks", says="ratio-taken-for-threshold")
def compares_with_the_share(weights, grads, sparsity):
    return {name: s >= sparsity for name, s in _scores(weights, grads).items()}


@wrong("snip_masks", says="ties-all-pruned")
def keeps_above_the_threshold(weights, grads, sparsity):
    scores = _scores(weights, grads)
    ranked = torch.cat([s.flatten() for s in scores.values()]).sort().values
    k = round(sparsity * len(ranked))
    cut = ranked[k - 1] if k else -1.0
    return {name: s > cut for name, s in scores.items()}


@wrong("snip_masks", says="ties-all-kept")
def keeps_from_the_threshold_on(weights, grads, sparsity):
    scores = _scores(weights, grads)
    ranked = torch.cat([s.flatten() for s in scores.values()]).sort().values
    k = round(sparsity * len(ranked))
    cut = ranked[k] if k < len(ranked) else float("inf")
    return {name: s >= cut for name, s in scores.items()}


@wrong("snip_masks", says="layer-protected")
def leaves_one_everywhere(weights, grads, sparsity):
    scores = _scores(weights, grads)
    masks = _ranked(scores, round(sparsity * _n(weights)))
    for name, mask in masks.items():
        mask.view(-1)[scores[name].argmax()] = True
    return masks


@wrong("snip_masks", says="mask-not-bool")
def returns_ones_and_zeros(weights, grads, sparsity):
    masks = _ranked(_scores(weights, grads), round(sparsity * _n(weights)))
    return {name: mask.int() for name, mask in masks.items()}


@wrong("snip_masks", says="flattened")
def leaves_lines(weights, grads, sparsity):
    masks = _ranked(_scores(weights, grads), round(sparsity * _n(weights)))
    return {name: mask.flatten() for name, mask in masks.items()}


@wrong("snip_masks", says="off-limits")
def asks_the_library(weights, grads, sparsity):
    from model_compression.masks import prune_lowest_together

    return prune_lowest_together(_scores(weights, grads), round(sparsity * _n(weights)))


@right("snip_masks")
def joins_ranks_and_splits(weights, grads, sparsity):
    flat = torch.cat([(grads[name] * w).abs().reshape(-1) for name, w in weights.items()])
    order = flat.sort(descending=True).indices
    kept = torch.zeros(len(flat), dtype=torch.bool)
    kept[order[: len(flat) - round(sparsity * len(flat))]] = True
    masks, start = {}, 0
    for name, w in weights.items():
        masks[name] = kept[start : start + w.numel()].view_as(w)
        start += w.numel()
    return masks


@right("snip_masks")
def sorts_tuples(weights, grads, sparsity):
    ranked = sorted(
        (abs(value), name, place)
        for name, w in weights.items()
        for place, value in enumerate((w * grads[name]).flatten().tolist())
    )
    masks = {name: torch.ones(w.numel(), dtype=torch.bool) for name, w in weights.items()}
    for _, name, place in ranked[: round(sparsity * len(ranked))]:
        masks[name][place] = False
    return {name: masks[name].reshape(weights[name].shape) for name in grads}


@right("snip_masks")
def numpy_in_float64(weights, grads, sparsity):
    parts = [(w.double() * grads[name].double()).numpy().ravel() for name, w in weights.items()]
    flat = np.abs(np.concatenate(parts))
    flat = flat / flat.sum()
    kept = np.ones(flat.size, bool)
    kept[np.argsort(flat, kind="stable")[: round(sparsity * flat.size)]] = False
    pieces = np.split(kept, np.cumsum([part.size for part in parts])[:-1])
    named = zip(weights.items(), pieces, strict=True)
    return {name: torch.from_numpy(piece.reshape(tuple(w.shape))) for (name, w), piece in named}


@right("snip_masks")
def squares_rank_alike(weights, grads, sparsity):
    scores = {name: (w * grads[name]).double().square() for name, w in weights.items()}
    return _ranked(scores, round(sparsity * _n(weights)))


@right("snip_masks")
def with_the_mask_of_one_tensor(weights, grads, sparsity):
    from model_compression.magnitude_pruning import magnitude_mask

    line = torch.cat([(w * grads[name]).flatten() for name, w in weights.items()])
    pieces = magnitude_mask(line, sparsity).split([w.numel() for w in weights.values()])
    named = zip(weights.items(), pieces, strict=True)
    return {name: piece.reshape(w.shape) for (name, w), piece in named}


@wrong("snip_masks", says="joined-in-another-order")
def cuts_the_line_in_the_order_of_the_gradients(weights, grads, sparsity):
    line = torch.cat([(w * grads[name]).abs().flatten() for name, w in weights.items()])
    mask = torch.ones(len(line), dtype=torch.bool)
    mask[line.argsort()[: round(sparsity * len(line))]] = False
    masks, start = {}, 0
    for name, g in grads.items():
        masks[name] = mask[start : start + g.numel()].reshape(g.shape)
        start += g.numel()
    return masks


@wrong("snip_masks", says="ends-swapped")
def takes_the_lowest_from_the_end_of_the_order(weights, grads, sparsity):
    scores = _scores(weights, grads)
    line = torch.cat([s.flatten() for s in scores.values()])
    mask = torch.ones(len(line), dtype=torch.bool)
    mask[line.argsort(descending=True)[-round(sparsity * len(line)) :]] = False
    pieces = mask.split([s.numel() for s in scores.values()])
    return {n: p.reshape(s.shape) for (n, s), p in zip(scores.items(), pieces, strict=True)}


@wrong("snip_masks", says="order-taken-for-ranks")
def compares_the_order_with_the_count(weights, grads, sparsity):
    scores = _scores(weights, grads)
    line = torch.cat([s.flatten() for s in scores.values()])
    kept = line.argsort() >= round(sparsity * len(line))
    pieces = kept.split([s.numel() for s in scores.values()])
    return {n: p.reshape(s.shape) for (n, s), p in zip(scores.items(), pieces, strict=True)}


@wrong("snip_masks", says="zeros-counted-apart")
def takes_the_share_of_the_scores_above_0(weights, grads, sparsity):
    scores = _scores(weights, grads)
    n_dead = sum(int((s == 0).sum()) for s in scores.values())
    return _ranked(scores, n_dead + round(sparsity * (_n(weights) - n_dead)))


@wrong("snip_masks", says="layer-by-layer")
def rounds_up_in_every_layer(weights, grads, sparsity):
    masks = {}
    for name, score in _scores(weights, grads).items():
        mask = torch.ones(score.numel(), dtype=torch.bool)
        mask[score.flatten().argsort()[: math.ceil(sparsity * score.numel())]] = False
        masks[name] = mask.reshape(score.shape)
    return masks


@wrong("snip_scores", says="one-score-a-layer")
def adds_the_scores_of_a_layer(weights, grads):
    return {name: (w * grads[name]).abs().sum() for name, w in weights.items()}


@wrong("snip_scores", says="stretched-to-0-and-1")
def squeezes_the_scores_between_0_and_1(weights, grads):
    raw = {name: torch.abs(weights[name] * grads[name]) for name in weights}
    low = min(float(s.min()) for s in raw.values())
    high = max(float(s.max()) for s in raw.values())
    return {name: (s - low) / (high - low) for name, s in raw.items()}


@wrong("snip_scores", says="weights-of-0-apart")
def gives_weights_of_0_their_gradient(weights, grads):
    return {
        name: torch.where(w == 0, grads[name].abs(), (w * grads[name]).abs())
        for name, w in weights.items()
    }
