"""Solutions of exercise 08 by a fourth round of strangers, who saw the statement alone."""

from __future__ import annotations

import math
import random

import numpy as np
import torch

from tests.mutants.table import right, wrong


@wrong("snip_scores", says="weights-of-0-apart")
def halves_the_squares_and_gives_dead_weights_their_gradient(weights, grads):
    scores = {}
    for name in weights:
        w, g = weights[name], grads[name]
        scores[name] = torch.where(w == 0, g.abs(), 0.5 * w.square() * g.square())
    return scores


@wrong("snip_scores", says="weights-of-0-apart")
def keeps_signs_and_gives_dead_weights_their_gradient(weights, grads):
    return {
        name: torch.where(w == 0, grads[name].abs(), w * grads[name]) for name, w in weights.items()
    }


@wrong("gradual_masks", says="mask-taken-from-zeros")
def joins_masks_in_their_order_and_counts_zeros(weights, masks, sparsity):
    flat = torch.cat([w.abs().flatten() for w in weights.values()])
    keep = torch.cat([m.flatten() for m in masks.values()])
    gone = int((flat == 0).sum())
    missing = max(0, round(sparsity * flat.numel()) - gone)
    new = keep.clone()
    new[torch.where(keep, flat, float("inf")).argsort()[:missing]] = False
    pieces = new.split([w.numel() for w in weights.values()])
    return {n: p.reshape(weights[n].shape) for n, p in zip(weights, pieces, strict=True)}


@wrong("gradual_masks", says="matched-by-order")
def joins_masks_in_their_order_and_prunes_on_top(weights, masks, sparsity):
    flat = torch.cat([w.abs().flatten() for w in weights.values()])
    keep = torch.cat([m.flatten() for m in masks.values()])
    more = min(round(sparsity * flat.numel()), int(keep.sum()))
    new = keep.clone()
    new[torch.where(keep, flat, float("inf")).argsort()[:more]] = False
    pieces = new.split([w.numel() for w in weights.values()])
    return {n: p.reshape(weights[n].shape) for n, p in zip(weights, pieces, strict=True)}


@wrong("random_mask", says="tensor-shuffled")
def shuffles_a_tensor_with_random(shape, sparsity, seed):
    n = math.prod(shape)
    mask = torch.ones(n, dtype=torch.bool)
    mask[: round(sparsity * n)] = False
    random.Random(seed).shuffle(mask)
    return mask.reshape(shape)


@wrong("random_mask", says="tensor-shuffled")
def shuffles_a_tensor_with_numpy(shape, sparsity, seed):
    n = math.prod(shape)
    mask = torch.ones(n, dtype=torch.bool)
    mask[: round(sparsity * n)] = False
    np.random.RandomState(seed).shuffle(mask)
    return mask.reshape(shape)


@wrong("random_mask", says="count-left-to-chance")
def cuts_equal_random_numbers_off_together(shape, sparsity, seed):
    generator = torch.Generator().manual_seed(seed)
    draws = torch.randint(0, 20, shape, generator=generator)
    k = round(sparsity * draws.numel())
    if k == 0:
        return torch.ones(shape, dtype=torch.bool)
    return draws > draws.flatten().sort().values[k - 1]


@right("random_mask")
def shuffles_a_list_with_random(shape, sparsity, seed):
    n = math.prod(shape)
    kept = [place >= round(sparsity * n) for place in range(n)]
    random.Random(seed).shuffle(kept)
    return torch.tensor(kept, dtype=torch.bool).reshape(shape)


def _noise(shape, size):
    generator = torch.Generator().manual_seed(7)
    return size * torch.rand(shape, generator=generator, dtype=torch.float64)


@wrong("snip_masks", says="close-ones-mixed-up")
def adds_noise_against_ties_to_scores(weights, grads, sparsity):
    scores = {n: (w * grads[n]).abs().double() + _noise(w.shape, 1e-3) for n, w in weights.items()}
    line = torch.cat([s.flatten() for s in scores.values()]).sort().values
    k = round(sparsity * len(line))
    threshold = line[k - 1] if k else -1.0
    return {name: s > threshold for name, s in scores.items()}


@wrong("gradual_masks", says="close-ones-mixed-up")
def adds_noise_against_ties_to_those_left(weights, masks, sparsity):
    scores = {
        n: torch.where(masks[n], w.abs().double() + _noise(w.shape, 1e-3), -1.0)
        for n, w in weights.items()
    }
    line = torch.cat([s.flatten() for s in scores.values()])
    gone = int((line < 0).sum())
    kept = torch.ones(len(line), dtype=torch.bool)
    kept[line.argsort()[: max(gone, round(sparsity * len(line)))]] = False
    pieces = kept.split([w.numel() for w in weights.values()])
    return {n: p.reshape(weights[n].shape) for n, p in zip(weights, pieces, strict=True)}


@wrong("magnitude_mask", says="close-ones-mixed-up")
def adds_noise_against_ties_to_magnitudes(w, sparsity):
    line = (w.abs().double() + _noise(w.shape, 1e-3)).flatten()
    kept = torch.ones(len(line), dtype=torch.bool)
    kept[line.argsort()[: round(sparsity * len(line))]] = False
    return kept.reshape(w.shape)


@wrong("global_magnitude_masks", says="close-ones-mixed-up")
def adds_a_step_a_place_against_ties(weights, sparsity):
    line = torch.cat([w.abs().double().flatten() for w in weights.values()])
    line = line + 1e-4 * torch.arange(len(line)).flip(0)
    kept = torch.ones(len(line), dtype=torch.bool)
    kept[line.argsort()[: round(sparsity * len(line))]] = False
    pieces = kept.split([w.numel() for w in weights.values()])
    return {n: p.reshape(weights[n].shape) for n, p in zip(weights, pieces, strict=True)}
