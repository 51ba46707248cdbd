"""Answers with two mistakes of which one was not named, and single ones that had no cause."""

from __future__ import annotations

import math

import torch

from tests.mutants.table import wrong


def _prunes(scores, count):
    """False at so many of the lowest scores of all tensors."""
    line = torch.cat([s.flatten() for s in scores.values()])
    kept = torch.ones(len(line), dtype=torch.bool)
    kept[line.argsort()[:count]] = False
    parts = kept.split([s.numel() for s in scores.values()])
    return {n: p.reshape(s.shape) for (n, s), p in zip(scores.items(), parts, strict=True)}


def _size(tensors):
    return sum(t.numel() for t in tensors.values())


@wrong("magnitude_mask", says="count-truncated")
def ranks_with_signs_and_cuts_the_count(w, sparsity):
    return _prunes({0: w}, int(sparsity * w.numel()))[0]


@wrong("magnitude_mask", says="count-truncated")
def prunes_the_largest_and_cuts_the_count(w, sparsity):
    return _prunes({0: -w.abs()}, int(sparsity * w.numel()))[0]


@wrong("magnitude_mask", says="count-rounded-up")
def marks_what_goes_and_rounds_up(w, sparsity):
    return ~_prunes({0: w.abs()}, math.ceil(sparsity * w.numel()))[0]


@wrong("global_magnitude_masks", says="count-truncated")
def ranks_all_with_signs_and_cuts_the_count(weights, sparsity):
    return _prunes(weights, int(sparsity * _size(weights)))


@wrong("global_magnitude_masks", says="count-rounded-up")
def prunes_the_largest_and_rounds_up(weights, sparsity):
    return _prunes({n: -w.abs() for n, w in weights.items()}, math.ceil(sparsity * _size(weights)))


@wrong("global_magnitude_masks", says="count-truncated")
def marks_what_goes_and_cuts_the_count(weights, sparsity):
    masks = _prunes({n: w.abs() for n, w in weights.items()}, int(sparsity * _size(weights)))
    return {n: ~mask for n, mask in masks.items()}


@wrong("snip_masks", says="count-truncated")
def ranks_signed_products_and_cuts_the_count(weights, grads, sparsity):
    return _prunes({n: w * grads[n] for n, w in weights.items()}, int(sparsity * _size(weights)))


@wrong("snip_masks", says="count-rounded-up")
def prunes_the_highest_scores_and_rounds_up(weights, grads, sparsity):
    scores = {n: -(w * grads[n]).abs() for n, w in weights.items()}
    return _prunes(scores, math.ceil(sparsity * _size(weights)))


@wrong("keep_indices", says="magnitudes-ranked")
def takes_the_top_of_the_magnitudes_as_they_come(scores, n_keep):
    return scores.abs().topk(n_keep).indices


@wrong("keep_indices", says="ranks-for-places")
def takes_the_first_ranks(scores, n_keep):
    return scores.argsort(descending=True).argsort()[:n_keep].sort().values


@wrong("percentile_range", says="tails-shared")
def shares_the_tails_and_takes_the_nearest(batches, percentile):
    values = torch.cat([b.flatten() for b in batches]).double()
    tail = (100 - percentile) / 200
    ends = (torch.quantile(values, q, interpolation="nearest") for q in (tail, 1 - tail))
    return tuple(end.item() for end in ends)


@wrong("sqnr_db", says="perfect-fails")
def takes_twenty_and_calls_perfect_zero(x, x_hat):
    noise = (x - x_hat).double().square().sum().item()
    if noise == 0:
        return 0.0
    return 20 * math.log10(x.double().square().sum().item() / noise)


@wrong("quantize_per_channel", says="other-measure")
def spreads_the_range_over_all_codes(w, n_bits):
    rows = w.flatten(1)
    scale = (rows.amax(dim=1) - rows.amin(dim=1)) / (2**n_bits - 1)
    scale[scale == 0] = 1
    top = 2 ** (n_bits - 1) - 1
    codes = (rows / scale[:, None]).round().clamp(-top, top)
    return codes.to(torch.int8).reshape(w.shape), scale


def _in_integers(x, weight, steps, rounding):
    s_x, s_w = x.abs().max() / steps, weight.abs().amax(dim=1) / steps
    s_x, s_w = torch.where(s_x > 0, s_x, 1.0), torch.where(s_w > 0, s_w, 1.0)
    acc = rounding(x / s_x).long() @ rounding(weight / s_w[:, None]).long().T
    return acc, acc * s_x * s_w


@wrong("int8_linear", says="levels-off")
def spreads_over_128_steps_and_stores_wide(x, weight, bias):
    acc, y = _in_integers(x, weight, 128, torch.round)
    return acc, y + bias


@wrong("int8_linear", says="bias-forgotten")
def cuts_codes_off_and_forgets_the_bias(x, weight, bias):
    return _in_integers(x, weight, 127, torch.trunc)
