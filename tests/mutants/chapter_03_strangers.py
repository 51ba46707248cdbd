"""Answers to exercise 03 of strangers whose mistakes had no cause, or another one's."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import wrong


@wrong("minmax_range", says="one-end-a-batch")
def moves_one_end_a_value(batches):
    low, high = (math.inf, -math.inf)
    for b in batches:
        for v in b.flatten().tolist():
            if v < low:
                low = v
            elif v > high:
                high = v
    return (low, high)


@wrong("minmax_range", says="padded-with-zeros")
def fills_up_batches_with_zeros(batches):
    flat = [b.flatten() for b in batches]
    padded = torch.nn.utils.rnn.pad_sequence(flat, batch_first=True)
    return (padded.min().item(), padded.max().item())


@wrong("minmax_range", says="last-batch-left-out")
def begins_with_the_first_value_of_the_first_batch(batches):
    low = high = batches[0].reshape(-1)[0].item()
    for b in batches[1:]:
        for v in b.reshape(-1).tolist():
            if v < low:
                low = v
            if v > high:
                high = v
    return (low, high)


@wrong("minmax_range", says="cut-to-the-shortest")
def compares_magnitudes_of_zipped_batches(batches):
    low, high = (None, None)
    for values in zip(*[b.flatten().tolist() for b in batches], strict=False):
        small = min(values, key=abs)
        big = max(values, key=abs)
        low = small if low is None or abs(small) < abs(low) else low
        high = big if high is None or abs(big) > abs(high) else high
    return (low, high)


@wrong("minmax_range", says="width-for-high")
def returns_a_width_that_holds_0(batches):
    values = torch.cat([b.flatten() for b in batches])
    low = min(values.min().item(), 0.0)
    high = max(values.max().item(), 0.0)
    return (low, high - low)


@wrong("percentile_range", says="position-miscounted")
def counts_n_places_from_each_end(batches, percentile):
    values = sorted(v for b in batches for v in b.flatten().tolist())
    n = len(values)

    def at(pos):
        pos = min(max(pos, 0.0), n - 1.0)
        i = math.floor(pos)
        j = min(i + 1, n - 1)
        return values[i] + (pos - i) * (values[j] - values[i])

    return (at(n * (100 - percentile) / 100), at(n * percentile / 100 - 1))


@wrong("percentile_range", says="not-interpolated")
def leaves_out_a_count_on_each_side(batches, percentile):
    values = sorted(v for b in batches for v in b.reshape(-1).tolist())
    k = int(len(values) * (100 - percentile) / 100)
    return (values[k], values[-k])


@wrong("percentile_range", says="widest-of-the-batches")
def takes_neighbours_of_each_batch(batches, percentile):
    lows, highs = ([], [])
    for b in batches:
        a = b.numpy().ravel()
        lows.append(np.percentile(a, 100 - percentile, method="lower"))
        highs.append(np.percentile(a, percentile, method="higher"))
    return (float(min(lows)), float(max(highs)))


@wrong("int8_linear", says="sums-clamped")
def clamps_the_sums_like_codes(x, weight, bias):
    sx = x.abs().max() / 127
    sx = torch.where(sx == 0, torch.ones_like(sx), sx)
    sw = weight.abs().amax(dim=1, keepdim=True) / 127
    sw = torch.where(sw == 0, torch.ones_like(sw), sw)
    qx = torch.round(x / sx).to(torch.int32)
    qw = torch.round(weight / sw).to(torch.int32)
    acc = (qx @ qw.T).clamp(-127, 127)
    return (acc, acc.float() * sx * sw.T + bias)


@wrong("int8_linear", says="scale-left-out")
def spreads_over_128_and_leaves_out_the_scale_of_x(x, weight, bias):
    sx = x.abs().max() / 128
    sx = torch.where(sx == 0, torch.ones_like(sx), sx)
    sw = weight.abs().amax(dim=1, keepdim=True) / 128
    sw = torch.where(sw == 0, torch.ones_like(sw), sw)
    qx = torch.round(x / sx).clamp(-127, 127).to(torch.int32)
    qw = torch.round(weight / sw).clamp(-127, 127).to(torch.int32)
    acc = qx @ qw.T
    y = acc.float() * sw.T + bias
    return (acc, y)


@wrong("int8_linear", says="zero-row-empties-all")
def gives_up_at_a_row_of_zeros(x, weight, bias):
    n, out = (x.shape[0], weight.shape[0])
    sx = x.abs().max() / 127
    sw = weight.abs().amax(dim=1) / 127
    if sx == 0 or (sw == 0).any():
        acc = torch.zeros(n, out, dtype=torch.int32)
        return (acc, bias.repeat(n, 1))
    qx = torch.round(x / sx).clamp(-127, 127).to(torch.int32)
    qw = torch.round(weight / sw.view(-1, 1)).clamp(-127, 127).to(torch.int32)
    acc = qx @ qw.T
    return (acc, acc.float() * sx * sw + bias)


@wrong("bits_per_weight", says="filled-up-to-bytes")
def fills_a_group_up_to_whole_bytes(n_bits, group_size, scale_bits, zero_point_bits=0):
    bits = group_size * n_bits + scale_bits + zero_point_bits
    n_bytes = math.ceil(bits / 8)
    return n_bytes * 8 / group_size


@wrong("bits_per_weight", says="zero-point-not-shared")
def adds_a_second_scale_and_whole_zero_points(n_bits, group_size, scale_bits, zero_point_bits=0):
    double_quant = 32 / 256
    scale_share = (scale_bits + double_quant) / group_size
    return n_bits + zero_point_bits + scale_share


@wrong("bits_per_weight", says="zero-point-subtracted")
def takes_the_zero_point_off_in_a_ratio(n_bits, group_size, scale_bits, zero_point_bits=0):
    quantized = n_bits * group_size + scale_bits - zero_point_bits
    return 32 * group_size / quantized


@wrong("bits_per_weight", says="codes-counted")
def counts_the_codes_as_text(n_bits, group_size, scale_bits, zero_point_bits=0):
    code = 2**n_bits
    share = (scale_bits + zero_point_bits) / group_size
    return f"{code + share}"


@wrong("quantize_weights", says="guard-too-large")
def scales_rows_with_a_guard(state, n_bits, group_size):
    qmax = 2 ** (n_bits - 1) - 1
    result = {}
    for name, w in state.items():
        if w.is_floating_point() and w.dim() >= 2:
            rows = w.float().reshape(w.shape[0], -1)
            if rows.shape[1] % group_size != 0:
                raise ValueError("group_size must divide the row")
            scale = rows.abs().amax(dim=1, keepdim=True) / qmax + 1e-08
            q = torch.round(rows / scale).clamp(-qmax, qmax)
            result[name] = (q * scale).reshape(w.shape).to(w.dtype)
        else:
            result[name] = w
    return result


@wrong("quantize_weights", says="affine-grid")
def counts_steps_from_the_smallest_value(state, n_bits, group_size):
    levels = 2**n_bits - 1
    result = {}
    for name, w in state.items():
        if w.is_floating_point() and w.dim() >= 2:
            rows = w.float().reshape(w.shape[0], -1)
            if rows.shape[1] % group_size != 0:
                raise ValueError("group_size must divide the row")
            g = rows.reshape(rows.shape[0], -1, group_size)
            low = g.amin(-1, keepdim=True)
            width = g.amax(-1, keepdim=True) - low
            scale = torch.where(width == 0, torch.ones_like(width), width / levels)
            q = torch.round((g - low) / scale).clamp(0, levels)
            result[name] = (q * scale + low).reshape(w.shape).to(w.dtype)
        else:
            result[name] = w
    return result
