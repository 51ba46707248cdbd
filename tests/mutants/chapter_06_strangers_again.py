"""Solutions of exercise 06 by other strangers, who saw the statement alone: masks and steps."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import wrong


@wrong("threshold_mask", says="two-axes-assumed")
def goes_through_rows_and_columns(w, threshold):
    mask = torch.ones(w.shape, dtype=torch.bool)
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            if abs(w[i, j]) < threshold:
                mask[i, j] = False
    return mask


@wrong("threshold_mask", says="both-conditions-asked")
def asks_for_both_and_less(w, threshold):
    positive = w >= threshold
    negative = w < -threshold
    return positive & negative


@wrong("threshold_mask", says="threshold-itself-pruned")
def returns_weights_above_the_threshold(w, threshold):
    mask = (w > threshold) | (w < -threshold)
    return w * mask


@wrong("magnitude_mask", says="zeros-not-counted")
def leaves_zeros_out_and_rounds_up(w, sparsity):
    flat = w.abs().flatten()
    alive = flat.nonzero().flatten()
    k = math.ceil(sparsity * len(alive))
    order = alive[flat[alive].argsort()]
    mask = torch.ones(flat.numel(), dtype=torch.bool)
    mask[order[:k]] = False
    return mask.reshape(w.shape)


@wrong("magnitude_mask", says="close-ones-mixed-up", by_chance=True)
def adds_noise_against_ties(w, sparsity):
    score = w.abs() + torch.rand(w.shape) * 1e-3
    flat = score.flatten()
    k = round(sparsity * flat.numel())
    mask = torch.ones(flat.numel(), dtype=torch.bool)
    mask[flat.topk(k, largest=False).indices] = False
    return mask.reshape(w.shape)


@wrong("global_magnitude_masks", says="equals-counted-once")
def looks_among_different_magnitudes(weights, sparsity):
    line = torch.cat([w.abs().flatten() for w in weights.values()])
    k = round(sparsity * line.numel())
    if k == 0:
        return {name: torch.ones(w.shape, dtype=torch.bool) for name, w in weights.items()}
    values = torch.unique(line)
    limit = values[min(k, len(values)) - 1]
    return {name: w.abs() > limit for name, w in weights.items()}


@wrong("global_magnitude_masks", says="padding-ranked")
def pads_to_a_table(weights, sparsity):
    flats = [w.detach().abs().flatten() for w in weights.values()]
    table = torch.nn.utils.rnn.pad_sequence(flats, batch_first=True)
    k = round(sparsity * table.numel())
    keep = torch.ones(table.numel(), dtype=torch.bool)
    keep[table.flatten().argsort()[:k]] = False
    keep = keep.reshape(table.shape)
    masks = {}
    for row, (name, w) in zip(keep, weights.items(), strict=False):
        masks[name] = row[: w.numel()].reshape(w.shape)
    return masks


@wrong("global_magnitude_masks", says="returned-in-the-loop")
def returns_in_the_loop_with_signs(weights, sparsity):
    line = torch.cat([w.flatten() for w in weights.values()])
    k = round(sparsity * line.numel())
    keep = torch.ones(line.numel(), dtype=torch.bool)
    keep[line.argsort()[:k]] = False
    parts = keep.split([w.numel() for w in weights.values()])
    masks = {}
    for (name, w), part in zip(weights.items(), parts, strict=False):
        masks[name] = part.reshape(w.shape)
        return masks


@wrong("global_magnitude_masks", says="one-layers-threshold")
def averages_the_thresholds_below(weights, sparsity):
    limits = []
    for w in weights.values():
        values = w.abs().flatten().sort().values
        k = round(sparsity * w.numel())
        limits.append(float(values[k - 1]) if k > 0 else -1.0)
    limit = sum(limits) / len(limits)
    return {name: w.abs() > limit for name, w in weights.items()}


@wrong("sparse_bytes", says="falls-to-the-last-else")
def begins_with_two_ifs(mask, storage):
    n, rows, kept = mask.numel(), len(mask), int(mask.sum())
    if storage == "dense":
        size = 4 * n
    if storage == "coo":
        size = 20 * kept
    elif storage == "csr":
        size = 12 * kept + 8 * (rows + 1)
    else:
        size = 4 * kept + math.ceil(n / 8)
    return size


@wrong("sparse_bytes", says="counted-in-8-bits")
def counts_in_uint8(mask, storage):
    m = mask.numpy()
    kept = int(np.sum(m, dtype=np.uint8))
    if storage == "dense":
        return 4 * m.size
    if storage == "coo":
        return 20 * kept
    if storage == "csr":
        return 12 * kept + 8 * (m.shape[0] + 1)
    return 4 * kept + (m.size + 7) // 8


@wrong("sparse_bytes", says="capped-at-dense")
def never_takes_more_than_dense(mask, storage):
    n, rows, kept = mask.numel(), len(mask), int(mask.sum())
    dense = 4 * n
    sizes = {
        "dense": dense,
        "coo": 20 * kept,
        "csr": 12 * kept + 8 * (rows + 1),
        "bitmask": 4 * kept + math.ceil(n / 8),
    }
    return min(sizes[storage], dense)


@wrong("sparse_bytes", says="one-index-for-coo")
def counts_pruned_weights_with_one_index(mask, storage):
    n, rows = mask.numel(), len(mask)
    values = int((~mask).sum())
    if storage == "dense":
        return 4 * n
    if storage == "coo":
        return values * (4 + 8)
    if storage == "csr":
        return values * (4 + 8) + (rows + 1) * 8
    return 4 * values + math.ceil(n / 8)


@wrong("sparse_bytes", says="columns-counted-once")
def stores_each_column_once(mask, storage):
    kept = int(mask.sum())
    columns_in_use = int(mask.any(dim=0).sum())
    if storage == "dense":
        return 4 * mask.numel()
    if storage == "coo":
        return (4 + 8 + 8) * kept
    if storage == "csr":
        return 4 * kept + 8 * columns_in_use + 8 * (len(mask) + 1)
    if storage == "bitmask":
        return 4 * kept + -(-mask.numel() // 8)


@wrong("masked_step", says="mask-inverted")
def inverts_the_mask_and_fades_the_gradient(w, grad, velocity, mask, lr, momentum):
    v = velocity + momentum * grad
    new_w = (w - lr * v) * ~mask
    return new_w, v


@wrong("masked_step", says="old-velocity-returned")
def indexes_and_returns_the_old_velocity(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity[mask] + grad[mask]
    new_w = w[mask] - lr * v
    return new_w, velocity


@wrong("masked_step", says="divided-by-the-density")
def divides_by_the_density(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity + grad
    density = mask.float().mean().clamp(min=1e-8)
    new_w = (w - lr * v) * mask / density
    return new_w, v


@wrong("masked_step", says="velocity-masked-only")
def masks_the_old_velocity_alone(w, grad, velocity, mask, lr, momentum):
    w = w * mask
    v = momentum * (velocity * mask) + grad
    return w - lr * v, v


@wrong("global_magnitude_masks", says="density-for-sparsity")
def returns_weights_and_keeps_the_share_that_goes(weights, sparsity):
    line = torch.cat([w.abs().flatten() for w in weights.values()])
    n_keep = round(sparsity * len(line))
    keep = torch.zeros(len(line), dtype=torch.bool)
    keep[line.topk(n_keep).indices] = True
    result, start = {}, 0
    for name, w in weights.items():
        result[name] = w * keep[start : start + w.numel()].reshape(w.shape)
        start += w.numel()
    return result
