"""A linear layer computed in integers: int8 codes in, int32 sums, one rescale (chapter 03).

    y = x @ weight.T + bias
      ~ s_x * s_w * (q_x @ q_w.T) + bias          x ~ s_x * q_x,  weight ~ s_w * q_w

The scales leave the sum because they do not depend on the index that is summed over: one scale for
all of x, one for each row of the weight (each output). All products and sums are exact integers.
int8 is too narrow for them: two codes multiply to at most 127 * 127 = 16,129, and `in` of those are
added, hence the int32 accumulator.

Source: Jacob et al. 2018, Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference, section 2.2.
"""

import torch

from model_compression._validation import checked_floats, fitting
from model_compression._validation_reals import checked_matrix, checked_same_shape
from model_compression.integer_scaling import absmax_scale, quantize, quantize_per_channel

_LARGEST_CODE = 127
LONGEST_ROW = torch.iinfo(torch.int32).max // _LARGEST_CODE**2


def int8_linear(
    x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Linear layer with int8 inputs and weights and an int32 accumulator.

    s_x = max |x| / 127;  s_w[row] = max |weight[row]| / 127;  acc = q_x @ q_w.T;
    y = acc * s_x * s_w[row] + bias.

    Args:
        x: floating-point tensor of shape (N, in).
        weight: floating-point tensor of shape (out, in), in <= 133,144 (then int32 cannot
            overflow).
        bias: floating-point tensor of shape (out,), or None.
    Returns: (acc, y): int32 of shape (N, out), exact; float32 of shape (N, out), in the units of
        x times weight. Codes are -127 ... 127, rounded half to even. An all-zero x or row of the
        weight gives the bias.
    Raises: ValueError for shapes that do not fit, empty tensors, NaN or infinity, or sums beyond
        float32.

    >>> x = torch.tensor([[127.0, -64.0], [1.0, 2.0]])
    >>> weight = torch.tensor([[127.0, 1.0], [0.0, -12.7]])
    >>> int8_linear(x, weight, torch.tensor([0.0, 0.5]))
    (tensor([[16065,  8128],
            [  129,  -254]], dtype=torch.int32), tensor([[16065.0000,   813.3000],
            [  129.0000,   -24.9000]]))
    """
    rows = checked_matrix(weight, "weight")
    n_inputs = rows.shape[1]
    if n_inputs > LONGEST_ROW:
        raise ValueError(f"weight: expected at most {LONGEST_ROW} columns, got {n_inputs}")
    inputs = checked_matrix(x, "x", n_inputs)
    x_scale = absmax_scale(inputs, 8)
    x_codes = quantize(inputs, x_scale, 8)
    weight_codes, weight_scale = quantize_per_channel(rows, 8)
    accumulator = x_codes.to(torch.int32) @ weight_codes.to(torch.int32).T
    y = accumulator.to(torch.float32) * x_scale * weight_scale
    if bias is not None:
        y = y + checked_same_shape(checked_floats(bias, "bias"), "bias", weight_scale.shape)
    return accumulator, fitting(y, "x", "x times weight, plus bias,")
