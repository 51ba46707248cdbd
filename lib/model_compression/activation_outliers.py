"""Inputs of which a few columns are large: taken out, or smoothed (chapter 10).

In a language model a few channels of the activations are many times as large as all others, for
every token. One int8 scale for a token must reach that far, and the others share what is left.

    int8_linear_outliers   the large columns stay in float, the rest is multiplied in int8
    smooth                 the size moves from the input into the weight, channel by channel

The first keeps the codes of the rest fine, at the price of a second product. The second costs
nothing when it runs, but a weight that is already large in the same channel becomes larger still:
it helps where the weights are flat.

Sources: Dettmers et al. 2022, LLM.int8(): 8-bit Matrix Multiplication for Transformers at Scale,
equation 8; Xiao et al. 2023, SmoothQuant: Accurate and Efficient Post-Training Quantization for
Large Language Models, equation 4.
"""

import torch

from model_compression._validation import checked_floats, checked_number, fitting
from model_compression._validation_reals import checked_matrix, checked_same_shape
from model_compression.int8_linear import LONGEST_ROW
from model_compression.integer_scaling import quantize_per_channel

_SMALLEST_SCALE = torch.finfo(torch.float32).smallest_normal


def int8_linear_outliers(
    x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, threshold: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Linear layer whose outlier columns are multiplied in float, all others in int8.

    columns = those of x that hold a value with |x| >= threshold;
    y = x[:, columns] @ weight[:, columns].T                        both as they are
        + s_x[row] * s_w[out] * (q_x @ q_w.T)                       the other columns
        + bias

    s_x[row] = max |x[row]| / 127 over the other columns alone, for they are all that has to fit;
    s_w[out] = max |weight[out]| / 127 over the whole row, as the weight is quantized once, before
    anybody knows which columns will be outliers. Half to even, exact sums in int32.

    Args:
        x: floating-point tensor of shape (N, in).
        weight: floating-point tensor of shape (out, in), in <= 133,144 (then int32 cannot
            overflow).
        bias: floating-point tensor of shape (out,), or None.
        threshold: number > 0; 6 is usual.
    Returns: (columns, y): int64, ascending, maybe empty; float32 of shape (N, out), in the units of
        x times weight.
    Raises: ValueError for shapes that do not fit, a threshold that is not above 0, empty tensors,
        NaN or infinity, or sums beyond float32.

    >>> x = torch.tensor([[127.0, -64.0, 1000.0], [1.27, -0.64, 0.0]])
    >>> weight = torch.tensor([[127.0, 3.0, 2.0]])
    >>> int8_linear_outliers(x, weight, torch.tensor([0.5]), 200.0)    # 16129 - 192 + 2000 + 0.5
    (tensor([2]), tensor([[17937.5000],
            [  159.8700]]))
    """
    rows = checked_matrix(weight, "weight")
    n_inputs = rows.shape[1]
    if n_inputs > LONGEST_ROW:
        raise ValueError(f"weight: expected at most {LONGEST_ROW} columns, got {n_inputs}")
    inputs = checked_matrix(x, "x", n_inputs)
    limit = checked_number(threshold, "threshold", 0, low_included=False)
    is_outlier = (inputs.abs() >= limit).any(dim=0)
    # In place of an outlier stands a zero: it sets no scale, and adds nothing.
    x_codes, x_scale = quantize_per_channel(inputs.masked_fill(is_outlier, 0.0), 8)
    weight_codes, weight_scale = quantize_per_channel(rows, 8)
    sums = x_codes.to(torch.int32) @ weight_codes.to(torch.int32).T
    columns = is_outlier.nonzero().flatten()
    wide, wide_rows = inputs[:, columns].to(torch.float64), rows[:, columns].to(torch.float64)
    y = wide @ wide_rows.T + sums * x_scale[:, None].to(torch.float64) * weight_scale
    if bias is not None:
        y = y + checked_same_shape(checked_floats(bias, "bias"), "bias", weight_scale.shape)
    return columns, fitting(y.to(torch.float32), "x", "x times weight, plus bias,")


def smooth(
    x_absmax: torch.Tensor, weight: torch.Tensor, alpha: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Move the size of large input channels into the weight.

    s_j = x_absmax_j^alpha / (max over rows |weight_ij|)^(1 - alpha);  the input is to be divided by
    s, the weight is multiplied: (x / s) @ (weight * s).T = x @ weight.T.

    alpha = 1 makes all input channels equally large, alpha = 0 all columns of the weight; at 1/2
    both come to sqrt(x_absmax_j * weight_absmax_j).

    Args:
        x_absmax: floating-point tensor of shape (in,), the largest magnitude of each input channel,
            >= 0.
        weight: floating-point tensor of shape (out, in).
        alpha: 0 ... 1.
    Returns: (scale, smoothed): float32 of shape (in,), finite and positive; float32 of shape
        (out, in), weight * scale. Where x_absmax or the column of the weight is zero there is
        nothing to balance: scale 1.
    Raises: ValueError for shapes that do not fit, a negative x_absmax, an alpha outside 0 ... 1,
        empty tensors, NaN or infinity, or values beyond float32.

    >>> x_absmax, weight = torch.tensor([16.0, 1.0]), torch.tensor([[0.5, 4.0], [-1.0, 0.0]])
    >>> smooth(x_absmax, weight, 0.5)
    (tensor([4.0000, 0.5000]), tensor([[ 2.,  2.],
            [-4.,  0.]]))
    """
    rows = checked_matrix(weight, "weight")
    sizes = checked_floats(x_absmax, "x_absmax")
    checked_same_shape(sizes, "x_absmax", rows.shape[1:])
    if bool((sizes < 0).any()):
        raise ValueError(f"x_absmax: expected magnitudes >= 0, got {sizes.min().item():g}")
    share = checked_number(alpha, "alpha", 0, 1)
    columns = rows.abs().amax(dim=0)
    ratio = sizes.to(torch.float64) ** share / columns.to(torch.float64) ** (1 - share)
    scale = torch.where((sizes > 0) & (columns > 0), ratio, 1.0).to(torch.float32)
    scale = fitting(scale, "x_absmax", "the scale").clamp(min=_SMALLEST_SCALE)
    return scale, fitting(rows * scale, "weight", "weight times scale")
