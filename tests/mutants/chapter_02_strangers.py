"""Answers to exercise 02 of strangers whose mistakes had no cause, or another one's."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import wrong


@wrong("absmax_scale", says="ranges-swapped")
def swaps_the_ranges_and_counts_codes_for_steps(x, n_bits, full_range=False):
    absmax = x.abs().max()
    if absmax == 0:
        return torch.tensor(1.0)
    if not full_range:
        return 2 * absmax / 2**n_bits
    return absmax / (2 ** (n_bits - 1) - 1)


@wrong("absmax_scale", says="power-of-two")
def takes_a_power_of_two_whatever_the_range(x, n_bits, full_range=False):
    absmax = x.abs().max().item()
    if absmax == 0:
        return 1.0
    scale = absmax / (2 ** (n_bits - 1) - 1)
    exponent = math.ceil(math.log2(scale))
    return 2.0**exponent


@wrong("quantize", says="clamped-before-scaling")
def clamps_x_by_the_range_of_codes(x, scale, n_bits):
    low, high = (-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1)
    clipped = x.clamp(low, high)
    codes = torch.round(clipped / scale)
    return codes.clamp(-128, 127).to(torch.int8)


@wrong("quantize", says="other-dtype")
def clamps_above_only_and_stores_int32(x, scale, n_bits):
    high = 2 ** (n_bits - 1) - 1
    codes = torch.round(x / scale)
    codes[codes > high] = high
    return codes.to(torch.int32)


@wrong("quantize", says="clamp-missing")
def rounds_down_and_wraps_modulo(x, scale, n_bits):
    half = 2 ** (n_bits - 1)
    codes = torch.div(x, scale, rounding_mode="floor")
    codes = torch.remainder(codes + half, 2**n_bits) - half
    return codes.to(torch.int8)


@wrong("quantize", says="wrong-dtype")
def clamps_to_unsigned_codes_as_uint8(x, scale, n_bits):
    codes = torch.round(x / scale)
    codes = torch.clamp(codes, min=0, max=2**n_bits - 1)
    return codes.to(torch.uint8)


@wrong("dequantize", says="half-a-step-added")
def gives_the_middle_of_a_step(q, scale):
    codes = q.to(torch.float32)
    return (codes + 0.5) * scale


@wrong("dequantize", says="bits-read-as-float")
def views_the_bits_as_a_float(q, scale):
    wide = q.to(torch.int32)
    floats = wide.view(torch.float32)
    return floats * scale


@wrong("dequantize", says="unsigned-bytes-assumed")
def goes_through_uint8_and_rounds(q, scale):
    codes = q.to(torch.uint8)
    values = codes.float() * scale
    return torch.round(values)


@wrong("dequantize", says="smallest-code-taken-off")
def takes_the_smallest_code_off(q, scale):
    zero_point = q.min()
    shifted = q - zero_point
    return shifted.to(torch.float32) * scale


@wrong("dequantize", says="scale-added")
def adds_the_scale_in_numpy(q, scale):
    codes = q.numpy().astype(np.float32)
    values = codes + np.float32(float(scale))
    return values


@wrong("affine_params", says="levels-off-by-one")
def counts_codes_and_clamps_the_zero_point(x, n_bits):
    low = min(x.min().item(), 0.0)
    high = max(x.max().item(), 0.0)
    if high == low:
        return (1.0, 0)
    scale = (high - low) / 2**n_bits
    zero_point = round(-low / scale)
    return (scale, min(zero_point, 2**n_bits - 1))


@wrong("affine_params", says="zero-point-in-units-of-x")
def swaps_results_with_the_zero_point_in_units(x, n_bits):
    low = min(x.min().item(), 0.0)
    high = max(x.max().item(), 0.0)
    if high == low:
        return (0, 1.0)
    scale = (high - low) / (2**n_bits - 1)
    zero_point = round(-low)
    return (zero_point, scale)


@wrong("quantize_affine", says="clamp-missing")
def rounds_half_up_and_wraps_modulo(x, scale, zero_point, n_bits):
    steps = torch.floor(x / scale + 0.5)
    codes = torch.remainder(steps + zero_point, 2**n_bits)
    return codes.to(torch.uint8)


@wrong("quantize_affine", says="wrong-dtype")
def clamps_to_signed_codes_as_int32(x, scale, zero_point, n_bits):
    low, high = (-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1)
    codes = torch.round(x / scale) + zero_point
    codes = torch.clamp(codes, low, high)
    return codes.to(torch.int32)
