"""Exercise 06: answers of strangers, with causes that others had before."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import wrong


def magnitude_mask(w, sparsity):
    order = w.abs().flatten().argsort()
    mask = torch.ones(w.numel(), dtype=torch.bool)
    mask[order[: round(sparsity * w.numel())]] = False
    return mask.reshape(w.shape)


@wrong("threshold_mask", says="two-axes-assumed")
def loops_over_two_axes(w, threshold):
    mask = torch.zeros(w.shape, dtype=torch.bool)
    rows, columns = w.shape
    for i in range(rows):
        for j in range(columns):
            if abs(w[i, j]) >= threshold:
                mask[i, j] = True
    return mask


@wrong("threshold_mask", says="distance-from-the-mean")
def measures_from_the_mean(w, threshold):
    centre = w.mean()
    return torch.abs(w - centre) >= threshold


@wrong("threshold_mask", says="largest-always-kept")
def keeps_the_largest_always(w, threshold):
    mask = w.abs() >= threshold
    if not mask.any():
        mask = w.abs() == w.abs().max()
    return mask


@wrong("threshold_mask", says="whole-rows")
def judges_rows_by_their_largest(w, threshold):
    strongest = w.abs().amax(dim=-1, keepdim=True)
    return (strongest >= threshold).expand(w.shape).clone()


@wrong("threshold_mask", says="sign-not-ignored")
def compares_signed_and_inverts(w, threshold):
    return w < threshold


@wrong("magnitude_mask", says="zeros-not-counted")
def prunes_zeros_besides(w, sparsity):
    k = round(sparsity * w.numel())
    mask = torch.ones(w.numel(), dtype=torch.bool)
    mask[w.abs().flatten().argsort()[:k]] = False
    return mask.reshape(w.shape) & (w != 0)


@wrong("magnitude_mask", says="columns-first")
def flattens_columns_first(w, sparsity):
    line = np.abs(w.detach().numpy()).flatten(order="F")
    k = round(sparsity * line.size)
    mask = np.ones(line.size, dtype=bool)
    mask[np.argsort(line)[:k]] = False
    return torch.from_numpy(mask.reshape(tuple(w.shape)))


@wrong("magnitude_mask", says="axes-joined")
def returns_two_axes(w, sparsity):
    matrix = w.abs().reshape(w.shape[0], -1)
    k = round(sparsity * matrix.numel())
    mask = torch.ones_like(matrix, dtype=torch.bool)
    mask.view(-1)[matrix.flatten().argsort()[:k]] = False
    return mask


@wrong("magnitude_mask", says="marked-with-the-largest")
def marks_with_the_largest(w, sparsity):
    magnitudes = w.abs().flatten().clone()
    top = magnitudes.max()
    mask = torch.ones(w.numel(), dtype=torch.bool)
    for _ in range(round(sparsity * w.numel())):
        place = magnitudes.argmin()
        mask[place] = False
        magnitudes[place] = top
    return mask.reshape(w.shape)


@wrong("magnitude_mask", says="first-of-equals")
def looks_values_up(w, sparsity):
    values = [abs(v) for v in w.flatten().tolist()]
    k = round(sparsity * len(values))
    mask = [True] * len(values)
    for v in sorted(values)[:k]:
        mask[values.index(v)] = False
    return torch.tensor(mask).reshape(w.shape)


@wrong("magnitude_mask", says="signed-ranking")
def ranks_signed_and_prunes_ties(w, sparsity):
    k = round(sparsity * w.numel())
    if k == 0:
        return torch.ones_like(w, dtype=torch.bool)
    threshold = w.flatten().kthvalue(k).values
    return w > threshold


@wrong("global_magnitude_masks", says="axes-told-apart")
def ranks_matrices_only(weights, sparsity):
    linear = {name: w for name, w in weights.items() if w.dim() == 2}
    masks = {name: torch.ones_like(w, dtype=torch.bool) for name, w in weights.items()}
    if linear:
        line = magnitude_mask(torch.cat([w.flatten() for w in linear.values()]), sparsity)
        for (name, w), m in zip(
            linear.items(), line.split([w.numel() for w in linear.values()]), strict=False
        ):
            masks[name] = m.reshape(w.shape)
    return masks


@wrong("global_magnitude_masks", says="pieces-misplaced")
def moves_on_by_rows(weights, sparsity):
    everything = torch.cat([w.reshape(-1) for w in weights.values()])
    flat_mask = magnitude_mask(everything, sparsity)
    result, offset = ({}, 0)
    for name, w in weights.items():
        result[name] = flat_mask[offset : offset + w.numel()].reshape(w.shape)
        offset += len(w)
    return result


@wrong("global_magnitude_masks", says="zeros-not-counted")
def counts_what_is_not_zero(weights, sparsity):
    line = torch.cat([w.abs().flatten() for w in weights.values()])
    k = round(sparsity * int(torch.count_nonzero(line)))
    keep = torch.ones_like(line, dtype=torch.bool)
    keep[torch.argsort(line)[:k]] = False
    sizes = [w.numel() for w in weights.values()]
    return {
        n: m.reshape(w.shape) for (n, w), m in zip(weights.items(), keep.split(sizes), strict=False)
    }


@wrong("global_magnitude_masks", says="count-truncated")
def standardises_and_cuts_off(weights, sparsity):
    scores = [(w / (w.std(correction=0) + 1e-08)).abs().flatten() for w in weights.values()]
    line = torch.cat(scores)
    k = int(sparsity * len(line))
    keep = torch.ones(len(line), dtype=torch.bool)
    keep[line.argsort()[:k]] = False
    out = {}
    for (name, w), piece in zip(
        weights.items(), keep.split([len(s) for s in scores]), strict=False
    ):
        out[name] = piece.reshape(w.shape)
    return out


@wrong("global_magnitude_masks", says="signed-ranking")
def ranks_signed_up_to_a_value(weights, sparsity):
    values = torch.cat([w.flatten() for w in weights.values()]).sort().values
    k = round(sparsity * len(values))
    if k == 0:
        return {name: torch.ones_like(w, dtype=torch.bool) for name, w in weights.items()}
    cut = values[k - 1]
    return {name: w > cut for name, w in weights.items()}


@wrong("sparse_bytes", says="count-through-a-share")
def multiplies_a_share(mask, storage):
    density = mask.float().mean().item()
    n = mask.numel()
    kept = int(density * n)
    if storage == "dense":
        return n * 4
    if storage == "coo":
        return kept * (4 + 16)
    if storage == "csr":
        return kept * (4 + 8) + (len(mask) + 1) * 8
    return kept * 4 + math.ceil(n / 8)


@wrong("sparse_bytes", says="bitmask-in-larger-units")
def fills_words(mask, storage):
    kept = int(mask.sum())
    if storage == "dense":
        return 4 * mask.numel()
    elif storage == "coo":
        return 20 * kept
    elif storage == "csr":
        return 12 * kept + 8 * (len(mask) + 1)
    else:
        words = -(-mask.numel() // 32)
        return 4 * kept + 4 * words


@wrong("sparse_bytes", says="one-start-of-a-byte")
def forgets_parentheses(mask, storage):
    kept = int(mask.sum().item())
    rows = len(mask)
    if storage == "dense":
        return mask.numel() * 4
    if storage == "coo":
        return kept * 4 + kept * 2 * 8
    if storage == "csr":
        return kept * 4 + kept * 8 + rows * 8 + 1
    return kept * 4 + math.ceil(mask.numel() / 8)


@wrong("sparse_bytes", says="wrong-size-of-values")
def asks_the_mask_for_its_size(mask, storage):
    kept = int(mask.sum())
    if storage == "dense":
        return mask.numel() * mask.element_size()
    if storage == "coo":
        return kept * (4 + 8 + 8)
    if storage == "csr":
        return kept * (4 + 8) + (mask.size(0) + 1) * 8
    return kept * 4 + (mask.numel() + 7) // 8


@wrong("masked_step", says="momentum-on-both")
def fades_the_gradient_too(w, grad, velocity, mask, lr, momentum):
    v = momentum * (velocity + grad)
    w = (w - lr * v) * mask
    return (w, v)


@wrong("masked_step", says="survivors-returned")
def returns_the_survivors(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity + grad
    stepped = w - lr * v
    return (stepped[mask], v)


@wrong("masked_step", says="gradient-masked-only")
def masks_the_gradient_and_writes_in_place(w, grad, velocity, mask, lr, momentum):
    grad = grad * mask
    v = momentum * velocity + grad
    w -= lr * v
    return (w, v)


@wrong("masked_step", says="step-masked-only")
def damps_and_masks_the_velocity(w, grad, velocity, mask, lr, momentum):
    velocity = (momentum * velocity + (1 - momentum) * grad) * mask
    return w - lr * velocity, velocity
