"""Solutions of exercise 02 as students could write them: absmax_scale."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong


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


@wrong("absmax_scale", says="ranges-swapped")
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


@wrong("absmax_scale", says="range-not-absmax")
def spreads_the_true_range_in_full(x, n_bits, full_range=False):
    if not x.any():
        return torch.tensor(1.0)
    if full_range:
        return (x.max() - x.min()) / (2**n_bits - 1)
    return x.abs().max() / (2 ** (n_bits - 1) - 1)


@wrong("absmax_scale", says="full-range-not-doubled")
def shares_half_of_the_full_range(x, n_bits, full_range=False):
    steps = 2**n_bits - 1 if full_range else 2 ** (n_bits - 1) - 1
    scale = x.abs().max() / steps
    return scale if scale else torch.tensor(1.0)


@wrong("absmax_scale", says="rows-taken-for-numbers")
def takes_rows_for_numbers(x, n_bits, full_range=False):
    absmax = max(abs(float(v)) for v in x)
    if absmax == 0:
        return 1.0
    return 2 * absmax / (2**n_bits - 1) if full_range else absmax / (2 ** (n_bits - 1) - 1)


@wrong("absmax_scale", says="steps-per-unit-of-the-largest")
def turns_the_largest_value_over(x, n_bits, full_range=False):
    biggest = x.max()
    if biggest == 0:
        return torch.tensor(1.0)
    if full_range:
        return (2**n_bits - 1) / (2 * biggest)
    return (2 ** (n_bits - 1) - 1) / biggest


@wrong("absmax_scale", says="one-zero-is-enough")
def any_zero_is_all_zeros(x, n_bits, full_range=False):
    if (x == 0).any():
        return torch.tensor(1.0)
    steps = 2 ** (n_bits - 1) - (0.5 if full_range else 1)
    return x.abs().max() / steps


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


@wrong("absmax_scale", says="absmax-as-integer")
def cuts_the_absmax(x, n_bits, full_range=False):
    absmax = int(x.abs().max())
    return absmax / ((2**n_bits - 1) / 2 if full_range else 2 ** (n_bits - 1) - 1) or 1.0


@wrong("absmax_scale", says="too-few-digits")
def rounds_the_scale(x, n_bits, full_range=False):
    absmax = x.abs().max().item()
    return round(absmax / ((2**n_bits - 1) / 2 if full_range else 2 ** (n_bits - 1) - 1), 3) or 1.0


@wrong("absmax_scale", says="too-few-digits")
def measures_in_float16(x, n_bits, full_range=False):
    absmax = x.half().abs().max()
    return absmax / ((2**n_bits - 1) / 2 if full_range else 2 ** (n_bits - 1) - 1)


@wrong("absmax_scale", says="other-measure")
def takes_the_mean_magnitude(x, n_bits, full_range=False):
    size = x.abs().mean().item() or 1.0
    return size / ((2**n_bits - 1) / 2 if full_range else 2 ** (n_bits - 1) - 1)


@wrong("absmax_scale", says="part-of-the-values")
def looks_at_the_first_row(x, n_bits, full_range=False):
    size = x[0].abs().max().item() or 1.0
    return size / ((2**n_bits - 1) / 2 if full_range else 2 ** (n_bits - 1) - 1)


@wrong("absmax_scale", says="caret-for-power")
def divides_by_a_caret(x, n_bits, full_range=False):
    absmax = x.abs().max().item() or 1.0
    return absmax / (((2 ^ n_bits) - 1) / 2 if full_range else (2 ^ (n_bits - 1)) - 1)


@wrong("absmax_scale", says="absmax-returned")
def returns_the_absmax(x, n_bits, full_range=False):
    return x.abs().max().item() or 1.0


@wrong("absmax_scale", says="number-in-a-container")
def keeps_an_axis(x, n_bits, full_range=False):
    absmax = x.abs().max().reshape(1)
    steps = (2**n_bits - 1) / 2 if full_range else 2 ** (n_bits - 1) - 1
    return torch.where(absmax > 0, absmax / steps, 1.0)


@wrong("absmax_scale", says="text-not-number")
def returns_the_scale_as_text(x, n_bits, full_range=False):
    absmax = x.abs().max().item() or 1.0
    return str(absmax / ((2**n_bits - 1) / 2 if full_range else 2 ** (n_bits - 1) - 1))
