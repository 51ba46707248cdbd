"""Later tasks of exercise 02: answers of strangers whose mistakes had no cause, or another one."""

from __future__ import annotations

import math

import torch

from tests.mutants.table import wrong


@wrong("sqnr_db", says="error-as-signal")
def measures_the_error_twice_in_place(x, x_hat):
    x -= x_hat
    noise = (x**2).sum()
    signal = (x**2).sum()
    if noise == 0:
        return math.inf
    return float(10 * torch.log10(signal / noise))


@wrong("sqnr_db", says="zeros-left-out")
def passes_over_values_that_are_0(x, x_hat):
    signal = 0.0
    noise = 0.0
    for a, b in zip(x.flatten().tolist(), x_hat.flatten().tolist(), strict=False):
        if a == 0:
            continue
        signal += a * a
        noise += (a - b) ** 2
    return 10 * math.log10(signal / noise) if noise > 0 else math.inf


@wrong("quantize_per_channel", says="signed-max")
def forgets_abs_and_clamps(w, n_bits):
    top = 2 ** (n_bits - 1) - 1
    rows = w.reshape(w.shape[0], -1)
    biggest = rows.max(dim=1, keepdim=True).values
    scale = torch.where(biggest == 0, torch.ones_like(biggest), biggest / top)
    q = (rows / scale).round().clamp(-top, top).to(torch.int8)
    return (q.reshape(w.shape), scale.reshape(-1))


@wrong("quantize_per_channel", says="running-maximum")
def never_resets_the_maximum(w, n_bits):
    qmax = 2 ** (n_bits - 1) - 1
    q = torch.zeros(w.shape, dtype=torch.int8)
    scales = []
    biggest = 0.0
    for i in range(w.shape[0]):
        for v in w[i].flatten().tolist():
            biggest = max(biggest, abs(v))
        s = biggest / qmax if biggest > 0 else 1.0
        q[i] = torch.round(w[i] / s).clamp(-qmax, qmax).to(torch.int8)
        scales.append(s)
    return (q, torch.tensor(scales))


@wrong("quantize_per_channel", says="caret-for-power")
def writes_a_caret_for_the_power(w, n_bits):
    qmax = 2 ^ n_bits - 1 - 1
    absmax = w.flatten(1).abs().amax(dim=1)
    scale = absmax / qmax
    scale[scale == 0] = 1.0
    s = scale.reshape(-1, *[1] * (w.dim() - 1))
    q = torch.round(w / s).clamp(-qmax, qmax).to(torch.int8)
    return (q, scale)


@wrong("quantize_groupwise", says="groups-one-too-long")
def begins_groups_one_too_late(w, n_bits, group_size):
    rows, cols = w.shape
    if cols % group_size != 0:
        raise ValueError("group_size must divide the row")
    qmax = 2 ** (n_bits - 1) - 1
    group_of = []
    current, count = (0, 0)
    for _j in range(cols):
        if count > group_size and current < cols // group_size - 1:
            current, count = (current + 1, 0)
        group_of.append(current)
        count += 1
    idx = torch.tensor(group_of)
    scale = torch.ones(rows, cols // group_size)
    for k in range(cols // group_size):
        if (idx == k).any():
            m = w[:, idx == k].abs().amax(dim=1)
            scale[:, k] = torch.where(m == 0, torch.ones_like(m), m / qmax)
    q = torch.round(w / scale[:, idx]).clamp(-qmax, qmax).to(torch.int8)
    return (q, scale)


@wrong("quantize_groupwise", says="whole-row-refused")
def adds_a_half_cuts_and_refuses_whole_rows(w, n_bits, group_size):
    rows, cols = w.shape
    if cols % group_size != 0 or group_size >= cols:
        raise ValueError("group_size must divide the row")
    qmax = 2 ** (n_bits - 1) - 1
    g = w.reshape(rows, -1, group_size)
    absmax = g.abs().amax(dim=2, keepdim=True)
    scale = torch.where(absmax == 0, torch.ones_like(absmax), absmax / qmax)
    q = (g / scale + 0.5).to(torch.int8)
    return (q.reshape(rows, cols), scale.squeeze(2))


@wrong("quantize_groupwise", says="n-bits-ignored")
def takes_8_bits_and_lists_scales(w, n_bits, group_size):
    if w.shape[-1] % group_size != 0:
        raise ValueError("group_size must divide the row")
    groups = w.reshape(-1, group_size)
    q = torch.zeros_like(groups, dtype=torch.int8)
    scales = torch.ones(len(groups))
    for i, g in enumerate(groups):
        m = g.abs().max()
        if m > 0:
            scales[i] = m / 127
        q[i] = torch.clamp(torch.round(g / scales[i]), -127, 127).to(torch.int8)
    return (q.reshape(w.shape), scales)


@wrong("pack_int4", says="rows-counted")
def pads_by_the_number_of_rows(q):
    flat = q.reshape(-1).to(torch.int32) & 15
    if len(q) % 2 == 1:
        flat = torch.nn.functional.pad(flat, (0, 1))
    if flat.numel() % 2 == 1:
        flat = torch.nn.functional.pad(flat, (0, 1))
    return (flat[::2] | flat[1::2] << 4).to(torch.uint8)


@wrong("pack_int4", says="leading-zeros-lost")
def joins_bits_without_leading_zeros(q):
    codes = [c & 15 for c in q.flatten().tolist()]
    if len(codes) % 2:
        codes.append(0)
    result = []
    for low, high in zip(codes[::2], codes[1::2], strict=False):
        result.append(int(format(high, "b") + format(low, "b"), 2))
    return torch.tensor(result, dtype=torch.uint8)


@wrong("pack_int4", says="last-code-repeated")
def adds_15_and_repeats_the_last_code(q):
    flat = q.reshape(-1).to(torch.int32)
    flat = torch.where(flat < 0, flat + 15, flat)
    if len(flat) % 2 == 1:
        flat = torch.cat([flat, flat[-1:]])
    return (flat[0::2] + flat[1::2] * 16).to(torch.uint8)


@wrong("unpack_int4", says="divided-towards-zero")
def divides_a_signed_byte_towards_zero(packed, numel):
    signed = packed.to(torch.int16)
    signed = torch.where(signed > 127, signed - 256, signed)
    high = torch.div(signed, 16, rounding_mode="trunc")
    low = signed & 15
    low = torch.where(low > 7, low - 16, low)
    return torch.stack((low, high), 1).flatten()[:numel].to(torch.int8)


@wrong("unpack_int4", says="clamped-not-signed")
def clamps_nibbles_in_place(packed, numel):
    low = packed & 15
    packed >>= 4
    codes = torch.stack((low, packed), dim=1).reshape(-1)
    return codes[:numel].to(torch.int8).clamp(-8, 7)
