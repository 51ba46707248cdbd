"""Solutions of exercise 06 as students could write them: masks of a whole network."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong


def _joined(weights):
    return torch.cat([w.abs().flatten() for w in weights.values()])


def _split(flat, weights):
    parts = flat.split([w.numel() for w in weights.values()])
    return {name: p.reshape(w.shape) for (name, w), p in zip(weights.items(), parts, strict=True)}


def _lowest_pruned(flat, k):
    mask = torch.ones(len(flat), dtype=torch.bool)
    mask[flat.argsort()[: max(int(k), 0)]] = False
    return mask


def _line_mask(tensors, sparsity):
    """A mask of all their magnitudes in one line."""
    line = torch.cat([w.abs().flatten() for w in tensors])
    mask = torch.ones(line.numel(), dtype=torch.bool)
    mask[line.argsort()[: round(sparsity * len(line))]] = False
    return mask


@wrong("global_magnitude_masks", says="layer-by-layer")
def prunes_every_layer_alike(weights, sparsity):
    masks = {}
    for name, w in weights.items():
        mask = _lowest_pruned(w.abs().flatten(), round(sparsity * w.numel()))
        masks[name] = mask.reshape(w.shape)
    return masks


@wrong("global_magnitude_masks", says="counted-layer-by-layer")
def adds_up_rounded_counts(weights, sparsity):
    k = sum(round(sparsity * w.numel()) for w in weights.values())
    return _split(_lowest_pruned(_joined(weights), k), weights)


@wrong("global_magnitude_masks", says="magnitudes-normalised")
def divides_by_the_largest(weights, sparsity):
    flat = torch.cat([(w.abs() / w.abs().max()).flatten() for w in weights.values()])
    return _split(_lowest_pruned(flat, round(sparsity * len(flat))), weights)


@wrong("global_magnitude_masks", says="magnitudes-normalised")
def divides_by_the_norm(weights, sparsity):
    flat = torch.cat([(w.abs() / w.norm()).flatten() for w in weights.values()])
    return _split(_lowest_pruned(flat, round(sparsity * len(flat))), weights)


@wrong("global_magnitude_masks", says="one-layers-threshold")
def averages_the_thresholds(weights, sparsity):
    cuts = []
    for w in weights.values():
        ranked = [*w.abs().flatten().sort().values.tolist(), float("inf")]
        cuts.append(ranked[round(sparsity * w.numel())])
    return {name: w.abs() >= sum(cuts) / len(cuts) for name, w in weights.items()}


@wrong("global_magnitude_masks", says="layer-left-out")
def spares_the_output_layer(weights, sparsity):
    *hidden, last = weights
    others = {name: weights[name] for name in hidden}
    masks = {}
    if others:
        flat = _joined(others)
        masks = _split(_lowest_pruned(flat, round(sparsity * len(flat))), others)
    return {**masks, last: torch.ones_like(weights[last], dtype=torch.bool)}


@wrong("global_magnitude_masks", says="layer-without-mask")
def forgets_the_output_layer(weights, sparsity):
    others = {name: weights[name] for name in list(weights)[:-1]}
    flat = _joined(others)
    return _split(_lowest_pruned(flat, round(sparsity * len(flat))), others)


@wrong("global_magnitude_masks", says="mask-inverted")
def marks_what_goes_everywhere(weights, sparsity):
    flat = _joined(weights)
    return _split(~_lowest_pruned(flat, round(sparsity * len(flat))), weights)


@wrong("global_magnitude_masks", says="largest-pruned")
def ranks_downwards(weights, sparsity):
    flat = _joined(weights)
    return _split(_lowest_pruned(-flat, round(sparsity * len(flat))), weights)


@wrong("global_magnitude_masks", says="signed-ranking")
def joins_signed_weights(weights, sparsity):
    flat = torch.cat([w.flatten() for w in weights.values()])
    return _split(_lowest_pruned(flat, round(sparsity * len(flat))), weights)


@wrong("global_magnitude_masks", says="density-for-sparsity")
def keeps_so_many(weights, sparsity):
    flat = _joined(weights)
    return _split(_lowest_pruned(flat, round((1 - sparsity) * len(flat))), weights)


@wrong("global_magnitude_masks", says="count-truncated")
def cuts_off_the_global_count(weights, sparsity):
    flat = _joined(weights)
    return _split(_lowest_pruned(flat, int(sparsity * len(flat))), weights)


@wrong("global_magnitude_masks", says="count-rounded-up")
def rounds_the_count_up(weights, sparsity):
    flat = _joined(weights)
    return _split(_lowest_pruned(flat, np.ceil(sparsity * len(flat))), weights)


@wrong("global_magnitude_masks", says="half-counted-up")
def rounds_halves_up(weights, sparsity):
    flat = _joined(weights)
    return _split(_lowest_pruned(flat, sparsity * len(flat) + 0.5), weights)


@wrong("global_magnitude_masks", says="half-counted-down")
def rounds_halves_down(weights, sparsity):
    flat = _joined(weights)
    return _split(_lowest_pruned(flat, np.ceil(sparsity * len(flat) - 0.5)), weights)


@wrong("global_magnitude_masks", says="kept-count-rounded")
def rounds_the_number_to_keep(weights, sparsity):
    flat = _joined(weights)
    return _split(_lowest_pruned(flat, len(flat) - round((1 - sparsity) * len(flat))), weights)


@wrong("global_magnitude_masks", says="count-off-by-one")
def keeps_above_the_next(weights, sparsity):
    flat = _joined(weights)
    k = min(round(sparsity * len(flat)), len(flat) - 1)
    cut = flat.sort().values[k]
    return {name: w.abs() > cut for name, w in weights.items()}


@wrong("global_magnitude_masks", says="ratio-taken-for-threshold")
def takes_the_share_for_a_size(weights, sparsity):
    return {name: w.abs() >= sparsity for name, w in weights.items()}


@wrong("global_magnitude_masks", says="ties-all-pruned")
def prunes_all_at_the_threshold(weights, sparsity):
    flat = _joined(weights)
    k = round(sparsity * len(flat))
    cut = flat.kthvalue(k).values if k else -1.0
    return {name: w.abs() > cut for name, w in weights.items()}


@wrong("global_magnitude_masks", says="ties-all-kept")
def keeps_all_at_the_threshold(weights, sparsity):
    ranked = [*sorted(_joined(weights).tolist()), float("inf")]
    cut = ranked[round(sparsity * (len(ranked) - 1))]
    return {name: w.abs() >= cut for name, w in weights.items()}


@wrong("global_magnitude_masks", says="layer-protected")
def leaves_one_in_every_layer(weights, sparsity):
    flat = _joined(weights)
    masks = _split(_lowest_pruned(flat, round(sparsity * len(flat))), weights)
    for name, mask in masks.items():
        if not mask.any():
            masks[name] = (weights[name].abs() == weights[name].abs().max()).reshape(mask.shape)
    return masks


@wrong("global_magnitude_masks", says="mask-not-bool")
def returns_float_masks(weights, sparsity):
    flat = _joined(weights)
    masks = _split(_lowest_pruned(flat, round(sparsity * len(flat))), weights)
    return {name: mask.float() for name, mask in masks.items()}


@wrong("global_magnitude_masks", says="wrong-type")
def returns_a_list_of_masks(weights, sparsity):
    flat = _joined(weights)
    return list(_split(_lowest_pruned(flat, round(sparsity * len(flat))), weights).values())


@wrong("global_magnitude_masks", says="flattened")
def leaves_the_masks_flat(weights, sparsity):
    flat = _joined(weights)
    parts = _lowest_pruned(flat, round(sparsity * len(flat))).split(
        [w.numel() for w in weights.values()]
    )
    return dict(zip(weights, parts, strict=True))


@wrong("global_magnitude_masks", says="changes-input")
def overwrites_the_dict(weights, sparsity):
    flat = _joined(weights)
    for name, mask in _split(_lowest_pruned(flat, round(sparsity * len(flat))), weights).items():
        weights[name] = mask
    return weights


@wrong("global_magnitude_masks", says="quantile-interpolated")
def takes_a_quantile_of_all(weights, sparsity):
    cut = _joined(weights).quantile(sparsity)
    return {name: w.abs() >= cut for name, w in weights.items()}


@wrong("global_magnitude_masks", says="order-taken-for-ranks")
def takes_places_for_ranks(weights, sparsity):
    order = _joined(weights).argsort()
    return _split(order >= round(sparsity * len(order)), weights)


@wrong("global_magnitude_masks", says="ends-swapped")
def prunes_the_last_places_of_all(weights, sparsity):
    flat = _joined(weights)
    mask = torch.ones(len(flat), dtype=torch.bool)
    mask[flat.argsort(descending=True)[-round(sparsity * len(flat)) :]] = False
    return _split(mask, weights)


@wrong("global_magnitude_masks", says="ranked-row-by-row")
def ranks_every_row(weights, sparsity):
    masks = {}
    for name, w in weights.items():
        rows = [_lowest_pruned(row.abs().flatten(), round(sparsity * row.numel())) for row in w]
        masks[name] = torch.stack(rows).reshape(w.shape)
    return masks


@wrong("global_magnitude_masks", says="pieces-misplaced")
def starts_at_the_last_length(weights, sparsity):
    mask, start, result = _line_mask([*weights.values()], sparsity), 0, {}
    for name, w in weights.items():
        n = w.numel()
        result[name] = mask[start : start + n].reshape(w.shape)
        start = n
    return result


@wrong("global_magnitude_masks", says="joined-in-another-order")
def joins_by_the_alphabet(weights, sparsity):
    mask = _line_mask([weights[name] for name in sorted(weights)], sparsity)
    pieces = mask.split([w.numel() for w in weights.values()])
    return {
        name: piece.reshape(weights[name].shape)
        for name, piece in zip(weights, pieces, strict=True)
    }


@wrong("global_magnitude_masks", says="joined-unflattened")
def joins_matrices(weights, sparsity):
    mask = _line_mask([torch.cat([*weights.values()])], sparsity)
    return dict(zip(weights, mask.split([len(w) for w in weights.values()]), strict=True))


@wrong("global_magnitude_masks", says="flattened")
def hands_out_flat_pieces(weights, sparsity):
    mask = _line_mask([*weights.values()], sparsity)
    return dict(zip(weights, mask.split([w.numel() for w in weights.values()]), strict=True))


@wrong("global_magnitude_masks", says="pruned-weights-returned")
def prunes_the_line(weights, sparsity):
    line = torch.cat([w.flatten() for w in weights.values()])
    line = line * _line_mask([line], sparsity)
    pieces = line.split([w.numel() for w in weights.values()])
    return {
        name: piece.reshape(weights[name].shape)
        for name, piece in zip(weights, pieces, strict=True)
    }


@wrong("global_magnitude_masks", says="largest-stays")
def holds_the_index_back(weights, sparsity):
    ranked = torch.sort(torch.cat([w.abs().flatten() for w in weights.values()])).values
    threshold = ranked[min(round(sparsity * len(ranked)), len(ranked) - 1)]
    return {name: w.abs() >= threshold for name, w in weights.items()}


@right("global_magnitude_masks")
def joins_ranks_splits(weights, sparsity):
    flat = torch.cat([w.reshape(-1).abs() for w in weights.values()])
    ranks = torch.empty(len(flat), dtype=torch.int64)
    ranks[flat.argsort(descending=True)] = torch.arange(len(flat))
    kept = ranks < len(flat) - round(sparsity * len(flat))
    return _split(kept, weights)


@right("global_magnitude_masks")
def sorts_triples(weights, sparsity):
    places = [
        (abs(value), name, i)
        for name, w in weights.items()
        for i, value in enumerate(w.flatten().tolist())
    ]
    masks = {name: torch.ones(w.numel(), dtype=torch.bool) for name, w in weights.items()}
    for _, name, i in sorted(places)[: round(sparsity * len(places))]:
        masks[name][i] = False
    return {name: mask.reshape(weights[name].shape) for name, mask in reversed(masks.items())}


@right("global_magnitude_masks")
def one_numpy_array(weights, sparsity):
    flat = np.concatenate([np.abs(w.numpy().ravel()) for w in weights.values()]).astype(float)
    k = round(sparsity * flat.size)
    kept = np.ones(flat.size, bool)
    kept[np.lexsort((-np.arange(flat.size), flat))[:k]] = False
    masks, start = {}, 0
    for name, w in weights.items():
        masks[name] = torch.from_numpy(kept[start : start + w.numel()].reshape(tuple(w.shape)))
        start += w.numel()
    return masks


@right("global_magnitude_masks")
def threshold_then_ties(weights, sparsity):
    flat = torch.cat([w.abs().flatten() for w in weights.values()])
    k = round(sparsity * flat.numel())
    if k == 0:
        return {name: torch.ones_like(w, dtype=torch.bool) for name, w in weights.items()}
    cut = flat.kthvalue(k).values
    left = k - int((flat < cut).sum())
    masks = {}
    for name, w in weights.items():
        mask = w.abs() >= cut
        equal = (w.abs() == cut).flatten().nonzero().flatten()[:left]
        mask.view(-1)[equal] = False
        left -= len(equal)
        masks[name] = mask
    return masks
