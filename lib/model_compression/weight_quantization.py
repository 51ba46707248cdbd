"""All weights of a trained model in few bits, and what a weight then really costs (chapter 03).

Weight-only quantization: the weights are stored as small integers with one scale per group, and
turned back into floats to compute with. `quantize_weights` does both steps, so that the result is
an ordinary state_dict whose accuracy can be measured; `bits_per_weight` says what storage it needs.
"""

from collections.abc import Mapping

import torch

from model_compression._validation import (
    checked_floats,
    checked_integer,
    checked_n_bits,
    checked_number,
)
from model_compression._validation_reals import checked_state
from model_compression.integer_scaling import quantize_tensor


def bits_per_weight(
    n_bits: float, group_size: int, scale_bits: float, zero_point_bits: float = 0
) -> float:
    """Storage of one weight, its share of the group's scale and zero point included.

    bits = n_bits + (scale_bits + zero_point_bits) / group_size.

    Args:
        n_bits: bits of a code, > 0.
        group_size: weights that share one scale, an int >= 1.
        scale_bits: bits of a scale, >= 0; fractional where scales are quantized themselves: 8 bits
            and a float32 for each 256 of them are 8 + 32 / 256.
        zero_point_bits: bits of a zero point, >= 0; 0 for symmetric codes.
    Returns: float, bits per weight.
    Raises: ValueError for numbers outside these ranges.

    >>> bits_per_weight(4, 32, 16)
    4.5
    >>> bits_per_weight(4, 64, 8 + 32 / 256)                 # NF4 with double quantization
    4.126953125
    """
    code_bits = checked_number(n_bits, "n_bits", 0, low_included=False)
    overhead = checked_number(scale_bits, "scale_bits") + checked_number(
        zero_point_bits, "zero_point_bits"
    )
    return code_bits + overhead / checked_integer(group_size, "group_size", 1)


def quantize_weights(
    state: Mapping[str, torch.Tensor], n_bits: int, group_size: int
) -> dict[str, torch.Tensor]:
    """Round all weights of a model to a grid of n bits, with one scale per group.

    Each floating-point tensor with 2 axes or more is cut into rows w.reshape(w.shape[0], -1), each
    row into runs of G = group_size weights, and each run becomes scale * round(run / scale) with
    scale = max |run| / (2^(b-1) - 1). Biases and normalisation weights (1 axis), and integer
    tensors, are few and stay as they are.

    Args:
        state: state_dict of a model.
        n_bits: 2 ... 8.
        group_size: int >= 1 that divides each row.
    Returns: dict with the same keys in the same order, shapes and dtypes; new tensors. An all-zero
        group gives zeros.
    Raises: ValueError if the group size does not divide a row, for n_bits outside 2 ... 8, an
        empty weight, NaN or infinity.

    >>> state = {"weight": torch.tensor([[7.0, 2.9, 0.6, -0.7]]), "bias": torch.tensor([0.123])}
    >>> quantize_weights(state, n_bits=4, group_size=2)
    {'weight': tensor([[ 7.0000,  3.0000,  0.6000, -0.7000]]), 'bias': tensor([0.1230])}
    """
    n_bits = checked_n_bits(n_bits)
    group_size = checked_integer(group_size, "group_size", 1)
    tensors = checked_state(state, "state")
    return {name: _quantized(name, w, n_bits, group_size) for name, w in tensors.items()}


def _quantized(name: str, w: torch.Tensor, n_bits: int, group_size: int) -> torch.Tensor:
    if not (w.is_floating_point() and w.dim() >= 2):
        return w.clone()
    rows = checked_floats(w, f"state[{name!r}]").reshape(w.shape[0], -1)
    if rows.shape[1] % group_size != 0:
        raise ValueError(
            f"group_size: expected a divisor of the rows of {name} ({rows.shape[1]}), "
            f"got {group_size}"
        )
    return quantize_tensor(rows, n_bits, group_size).dequantize().reshape(w.shape).to(w.dtype)
