"""Solutions of exercise 02 as students could write them: affine_params."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong


@wrong("affine_params", says="range-without-zero")
def takes_min_and_max_as_they_are(x, n_bits):
    low, high = x.min().item(), x.max().item()
    scale = (high - low) / (2**n_bits - 1) or 1.0
    return scale, round(-low / scale)


@wrong("affine_params", says="range-without-zero")
def clamps_the_zero_point_instead(x, n_bits):
    top = 2**n_bits - 1
    low, high = x.min(), x.max()
    scale = (high - low) / top if high > low else torch.tensor(1.0)
    zero_point = torch.round(-low / scale).clamp(0, top)
    return scale, int(zero_point)


@wrong("affine_params", says="zero-point-not-rounded")
def leaves_the_fraction(x, n_bits):
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    scale = (high - low) / (2**n_bits - 1) or 1.0
    return scale, -low / scale


@wrong("affine_params", says="zero-point-as-float")
def returns_a_tensor_of_floats(x, n_bits):
    low, high = x.min().clamp(max=0), x.max().clamp(min=0)
    scale = (high - low) / (2**n_bits - 1)
    scale = torch.where(scale > 0, scale, 1.0)
    return scale, torch.round(-low / scale)


@wrong("affine_params", says="zero-point-truncated")
def cuts_off_the_fraction(x, n_bits):
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    scale = (high - low) / (2**n_bits - 1) or 1.0
    return scale, int(-low / scale)


@wrong("affine_params", says="zero-point-negative")
def keeps_the_sign_of_the_lowest_value(x, n_bits):
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    scale = (high - low) / (2**n_bits - 1) or 1.0
    return scale, round(low / scale)


@wrong("affine_params", says="zero-point-in-units-of-x")
def forgets_to_divide(x, n_bits):
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    return (high - low) / (2**n_bits - 1) or 1.0, round(-low)


@wrong("affine_params", says="zero-point-from-the-top")
def counts_from_the_highest_value(x, n_bits):
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    scale = (high - low) / (2**n_bits - 1) or 1.0
    return scale, round(high / scale)


@wrong("affine_params", says="zero-point-fixed")
def puts_zero_in_the_middle(x, n_bits):
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    return (high - low) / (2**n_bits - 1) or 1.0, 2 ** (n_bits - 1)


@wrong("affine_params", says="signed-grid")
def starts_at_the_lowest_signed_code(x, n_bits):
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    scale = (high - low) / (2**n_bits - 1) or 1.0
    return scale, -(2 ** (n_bits - 1)) - round(low / scale)


@wrong("affine_params", says="symmetric-range")
def makes_it_symmetric(x, n_bits):
    absmax = x.abs().max().item() or 1.0
    return 2 * absmax / (2**n_bits - 1), 2 ** (n_bits - 1)


@wrong("affine_params", says="symmetric-range")
def uses_absmax_scale(x, n_bits):
    absmax = x.abs().max().item() or 1.0
    return absmax / (2 ** (n_bits - 1) - 1), 0


@wrong("affine_params", says="levels-off-by-one")
def divides_by_the_number_of_codes(x, n_bits):
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    scale = (high - low) / 2**n_bits or 1.0
    return scale, round(-low / scale)


@wrong("affine_params", says="signed-levels")
def divides_by_the_positive_codes(x, n_bits):
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    scale = (high - low) / (2 ** (n_bits - 1) - 1) or 1.0
    return scale, round(-low / scale)


@wrong("affine_params", says="n-bits-ignored")
def always_has_256_codes(x, n_bits):
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    scale = (high - low) / 255 or 1.0
    return scale, round(-low / scale)


@wrong("affine_params", says="order-swapped")
def returns_the_zero_point_first(x, n_bits):
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    scale = (high - low) / (2**n_bits - 1) or 1.0
    return round(-low / scale), scale


@wrong("affine_params", says="zero-scale")
def divides_zero_by_zero(x, n_bits):
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    scale = (high - low) / (2**n_bits - 1)
    return scale, round(-low / scale)


@wrong("affine_params", says="zero-scale")
def turns_nan_into_an_integer(x, n_bits):
    low, high = x.min().clamp(max=0), x.max().clamp(min=0)
    scale = (high - low) / (2**n_bits - 1)
    return scale, int(torch.round(-low / scale))


@wrong("affine_params", says="zero-scale")
def returns_a_scale_of_zero(x, n_bits):
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    scale = (high - low) / (2**n_bits - 1)
    return scale, round(-low / scale) if scale else 0


@wrong("affine_params", says="guard-too-large")
def guards_with_an_epsilon(x, n_bits):
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    scale = (high - low) / (2**n_bits - 1) + 1e-8
    return scale, round(-low / scale)


@wrong("affine_params", says="wrong-type")
def returns_only_the_scale(x, n_bits):
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    return (high - low) / (2**n_bits - 1) or 1.0


@right("affine_params")
def with_tensors(x, n_bits):
    low, high = x.min().clamp(max=0), x.max().clamp(min=0)
    scale = ((high - low) / (2**n_bits - 1)).clamp(min=torch.finfo(torch.float32).tiny)
    return scale, torch.round(-low / scale).to(torch.int32)


@right("affine_params")
def with_zero_appended(x, n_bits):
    values = [0.0, *x.flatten().tolist()]
    low, high = min(values), max(values)
    scale = (high - low) / (2**n_bits - 1) if high > low else 1.0
    return [scale, round(-low / scale)]


@right("affine_params")
def with_numpy_scalars(x, n_bits):
    values = x.numpy()
    low, high = np.minimum(values.min(), 0), np.maximum(values.max(), 0)
    scale = np.float32((high - low) / np.float32(2**n_bits - 1))
    if scale == 0:
        return np.float32(1), np.int64(0)
    return scale, np.int64(np.rint(-low / scale))


def _ends(x):
    return min(x.min().item(), 0.0), max(x.max().item(), 0.0)


@wrong("affine_params", says="constant-taken-for-zeros")
def takes_constants_for_zeros(x, n_bits):
    low, high = _ends(x)
    if x.min() == x.max():
        return 1.0, 0
    scale = (high - low) / (2**n_bits - 1)
    return scale, round(-low / scale)


@wrong("affine_params", says="zero-point-tie")
def rounds_the_zero_point_half_up(x, n_bits):
    low, high = _ends(x)
    scale = (high - low) / (2**n_bits - 1) or 1.0
    return scale, int(-low / scale + 0.5)


@wrong("affine_params", says="zero-point-truncated")
def rounds_the_zero_point_up(x, n_bits):
    low, high = _ends(x)
    scale = (high - low) / (2**n_bits - 1) or 1.0
    return scale, int(-(low // scale))


@wrong("affine_params", says="range-without-zero")
def stretches_nothing_and_rounds_to_a_float(x, n_bits):
    low, high = x.min(), x.max()
    scale = (high - low) / (2**n_bits - 1)
    scale = torch.where(scale > 0, scale, 1.0)
    return scale, torch.round(-low / scale)


@wrong("affine_params", says="zero-scale")
def keeps_nan_for_zeros(x, n_bits):
    low, high = x.min().clamp(max=0), x.max().clamp(min=0)
    scale = (high - low) / (2**n_bits - 1)
    return scale, int(torch.round(-low / scale).nan_to_num())


@wrong("affine_params", says="scale-inverted")
def returns_steps_per_unit(x, n_bits):
    low, high = _ends(x)
    scale = (2**n_bits - 1) / ((high - low) or 1.0)
    return scale, round(-low * scale)


@wrong("affine_params", says="too-few-digits")
def rounds_the_affine_scale(x, n_bits):
    low, high = _ends(x)
    scale = (high - low) / (2**n_bits - 1) or 1.0
    return round(scale, 3), round(-low / scale)


@wrong("affine_params", says="caret-for-power")
def counts_levels_with_a_caret(x, n_bits):
    low, high = _ends(x)
    scale = (high - low) / ((2 ^ n_bits) - 1) or 1.0
    return scale, round(-low / scale)


@wrong("affine_params", says="lower-end-ignored")
def begins_at_zero(x, n_bits):
    return max(x.max().item(), 0.0) / (2**n_bits - 1) or 1.0, 0


@wrong("affine_params", says="pair-in-another-container")
def returns_both_in_a_dict(x, n_bits):
    low, high = _ends(x)
    scale = (high - low) / (2**n_bits - 1) or 1.0
    return {"scale": scale, "zero_point": round(-low / scale)}


@wrong("affine_params", says="one-end-stretched")
def stretches_the_lower_end_alone(x, n_bits):
    low, high = min(float(x.min()), 0.0), float(x.max())
    if high == low:
        return 1.0, 0
    scale = (high - low) / (2**n_bits - 1)
    return scale, round(-low / scale)


@wrong("affine_params", says="one-end-stretched")
def stretches_the_upper_end_and_cuts_the_zero_point(x, n_bits):
    low, high = x.min().item(), max(x.max().item(), 0.0)
    if high == low:
        return 1.0, 0
    scale = (high - low) / (2**n_bits - 1)
    return scale, int(-low / scale)


@wrong("affine_params", says="order-swapped")
def begins_with_the_zero_point_of_too_many_steps(x, n_bits):
    low, high = min(float(x.min()), 0.0), max(float(x.max()), 0.0)
    if high == low:
        return 0, 1.0
    scale = (high - low) / 2**n_bits
    return round(-low / scale), scale
