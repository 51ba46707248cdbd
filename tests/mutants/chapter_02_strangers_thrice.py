"""Exercise 02: answers of a third round of strangers."""

from __future__ import annotations

import math

import torch

from tests.mutants.table import wrong


@wrong("dequantize", says="codes-clamped")
def clamps_the_codes_and_loses_their_shape(q, scale):
    values = []
    for code in q.flatten().tolist():
        code = max(-128, min(127, code))
        values.append(code * float(scale))
    return torch.tensor(values, dtype=torch.float32)


@wrong("pack_int4", says="sign-and-magnitude")
def writes_signs_and_magnitudes_into_int8(q):
    flat = q.flatten().to(torch.int16)
    nibbles = torch.where(flat < 0, flat.abs() | 8, flat)
    if nibbles.numel() % 2 == 1:
        nibbles = torch.nn.functional.pad(nibbles, (0, 1))
    both = nibbles[0::2] + nibbles[1::2] * 16
    return both.to(torch.int8)


@wrong("absmax_scale", says="guard-too-large")
def divides_by_a_step_too_many_behind_a_guard(x, n_bits, full_range=False):
    absmax = x.abs().max() + 1e-6
    half = 2 ** (n_bits - 1)
    return absmax / (half - 0.5) if full_range else absmax / half


@wrong("affine_params", says="zero-point-of-zeros")
def cuts_zero_points_and_puts_zeros_in_the_middle(x, n_bits):
    lo = min(float(x.min()), 0.0)
    hi = max(float(x.max()), 0.0)
    if lo == 0 and hi == 0:
        return 1.0, 2 ** (n_bits - 1)
    scale = (hi - lo) / (2**n_bits - 1)
    return scale, int(-lo / scale)


@wrong("sqnr_db", says="negative-cut-off")
def measures_the_reconstruction_and_stops_at_zero(x, x_hat):
    signal = x_hat.square().sum()
    noise = (x_hat - x).square().sum()
    if noise == 0:
        return math.inf
    return max(0.0, (10 * torch.log10(signal / noise)).item())


@wrong("sqnr_db", says="negative-cut-off")
def takes_the_natural_logarithm_and_stops_at_zero(x, x_hat):
    noise = (x_hat - x).square().sum().item()
    if noise == 0:
        return math.inf
    return max(0.0, 10 * math.log(x.square().sum().item() / noise))


@wrong("quantize_per_channel", says="axes-left-over")
def gives_each_row_of_a_kernel_a_scale(w, n_bits):
    top = 2 ** (n_bits - 1) - 1
    rows = w.reshape(-1, w.shape[-1])
    scale = rows.abs().max(dim=1, keepdim=True).values / top
    scale[scale == 0] = 1.0
    q = torch.round(rows / scale).to(torch.int8)
    return q.reshape(w.shape), scale.squeeze(1)


@wrong("quantize_per_channel", says="half-up")
def shares_one_scale_and_rounds_ties_up(w, n_bits):
    top = 2 ** (n_bits - 1) - 1
    scale = w.abs().max() / top if w.any() else torch.tensor(1.0)
    q = torch.floor(w / scale + 0.5).clamp(-top, top).to(torch.int8)
    return q, scale.expand(len(w))


@wrong("quantize_groupwise", says="half-up")
def shares_scales_among_rows_and_rounds_ties_up(w, n_bits, group_size):
    rows, cols = w.shape
    if cols % group_size:
        raise ValueError("bad group size")
    top = 2 ** (n_bits - 1) - 1
    g = w.reshape(rows, -1, group_size)
    absmax = g.abs().amax(dim=(0, 2), keepdim=True)
    absmax = torch.where(absmax == 0, torch.ones_like(absmax), absmax)
    scale = (absmax / top).expand(rows, -1, 1)
    q = torch.floor(g / scale + 0.5).clamp(-top, top).to(torch.int8)
    return q.reshape(rows, cols), scale.squeeze(-1).contiguous()


@wrong("quantize_groupwise", says="rows-share-scales")
def shares_scales_among_rows(w, n_bits, group_size):
    rows, cols = w.shape
    if cols % group_size:
        raise ValueError("bad group size")
    top = 2 ** (n_bits - 1) - 1
    g = w.reshape(rows, -1, group_size)
    absmax = g.abs().amax(dim=(0, 2), keepdim=True)
    scale = torch.where(absmax == 0, 1.0, absmax / top)
    q = torch.round(g / scale).clamp(-top, top).to(torch.int8)
    return q.reshape(rows, cols), scale.reshape(-1)


@wrong("affine_params", says="zero-point-truncated")
def shares_the_range_among_codes_and_cuts_the_zero_point(x, n_bits):
    lo, hi = min(float(x.min()), 0.0), max(float(x.max()), 0.0)
    if lo == hi:
        return 1.0, 0
    scale = (hi - lo) / 2**n_bits
    return scale, int(-lo / scale)


@wrong("affine_params", says="range-without-zero")
def takes_the_range_as_it_is_and_cuts_the_zero_point(x, n_bits):
    lo, hi = float(x.min()), float(x.max())
    if lo == hi:
        return 1.0, 0
    scale = (hi - lo) / (2**n_bits - 1)
    return scale, int(-lo / scale)


@wrong("affine_params", says="zero-point-from-the-top")
def counts_from_the_top_in_steps_too_many(x, n_bits):
    lo, hi = min(float(x.min()), 0.0), max(float(x.max()), 0.0)
    scale = (hi - lo) / 2**n_bits or 1.0
    return scale, round(hi / scale)
