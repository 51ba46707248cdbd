"""Solutions of exercise 02 as students could write them: sqnr_db."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong


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


@wrong("sqnr_db", says="errors-cancel")
def adds_the_errors_up_first(x, x_hat):
    noise = (x - x_hat).sum().item() ** 2
    if noise == 0:
        return math.inf
    return 10 * math.log10(x.square().sum().item() / noise)


@wrong("sqnr_db", says="small-errors-taken-for-none")
def close_is_perfect(x, x_hat):
    if torch.allclose(x, x_hat, atol=1e-3):
        return math.inf
    return 10 * torch.log10(x.square().sum() / (x - x_hat).square().sum()).item()


@wrong("sqnr_db", says="small-errors-taken-for-none")
def a_small_noise_is_none(x, x_hat):
    if (x - x_hat).abs().max() < 1e-6:
        return math.inf
    return 10 * torch.log10(x.square().sum() / (x - x_hat).square().sum()).item()


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


@wrong("sqnr_db", says="too-few-digits")
def rounds_decibels(x, x_hat):
    noise = (x - x_hat).double().square().sum().item()
    if noise == 0:
        return math.inf
    return round(10 * math.log10(x.double().square().sum().item() / noise), 1)


@wrong("sqnr_db", says="part-of-the-values")
def takes_the_first_row(x, x_hat):
    if x.dim() > 1:
        x, x_hat = x[0], x_hat[0]
    noise = (x - x_hat).square().sum()
    return 10 * torch.log10(x.square().sum() / noise)


@wrong("sqnr_db", says="one-ratio-a-row")
def sums_along_an_axis(x, x_hat):
    return 10 * torch.log10(x.square().sum(dim=-1) / (x - x_hat).square().sum(dim=-1))


@wrong("sqnr_db", says="ratios-averaged")
def averages_ratios(x, x_hat):
    return (10 * torch.log10(x.square() / (x - x_hat).square())).mean()


@wrong("sqnr_db", says="number-in-a-container")
def keeps_an_axis_of_size_one(x, x_hat):
    ratio = x.square().sum() / (x - x_hat).square().sum()
    return 10 * torch.log10(ratio).reshape(1)


@wrong("sqnr_db", says="text-not-number")
def writes_the_ratio_down(x, x_hat):
    noise = (x - x_hat).double().square().sum().item()
    if noise == 0:
        return "inf"
    return str(10 * math.log10(x.double().square().sum().item() / noise))


@wrong("sqnr_db", says="decibels-averaged")
def averages_the_decibels_of_rows(x, x_hat):
    signal, noise = (x**2).sum(dim=-1), ((x - x_hat) ** 2).sum(dim=-1)
    return (10 * torch.log10(signal / noise)).mean().item()
