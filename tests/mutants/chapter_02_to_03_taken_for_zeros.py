"""Exercises 02 and 03: values taken for zeros that are none, and zeros that are left out."""

from __future__ import annotations

import math

import torch

from tests.mutants.table import wrong


@wrong("absmax_scale", says="full-range-off-by-one")
@wrong("absmax_scale", says="sum-of-zero")
def asks_the_sum_and_shares_among_codes(x, n_bits, full_range=False):
    if x.sum() == 0:
        return torch.tensor(1.0)
    absmax = x.abs().max()
    return 2 * absmax / 2**n_bits if full_range else absmax / (2 ** (n_bits - 1) - 1)


@wrong("absmax_scale", says="one-end-of-zero")
def asks_whether_the_largest_is_above_zero(x, n_bits, full_range=False):
    if x.max() == 0:
        return 1.0
    absmax = x.abs().max().item()
    return 2 * absmax / (2**n_bits - 1) if full_range else absmax / (2 ** (n_bits - 1) - 1)


@wrong("absmax_scale", says="alike-not-zero")
def asks_whether_all_values_are_alike(x, n_bits, full_range=False):
    absmax = 1.0 if x.max() == x.min() else x.abs().max().item()
    top = 2 ** (n_bits - 1) - 1
    return absmax / (top + 0.5) if full_range else (1.0 if x.max() == x.min() else absmax / top)


@wrong("affine_params", says="sum-of-zero")
def takes_a_range_centred_on_zero_for_none(x, n_bits):
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    if low + high == 0:
        return 1.0, 0
    scale = (high - low) / (2**n_bits - 1)
    return scale, round(-low / scale)


@wrong("affine_params", says="one-end-of-zero")
def takes_a_largest_value_of_zero_for_zeros(x, n_bits):
    if x.max() == 0:
        return 1.0, 0
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    scale = (high - low) / (2**n_bits - 1)
    return scale, round(-low / scale)


@wrong("sqnr_db", says="taken-for-perfect")
def adds_the_errors_up_to_see_whether_there_are_any(x, x_hat):
    error = (x - x_hat).double()
    if error.sum() == 0:
        return math.inf
    return 10 * math.log10(x.double().square().sum() / error.square().sum())


@wrong("sqnr_db", says="taken-for-perfect")
def looks_for_errors_below_zero_alone(x, x_hat):
    error = (x_hat - x).double()
    if error.max() == 0:
        return math.inf
    return 10 * math.log10(x.double().square().sum() / error.square().sum())


@wrong("sqnr_db", says="zeros-left-out")
def leaves_out_errors_where_the_copy_is_zero(x, x_hat):
    noise = (x - x_hat)[x_hat != 0].double().square().sum().item()
    return 10 * math.log10(x.double().square().sum().item() / noise) if noise else math.inf


@wrong("sqnr_db", says="epsilon-in-noise")
def keeps_the_noise_above_a_bound(x, x_hat):
    noise = (x - x_hat).double().square().mean().clamp(min=1e-12)
    return (10 * torch.log10(x.double().square().mean() / noise)).item()


@wrong("quantize_per_channel", says="sum-of-zero")
def gives_channels_that_add_up_to_zero_a_scale_of_one(w, n_bits):
    top = 2 ** (n_bits - 1) - 1
    rows = w.reshape(len(w), -1)
    scale = torch.where(rows.sum(dim=1) == 0, 1.0, rows.abs().amax(dim=1) / top)
    codes = torch.round(rows / scale[:, None]).clamp(-top, top).to(torch.int8)
    return codes.reshape(w.shape), scale


@wrong("quantize_groupwise", says="alike-not-zero")
def gives_groups_of_one_value_a_scale_of_one(w, n_bits, group_size):
    if w.shape[1] % group_size:
        raise ValueError("groups do not fill a row")
    top = 2 ** (n_bits - 1) - 1
    groups = w.reshape(len(w), -1, group_size)
    scale = groups.abs().amax(dim=2, keepdim=True) / top
    scale = torch.where(
        groups.amax(dim=2, keepdim=True) == groups.amin(dim=2, keepdim=True), 1, scale
    )
    codes = torch.round(groups / scale).clamp(-top, top).to(torch.int8)
    return codes.reshape(w.shape), scale.squeeze(2)


@wrong("quantize_weights", says="one-end-of-zero")
def gives_groups_without_positive_values_a_scale_of_one(state, n_bits, group_size):
    top, new_state = 2 ** (n_bits - 1) - 1, {}
    for name, w in state.items():
        new_state[name] = w.clone()
        if w.is_floating_point() and w.dim() >= 2:
            rows = w.float().reshape(len(w), -1)
            if rows.shape[1] % group_size:
                raise ValueError("groups do not fill a row")
            groups = rows.reshape(-1, group_size)
            largest = groups.amax(dim=1, keepdim=True)
            scale = groups.abs().amax(dim=1, keepdim=True) / top
            scale = torch.where((largest == 0) | (scale == 0), 1.0, scale)
            restored = torch.round(groups / scale).clamp(-top, top) * scale
            new_state[name] = restored.reshape(w.shape).to(w.dtype)
    return new_state


@wrong("int8_linear", says="sum-of-zero")
def takes_inputs_that_add_up_to_zero_for_zeros(x, weight, bias):
    s_x = x.abs().max() / 127 if x.sum() != 0 else torch.tensor(1.0)
    s_w = weight.abs().amax(dim=1) / 127
    s_w[s_w == 0] = 1.0
    q_x, q_w = torch.round(x / s_x).long(), torch.round(weight / s_w[:, None]).long()
    acc = q_x @ q_w.T
    return acc, acc * s_x * s_w + bias


@wrong("minmax_range", says="width-for-high")
@wrong("minmax_range", says="zeros-left-out")
def leaves_zeros_out_and_returns_the_width(batches):
    values = torch.cat([batch.reshape(-1) for batch in batches])
    seen = values[values != 0]
    if len(seen) == 0:
        return 0.0, 0.0
    low = seen.min().item()
    return low, seen.max().item() - low


@wrong("minmax_range", says="zero-taken-for-none")
def takes_an_end_of_zero_for_none(batches):
    low = high = None
    for batch in batches:
        lower, higher = batch.min().item(), batch.max().item()
        if not low or lower < low:
            low = lower
        if not high or higher > high:
            high = higher
    return low, high


@wrong("minmax_range", says="alike-widened")
def widens_a_range_without_a_width(batches):
    values = torch.cat([batch.flatten() for batch in batches])
    low, high = values.min().item(), values.max().item()
    return (low - 0.5, high + 0.5) if low == high else (low, high)


@wrong("percentile_range", says="sum-of-zero")
def takes_values_that_add_up_to_zero_for_zeros(batches, percentile):
    values = torch.cat([batch.flatten() for batch in batches])
    if values.sum() == 0:
        return 0.0, 0.0
    shares = torch.tensor([1 - percentile / 100, percentile / 100])
    low, high = torch.quantile(values, shares).tolist()
    return low, high


@wrong("percentile_range", says="zeros-left-out")
def takes_percentiles_without_the_zeros(batches, percentile):
    values = torch.cat([batch.flatten() for batch in batches])
    values = values[values != 0]
    return tuple(
        torch.quantile(values, share).item() for share in (1 - percentile / 100, percentile / 100)
    )
