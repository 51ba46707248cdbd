"""Answers to exercise 03 of more strangers: two mistakes at a time, and single ones."""

from __future__ import annotations

import torch

from tests.mutants.table import wrong


@wrong("minmax_range", says="one-range-a-batch")
def gives_two_tensors_of_ends(batches):
    lows, highs = [], []
    for batch in batches:
        lows.append(batch.min().item())
        highs.append(batch.max().item())
    return torch.tensor(lows), torch.tensor(highs)


@wrong("minmax_range", says="zero-forced-in")
def averages_as_it_goes_and_takes_0_in(batches):
    low = high = None
    for b in batches:
        lo, hi = b.min().item(), b.max().item()
        low = lo if low is None else 0.9 * low + 0.1 * lo
        high = hi if high is None else 0.9 * high + 0.1 * hi
    return min(low, 0.0), max(high, 0.0)


@wrong("minmax_range", says="outliers-cut")
def takes_percentiles_of_the_first_column(batches):
    columns = [b.reshape(len(b), -1)[:, 0] if b.dim() else b.reshape(1) for b in batches]
    values = torch.cat(columns)
    return torch.quantile(values, 0.01).item(), torch.quantile(values, 0.99).item()


@wrong("percentile_range", says="percentile-cut")
def cuts_the_percentile_and_swaps_the_ends(batches, percentile):
    values = torch.cat([b.flatten() for b in batches])
    p = int(percentile) / 100
    return torch.quantile(values, p).item(), torch.quantile(values, 1 - p).item()


@wrong("percentile_range", says="first-and-last-batch-only")
def pools_the_outer_batches_and_takes_the_lower(batches, percentile):
    outer = [batches[0], batches[-1]] if len(batches) > 1 else batches
    values = torch.cat([b.flatten() for b in outer])
    q = torch.tensor([1 - percentile / 100, percentile / 100])
    return tuple(torch.quantile(values, q, interpolation="nearest").tolist())


@wrong("int8_linear", says="weight-reshaped")
def gives_the_weight_another_shape(x, weight, bias):
    mx, mw = x.abs().max(), weight.abs().amax(dim=1, keepdim=True)
    sx = mx / 127 if mx > 0 else torch.tensor(1.0)
    sw = torch.where(mw > 0, mw / 127, torch.ones_like(mw))
    qx, qw = torch.round(x / sx).int(), torch.round(weight / sw).int()
    acc = qx @ qw.reshape(weight.shape[1], weight.shape[0])
    return acc, acc.float() * sx * sw.T + bias


@wrong("int8_linear", says="signed-max")
def takes_the_largest_of_x_and_cuts(x, weight, bias):
    mx = x.max()
    sx = mx / 127 if mx > 0 else torch.tensor(1.0)
    mw = weight.abs().amax(dim=1, keepdim=True)
    sw = torch.where(mw > 0, mw / 127, torch.ones_like(mw))
    qx = (x / sx).clamp(-127, 127).to(torch.int32)
    qw = (weight / sw).clamp(-127, 127).to(torch.int32)
    acc = qx @ qw.T
    return acc, acc.float() * sx * sw.T + bias


@wrong("bits_per_weight", says="group-one-off")
def spreads_over_the_others_in_bytes(n_bits, group_size, scale_bits, zero_point_bits=0):
    others = max(group_size - 1, 1)
    return (n_bits + scale_bits / others + zero_point_bits / others) / 8


@wrong("bits_per_weight", says="second-scale-twice")
def counts_two_scales_and_subtracts(n_bits, group_size, scale_bits, zero_point_bits=0):
    return n_bits + (2 * scale_bits - zero_point_bits) / group_size


@wrong("bits_per_weight", says="n-bits-cut")
def cuts_the_code_and_multiplies(n_bits, group_size, scale_bits, zero_point_bits=0):
    shared = scale_bits * zero_point_bits if zero_point_bits > 0 else scale_bits
    return int(n_bits) + shared / group_size


@wrong("quantize_weights", says="guard-too-large")
def runs_groups_together_above_a_thousandth(state, n_bits, group_size):
    qmax = 2 ** (n_bits - 1) - 1
    out = {}
    for name, w in state.items():
        if w.is_floating_point() and w.dim() > 1:
            if w.numel() % group_size != 0:
                raise ValueError(f"{name}: cannot be grouped")
            g = w.float().reshape(-1, group_size)
            s = torch.clamp(g.abs().amax(1, keepdim=True) / qmax, min=1e-3)
            out[name] = (torch.round(g / s) * s).reshape(w.shape).to(w.dtype)
        else:
            out[name] = w.clone()
    return out
