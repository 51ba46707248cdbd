"""Solutions of exercise 02 as students could write them: quantize_groupwise."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong


@wrong("quantize_groupwise", says="one-scale-for-all")
def takes_one_scale_for_all_groups(w, n_bits, group_size):
    if w.shape[1] % group_size != 0:
        raise ValueError("group_size must divide the row")
    top = 2 ** (n_bits - 1) - 1
    scale = (w.abs().max() / top).expand(w.shape[0], w.shape[1] // group_size)
    return torch.round(w / scale[0, 0]).to(torch.int8), scale


@wrong("quantize_groupwise", says="one-scale-a-row")
def takes_one_scale_a_row(w, n_bits, group_size):
    if w.shape[1] % group_size != 0:
        raise ValueError("group_size must divide the row")
    top = 2 ** (n_bits - 1) - 1
    scale = w.abs().amax(dim=1, keepdim=True) / top
    scale = torch.where(scale == 0, 1.0, scale)
    return torch.round(w / scale).to(torch.int8), scale.repeat(1, w.shape[1] // group_size)


@wrong("quantize_groupwise", says="groups-down-the-columns")
def groups_down_the_columns(w, n_bits, group_size):
    groups = w.T.reshape(w.shape[1], -1, group_size)
    scale = groups.abs().amax(dim=-1, keepdim=True) / (2 ** (n_bits - 1) - 1)
    scale = torch.where(scale == 0, 1.0, scale)
    q = torch.round(groups / scale).to(torch.int8).reshape(w.shape[1], w.shape[0]).T
    return q, scale.squeeze(-1).T


@wrong("quantize_groupwise", says="groups-interleaved")
def interleaves_the_groups(w, n_bits, group_size):
    rows, columns = w.shape
    if columns % group_size != 0:
        raise ValueError("group_size must divide the row")
    groups = w.reshape(rows, group_size, columns // group_size)
    scale = groups.abs().amax(dim=1) / (2 ** (n_bits - 1) - 1)
    scale = torch.where(scale == 0, 1.0, scale)
    return torch.round(groups / scale[:, None, :]).to(torch.int8).reshape(rows, columns), scale


@wrong("quantize_groupwise", says="size-taken-for-count")
def cuts_into_group_size_parts(w, n_bits, group_size):
    rows, columns = w.shape
    if columns % group_size != 0:
        raise ValueError("group_size must divide the row")
    groups = w.reshape(rows, group_size, -1)
    scale = groups.abs().amax(dim=2) / (2 ** (n_bits - 1) - 1)
    scale = torch.where(scale == 0, 1.0, scale)
    return torch.round(groups / scale[..., None]).to(torch.int8).reshape(rows, columns), scale


@wrong("quantize_groupwise", says="scale-flattened")
def flattens_the_scales(w, n_bits, group_size):
    if w.shape[1] % group_size != 0:
        raise ValueError("group_size must divide the row")
    groups = w.reshape(-1, group_size)
    scale = groups.abs().amax(dim=1) / (2 ** (n_bits - 1) - 1)
    scale = torch.where(scale == 0, 1.0, scale)
    return torch.round(groups / scale[:, None]).to(torch.int8).reshape(w.shape), scale


def _in_groups(w, n_bits, group_size):
    """Codes and scales of (rows, groups, group_size), as they come."""
    if w.shape[1] % group_size != 0:
        raise ValueError("group_size must divide the row")
    groups = w.reshape(w.shape[0], -1, group_size)
    scale = groups.abs().amax(dim=2, keepdim=True) / (2 ** (n_bits - 1) - 1)
    scale = torch.where(scale == 0, 1.0, scale)
    return torch.round(groups / scale).to(torch.int8), scale


@wrong("quantize_groupwise", says="scale-keeps-an-axis")
def keeps_the_axis_of_the_groups(w, n_bits, group_size):
    codes, scale = _in_groups(w, n_bits, group_size)
    return codes.reshape(w.shape), scale


@wrong("quantize_groupwise", says="codes-left-in-groups")
def leaves_the_codes_in_groups(w, n_bits, group_size):
    codes, scale = _in_groups(w, n_bits, group_size)
    return codes, scale.squeeze(2)


@wrong("quantize_groupwise", says="rest-of-row-accepted")
def gives_the_rest_a_short_group(w, n_bits, group_size):
    codes, scales = [], []
    for start in range(0, w.shape[1], group_size):
        group = w[:, start : start + group_size]
        scale = group.abs().amax(dim=1, keepdim=True) / (2 ** (n_bits - 1) - 1)
        scale = torch.where(scale == 0, 1.0, scale)
        codes.append(torch.round(group / scale).to(torch.int8))
        scales.append(scale)
    return torch.cat(codes, dim=1), torch.cat(scales, dim=1)


@wrong("quantize_groupwise", says="rest-of-row-accepted")
def pads_the_row_with_zeros(w, n_bits, group_size):
    missing = -w.shape[1] % group_size
    padded = torch.nn.functional.pad(w, (0, missing))
    groups = padded.reshape(w.shape[0], -1, group_size)
    scale = groups.abs().amax(dim=2) / (2 ** (n_bits - 1) - 1)
    scale = torch.where(scale == 0, 1.0, scale)
    q = torch.round(groups / scale[..., None]).to(torch.int8).reshape(padded.shape)
    return q[:, : w.shape[1]], scale


@wrong("quantize_groupwise", says="rest-of-row-accepted")
def drops_the_rest(w, n_bits, group_size):
    n_groups = w.shape[1] // group_size
    groups = w[:, : n_groups * group_size].reshape(w.shape[0], n_groups, group_size)
    if n_groups == 0:
        raise ValueError("the row is shorter than a group")
    scale = groups.abs().amax(dim=2) / (2 ** (n_bits - 1) - 1)
    scale = torch.where(scale == 0, 1.0, scale)
    q = torch.round(groups / scale[..., None]).to(torch.int8).reshape(w.shape[0], -1)
    return q, scale


@wrong("quantize_groupwise", says="error-of-another-type")
def lets_torch_complain(w, n_bits, group_size):
    groups = w.reshape(w.shape[0], w.shape[1] // group_size, group_size)
    scale = groups.abs().amax(dim=2) / (2 ** (n_bits - 1) - 1)
    scale = torch.where(scale == 0, 1.0, scale)
    return torch.round(groups / scale[..., None]).to(torch.int8).reshape(w.shape), scale


@wrong("quantize_groupwise", says="error-of-another-type")
def asserts_that_it_fits(w, n_bits, group_size):
    assert w.shape[1] % group_size == 0, "group_size must divide the row"
    groups = w.reshape(w.shape[0], -1, group_size)
    scale = groups.abs().amax(dim=2) / (2 ** (n_bits - 1) - 1)
    scale = torch.where(scale == 0, 1.0, scale)
    return torch.round(groups / scale[..., None]).to(torch.int8).reshape(w.shape), scale


@wrong("quantize_groupwise", says="full-range-scale")
def uses_the_full_range_in_groups(w, n_bits, group_size):
    if w.shape[1] % group_size != 0:
        raise ValueError("group_size must divide the row")
    low, high = -(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1
    groups = w.reshape(w.shape[0], -1, group_size)
    absmax = groups.abs().amax(dim=2)
    scale = torch.where(absmax > 0, absmax / ((high - low) / 2), 1.0)
    q = torch.round(groups / scale[..., None]).clamp(low, high)
    return q.to(torch.int8).reshape(w.shape), scale


@wrong("quantize_groupwise", says="signed-max")
def forgets_negative_weights_in_groups(w, n_bits, group_size):
    if w.shape[1] % group_size != 0:
        raise ValueError("group_size must divide the row")
    top = 2 ** (n_bits - 1) - 1
    groups = w.reshape(w.shape[0], -1, group_size)
    scale = groups.max(dim=2).values / top
    q = torch.round(groups / scale[..., None]).clamp(-top - 1, top)
    return q.to(torch.int8).reshape(w.shape), scale


@wrong("quantize_groupwise", says="zero-scale")
def divides_a_zero_group_by_zero(w, n_bits, group_size):
    if w.shape[1] % group_size != 0:
        raise ValueError("group_size must divide the row")
    groups = w.reshape(w.shape[0], -1, group_size)
    scale = groups.abs().amax(dim=2) / (2 ** (n_bits - 1) - 1)
    return torch.round(groups / scale[..., None]).to(torch.int8).reshape(w.shape), scale


@wrong("quantize_groupwise", says="guard-too-large")
def puts_a_floor_under_absmax(w, n_bits, group_size):
    if w.shape[1] % group_size != 0:
        raise ValueError("group_size must divide the row")
    groups = w.reshape(w.shape[0], -1, group_size)
    scale = groups.abs().amax(dim=2).clamp(min=1e-3) / (2 ** (n_bits - 1) - 1)
    return torch.round(groups / scale[..., None]).to(torch.int8).reshape(w.shape), scale


@wrong("quantize_groupwise", says="other-dtype")
def keeps_64_bit_scales(w, n_bits, group_size):
    if w.shape[1] % group_size != 0:
        raise ValueError("group_size must divide the row")
    groups = w.reshape(w.shape[0], -1, group_size).double()
    scale = groups.abs().amax(dim=2) / (2 ** (n_bits - 1) - 1)
    scale = torch.where(scale == 0, 1.0, scale)
    return torch.round(groups / scale[..., None]).to(torch.int8).reshape(w.shape), scale


@right("quantize_groupwise")
def with_unflatten(w, n_bits, group_size):
    if w.shape[1] % group_size:
        raise ValueError(f"{group_size} does not divide {w.shape[1]}")
    top = 2 ** (n_bits - 1) - 1
    groups = w.unflatten(1, (-1, group_size))
    scale = groups.abs().amax(dim=-1, keepdim=True) / top
    scale = scale.masked_fill(scale == 0, 1.0)
    q = (groups / scale).round().clamp(-top - 1, top).to(torch.int8)
    return q.flatten(1), scale.squeeze(-1)


@right("quantize_groupwise")
def with_three_loops(w, n_bits, group_size):
    rows, columns = w.shape
    if columns % group_size != 0:
        raise ValueError("group_size must divide the row")
    codes = torch.zeros(rows, columns, dtype=torch.int8)
    scales = torch.ones(rows, columns // group_size)
    for r in range(rows):
        for g in range(columns // group_size):
            values = w[r, g * group_size : (g + 1) * group_size].tolist()
            absmax = max(abs(v) for v in values)
            if absmax > 0:
                scales[r, g] = absmax / (2 ** (n_bits - 1) - 1)
                for i, v in enumerate(values):
                    codes[r, g * group_size + i] = round(v / scales[r, g].item())
    return codes, scales


@right("quantize_groupwise")
def with_numpy_and_repeat(w, n_bits, group_size):
    if w.shape[1] % group_size != 0:
        raise ValueError("group_size must divide the row")
    values = w.numpy().astype(np.float64)
    absmax = np.abs(values).reshape(len(values), -1, group_size).max(axis=2)
    scale = np.where(absmax == 0, 1.0, absmax / (2 ** (n_bits - 1) - 1))
    q = np.rint(values / np.repeat(scale, group_size, axis=1))
    return torch.from_numpy(q.astype(np.int8)), torch.from_numpy(scale.astype(np.float32))


@right("quantize_groupwise")
def joins_the_groups_of_columns(w, n_bits, group_size):
    if w.shape[1] % group_size != 0:
        raise ValueError("group_size must divide the row")
    parts, scales = w.split(group_size, dim=1), []
    for part in parts:
        per_row = part.abs().max(dim=1).values.clamp(min=1e-20) / (2 ** (n_bits - 1) - 1)
        scales.append(per_row)
    codes = [torch.round(p * (1 / s[:, None])) for p, s in zip(parts, scales, strict=True)]
    return torch.cat(codes, dim=1).to(torch.int8), torch.stack(scales, dim=1)


def _cut(w, n_bits, group_size):
    if w.shape[1] % group_size:
        raise ValueError("the groups do not fill the row")
    groups = w.reshape(len(w), -1, group_size)
    absmax = groups.abs().amax(dim=2, keepdim=True)
    return groups, torch.where(absmax > 0, absmax / (2 ** (n_bits - 1) - 1), 1.0)


@wrong("quantize_groupwise", says="half-up")
def rounds_groups_half_up(w, n_bits, group_size):
    groups, scale = _cut(w, n_bits, group_size)
    codes = torch.floor(groups / scale + 0.5).to(torch.int8)
    return codes.reshape(w.shape), scale.squeeze(2)


@wrong("quantize_groupwise", says="half-away-from-zero")
def rounds_groups_away_from_zero(w, n_bits, group_size):
    groups, scale = _cut(w, n_bits, group_size)
    steps = groups / scale
    codes = (steps.sign() * torch.floor(steps.abs() + 0.5)).to(torch.int8)
    return codes.reshape(w.shape), scale.squeeze(2)


@wrong("quantize_groupwise", says="scale-not-spread")
def forgets_the_axis_of_the_group(w, n_bits, group_size):
    groups, scale = _cut(w, n_bits, group_size)
    return torch.round(groups / scale.squeeze(2)).to(torch.int8).reshape(w.shape), scale.squeeze(2)


@wrong("quantize_groupwise", says="last-group-skipped")
def stops_before_the_last_group(w, n_bits, group_size):
    groups, scale = _cut(w, n_bits, group_size)
    codes = torch.round(groups / scale).to(torch.int8)
    codes[:, -1], scale[:, -1] = 0, 1.0
    return codes.reshape(w.shape), scale.squeeze(2)


@wrong("quantize_groupwise", says="zero-block-changes-all")
def one_zero_group_resets_all(w, n_bits, group_size):
    groups, scale = _cut(w, n_bits, group_size)
    if not groups.any(dim=2).all():
        scale = torch.ones_like(scale)
    return torch.round(groups / scale).to(torch.int8).reshape(w.shape), scale.squeeze(2)


@wrong("quantize_groupwise", says="scale-inverted")
def returns_steps_per_unit_of_groups(w, n_bits, group_size):
    groups, scale = _cut(w, n_bits, group_size)
    return torch.round(groups / scale).to(torch.int8).reshape(w.shape), 1 / scale.squeeze(2)


@wrong("quantize_groupwise", says="absmax-returned")
def returns_the_absmax_of_groups(w, n_bits, group_size):
    groups, scale = _cut(w, n_bits, group_size)
    return torch.round(groups / scale).to(torch.int8).reshape(w.shape), groups.abs().amax(dim=2)


@wrong("quantize_groupwise", says="list-not-tensor")
def returns_lists(w, n_bits, group_size):
    groups, scale = _cut(w, n_bits, group_size)
    codes = torch.round(groups / scale).to(torch.int8).reshape(w.shape)
    return codes.tolist(), scale.squeeze(2).tolist()


@wrong("quantize_groupwise", says="groups-down-the-columns")
def turns_the_weight_before_it_cuts(w, n_bits, group_size):
    if w.shape[1] % group_size:
        raise ValueError
    top = 2 ** (n_bits - 1) - 1
    runs = w.t().reshape(-1, group_size)
    absmax = runs.abs().amax(dim=1, keepdim=True)
    scale = torch.where(absmax > 0, absmax / top, 1.0)
    q = torch.round(runs / scale).to(torch.int8)
    return q.reshape(w.t().shape).t(), scale.reshape(len(w), -1)


@wrong("quantize_groupwise", says="rows-counted")
def refuses_by_the_number_of_rows(w, n_bits, group_size):
    if w.shape[0] % group_size:
        raise ValueError
    top = 2 ** (n_bits - 1) - 1
    runs = w.reshape(-1, group_size)
    absmax = runs.abs().amax(dim=1, keepdim=True)
    scale = torch.where(absmax > 0, absmax / top, 1.0)
    q = torch.round(runs / scale).to(torch.int8)
    return q.reshape(w.shape), scale.reshape(len(w), -1)


@wrong("quantize_groupwise", says="scales-repeated")
def repeats_all_scales_over_the_row(w, n_bits, group_size):
    if w.shape[1] % group_size:
        raise ValueError(f"{group_size} does not divide {w.shape[1]}")
    qmax = 2 ** (n_bits - 1) - 1
    absmax = w.abs().unflatten(1, (-1, group_size)).amax(dim=2)
    scale = torch.where(absmax > 0, absmax / qmax, torch.ones_like(absmax))
    q = torch.round(w / scale.repeat(1, group_size)).clamp(-qmax, qmax).to(torch.int8)
    return q, scale


@wrong("quantize_groupwise", says="all-weights-checked")
def asks_the_number_of_all_weights(w, n_bits, group_size):
    if w.numel() % group_size:
        raise ValueError("the weights cannot be cut into groups of this size")
    qmax = 2 ** (n_bits - 1) - 1
    groups = w.reshape(-1, group_size)
    absmax = groups.abs().amax(dim=1, keepdim=True)
    scale = torch.where(absmax == 0, torch.ones_like(absmax), absmax / qmax)
    q = (groups / scale).round().clamp(-qmax, qmax).to(torch.int8)
    return q.reshape(w.shape), scale.reshape(len(w), -1)
