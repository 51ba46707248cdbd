"""Solutions of exercise 02 as students could write them: quantize."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong


@wrong("quantize", says="truncated")
def casts_instead_of_rounding(x, scale, n_bits):
    steps = (x / scale).to(torch.int32)
    return steps.clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1).to(torch.int8)


@wrong("quantize", says="floored")
def divides_with_floor(x, scale, n_bits):
    return (x // scale).clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1).to(torch.int8)


@wrong("quantize", says="rounded-up")
def rounds_up_always(x, scale, n_bits):
    return torch.ceil(x / scale).clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1).to(torch.int8)


@wrong("quantize", says="half-up")
def adds_a_half_and_floors(x, scale, n_bits):
    steps = torch.floor(x / scale + 0.5)
    return torch.clamp(steps, -(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1).to(torch.int8)


@wrong("quantize", says="half-away-from-zero")
def rounds_like_the_slide(x, scale, n_bits):
    steps = torch.sign(x) * torch.floor(torch.abs(x) / scale + 0.5)
    return steps.clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1).to(torch.int8)


@wrong("quantize", says="half-away-from-zero")
def adds_a_signed_half_and_truncates(x, scale, n_bits):
    steps = torch.trunc(x / scale + 0.5 * x.sign())
    return steps.clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1).to(torch.int8)


@wrong("quantize", says="scale-multiplied")
def multiplies_by_the_scale(x, scale, n_bits):
    q = (x * scale).round()
    return q.clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1).to(torch.int8)


@wrong("quantize", says="clamp-missing")
def lets_int8_do_the_clamping(x, scale, n_bits):
    return torch.round(x / scale).to(torch.int8)


@wrong("quantize", says="clamp-missing")
def rounds_and_leaves_it(x, scale, n_bits):
    return (x / scale).round().int()


@wrong("quantize", says="cast-before-clamp")
def casts_before_the_clamp(x, scale, n_bits):
    q = torch.round(x / scale).to(torch.int8)
    return q.clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1)


@wrong("quantize", says="lowest-code-unused")
def clamps_to_a_symmetric_range(x, scale, n_bits):
    top = 2 ** (n_bits - 1) - 1
    return torch.round(x / scale).clamp(-top, top).to(torch.int8)


@wrong("quantize", says="range-one-too-high")
def believes_in_plus_eight(x, scale, n_bits):
    half = 2 ** (n_bits - 1)
    return torch.round(x / scale).clamp(-half, half).to(torch.int16)


@wrong("quantize", says="unsigned-range")
def clamps_to_unsigned_numbers(x, scale, n_bits):
    return torch.round(x / scale).clamp(0, 2**n_bits - 1).to(torch.uint8)


@wrong("quantize", says="range-a-bit-too-wide")
def forgets_the_sign_bit(x, scale, n_bits):
    return torch.round(x / scale).clamp(-(2**n_bits), 2**n_bits - 1).to(torch.int16)


@wrong("quantize", says="n-bits-ignored")
def clamps_to_eight_bits(x, scale, n_bits):
    return torch.round(x / scale).clamp(-128, 127).to(torch.int8)


@wrong("quantize", says="clamped-before-scaling")
def clamps_the_values(x, scale, n_bits):
    x = x.clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1)
    return torch.round(x / scale).to(torch.int8)


@wrong("quantize", says="other-dtype")
def leaves_floats(x, scale, n_bits):
    return torch.round(x / scale).clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1)


@wrong("quantize", says="other-dtype")
def stores_in_32_bits(x, scale, n_bits):
    q = torch.round(x / scale).clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1)
    return q.to(torch.int32)


@wrong("quantize", says="scaled-back")
def fakes_it(x, scale, n_bits):
    q = torch.round(x / scale).clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1)
    return q * scale


@wrong("quantize", says="changes-input")
def divides_in_place(x, scale, n_bits):
    x /= scale
    return x.round_().clamp_(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1).to(torch.int8)


@wrong("quantize", says="off-limits")
def asks_torch_to_quantize(x, scale, n_bits):
    top = 2 ** (n_bits - 1)
    codes = torch.quantize_per_tensor(x, float(scale), 0, torch.qint8).int_repr()
    return codes.clamp(-top, top - 1)


@wrong("quantize", says="range-one-too-high")
def cuts_off_and_allows_one_more(x, scale, n_bits):
    half = 2 ** (n_bits - 1)
    return (x / scale).clamp(-half, half).to(torch.int8)


@right("quantize")
def with_the_reciprocal(x, scale, n_bits):
    q = torch.round(x * (1.0 / scale))
    return torch.clamp(q, -(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1).to(torch.int8)


@right("quantize")
def with_pythons_round(x, scale, n_bits):
    low, high = -(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1
    step = float(scale)
    codes = [min(max(round(value / step), low), high) for value in x.flatten().tolist()]
    return torch.tensor(codes, dtype=torch.int8).reshape(x.shape)


@right("quantize")
def with_rint_in_float64(x, scale, n_bits):
    steps = np.rint(x.numpy().astype(np.float64) / float(scale))
    clipped = np.clip(steps, -(1 << (n_bits - 1)), (1 << (n_bits - 1)) - 1)
    return torch.from_numpy(np.asarray(clipped, dtype=np.int8))


@right("quantize")
def clamps_before_it_rounds(x, scale, n_bits):
    half = 2 ** (n_bits - 1)
    return torch.div(x, scale).clamp(-half, half - 1).round().char()


@wrong("quantize", says="half-down")
def rounds_halves_down(x, scale, n_bits):
    top = 2 ** (n_bits - 1)
    return torch.ceil(x / scale - 0.5).clamp(-top, top - 1).to(torch.int8)


@wrong("quantize", says="half-towards-zero")
def rounds_halves_towards_zero(x, scale, n_bits):
    top = 2 ** (n_bits - 1)
    steps = x / scale
    return (steps.sign() * torch.ceil(steps.abs() - 0.5)).clamp(-top, top - 1).to(torch.int8)


@wrong("quantize", says="highest-code-unused")
def ends_a_code_early(x, scale, n_bits):
    top = 2 ** (n_bits - 1)
    return torch.round(x / scale).clamp(-top, top - 2).to(torch.int8)


@wrong("quantize", says="range-one-too-low")
def begins_a_code_early(x, scale, n_bits):
    top = 2 ** (n_bits - 1)
    return torch.round(x / scale).clamp(-top - 1, top - 1).to(torch.int8)


@wrong("quantize", says="one-end-clamped")
def clamps_the_top_only(x, scale, n_bits):
    return torch.round(x / scale).clamp(max=2 ** (n_bits - 1) - 1).to(torch.int32).to(torch.int8)


@wrong("quantize", says="half-precision")
def divides_in_float16(x, scale, n_bits):
    top = 2 ** (n_bits - 1)
    return torch.round(x.half() / scale).clamp(-top, top - 1).to(torch.int8)


@wrong("quantize", says="caret-for-power")
def clamps_to_carets(x, scale, n_bits):
    top = 2 ^ (n_bits - 1)
    return torch.round(x / scale).clamp(-top, top - 1).to(torch.int8)


@wrong("quantize", says="sign-lost")
def counts_steps_of_magnitudes(x, scale, n_bits):
    return torch.round(x.abs() / scale).clamp(max=2 ** (n_bits - 1) - 1).to(torch.int8)


@wrong("quantize", says="not-rounded")
def leaves_steps(x, scale, n_bits):
    return (x / scale).clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1)


@wrong("quantize", says="flattened")
def lays_the_codes_out(x, scale, n_bits):
    top = 2 ** (n_bits - 1)
    return torch.round(x.reshape(-1) / scale).clamp(-top, top - 1).to(torch.int8)


@wrong("quantize", says="array-not-tensor")
def returns_an_array(x, scale, n_bits):
    top = 2 ** (n_bits - 1)
    return torch.round(x / scale).clamp(-top, top - 1).to(torch.int8).numpy()


@wrong("quantize", says="list-not-tensor")
def returns_a_list(x, scale, n_bits):
    top = 2 ** (n_bits - 1)
    return torch.round(x / scale).clamp(-top, top - 1).to(torch.int8).tolist()


@wrong("quantize", says="clamp-missing")
def wraps_round_in_n_bits(x, scale, n_bits):
    half = 2 ** (n_bits - 1)
    q = torch.round(x / scale).to(torch.int64)
    return ((q + half) % (2 * half) - half).to(torch.int8)


@wrong("quantize", says="rounded-before-scaling")
def rounds_x_and_clamps_one_end(x, scale, n_bits):
    q = torch.round(x) / scale
    q = q.clamp(max=2 ** (n_bits - 1) - 1)
    return q.to(torch.int32).to(torch.int8)
