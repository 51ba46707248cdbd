"""Answers to exercise 02 of more strangers: two mistakes at a time, and single ones."""

from __future__ import annotations

import math

import torch

from tests.mutants.table import wrong


@wrong("absmax_scale", says="sign-kept")
def takes_the_extreme_with_its_sign(x, n_bits, full_range=False):
    flat = x.flatten()
    extreme = flat[flat.abs().argmax()]
    if extreme == 0:
        return torch.tensor(1.0)
    if full_range:
        return 2 * extreme / (2**n_bits - 1)
    return extreme / (2 ** (n_bits - 1) - 1)


@wrong("absmax_scale", says="exponent-cut-short")
def cuts_the_exponent_short_and_takes_a_power_of_two(x, n_bits, full_range=False):
    absmax = x.abs().max().item()
    if absmax == 0:
        return 1.0
    scale = 2 * absmax / (2**n_bits - 1) if full_range else absmax / (2**n_bits - 1 - 1)
    return 2.0 ** math.ceil(math.log2(scale))


@wrong("quantize", says="scale-guarded")
def adds_a_millionth_to_the_scale(x, scale, n_bits):
    top = 2 ** (n_bits - 1)
    return torch.round(x / (scale + 1e-6)).clamp(-top, top - 1).to(torch.int8)


@wrong("quantize", says="scale-guarded")
def keeps_the_scale_above_a_billionth(x, scale, n_bits):
    top = 2 ** (n_bits - 1)
    return torch.round(x / max(float(scale), 1e-9)).clamp(-top, top - 1).to(torch.int8)


@wrong("quantize", says="scale-ignored")
def finds_a_scale_of_its_own(x, scale, n_bits):
    high = 2 ** (n_bits - 1) - 1
    if x.abs().max() > 0:
        scale = x.abs().max() / high
    return torch.round(x / scale).clamp(-high - 1, high).to(torch.int8)


@wrong("quantize", says="unsigned-range")
def rounds_first_and_clamps_to_unsigned(x, scale, n_bits):
    steps = (torch.round(x) / scale).clamp(0, 2**n_bits - 1)
    return steps.to(torch.int16).to(torch.int8)


@wrong("quantize", says="scaled-back")
def cuts_and_scales_back(x, scale, n_bits):
    top = 2 ** (n_bits - 1)
    return (x / scale).trunc().clamp(-top, top - 1) * scale


@wrong("dequantize", says="reciprocal-rounded")
def divides_by_whole_codes_a_unit(q, scale):
    return q.to(torch.float32) / max(round(1 / float(scale)), 1)


@wrong("dequantize", says="scale-guarded")
def adds_a_little_to_the_scale(q, scale):
    return q.float() * (scale + 1e-8)


@wrong("affine_params", says="one-end-stretched")
def stretches_the_lower_end_and_clamps(x, n_bits):
    low, high = min(x.min().item(), 0.0), x.max().item()
    if high == low:
        high = 0.0
    if low == high:
        return 1.0, 0
    scale = (high - low) / (2**n_bits - 1)
    return scale, max(0, min(2**n_bits - 1, round(-low / scale)))


@wrong("affine_params", says="rounded-before-dividing")
def rounds_the_lower_end_first(x, n_bits):
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    if high == low:
        return 1.0, 0
    scale = (high - low) / (2**n_bits - 1)
    return scale, int(round(-low) / scale)


@wrong("affine_params", says="part-of-the-values")
def takes_first_and_last_for_the_ends(x, n_bits):
    flat = x.flatten().tolist()
    low, high = min(flat[0], flat[-1], 0.0), max(flat[0], flat[-1], 0.0)
    if high == low:
        return 1.0, 0
    scale = (high - low) / (2**n_bits - 1)
    return scale, round(-low / scale)


@wrong("affine_params", says="zero-point-tie")
def takes_first_and_last_and_rounds_up(x, n_bits):
    flat = x.flatten().tolist()
    low, high = min(flat[0], flat[-1], 0.0), max(flat[0], flat[-1], 0.0)
    if high == low:
        return 1.0, 0
    scale = (high - low) / (2**n_bits - 1)
    return scale, int(-low / scale + 0.5)


@wrong("affine_params", says="zero-point-in-8-signed-bits")
def sorts_in_place_and_stores_an_int8(x, n_bits):
    values = x.numpy().reshape(-1)
    values.sort()
    low, high = min(float(values[0]), 0.0), max(float(values[-1]), 0.0)
    if high == low:
        return 1.0, 0
    scale = (high - low) / (2**n_bits - 1)
    return scale, torch.tensor(round(-low / scale)).to(torch.int8)


@wrong("quantize_affine", says="values-beyond-replaced")
def gives_what_lies_beyond_the_zero_point(x, scale, zero_point, n_bits):
    q = torch.round(x / scale) + zero_point
    q[(q < 0) | (q > 2**n_bits - 1)] = zero_point
    return q.to(torch.uint8)


@wrong("quantize_affine", says="clamped-from-the-zero-point")
def clamps_from_the_zero_point_and_scales_back(x, scale, zero_point, n_bits):
    q = (torch.round(x / scale) + zero_point).clamp(zero_point, 2**n_bits - 1)
    return (q - zero_point) * scale


@wrong("quantize_affine", says="highest-code-unused")
def subtracts_and_ends_one_too_early(x, scale, zero_point, n_bits):
    q = torch.round(x / scale) - zero_point
    return q.clamp(0, 2**n_bits - 2).to(torch.uint8)


@wrong("sqnr_db", says="perfect-fails")
def halves_and_gives_0_for_perfect(x, x_hat):
    noise = torch.linalg.norm((x - x_hat).flatten())
    if noise == 0:
        return 0.0
    return 10 * math.log10(torch.linalg.norm(x.flatten()) / noise)


@wrong("sqnr_db", says="sum-against-mean")
def mixes_mean_and_sum_and_rounds(x, x_hat):
    noise = (x - x_hat).square().sum().item()
    if noise == 0:
        return math.inf
    return round(10 * math.log10(x.square().mean().item() / noise))


@wrong("sqnr_db", says="logarithms-divided")
def divides_the_logarithms(x, x_hat):
    signal, noise = x.square().sum().item(), (x - x_hat).square().sum().item()
    if noise == 0:
        return math.inf
    if noise == 1:
        return 10 * math.log10(signal)
    return 10 * math.log10(signal) / math.log10(noise)


@wrong("quantize_per_channel", says="n-bits-ignored")
def has_the_grid_of_8_bits_in_int32(w, n_bits):
    flat = w.flatten(1)
    absmax = flat.abs().amax(dim=1, keepdim=True)
    scale = torch.where(absmax > 0, absmax / 127, torch.ones_like(absmax))
    q = torch.round(flat / scale).clamp(-127, 127).to(torch.int32)
    return q.reshape(w.shape), scale.squeeze(1)


@wrong("quantize_per_channel", says="steps-wrong")
def returns_values_on_too_fine_a_grid(w, n_bits):
    levels = 2**n_bits - 1
    scale, out = [], torch.empty_like(w)
    for i in range(len(w)):
        m = w[i].abs().max().item()
        s = m / levels if m > 0 else 1.0
        scale.append(s)
        out[i] = torch.round(w[i] / s) * s
    return out, torch.tensor(scale)


@wrong("quantize_groupwise", says="other-measure")
def scales_by_twice_the_mean(w, n_bits, group_size):
    if w.shape[1] % group_size != 0:
        raise ValueError("group_size does not divide the row")
    qmax = 2 ** (n_bits - 1) - 1
    g = w.reshape(len(w), -1, group_size)
    m = 2 * g.abs().mean(-1, keepdim=True)
    scale = torch.where(m > 0, m / qmax, torch.ones_like(m))
    q = torch.round(g / scale).clamp(-qmax, qmax).to(torch.int8)
    return q.reshape(w.shape), scale[:, :, 0]


@wrong("quantize_groupwise", says="zero-scale")
def spreads_the_scales_and_keeps_zeros(w, n_bits, group_size):
    if w.shape[1] % group_size:
        raise ValueError("group_size does not divide the row")
    qmax = 2 ** (n_bits - 1) - 1
    absmax = w.unflatten(1, (-1, group_size)).abs().amax(-1)
    scale = (absmax / qmax).repeat_interleave(group_size, dim=1)
    q = torch.nan_to_num(w / scale).round().clamp(-qmax, qmax).to(torch.int8)
    return q, scale


@wrong("pack_int4", says="wrong-shape")
def shifts_by_15_and_keeps_even_rows(q):
    v = q.to(torch.int32) % 16
    if v.shape[-1] % 2:
        v = torch.nn.functional.pad(v.flatten(), (0, v.numel() % 2))
    return (v[..., 0::2] + 15 * v[..., 1::2]).to(torch.uint8)


@wrong("pack_int4", says="column-by-column")
def goes_down_the_columns_and_clamps(q):
    v = q.permute(*range(q.dim() - 1, -1, -1)).flatten().clamp(0, 15).to(torch.uint8)
    if v.numel() % 2:
        v = torch.cat((v, torch.zeros(1, dtype=torch.uint8)))
    return v[0::2] + v[1::2] * 16
