"""Rotations that spread an outlier over its neighbours: the Hadamard matrix (chapter 10).

    H_1 = [1]      H_2n = [[H_n,  H_n],
                           [H_n, -H_n]]        Sylvester's, in its natural order

H_n / sqrt(n) is symmetric and its own inverse, a rotation (with a mirror). So a layer may be given
rotated inputs and rotated weights, and its outputs stay what they were:

    (x Q) (W Q)^T = x Q Q^T W^T = x W^T

What changes is what a rounding finds. An input of one large value among small ones becomes one of n
middling values: c at one place turns into +-c / sqrt(n) at all of them. The largest magnitude, and
with it the step of a uniform grid, shrinks by up to sqrt(n).

No calibration is needed, and n log2(n) additions instead of n^2 products.

Sources: Ashkboos et al. 2024, QuaRot: Outlier-Free 4-Bit Inference in Rotated LLMs; Chee et al.
2023, QuIP: 2-Bit Quantization of Large Language Models With Guarantees.
"""

import math

import torch

from model_compression._validation import checked_floats, checked_integer, fitting


def hadamard_rotate(x: torch.Tensor, block_size: int) -> torch.Tensor:
    """Multiply each run of `block_size` values of a row by H / sqrt(block_size).

    y = x H / sqrt(n) for each run x of n = block_size values; H Sylvester's matrix, no random
    signs. Rotating twice gives the values back.

    Args:
        x: floating-point tensor with one axis or more.
        block_size: int, a power of two that divides the last axis; 1 changes nothing.
    Returns: float32 tensor of the shape of x, in its units.
    Raises: ValueError for a block size that is no power of two or does not divide the last axis,
        an empty tensor, NaN or infinity, or values beyond float32.

    >>> hadamard_rotate(torch.tensor([[8.0, 0.0, 0.0, 0.0], [1.0, 2.0, 3.0, 4.0]]), 4)
    tensor([[ 4.,  4.,  4.,  4.],
            [ 5., -1., -2.,  0.]])
    """
    values = checked_floats(x, "x")
    size = checked_integer(block_size, "block_size", 1)
    if size & (size - 1):
        raise ValueError(f"block_size: expected a power of two, got {size}")
    if values.dim() == 0 or values.shape[-1] % size != 0:
        raise ValueError(
            f"block_size: expected a divisor of the last axis of shape {tuple(values.shape)}, "
            f"got {size}"
        )
    now = values.to(torch.float64)
    half = 1
    while half < size:  # each round makes sums and differences of two halves of 2 * half values
        first, second = now.reshape(-1, 2, half).unbind(dim=1)
        now = torch.stack((first + second, first - second), dim=1)
        half *= 2
    rotated = (now / math.sqrt(size)).reshape(values.shape).to(torch.float32)
    return fitting(rotated, "x", "the rotated values")
