"""Guards of 1e-8 and 1e-12, as libraries have them, which values far below feel."""

from __future__ import annotations

import torch

from tests.mutants.table import wrong


@wrong("absmax_scale", says="guard-too-large")
def clamps_absmax_at_1e_8(x, n_bits, full_range=False):
    steps = (2**n_bits - 1) / 2 if full_range else 2 ** (n_bits - 1) - 1
    return x.abs().max().clamp(min=1e-8) / steps


@wrong("absmax_scale", says="guard-too-large")
def adds_1e_12_to_the_scale(x, n_bits, full_range=False):
    steps = (2**n_bits - 1) / 2 if full_range else 2 ** (n_bits - 1) - 1
    return x.abs().max().item() / steps + 1e-12


@wrong("affine_params", says="guard-too-large")
def clamps_the_scale_at_1e_8(x, n_bits):
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    scale = max((high - low) / (2**n_bits - 1), 1e-8)
    return scale, round(-low / scale)


@wrong("quantize_per_channel", says="guard-too-large")
def clamps_scales_at_1e_8(w, n_bits):
    top = 2 ** (n_bits - 1) - 1
    scale = (w.flatten(1).abs().amax(dim=1) / top).clamp(min=1e-8)
    codes = torch.round(w / scale.reshape(-1, *[1] * (w.dim() - 1))).clamp(-top, top)
    return codes.to(torch.int8), scale


@wrong("quantize_groupwise", says="guard-too-large")
def clamps_absmax_at_1e_12(w, n_bits, group_size):
    if w.shape[1] % group_size:
        raise ValueError("group_size must divide the row")
    top = 2 ** (n_bits - 1) - 1
    groups = w.reshape(len(w), -1, group_size)
    scale = groups.abs().amax(dim=2, keepdim=True).clamp(min=1e-12) / top
    codes = torch.round(groups / scale).clamp(-top, top).to(torch.int8)
    return codes.reshape(w.shape), scale.squeeze(2)


@wrong("quantize_weights", says="guard-too-large")
def clamps_scales_of_groups_at_1e_8(state, n_bits, group_size):
    top, result = 2 ** (n_bits - 1) - 1, {}
    for name, w in state.items():
        result[name] = w
        if w.is_floating_point() and w.dim() >= 2:
            rows = w.float().reshape(len(w), -1)
            if rows.shape[1] % group_size:
                raise ValueError("group_size must divide the row")
            groups = rows.reshape(len(w), -1, group_size)
            scale = (groups.abs().amax(dim=2, keepdim=True) / top).clamp(min=1e-8)
            codes = torch.round(groups / scale).clamp(-top, top)
            result[name] = (codes * scale).reshape(w.shape).to(w.dtype)
    return result


@wrong("int8_linear", says="guard-too-large")
def clamps_both_scales_at_1e_12(x, weight, bias):
    s_x = (x.abs().max() / 127).clamp(min=1e-12)
    s_w = (weight.abs().amax(dim=1, keepdim=True) / 127).clamp(min=1e-12)
    q_x = torch.round(x / s_x).clamp(-127, 127).to(torch.int32)
    q_w = torch.round(weight / s_w).clamp(-127, 127).to(torch.int32)
    acc = q_x @ q_w.T
    return acc, acc.float() * s_x * s_w.T + bias
