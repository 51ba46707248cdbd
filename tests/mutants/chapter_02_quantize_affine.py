"""Solutions of exercise 02 as students could write them: quantize_affine."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong


@wrong("quantize_affine", says="zero-point-before-rounding")
def rounds_the_sum(x, scale, zero_point, n_bits):
    return torch.round(x / scale + zero_point).clamp(0, 2**n_bits - 1).to(torch.uint8)


@wrong("quantize_affine", says="zero-point-subtracted")
def subtracts_the_zero_point(x, scale, zero_point, n_bits):
    return (torch.round(x / scale) - zero_point).clamp(0, 2**n_bits - 1).to(torch.uint8)


@wrong("quantize_affine", says="zero-point-forgotten")
def forgets_the_zero_point(x, scale, zero_point, n_bits):
    return torch.round(x / scale).clamp(0, 2**n_bits - 1).to(torch.uint8)


@wrong("quantize_affine", says="zero-point-after-clamp")
def clamps_too_early(x, scale, zero_point, n_bits):
    q = torch.round(x / scale).clamp(0, 2**n_bits - 1)
    return (q + zero_point).to(torch.int32)


@wrong("quantize_affine", says="zero-point-in-units-of-x")
def shifts_the_values(x, scale, zero_point, n_bits):
    return torch.round((x + zero_point) / scale).clamp(0, 2**n_bits - 1).to(torch.uint8)


@wrong("quantize_affine", says="clamp-missing")
def trusts_the_scale(x, scale, zero_point, n_bits):
    return (torch.round(x / scale) + zero_point).to(torch.int32)


@wrong("quantize_affine", says="clamp-missing")
def lets_uint8_wrap(x, scale, zero_point, n_bits):
    return (torch.round(x / scale) + zero_point).long().to(torch.uint8)


@wrong("quantize_affine", says="cast-before-clamp")
def casts_and_then_clamps(x, scale, zero_point, n_bits):
    q = (torch.round(x / scale).to(torch.int32) + zero_point).to(torch.uint8)
    return q.clamp(0, 2**n_bits - 1)


@wrong("quantize_affine", says="signed-range")
def clamps_to_signed_numbers(x, scale, zero_point, n_bits):
    q = torch.round(x / scale) + zero_point
    return q.clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1).to(torch.int8)


@wrong("quantize_affine", says="stored-signed")
def stores_codes_in_int8(x, scale, zero_point, n_bits):
    q = (torch.round(x / scale) + zero_point).clamp(0, 2**n_bits - 1)
    return q.int().to(torch.int8)


@wrong("quantize_affine", says="range-one-too-high")
def clamps_to_two_to_the_b(x, scale, zero_point, n_bits):
    return (torch.round(x / scale) + zero_point).clamp(0, 2**n_bits).to(torch.int16)


@wrong("quantize_affine", says="n-bits-ignored")
def clamps_to_a_byte(x, scale, zero_point, n_bits):
    return (torch.round(x / scale) + zero_point).clamp(0, 255).to(torch.uint8)


@wrong("quantize_affine", says="truncated")
def truncates_the_steps(x, scale, zero_point, n_bits):
    return ((x / scale).int() + zero_point).clamp(0, 2**n_bits - 1).to(torch.uint8)


@wrong("quantize_affine", says="half-up")
def rounds_the_shifted_steps_by_adding_a_half(x, scale, zero_point, n_bits):
    q = torch.floor(x / scale + zero_point + 0.5)
    return q.clamp(0, 2**n_bits - 1).to(torch.uint8)


@wrong("quantize_affine", says="half-away-from-zero")
def rounds_ties_away_from_zero(x, scale, zero_point, n_bits):
    steps = torch.where(x >= 0, torch.floor(x / scale + 0.5), torch.ceil(x / scale - 0.5))
    return (steps + zero_point).clamp(0, 2**n_bits - 1).to(torch.uint8)


@wrong("quantize_affine", says="scale-multiplied")
def multiplies_instead(x, scale, zero_point, n_bits):
    return (torch.round(x * scale) + zero_point).clamp(0, 2**n_bits - 1).to(torch.uint8)


@wrong("quantize_affine", says="other-dtype")
def leaves_codes_as_floats(x, scale, zero_point, n_bits):
    return (torch.round(x / scale) + zero_point).clamp(0, 2**n_bits - 1)


@right("quantize_affine")
def clamps_the_steps_around_the_zero_point(x, scale, zero_point, n_bits):
    steps = torch.round(x / scale).clamp(-zero_point, 2**n_bits - 1 - zero_point)
    return (steps + zero_point).byte()


@right("quantize_affine")
def with_a_loop_and_pythons_round(x, scale, zero_point, n_bits):
    top, step = 2**n_bits - 1, float(scale)
    codes = [min(max(round(v / step) + zero_point, 0), top) for v in x.flatten().tolist()]
    return torch.tensor(codes, dtype=torch.uint8).reshape(x.shape)


@right("quantize_affine")
def with_numpy_and_the_reciprocal(x, scale, zero_point, n_bits):
    steps = np.rint(x.numpy() * np.float64(1 / float(scale))) + zero_point
    return torch.from_numpy(np.clip(steps, 0, (1 << n_bits) - 1).astype(np.uint8))


@wrong("quantize_affine", says="clamped-as-signed")
def adds_to_what_quantize_returns(x, scale, zero_point, n_bits):
    top = 2 ** (n_bits - 1)
    q = torch.round(x / scale).clamp(-top, top - 1).to(torch.int8)
    return (q.int() + zero_point).clamp(0, 2**n_bits - 1).to(torch.uint8)


@wrong("quantize_affine", says="clamped-as-signed")
def adds_to_int8_codes(x, scale, zero_point, n_bits):
    top = 2 ** (n_bits - 1)
    q = torch.round(x / scale).clamp(-top, top - 1).to(torch.int8)
    return (q + zero_point).clamp(0, 2**n_bits - 1).to(torch.uint8)


@wrong("quantize_affine", says="clamped-as-signed")
def adds_and_stores(x, scale, zero_point, n_bits):
    top = 2 ** (n_bits - 1)
    q = torch.round(x / scale).clamp(-top, top - 1).to(torch.int8)
    return (q + zero_point).to(torch.uint8)


@wrong("quantize_affine", says="added-after-the-cast")
def adds_in_int8(x, scale, zero_point, n_bits):
    q = torch.round(x / scale).to(torch.int32).to(torch.int8)
    return (q + zero_point).clamp(0, 2**n_bits - 1).to(torch.uint8)


@wrong("quantize_affine", says="highest-code-unused")
def leaves_the_last_code_out(x, scale, zero_point, n_bits):
    return (torch.round(x / scale) + zero_point).clamp(0, 2**n_bits - 2).to(torch.uint8)


@wrong("quantize_affine", says="lowest-code-unused")
def leaves_code_zero_out(x, scale, zero_point, n_bits):
    return (torch.round(x / scale) + zero_point).clamp(1, 2**n_bits - 1).to(torch.uint8)


@wrong("quantize_affine", says="one-end-clamped")
def clamps_below_only(x, scale, zero_point, n_bits):
    return (torch.round(x / scale) + zero_point).clamp(min=0).to(torch.int32).to(torch.uint8)


@wrong("quantize_affine", says="half-precision")
def affine_in_float16(x, scale, zero_point, n_bits):
    steps = torch.round(x.half() / scale) + zero_point
    return steps.clamp(0, 2**n_bits - 1).to(torch.uint8)


@wrong("quantize_affine", says="half-down")
def affine_halves_down(x, scale, zero_point, n_bits):
    steps = torch.ceil(x / scale - 0.5) + zero_point
    return steps.clamp(0, 2**n_bits - 1).to(torch.uint8)


@wrong("quantize_affine", says="caret-for-power")
def affine_with_a_caret(x, scale, zero_point, n_bits):
    return (torch.round(x / scale) + zero_point).clamp(0, (2 ^ n_bits) - 1).to(torch.uint8)


@wrong("quantize_affine", says="floored")
def stores_without_rounding(x, scale, zero_point, n_bits):
    return (x / scale + zero_point).clamp(0, 2**n_bits - 1).to(torch.uint8)


@wrong("quantize_affine", says="list-not-tensor")
def affine_as_a_list(x, scale, zero_point, n_bits):
    codes = (torch.round(x / scale) + zero_point).clamp(0, 2**n_bits - 1)
    return codes.to(torch.uint8).tolist()
