"""Solutions of exercise 02 as students could write them: the symmetric grid."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong

# --- absmax_scale -------------------------------------------------------------------------------


@wrong("absmax_scale", says="signed-max")
def takes_the_largest_value(x, n_bits, full_range=False):
    steps = (2**n_bits - 1) / 2 if full_range else 2 ** (n_bits - 1) - 1
    largest = x.max()
    return largest / steps if largest != 0 else torch.tensor(1.0)


@wrong("absmax_scale", says="signed-max")
def takes_the_magnitude_too_late(x, n_bits, full_range=False):
    steps = (2**n_bits - 1) / 2 if full_range else 2 ** (n_bits - 1) - 1
    return max(abs(max(x.flatten().tolist())) / steps, 1e-20)


@wrong("absmax_scale", says="levels-off-by-one")
def divides_by_the_power_of_two(x, n_bits, full_range=False):
    absmax = x.abs().max()
    return torch.where(absmax > 0, absmax / 2 ** (n_bits - 1), 1.0)


@wrong("absmax_scale", says="full-range-off-by-one")
def thinks_the_full_range_has_2_to_the_b_steps(x, n_bits, full_range=False):
    absmax = x.abs().max().item() or 1.0
    return 2 * absmax / 2**n_bits if full_range else absmax / (2 ** (n_bits - 1) - 1)


@wrong("absmax_scale", says="full-range-always")
def uses_the_formula_of_the_slide(x, n_bits, full_range=False):
    absmax = x.abs().max()
    return 2 * absmax / (2**n_bits - 1) if absmax > 0 else 1.0


@wrong("absmax_scale", says="full-range-always")
def mixes_up_the_two_ranges(x, n_bits, full_range=False):
    absmax = float(x.abs().max())
    if absmax == 0:
        return 1.0
    if full_range:
        return absmax / (2 ** (n_bits - 1) - 1)
    return absmax * 2 / (2**n_bits - 1)


@wrong("absmax_scale", says="full-range-ignored")
def forgets_the_flag(x, n_bits, full_range=False):
    return x.abs().max().clamp(min=1e-30) / (2 ** (n_bits - 1) - 1)


@wrong("absmax_scale", says="range-not-absmax")
def spreads_min_to_max(x, n_bits, full_range=False):
    span = x.max() - x.min()
    return span / (2**n_bits - 1) if span > 0 else torch.tensor(1.0)


@wrong("absmax_scale", says="codes-all-on-one-side")
def counts_all_codes(x, n_bits, full_range=False):
    absmax = x.abs().amax()
    return absmax / (2**n_bits - 1) if absmax else 1.0


@wrong("absmax_scale", says="scale-inverted")
def returns_steps_per_unit(x, n_bits, full_range=False):
    absmax = x.abs().max().item()
    steps = (2**n_bits - 1) / 2 if full_range else 2 ** (n_bits - 1) - 1
    return steps / absmax if absmax else 1.0


@wrong("absmax_scale", says="one-scale-a-row")
def reduces_the_last_axis_only(x, n_bits, full_range=False):
    steps = (2**n_bits - 1) / 2 if full_range else 2 ** (n_bits - 1) - 1
    absmax, _ = x.abs().max(dim=-1)
    return torch.where(absmax == 0, torch.ones_like(absmax), absmax / steps)


@wrong("absmax_scale", says="n-bits-ignored")
def always_divides_by_127(x, n_bits, full_range=False):
    return (x.abs().max().item() or 1.0) / (127.5 if full_range else 127)


@wrong("absmax_scale", says="zero-scale")
def leaves_the_scale_of_zeros_at_zero(x, n_bits, full_range=False):
    steps = (2**n_bits - 1) / 2 if full_range else 2 ** (n_bits - 1) - 1
    return x.abs().max() / steps


@wrong("absmax_scale", says="guard-too-large")
def adds_an_epsilon(x, n_bits, full_range=False):
    steps = (2**n_bits - 1) / 2 if full_range else 2 ** (n_bits - 1) - 1
    return (x.abs().max() + 1e-6) / steps


@wrong("absmax_scale", says="guard-too-large")
def clamps_the_scale_from_below(x, n_bits, full_range=False):
    steps = (2**n_bits - 1) / 2 if full_range else 2 ** (n_bits - 1) - 1
    return (x.abs().max() / steps).clamp(min=1e-5)


@wrong("absmax_scale", says="guard-too-large")
def adds_the_float_epsilon(x, n_bits, full_range=False):
    steps = (2**n_bits - 1) / 2 if full_range else 2 ** (n_bits - 1) - 1
    return x.abs().max() / steps + torch.finfo(torch.float32).eps


@wrong("absmax_scale", says="changes-input")
def takes_magnitudes_in_place(x, n_bits, full_range=False):
    steps = (2**n_bits - 1) / 2 if full_range else 2 ** (n_bits - 1) - 1
    return (x.abs_().max() / steps).clamp(min=1e-30)


@right("absmax_scale")
def with_where(x, n_bits, full_range=False):
    top = 2 ** (n_bits - 1) - 1 + 0.5 * full_range
    absmax = x.abs().amax()
    return torch.where(absmax == 0, 1.0, absmax / top)


@right("absmax_scale")
def with_a_loop_over_values(x, n_bits, full_range=False):
    absmax = 0.0
    for value in x.flatten().tolist():
        absmax = max(absmax, abs(value))
    steps = (2**n_bits - 1) / 2 if full_range else 2 ** (n_bits - 1) - 1
    return absmax / steps if absmax > 0 else 1.0


@right("absmax_scale")
def with_numpy_in_float64(x, n_bits, full_range=False):
    values = np.abs(x.numpy().astype(np.float64))
    low, high = -(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1
    scale = values.max() / ((high - low) / 2 if full_range else high)
    return np.float32(scale) if scale else np.float32(1)


@right("absmax_scale")
def with_a_harmless_floor(x, n_bits, full_range=False):
    low, high = x.aminmax()
    absmax = torch.maximum(-low, high)
    return absmax.clamp(min=1e-30) / ((2**n_bits - 1) / 2 if full_range else 2**n_bits // 2 - 1)


# --- quantize -----------------------------------------------------------------------------------


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


# --- dequantize ---------------------------------------------------------------------------------


@wrong("dequantize", says="scale-divided")
def divides_by_the_scale(q, scale):
    return q.float() / scale


@wrong("dequantize", says="integers-returned")
def keeps_the_type_of_the_codes(q, scale):
    return (q * scale).type(q.dtype)


@wrong("dequantize", says="integers-returned")
def rounds_the_result(q, scale):
    return torch.round(q * scale)


@wrong("dequantize", says="scale-as-integer")
def cuts_the_scale(q, scale):
    return (q * int(scale)).float()


@wrong("dequantize", says="scale-as-absmax")
def divides_by_127_first(q, scale):
    return q.float() / 127 * scale


@wrong("dequantize", says="scale-as-absmax")
def normalises_by_the_largest_code(q, scale):
    q = q.float()
    return q / q.abs().max() * scale


@wrong("dequantize", says="scale-added")
def adds_the_scale(q, scale):
    return q.float() + scale


@wrong("dequantize", says="eight-bits-assumed")
def squeezes_into_int8(q, scale):
    return q.to(torch.int8).float() * scale


@wrong("dequantize", says="codes-clamped")
def clamps_once_more(q, scale):
    return q.clamp(-128, 127).float() * scale


@wrong("dequantize", says="sign-lost")
def takes_the_magnitude(q, scale):
    return q.to(torch.int32).abs() * float(scale)


@wrong("dequantize", says="half-precision")
def computes_in_float16(q, scale):
    return (q.to(torch.float16) * float(scale)).to(torch.float32)


@wrong("dequantize", says="codes-unscaled")
def only_changes_the_type(q, scale):
    return q.to(torch.float32)


@wrong("dequantize", says="other-dtype")
def returns_float64(q, scale):
    return q.to(torch.float64) * scale


@wrong("dequantize", says="changes-input")
def scales_in_place(q, scale):
    if q.dtype == torch.int8:
        q += 1
        return (q.float() - 1) * scale
    return q.float() * scale


@right("dequantize")
def by_promotion(q, scale):
    return q * scale


@right("dequantize")
def with_a_python_loop(q, scale):
    step = float(scale)
    values = [code * step for code in q.flatten().tolist()]
    return torch.tensor(values, dtype=torch.float32).reshape(q.shape)


@right("dequantize")
def with_numpy_and_back(q, scale):
    return torch.from_numpy(q.numpy().astype(np.float64) * float(scale)).float()


@wrong("quantize", says="off-limits")
def asks_torch_to_quantize(x, scale, n_bits):
    top = 2 ** (n_bits - 1)
    codes = torch.quantize_per_tensor(x, float(scale), 0, torch.qint8).int_repr()
    return codes.clamp(-top, top - 1)
