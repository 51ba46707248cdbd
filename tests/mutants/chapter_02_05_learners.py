"""Answers of learners whose second mistake, or every cause, went unnamed: exercises 02, 03, 05."""

from __future__ import annotations

import math

import torch

from tests.mutants.table import wrong


def _ends(x, upper=0.0):
    """The ends of the range; `upper` is what the upper one reaches at least."""
    return min(x.min().item(), 0.0), max(x.max().item(), upper)


@wrong("affine_params", says="zero-point-not-rounded")
def shares_out_among_codes_and_leaves_a_float(x, n_bits):
    low, high = _ends(x)
    scale = (high - low) / 2**n_bits if high > low else 1.0
    return scale, -low / scale


@wrong("affine_params", says="zero-point-truncated")
def stretches_the_lower_end_alone_and_cuts(x, n_bits):
    low, high = _ends(x, -math.inf)
    scale = (high - low) / (2**n_bits - 1) if high > low else 1.0
    return scale, int(-low / scale)


@wrong("affine_params", says="one-end-stretched")
def stretches_the_lower_end_alone_and_leaves_a_float(x, n_bits):
    low, high = _ends(x, -math.inf)
    scale = (high - low) / (2**n_bits - 1) if high > low else 1.0
    return scale, -low / scale


def _padded(q):
    q = q.flatten()
    return torch.cat([q, q.new_zeros(len(q) % 2)])


@wrong("pack_int4", says="nibbles-swapped")
def shifts_padded_codes_up_and_puts_the_first_one_high(q):
    q = (_padded(q) + 8).to(torch.uint8)
    return q[1::2] | (q[0::2] << 4)


@wrong("pack_int4", says="offset-by-eight")
def shifts_padded_codes_up_by_columns(q):
    q = (_padded(q.permute(*reversed(range(q.dim())))) + 8).to(torch.uint8)
    return q[0::2] | (q[1::2] << 4)


@wrong("sqnr_db", says="natural-log")
def compares_variances_by_the_natural_logarithm(x, x_hat):
    noise = (x - x_hat).var()
    return 10 * math.log(x.var().item() / noise.item()) if noise > 0 else math.inf


@wrong("sqnr_db", says="twenty-log")
def compares_variances_of_all_values_twice_over(x, x_hat):
    noise = (x - x_hat).var(unbiased=False)
    return 20 * math.log10(x.var(unbiased=False).item() / noise.item()) if noise > 0 else math.inf


@wrong("sqnr_db", says="bels")
def adds_up_errors_in_bels(x, x_hat):
    noise = (x - x_hat).double().sum().square().item()
    return math.log10(x.double().square().sum().item() / noise) if noise else math.inf


def _sizes(w):
    sizes = w.flatten(1).abs().amax(1)
    return torch.where(sizes == 0, 1.0, sizes)


def _codes(w, scale, n_bits):
    top = 2 ** (n_bits - 1) - 1
    return (w / scale).round().clamp(-top, top).to(torch.int8)


@wrong("quantize_per_channel", says="four-axes-assumed")
def divides_columns_of_matrices_and_filters_of_four_axes(w, n_bits):
    scale = _sizes(w) / (2 ** (n_bits - 1) - 1)
    return _codes(w, scale if w.ndim == 2 else scale.reshape(-1, 1, 1, 1), n_bits), scale


@wrong("quantize_per_channel", says="four-axes-assumed")
def gives_all_filters_four_axes(w, n_bits):
    scale = _sizes(w) / (2 ** (n_bits - 1) - 1)
    beside = scale.reshape(-1, 1) if w.ndim == 2 else scale.reshape(-1, 1, 1, 1)
    return _codes(w, beside, n_bits), scale


@wrong("softmax", says="temperature-multiplied")
def multiplies_by_the_temperature_down_the_columns(logits, temperature=1.0):
    powers = (logits * temperature - (logits * temperature).max()).exp()
    return powers / powers.sum(0, keepdim=True)


@wrong("softmax", says="temperature-ignored")
def ignores_the_temperature_down_the_columns(logits, temperature=1.0):
    powers = (logits - logits.amax(0, keepdim=True)).exp()
    return powers / powers.sum(0, keepdim=True)


@wrong("softmax", says="wrong-dimension")
def multiplies_by_the_temperature_and_adds_up_all(logits, temperature=1.0):
    powers = (logits * temperature - (logits * temperature).max()).exp()
    return powers / powers.sum()


@wrong("bits_per_weight", says="zero-point-not-shared")
def counts_zero_points_in_full_and_rounds_up(n_bits, group_size, scale_bits, zero_point_bits=0):
    return math.ceil(n_bits + scale_bits / group_size + zero_point_bits)


@wrong("bits_per_weight", says="whole-bits")
def counts_scales_in_full_and_rounds_up(n_bits, group_size, scale_bits, zero_point_bits=0):
    return math.ceil(n_bits + scale_bits + zero_point_bits / group_size)


@wrong("percentile_range", says="tails-shared")
def leaves_half_of_the_rest_out_on_each_side(batches, percentile):
    values = torch.cat([batch.reshape(-1) for batch in batches])
    tail = (1 - percentile / 100) / 2
    return torch.quantile(values, tail).item(), torch.quantile(values, 1 - tail).item()


def _in_groups(w, n_bits, group_size):
    """Codes and scales of the groups of each row."""
    if w[0].numel() % group_size:
        raise ValueError("the groups do not fill a row")
    groups = w.float().reshape(len(w), -1, group_size)
    top = 2 ** (n_bits - 1) - 1
    scale = groups.abs().amax(-1, keepdim=True) / top
    scale = torch.where(scale == 0, 1.0, scale)
    return (groups / scale).round().clamp(-top, top), scale


def _is_matrix(w):
    return w.is_floating_point() and w.dim() >= 2


@wrong("quantize_weights", says="others-in-16-bits")
def stores_biases_in_16_bits(state, n_bits, group_size):
    result = {}
    for name, w in state.items():
        if _is_matrix(w):
            codes, scale = _in_groups(w, n_bits, group_size)
            result[name] = (codes * scale).reshape(w.shape).to(w.dtype)
        else:
            result[name] = w.half() if w.is_floating_point() else w.clone()
    return result


@wrong("quantize_weights", says="others-in-16-bits")
def returns_codes_and_biases_of_16_bits(state, n_bits, group_size):
    result = {}
    for name, w in state.items():
        if _is_matrix(w):
            codes = _in_groups(w, n_bits, group_size)[0]
            result[name] = codes.to(torch.int8).reshape(w.shape)
        else:
            result[name] = w.half() if w.is_floating_point() else w.clone()
    return result
