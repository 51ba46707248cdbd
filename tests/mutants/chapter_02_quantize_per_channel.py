"""Solutions of exercise 02 as students could write them: quantize_per_channel."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong


@wrong("quantize_per_channel", says="one-scale-for-all")
def takes_one_scale(w, n_bits):
    top = 2 ** (n_bits - 1) - 1
    scale = w.abs().max().clamp(min=1e-30) / top
    return torch.round(w / scale).clamp(-top, top).to(torch.int8), scale


@wrong("quantize_per_channel", says="one-scale-for-all")
def repeats_one_scale(w, n_bits):
    top = 2 ** (n_bits - 1) - 1
    scale = w.abs().max().clamp(min=1e-30) / top
    return torch.round(w / scale).to(torch.int8), scale.repeat(w.shape[0])


@wrong("quantize_per_channel", says="wrong-axis")
def reduces_over_axis_zero(w, n_bits):
    top = 2 ** (n_bits - 1) - 1
    scale = w.abs().amax(dim=0) / top
    scale[scale == 0] = 1.0
    return torch.round(w / scale).to(torch.int8), scale


@wrong("quantize_per_channel", says="axes-left-over")
def knows_only_matrices(w, n_bits):
    top = 2 ** (n_bits - 1) - 1
    absmax = w.abs().amax(dim=1, keepdim=True)
    scale = torch.where(absmax > 0, absmax / top, 1.0)
    return torch.round(w / scale).to(torch.int8), scale.squeeze(1)


@wrong("quantize_per_channel", says="axes-left-over")
def reduces_over_the_last_axis(w, n_bits):
    top = 2 ** (n_bits - 1) - 1
    absmax = w.abs().max(dim=-1, keepdim=True).values
    scale = torch.where(absmax > 0, absmax / top, 1.0)
    return torch.round(w / scale).to(torch.int8), scale[..., 0]


@wrong("quantize_per_channel", says="full-range-scale")
def uses_the_full_range(w, n_bits):
    absmax = w.reshape(len(w), -1).abs().amax(dim=1)
    scale = torch.where(absmax > 0, 2 * absmax / (2**n_bits - 1), 1.0)
    shape = (-1,) + (1,) * (w.dim() - 1)
    q = torch.round(w / scale.reshape(shape)).clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1)
    return q.to(torch.int8), scale


@wrong("quantize_per_channel", says="levels-off-by-one")
def divides_each_row_by_the_power_of_two(w, n_bits):
    absmax = w.reshape(len(w), -1).abs().amax(dim=1)
    scale = torch.where(absmax > 0, absmax / 2 ** (n_bits - 1), 1.0)
    shape = (-1,) + (1,) * (w.dim() - 1)
    q = torch.round(w / scale.reshape(shape)).clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1)
    return q.to(torch.int8), scale


@wrong("quantize_per_channel", says="signed-max")
def forgets_negative_weights(w, n_bits):
    top = 2 ** (n_bits - 1) - 1
    rows = w.reshape(len(w), -1)
    scale = rows.max(dim=1, keepdim=True).values / top
    q = torch.round(rows / scale).clamp(-top - 1, top).to(torch.int8)
    return q.reshape(w.shape), scale[:, 0]


@wrong("quantize_per_channel", says="truncated")
def cuts_off_the_steps(w, n_bits):
    rows = w.reshape(len(w), -1)
    absmax = rows.abs().amax(dim=1, keepdim=True)
    scale = torch.where(absmax > 0, absmax / (2 ** (n_bits - 1) - 1), 1.0)
    return (rows / scale).to(torch.int8).reshape(w.shape), scale.flatten()


@wrong("quantize_per_channel", says="n-bits-ignored")
def always_uses_eight_bits(w, n_bits):
    rows = w.reshape(len(w), -1)
    absmax = rows.abs().amax(dim=1, keepdim=True)
    scale = torch.where(absmax > 0, absmax / 127, 1.0)
    q = torch.round(rows / scale).clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1)
    return q.to(torch.int8).reshape(w.shape), scale.flatten()


@wrong("quantize_per_channel", says="zero-scale")
def divides_a_zero_row_by_zero(w, n_bits):
    rows = w.reshape(len(w), -1)
    scale = rows.abs().amax(dim=1) / (2 ** (n_bits - 1) - 1)
    return torch.round(rows / scale[:, None]).to(torch.int8).reshape(w.shape), scale


@wrong("quantize_per_channel", says="zero-scale")
def divides_a_zero_row_by_zero_in_python(w, n_bits):
    top, codes, scales = 2 ** (n_bits - 1) - 1, [], []
    for row in w.reshape(len(w), -1).tolist():
        scales.append(max(abs(v) for v in row) / top)
        codes.append([round(v / scales[-1]) for v in row])
    return torch.tensor(codes, dtype=torch.int8).reshape(w.shape), torch.tensor(scales)


@wrong("quantize_per_channel", says="guard-too-large")
def adds_an_epsilon_to_every_scale(w, n_bits):
    rows = w.reshape(len(w), -1)
    scale = rows.abs().amax(dim=1) / (2 ** (n_bits - 1) - 1) + 1e-6
    return torch.round(rows / scale[:, None]).to(torch.int8).reshape(w.shape), scale


def _rows_and_scales(w, n_bits):
    rows = w.reshape(len(w), -1)
    scale = rows.abs().amax(dim=1, keepdim=True) / (2 ** (n_bits - 1) - 1)
    return rows, torch.where(scale == 0, 1.0, scale)


@wrong("quantize_per_channel", says="order-swapped")
def returns_the_scale_first(w, n_bits):
    rows, scale = _rows_and_scales(w, n_bits)
    return scale.flatten(), torch.round(rows / scale).to(torch.int8).reshape(w.shape)


@wrong("quantize_per_channel", says="scaled-back")
def returns_the_reconstruction(w, n_bits):
    rows, scale = _rows_and_scales(w, n_bits)
    return (torch.round(rows / scale) * scale).reshape(w.shape), scale.flatten()


@wrong("quantize_per_channel", says="other-dtype")
def leaves_the_codes_in_float32(w, n_bits):
    rows, scale = _rows_and_scales(w, n_bits)
    return torch.round(rows / scale).reshape(w.shape), scale.flatten()


@wrong("quantize_per_channel", says="shape-lost")
def forgets_to_shape_back(w, n_bits):
    rows, scale = _rows_and_scales(w, n_bits)
    return torch.round(rows / scale).to(torch.int8), scale.flatten()


@right("quantize_per_channel")
def keeps_the_axes(w, n_bits):
    top = 2 ** (n_bits - 1) - 1
    absmax = w.abs().amax(dim=tuple(range(1, w.dim())), keepdim=True)
    scale = torch.where(absmax > 0, absmax / top, 1.0)
    return torch.round(w / scale).clamp(-top, top).to(torch.int8), scale


@right("quantize_per_channel")
def row_by_row_in_python(w, n_bits):
    top, codes, scales = 2 ** (n_bits - 1) - 1, [], []
    for row in w.reshape(len(w), -1).tolist():
        scale = max(abs(v) for v in row) / top or 1.0
        scales.append(scale)
        codes.append([round(v / scale) for v in row])
    q = torch.tensor(codes, dtype=torch.int8).reshape(w.shape)
    return q, torch.tensor(scales, dtype=torch.float32)


@right("quantize_per_channel")
def with_numpy_and_a_reciprocal(w, n_bits):
    top = 2 ** (n_bits - 1) - 1
    rows = w.numpy().astype(np.float64).reshape(w.shape[0], -1)
    absmax = np.abs(rows).max(axis=1, keepdims=True)
    per_unit = top / np.where(absmax == 0, 1e-3, absmax)
    q = torch.from_numpy(np.rint(rows * per_unit).astype(np.int8)).reshape(w.shape)
    return [q, torch.from_numpy((1 / per_unit[:, 0]).astype(np.float32))]


@right("quantize_per_channel")
def stacks_quantized_rows(w, n_bits):
    low, high = -(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1
    scales = torch.stack([channel.abs().max() / high for channel in w]).clamp(min=1e-30)
    codes = [torch.round(c / s).clamp(low, high) for c, s in zip(w, scales, strict=True)]
    return torch.stack(codes).char(), scales


@wrong("quantize_per_channel", says="scale-not-spread")
def forgets_keepdim(w, n_bits):
    absmax = w.abs().reshape(len(w), -1).amax(dim=1)
    scale = torch.where(absmax > 0, absmax / (2 ** (n_bits - 1) - 1), 1.0)
    return torch.round(w / scale).to(torch.int8), scale


@wrong("quantize_per_channel", says="scale-not-spread")
def forgets_keepdim_over_all_axes(w, n_bits):
    top = 2 ** (n_bits - 1) - 1
    absmax = w.abs().amax(dim=tuple(range(1, w.dim())))
    scale = torch.where(absmax > 0, absmax / top, 1.0)
    return torch.round(w / scale).clamp(-top, top).to(torch.int8), scale


@wrong("quantize_per_channel", says="axes-left-over")
def measures_over_axis_one(w, n_bits):
    absmax = w.abs().amax(dim=1, keepdim=True)
    scale = torch.where(absmax > 0, absmax / (2 ** (n_bits - 1) - 1), 1.0)
    return torch.round(w / scale).to(torch.int8), scale.squeeze(1)


@wrong("quantize_per_channel", says="axes-left-over")
def measures_over_axis_one_and_keeps_it(w, n_bits):
    absmax = w.abs().amax(dim=1, keepdim=True)
    scale = torch.where(absmax > 0, absmax / (2 ** (n_bits - 1) - 1), 1.0)
    return torch.round(w / scale).to(torch.int8), scale


@wrong("quantize_per_channel", says="half-away-from-zero")
def rounds_channels_away_from_zero(w, n_bits):
    absmax = w.abs().reshape(len(w), -1).amax(dim=1)
    scale = torch.where(absmax > 0, absmax / (2 ** (n_bits - 1) - 1), 1.0)
    steps = w / scale.reshape(-1, *[1] * (w.dim() - 1))
    return (steps.sign() * torch.floor(steps.abs() + 0.5)).to(torch.int8), scale


@wrong("quantize_per_channel", says="zero-block-changes-all")
def one_zero_channel_resets_all(w, n_bits):
    scale = w.abs().flatten(1).amax(dim=1) / (2 ** (n_bits - 1) - 1)
    if (scale == 0).any():
        scale = torch.ones(len(w))
    return torch.round(w / scale.reshape(-1, *[1] * (w.dim() - 1))).to(torch.int8), scale


@wrong("quantize_per_channel", says="last-channel-skipped")
def stops_before_the_last_channel(w, n_bits):
    codes, scale = torch.zeros(w.shape, dtype=torch.int8), torch.ones(len(w))
    for i in range(len(w) - 1):
        scale[i] = w[i].abs().max() / (2 ** (n_bits - 1) - 1) or 1.0
        codes[i] = torch.round(w[i] / scale[i])
    return codes, scale


@wrong("quantize_per_channel", says="other-measure")
def scales_by_the_mean(w, n_bits):
    size = w.abs().flatten(1).mean(dim=1)
    scale = torch.where(size > 0, size / (2 ** (n_bits - 1) - 1), 1.0)
    codes = torch.round(w / scale.reshape(-1, *[1] * (w.dim() - 1)))
    return codes.clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1).to(torch.int8), scale


@wrong("quantize_per_channel", says="codes-all-on-one-side")
def spreads_over_all_codes(w, n_bits):
    absmax = w.abs().flatten(1).amax(dim=1)
    scale = torch.where(absmax > 0, absmax / (2**n_bits - 1), 1.0)
    codes = torch.round(w / scale.reshape(-1, *[1] * (w.dim() - 1)))
    return codes.clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1).to(torch.int8), scale


@wrong("quantize_per_channel", says="array-not-tensor")
def returns_arrays(w, n_bits):
    absmax = w.abs().flatten(1).amax(dim=1)
    scale = torch.where(absmax > 0, absmax / (2 ** (n_bits - 1) - 1), 1.0)
    codes = torch.round(w / scale.reshape(-1, *[1] * (w.dim() - 1))).to(torch.int8)
    return codes.numpy(), scale.numpy()


@wrong("quantize_per_channel", says="order-swapped")
def begins_with_the_scales_of_cut_codes(w, n_bits):
    top = 2 ** (n_bits - 1) - 1
    absmax = w.flatten(1).abs().max(dim=1)[0]
    scale = torch.where(absmax == 0, torch.ones_like(absmax), absmax / top)
    q = (w / scale.reshape(-1, *[1] * (w.dim() - 1))).clamp(-top - 1, top).to(torch.int8)
    return scale, q


@wrong("quantize_per_channel", says="channels-mixed")
def lays_out_rows_as_long_as_there_are_channels(w, n_bits):
    top = 2 ** (n_bits - 1) - 1
    rows = w.double().reshape(-1, len(w))
    absmax = rows.abs().amax(dim=1, keepdim=True)
    scale = torch.where(absmax == 0, torch.ones_like(absmax), absmax / top)
    q = torch.round(rows / scale).clamp(-top - 1, top).to(torch.int8)
    return q.reshape(w.shape), scale.flatten()


@wrong("quantize_per_channel", says="raises")
def lays_channels_out_with_view(w, n_bits):
    rows = w.view(len(w), -1)
    qmax = 2 ** (n_bits - 1) - 1
    absmax = rows.abs().amax(dim=1, keepdim=True)
    scale = torch.where(absmax > 0, absmax / qmax, 1.0)
    q = torch.round(rows / scale).clamp(-qmax, qmax).to(torch.int8)
    return q.view(w.shape), scale.view(-1)
