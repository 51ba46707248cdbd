"""Solutions of exercise 10 as students could write them: outlier columns in float."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong


def _scale(rows):
    top = rows.abs().amax(dim=1, keepdim=True)
    return torch.where(top > 0, top / 127, torch.ones_like(top))


def _int8(x, weight):
    """The product of two float matrices through int8, a scale a row each."""
    s_x, s_w = _scale(x), _scale(weight)
    q_x, q_w = torch.round(x / s_x).int(), torch.round(weight / s_w).int()
    return (q_x @ q_w.T) * s_x * s_w.T


def _without(x, large):
    return torch.where(large, torch.zeros_like(x), x)


@wrong("int8_linear_outliers", says="threshold-left-out")
def is_strict(x, weight, bias, threshold):
    large = (x.abs() > threshold).any(dim=0)
    y = x[:, large] @ weight[:, large].T + _int8(_without(x, large), weight) + bias
    return large.nonzero().flatten(), y


@wrong("int8_linear_outliers", says="signed-outliers")
def sees_positive_outliers(x, weight, bias, threshold):
    large = (x >= threshold).any(dim=0)
    y = x[:, large] @ weight[:, large].T + _int8(_without(x, large), weight) + bias
    return large.nonzero().flatten(), y


@wrong("int8_linear_outliers", says="all-values-must-be-large")
def asks_for_all(x, weight, bias, threshold):
    large = (x.abs() >= threshold).all(dim=0)
    y = x[:, large] @ weight[:, large].T + _int8(_without(x, large), weight) + bias
    return large.nonzero().flatten(), y


@wrong("int8_linear_outliers", says="all-values-must-be-large")
def looks_at_the_mean(x, weight, bias, threshold):
    large = x.abs().mean(dim=0) >= threshold
    y = x[:, large] @ weight[:, large].T + _int8(_without(x, large), weight) + bias
    return large.nonzero().flatten(), y


@wrong("int8_linear_outliers", says="rows-not-columns")
def looks_for_rows(x, weight, bias, threshold):
    large = (x.abs() >= threshold).any(dim=1)
    y = x[:, large] @ weight[:, large].T + _int8(_without(x, large), weight) + bias
    return large.nonzero().flatten(), y


@wrong("int8_linear_outliers", says="columns-of-the-rest")
def returns_the_other_columns(x, weight, bias, threshold):
    large = (x.abs() >= threshold).any(dim=0)
    y = x[:, large] @ weight[:, large].T + _int8(_without(x, large), weight) + bias
    return torch.where(~large)[0], y


@wrong("int8_linear_outliers", says="columns-as-mask")
def returns_a_mask(x, weight, bias, threshold):
    large = (x.abs() >= threshold).any(dim=0)
    y = x[:, large] @ weight[:, large].T + _int8(_without(x, large), weight) + bias
    return large, y


@wrong("int8_linear_outliers", says="column-of-indices")
def leaves_a_column(x, weight, bias, threshold):
    large = (x.abs() >= threshold).any(dim=0)
    y = x[:, large] @ weight[:, large].T + _int8(_without(x, large), weight) + bias
    return torch.argwhere(large), y


@wrong("int8_linear_outliers", says="values-not-columns")
def takes_single_values_out(x, weight, bias, threshold):
    outlier = x.abs() >= threshold
    y = _without(x, ~outlier) @ weight.T + _int8(_without(x, outlier), weight) + bias
    return outlier.any(dim=0).nonzero().flatten(), y


@wrong("int8_linear_outliers", says="outliers-set-the-scale")
def scales_by_the_whole_row(x, weight, bias, threshold):
    large = (x.abs() >= threshold).any(dim=0)
    s_x, s_w = _scale(x), _scale(weight)
    q_x = torch.round(_without(x, large) / s_x).int()
    inside = (q_x @ torch.round(weight / s_w).int().T) * s_x * s_w.T
    return large.nonzero().flatten(), x[:, large] @ weight[:, large].T + inside + bias


@wrong("int8_linear_outliers", says="one-scale-for-x")
def scales_x_as_a_whole(x, weight, bias, threshold):
    large = (x.abs() >= threshold).any(dim=0)
    rest = _without(x, large)
    s_x, s_w = _scale(rest.reshape(1, -1)), _scale(weight)
    inside = (torch.round(rest / s_x).int() @ torch.round(weight / s_w).int().T) * s_x * s_w.T
    return large.nonzero().flatten(), x[:, large] @ weight[:, large].T + inside + bias


@wrong("int8_linear_outliers", says="one-scale-for-the-weight")
def scales_the_weight_as_a_whole(x, weight, bias, threshold):
    large = (x.abs() >= threshold).any(dim=0)
    rest = _without(x, large)
    s_x, s_w = _scale(rest), _scale(weight.reshape(1, -1))
    inside = (torch.round(rest / s_x).int() @ torch.round(weight / s_w).int().T) * s_x * s_w
    return large.nonzero().flatten(), x[:, large] @ weight[:, large].T + inside + bias


@wrong("int8_linear_outliers", says="counted-twice")
def multiplies_outliers_twice(x, weight, bias, threshold):
    large = (x.abs() >= threshold).any(dim=0)
    y = x[:, large] @ weight[:, large].T + _int8(x, weight) + bias
    return large.nonzero().flatten(), y


@wrong("int8_linear_outliers", says="outliers-lost")
def drops_the_outliers(x, weight, bias, threshold):
    large = (x.abs() >= threshold).any(dim=0)
    return large.nonzero().flatten(), _int8(_without(x, large), weight) + bias


@wrong("int8_linear_outliers", says="rest-lost")
def drops_the_rest(x, weight, bias, threshold):
    large = (x.abs() >= threshold).any(dim=0)
    return large.nonzero().flatten(), x[:, large] @ weight[:, large].T + bias


@wrong("int8_linear_outliers", says="nothing-taken-out")
def rounds_everything(x, weight, bias, threshold):
    large = (x.abs() >= threshold).any(dim=0)
    return large.nonzero().flatten(), _int8(x, weight) + bias


@wrong("int8_linear_outliers", says="all-in-float")
def rounds_nothing(x, weight, bias, threshold):
    large = (x.abs() >= threshold).any(dim=0)
    return large.nonzero().flatten(), x @ weight.T + bias


@wrong("int8_linear_outliers", says="outlier-weights-rounded")
def rounds_all_weights(x, weight, bias, threshold):
    large = (x.abs() >= threshold).any(dim=0)
    s_w = _scale(weight)
    rounded = torch.round(weight / s_w) * s_w
    y = x[:, large] @ rounded[:, large].T + _int8(_without(x, large), weight) + bias
    return large.nonzero().flatten(), y


@wrong("int8_linear_outliers", says="bias-forgotten")
def forgets_the_bias(x, weight, bias, threshold):
    large = (x.abs() >= threshold).any(dim=0)
    y = x[:, large] @ weight[:, large].T + _int8(_without(x, large), weight)
    return large.nonzero().flatten(), y


@wrong("int8_linear_outliers", says="bias-twice")
def adds_the_bias_to_both(x, weight, bias, threshold):
    large = (x.abs() >= threshold).any(dim=0)
    outside = torch.nn.functional.linear(x[:, large], weight[:, large], bias)
    return large.nonzero().flatten(), outside + _int8(_without(x, large), weight) + bias


@wrong("int8_linear_outliers", says="scale-left-out")
def forgets_to_scale_back(x, weight, bias, threshold):
    large = (x.abs() >= threshold).any(dim=0)
    rest = _without(x, large)
    s_x, s_w = _scale(rest), _scale(weight)
    sums = torch.round(rest / s_x).int() @ torch.round(weight / s_w).int().T
    return large.nonzero().flatten(), x[:, large] @ weight[:, large].T + sums * s_x + bias


@wrong("int8_linear_outliers", says="narrow-accumulator")
def multiplies_in_int8(x, weight, bias, threshold):
    large = (x.abs() >= threshold).any(dim=0)
    rest, body = x[:, ~large], weight[:, ~large]
    s_x, s_w = _scale(rest), _scale(weight)
    q_x, q_w = torch.round(rest / s_x).to(torch.int8), torch.round(body / s_w).to(torch.int8)
    y = x[:, large] @ weight[:, large].T + (q_x @ q_w.T) * s_x * s_w.T + bias
    return large.nonzero().flatten(), y


@wrong("int8_linear_outliers", says="order-swapped")
def returns_y_first(x, weight, bias, threshold):
    large = (x.abs() >= threshold).any(dim=0)
    y = x[:, large] @ weight[:, large].T + _int8(_without(x, large), weight) + bias
    return y, large.nonzero().flatten()


@wrong("int8_linear_outliers", says="zero-scale")
def divides_by_a_scale_of_zero(x, weight, bias, threshold):
    large = (x.abs() >= threshold).any(dim=0)
    rest, body = x[:, ~large], weight[:, ~large]
    s_x = rest.abs().amax(dim=1, keepdim=True) / 127
    s_w = weight.abs().amax(dim=1, keepdim=True) / 127
    inside = (torch.round(rest / s_x) @ torch.round(body / s_w).T) * s_x * s_w.T
    return large.nonzero().flatten(), x[:, large] @ weight[:, large].T + inside + bias


@wrong("int8_linear_outliers", says="other-dtype")
def collects_columns_in_int32(x, weight, bias, threshold):
    large = (x.abs() >= threshold).any(dim=0)
    y = x[:, large] @ weight[:, large].T + _int8(_without(x, large), weight) + bias
    return large.nonzero().flatten().to(torch.int32), y


@wrong("int8_linear_outliers", says="list-not-tensor")
def collects_columns_in_a_list(x, weight, bias, threshold):
    large = (x.abs() >= threshold).any(dim=0)
    y = x[:, large] @ weight[:, large].T + _int8(_without(x, large), weight) + bias
    return [j for j in range(x.shape[1]) if large[j]], y


@wrong("int8_linear_outliers", says="truncated")
def cuts_codes_off(x, weight, bias, threshold):
    large = (x.abs() >= threshold).any(dim=0)
    rest = _without(x, large)
    s_x, s_w = _scale(rest), _scale(weight)
    inside = ((rest / s_x).int() @ (weight / s_w).int().T) * s_x * s_w.T
    return large.nonzero().flatten(), x[:, large] @ weight[:, large].T + inside + bias


@right("int8_linear_outliers")
def two_layers_of_fewer_columns(x, weight, bias, threshold):
    large = (x.abs() >= threshold).any(dim=0)
    rest, body = x[:, ~large], weight[:, ~large]
    s_x, s_w = _scale(rest), _scale(body)
    sums = torch.round(rest / s_x).to(torch.int32) @ torch.round(body / s_w).to(torch.int32).T
    outside = torch.nn.functional.linear(x[:, large], weight[:, large], bias)
    return torch.where(large)[0], outside + sums * s_x * s_w.reshape(1, -1)


@right("int8_linear_outliers")
def dequantized_floats(x, weight, bias, threshold):
    largest = x.abs().amax(dim=0)
    columns = torch.tensor(
        [j for j, value in enumerate(largest.tolist()) if value >= threshold], dtype=torch.int64
    )
    rest = x.clone()
    rest[:, columns] = 0
    s_x, s_w = _scale(rest), _scale(weight)
    x_hat = (torch.round(rest / s_x) * s_x).double()
    w_hat = (torch.round(weight / s_w) * s_w).double()
    y = x[:, columns].double() @ weight[:, columns].double().T + x_hat @ w_hat.T + bias
    return columns, y.float()


@right("int8_linear_outliers")
def through_numpy(x, weight, bias, threshold):
    a, w = x.numpy().astype(np.float64), weight.numpy().astype(np.float64)
    columns = np.flatnonzero(np.abs(a).max(axis=0) >= threshold)
    rest = a.copy()
    rest[:, columns] = 0
    s_x, s_w = np.abs(rest).max(axis=1), np.abs(w).max(axis=1)
    s_x, s_w = np.where(s_x > 0, s_x / 127, 1), np.where(s_w > 0, s_w / 127, 1)
    sums = np.rint(rest / s_x[:, None]) @ np.rint(w / s_w[:, None]).T
    y = a[:, columns] @ w[:, columns].T + sums * np.outer(s_x, s_w) + bias.numpy()
    return torch.from_numpy(columns), torch.from_numpy(y).float()


@right("int8_linear_outliers")
def row_by_row(x, weight, bias, threshold):
    large = (x.abs() >= threshold).sum(dim=0) > 0
    s_w = _scale(weight)
    q_w = torch.round(weight / s_w).long()
    rows = []
    for row in x:
        inside = row.masked_fill(large, 0.0)
        top = inside.abs().max().item()
        step = top / 127 if top else 1.0
        sums = q_w @ torch.round(inside / step).long()
        rows.append(weight[:, large] @ row[large] + sums * step * s_w.flatten() + bias)
    return large.nonzero().reshape(-1), torch.stack(rows)


def _rounded_by(rounding):
    """The layer with codes of another rounding."""

    def layer(x, weight, bias, threshold):
        large = (x.abs() >= threshold).any(dim=0)
        inside = x.masked_fill(large, 0.0)
        s_x, s_w = _scale(inside), _scale(weight)
        sums = rounding(inside / s_x) @ rounding(weight / s_w).T
        outside = x[:, large] @ weight[:, large].T
        return large.nonzero().flatten(), outside + sums * s_x * s_w.T + bias

    return layer


@wrong("int8_linear_outliers", says="half-up")
def rounds_halves_up(x, weight, bias, threshold):
    return _rounded_by(lambda steps: torch.floor(steps + 0.5))(x, weight, bias, threshold)


@wrong("int8_linear_outliers", says="half-away-from-zero")
def rounds_as_in_school(x, weight, bias, threshold):
    def rounding(steps):
        return steps.sign() * torch.floor(steps.abs() + 0.5)

    return _rounded_by(rounding)(x, weight, bias, threshold)


@wrong("int8_linear_outliers", says="half-down")
def rounds_halves_down(x, weight, bias, threshold):
    return _rounded_by(lambda steps: torch.ceil(steps - 0.5))(x, weight, bias, threshold)


@wrong("int8_linear_outliers", says="one-scale-for-x")
def cuts_codes_of_one_scale_off(x, weight, bias, threshold):
    large = (x.abs() >= threshold).any(dim=0)
    inside = x.masked_fill(large, 0.0)
    s_x = max(float(inside.abs().max()) / 127, 1e-12)
    s_w = _scale(weight)
    sums = (inside / s_x).to(torch.int32) @ (weight / s_w).to(torch.int32).T
    y = x[:, large] @ weight[:, large].T + sums * s_x * s_w.flatten() + bias
    return large.nonzero().flatten(), y
