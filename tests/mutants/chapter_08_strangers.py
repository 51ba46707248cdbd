"""Exercise 08: answers of strangers, with causes that others had before."""

from __future__ import annotations

import math

import torch

from tests.mutants.table import wrong


@wrong("random_mask", says="half-to-the-wrong-side")
def rounds_what_is_kept(shape, sparsity, seed):
    n = math.prod(shape)
    generator = torch.Generator().manual_seed(seed)
    kept = torch.randperm(n, generator=generator)[: round((1 - sparsity) * n)]
    mask = torch.zeros(n, dtype=torch.bool)
    mask[kept] = True
    return mask.reshape(shape)


@wrong("random_mask", says="raises")
def expects_two_axes(shape, sparsity, seed):
    rows, columns = shape
    n = rows * columns
    torch.manual_seed(seed)
    mask = torch.ones(n, dtype=torch.bool)
    mask[torch.randperm(n)[: round(sparsity * n)]] = False
    return mask.reshape(rows, columns)


@wrong("random_mask", says="row-protected")
def saves_a_place_in_each_row(shape, sparsity, seed):
    g = torch.Generator().manual_seed(seed)
    n = math.prod(shape)
    line = torch.ones(n, dtype=torch.bool)
    line[torch.randperm(n, generator=g)[: round(sparsity * n)]] = False
    mask = line.reshape(shape[0], -1)
    for row in mask:
        if not row.any():
            row[torch.randint(len(row), (1,), generator=g)] = True
    return mask.reshape(shape)


@wrong("random_mask", says="count-truncated")
def cuts_off_and_returns_floats(shape, sparsity, seed):
    n = math.prod(shape)
    mask = torch.ones(n)
    generator = torch.Generator().manual_seed(seed)
    mask[torch.randperm(n, generator=generator)[: int(sparsity * n)]] = 0
    return mask.reshape(shape)


@wrong("gradual_masks", says="pruned-weights-met-again")
def meets_pruned_weights_again(weights, masks, sparsity):
    names = list(weights)
    mask = torch.cat([masks[n].flatten() for n in names])
    w = torch.cat([weights[n].flatten() for n in names])
    missing = max(0, round(sparsity * w.numel()) - int((~mask).sum()))
    ranking = torch.where(mask, w.abs(), -1.0).argsort()
    mask[ranking[:missing]] = False
    result = {}
    for n, piece in zip(names, mask.split([masks[n].numel() for n in names]), strict=False):
        result[n] = piece.reshape(masks[n].shape)
    return result


@wrong("gradual_masks", says="matched-by-order")
def joins_masks_in_their_own_order(weights, masks, sparsity):
    w = torch.cat([t.abs().flatten() for t in weights.values()])
    m = torch.cat([t.flatten() for t in masks.values()])
    total = max(round(sparsity * len(w)), int((~m).sum()))
    order = torch.where(m, w, -1.0).argsort()
    m[order[:total]] = False
    pieces = m.split([t.numel() for t in weights.values()])
    return {name: p.reshape(t.shape) for (name, t), p in zip(weights.items(), pieces, strict=False)}


@wrong("cubic_sparsity", says="way-back")
def turns_back_after_the_end(step, begin, end, initial, final):
    p = max((step - begin) / (end - begin), 0.0)
    remaining = abs(1 - p) ** 3
    return final + (initial - final) * remaining


@wrong("cubic_sparsity", says="starts-over")
def starts_over_at_the_end(step, begin, end, initial, final):
    if step < begin:
        return initial
    length = end - begin
    p = (step - begin) % length / length
    return final + (initial - final) * (1 - p) ** 3


@wrong("cubic_sparsity", says="brackets-missing")
def forgets_brackets(step, begin, end, initial, final):
    p = min(max((step - begin) / (end - begin), 0.0), 1.0)
    return final + (initial - final) * 1 - p**3


@wrong("cubic_sparsity", says="progress-rounded")
def rounds_the_progress(step, begin, end, initial, final):
    p = round((step - begin) / (end - begin), 1)
    p = min(max(p, 0.0), 1.0)
    return final + (initial - final) * (1.0 - p) ** 3


@wrong("cubic_sparsity", says="progress-stuck")
def exchanges_min_and_max(step, begin, end, initial, final):
    p = max(min((step - begin) / (end - begin), 0.0), 1.0)
    return final + (initial - final) * (1 - p) ** 2


@wrong("cubic_sparsity", says="not-clamped")
def starts_slowly_without_ends(step, begin, end, initial, final):
    p = (step - begin) / (end - begin)
    return initial + (final - initial) * p**3


@wrong("cubic_sparsity", says="initial-ignored")
def starts_from_zero_within(step, begin, end, initial, final):
    if step < begin:
        return initial
    if step > end:
        return final
    p = (step - begin) / (end - begin)
    return final * (1 - (1 - p) ** 3)


@wrong("snip_scores", says="divided-by-a-signed-sum")
def divides_by_a_signed_sum(weights, grads):
    products = {name: w * grads[name] for name, w in weights.items()}
    total = sum(p.sum() for p in products.values())
    return {name: p.abs() / total for name, p in products.items()}


@wrong("snip_scores", says="rows-scored")
def scores_rows(weights, grads):
    scores = {}
    for name, w in weights.items():
        s = (w * grads[name]).abs()
        row_sums = s.sum(dim=-1, keepdim=True)
        scores[name] = row_sums.expand_as(s).clone()
    return scores


@wrong("snip_scores", says="matched-by-order")
def matches_by_order_with_signs(weights, grads):
    return {name: w * g for (name, w), g in zip(weights.items(), grads.values(), strict=False)}


@wrong("snip_masks", says="matched-by-order")
def multiplies_lines_in_their_own_order(weights, grads, sparsity):
    all_w = torch.cat([w.flatten() for w in weights.values()])
    all_g = torch.cat([g.flatten() for g in grads.values()])
    scores = (all_w * all_g).abs()
    k = round(sparsity * len(scores))
    mask = torch.ones(len(scores), dtype=torch.bool)
    mask[scores.argsort()[:k]] = False
    masks, start = ({}, 0)
    for name, w in weights.items():
        masks[name] = mask[start : start + w.numel()].reshape(w.shape)
        start += w.numel()
    return masks


@wrong("random_mask", says="ends-swapped")
def keeps_all_but_the_last_k(shape, sparsity, seed):
    n = math.prod(shape)
    k = round(sparsity * n)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    mask = torch.zeros(n, dtype=torch.bool)
    mask[order[:-k]] = True
    return mask.reshape(shape)


@wrong("snip_masks", says="kept-count-rounded")
def rounds_how_many_connections_stay(weights, grads, sparsity):
    scores = {name: (w * grads[name]).abs() for name, w in weights.items()}
    line = torch.cat([s.flatten() for s in scores.values()])
    mask = torch.zeros(len(line), dtype=torch.bool)
    mask[line.topk(round((1 - sparsity) * len(line))).indices] = True
    parts = mask.split([s.numel() for s in scores.values()])
    return {n: p.reshape(scores[n].shape) for n, p in zip(scores, parts, strict=True)}


@wrong("snip_scores", says="squared")
def squares_the_gradients_alone(weights, grads):
    return {name: grads[name] ** 2 for name in weights}


@wrong("cubic_sparsity", says="initial-ignored")
def starts_at_zero_and_counts_one_step_more(step, begin, end, initial, final):
    if step < begin:
        return 0.0
    if step >= end:
        return final
    return final - final * (1 - (step - begin) / (end - begin + 1)) ** 3


@wrong("gradual_masks", says="total-lowered")
def looks_at_the_total_alone(weights, masks, sparsity):
    scores = {name: torch.where(masks[name], w.abs(), -1.0) for name, w in weights.items()}
    line = torch.cat([s.flatten() for s in scores.values()])
    kept = torch.ones(len(line), dtype=torch.bool)
    kept[line.argsort()[: round(sparsity * len(line))]] = False
    parts = kept.split([s.numel() for s in scores.values()])
    return {n: p.reshape(scores[n].shape) for n, p in zip(scores, parts, strict=True)}
