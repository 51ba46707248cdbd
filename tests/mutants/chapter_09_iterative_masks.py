"""Solutions of exercise 09 as students could write them: iterative_masks."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong


def _split_like(flat, tensors):
    """A flat tensor in the shapes of others, by their names."""
    parts = flat.split([w.numel() for w in tensors.values()])
    return {name: p.reshape(w.shape) for (name, w), p in zip(tensors.items(), parts, strict=True)}


def _lines(weights, masks):
    """Magnitudes and masks of all layers in one line each."""
    magnitudes = torch.cat([w.abs().flatten() for w in weights.values()])
    return magnitudes, torch.cat([masks[name].flatten() for name in weights])


def _without_lowest(magnitudes, old, count):
    """The old mask without the `count` smallest of what it keeps."""
    new = old.clone()
    ranked = torch.where(old, magnitudes, float("inf"))
    new[ranked.argsort()[: max(int(count), 0)]] = False
    return new


@wrong("iterative_masks", says="share-of-all-weights")
def takes_the_share_of_all(weights, masks, rate):
    magnitudes, old = _lines(weights, masks)
    return _split_like(_without_lowest(magnitudes, old, round(rate * len(old))), weights)


@wrong("iterative_masks", says="rate-taken-for-total")
def prunes_up_to_the_rate(weights, masks, rate):
    magnitudes, old = _lines(weights, masks)
    count = round(rate * len(old)) - int((~old).sum())
    return _split_like(_without_lowest(magnitudes, old, count), weights)


@wrong("iterative_masks", says="revived")
def ranks_everything_anew(weights, masks, rate):
    magnitudes, old = _lines(weights, masks)
    everything = torch.ones_like(old)
    new = _without_lowest(magnitudes * old, everything, round(rate * len(old)))
    return _split_like(new, weights)


@wrong("iterative_masks", says="pruned-weights-counted-again")
def ranks_zeros_too(weights, masks, rate):
    magnitudes, old = _lines(weights, masks)
    new = old.clone()
    new[(magnitudes * old).argsort(stable=True)[: round(rate * int(old.sum()))]] = False
    return _split_like(new, weights)


@wrong("iterative_masks", says="zeros-taken-for-pruned")
def reads_the_masks_from_zeros(weights, masks, rate):
    magnitudes, _ = _lines(weights, masks)
    alive = magnitudes != 0
    return _split_like(_without_lowest(magnitudes, alive, round(rate * int(alive.sum()))), weights)


@wrong("iterative_masks", says="zeros-taken-for-pruned")
def ranks_pruned_weights_as_zeros(weights, masks, rate):
    magnitudes, old = _lines(weights, masks)
    count = int((~old).sum()) + round(rate * int(old.sum()))
    new = torch.ones_like(old)
    new[(magnitudes * old).argsort(stable=True)[:count]] = False
    return _split_like(new, weights)


@wrong("iterative_masks", says="zeros-taken-for-pruned")
def joins_the_ranking_of_zeros_with_the_old_masks(weights, masks, rate):
    magnitudes, old = _lines(weights, masks)
    count = int((~old).sum()) + round(rate * int(old.sum()))
    new = torch.ones_like(old)
    new[(magnitudes * old).argsort(stable=True)[:count]] = False
    return _split_like(new & old, weights)


@wrong("iterative_masks", says="matched-by-order")
def joins_both_dicts_in_their_order(weights, masks, rate):
    old = torch.cat([mask.flatten() for mask in masks.values()])
    magnitudes = torch.cat([w.abs().flatten() for w in weights.values()])
    return _split_like(_without_lowest(magnitudes, old, round(rate * int(old.sum()))), weights)


@wrong("iterative_masks", says="matched-by-order")
def zips_weights_and_masks(weights, masks, rate):
    named = dict(zip(weights, masks.values(), strict=True))
    survivors = torch.cat([w[named[name]].abs() for name, w in weights.items()])
    count = round(rate * len(survivors))
    cut = sorted([-1.0, *survivors.tolist()])[count]
    return {name: named[name] & (w.abs() > cut) for name, w in weights.items()}


@wrong("iterative_masks", says="revived")
def ranks_whatever_pruned_weights_hold(weights, masks, rate):
    magnitudes, old = _lines(weights, masks)
    count = int((~old).sum()) + round(rate * int(old.sum()))
    new = torch.ones_like(old)
    new[magnitudes.argsort()[:count]] = False
    return _split_like(new, weights)


@wrong("iterative_masks", says="old-masks-forgotten")
def marks_only_what_goes_now(weights, masks, rate):
    magnitudes, old = _lines(weights, masks)
    new = _without_lowest(magnitudes, old, round(rate * int(old.sum())))
    return _split_like(new | ~old, weights)


@wrong("iterative_masks", says="this-round-marked")
def returns_what_goes(weights, masks, rate):
    magnitudes, old = _lines(weights, masks)
    new = _without_lowest(magnitudes, old, round(rate * int(old.sum())))
    return _split_like(old & ~new, weights)


@wrong("iterative_masks", says="rate-taken-for-kept")
def keeps_the_rate(weights, masks, rate):
    magnitudes, old = _lines(weights, masks)
    left = int(old.sum())
    return _split_like(_without_lowest(magnitudes, old, left - round(rate * left)), weights)


@wrong("iterative_masks", says="rate-taken-for-threshold")
def compares_with_the_rate(weights, masks, rate):
    return {name: masks[name] & (w.abs() >= rate) for name, w in weights.items()}


@wrong("iterative_masks", says="layer-by-layer")
def prunes_every_layer_alike(weights, masks, rate):
    result = {}
    for name, w in weights.items():
        old = masks[name].flatten()
        new = _without_lowest(w.abs().flatten(), old, round(rate * int(old.sum())))
        result[name] = new.reshape(w.shape)
    return result


@wrong("iterative_masks", says="counted-layer-by-layer")
def adds_up_rounded_counts(weights, masks, rate):
    magnitudes, old = _lines(weights, masks)
    count = sum(round(rate * int(mask.sum())) for mask in masks.values())
    return _split_like(_without_lowest(magnitudes, old, count), weights)


@wrong("iterative_masks", says="largest-pruned")
def prunes_the_largest(weights, masks, rate):
    magnitudes, old = _lines(weights, masks)
    return _split_like(_without_lowest(-magnitudes, old, round(rate * int(old.sum()))), weights)


@wrong("iterative_masks", says="signed-ranking")
def ranks_with_signs(weights, masks, rate):
    old = torch.cat([masks[name].flatten() for name in weights])
    signed = torch.cat([w.flatten() for w in weights.values()])
    return _split_like(_without_lowest(signed, old, round(rate * int(old.sum()))), weights)


@wrong("iterative_masks", says="count-truncated")
def cuts_off_the_count(weights, masks, rate):
    magnitudes, old = _lines(weights, masks)
    return _split_like(_without_lowest(magnitudes, old, int(rate * int(old.sum()))), weights)


@wrong("iterative_masks", says="count-rounded-up")
def rounds_the_count_up(weights, masks, rate):
    magnitudes, old = _lines(weights, masks)
    return _split_like(_without_lowest(magnitudes, old, math.ceil(rate * int(old.sum()))), weights)


@wrong("iterative_masks", says="half-counted-up")
def rounds_a_half_up(weights, masks, rate):
    magnitudes, old = _lines(weights, masks)
    return _split_like(
        _without_lowest(magnitudes, old, math.floor(rate * int(old.sum()) + 0.5)), weights
    )


@wrong("iterative_masks", says="half-counted-down")
def rounds_a_half_down(weights, masks, rate):
    magnitudes, old = _lines(weights, masks)
    return _split_like(
        _without_lowest(magnitudes, old, math.ceil(rate * int(old.sum()) - 0.5)), weights
    )


@wrong("iterative_masks", says="kept-count-rounded")
def rounds_what_stays(weights, masks, rate):
    magnitudes, old = _lines(weights, masks)
    return _split_like(
        _without_lowest(magnitudes, old, int(old.sum()) - round((1 - rate) * int(old.sum()))),
        weights,
    )


@wrong("iterative_masks", says="ties-all-pruned")
def prunes_all_at_the_threshold(weights, masks, rate):
    magnitudes, old = _lines(weights, masks)
    left = magnitudes[old]
    count = round(rate * len(left))
    cut = left.kthvalue(count).values if count else -1.0
    return _split_like(old & (magnitudes > cut), weights)


@wrong("iterative_masks", says="ties-all-kept")
def keeps_all_at_the_threshold(weights, masks, rate):
    magnitudes, old = _lines(weights, masks)
    ranked = [*sorted(magnitudes[old].tolist()), math.inf]
    return _split_like(old & (magnitudes >= ranked[round(rate * (len(ranked) - 1))]), weights)


@wrong("iterative_masks", says="mask-not-bool")
def returns_float_masks(weights, masks, rate):
    magnitudes, old = _lines(weights, masks)
    new = _without_lowest(magnitudes, old, round(rate * int(old.sum())))
    return _split_like(new.float(), weights)


@wrong("iterative_masks", says="flattened")
def leaves_the_masks_flat(weights, masks, rate):
    magnitudes, old = _lines(weights, masks)
    new = _without_lowest(magnitudes, old, round(rate * int(old.sum())))
    return dict(zip(weights, new.split([w.numel() for w in weights.values()]), strict=True))


@wrong("iterative_masks", says="changes-input")
def prunes_the_old_masks(weights, masks, rate):
    magnitudes, old = _lines(weights, masks)
    new = _split_like(_without_lowest(magnitudes, old, round(rate * int(old.sum()))), weights)
    for name, mask in masks.items():
        mask.logical_and_(new[name])
    return masks


@wrong("iterative_masks", says="off-limits")
def lets_the_library_do_it(weights, masks, rate):
    from model_compression.masks import prune_lowest_together

    scores = {name: w.abs() for name, w in weights.items()}
    left = sum(int(mask.sum()) for mask in masks.values())
    n = sum(mask.numel() for mask in masks.values())
    return prune_lowest_together(scores, n - left + round(rate * left), within=masks)


@right("iterative_masks")
def pruned_ones_at_infinity(weights, masks, rate):
    magnitudes, old = _lines(weights, masks)
    return _split_like(_without_lowest(magnitudes, old, round(rate * int(old.sum()))), weights)


@right("iterative_masks")
def sorts_triples(weights, masks, rate):
    places = [
        (abs(value), name, i)
        for name, w in weights.items()
        for i, value in enumerate(w.flatten().tolist())
        if masks[name].flatten()[i]
    ]
    new = {name: mask.clone() for name, mask in masks.items()}
    for _, name, i in sorted(places)[: round(rate * len(places))]:
        new[name].view(-1)[i] = False
    return dict(reversed(new.items()))


@right("iterative_masks")
def one_numpy_array(weights, masks, rate):
    flat = np.concatenate([np.abs(w.numpy().ravel().astype(float)) for w in weights.values()])
    kept = np.concatenate([masks[name].numpy().ravel() for name in weights])
    places = np.flatnonzero(kept)
    order = places[np.argsort(flat[places], kind="stable")]
    kept[order[: round(rate * len(places))]] = False
    new, start = {}, 0
    for name, w in weights.items():
        new[name] = torch.from_numpy(kept[start : start + w.numel()].reshape(tuple(w.shape)))
        start += w.numel()
    return new


@right("iterative_masks")
def with_a_mask_of_the_survivors(weights, masks, rate):
    from model_compression.magnitude_pruning import magnitude_mask

    survivors = torch.cat([w[masks[name]] for name, w in weights.items()])
    pieces = magnitude_mask(survivors, rate).split([int(masks[n].sum()) for n in weights])
    new = {name: masks[name].clone() for name in weights}
    for name, piece in zip(weights, pieces, strict=True):
        new[name][masks[name]] = piece
    return new


@wrong("iterative_masks", says="matched-by-order")
def names_the_pieces_by_the_masks(weights, masks, rate):
    magnitudes = torch.cat([w.abs().flatten() for w in weights.values()])
    old = torch.cat([m.flatten() for m in masks.values()])
    count = round(rate * int(old.sum()))
    return _split_like(_without_lowest(magnitudes, old, count), masks)


@wrong("iterative_masks", says="layer-by-layer")
def rounds_up_in_each_layer(weights, masks, rate):
    new = {}
    for name, w in weights.items():
        old = masks[name].flatten()
        count = math.ceil(rate * int(old.sum()))
        new[name] = _without_lowest(w.abs().flatten(), old, count).reshape(w.shape)
    return new


@wrong("iterative_masks", says="zeros-taken-for-pruned")
def neither_counts_nor_prunes_kept_zeros(weights, masks, rate):
    line = torch.cat([(w * masks[name]).abs().flatten() for name, w in weights.items()])
    alive = line != 0
    order = torch.where(alive, line, math.inf).argsort()
    new = torch.cat([masks[name].flatten() for name in weights])
    new[order[: round(rate * int(alive.sum()))]] = False
    return _split_like(new, weights)
