"""Solutions of exercise 03 as students could write them: a linear layer in integers."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong


def _codes(values, scale):
    return torch.round(values / scale).clamp(-127, 127).to(torch.int32)


def _scales(x, weight):
    s_x, s_w = x.abs().max() / 127, weight.abs().amax(dim=1) / 127
    return torch.where(s_x > 0, s_x, 1.0), torch.where(s_w > 0, s_w, 1.0)


def _added_up_in(dtype, x, weight, bias):
    s_x, s_w = _scales(x, weight)
    q_x, q_w = _codes(x, s_x).to(dtype), _codes(weight, s_w[:, None]).to(dtype)
    acc = (q_x @ q_w.T).to(torch.int32)
    return acc, acc * s_x * s_w + bias


@wrong("int8_linear", says="narrow-accumulator")
def multiplies_in_int8(x, weight, bias):
    return _added_up_in(torch.int8, x, weight, bias)


@wrong("int8_linear", says="narrow-accumulator")
def keeps_int8_and_scales_down_the_rows(x, weight, bias):
    s_x, s_w = _scales(x, weight)
    q_x, q_w = _codes(x, s_x).to(torch.int8), _codes(weight, s_w[:, None]).to(torch.int8)
    acc = q_x @ q_w.T
    return acc, acc * s_x * s_w[:, None] + bias


@wrong("int8_linear", says="row-scales-misplaced")
def scales_down_the_rows(x, weight, bias):
    s_x, s_w = _scales(x, weight)
    acc = _codes(x, s_x) @ _codes(weight, s_w[:, None]).T
    return acc, acc * s_x * s_w[:, None] + bias


@wrong("int8_linear", says="narrow-accumulator")
def adds_up_in_int16(x, weight, bias):
    return _added_up_in(torch.int16, x, weight, bias)


@wrong("int8_linear", says="narrow-accumulator")
def clamps_the_sums(x, weight, bias):
    s_x, s_w = _scales(x, weight)
    acc = (_codes(x, s_x) @ _codes(weight, s_w[:, None]).T).clamp(-128, 127)
    return acc, acc * s_x * s_w + bias


@wrong("int8_linear", says="sums-from-floats")
def rounds_the_float_product(x, weight, bias):
    s_x, s_w = _scales(x, weight)
    acc = torch.round((x @ weight.T) / (s_x * s_w)).to(torch.int32)
    return acc, acc * s_x * s_w + bias


@wrong("int8_linear", says="outputs-from-floats")
def computes_y_as_always(x, weight, bias):
    s_x, s_w = _scales(x, weight)
    acc = _codes(x, s_x) @ _codes(weight, s_w[:, None]).T
    return acc, torch.nn.functional.linear(x, weight, bias)


@wrong("int8_linear", says="one-scale-for-the-weight")
def takes_one_scale_for_the_weight(x, weight, bias):
    s_x, s_w = x.abs().max() / 127, weight.abs().max() / 127
    s_x = torch.where(s_x > 0, s_x, 1.0)
    acc = _codes(x, s_x) @ _codes(weight, s_w).T
    return acc, acc * s_x * s_w + bias


@wrong("int8_linear", says="scale-per-input")
def scales_the_columns(x, weight, bias):
    s_x = (x.abs().max() / 127).clamp(min=1e-30)
    s_w = (weight.abs().amax(dim=0, keepdim=True) / 127).clamp(min=1e-30)
    q_x, q_w = _codes(x, s_x), _codes(weight, s_w)
    return q_x @ q_w.T, (q_x * s_x) @ (q_w * s_w).T + bias


@wrong("int8_linear", says="scale-per-row-of-x")
def scales_each_row_of_x(x, weight, bias):
    s_x = x.abs().amax(dim=1, keepdim=True) / 127
    s_x = torch.where(s_x > 0, s_x, 1.0)
    s_w = _scales(x, weight)[1]
    acc = _codes(x, s_x) @ _codes(weight, s_w[:, None]).T
    return acc, acc * s_x * s_w + bias


@wrong("int8_linear", says="affine-inputs")
def gives_x_a_zero_point(x, weight, bias):
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    s_x = (high - low) / 255 or 1.0
    zero_point = round(-low / s_x)
    q_x = (torch.round(x / s_x) + zero_point).clamp(0, 255).to(torch.int32)
    s_w = _scales(x, weight)[1]
    acc = (q_x - zero_point) @ _codes(weight, s_w[:, None]).T
    return acc, acc * s_x * s_w + bias


@wrong("int8_linear", says="levels-off")
def divides_by_128(x, weight, bias):
    s_x, s_w = (s * 127 / 128 for s in _scales(x, weight))
    q_x = torch.round(x / s_x).clamp(-128, 127).int()
    q_w = torch.round(weight / s_w[:, None]).clamp(-128, 127).int()
    acc = q_x @ q_w.T
    return acc, acc * s_x * s_w + bias


@wrong("int8_linear", says="signed-max")
def forgets_negative_magnitudes(x, weight, bias):
    s_x, s_w = x.max() / 127, weight.amax(dim=1) / 127
    s_x, s_w = torch.where(s_x > 0, s_x, 1.0), torch.where(s_w > 0, s_w, 1.0)
    q_x = torch.round(x / s_x).clamp(-128, 127).int()
    q_w = torch.round(weight / s_w[:, None]).clamp(-128, 127).int()
    acc = q_x @ q_w.T
    return acc, acc * s_x * s_w + bias


@wrong("int8_linear", says="truncated")
def casts_without_rounding(x, weight, bias):
    s_x, s_w = _scales(x, weight)
    acc = (x / s_x).to(torch.int32) @ (weight / s_w[:, None]).to(torch.int32).T
    return acc, acc * s_x * s_w + bias


@wrong("int8_linear", says="half-up")
def adds_a_half_and_floors(x, weight, bias):
    s_x, s_w = _scales(x, weight)
    q_x, q_w = torch.floor(x / s_x + 0.5).int(), torch.floor(weight / s_w[:, None] + 0.5).int()
    acc = q_x @ q_w.T
    return acc, acc * s_x * s_w + bias


@wrong("int8_linear", says="bias-forgotten")
def leaves_out_the_bias(x, weight, bias):
    s_x, s_w = _scales(x, weight)
    acc = _codes(x, s_x) @ _codes(weight, s_w[:, None]).T
    return acc, acc * s_x * s_w


@wrong("int8_linear", says="bias-scaled")
def adds_the_bias_too_early(x, weight, bias):
    s_x, s_w = _scales(x, weight)
    acc = _codes(x, s_x) @ _codes(weight, s_w[:, None]).T
    return acc, (acc + bias) * s_x * s_w


@wrong("int8_linear", says="bias-in-the-sum")
def quantizes_the_bias(x, weight, bias):
    s_x, s_w = _scales(x, weight)
    acc = _codes(x, s_x) @ _codes(weight, s_w[:, None]).T + torch.round(bias / (s_x * s_w)).int()
    return acc, acc * s_x * s_w


@wrong("int8_linear", says="scale-left-out")
def forgets_the_scale_of_x(x, weight, bias):
    s_x, s_w = _scales(x, weight)
    acc = _codes(x, s_x) @ _codes(weight, s_w[:, None]).T
    return acc, acc * s_w + bias


@wrong("int8_linear", says="scales-added")
def divides_on_the_way_back(x, weight, bias):
    s_x, s_w = _scales(x, weight)
    acc = _codes(x, s_x) @ _codes(weight, s_w[:, None]).T
    return acc, acc / (s_x * s_w) + bias


@wrong("int8_linear", says="order-swapped")
def returns_y_first(x, weight, bias):
    s_x, s_w = _scales(x, weight)
    acc = _codes(x, s_x) @ _codes(weight, s_w[:, None]).T
    return acc * s_x * s_w + bias, acc


@wrong("int8_linear", says="outputs-only")
def returns_only_y(x, weight, bias):
    s_x, s_w = _scales(x, weight)
    return (_codes(x, s_x) @ _codes(weight, s_w[:, None]).T) * s_x * s_w + bias


@wrong("int8_linear", says="weight-not-transposed")
def forgets_to_transpose(x, weight, bias):
    s_x, s_w = _scales(x, weight)
    acc = _codes(x, s_x) @ _codes(weight, s_w[:, None])
    return acc, acc * s_x * s_w + bias


@wrong("int8_linear", says="zero-scale")
def divides_zero_by_zero(x, weight, bias):
    s_x, s_w = x.abs().max() / 127, weight.abs().amax(dim=1) / 127
    q_x, q_w = torch.round(x / s_x), torch.round(weight / s_w[:, None])
    acc = q_x @ q_w.T
    return acc, acc * s_x * s_w + bias


@wrong("int8_linear", says="zeros-refused")
def divides_zero_by_zero_in_python(x, weight, bias):
    s_x = x.abs().max().item() / 127
    s_w = [max(map(abs, row)) / 127 for row in weight.tolist()]
    q_x = [[round(v / s_x) for v in row] for row in x.tolist()]
    q_w = [[round(v / s) for v in row] for row, s in zip(weight.tolist(), s_w, strict=True)]
    acc = [[sum(a * b for a, b in zip(r, w, strict=True)) for w in q_w] for r in q_x]
    y = [[a * s_x * s + b for a, s, b in zip(row, s_w, bias.tolist(), strict=True)] for row in acc]
    return torch.tensor(acc), torch.tensor(y)


@wrong("int8_linear", says="other-dtype")
def leaves_the_sums_as_floats(x, weight, bias):
    s_x, s_w = _scales(x, weight)
    acc = _codes(x, s_x).float() @ _codes(weight, s_w[:, None]).float().T
    return acc, acc * s_x * s_w + bias


@wrong("int8_linear", says="changes-input")
def divides_x_in_place(x, weight, bias):
    s_x, s_w = _scales(x, weight)
    x /= s_x
    acc = torch.round(x).int() @ _codes(weight, s_w[:, None]).T
    return acc, acc * s_x * s_w + bias


@wrong("int8_linear", says="off-limits")
def asks_the_library(x, weight, bias):
    from model_compression import int8_linear as ready

    return ready.int8_linear(x, weight, bias)


@wrong("int8_linear", says="guard-too-large")
def keeps_scales_off_zero_by_a_clamp(x, weight, bias):
    s_x = (x.abs().max() / 127).clamp(min=1e-5)
    s_w = (weight.abs().amax(dim=1, keepdim=True) / 127).clamp(min=1e-5)
    q_x = (x / s_x).round().clamp(-127, 127).to(torch.int32)
    q_w = (weight / s_w).round().clamp(-127, 127).to(torch.int32)
    acc = q_x @ q_w.T
    return acc, acc * s_x * s_w.T + bias


@right("int8_linear")
def builds_on_chapter_two(x, weight, bias):
    from model_compression.integer_scaling import absmax_scale, quantize, quantize_per_channel

    s_x = absmax_scale(x, 8)
    q_w, s_w = quantize_per_channel(weight, 8)
    acc = quantize(x, s_x, 8).int() @ q_w.int().T
    return acc, acc * s_x * s_w + bias


@right("int8_linear")
def float64_holds_the_sums_exactly(x, weight, bias):
    s_x = (x.abs().max() / 127).clamp(min=1e-30)
    s_w = (weight.abs().amax(dim=1, keepdim=True) / 127).clamp(min=1e-30)
    q_x, q_w = torch.round(x / s_x), torch.round(weight / s_w)
    acc = (q_x.double() @ q_w.double().T).to(torch.int32)
    return acc, torch.addcmul(bias, acc * s_x, s_w.T)


@right("int8_linear")
def loops_in_python(x, weight, bias):
    s_x = x.abs().max().item() / 127 or 1.0
    q_x = [[round(v / s_x) for v in row] for row in x.tolist()]
    acc, y = [[] for _ in q_x], [[] for _ in q_x]
    for w, b in zip(weight.tolist(), bias.tolist(), strict=True):
        s_w = max(map(abs, w)) / 127 or 1.0
        q_w = [round(v / s_w) for v in w]
        for i, row in enumerate(q_x):
            acc[i].append(sum(a * c for a, c in zip(row, q_w, strict=True)))
            y[i].append(acc[i][-1] * s_x * s_w + b)
    return torch.tensor(acc), torch.tensor(y)


@right("int8_linear")
def numpy_with_reciprocals(x, weight, bias):
    a, w = x.numpy().astype(np.float64), weight.numpy().astype(np.float64)
    top_x, top_w = np.abs(a).max(), np.abs(w).max(axis=1)
    per_x = 127 / (top_x if top_x else 1.0)
    per_w = 127 / np.where(top_w > 0, top_w, 1.0)
    acc = np.rint(a * per_x).astype(np.int64) @ np.rint(w * per_w[:, None]).astype(np.int64).T
    y = acc / per_x / per_w + bias.numpy()
    return [torch.from_numpy(acc), torch.from_numpy(y.astype(np.float32))]


@right("int8_linear")
def scales_the_weight_back_first(x, weight, bias):
    s_x, s_w = _scales(x, weight)
    q_x, q_w = _codes(x, s_x).long(), _codes(weight, s_w[:, None]).long()
    acc = torch.einsum("ni,oi->no", q_x, q_w)
    return acc, acc.float() * (s_x * s_w)[None, :] + bias


def _codes_of(x, weight):
    s_x = x.abs().max() / 127 if x.any() else torch.tensor(1.0)
    absmax = weight.abs().amax(dim=1)
    s_w = torch.where(absmax > 0, absmax / 127, 1.0)
    return torch.round(x / s_x), torch.round(weight / s_w[:, None]), s_x, s_w


@wrong("int8_linear", says="summed-in-float32")
def multiplies_in_float32(x, weight, bias):
    q_x, q_w, s_x, s_w = _codes_of(x, weight)
    acc = (q_x @ q_w.T).int()
    return acc, acc * s_x * s_w + bias


@wrong("int8_linear", says="row-scales-misplaced")
def divides_by_flat_scales(x, weight, bias):
    _, _, s_x, s_w = _codes_of(x, weight)
    q_x, q_w = torch.round(x / s_x).int(), torch.round(weight / s_w).int()
    acc = q_x @ q_w.T
    return acc, acc * s_x * s_w + bias


@wrong("int8_linear", says="clamped-too-early")
def ends_at_126(x, weight, bias):
    q_x, q_w, s_x, s_w = _codes_of(x, weight)
    acc = q_x.clamp(-127, 126).int() @ q_w.clamp(-127, 126).int().T
    return acc, acc * s_x * s_w + bias


@wrong("int8_linear", says="half-precision")
def casts_to_half_first(x, weight, bias):
    q_x, q_w, s_x, s_w = _codes_of(x.half().float(), weight.half().float())
    acc = q_x.int() @ q_w.int().T
    return acc, acc * s_x * s_w + bias


@wrong("int8_linear", says="too-few-digits")
def returns_half_outputs(x, weight, bias):
    q_x, q_w, s_x, s_w = _codes_of(x, weight)
    acc = q_x.int() @ q_w.int().T
    return acc, (acc * s_x * s_w + bias).half()


@wrong("int8_linear", says="half-down")
def int8_halves_down(x, weight, bias):
    _, _, s_x, s_w = _codes_of(x, weight)
    q_x, q_w = torch.ceil(x / s_x - 0.5), torch.ceil(weight / s_w[:, None] - 0.5)
    acc = q_x.int() @ q_w.int().T
    return acc, acc * s_x * s_w + bias


@wrong("int8_linear", says="zero-row-changes-all")
def one_zero_row_resets_all(x, weight, bias):
    q_x, q_w, s_x, s_w = _codes_of(x, weight)
    if not weight.any(dim=1).all():
        s_w = torch.ones(len(weight))
        q_w = torch.round(weight)
    acc = q_x.int() @ q_w.int().T
    return acc, acc * s_x * s_w + bias


@wrong("int8_linear", says="part-of-the-rows")
def computes_the_first_row(x, weight, bias):
    q_x, q_w, s_x, s_w = _codes_of(x, weight)
    acc = q_x[:1].int() @ q_w.int().T
    return acc, acc * s_x * s_w + bias


@wrong("int8_linear", says="array-not-tensor")
def int8_as_arrays(x, weight, bias):
    q_x, q_w, s_x, s_w = _codes_of(x, weight)
    acc = q_x.int() @ q_w.int().T
    return acc.numpy(), (acc * s_x * s_w + bias).numpy()


@wrong("int8_linear", says="levels-off")
def spreads_absmax_over_128_steps_and_clamps_evenly(x, weight, bias):
    s_x = x.abs().max() / 128
    s_w = weight.abs().amax(dim=1) / 128
    safe_x = s_x if s_x > 0 else torch.tensor(1.0)
    safe_w = torch.where(s_w > 0, s_w, torch.tensor(1.0))
    q_x = torch.clamp(torch.round(x / safe_x), -127, 127).to(torch.int32)
    q_w = torch.clamp(torch.round(weight / safe_w[:, None]), -127, 127).to(torch.int32)
    acc = q_x @ q_w.T
    return acc, acc.float() * s_x * s_w + bias


@wrong("int8_linear", says="signed-max")
def divides_by_the_largest_values(x, weight, bias):
    s_x = x.max() / 127
    s_w = weight.amax(dim=1, keepdim=True) / 127
    s_x = torch.where(s_x == 0, torch.ones_like(s_x), s_x)
    s_w = torch.where(s_w == 0, torch.ones_like(s_w), s_w)
    q_x = torch.clamp(torch.round(x / s_x), -127, 127).to(torch.int32)
    q_w = torch.clamp(torch.round(weight / s_w), -127, 127).to(torch.int32)
    acc = q_x @ q_w.T
    return acc, acc.float() * s_x * s_w.T + bias


@wrong("int8_linear", says="one-scale-for-the-weight")
def shares_a_scale_and_cuts_the_codes_off(x, weight, bias):
    s_x = x.abs().max().item() / 127 or 1.0
    s_w = weight.abs().max().item() / 127 or 1.0
    q_x = (x / s_x).to(torch.int8).to(torch.int32)
    q_w = (weight / s_w).to(torch.int8).to(torch.int32)
    acc = q_x @ q_w.T
    return acc, acc.to(torch.float32) * (s_x * s_w) + bias
