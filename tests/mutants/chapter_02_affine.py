"""Solutions of exercise 02 as students could write them: the affine grid, and SQNR."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong

# --- affine_params ------------------------------------------------------------------------------


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


# --- quantize_affine ----------------------------------------------------------------------------


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


# --- sqnr_db ------------------------------------------------------------------------------------


@wrong("sqnr_db", says="twenty-log")
def takes_twenty_times_the_log(x, x_hat):
    noise = (x - x_hat).pow(2).sum()
    return (20 * torch.log10(x.pow(2).sum() / noise)).item()


@wrong("sqnr_db", says="amplitudes-not-powers")
def compares_norms(x, x_hat):
    return 10 * torch.log10(x.norm() / (x - x_hat).norm())


@wrong("sqnr_db", says="ratio-inverted")
def puts_the_noise_on_top(x, x_hat):
    noise, signal = ((x - x_hat) ** 2).mean(), (x**2).mean()
    return 10 * torch.log10(noise / signal)


@wrong("sqnr_db", says="ratio-inverted")
def puts_the_noise_on_top_in_python(x, x_hat):
    noise, signal = ((x - x_hat) ** 2).sum().item(), (x**2).sum().item()
    return 10 * math.log10(noise / signal)


@wrong("sqnr_db", says="natural-log")
def takes_the_natural_log(x, x_hat):
    return 10 * torch.log((x**2).sum() / ((x - x_hat) ** 2).sum())


@wrong("sqnr_db", says="log-missing")
def returns_the_ratio(x, x_hat):
    return (x**2).sum() / ((x - x_hat) ** 2).sum()


@wrong("sqnr_db", says="bels")
def forgets_the_ten(x, x_hat):
    return torch.log10((x**2).sum() / ((x - x_hat) ** 2).sum())


@wrong("sqnr_db", says="variance-not-power")
def compares_variances(x, x_hat):
    return 10 * torch.log10(x.var() / (x - x_hat).var())


@wrong("sqnr_db", says="variance-not-power")
def takes_the_variance_of_the_signal_only(x, x_hat):
    return 10 * torch.log10(x.var(correction=0) / ((x - x_hat) ** 2).mean())


@wrong("sqnr_db", says="variance-not-power")
def compares_standard_deviations(x, x_hat):
    return 20 * torch.log10(x.std() / (x - x_hat).std())


@wrong("sqnr_db", says="magnitudes-not-squares")
def adds_up_magnitudes(x, x_hat):
    return 10 * torch.log10(x.abs().sum() / (x - x_hat).abs().sum())


@wrong("sqnr_db", says="difference-of-powers")
def subtracts_the_powers(x, x_hat):
    signal, other = (x**2).sum(), (x_hat**2).sum()
    return 10 * torch.log10(signal / (signal - other).abs())


@wrong("sqnr_db", says="reconstruction-as-noise")
def compares_with_the_reconstruction(x, x_hat):
    return 10 * torch.log10((x**2).sum() / (x_hat**2).sum())


@wrong("sqnr_db", says="reconstruction-as-signal")
def takes_the_reconstruction_for_the_signal(x, x_hat):
    return 10 * torch.log10((x_hat**2).sum() / ((x_hat - x) ** 2).sum())


@wrong("sqnr_db", says="peak-not-power")
def computes_psnr(x, x_hat):
    return 20 * torch.log10(x.abs().max() / ((x - x_hat) ** 2).mean().sqrt())


@wrong("sqnr_db", says="sum-against-mean")
def divides_a_sum_by_a_mean(x, x_hat):
    return 10 * torch.log10((x**2).sum() / ((x - x_hat) ** 2).mean())


@wrong("sqnr_db", says="negative-cut-off")
def believes_decibels_are_positive(x, x_hat):
    return max(0.0, (10 * torch.log10((x**2).sum() / ((x - x_hat) ** 2).sum())).item())


@wrong("sqnr_db", says="epsilon-in-noise")
def adds_an_epsilon_to_the_noise(x, x_hat):
    noise = ((x - x_hat) ** 2).mean() + 1e-12
    return 10 * torch.log10((x**2).mean() / noise)


@wrong("sqnr_db", says="perfect-fails")
def divides_by_no_noise(x, x_hat):
    signal, noise = (x**2).sum().item(), ((x - x_hat) ** 2).sum().item()
    return 10 * math.log10(signal / noise)


@wrong("sqnr_db", says="perfect-fails")
def gives_nothing_for_perfect(x, x_hat):
    noise = ((x - x_hat) ** 2).sum()
    return 10 * torch.log10((x**2).sum() / noise) if noise > 0 else 0.0


@right("sqnr_db")
def in_float32_with_tensors(x, x_hat):
    return 10 * torch.log10(x.square().sum() / (x - x_hat).square().sum())


@right("sqnr_db")
def with_norms(x, x_hat):
    return 20 * torch.log10(torch.linalg.norm(x) / torch.linalg.norm(x_hat - x))


@right("sqnr_db")
def with_a_loop_in_float64(x, x_hat):
    signal = noise = 0.0
    for a, b in zip(x.flatten().tolist(), x_hat.flatten().tolist(), strict=True):
        signal += a * a
        noise += (a - b) ** 2
    return math.inf if noise == 0 else 10 * math.log10(signal / noise)


@right("sqnr_db")
def with_means_and_a_difference_of_logs(x, x_hat):
    signal = np.mean(x.numpy().astype(float) ** 2)
    noise = np.mean((x.numpy().astype(float) - x_hat.numpy()) ** 2)
    if noise == 0:
        return float("inf")
    return 10 * (np.log10(signal) - np.log10(noise))
