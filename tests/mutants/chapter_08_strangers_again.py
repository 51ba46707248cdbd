"""Solutions of exercise 08 by other strangers, who saw the statement alone."""

from __future__ import annotations

import math
import random

import numpy as np
import torch

from tests.mutants.table import right, wrong


@wrong("random_mask", says="not-uniform")
def shuffles_with_no_card_in_its_place(shape, sparsity, seed):
    import random

    rng = random.Random(f"seed {seed}")
    n = math.prod(shape)
    cards = list(range(n))
    for i in range(n - 1, 0, -1):
        j = rng.randrange(i)
        cards[i], cards[j] = cards[j], cards[i]
    mask = torch.ones(n, dtype=torch.bool)
    for place in cards[: round(sparsity * n)]:
        mask[place] = False
    return mask.reshape(shape)


@wrong("random_mask", says="density-for-sparsity")
def gives_rows_one_back_and_inverts(shape, sparsity, seed):
    n = math.prod(shape)
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(n, generator=generator)
    mask = torch.ones(n, dtype=torch.bool)
    mask[order[: round(sparsity * n)]] = False
    rows = mask.reshape(shape[0], -1)
    for row in rows:
        if not row.any():
            row[int(torch.randint(len(row), (1,), generator=generator))] = True
    return ~rows.reshape(shape)


@wrong("snip_scores", says="gradients-averaged")
def averages_gradients_over_rows(weights, grads):
    scores = {}
    for name, w in weights.items():
        g = grads[name].mean(dim=0, keepdim=True)
        scores[name] = (w * g).abs()
    return scores


@wrong("snip_scores", says="normalised-per-layer")
def divides_and_divides_by_the_size(weights, grads):
    scores = {}
    for name, w in weights.items():
        ratio = (grads[name] / w).abs()
        ratio = torch.where(w == 0, torch.zeros_like(ratio), ratio)
        scores[name] = ratio / w.numel()
    return scores


@wrong("snip_scores", says="too-few-digits")
def rounds_scores_in_a_line(weights, grads):
    scores = {}
    for name, w in weights.items():
        values = []
        for a, b in zip(w.flatten().tolist(), grads[name].flatten().tolist(), strict=False):
            values.append(round(abs(a * b), 2))
        scores[name] = torch.tensor(values)
    return scores


@wrong("snip_masks", says="pieces-misplaced")
def moves_on_by_rows_in_lines(weights, grads, sparsity):
    line = torch.cat([(w * grads[n]).abs().flatten() for n, w in weights.items()])
    k = round(sparsity * line.numel())
    keep = torch.ones(line.numel(), dtype=torch.bool)
    keep[line.argsort()[:k]] = False
    masks, start = {}, 0
    for name, w in weights.items():
        masks[name] = keep[start : start + w.numel()].clone()
        start += len(w)
    return masks


@wrong("snip_masks", says="zeros-counted-apart")
def counts_live_scores_and_returns_weights(weights, grads, sparsity):
    scores = {n: (w * grads[n]).abs() for n, w in weights.items()}
    line = torch.cat([s.flatten() for s in scores.values()])
    n_alive = int((line > 0).sum())
    k = round(sparsity * n_alive)
    keep = torch.ones(len(line), dtype=torch.bool)
    keep[line.argsort()[:k]] = False
    parts = keep.split([s.numel() for s in scores.values()])
    return {
        n: weights[n] * p.reshape(s.shape) for (n, s), p in zip(scores.items(), parts, strict=False)
    }


@wrong("cubic_sparsity", says="increment")
def returns_the_increase(step, begin, end, initial, final):
    def total(t):
        p = min(max((t - begin) / (end - begin), 0.0), 1.0)
        return final + (initial - final) * (1 - p) ** 3

    if step <= begin:
        return float(initial)
    return total(step) - total(step - 1)


@wrong("cubic_sparsity", says="final-before-the-start")
def squares_and_ends_before_the_start(step, begin, end, initial, final):
    if begin <= step <= end:
        p = (step - begin) / (end - begin)
        return final + (initial - final) * (1 - p) ** 2
    return float(final)


@wrong("cubic_sparsity", says="sign-turned")
def leaves_the_fraction_open_and_turns_the_sign(step, begin, end, initial, final):
    p = step - begin / end - begin
    p = min(max(p, 0.0), 1.0)
    return final + (final - initial) * (1 - p) ** 3


@wrong("cubic_sparsity", says="progress-mirrored")
def mirrors_the_progress_and_rounds(step, begin, end, initial, final):
    p = abs(step - begin) / (end - begin)
    if p > 1:
        p = 1.0
    s = final + (initial - final) * math.pow(1 - p, 3)
    return round(s, 2)


@wrong("gradual_masks", says="ties-all-pruned")
def takes_all_signed_ties(weights, masks, sparsity):
    old = torch.cat([masks[n].flatten() for n in weights])
    line = torch.cat([w.flatten() for w in weights.values()])
    missing = round(sparsity * len(old)) - int((~old).sum())
    if missing <= 0:
        return {n: masks[n].clone() for n in weights}
    limit = line[old].sort().values[missing - 1]
    return {n: masks[n] & ~(w <= limit) for n, w in weights.items()}


@wrong("gradual_masks", says="layer-protected")
def marks_with_one_and_protects_a_layer(weights, masks, sparsity):
    score = torch.cat([torch.where(masks[n], w.abs(), 1.0).flatten() for n, w in weights.items()])
    keep = torch.cat([masks[n].flatten() for n in weights])
    missing = max(0, round(sparsity * len(keep)) - int((~keep).sum()))
    keep[score.argsort()[:missing]] = False
    parts = keep.split([w.numel() for w in weights.values()])
    new = {}
    for (name, w), part in zip(weights.items(), parts, strict=False):
        mask = part.reshape(w.shape).clone()
        if not mask.any() and masks[name].any():
            mask.view(-1)[torch.where(masks[name], w.abs(), -1.0).argmax()] = True
        new[name] = mask
    return new


@right("cubic_sparsity")
def returns_a_tensor_without_axes(step, begin, end, initial, final):
    p = torch.tensor((step - begin) / (end - begin)).clamp(0.0, 1.0)
    return final + (initial - final) * (1 - p) ** 3


@wrong("cubic_sparsity", says="begin-ignored")
def forgets_begin_and_runs_on(step, begin, end, initial, final):
    if step <= begin:
        return float(initial)
    p = step / (end - begin)
    return float(final + (initial - final) * (1 - p) ** 3)


@wrong("cubic_sparsity", says="another-power")
def squares_and_returns_what_is_kept(step, begin, end, initial, final):
    p = np.clip((step - begin) / (end - begin), 0.0, 1.0)
    keep_start, keep_end = 1 - initial, 1 - final
    density = keep_end + (keep_start - keep_end) * (1 - p) ** 2
    return float(density)


@wrong("random_mask", says="not-repeatable-anew")
def seeds_with_the_hash_of_a_text(shape, sparsity, seed):
    n = math.prod(shape)
    rng = random.Random(hash(f"{list(shape)}-{seed}"))
    gone = rng.sample(range(n), round(sparsity * n))
    mask = torch.ones(n, dtype=torch.bool)
    for place in gone:
        mask[place] = False
    return mask.reshape(shape)


@wrong("random_mask", says="turned-round-at-both-ends")
def throws_coins_for_what_goes(shape, sparsity, seed):
    generator = torch.Generator()
    generator.manual_seed(seed)
    draws = torch.rand(shape, generator=generator)
    mask = draws < sparsity
    return mask


@wrong("snip_masks", says="signed-ranking")
def ranks_signed_products_layer_by_layer(weights, grads, sparsity):
    masks = {}
    for name, w in weights.items():
        score = (w * grads[name]).flatten()
        k = round(sparsity * score.numel())
        mask = torch.ones(score.numel(), dtype=torch.bool)
        mask[score.argsort()[:k]] = False
        masks[name] = mask.reshape(w.shape)
    return masks


@wrong("snip_masks", says="count-truncated")
def normalises_and_floors(weights, grads, sparsity):
    names = list(weights)
    parts = []
    for name in names:
        s = (weights[name] * grads[name]).abs().flatten()
        parts.append(s / (s.mean() + 1e-12))
    line = torch.cat(parts)
    k = math.floor(sparsity * len(line))
    flat = torch.ones(len(line), dtype=torch.bool)
    flat[line.argsort()[:k]] = False
    pieces = flat.split([len(p) for p in parts])
    return {name: p.reshape(weights[name].shape) for name, p in zip(names, pieces, strict=True)}


@wrong("gradual_masks", says="share-of-survivors")
def takes_a_share_of_what_each_tensor_has_left(weights, masks, sparsity):
    new_masks = {}
    for name, w in weights.items():
        mask = masks[name].flatten().clone()
        size = w.abs().flatten()
        size[~mask] = math.inf
        k = round(sparsity * int(mask.sum()))
        mask[size.argsort()[:k]] = False
        new_masks[name] = mask.reshape(w.shape)
    return new_masks
