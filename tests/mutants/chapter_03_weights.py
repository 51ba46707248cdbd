"""Solutions of exercise 03 as students could write them: bits per weight, a whole model."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong

# --- bits_per_weight ----------------------------------------------------------------------------


@wrong("bits_per_weight", says="overhead-forgotten")
def counts_only_codes(n_bits, group_size, scale_bits, zero_point_bits=0):
    return n_bits


@wrong("bits_per_weight", says="zero-point-forgotten")
def counts_no_zero_points(n_bits, group_size, scale_bits, zero_point_bits=0):
    return n_bits + scale_bits / group_size


@wrong("bits_per_weight", says="zero-point-not-shared")
def misplaces_a_bracket(n_bits, group_size, scale_bits, zero_point_bits=0):
    return n_bits + scale_bits / group_size + zero_point_bits


@wrong("bits_per_weight", says="scale-not-shared")
def gives_every_weight_a_scale(n_bits, group_size, scale_bits, zero_point_bits=0):
    return n_bits + scale_bits + zero_point_bits


@wrong("bits_per_weight", says="scale-not-shared")
def divides_only_the_zero_point(n_bits, group_size, scale_bits, zero_point_bits=0):
    return n_bits + scale_bits + zero_point_bits / group_size


@wrong("bits_per_weight", says="code-shared")
def divides_everything(n_bits, group_size, scale_bits, zero_point_bits=0):
    return (n_bits + scale_bits + zero_point_bits) / group_size


@wrong("bits_per_weight", says="bits-of-a-group")
def returns_the_bits_of_a_group(n_bits, group_size, scale_bits, zero_point_bits=0):
    return n_bits * group_size + scale_bits + zero_point_bits


@wrong("bits_per_weight", says="whole-bits")
def divides_without_remainder(n_bits, group_size, scale_bits, zero_point_bits=0):
    return n_bits + (scale_bits + zero_point_bits) // group_size


@wrong("bits_per_weight", says="whole-bits")
def rounds_up(n_bits, group_size, scale_bits, zero_point_bits=0):
    return math.ceil(n_bits + (scale_bits + zero_point_bits) / group_size)


@wrong("bits_per_weight", says="digits-dropped")
def rounds_to_two_decimals(n_bits, group_size, scale_bits, zero_point_bits=0):
    return round(n_bits + (scale_bits + zero_point_bits) / group_size, 2)


@wrong("bits_per_weight", says="scale-bits-cut")
def cuts_the_scale_bits(n_bits, group_size, scale_bits, zero_point_bits=0):
    return n_bits + (int(scale_bits) + zero_point_bits) / group_size


@wrong("bits_per_weight", says="bytes-not-bits")
def returns_bytes(n_bits, group_size, scale_bits, zero_point_bits=0):
    return (n_bits + (scale_bits + zero_point_bits) / group_size) / 8


@wrong("bits_per_weight", says="overhead-multiplied")
def multiplies_by_the_group(n_bits, group_size, scale_bits, zero_point_bits=0):
    return n_bits + (scale_bits + zero_point_bits) * group_size


@wrong("bits_per_weight", says="ratio-to-float32")
def returns_the_compression(n_bits, group_size, scale_bits, zero_point_bits=0):
    return 32 / (n_bits + (scale_bits + zero_point_bits) / group_size)


@wrong("bits_per_weight", says="returns-none")
def prints_the_bits(n_bits, group_size, scale_bits, zero_point_bits=0):
    print(n_bits + (scale_bits + zero_point_bits) / group_size)


@wrong("bits_per_weight", says="default-lost")
def wants_all_four_values(n_bits, group_size, scale_bits, zero_point_bits):
    return n_bits + (scale_bits + zero_point_bits) / group_size


@wrong("bits_per_weight", says="zero-point-forgotten")
def takes_no_zero_point(n_bits, group_size, scale_bits):
    return n_bits + scale_bits / group_size


@wrong("bits_per_weight", says="off-limits")
def asks_the_library(n_bits, group_size, scale_bits, zero_point_bits=0):
    import model_compression.weight_quantization as ready

    return ready.bits_per_weight(n_bits, group_size, scale_bits, zero_point_bits)


@right("bits_per_weight")
def total_of_a_group_over_its_size(n_bits, group_size, scale_bits, zero_point_bits=0):
    return (n_bits * group_size + scale_bits + zero_point_bits) / group_size


@right("bits_per_weight")
def exact_fractions(n_bits, group_size, scale_bits, zero_point_bits=0):
    from fractions import Fraction

    overhead = Fraction(scale_bits) + Fraction(zero_point_bits)
    return float(n_bits + overhead / group_size)


@right("bits_per_weight")
def a_numpy_scalar(n_bits, group_size, scale_bits, zero_point_bits=0):
    return np.float64(n_bits) + np.float64(scale_bits + zero_point_bits) / group_size


# --- quantize_weights ---------------------------------------------------------------------------


def _quantized(w, n_bits, group_size):
    rows = w.reshape(w.shape[0], -1)
    if rows.shape[1] % group_size != 0:
        raise ValueError("group_size must divide the row")
    groups = rows.reshape(-1, group_size)
    top = 2 ** (n_bits - 1) - 1
    absmax = groups.abs().amax(dim=1, keepdim=True)
    scale = torch.where(absmax > 0, absmax / top, 1.0)
    return (torch.round(groups / scale) * scale).reshape(w.shape).to(w.dtype)


def _is_weight(w):
    return w.is_floating_point() and w.dim() >= 2


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
    result = dict(state)
    for name, w in state.items():
        if _is_weight(w):
            rows = w.reshape(w.shape[0], -1)
            if rows.shape[1] % group_size != 0:
                raise ValueError("group_size must divide the row")
            groups = rows.reshape(-1, group_size)
            absmax = groups.abs().amax(dim=1, keepdim=True)
            scale = torch.where(absmax > 0, absmax / (2 ** (n_bits - 1) - 1), 1.0)
            result[name] = torch.round(groups / scale).to(torch.int8).reshape(w.shape)
    return result


@wrong("quantize_weights", says="one-scale-for-all")
def takes_one_scale_a_tensor(state, n_bits, group_size):
    result = {}
    for name, w in state.items():
        result[name] = w
        if _is_weight(w):
            scale = (w.abs().max() / (2 ** (n_bits - 1) - 1)).clamp(min=1e-30)
            result[name] = torch.round(w / scale) * scale
    return result


@wrong("quantize_weights", says="one-scale-a-row")
def takes_one_scale_a_row(state, n_bits, group_size):
    result = {}
    for name, w in state.items():
        result[name] = w
        if _is_weight(w):
            rows = w.reshape(w.shape[0], -1)
            if rows.shape[1] % group_size != 0:
                raise ValueError("group_size must divide the row")
            absmax = rows.abs().amax(dim=1, keepdim=True)
            scale = torch.where(absmax > 0, absmax / (2 ** (n_bits - 1) - 1), 1.0)
            result[name] = (torch.round(rows / scale) * scale).reshape(w.shape)
    return result


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
    result = {}
    for name, w in state.items():
        result[name] = w
        if _is_weight(w):
            if w.shape[-1] % group_size != 0:
                raise ValueError("group_size must divide the row")
            result[name] = _quantized(w.reshape(-1, w.shape[-1]), n_bits, group_size)
            result[name] = result[name].reshape(w.shape)
    return result


@wrong("quantize_weights", says="groups-down-the-columns")
def groups_down_the_columns(state, n_bits, group_size):
    result = {}
    for name, w in state.items():
        result[name] = w
        if _is_weight(w):
            columns = w.reshape(w.shape[0], -1).T
            result[name] = _quantized(columns, n_bits, group_size).T.reshape(w.shape)
    return result


@wrong("quantize_weights", says="size-taken-for-count")
def cuts_rows_into_that_many(state, n_bits, group_size):
    result = {}
    for name, w in state.items():
        result[name] = w
        if _is_weight(w):
            width = w.reshape(w.shape[0], -1).shape[1]
            if width % group_size != 0:
                raise ValueError("group_size must divide the row")
            result[name] = _quantized(w, n_bits, width // group_size)
    return result


@wrong("quantize_weights", says="rows-run-together")
def groups_the_flattened_tensor(state, n_bits, group_size):
    result = {}
    for name, w in state.items():
        result[name] = w
        if _is_weight(w):
            if w.numel() % group_size != 0:
                raise ValueError("group_size must divide the weight")
            result[name] = _quantized(w.reshape(1, -1), n_bits, group_size).reshape(w.shape)
    return result


def _in_groups_of_the_whole(w, n_bits, group_size):
    groups = w.reshape(-1, group_size)
    scale = groups.abs().amax(dim=1, keepdim=True) / (2 ** (n_bits - 1) - 1)
    scale = torch.where(scale > 0, scale, 1.0)
    return (torch.round(groups / scale) * scale).reshape(w.shape)


@wrong("quantize_weights", says="rows-run-together")
def reshapes_without_looking(state, n_bits, group_size):
    return {
        name: _in_groups_of_the_whole(w, n_bits, group_size) if _is_weight(w) else w
        for name, w in state.items()
    }


@wrong("quantize_weights", says="scales-not-spread")
def multiplies_codes_and_scales_as_they_are(state, n_bits, group_size):
    from model_compression.integer_scaling import quantize_groupwise

    result = dict(state)
    for name, w in state.items():
        if _is_weight(w):
            matrix = w.reshape(w.shape[0], -1)
            codes, scale = quantize_groupwise(matrix, n_bits, group_size)
            result[name] = (codes * scale).reshape(w.shape).to(w.dtype)
    return result


@wrong("quantize_weights", says="integers-too")
def reshapes_all_that_has_two_axes(state, n_bits, group_size):
    return {
        name: _in_groups_of_the_whole(w, n_bits, group_size) if w.dim() >= 2 else w
        for name, w in state.items()
    }


@wrong("quantize_weights", says="rest-of-row-accepted")
def leaves_what_does_not_divide(state, n_bits, group_size):
    result = dict(state)
    for name, w in state.items():
        if _is_weight(w) and w[0].numel() % group_size == 0:
            result[name] = _quantized(w, n_bits, group_size)
    return result


@wrong("quantize_weights", says="error-of-another-type")
def lets_reshape_fail(state, n_bits, group_size):
    result = dict(state)
    for name, w in state.items():
        if _is_weight(w):
            groups = w.reshape(w.shape[0], -1).unflatten(
                1, (w[0].numel() // group_size, group_size)
            )
            scale = groups.abs().amax(dim=2, keepdim=True) / (2 ** (n_bits - 1) - 1)
            scale = torch.where(scale > 0, scale, 1.0)
            result[name] = (torch.round(groups / scale) * scale).reshape(w.shape).to(w.dtype)
    return result


@wrong("quantize_weights", says="refuses-what-stays")
def checks_every_tensor(state, n_bits, group_size):
    for name, w in state.items():
        if w.numel() % group_size != 0:
            raise ValueError(f"{name} does not divide")
    return {k: _quantized(w, n_bits, group_size) if _is_weight(w) else w for k, w in state.items()}


@wrong("quantize_weights", says="shape-lost")
def leaves_conv_weights_as_rows(state, n_bits, group_size):
    result = dict(state)
    for name, w in state.items():
        if _is_weight(w):
            result[name] = _quantized(w.reshape(w.shape[0], -1), n_bits, group_size)
    return result


@wrong("quantize_weights", says="dtype-lost")
def returns_float32(state, n_bits, group_size):
    result = dict(state)
    for name, w in state.items():
        if _is_weight(w):
            result[name] = _quantized(w.float(), n_bits, group_size)
    return result


@wrong("quantize_weights", says="full-range-scale")
def uses_the_full_range(state, n_bits, group_size):
    result = dict(state)
    for name, w in state.items():
        if _is_weight(w):
            rows = w.reshape(w.shape[0], -1)
            if rows.shape[1] % group_size != 0:
                raise ValueError("group_size must divide the row")
            groups = rows.reshape(-1, group_size)
            absmax = groups.abs().amax(dim=1, keepdim=True)
            scale = torch.where(absmax > 0, 2 * absmax / (2**n_bits - 1), 1.0)
            q = torch.round(groups / scale).clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1)
            result[name] = (q * scale).reshape(w.shape).to(w.dtype)
    return result


@wrong("quantize_weights", says="truncated")
def cuts_off_the_steps(state, n_bits, group_size):
    result = dict(state)
    for name, w in state.items():
        if _is_weight(w):
            rows = w.reshape(w.shape[0], -1)
            if rows.shape[1] % group_size != 0:
                raise ValueError("group_size must divide the row")
            groups = rows.reshape(-1, group_size)
            absmax = groups.abs().amax(dim=1, keepdim=True)
            scale = torch.where(absmax > 0, absmax / (2 ** (n_bits - 1) - 1), 1.0)
            result[name] = ((groups / scale).char() * scale).reshape(w.shape).to(w.dtype)
    return result


@wrong("quantize_weights", says="zero-scale")
def divides_zero_groups_by_zero(state, n_bits, group_size):
    result = dict(state)
    for name, w in state.items():
        if _is_weight(w):
            rows = w.reshape(w.shape[0], -1)
            if rows.shape[1] % group_size != 0:
                raise ValueError("group_size must divide the row")
            groups = rows.reshape(-1, group_size)
            scale = groups.abs().amax(dim=1, keepdim=True) / (2 ** (n_bits - 1) - 1)
            result[name] = (torch.round(groups / scale) * scale).reshape(w.shape).to(w.dtype)
    return result


@wrong("quantize_weights", says="guard-too-large")
def adds_a_guard_to_every_scale(state, n_bits, group_size):
    result = dict(state)
    for name, w in state.items():
        if _is_weight(w):
            rows = w.reshape(w.shape[0], -1)
            if rows.shape[1] % group_size != 0:
                raise ValueError("group_size must divide the row")
            groups = rows.reshape(-1, group_size)
            scale = groups.abs().amax(dim=1, keepdim=True) / (2 ** (n_bits - 1) - 1) + 1e-6
            result[name] = (torch.round(groups / scale) * scale).reshape(w.shape).to(w.dtype)
    return result


@wrong("quantize_weights", says="half-away-from-zero")
def rounds_ties_away_from_zero(state, n_bits, group_size):
    result = dict(state)
    for name, w in state.items():
        if _is_weight(w):
            rows = w.reshape(w.shape[0], -1)
            if rows.shape[1] % group_size != 0:
                raise ValueError("group_size must divide the row")
            groups = rows.reshape(-1, group_size)
            absmax = groups.abs().amax(dim=1, keepdim=True)
            scale = torch.where(absmax > 0, absmax / (2 ** (n_bits - 1) - 1), 1.0)
            q = torch.sign(groups) * torch.floor(groups.abs() / scale + 0.5)
            result[name] = (q * scale).reshape(w.shape).to(w.dtype)
    return result


@wrong("quantize_weights", says="changes-input")
def writes_into_the_state(state, n_bits, group_size):
    for name, w in state.items():
        if _is_weight(w):
            state[name] = _quantized(w, n_bits, group_size)
    return state


@wrong("quantize_weights", says="wrong-type")
def returns_a_list_of_tensors(state, n_bits, group_size):
    return [_quantized(w, n_bits, group_size) if _is_weight(w) else w for w in state.values()]


@right("quantize_weights")
def with_a_helper(state, n_bits, group_size):
    return {k: _quantized(w, n_bits, group_size) if _is_weight(w) else w for k, w in state.items()}


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
