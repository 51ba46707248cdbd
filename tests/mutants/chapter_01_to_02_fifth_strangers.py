"""Answers of a fifth round of strangers whose mistakes went unnamed: exercises 01, 02."""

from __future__ import annotations

import torch

from tests.mutants.table import wrong


@wrong("unsigned_value", says="signed-read")
def signed_and_without_its_last_character(bits):
    value = -int(bits[0]) * 2 ** (len(bits) - 1)
    for place in range(1, len(bits) - 1):
        value += int(bits[place]) * 2 ** (len(bits) - 1 - place)
    return value


@wrong("quantize_per_channel", says="zero-block-changes-all")
def a_channel_of_zeros_moves_every_scale(w, n_bits):
    qmax = 2 ** (n_bits - 1) - 1
    scale = w.flatten(1).abs().amax(dim=1) / qmax
    if (scale == 0).any():
        scale = scale + 1e-3
    shape = (len(w),) + (1,) * (w.dim() - 1)
    return torch.round(w / scale.reshape(shape)).clamp(-qmax, qmax).to(torch.int8), scale


@wrong("quantize_per_channel", says="levels-off-by-one")
def largest_value_over_half_of_all_codes(w, n_bits):
    half = 2 ** (n_bits - 1)
    flat = w.flatten(1)
    scale = flat.max(dim=1).values / half
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    q = torch.round(flat / scale[:, None]).clamp(-half, half - 1).to(torch.int8)
    return q.reshape(w.shape), scale


@wrong("quantize", says="range-a-bit-too-wide")
def multiplied_and_limited_by_one_bit_more(x, scale, n_bits):
    return torch.round(x * scale).clamp(-(2**n_bits), 2**n_bits - 1).to(torch.int8)
