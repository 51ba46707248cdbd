"""What learners wrote in exercise 10 to see what the checks say."""

from __future__ import annotations

import torch

from tests.mutants.table import wrong


@wrong("gptq_quantize", says="scales-of-the-given-weight")
def adds_errors_and_keeps_the_first_scales(w, hessian, n_bits, group_size):
    if w.shape[1] % group_size != 0:
        raise ValueError("group_size")
    upper = torch.linalg.cholesky(torch.linalg.inv(hessian.double())).T
    top = 2 ** (n_bits - 1) - 1
    now = w.double().clone()
    codes = torch.zeros_like(w, dtype=torch.int8)
    absmax = w.double().reshape(len(w), -1, group_size).abs().amax(dim=2)
    scale = torch.where(absmax > 0, absmax / top, 1.0)
    for j in range(w.shape[1]):
        s = scale[:, j // group_size]
        rounded = torch.round(now[:, j] / s).clamp(-top, top)
        codes[:, j] = rounded.to(torch.int8)
        error = now[:, j] - rounded * s
        now[:, j + 1 :] += error[:, None] * upper[j, j + 1 :] / upper[j, j]
    return codes, scale.float()


def _column_by_column(w, factor, n_bits, group_size, sign, within):
    """Errors go on times `sign` by a row of `factor`, to the end of the group if `within`."""
    if w.shape[1] % group_size != 0:
        raise ValueError("group_size")
    top = 2 ** (n_bits - 1) - 1
    now = w.double().clone()
    codes = torch.zeros_like(w, dtype=torch.int8)
    scales = []
    for j in range(w.shape[1]):
        if j % group_size == 0:
            absmax = now[:, j : j + group_size].abs().amax(dim=1)
            scales.append(torch.where(absmax > 0, absmax / top, 1.0))
        rounded = torch.round(now[:, j] / scales[-1]).clamp(-top, top)
        codes[:, j] = rounded.to(torch.int8)
        error = now[:, j] - rounded * scales[-1]
        end = (j // group_size + 1) * group_size if within else w.shape[1]
        now[:, j + 1 : end] += sign * error[:, None] * factor[j, j + 1 : end] / factor[j, j]
    return codes, torch.stack(scales, dim=1).float()


@wrong("gptq_quantize", says="errors-stay-in-the-group")
def passes_errors_by_the_inverse_within_a_group(w, hessian, n_bits, group_size):
    inverse = torch.linalg.inv(hessian.double())
    return _column_by_column(w, inverse, n_bits, group_size, -1, within=True)


@wrong("gptq_quantize", says="errors-stay-in-the-group")
def adds_errors_within_a_group(w, hessian, n_bits, group_size):
    upper = torch.linalg.cholesky(torch.linalg.inv(hessian.double())).T
    return _column_by_column(w, upper, n_bits, group_size, 1, within=True)


@wrong("gptq_quantize", says="inverse-without-factor")
def adds_errors_by_the_inverse(w, hessian, n_bits, group_size):
    inverse = torch.linalg.inv(hessian.double())
    return _column_by_column(w, inverse, n_bits, group_size, 1, within=False)


@wrong("int8_linear_outliers", says="one-scale-each")
def leaves_the_threshold_out_and_shares_both_scales(x, weight, bias, threshold):
    is_outlier = (x.abs() > threshold).any(dim=0)
    columns = is_outlier.nonzero().flatten()
    outside = x[:, columns] @ weight[:, columns].T
    rest = x.masked_fill(is_outlier, 0.0)
    x_absmax = rest.abs().max()
    row_absmax = weight.abs().max()
    x_scale = torch.where(x_absmax > 0, x_absmax / 127, 1.0)
    row_scale = torch.where(row_absmax > 0, row_absmax / 127, 1.0)
    x_codes = torch.round(rest / x_scale).to(torch.int32)
    weight_codes = torch.round(weight / row_scale).to(torch.int32)
    inside = (x_codes @ weight_codes.T) * x_scale * row_scale
    return columns, outside + inside + bias


@wrong("int8_linear_outliers", says="one-scale-for-x")
def leaves_the_threshold_out_and_shares_the_scale_of_x(x, weight, bias, threshold):
    is_outlier = (x.abs() > threshold).any(dim=0)
    columns = is_outlier.nonzero().flatten()
    outside = x[:, columns] @ weight[:, columns].T
    rest = x.masked_fill(is_outlier, 0.0)
    x_absmax = rest.abs().max()
    row_absmax = weight.abs().amax(dim=1, keepdim=True)
    x_scale = torch.where(x_absmax > 0, x_absmax / 127, 1.0)
    row_scale = torch.where(row_absmax > 0, row_absmax / 127, 1.0)
    x_codes = torch.round(rest / x_scale).to(torch.int32)
    weight_codes = torch.round(weight / row_scale).to(torch.int32)
    inside = (x_codes @ weight_codes.T) * x_scale * row_scale.T
    return columns, outside + inside + bias


@wrong("int8_linear_outliers", says="bias-forgotten")
def leaves_the_threshold_and_the_bias_out(x, weight, bias, threshold):
    is_outlier = (x.abs() > threshold).any(dim=0)
    columns = is_outlier.nonzero().flatten()
    outside = x[:, columns] @ weight[:, columns].T
    rest = x.masked_fill(is_outlier, 0.0)
    x_absmax = rest.abs().amax(dim=1, keepdim=True)
    row_absmax = weight.abs().amax(dim=1, keepdim=True)
    x_scale = torch.where(x_absmax > 0, x_absmax / 127, 1.0)
    row_scale = torch.where(row_absmax > 0, row_absmax / 127, 1.0)
    x_codes = torch.round(rest / x_scale).to(torch.int32)
    weight_codes = torch.round(weight / row_scale).to(torch.int32)
    inside = (x_codes @ weight_codes.T) * x_scale * row_scale.T
    return columns, outside + inside


@wrong("smooth", says="alpha-the-wrong-way-round")
def swaps_the_shares_of_the_largest_of_all(x_absmax, weight, alpha):
    wmax = weight.abs().max()
    ratio = x_absmax ** (1 - alpha) / wmax**alpha
    scale = torch.where((x_absmax > 0) & (wmax > 0), ratio, 1.0)
    return scale, weight * scale


@wrong("smooth", says="alpha-the-wrong-way-round")
def swaps_the_shares_of_signed_maxima(x_absmax, weight, alpha):
    wmax = weight.amax(dim=0)
    ratio = x_absmax ** (1 - alpha) / wmax.abs() ** alpha
    scale = torch.where((x_absmax > 0) & (wmax != 0), ratio, 1.0)
    return scale, weight * scale


@wrong("smooth", says="one-size-for-all-columns")
def turns_the_fraction_of_the_largest_of_all(x_absmax, weight, alpha):
    wmax = weight.abs().max()
    scale = wmax ** (1 - alpha) / x_absmax**alpha
    scale = torch.where((x_absmax > 0) & (wmax > 0), scale, 1.0)
    return scale, weight * scale


@wrong("mxfp4_quantize", says="ties-to-the-upper")
def forgets_the_two_and_rounds_ties_up(x):
    if x.shape[-1] % 32 != 0:
        raise ValueError("x")
    blocks = x.double().reshape(*x.shape[:-1], -1, 32)
    absmax = blocks.abs().amax(dim=-1, keepdim=True)
    logarithm = torch.log2(torch.where(absmax > 0, absmax, 1.0))
    exponent = torch.floor(logarithm)
    size = blocks.abs() / torch.exp2(exponent)
    step = torch.where(size < 2, 0.5, torch.where(size < 4, 1.0, 2.0))
    rounded = (torch.floor(size / step + 0.5) * step).clamp(max=6)
    table = torch.tensor([0, 0.5, 1, 1.5, 2, 3, 4, 6], dtype=torch.float64)
    codes = torch.searchsorted(table, rounded) + 8 * (blocks < 0)
    exponents = exponent.squeeze(-1) + 127
    return codes.reshape(x.shape).to(torch.uint8), exponents.to(torch.uint8)


@wrong("mxfp4_quantize", says="ties-to-the-lower")
def forgets_the_two_and_takes_the_first_of_equals(x):
    if x.shape[-1] % 32 != 0:
        raise ValueError("x")
    blocks = x.double().reshape(*x.shape[:-1], -1, 32)
    absmax = blocks.abs().amax(dim=-1, keepdim=True)
    logarithm = torch.log2(torch.where(absmax > 0, absmax, 1.0))
    exponent = torch.floor(logarithm)
    size = blocks.abs() / torch.exp2(exponent)
    table = torch.tensor([0, 0.5, 1, 1.5, 2, 3, 4, 6], dtype=torch.float64)
    codes = (size[..., None] - table).abs().argmin(-1) + 8 * (blocks < 0)
    exponents = exponent.squeeze(-1) + 127
    return codes.reshape(x.shape).to(torch.uint8), exponents.to(torch.uint8)


@wrong("mxfp4_quantize", says="bias-subtracted")
def adds_the_two_to_the_bias_and_rounds_ties_up(x):
    if x.shape[-1] % 32 != 0:
        raise ValueError("x")
    blocks = x.double().reshape(*x.shape[:-1], -1, 32)
    absmax = blocks.abs().amax(dim=-1, keepdim=True)
    logarithm = torch.log2(torch.where(absmax > 0, absmax, 1.0))
    exponent = torch.floor(logarithm) - 2
    size = blocks.abs() / torch.exp2(exponent)
    step = torch.where(size < 2, 0.5, torch.where(size < 4, 1.0, 2.0))
    rounded = (torch.floor(size / step + 0.5) * step).clamp(max=6)
    table = torch.tensor([0, 0.5, 1, 1.5, 2, 3, 4, 6], dtype=torch.float64)
    codes = torch.searchsorted(table, rounded) + 8 * (blocks < 0)
    exponents = exponent.squeeze(-1) + 127 + 2
    return codes.reshape(x.shape).to(torch.uint8), exponents.to(torch.uint8)
