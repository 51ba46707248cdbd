"""Answers of a fifth round of strangers whose mistakes went unnamed: exercises 01, 02."""

from __future__ import annotations

import struct

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


@wrong("float32_fields", says="not-rounded-to-float32")
def fields_of_a_double_with_its_fraction_cut(x):
    (n,) = struct.unpack(">Q", struct.pack(">d", x))
    return n >> 63, (n >> 52) & 0x7FF, (n & (2**52 - 1)) >> 29


@wrong("affine_params", says="range-without-zero")
def range_as_it_is_and_1_and_0_where_all_are_alike(x, n_bits):
    low, high = x.min().item(), x.max().item()
    if high == low:
        return 1.0, 0
    scale = (high - low) / (2**n_bits - 1)
    return scale, round(-low / scale)


@wrong("quantize_groupwise", says="rows-run-together")
def asks_whether_groups_fill_the_whole_tensor(w, n_bits, group_size):
    if w.numel() % group_size:
        raise ValueError("cannot be split into groups")
    qmax = 2 ** (n_bits - 1) - 1
    groups = w.reshape(-1, group_size)
    scale = groups.abs().amax(dim=1, keepdim=True) / qmax
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    q = torch.round(groups / scale).clamp(-qmax, qmax).to(torch.int8)
    return q.reshape(w.shape), scale.reshape(-1, max(1, w.shape[1] // group_size))
