"""Microscaling: four-bit floats that share a power of two, 32 at a time (chapter 10).

An element of MXFP4 has a sign, two bits of exponent and one of fraction (E2M1). That makes eight
magnitudes, which lie closer together near 0:

    code         0    1    2    3    4    5    6    7         8 ... 15
    magnitude    0    0.5  1    1.5  2    3    4    6         the same, negative

A block of 32 shares a scale that is nothing but an exponent (E8M0): one byte, a power of two. So no
block is multiplied by anything that rounds; but up to half of the grid stays empty, and what lies
between 6 and 8 times the scale is cut to 6.

    e = floor(log2(max |x|)) - 2          the largest magnitude comes to lie in 4 ... 8
    x_hat = 2^e * E2M1(x / 2^e)           nearest, a tie to the even code, beyond 6 to 6

Source: OCP Microscaling Formats (MX) Specification v1.0, 2023, sections 5.3, 5.4 and 6.3.
"""

import torch

from model_compression._validation import (
    check_codes_within,
    checked_codes,
    checked_floats,
    fitting,
)
from model_compression._validation_reals import checked_same_shape

BLOCK = 32
"""Values that share an exponent."""

_MAGNITUDES = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
_SIGN = 8  # the bit of a code
_TOP_EXPONENT = 2  # of the largest elements, 4 and 6
_BIAS = 127
_LARGEST_STORED = 254  # 255 stands for NaN


def mxfp4_quantize(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """MXFP4 codes of a tensor, and the exponent of each block of 32.

    e = floor(log2(max |x|)) - 2 for each block;  code = E2M1(x / 2^e), to the nearest of the
    magnitudes 0, 0.5, 1, 1.5, 2, 3, 4, 6; a tie goes to the even code, what is beyond 6 to 6.

    Args:
        x: floating-point tensor with one axis or more; 32 divides the last one.
    Returns: (codes, exponents): uint8 in the shape of x, one code 0 ... 15 a byte, bit 3 the sign;
        uint8 of shape (..., n / 32), e + 127 (E8M0). Exponents below 2^-127 are raised to it. A
        block of zeros: exponent 0, codes 0 (8 for a negative zero).
    Raises: ValueError for a last axis that 32 does not divide, an empty tensor, NaN or infinity.

    >>> codes, exponents = mxfp4_quantize(torch.arange(-16.0, 16.0) / 2)
    >>> codes[[0, 4, 15, 16, 17, 18, 31]], exponents                   # max 8, so e = 1
    (tensor([14, 13,  8,  0,  0,  1,  6], dtype=torch.uint8), tensor([128], dtype=torch.uint8))
    """
    values = checked_floats(x, "x")
    if values.dim() == 0 or values.shape[-1] % BLOCK != 0:
        raise ValueError(
            f"x: expected a last axis that {BLOCK} divides, got shape {tuple(values.shape)}"
        )
    blocks = values.to(torch.float64).unflatten(-1, (-1, BLOCK))
    # absmax = m * 2^k with 0.5 <= m < 1, exactly: a logarithm would be rounded.
    absmax = blocks.abs().amax(dim=-1)
    floor_log2 = torch.frexp(absmax).exponent - 1
    stored = torch.where(absmax > 0, floor_log2 - _TOP_EXPONENT + _BIAS, 0).clamp(min=0)
    magnitudes = (blocks / _scale(stored)).abs()
    # The distance of neighbours is 0.5, and doubles at 2 and at 4: so many steps of it, rounded
    # half to even, are the code but for the two codes that each doubling leaves out.
    doublings = (magnitudes >= 2).to(torch.float64) + (magnitudes >= 4)
    steps = torch.round(magnitudes / (0.5 * torch.exp2(doublings)))
    codes = (steps + 2 * doublings).clamp(max=_SIGN - 1) + _SIGN * torch.signbit(blocks)
    return codes.reshape(values.shape).to(torch.uint8), stored.to(torch.uint8)


def mxfp4_dequantize(codes: torch.Tensor, exponents: torch.Tensor) -> torch.Tensor:
    """Back from MXFP4 codes to float values.

    x_hat = (-1)^sign * magnitude[code] * 2^(exponent - 127).

    Args:
        codes: tensor of an integer dtype, values 0 ... 15; 32 divides the last axis.
        exponents: tensor of an integer dtype and shape (..., n / 32), values 0 ... 254.
    Returns: float32 tensor of the shape of `codes`.
    Raises: ValueError for codes or exponents outside these ranges, shapes that do not fit, or
        values beyond float32.

    >>> codes = torch.tensor([1, 2, 7, 15] * 8)
    >>> mxfp4_dequantize(codes, torch.tensor([128]))[:4]
    tensor([  1.,   2.,  12., -12.])
    """
    elements = checked_codes(codes, "codes")
    if elements.dim() == 0 or elements.shape[-1] % BLOCK != 0 or elements.numel() == 0:
        raise ValueError(
            f"codes: expected a last axis that {BLOCK} divides, got shape {tuple(elements.shape)}"
        )
    elements = elements.to(torch.int64)
    check_codes_within(elements, "codes", 0, 2 * _SIGN - 1)
    blocks = elements.unflatten(-1, (-1, BLOCK))
    stored = checked_same_shape(
        checked_codes(exponents, "exponents"), "exponents", blocks.shape[:-1]
    ).to(torch.int64)
    check_codes_within(stored, "exponents", 0, _LARGEST_STORED)
    magnitudes = _table()[blocks % _SIGN] * _scale(stored)
    values = torch.where(blocks >= _SIGN, -magnitudes, magnitudes).reshape(elements.shape)
    return fitting(values.to(torch.float32), "exponents", "the values")


def _table() -> torch.Tensor:
    return torch.tensor(_MAGNITUDES, dtype=torch.float64, device="cpu")


def _scale(stored: torch.Tensor) -> torch.Tensor:
    """2^e for each block, with an axis for its values; exact in float64."""
    return torch.exp2((stored - _BIAS).to(torch.float64))[..., None]
