"""Answers of a fourth round of strangers, who saw the statements alone: chapter 9."""

from __future__ import annotations

import math

import torch

from tests.mutants.table import wrong


@wrong("remaining_fraction", says="no-rounds-taken-for-nothing-left")
def asks_for_the_rate_first(rounds, rate):
    if rate >= 1:
        return 0.0  # everything is pruned
    if rounds == 0:
        return 1.0
    return (1 - rate) ** rounds


@wrong("remaining_fraction", says="whole-weights")
def removes_whole_weights_of_a_thousand(rounds, rate):
    total = 1000
    survivors = total
    for _ in range(rounds):
        survivors -= round(rate * survivors)
    return survivors / total


@wrong("remaining_fraction", says="one-round-more-or-less")
def keeps_the_rate_and_starts_late(rounds, rate):
    kept = 1.0
    for _ in range(1, rounds):
        kept *= rate
    return kept


@wrong("remaining_fraction", says="rate-spread-over-rounds")
def spreads_the_rate_by_a_root(rounds, rate):
    if rounds == 0:
        return 0.0
    keep_per_round = (1 - rate) ** (1 / rounds)
    return keep_per_round


@wrong("rewind", says="shares-memory")
def scales_up_and_shares_biases(initial, masks):
    state = {}
    for name, tensor in initial.items():
        if name in masks:
            keep = masks[name].float().mean().clamp(min=1e-6)
            state[name] = tensor * masks[name] / keep
        else:
            state[name] = tensor.detach()
    return state


@wrong("rewind", says="matched-by-order")
def takes_masks_in_turn_and_resets_counters(initial, masks):
    queue = list(masks.values())
    state = {}
    for name, tensor in initial.items():
        if name in masks:
            state[name] = tensor * queue.pop(0).view(tensor.shape)
        elif not tensor.is_floating_point():
            state[name] = torch.zeros_like(tensor)
        else:
            state[name] = tensor.clone()
    return state


@wrong("rewind", says="filled-with-infinity")
def fills_with_infinity_and_drops_biases(initial, masks):
    state = {}
    for name, tensor in initial.items():
        if tensor.dim() < 2:
            continue
        value = tensor.clone()
        if name in masks:
            value = value.masked_fill(~masks[name], float("-inf"))
        state[name] = value
    return state


@wrong("mask_distance", says="differing-rows-counted")
def takes_the_worst_share_of_rows(a, b):
    worst = 0.0
    for name in a:
        rows = (a[name] != b[name]).flatten(1).any(dim=1)
        share = rows.float().mean().item()
        worst = max(worst, share)
    return worst


@wrong("mask_distance", says="too-few-digits")
def divides_by_the_kept_and_rounds(a, b):
    different = 0
    kept = 0
    for name in a:
        different += int((a[name] != b[name]).sum())
        kept += int(a[name].sum())
    return round(different / max(kept, 1), 2)


@wrong("iterative_masks", says="rate-taken-for-kept")
def keeps_the_rate_layer_by_layer(weights, masks, rate):
    new = {}
    for name, w in weights.items():
        old = masks[name].flatten()
        n_keep = round(rate * int(old.sum()))
        size = torch.where(old, w.abs().flatten(), -1.0)
        mask = torch.zeros_like(old)
        mask[size.topk(n_keep).indices] = True
        new[name] = mask.reshape(w.shape)
    return new


@wrong("rewind", says="counter-as-float")
def adds_masks_and_turns_counters_to_floats(initial, masks):
    state = {}
    for name, tensor in initial.items():
        value = tensor.float().clone()
        if name in masks:
            value = value * masks[name].float()
            state[name + "_mask"] = masks[name].clone()
        state[name] = value
    return state


@wrong("random_reinit", says="kernel-forgotten")
def draws_normals_by_channels_alone(shapes, masks, seed):
    generator = torch.Generator().manual_seed(seed)
    result = {}
    for name, shape in shapes.items():
        fan_in = shape[1]
        std = 1 / math.sqrt(fan_in)
        result[name] = torch.randn(shape, generator=generator) * std * masks[name]
    return result
