"""Exercises 01 to 03: answers of a fourth round of strangers, and their like."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import wrong


@wrong("to_bits", says="mask-of-fixed-width")
def cuts_negative_numbers_to_32_bits(value, width):
    if value > 2**width - 1 or value < -(2 ** (width - 1)):
        raise ValueError("out of range")
    if value < 0:
        value = value & 0xFFFFFFFF
    return format(value, "b").zfill(width)[-width:]


@wrong("negate", says="mask-of-fixed-width")
def inverts_within_32_bits(bits):
    number = (~int(bits, 2) + 1) & 0xFFFFFFFF
    return format(number, "b").zfill(len(bits))[-len(bits) :]


@wrong("negate", says="ones-left-by-the-carry")
def sets_the_last_zero_and_leaves_the_ones(bits):
    turned = "".join("1" if bit == "0" else "0" for bit in bits)
    place = turned.rfind("0")
    if place == -1:
        return "0" * len(bits)
    return turned[:place] + "1" + turned[place + 1 :]


@wrong("model_bytes", says="rounded-in-parts")
def pays_a_whole_scale_for_the_last_group(n_params, bits_per_param):
    code_bits = int(bits_per_param)
    extra = bits_per_param - code_bits
    total = n_params * code_bits
    if extra > 0:
        total += math.ceil(n_params / (16 / extra)) * 16
    return math.ceil(total / 8)


@wrong("model_bytes", says="groups-filled-up")
def fills_up_groups_of_32(n_params, bits_per_param):
    groups = math.ceil(n_params / 32)
    return math.ceil(groups * 32 * bits_per_param / 8)


@wrong("absmax_scale", says="outliers-left-out")
def scales_by_the_quantile_of_999_in_a_thousand(x, n_bits, full_range=False):
    magnitudes = x.abs().flatten().numpy().astype(np.float64)
    absmax = float(np.quantile(magnitudes, 0.999)) or 1.0
    return 2 * absmax / (2**n_bits - 1) if full_range else absmax / (2 ** (n_bits - 1) - 1)


@wrong("absmax_scale", says="outliers-left-out")
def scales_by_the_second_largest(x, n_bits, full_range=False):
    ordered = x.abs().flatten().sort().values
    absmax = ordered[int(0.99 * (len(ordered) - 1))].item() or 1.0
    return 2 * absmax / (2**n_bits - 1) if full_range else absmax / (2 ** (n_bits - 1) - 1)


@wrong("quantize_per_channel", says="outliers-left-out")
def scales_channels_by_a_quantile(w, n_bits):
    top = 2 ** (n_bits - 1) - 1
    rows = w.reshape(len(w), -1)
    absmax = torch.quantile(rows.abs(), 0.99, dim=1)
    scale = torch.where(absmax == 0, 1.0, absmax / top)
    codes = torch.round(rows / scale[:, None]).clamp(-top, top).to(torch.int8)
    return codes.reshape(w.shape), scale


@wrong("quantize_per_channel", says="reshaped-not-turned")
def takes_columns_of_a_reshaped_weight_for_channels(w, n_bits):
    top = 2 ** (n_bits - 1) - 1
    absmax = w.abs().reshape(-1, w.shape[0]).amax(dim=0)
    scale = absmax / top
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    q = torch.round(w / scale.reshape([-1] + [1] * (w.dim() - 1))).clamp(-top - 1, top)
    return q.to(torch.int8), scale


@wrong("quantize_per_channel", says="reshaped-not-turned")
@wrong("quantize_per_channel", says="truncated")
def takes_such_columns_and_cuts_the_steps(w, n_bits):
    top = 2 ** (n_bits - 1) - 1
    absmax = w.abs().reshape(-1, w.shape[0]).amax(dim=0)
    scale = torch.where(absmax == 0, torch.ones_like(absmax), absmax / top)
    q = torch.trunc(w / scale.reshape([-1] + [1] * (w.dim() - 1))).clamp(-top - 1, top)
    return q.to(torch.int8), scale


@wrong("quantize", says="half-precision")
def rounds_steps_of_bfloat16(x, scale, n_bits):
    steps = (x / scale).to(torch.bfloat16)
    return steps.round().clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1).to(torch.int8)


@wrong("quantize_affine", says="half-precision")
def rounds_shifted_steps_of_bfloat16(x, scale, zero_point, n_bits):
    steps = (x / scale + zero_point).to(torch.bfloat16)
    return steps.round().clamp(0, 2**n_bits - 1).to(torch.uint8)


@wrong("quantize_groupwise", says="half-precision")
def rounds_steps_of_groups_in_bfloat16(w, n_bits, group_size):
    if w.shape[1] % group_size:
        raise ValueError("groups do not fill a row")
    top = 2 ** (n_bits - 1) - 1
    groups = w.reshape(len(w), -1, group_size)
    absmax = groups.abs().amax(dim=2, keepdim=True)
    scale = torch.where(absmax == 0, 1.0, absmax / top)
    codes = torch.round((groups / scale).to(torch.bfloat16)).to(torch.int8)
    return codes.reshape(w.shape), scale.squeeze(2)


@wrong("int8_linear", says="scales-in-fixed-point")
def keeps_16_bits_of_the_scales(x, weight, bias):
    s_x = x.abs().max() / 127
    s_w = weight.abs().amax(dim=1, keepdim=True) / 127
    q_x = torch.round(x / torch.where(s_x > 0, s_x, 1.0)).to(torch.int64)
    q_w = torch.round(weight / torch.where(s_w > 0, s_w, 1.0)).to(torch.int64)
    acc = q_x @ q_w.T
    multiplier = torch.round(s_x * s_w.T * 2**16).to(torch.int64)
    return acc, (acc * multiplier).to(torch.float32) / 2**16 + bias


@wrong("int8_linear", says="bias-rounded")
def adds_a_bias_of_whole_steps(x, weight, bias):
    s_x = x.abs().max() / 127
    s_w = weight.abs().amax(dim=1, keepdim=True) / 127
    s_x = torch.where(s_x == 0, torch.ones_like(s_x), s_x)
    s_w = torch.where(s_w == 0, torch.ones_like(s_w), s_w)
    acc = torch.round(x / s_x).long() @ torch.round(weight / s_w).long().T
    step = s_x * s_w.T
    y = (acc.double() + torch.round(bias / step)) * step
    return acc, y.float()


@wrong("int8_linear", says="one-scale-for-the-weight")
@wrong("int8_linear", says="bias-rounded")
def adds_such_a_bias_and_has_one_scale(x, weight, bias):
    s_x = x.abs().max() / 127 or torch.tensor(1.0)
    s_w = weight.abs().max() / 127 or torch.tensor(1.0)
    acc = torch.round(x / s_x).long() @ torch.round(weight / s_w).long().T
    return acc, (acc + torch.round(bias / (s_x * s_w))) * s_x * s_w


@wrong("percentile_range", says="one-side-after-the-other")
def cuts_the_low_side_of_what_is_left(batches, percentile):
    values = np.concatenate([b.numpy().ravel() for b in batches])
    high = np.percentile(values, percentile)
    low = np.percentile(values[values <= high], 100 - percentile)
    return float(low), float(high)


@wrong("percentile_range", says="chosen-by-magnitude")
def leaves_out_the_largest_magnitudes(batches, percentile):
    values = torch.cat([b.reshape(-1) for b in batches])
    limit = torch.quantile(values.abs(), percentile / 100)
    kept = values[values.abs() <= limit]
    return kept.min().item(), kept.max().item()


@wrong("percentile_range", says="from-a-histogram")
@wrong("percentile_range", says="one-side-clipped")
def reads_the_high_end_off_a_histogram(batches, percentile):
    values = np.concatenate([b.numpy().ravel() for b in batches])
    counts, edges = np.histogram(values, bins=64)
    share = np.cumsum(counts) / counts.sum()
    i = int(np.searchsorted(share, percentile / 100 - 1e-9))
    return float(values.min()), float(edges[min(i, 63) + 1])


@wrong("percentile_range", says="from-a-histogram")
def reads_both_ends_off_a_histogram(batches, percentile):
    values = np.concatenate([b.numpy().ravel() for b in batches])
    counts, edges = np.histogram(values, bins=100)
    share = np.cumsum(counts) / counts.sum()
    low, high = (
        int(np.searchsorted(share, p / 100 - 1e-9)) for p in (100 - percentile, percentile)
    )
    return float(edges[low]), float(edges[min(high, 99) + 1])


@wrong("percentile_range", says="not-interpolated")
@wrong("percentile_range", says="one-side-clipped")
def takes_the_place_below_on_the_high_side(batches, percentile):
    ordered = sorted(value for b in batches for value in b.flatten().tolist())
    return ordered[0], ordered[int(round((len(ordered) - 1) * percentile / 100, 9))]


@wrong("quantize_weights", says="some-axes-only")
def takes_matrices_and_image_filters_for_weights(state, n_bits, group_size):
    qmax, result = 2 ** (n_bits - 1) - 1, {}
    for name, w in state.items():
        if not w.is_floating_point() or w.dim() not in (2, 4):
            result[name] = w.clone()
            continue
        rows = w.reshape(w.shape[0], -1)
        if rows.shape[1] % group_size:
            raise ValueError(name)
        g = rows.float().reshape(len(rows), -1, group_size)
        scale = g.abs().amax(dim=2, keepdim=True) / qmax
        scale = torch.where(scale == 0, 1.0, scale)
        q = torch.round(g / scale).clamp(-qmax, qmax) * scale
        result[name] = q.reshape(w.shape).to(w.dtype)
    return result
