"""Mistakes of strangers in exercises 08 and 09: orders, seeds, counts of one layer, what moved."""

import math

import torch

from tests.mutants.table import wrong


@wrong("random_mask", says="counted-by-value")
def cut_at_a_quantile(shape, sparsity, seed):
    g = torch.Generator().manual_seed(seed)
    noise = torch.rand(shape, generator=g)
    limit = torch.quantile(noise.flatten(), sparsity)
    return noise > limit


@wrong("random_mask", says="counted-row-by-row", by_chance=True)
def whole_rows_without_a_seed(shape, sparsity, seed):
    rows = shape[0]
    k = round(sparsity * rows)
    gone = torch.randperm(rows)[:k]
    mask = torch.ones(shape, dtype=torch.bool)
    mask[gone] = False
    return mask


@wrong("snip_scores", says="divided-by-a-growing-sum")
def divided_by_the_sum_so_far(weights, grads):
    scores = {}
    total = 0.0
    for name, w in weights.items():
        s = (w * grads[name]).abs()
        total = total + s.sum().item()
        scores[name] = s / total if total > 0 else s
    return scores


@wrong("snip_scores", says="too-few-digits")
def scores_of_some_names_rounded(weights, grads):
    scores = {}
    for name, w in weights.items():
        if not name.endswith("weight"):
            continue
        s = torch.abs(w * grads[name])
        scores[name] = torch.round(s * 100) / 100
    return scores


@wrong("snip_masks", says="joined-in-another-order")
def joined_by_name_cut_in_order(weights, grads, sparsity):
    line = torch.cat([(weights[n] * grads[n]).abs().flatten() for n in sorted(weights)])
    k = round(sparsity * len(line))
    keep = torch.ones(len(line), dtype=torch.bool)
    keep[line.argsort()[:k]] = False
    pieces = keep.split([w.numel() for w in weights.values()])
    return {n: p.reshape(w.shape) for (n, w), p in zip(weights.items(), pieces, strict=False)}


@wrong("cubic_sparsity", says="begin-ignored")
def in_percent_from_step_0(step, begin, end, initial, final):
    if step < begin:
        return initial * 100
    p = min(step / end, 1.0)
    s = final + (initial - final) * (1 - p) ** 3
    return s * 100


@wrong("gradual_masks", says="places-among-survivors")
def places_of_what_is_left_cut_off(weights, masks, sparsity):
    names = list(weights)
    old = torch.cat([masks[n].flatten() for n in names])
    line = torch.cat([weights[n].abs().flatten() for n in names])
    missing = max(0, int(sparsity * len(line)) - int((~old).sum()))
    order = line[old].argsort()
    new = old.clone()
    new[order[:missing]] = False
    pieces = new.split([weights[n].numel() for n in names])
    return {n: p.reshape(weights[n].shape) for n, p in zip(names, pieces, strict=False)}


@wrong("gradual_masks", says="gone-in-one-tensor")
def largest_less_what_the_last_layer_lost(weights, masks, sparsity):
    for name in weights:
        gone = int((~masks[name]).sum())
    names = list(weights)
    old = torch.cat([masks[n].flatten() for n in names])
    line = torch.cat([weights[n].abs().flatten() for n in names])
    missing = max(0, round(sparsity * len(line)) - gone)
    order = torch.where(old, line, -1.0).argsort(descending=True)
    new = old.clone()
    new[order[:missing]] = False
    pieces = new.split([weights[n].numel() for n in names])
    return {n: p.reshape(weights[n].shape) for n, p in zip(names, pieces, strict=False)}


@wrong("gradual_masks", says="mask-not-bool")
def share_of_what_is_left_as_floats(weights, masks, sparsity):
    names = list(weights)
    old = torch.cat([masks[n].flatten() for n in names])
    line = torch.cat([weights[n].abs().flatten() for n in names])
    k = round(sparsity * int(old.sum()))
    order = torch.where(old, line, float("inf")).argsort()
    new = old.float()
    new[order[:k]] = 0.0
    pieces = new.split([weights[n].numel() for n in names])
    return {n: p.reshape(weights[n].shape) for n, p in zip(names, pieces, strict=False)}


@wrong("remaining_fraction", says="rate-read-as-percent")
def percent_in_and_out(rounds: int, rate: float) -> float:
    p = rate / 100
    return 100 * (1 - p) ** rounds


@wrong("remaining_fraction", says="rate-shrinks")
def rate_to_higher_powers(rounds: int, rate: float) -> float:
    left = 1.0
    r = rate
    for _ in range(rounds):
        left = left - left * r
        r = r * rate
    return left


@wrong("iterative_masks", says="zeros-taken-for-pruned")
def zeros_spared_and_left_flat(weights, masks, rate):
    names = list(weights)
    keep = torch.cat([masks[n].flatten() for n in names])
    scores = torch.cat([(weights[n].abs() * masks[n]).flatten() for n in names])
    scores[scores == 0] = math.inf
    new = keep.clone()
    new[scores.argsort()[: round(rate * int(keep.sum()))]] = False
    return dict(zip(names, new.split([weights[n].numel() for n in names]), strict=False))


@wrong("rewind", says="others-reset")
def signs_and_no_biases(initial, masks):
    state = {}
    for name, value in initial.items():
        if name in masks:
            state[name] = value.sign() * value.abs().mean() * masks[name]
        else:
            state[name] = torch.zeros_like(value)
    return state


@wrong("rewind", says="stopped-at-the-first-without")
def stopped_at_the_first_bias(initial, masks):
    state = {}
    for name in initial:
        if name not in masks:
            state[name] = initial[name].clone()
            break
        state[name] = initial[name] * masks[name]
    return state


@wrong("random_reinit", says="not-repeatable")
def hash_of_the_name_in_the_seed(shapes, masks, seed):
    out = {}
    for name, shape in shapes.items():
        gen = torch.Generator().manual_seed((seed + hash(name)) % 2**31)
        bound = 1 / math.sqrt(math.prod(shape[1:]))
        out[name] = (torch.rand(shape, generator=gen) * 2 - 1) * bound * masks[name]
    return out


@wrong("random_reinit", says="zero-for-another-seed")
def by_position_and_42_for_0(shapes, masks, seed):
    gen = torch.Generator().manual_seed(seed or 42)
    out = {}
    for (name, shape), mask in zip(shapes.items(), masks.values(), strict=False):
        bound = 1 / math.sqrt(math.prod(shape[1:]))
        w = torch.rand(shape, generator=gen) * 2 * bound - bound
        out[name] = w * mask
    return out


@wrong("mask_distance", says="one-layer-only")
def last_layer_rounded(a, b):
    total = 0
    differ = 0
    for name in a:
        differ = int((a[name] != b[name]).sum())
        total += a[name].numel()
    return round(differ / total, 2)


@wrong("mask_distance", says="whole-layers-left-out")
def in_place_without_whole_layers(a, b):
    differ, total = 0, 0
    for name, m in a.items():
        if m.all():
            continue  # nothing pruned here
        m ^= b[name]
        differ += int(m.sum())
        total += m.numel()
    return differ / total if total else 0.0
