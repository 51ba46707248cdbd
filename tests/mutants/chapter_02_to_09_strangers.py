"""Answers of strangers that kept full marks until an input was there that they fail on."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import wrong


@wrong("rewind", says="names-contained")
def finds_masks_by_a_part_of_the_name(initial, masks):
    result = {}
    for name, tensor in initial.items():
        result[name] = tensor.clone()
        for key, mask in masks.items():
            if key in name:
                result[name] = tensor * mask
                break
    return result


@wrong("random_mask", says="zero-for-no-seed")
def takes_the_seed_zero_for_none(shape, sparsity, seed):
    generator = torch.Generator()
    if seed:
        generator.manual_seed(seed)
    else:
        generator.seed()
    n = math.prod(shape)
    mask = torch.ones(n, dtype=torch.bool)
    mask[torch.randperm(n, generator=generator)[: round(n * sparsity)]] = False
    return mask.view(*shape)


@wrong("random_reinit", says="zero-for-no-seed")
def takes_the_seed_zero_for_none_given(shapes, masks, seed):
    rng = np.random.default_rng(seed if seed else None)
    weights = {}
    for name, shape in shapes.items():
        b = 1 / np.sqrt(np.prod(shape[1:]))
        w = torch.tensor(rng.uniform(-b, b, size=shape), dtype=torch.float32)
        weights[name] = w * masks[name]
    return weights


@wrong("gradual_masks", says="marked-too-small")
def marks_what_is_gone_with_ten(weights, masks, sparsity):
    names = list(weights)
    mask = torch.cat([masks[n].flatten() for n in names])
    magnitudes = torch.cat([weights[n].abs().flatten() for n in names])
    missing = round(sparsity * mask.numel()) - int((~mask).sum())
    if missing > 0:
        marked = torch.where(mask, magnitudes, torch.tensor(10.0))
        mask[marked.topk(missing, largest=False).indices] = False
    pieces = mask.split([weights[n].numel() for n in names])
    return {n: p.reshape(weights[n].shape) for n, p in zip(names, pieces, strict=True)}


@wrong("pack_int4", says="raises")
def asks_for_the_number_of_rows(q):
    n = q.reshape(-1).to(torch.uint8) & 15
    if len(q) % 2 == 1:
        n = torch.cat([n, torch.zeros(1, dtype=torch.uint8)])
    return n[0::2] | (n[1::2] << 4)


@wrong("minmax_range", says="begins-at-a-number")
def begins_at_a_thousand(batches):
    low, high = 1000.0, -1000.0
    for batch in batches:
        for value in batch.flatten().tolist():
            low, high = min(low, value), max(high, value)
    return low, high


@wrong("quantize_affine", says="steps-in-16-bits")
def counts_steps_in_16_bits(x, scale, zero_point, n_bits):
    steps = torch.round(x / scale).to(torch.int64).to(torch.int16)
    return (steps + zero_point).clamp(0, 2**n_bits - 1).to(torch.uint8)
