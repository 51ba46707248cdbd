"""Exercises 03 and 04 by a third round of strangers: two mistakes at once, named as two.

Each stands twice, once for either cause.
"""

from __future__ import annotations

import torch

from tests.mutants.table import wrong


@wrong("quantize_weights", says="rows-run-together")
def lets_groups_fill_the_whole_tensor(
    state: dict[str, torch.Tensor], n_bits: int, group_size: int
) -> dict[str, torch.Tensor]:
    qmax = 2 ** (n_bits - 1) - 1
    new_state = {}
    for name, tensor in state.items():
        if tensor.is_floating_point() and tensor.dim() >= 2:
            if tensor.numel() % group_size:
                raise ValueError(f"{name}: {group_size} does not divide {tensor.numel()}")
            groups = tensor.float().reshape(-1, group_size)
            absmax = groups.abs().amax(dim=1, keepdim=True)
            scale = torch.where(absmax > 0, absmax / qmax, torch.ones_like(absmax))
            codes = torch.round(groups / scale)
            new_state[name] = (codes * scale).reshape(tensor.shape).to(tensor.dtype)
        else:
            new_state[name] = tensor.clone()
    return new_state


@wrong("quantize_weights", says="changes-input")
@wrong("quantize_weights", says="wrong-dtype")
def writes_float32_into_the_given_state(
    state: dict[str, torch.Tensor], n_bits: int, group_size: int
) -> dict[str, torch.Tensor]:
    qmax = 2 ** (n_bits - 1) - 1
    for name in list(state):
        w = state[name]
        if w.is_floating_point() and w.dim() > 1:
            matrix = w.reshape(w.shape[0], -1).to(torch.float32)
            if matrix.shape[1] % group_size != 0:
                raise ValueError("group_size does not divide the row")
            groups = matrix.reshape(w.shape[0], -1, group_size)
            scale = groups.abs().amax(dim=2, keepdim=True) / qmax
            scale = torch.where(scale > 0, scale, torch.ones_like(scale))
            state[name] = (torch.round(groups / scale) * scale).reshape(w.shape)
    return state


@wrong("percentile_range", says="percentile-cut")
@wrong("percentile_range", says="not-interpolated")
def cuts_the_percentile_and_the_places(
    batches: list[torch.Tensor], percentile: float
) -> tuple[float, float]:
    percentile = int(percentile)
    values = []
    for batch in batches:
        values += batch.flatten().tolist()
    values.sort()
    n = len(values)
    i = (n - 1) * (100 - percentile) // 100
    j = (n - 1) * percentile // 100
    return values[i], values[j]


@wrong("minmax_range", says="first-row-only")
@wrong("minmax_range", says="begins-at-a-number")
def looks_at_first_rows_from_a_hundred_on(batches: list[torch.Tensor]) -> tuple[float, float]:
    low, high = 100.0, -100.0
    for batch in batches:
        sample = batch[0]
        if sample.min() < low:
            low = sample.min().item()
        if sample.max() > high:
            high = sample.max().item()
    return low, high


@wrong("bits_per_weight", says="shared-among-all-that-is-stored")
def shares_out_among_scales_as_well(
    n_bits: float, group_size: int, scale_bits: float, zero_point_bits: float = 0
) -> float:
    stored = [n_bits] * group_size + [scale_bits]
    if zero_point_bits:
        stored.append(zero_point_bits)
    return sum(stored) / len(stored)


@wrong("bits_per_weight", says="zero-taken-for-missing")
@wrong("bits_per_weight", says="scale-bits-cut")
def takes_no_zero_points_for_codes_and_cuts_scales(
    n_bits: float, group_size: int, scale_bits: float, zero_point_bits: float = 0
) -> float:
    if zero_point_bits == 0:
        zero_point_bits = n_bits
    group = n_bits * group_size + int(scale_bits) + zero_point_bits
    return group / group_size


@wrong("int8_linear", says="levels-off")
@wrong("int8_linear", says="bias-in-the-sum")
def rounds_the_bias_into_sums_of_128_steps(
    x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    s_x = x.abs().max() / 128
    s_w = weight.abs().amax(dim=1) / 128
    s_x = torch.where(s_x == 0, torch.tensor(1.0), s_x)
    s_w = torch.where(s_w == 0, torch.tensor(1.0), s_w)
    q_x = torch.round(x / s_x).clamp(-128, 127).to(torch.int64)
    q_w = torch.round(weight / s_w.unsqueeze(1)).clamp(-128, 127).to(torch.int64)
    q_bias = torch.round(bias / (s_x * s_w)).to(torch.int64)
    acc = q_x @ q_w.T + q_bias
    y = acc * (s_x * s_w)
    return acc, y.float()


@wrong("int8_linear", says="one-scale-for-the-weight")
@wrong("int8_linear", says="half-up")
def rounds_halves_up_with_one_scale(
    x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    def to_codes(t):
        absmax = t.abs().max().item()
        scale = absmax / 127 if absmax > 0 else 1.0
        codes = torch.floor(t / scale + 0.5)
        return codes.to(torch.int32), scale

    qx, sx = to_codes(x)
    qw, sw = to_codes(weight)
    acc = torch.matmul(qx, qw.t())
    y = acc.float() * sx * sw + bias
    return acc, y


@wrong("fake_quantize", says="half-added-and-cut")
@wrong("fake_quantize", says="ends-left-out")
def cuts_after_a_half_and_leaves_the_ends_out(
    x: torch.Tensor, scale: float | torch.Tensor, qmin: int, qmax: int
) -> torch.Tensor:
    codes = torch.trunc(x.detach() / scale + 0.5)
    mask = (codes > qmin) & (codes < qmax)
    values = codes.clamp(qmin, qmax) * scale
    kept = torch.where(mask, x, values)
    return kept + (values - kept).detach()


@wrong("fake_quantize", says="binary-mask")
@wrong("fake_quantize", says="stored-before-clamped")
def wraps_codes_behind_a_binary_mask(
    x: torch.Tensor, scale: float | torch.Tensor, qmin: int, qmax: int
) -> torch.Tensor:
    with torch.no_grad():
        codes = torch.round(x / scale).to(torch.int64).to(torch.int8).float()
        values = codes.clamp(qmin, qmax) * scale
        passes = (x.abs() <= 1).float()
    through = x * passes
    return values + (through - through.detach())


@wrong("qat_forward", says="wrong-axis")
@wrong("qat_forward", says="full-range-scale")
def takes_full_range_scales_of_columns(
    x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, n_bits: int
) -> torch.Tensor:
    qmin, qmax = -(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1
    absmax = weight.detach().abs().amax(dim=0, keepdim=True).clamp(min=1e-8)
    scale = 2 * absmax / (2**n_bits - 1)
    q = torch.clamp(torch.round(weight / scale), qmin, qmax) * scale
    w_hat = weight + (q - weight).detach()
    return x.matmul(w_hat.t()) + bias


@wrong("ste_mask", says="wrapped-around")
@wrong("ste_mask", says="ties-at-the-ends")
def wraps_codes_that_are_rounded_half_up(
    x: torch.Tensor, scale: float | torch.Tensor, qmin: int, qmax: int
) -> torch.Tensor:
    codes = torch.floor(x / scale + 0.5).to(torch.int32)
    codes = codes.to(torch.int8)
    return (codes >= qmin) & (codes <= qmax)
