"""Solutions of exercise 03 as students could write them: a whole model."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong


def _is_weight(w):
    return w.is_floating_point() and w.dim() >= 2


def _with_weights(state, change):
    """The state with each weight changed."""
    return {name: change(w) if _is_weight(w) else w for name, w in state.items()}


def _rows(w, group_size):
    rows = w.reshape(w.shape[0], -1)
    if rows.shape[1] % group_size != 0:
        raise ValueError("group_size must divide the row")
    return rows


def _groups(w, group_size):
    return _rows(w, group_size).reshape(-1, group_size)


def _scales(groups, n_bits):
    absmax = groups.abs().amax(dim=1, keepdim=True)
    return torch.where(absmax > 0, absmax / (2 ** (n_bits - 1) - 1), 1.0)


def _on_grid(w, group_size, scales, rounded=torch.round):
    """Each group in steps of its scale, which is that of `scales(groups)`."""
    groups = _groups(w, group_size)
    scale = scales(groups)
    return (rounded(groups / scale) * scale).reshape(w.shape).to(w.dtype)


def _quantized(w, n_bits, group_size):
    return _on_grid(w.float(), group_size, lambda groups: _scales(groups, n_bits)).to(w.dtype)


@wrong("quantize_weights", says="entries-missing")
def returns_only_the_weights(state, n_bits, group_size):
    return {k: _quantized(w, n_bits, group_size) for k, w in state.items() if _is_weight(w)}


@wrong("quantize_weights", says="entries-added")
def adds_the_scales(state, n_bits, group_size):
    result = {}
    for name, w in state.items():
        result[name] = _quantized(w, n_bits, group_size) if _is_weight(w) else w
        if _is_weight(w):
            absmax = w.reshape(-1, group_size).abs().amax(dim=1)
            result[name + "_scale"] = absmax / (2 ** (n_bits - 1) - 1)
    return result


@wrong("quantize_weights", says="codes-not-values")
def returns_codes(state, n_bits, group_size):
    def codes(w):
        groups = _groups(w, group_size)
        return torch.round(groups / _scales(groups, n_bits)).to(torch.int8).reshape(w.shape)

    return _with_weights(state, codes)


@wrong("quantize_weights", says="one-scale-for-all")
def takes_one_scale_a_tensor(state, n_bits, group_size):
    def rounded(w):
        scale = (w.abs().max() / (2 ** (n_bits - 1) - 1)).clamp(min=1e-30)
        return torch.round(w / scale) * scale

    return _with_weights(state, rounded)


@wrong("quantize_weights", says="one-scale-a-row")
def takes_one_scale_a_row(state, n_bits, group_size):
    def rounded(w):
        rows = _rows(w, group_size)
        scale = _scales(rows, n_bits)
        return (torch.round(rows / scale) * scale).reshape(w.shape)

    return _with_weights(state, rounded)


@wrong("quantize_weights", says="biases-too")
def quantizes_vectors_as_well(state, n_bits, group_size):
    result = {}
    for name, w in state.items():
        if _is_weight(w):
            result[name] = _quantized(w, n_bits, group_size)
        elif w.is_floating_point() and w.dim() == 1 and w.numel() % group_size == 0:
            result[name] = _quantized(w[None], n_bits, group_size)[0]
        else:
            result[name] = w
    return result


@wrong("quantize_weights", says="integers-too")
def looks_only_at_the_axes(state, n_bits, group_size):
    result = {}
    for name, w in state.items():
        if w.dim() >= 2:
            result[name] = _quantized(w.float(), n_bits, group_size).to(w.dtype)
        else:
            result[name] = w
    return result


@wrong("quantize_weights", says="told-by-name")
def looks_for_the_word_weight(state, n_bits, group_size):
    return {
        name: _quantized(w, n_bits, group_size) if "weight" in name and w.dim() > 1 else w
        for name, w in state.items()
    }


@wrong("quantize_weights", says="only-matrices")
def quantizes_only_matrices(state, n_bits, group_size):
    return {
        name: _quantized(w, n_bits, group_size) if _is_weight(w) and w.dim() == 2 else w
        for name, w in state.items()
    }


@wrong("quantize_weights", says="axes-left-over")
def groups_along_the_last_axis(state, n_bits, group_size):
    def rounded(w):
        return _quantized(w.reshape(-1, w.shape[-1]), n_bits, group_size).reshape(w.shape)

    return _with_weights(state, rounded)


@wrong("quantize_weights", says="groups-down-the-columns")
def groups_down_the_columns(state, n_bits, group_size):
    def rounded(w):
        columns = w.reshape(w.shape[0], -1).T
        return _quantized(columns, n_bits, group_size).T.reshape(w.shape)

    return _with_weights(state, rounded)


@wrong("quantize_weights", says="size-taken-for-count")
def cuts_rows_into_that_many(state, n_bits, group_size):
    def rounded(w):
        return _quantized(w, n_bits, _rows(w, group_size).shape[1] // group_size)

    return _with_weights(state, rounded)


@wrong("quantize_weights", says="rows-run-together")
def groups_the_flattened_tensor(state, n_bits, group_size):
    def rounded(w):
        return _quantized(w.reshape(1, -1), n_bits, group_size).reshape(w.shape)

    return _with_weights(state, rounded)


def _in_groups_of_the_whole(w, n_bits, group_size):
    groups = w.reshape(-1, group_size)
    scale = _scales(groups, n_bits)
    return (torch.round(groups / scale) * scale).reshape(w.shape)


@wrong("quantize_weights", says="rows-run-together")
def reshapes_without_looking(state, n_bits, group_size):
    return _with_weights(state, lambda w: _in_groups_of_the_whole(w, n_bits, group_size))


@wrong("quantize_weights", says="scales-not-spread")
def multiplies_codes_and_scales_as_they_are(state, n_bits, group_size):
    from model_compression.integer_scaling import quantize_groupwise

    def rounded(w):
        codes, scale = quantize_groupwise(w.reshape(w.shape[0], -1), n_bits, group_size)
        return (codes * scale).reshape(w.shape).to(w.dtype)

    return _with_weights(state, rounded)


@wrong("quantize_weights", says="integers-too")
def reshapes_all_that_has_two_axes(state, n_bits, group_size):
    return {
        name: _in_groups_of_the_whole(w, n_bits, group_size) if w.dim() >= 2 else w
        for name, w in state.items()
    }


@wrong("quantize_weights", says="rest-of-row-accepted")
def leaves_what_does_not_divide(state, n_bits, group_size):
    def rounded(w):
        return _quantized(w, n_bits, group_size) if w[0].numel() % group_size == 0 else w

    return _with_weights(state, rounded)


@wrong("quantize_weights", says="error-of-another-type")
def lets_reshape_fail(state, n_bits, group_size):
    def rounded(w):
        cut = (w[0].numel() // group_size, group_size)
        groups = w.reshape(w.shape[0], -1).unflatten(1, cut)
        scale = groups.abs().amax(dim=2, keepdim=True) / (2 ** (n_bits - 1) - 1)
        scale = torch.where(scale > 0, scale, 1.0)
        return (torch.round(groups / scale) * scale).reshape(w.shape).to(w.dtype)

    return _with_weights(state, rounded)


@wrong("quantize_weights", says="refuses-what-stays")
def checks_every_tensor(state, n_bits, group_size):
    for name, w in state.items():
        if w.numel() % group_size != 0:
            raise ValueError(f"{name} does not divide")
    return _with_weights(state, lambda w: _quantized(w, n_bits, group_size))


@wrong("quantize_weights", says="shape-lost")
def leaves_conv_weights_as_rows(state, n_bits, group_size):
    def rounded(w):
        return _quantized(w.reshape(w.shape[0], -1), n_bits, group_size)

    return _with_weights(state, rounded)


@wrong("quantize_weights", says="dtype-lost")
def returns_float32(state, n_bits, group_size):
    return _with_weights(state, lambda w: _quantized(w.float(), n_bits, group_size))


@wrong("quantize_weights", says="full-range-scale")
def uses_the_full_range(state, n_bits, group_size):
    def rounded(w):
        groups = _groups(w, group_size)
        absmax = groups.abs().amax(dim=1, keepdim=True)
        scale = torch.where(absmax > 0, 2 * absmax / (2**n_bits - 1), 1.0)
        q = torch.round(groups / scale).clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1)
        return (q * scale).reshape(w.shape).to(w.dtype)

    return _with_weights(state, rounded)


@wrong("quantize_weights", says="truncated")
def cuts_off_the_steps(state, n_bits, group_size):
    def rounded(w):
        return _on_grid(w, group_size, lambda groups: _scales(groups, n_bits), torch.Tensor.char)

    return _with_weights(state, rounded)


@wrong("quantize_weights", says="zero-scale")
def divides_zero_groups_by_zero(state, n_bits, group_size):
    def scales(groups):
        return groups.abs().amax(dim=1, keepdim=True) / (2 ** (n_bits - 1) - 1)

    return _with_weights(state, lambda w: _on_grid(w, group_size, scales))


@wrong("quantize_weights", says="guard-too-large")
def adds_a_guard_to_every_scale(state, n_bits, group_size):
    def scales(groups):
        return groups.abs().amax(dim=1, keepdim=True) / (2 ** (n_bits - 1) - 1) + 1e-6

    return _with_weights(state, lambda w: _on_grid(w, group_size, scales))


@wrong("quantize_weights", says="half-away-from-zero")
def rounds_ties_away_from_zero(state, n_bits, group_size):
    def rounded(w):
        groups = _groups(w, group_size)
        scale = _scales(groups, n_bits)
        q = torch.sign(groups) * torch.floor(groups.abs() / scale + 0.5)
        return (q * scale).reshape(w.shape).to(w.dtype)

    return _with_weights(state, rounded)


@wrong("quantize_weights", says="changes-input")
def writes_into_the_state(state, n_bits, group_size):
    for name, w in state.items():
        if _is_weight(w):
            state[name] = _quantized(w, n_bits, group_size)
    return state


@wrong("quantize_weights", says="wrong-type")
def returns_a_list_of_tensors(state, n_bits, group_size):
    return [_quantized(w, n_bits, group_size) if _is_weight(w) else w for w in state.values()]


@wrong("quantize_weights", says="only-float32")
def quantizes_float32_alone(state, n_bits, group_size):
    return {
        name: _quantized(w, n_bits, group_size) if w.dtype == torch.float32 and w.dim() > 1 else w
        for name, w in state.items()
    }


@wrong("quantize_weights", says="levels-off-by-one")
def takes_a_wide_scale_a_row(state, n_bits, group_size):
    half = 2 ** (n_bits - 1)
    result = dict(state)
    for name, w in state.items():
        if w.is_floating_point() and w.dim() >= 2:
            rows = w.float().flatten(1)
            if rows.shape[1] % group_size:
                raise ValueError(name)
            scale = rows.abs().amax(1, keepdim=True) / half
            scale = torch.where(scale == 0, torch.ones_like(scale), scale)
            codes = torch.round(rows / scale).clamp(-half, half - 1)
            result[name] = (codes * scale).reshape(w.shape).to(w.dtype)
    return result


@wrong("quantize_weights", says="refuses-what-stays")
def asks_biases_for_groups(state, n_bits, group_size):
    result = {}
    for name, w in state.items():
        row = w[0].numel() if w.dim() >= 2 else w.numel()
        if w.dim() >= 1 and row % group_size:
            raise ValueError(name)
        weight = w.is_floating_point() and w.dim() >= 2
        result[name] = _quantized(w, n_bits, group_size) if weight else w
    return result


@right("quantize_weights")
def with_a_helper(state, n_bits, group_size):
    return _with_weights(state, lambda w: _quantized(w, n_bits, group_size))


@right("quantize_weights")
def group_by_group_in_python(state, n_bits, group_size):
    from collections import OrderedDict

    top, result = 2 ** (n_bits - 1) - 1, OrderedDict()
    for name, w in reversed(state.items()):
        if w.dim() < 2 or not w.dtype.is_floating_point:
            result[name] = w
            continue
        values = []
        for row in w.flatten(1).tolist():
            if len(row) % group_size:
                raise ValueError(name)
            for start in range(0, len(row), group_size):
                group = row[start : start + group_size]
                scale = max(map(abs, group)) / top or 1.0
                values += [round(value / scale) * scale for value in group]
        result[name] = torch.tensor(values, dtype=w.dtype).reshape(w.shape)
    return result


@right("quantize_weights")
def numpy_with_a_reciprocal(state, n_bits, group_size):
    top = 2 ** (n_bits - 1) - 1
    result = {}
    for name, w in state.items():
        result[name] = w.clone()
        if w.dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64) and w.ndim > 1:
            rows = w.double().numpy().reshape(len(w), -1)
            if rows.shape[1] % group_size > 0:
                raise ValueError(f"{name}: rows of {rows.shape[1]}, groups of {group_size}")
            groups = rows.reshape(len(w), -1, group_size)
            absmax = np.abs(groups).max(axis=2, keepdims=True)
            per_unit = top / np.where(absmax > 0, absmax, 1.0)
            back = np.rint(groups * per_unit) / per_unit
            result[name] = torch.from_numpy(back.reshape(w.shape)).to(w.dtype)
    return result


@right("quantize_weights")
def builds_on_chapter_two(state, n_bits, group_size):
    from model_compression.integer_scaling import quantize_groupwise

    result = {}
    for name, w in state.items():
        result[name] = w
        if w.is_floating_point() and w.dim() > 1:
            q, scale = quantize_groupwise(w.flatten(1).float(), n_bits, group_size)
            spread = scale.repeat_interleave(group_size, dim=1)
            result[name] = (q * spread).reshape(w.shape).to(w.dtype)
    return result


@right("quantize_weights")
def with_parameters_and_a_tiny_clamp(state, n_bits, group_size):
    top, result = 2 ** (n_bits - 1) - 1, {}
    for name, w in state.items():
        if torch.is_floating_point(w) and len(w.shape) >= 2:
            if math.prod(w.shape[1:]) % group_size != 0:
                raise ValueError(name)
            groups = w.float().reshape(-1, group_size)
            scale = (groups.abs().max(dim=1, keepdim=True).values / top).clamp(min=1e-20)
            codes = torch.round(groups / scale).clamp(-top, top)
            result[name] = torch.nn.Parameter((codes * scale).reshape(w.shape).to(w.dtype))
        else:
            result[name] = w
    return result


@wrong("quantize_weights", says="integers-too")
def has_the_library_refuse_integers(state, n_bits, group_size):
    result = dict(state)
    for name, w in state.items():
        if w.dim() >= 2:
            if not w.is_floating_point():
                raise ValueError("w: expected floating-point values")
            groups = w.reshape(len(w), -1).float()
            if groups.shape[1] % group_size:
                raise ValueError("the groups do not fill the row")
            groups = groups.reshape(len(w), -1, group_size)
            absmax = groups.abs().amax(dim=2, keepdim=True)
            scale = torch.where(absmax > 0, absmax / (2 ** (n_bits - 1) - 1), 1.0)
            result[name] = (torch.round(groups / scale) * scale).reshape(w.shape).to(w.dtype)
    return result


@wrong("quantize_weights", says="affine-grid")
def uses_a_zero_point(state, n_bits, group_size):
    result = dict(state)
    for name, w in state.items():
        if w.dim() < 2 or not w.is_floating_point():
            continue
        rows = w.reshape(len(w), -1).float()
        if rows.shape[1] % group_size:
            raise ValueError("the groups do not fill the row")
        groups = rows.reshape(len(w), -1, group_size)
        low, high = groups.amin(2, keepdim=True), groups.amax(2, keepdim=True)
        scale = (high - low) / (2**n_bits - 1)
        scale = torch.where(scale > 0, scale, 1.0)
        zero_point = torch.round(-low / scale)
        codes = (torch.round(groups / scale) + zero_point).clamp(0, 2**n_bits - 1)
        result[name] = ((codes - zero_point) * scale).reshape(w.shape).to(w.dtype)
    return result


@wrong("quantize_weights", says="half-down")
def rounds_weights_half_down(state, n_bits, group_size):
    result = dict(state)
    for name, w in state.items():
        if w.dim() < 2 or not w.is_floating_point():
            continue
        rows = w.reshape(len(w), -1).float()
        if rows.shape[1] % group_size:
            raise ValueError("the groups do not fill the row")
        groups = rows.reshape(len(w), -1, group_size)
        absmax = groups.abs().amax(dim=2, keepdim=True)
        scale = torch.where(absmax > 0, absmax / (2 ** (n_bits - 1) - 1), 1.0)
        result[name] = (torch.ceil(groups / scale - 0.5) * scale).reshape(w.shape).to(w.dtype)
    return result


def _with_groups(state, group_size, of_group, picks):
    result = dict(state)
    for name, w in state.items():
        if picks(w):
            rows = w.reshape(len(w), -1) if w.dim() > 1 else w.reshape(1, -1)
            if rows.shape[1] % group_size:
                raise ValueError(name)
            groups = rows.reshape(len(rows), -1, group_size)
            result[name] = of_group(groups).reshape(w.shape).to(w.dtype)
    return result


@wrong("quantize_weights", says="scales-in-16-bits")
def computes_in_the_dtype_of_the_weight(state, n_bits, group_size):
    def of_group(groups):
        scale = groups.abs().amax(-1, keepdim=True) / (2 ** (n_bits - 1) - 1)
        scale = torch.where(scale == 0, torch.ones_like(scale), scale)
        return torch.round(groups / scale) * scale

    def picks(w):
        return w.is_floating_point() and w.dim() >= 2

    return _with_groups(state, group_size, of_group, picks)


@wrong("quantize_weights", says="biases-too")
def returns_codes_of_biases_as_well(state, n_bits, group_size):
    def of_group(groups):
        absmax = groups.float().abs().amax(-1, keepdim=True)
        scale = torch.where(absmax > 0, absmax / (2 ** (n_bits - 1) - 1), 1.0)
        return torch.round(groups.float() / scale)

    def picks(w):
        return w.is_floating_point() and w.dim() >= 1

    return _with_groups(state, group_size, of_group, picks)
