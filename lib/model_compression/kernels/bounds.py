"""How far a product of `products` may be from the exact sum: a bound that is derived, not measured.

Write u for half a unit in the last place (2^-11 for float16, 2^-8 for bfloat16, 2^-24 for float32)
and γ_n = n u / (1 - n u): what passes n roundings is wrong by at most γ_n times itself (Higham).

1. x is divided by a power of two, exactly, but what lands below 2^-14 is off by up to 2^-25.
2. In halves, a product c x (|c| <= 8, exact codes) is rounded, added to 2 v - 1 others of its
   chain, and the chain to another one: 2 v + 1 roundings, v the words of a vector. So a vector's
   sum is off by γ_(2v+1) Σ |c x|; below the normal range a product is off by 2^-25 instead, and so
   is what step 1 lost, times |c|: at most 9 * 2^-25 for each of the 8 v weights, times the unit.
3. In float32, a term passes the sum of two halves, the scale, and at most in / 8v + 1 additions.
4. The result is rounded to the dtype of x.

The unit is at most the largest |x|, or 2^-15 where all x are smaller than that.

Source: Higham 2002, Accuracy and Stability of Numerical Algorithms, sections 2.2, 3.1.
"""

import torch

from model_compression.kernels.layout import Int4Weights, dequantized

UNIT_ROUNDOFF = {torch.float16: 2.0**-11, torch.bfloat16: 2.0**-8, torch.float32: 2.0**-24}
"""Half a unit in the last place, relative."""


def product_bound(x: torch.Tensor, weights: Int4Weights, vector: int) -> torch.Tensor:
    """The largest error that a product of one token may have, output by output.

    Args:
        x: float16 or bfloat16 [in].
        weights: Int4Weights.
        vector: words whose sum runs in halves, 1 or 4; 0 where all is float32.
    Returns: float64 [out].
    Raises: ValueError for another dtype or shape of x, or another vector.

    >>> from model_compression.kernels.layout import int4_weights
    >>> weights = int4_weights(torch.ones(1, 64), 64)
    >>> bound = product_bound(torch.ones(64, dtype=torch.float16), weights, 4)
    >>> bool(0.3 < bound < 0.4)                                      # of 64
    True
    """
    if x.dtype not in (torch.float16, torch.bfloat16) or tuple(x.shape) != weights.shape[1:]:
        raise ValueError(
            f"x: expected float16 or bfloat16 of shape {weights.shape[1:]}, "
            f"got {x.dtype} of shape {tuple(x.shape)}"
        )
    if vector not in (0, 1, 4):
        raise ValueError(f"vector: expected 0, 1 or 4, got {vector!r}")
    matrix, token = dequantized(weights).double(), x.double()
    size = matrix.abs() @ token.abs()
    in_halves = torch.zeros_like(size)
    if vector:
        unit = token.abs().max() + 2.0**-15
        of_scales = weights.group_size * weights.scales.double().sum(dim=1)
        in_halves = _gamma(2 * vector + 1, torch.float16) * size + 9 * 2.0**-25 * unit * of_scales
    n_terms = x.numel() // (8 * vector) if vector else x.numel()
    in_floats = in_halves + _gamma(n_terms + 3, torch.float32) * (size + in_halves)
    result = (matrix @ token).abs() + in_floats
    return in_floats + UNIT_ROUNDOFF[x.dtype] * result + 2.0**-25


def _gamma(n_roundings: int, dtype: torch.dtype) -> float:
    total = n_roundings * UNIT_ROUNDOFF[dtype]
    return total / (1 - total)
