"""Solutions of exercise 08 as students could write them: gradual_masks."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong


def _n(weights):
    return sum(w.numel() for w in weights.values())


def _gone(masks):
    return sum(int((~mask).sum()) for mask in masks.values())


def _within(scores, masks, more):
    """The old masks without `more` of those that are left, of the lowest scores."""
    flat = torch.cat([scores[name].flatten() for name in scores])
    kept = torch.cat([masks[name].flatten() for name in scores])
    order = torch.where(kept, flat, torch.full_like(flat, float("inf"))).argsort()
    kept[order[: max(more, 0)]] = False
    parts = kept.split([s.numel() for s in scores.values()])
    return {name: p.reshape(s.shape) for (name, s), p in zip(scores.items(), parts, strict=True)}


def _magnitudes(weights):
    return {name: w.abs() for name, w in weights.items()}


def _anew(weights, k):
    whole = {name: torch.ones_like(w, dtype=torch.bool) for name, w in weights.items()}
    return _within(_magnitudes(weights), whole, k)


@wrong("gradual_masks", says="on-top")
def prunes_the_share_again(weights, masks, sparsity):
    more = min(round(sparsity * _n(weights)), _n(weights) - _gone(masks))
    return _within(_magnitudes(weights), masks, more)


@wrong("gradual_masks", says="share-of-survivors")
def prunes_a_share_of_the_rest(weights, masks, sparsity):
    left = _n(weights) - _gone(masks)
    return _within(_magnitudes(weights), masks, round(sparsity * left))


@wrong("gradual_masks", says="old-masks-ignored")
def ranks_all_anew(weights, masks, sparsity):
    return _anew(weights, round(sparsity * _n(weights)))


@wrong("gradual_masks", says="mask-taken-from-zeros")
def ranks_masked_weights(weights, masks, sparsity):
    zeroed = {name: w * masks[name] for name, w in weights.items()}
    flat = torch.cat([w.abs().flatten() for w in zeroed.values()])
    kept = torch.ones(len(flat), dtype=torch.bool)
    kept[flat.argsort(stable=True)[: round(sparsity * len(flat))]] = False
    parts = kept.split([w.numel() for w in zeroed.values()])
    return {name: p.reshape(w.shape) for (name, w), p in zip(zeroed.items(), parts, strict=True)}


@wrong("gradual_masks", says="mask-taken-from-zeros")
def looks_for_zeros(weights, masks, sparsity):
    masks = {name: w != 0 for name, w in weights.items()}
    more = round(sparsity * _n(weights)) - _gone(masks)
    return _within(_magnitudes(weights), masks, more)


def _without_lowest(flat, k, weights):
    kept = torch.ones(len(flat), dtype=torch.bool)
    kept[flat.argsort(stable=True)[:k]] = False
    parts = kept.split([w.numel() for w in weights.values()])
    return {name: p.reshape(w.shape) for (name, w), p in zip(weights.items(), parts, strict=True)}


@wrong("gradual_masks", says="mask-taken-from-zeros")
def ranks_masked_weights_within_the_old_masks(weights, masks, sparsity):
    flat = torch.cat([(w * masks[name]).abs().flatten() for name, w in weights.items()])
    new = _without_lowest(flat, round(sparsity * len(flat)), weights)
    return {name: mask & masks[name] for name, mask in new.items()}


@wrong("gradual_masks", says="mask-taken-from-zeros")
def ranks_masked_weights_and_never_fewer(weights, masks, sparsity):
    flat = torch.cat([(w * masks[name]).abs().flatten() for name, w in weights.items()])
    return _without_lowest(flat, max(round(sparsity * len(flat)), _gone(masks)), weights)


@wrong("gradual_masks", says="total-lowered")
def starts_over_where_less_is_asked_for(weights, masks, sparsity):
    flat = torch.cat(
        [torch.where(masks[name], w.abs(), -1.0).flatten() for name, w in weights.items()]
    )
    return _without_lowest(flat, round(sparsity * len(flat)), weights)


@wrong("gradual_masks", says="joined-afterwards")
def joins_old_and_new(weights, masks, sparsity):
    new = _anew(weights, round(sparsity * _n(weights)))
    return {name: mask & masks[name] for name, mask in new.items()}


@wrong("gradual_masks", says="only-the-new-ones")
def shows_the_new_ones(weights, masks, sparsity):
    more = round(sparsity * _n(weights)) - _gone(masks)
    new = _within(_magnitudes(weights), masks, more)
    return {name: ~(masks[name] & ~mask) for name, mask in new.items()}


@wrong("gradual_masks", says="total-lowered")
def prunes_backwards(weights, masks, sparsity):
    flat = torch.cat(
        [torch.where(masks[name], w.abs(), -1.0).flatten() for name, w in weights.items()]
    )
    kept = torch.ones(len(flat), dtype=torch.bool)
    kept[flat.argsort(stable=True)[: round(sparsity * len(flat))]] = False
    parts = kept.split([w.numel() for w in weights.values()])
    return {name: p.reshape(w.shape) for (name, w), p in zip(weights.items(), parts, strict=True)}


@wrong("gradual_masks", says="negative-count")
def slices_with_a_negative_count(weights, masks, sparsity):
    places = sorted(
        (abs(value), name, i)
        for name, w in weights.items()
        for i, value in enumerate(w.flatten().tolist())
        if masks[name].flatten()[i]
    )
    more = round(sparsity * _n(weights)) - _gone(masks)
    new = {name: masks[name].clone().reshape(-1) for name in weights}
    for _, name, i in places[:more]:
        new[name][i] = False
    return {name: new[name].reshape(w.shape) for name, w in weights.items()}


@wrong("gradual_masks", says="layer-by-layer")
def brings_each_layer_there(weights, masks, sparsity):
    new = {}
    for name, w in weights.items():
        more = round(sparsity * w.numel()) - int((~masks[name]).sum())
        new |= _within({name: w.abs()}, {name: masks[name]}, more)
    return new


@wrong("gradual_masks", says="counted-layer-by-layer")
def adds_rounded_counts(weights, masks, sparsity):
    count = sum(round(sparsity * w.numel()) for w in weights.values())
    return _within(_magnitudes(weights), masks, count - _gone(masks))


@wrong("gradual_masks", says="matched-by-order")
def zips_weights_and_masks(weights, masks, sparsity):
    matched = {
        name: mask.reshape(w.shape)
        for (name, w), mask in zip(weights.items(), masks.values(), strict=True)
    }
    more = round(sparsity * _n(weights)) - _gone(masks)
    return _within(_magnitudes(weights), matched, more)


@wrong("gradual_masks", says="mask-inverted")
def marks_all_that_is_gone(weights, masks, sparsity):
    more = round(sparsity * _n(weights)) - _gone(masks)
    new = _within(_magnitudes(weights), masks, more)
    return {name: ~mask for name, mask in new.items()}


@wrong("gradual_masks", says="largest-pruned")
def prunes_the_largest(weights, masks, sparsity):
    more = round(sparsity * _n(weights)) - _gone(masks)
    return _within({name: -w.abs() for name, w in weights.items()}, masks, more)


@wrong("gradual_masks", says="signed-ranking")
def ranks_with_signs(weights, masks, sparsity):
    return _within(weights, masks, round(sparsity * _n(weights)) - _gone(masks))


@wrong("gradual_masks", says="density-for-sparsity")
def keeps_that_many(weights, masks, sparsity):
    more = round((1 - sparsity) * _n(weights)) - _gone(masks)
    return _within(_magnitudes(weights), masks, more)


@wrong("gradual_masks", says="count-truncated")
def cuts_the_total_off(weights, masks, sparsity):
    return _within(_magnitudes(weights), masks, int(sparsity * _n(weights)) - _gone(masks))


@wrong("gradual_masks", says="count-rounded-up")
def rounds_the_total_up(weights, masks, sparsity):
    total = math.ceil(sparsity * _n(weights))
    return _within(_magnitudes(weights), masks, total - _gone(masks))


@wrong("gradual_masks", says="half-counted-up")
def rounds_a_half_up(weights, masks, sparsity):
    total = math.floor(sparsity * _n(weights) + 0.5)
    return _within(_magnitudes(weights), masks, total - _gone(masks))


@wrong("gradual_masks", says="half-counted-down")
def rounds_a_half_down(weights, masks, sparsity):
    total = math.ceil(sparsity * _n(weights) - 0.5)
    return _within(_magnitudes(weights), masks, total - _gone(masks))


@wrong("gradual_masks", says="ties-all-pruned")
def keeps_above_a_threshold(weights, masks, sparsity):
    more = round(sparsity * _n(weights)) - _gone(masks)
    if more <= 0:
        return {name: masks[name].clone() for name in weights}
    left = torch.cat([w.abs()[masks[name]] for name, w in weights.items()])
    cut = left.kthvalue(more).values
    return {name: masks[name] & (w.abs() > cut) for name, w in weights.items()}


@wrong("gradual_masks", says="ties-all-kept")
def keeps_from_a_threshold_on(weights, masks, sparsity):
    more = round(sparsity * _n(weights)) - _gone(masks)
    if more <= 0:
        return {name: masks[name].clone() for name in weights}
    left = torch.cat([w.abs()[masks[name]] for name, w in weights.items()])
    cut = torch.cat([left.sort().values, torch.tensor([float("inf")])])[more]
    return {name: masks[name] & (w.abs() >= cut) for name, w in weights.items()}


@wrong("gradual_masks", says="nothing-more-pruned")
def returns_the_old_masks(weights, masks, sparsity):
    return {name: mask.clone() for name, mask in masks.items()}


@wrong("gradual_masks", says="came-back")
def draws_the_rest_at_random(weights, masks, sparsity):
    generator = torch.Generator().manual_seed(0)
    noise = {name: torch.rand(w.shape, generator=generator) for name, w in weights.items()}
    whole = {name: torch.ones_like(w, dtype=torch.bool) for name, w in weights.items()}
    return _within(noise, whole, round(sparsity * _n(weights)))


@wrong("gradual_masks", says="changes-input")
def prunes_the_old_masks(weights, masks, sparsity):
    more = round(sparsity * _n(weights)) - _gone(masks)
    for name, mask in _within(_magnitudes(weights), masks, more).items():
        masks[name].copy_(mask)
    return masks


@wrong("gradual_masks", says="mask-not-bool")
def returns_floats(weights, masks, sparsity):
    more = round(sparsity * _n(weights)) - _gone(masks)
    new = _within(_magnitudes(weights), masks, more)
    return {name: mask.float() for name, mask in new.items()}


@right("gradual_masks")
def ranks_what_is_left(weights, masks, sparsity):
    more = max(round(sparsity * _n(weights)) - _gone(masks), 0)
    return _within(_magnitudes(weights), masks, more)


@right("gradual_masks")
def sorts_the_survivors(weights, masks, sparsity):
    new = {name: masks[name].flatten().tolist() for name in weights}
    left = sorted(
        (abs(value), name, i)
        for name, w in weights.items()
        for i, value in enumerate(w.flatten().tolist())
        if new[name][i]
    )
    n_kept = _n(weights) - round(sparsity * _n(weights))
    for _, name, i in left[: max(len(left) - n_kept, 0)]:
        new[name][i] = False
    return {name: torch.tensor(new[name]).reshape(w.shape) for name, w in weights.items()}


@right("gradual_masks")
def puts_the_pruned_ones_first(weights, masks, sparsity):
    parts = [np.where(masks[k].numpy(), w.abs().numpy(), -1.0).ravel() for k, w in weights.items()]
    flat = np.concatenate(parts)
    count = max(round(sparsity * flat.size), int((flat < 0).sum()))
    kept = np.ones(flat.size, bool)
    kept[np.argsort(flat)[:count]] = False
    new, start = {}, 0
    for name, w in weights.items():
        new[name] = torch.from_numpy(kept[start : start + w.numel()].reshape(tuple(w.shape)))
        start += w.numel()
    return new


@right("gradual_masks")
def one_by_one(weights, masks, sparsity):
    new = {name: masks[name].clone() for name in weights}
    while _gone(new) < round(sparsity * _n(weights)):
        lowest = {
            name: torch.where(new[name], w.double().abs(), float("inf"))
            for name, w in weights.items()
        }
        name = min(lowest, key=lambda key: float(lowest[key].min()))
        new[name].view(-1)[lowest[name].argmin()] = False
    return new


@right("gradual_masks")
def keeps_the_largest(weights, masks, sparsity):
    flat = torch.cat([(w.abs() + 1).mul(masks[name]).flatten() for name, w in weights.items()])
    n_kept = min(len(flat) - round(sparsity * len(flat)), int((flat > 0).sum()))
    kept = torch.zeros(len(flat), dtype=torch.bool)
    kept[flat.double().topk(n_kept).indices] = True
    pieces = kept.split([w.numel() for w in weights.values()])
    return {name: p.reshape(w.shape) for (name, w), p in zip(weights.items(), pieces, strict=True)}


@wrong("gradual_masks", says="rounded-after-subtracting")
def rounds_what_is_missing(weights, masks, sparsity):
    return _within(_magnitudes(weights), masks, round(sparsity * _n(weights) - _gone(masks)))


@wrong("gradual_masks", says="matched-by-order")
def joins_each_dict_in_its_own_order(weights, masks, sparsity):
    magnitude = torch.cat([w.abs().flatten() for w in weights.values()])
    old = torch.cat([m.flatten() for m in masks.values()])
    missing = max(round(sparsity * old.numel()) - int((~old).sum()), 0)
    new = old.clone()
    new[torch.where(old, magnitude, math.inf).argsort()[:missing]] = False
    pieces = new.split([m.numel() for m in masks.values()])
    return {n: p.reshape(m.shape) for (n, m), p in zip(masks.items(), pieces, strict=True)}


@wrong("gradual_masks", says="layer-by-layer")
def prunes_a_share_of_what_each_layer_has_left(weights, masks, sparsity):
    new = {}
    for name, w in weights.items():
        mask = masks[name].clone()
        places = mask.nonzero()
        k = round(sparsity * len(places))
        for i in w[mask].abs().argsort()[:k].tolist():
            mask[tuple(places[i])] = False
        new[name] = mask
    return new


@wrong("gradual_masks", says="mask-taken-from-zeros")
def ranks_pruned_places_as_0_within_the_old_masks(weights, masks, sparsity):
    score = torch.cat([(w.abs() * masks[name]).flatten() for name, w in weights.items()])
    new = torch.cat([masks[name].flatten() for name in weights])
    new[score.argsort()[: round(sparsity * new.numel())]] = False
    pieces = new.split([w.numel() for w in weights.values()])
    return {n: p.reshape(w.shape) for (n, w), p in zip(weights.items(), pieces, strict=True)}


@wrong("gradual_masks", says="flattened")
def hands_out_flat_pieces(weights, masks, sparsity):
    more = round(sparsity * _n(weights)) - _gone(masks)
    return {name: m.flatten() for name, m in _within(_magnitudes(weights), masks, more).items()}
