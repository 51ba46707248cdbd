"""Exercise 09: answers of strangers, with causes that others had before."""

from __future__ import annotations

import math

import torch

from tests.mutants.table import wrong


@wrong("random_reinit", says="range-moved")
def forgets_the_parentheses(shapes, masks, seed):
    generator = torch.Generator().manual_seed(seed)
    result = {}
    for name, shape in shapes.items():
        bound = 1.0 / math.sqrt(math.prod(shape[1:]))
        w = 2 * torch.rand(shape, generator=generator) - 1 * bound
        result[name] = w * masks[name]
    return result


@wrong("random_reinit", says="same-in-each-layer")
def keeps_a_draw_for_each_shape(shapes, masks, seed):
    generator = torch.Generator().manual_seed(seed)
    drawn = {}
    weights = {}
    for name, shape in shapes.items():
        key = tuple(shape)
        if key not in drawn:
            bound = math.prod(shape[1:]) ** (-0.5)
            drawn[key] = (2 * torch.rand(shape, generator=generator) - 1) * bound
        weights[name] = drawn[key] * masks[name]
    return weights


@wrong("random_reinit", says="square-kernel")
def takes_kernels_for_squares(shapes, masks, seed):
    gen = torch.Generator().manual_seed(seed)
    result = {}
    for name, shape in shapes.items():
        fan_in = shape[1]
        if len(shape) == 4:
            fan_in *= shape[2] ** 2
        bound = 1 / math.sqrt(fan_in)
        w = torch.empty(shape).uniform_(-bound, bound, generator=gen)
        result[name] = w * masks[name]
    return result


@wrong("random_reinit", says="wrong-shape")
def flattens_convolutions(shapes, masks, seed):
    generator = torch.Generator().manual_seed(seed)
    new = {}
    for name, shape in shapes.items():
        out, fan_in = (shape[0], math.prod(shape[1:]))
        bound = 1 / math.sqrt(fan_in)
        matrix = (torch.rand(out, fan_in, generator=generator) * 2 - 1) * bound
        new[name] = matrix * masks[name].reshape(out, fan_in)
    return new


@wrong("random_reinit", says="one-layers-range")
def takes_one_bound_for_all_layers(shapes, masks, seed):
    generator = torch.Generator().manual_seed(seed)
    first = next(iter(shapes.values()))
    bound = 1 / math.sqrt(math.prod(first[1:]))
    return {
        name: (2 * torch.rand(shape, generator=generator) - 1) * bound * masks[name]
        for name, shape in shapes.items()
    }


@wrong("random_reinit", says="all-alike")
def draws_signs(shapes, masks, seed):
    generator = torch.Generator().manual_seed(seed)
    new = {}
    for name, shape in shapes.items():
        bound = 1 / math.sqrt(math.prod(shape[1:]))
        signs = torch.randint(0, 2, shape, generator=generator) * 2.0 - 1.0
        new[name] = signs * bound * masks[name]
    return new


@wrong("random_reinit", says="all-sizes-counted")
def multiplies_all_sizes(shapes, masks, seed):
    generator = torch.Generator().manual_seed(seed)
    out = {}
    for name, shape in shapes.items():
        bound = 1 / math.sqrt(math.prod(shape))
        out[name] = (torch.rand(shape, generator=generator) * 2 - 1) * bound * masks[name]
    return out


@wrong("random_reinit", says="fan-in-of-survivors")
def counts_kept_inputs_of_each_unit(shapes, masks, seed):
    generator = torch.Generator().manual_seed(seed)
    new = {}
    for name, shape in shapes.items():
        inputs = masks[name].flatten(1).sum(dim=1).clamp(min=1)
        bound = inputs.rsqrt().reshape([-1] + [1] * (len(shape) - 1))
        new[name] = (2 * torch.rand(shape, generator=generator) - 1) * bound * masks[name]
    return new


@wrong("random_reinit", says="range-halved")
def moves_by_half_the_bound(shapes, masks, seed):
    generator = torch.Generator().manual_seed(seed)
    new = {}
    for name, shape in shapes.items():
        bound = 1 / math.sqrt(math.prod(shape[1:]))
        new[name] = (torch.rand(shape, generator=generator) - 0.5) * bound * masks[name]
    return new


@wrong("mask_distance", says="places-without-names")
def forgets_the_names_of_layers(a, b):
    kept_a = {tuple(p) for m in a.values() for p in m.nonzero().tolist()}
    kept_b = {tuple(p) for m in b.values() for p in m.nonzero().tolist()}
    total = sum(m.numel() for m in a.values())
    return len(kept_a ^ kept_b) / total


@wrong("mask_distance", says="divided-by-one-layer")
def divides_by_the_last_layer(a, b):
    differ = 0
    for name in a:
        differ += int((a[name] != b[name]).sum())
        total = a[name].numel()
    return differ / total


@wrong("mask_distance", says="differing-rows-counted")
def counts_rows_that_differ(a, b):
    different_rows = total_rows = 0
    for name, mask in a.items():
        row_differs = (mask != b[name]).any(dim=-1)
        different_rows += int(row_differs.sum())
        total_rows += row_differs.numel()
    return different_rows / total_rows


@wrong("mask_distance", says="root-of-the-count")
def measures_a_euclidean_distance(a, b):
    names = list(a)
    x = torch.cat([a[n].flatten() for n in names]).float()
    y = torch.cat([b[n].flatten() for n in names]).float()
    return (torch.dist(x, y) / len(x)).item()


@wrong("mask_distance", says="largest-layer")
def takes_the_farthest_layer(a, b):
    return max((a[n] != b[n]).float().mean().item() for n in a)


@wrong("mask_distance", says="similarity")
def averages_the_similarity_over_layers(a, b):
    same = sum(int((a[n] == b[n]).sum()) for n in a)
    total = sum(a[n].numel() for n in a)
    return same / total / len(a)


@wrong("rewind", says="constant-survivors")
def keeps_signs_alone(initial, masks):
    new = {n: t.clone() for n, t in initial.items()}
    for n, mask in masks.items():
        spread = initial[n].std(correction=0)
        new[n] = torch.sign(initial[n]) * spread * mask
    return new


@wrong("rewind", says="more-returned")
def returns_the_masks_as_well(initial, masks):
    state = {}
    for name in initial:
        mask = masks.get(name)
        state[name] = initial[name].clone() if mask is None else initial[name] * mask
    return (state, masks)


@wrong("rewind", says="others-reset")
def inverts_and_resets(initial, masks):
    state = {}
    for name, tensor in initial.items():
        mask = masks.get(name, torch.ones_like(tensor, dtype=torch.bool))
        state[name] = tensor * ~mask
    return state


@wrong("rewind", says="whole-rows")
def zeroes_rows_in_place(initial, masks):
    for name, mask in masks.items():
        whole = mask.flatten(1).all(dim=1)
        initial[name][~whole] = 0.0
    return initial


@wrong("iterative_masks", says="zeros-taken-for-pruned")
def counts_what_is_not_zero(weights, masks, rate):
    names = list(weights)
    magnitudes = torch.cat([weights[n].abs().flatten() for n in names])
    alive = torch.cat([masks[n].flatten() for n in names])
    survivors = int((magnitudes * alive != 0).sum())
    order = torch.where(alive, magnitudes, math.inf).argsort()
    alive[order[: round(rate * survivors)]] = False
    pieces = alive.split([weights[n].numel() for n in names])
    return {n: p.reshape(weights[n].shape) for n, p in zip(names, pieces, strict=False)}


@wrong("iterative_masks", says="places-among-survivors")
def uses_places_among_survivors(weights, masks, rate):
    names = list(weights)
    magnitudes = torch.cat([weights[n].abs().flatten() for n in names])
    line = torch.cat([masks[n].flatten() for n in names])
    survivors = magnitudes[line]
    smallest = survivors.argsort()[: round(rate * len(survivors))]
    line[smallest] = False
    pieces = line.split([weights[n].numel() for n in names])
    return {n: p.reshape(weights[n].shape) for n, p in zip(names, pieces, strict=False)}


@wrong("iterative_masks", says="nothing-pruned")
def writes_into_a_copy(weights, masks, rate):
    names = list(weights)
    line = torch.cat([masks[n].flatten() for n in names])
    alive = torch.cat([weights[n].abs().flatten() for n in names])[line]
    k = round(rate * len(alive))
    line[line][alive.argsort()[:k]] = False
    pieces = line.split([masks[n].numel() for n in names])
    return {n: p.reshape(masks[n].shape) for n, p in zip(names, pieces, strict=False)}


@wrong("iterative_masks", says="pruned-weights-counted-again")
def meets_pruned_weights_again(weights, masks, rate):
    names = sorted(weights)
    m = torch.cat([masks[n].flatten() for n in names])
    w = torch.cat([weights[n].flatten() for n in names]).abs()
    order = torch.where(m, w, -1.0).argsort()
    k = round(rate * m.sum().item())
    new = m.clone()
    new[order[:k]] = False
    pieces = new.split([weights[n].numel() for n in names])
    return {n: p.reshape(weights[n].shape) for n, p in zip(names, pieces, strict=False)}


@wrong("iterative_masks", says="share-of-all-weights")
def takes_a_share_of_each_layer(weights, masks, rate):
    new = {}
    for name, w in weights.items():
        mask = masks[name].flatten().clone()
        score = torch.where(mask, w.abs().flatten(), math.inf)
        mask[score.argsort()[: round(rate * w.numel())]] = False
        new[name] = mask.reshape(w.shape)
    return new


@wrong("remaining_fraction", says="powers-of-the-rate")
def subtracts_powers_of_the_rate(rounds, rate):
    left = 1.0
    for i in range(1, rounds + 1):
        left -= rate**i
    return left


@wrong("remaining_fraction", says="divided-each-round")
def discounts(rounds, rate):
    remaining = 1.0
    for _ in range(rounds):
        remaining /= 1 + rate
    return remaining


@wrong("remaining_fraction", says="powers-of-the-rate")
def multiplies_shares_on(rounds, rate):
    left = 1.0
    share = rate
    for _ in range(rounds):
        left = left - share
        share = share * left
    return left


@wrong("remaining_fraction", says="one-round-more-or-less")
def returns_what_is_gone_after_a_round_more(rounds, rate):
    return 1 - (1 - rate) ** (rounds + 1)
