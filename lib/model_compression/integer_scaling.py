"""Floats to small integers and back: scale, round, clamp (chapter 02).

    quantize       q     = clamp(round(x / scale) + zero_point, qmin, qmax)
    dequantize     x_hat = (q - zero_point) * scale

The scale is the width of one step, in the units of x. Three grids are in use for b bits:

    name                  codes                     scale                           b = 4, absmax 1
    symmetric restricted  -(2^(b-1)-1) ... same     absmax / (2^(b-1) - 1)          1 / 7
    symmetric full range  -2^(b-1) ... 2^(b-1)-1    absmax / ((2^b - 1) / 2)        1 / 7.5
    affine (asymmetric)   0 ... 2^b - 1             (max - min) / (2^b - 1)         (max - min) / 15

Conventions: division by the scale in float32; rounding half to even; the zero point is added after
rounding; the clamp comes before the cast, since a cast wraps around (200 -> -56 in int8). Without
clipping the error is at most scale / 2. An all-zero input has scale 1 and codes equal to the zero
point, 0; scales below the smallest normal float32, 1.2e-38, are raised to it.

Source: Jacob et al. 2018, Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference, section 2.1: r = S (q - Z).
"""

from dataclasses import dataclass
from typing import Any

import torch

from model_compression._stored import loadable
from model_compression._validation import (
    checked_codes,
    checked_flag,
    checked_floats,
    checked_integer,
    checked_n_bits,
    checked_scale,
    fitting,
)
from model_compression.granularity import (
    Granularity,
    block_absmax,
    block_min_max,
    block_shape,
    expand_blocks,
)
from model_compression.number_formats import integer_range, model_bytes

_SMALLEST_SCALE = torch.finfo(torch.float32).smallest_normal


def absmax_scale(x: torch.Tensor, n_bits: int, full_range: bool = False) -> torch.Tensor:
    """Scale that maps the largest magnitude of a tensor to the end of a symmetric grid.

    restricted: absmax / (2^(b-1) - 1);  full range: absmax / ((2^b - 1) / 2).

    The restricted grid has as many negative codes as positive ones and never clips. The full range
    has a finer step, but its top end, +absmax, lies half a step above the highest code.

    Args:
        x: floating-point tensor of any shape.
        n_bits: 2 ... 8.
        full_range: use all 2^b codes.
    Returns: float32, 0-dim, finite and positive; in the units of x per step. All-zero x: 1.
    Raises: ValueError for n_bits outside 2 ... 8, an empty tensor, NaN or infinity.

    >>> x = torch.tensor([7.0, -14.0])
    >>> absmax_scale(x, 4), absmax_scale(x, 4, full_range=True)
    (tensor(2.), tensor(1.8667))
    """
    values = checked_floats(x, "x")
    absmax = block_absmax(values, block_shape(values.shape, "tensor"))
    all_codes = checked_flag(full_range, "full_range")
    return _symmetric_scale(absmax, checked_n_bits(n_bits), all_codes).reshape(())


def quantize(x: torch.Tensor, scale: float | torch.Tensor, n_bits: int) -> torch.Tensor:
    """Signed integer codes of a tensor: divide by the scale, round, clamp.

    q = clamp(round(x / scale), -2^(b-1), 2^(b-1) - 1), half to even, clamped before the cast.

    Args:
        x: floating-point tensor of any shape.
        scale: one number > 0, Python number or 0-dim tensor, in the units of x per step.
        n_bits: 2 ... 8.
    Returns: int8 tensor of the shape of x.
    Raises: ValueError for a scale that is not one finite positive number, n_bits outside 2 ... 8,
        an empty tensor, NaN or infinity.

    >>> quantize(torch.tensor([0.5, 1.5, -2.4, 100.0]), 1.0, 4)
    tensor([ 0,  2, -2,  7], dtype=torch.int8)
    """
    values = checked_floats(x, "x")
    return _round_to_codes(values, checked_scale(scale), None, checked_n_bits(n_bits))


def dequantize(q: torch.Tensor, scale: float | torch.Tensor) -> torch.Tensor:
    """Back from integer codes to float values.

    x_hat = q * scale. For affine codes take the zero point off first, in a wider type:
    dequantize(q.int() - zero_point, scale); uint8 would wrap around.

    Args:
        q: tensor of any integer dtype and shape.
        scale: one number > 0, Python number or 0-dim tensor, in the units of x per step.
    Returns: float32 tensor of the shape of q, in the units of x.
    Raises: ValueError for codes that are not integers, a bad scale, or values beyond float32.

    >>> dequantize(torch.tensor([0, 2, -2, 7], dtype=torch.int8), 0.5)
    tensor([ 0.0000,  1.0000, -1.0000,  3.5000])
    """
    codes = checked_codes(q, "q")
    return fitting(codes.to(torch.float32) * checked_scale(scale), "scale", "q * scale")


def affine_params(x: torch.Tensor, n_bits: int) -> tuple[torch.Tensor, int]:
    """Scale and zero point that spread the unsigned grid over the range of a tensor.

    low = min(x, 0), high = max(x, 0): the range always contains 0, so that 0.0 has an exact code.
    scale = (high - low) / (2^b - 1);  zero_point = round(-low / scale), half to even.

    Args:
        x: floating-point tensor of any shape.
        n_bits: 2 ... 8; the grid is 0 ... 2^b - 1.
    Returns: (scale, zero_point): float32, 0-dim, positive, in the units of x per step; and an int
        in 0 ... 2^b - 1, the code of 0.0. All-zero x: (1, 0).
    Raises: ValueError for n_bits outside 2 ... 8, an empty tensor, NaN, infinity, or a range
        high - low that overflows float32.

    >>> affine_params(torch.tensor([-1.0, 0.5, 6.5]), 4)
    (tensor(0.5000), 2)
    """
    values = checked_floats(x, "x")
    scale, zero_point = _affine_params(
        values, block_shape(values.shape, "tensor"), checked_n_bits(n_bits)
    )
    return scale.reshape(()), int(zero_point.item())


def quantize_affine(
    x: torch.Tensor, scale: float | torch.Tensor, zero_point: int, n_bits: int
) -> torch.Tensor:
    """Unsigned integer codes of a tensor, shifted by a zero point.

    q = clamp(round(x / scale) + zero_point, 0, 2^b - 1), half to even; the zero point is added
    after rounding, the clamp comes last, before the cast.

    Args:
        x: floating-point tensor of any shape.
        scale: one number > 0, Python number or 0-dim tensor, in the units of x per step.
        zero_point: int in 0 ... 2^b - 1.
        n_bits: 2 ... 8.
    Returns: uint8 tensor of the shape of x.
    Raises: ValueError for a bad scale, a zero point off the grid, n_bits outside 2 ... 8, an empty
        tensor, NaN or infinity.

    >>> quantize_affine(torch.tensor([-1.0, 0.0, 0.5, 6.5, 99.0]), 0.5, 2, 4)
    tensor([ 0,  2,  3, 15, 15], dtype=torch.uint8)
    """
    values = checked_floats(x, "x")
    step = checked_scale(scale)
    n_bits = checked_n_bits(n_bits)
    zero_code = checked_integer(zero_point, "zero_point", *integer_range(n_bits, signed=False))
    return _round_to_codes(values, step, zero_code, n_bits)


def quantize_per_channel(w: torch.Tensor, n_bits: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Symmetric codes with one scale per output channel (axis 0).

    scale_c = max |w_c| / (2^(b-1) - 1);  q_c = clamp(round(w_c / scale_c)).

    Args:
        w: floating-point tensor with 2 axes or more: (out, in), (out, in, height, width), ...
        n_bits: 2 ... 8.
    Returns: (q, scale): int8 of the shape of w, restricted range; float32 of shape (out,), in the
        units of w per step. An all-zero channel: scale 1, codes 0.
    Raises: ValueError for fewer than 2 axes, n_bits outside 2 ... 8, an empty tensor, NaN or
        infinity.

    >>> quantize_per_channel(torch.tensor([[7.0, 3.0], [0.7, -0.2]]), 4)
    (tensor([[ 7,  3],
            [ 7, -2]], dtype=torch.int8), tensor([1.0000, 0.1000]))
    """
    values = checked_floats(w, "w")
    if values.dim() < 2:
        raise ValueError(f"w: expected 2 axes or more, got shape {tuple(values.shape)}")
    quantized = quantize_tensor(values, n_bits, "channel")
    return quantized.codes, quantized.scale.reshape(-1)


def quantize_groupwise(
    w: torch.Tensor, n_bits: int, group_size: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Symmetric codes with one scale per group of consecutive weights in a row.

    scale_rg = max |w_rg| / (2^(b-1) - 1) over w[r, g * G : (g + 1) * G], G = group_size.

    Args:
        w: floating-point tensor of shape (out, in).
        n_bits: 2 ... 8.
        group_size: int >= 1 that divides `in`.
    Returns: (q, scale): int8 of shape (out, in), restricted range; float32 of shape
        (out, in / group_size), in the units of w per step. An all-zero group: scale 1, codes 0.
    Raises: ValueError if w is not 2-D, the group size does not divide the row, for n_bits outside
        2 ... 8, an empty tensor, NaN or infinity.

    >>> quantize_groupwise(torch.tensor([[7.0, 3.0, 0.7, -0.2]]), 4, 2)
    (tensor([[ 7,  3,  7, -2]], dtype=torch.int8), tensor([[1.0000, 0.1000]]))
    """
    values = checked_floats(w, "w")
    if values.dim() != 2:
        raise ValueError(f"w: expected 2 axes (out, in), got shape {tuple(values.shape)}")
    quantized = quantize_tensor(values, n_bits, checked_integer(group_size, "group_size", 1))
    return quantized.codes, quantized.scale


@loadable
@dataclass(frozen=True, eq=False)
class QuantizedTensor:
    """Codes together with all that is needed to read them back; made by `quantize_tensor`.

    Attributes:
        codes: int8 (symmetric) or uint8 (affine), shape of the original.
        scale: float32, one per block: the shape of the grid of blocks, see `granularity`.
        zero_point: uint8, the shape of `scale`; None for symmetric codes.
        n_bits: bits per code, 2 ... 8.
        block: shape of the block of values that share a scale.
    """

    codes: torch.Tensor
    scale: torch.Tensor
    zero_point: torch.Tensor | None
    n_bits: int
    block: tuple[int, ...]

    def dequantize(self) -> torch.Tensor:
        """(q - zero_point) * scale of each block: float32, shape of `codes`."""
        steps = self.codes.to(torch.float32)
        if self.zero_point is not None:
            steps = steps - expand_blocks(self.zero_point, self.block)
        return fitting(steps * expand_blocks(self.scale, self.block), "scale", "codes * scale")

    @property
    def nbytes(self) -> int:
        """Bytes in storage: codes packed at `n_bits`, 4 per scale, 1 per zero point."""
        zero_point_bytes = 0 if self.zero_point is None else self.zero_point.nbytes
        return model_bytes(self.codes.numel(), self.n_bits) + self.scale.nbytes + zero_point_bytes

    @property
    def bits_per_weight(self) -> float:
        """8 * nbytes / number of codes: more than `n_bits`, for the scales count too."""
        return 8 * self.nbytes / self.codes.numel()


def quantize_tensor(
    x: torch.Tensor,
    n_bits: int,
    granularity: Granularity = "tensor",
    symmetric: bool = True,
    full_range: bool = False,
) -> QuantizedTensor:
    """Quantize with one scale per tensor, channel or group, all by the same steps.

    Cut x into blocks, take a scale (and a zero point) from each, round to codes.

    Args:
        x: floating-point tensor of any shape that the granularity fits.
        n_bits: 2 ... 8.
        granularity: "tensor", "channel" (axis 0) or a group size that divides the last axis.
        symmetric: signed codes without a zero point, as `absmax_scale` and `quantize`; False:
            unsigned codes with one, as `affine_params` and `quantize_affine`.
        full_range: symmetric codes only, as in `absmax_scale`.
    Returns: QuantizedTensor.
    Raises: ValueError for bad values as in the functions above, a granularity that does not fit
        the shape, or full_range together with affine codes.

    >>> weight = torch.tensor([[7.0, 3.0, 0.7, -0.2], [0.0, 0.0, 2.0, 14.0]])
    >>> grouped = quantize_tensor(weight, 4, granularity=2)
    >>> grouped.dequantize()
    tensor([[ 7.0000,  3.0000,  0.7000, -0.2000],
            [ 0.0000,  0.0000,  2.0000, 14.0000]])
    >>> grouped.nbytes, grouped.bits_per_weight          # 8 codes: 4 bytes; 4 scales: 16 bytes
    (20, 20.0)
    """
    values = checked_floats(x, "x")
    n_bits = checked_n_bits(n_bits)
    symmetric = checked_flag(symmetric, "symmetric")
    if checked_flag(full_range, "full_range") and not symmetric:
        raise ValueError("full_range: expected False with symmetric=False, got True")
    block = block_shape(values.shape, granularity)
    zero_point = zero_codes = None
    if symmetric:
        scale = _symmetric_scale(block_absmax(values, block), n_bits, full_range)
    else:
        scale, zero_point = _affine_params(values, block, n_bits)
        zero_codes = expand_blocks(zero_point, block)
    codes = _round_to_codes(values, expand_blocks(scale, block), zero_codes, n_bits)
    return QuantizedTensor(codes, scale, zero_point, n_bits, block)


def _symmetric_scale(absmax: torch.Tensor, n_bits: int, full_range: bool) -> torch.Tensor:
    lowest, highest = integer_range(n_bits, signed=True)
    half_width = (highest - lowest) / 2 if full_range else highest  # 7.5 or 7 for 4 bits
    return _positive_scale(absmax, half_width)


def _affine_params(
    values: torch.Tensor, block: tuple[int, ...], n_bits: int
) -> tuple[torch.Tensor, torch.Tensor]:
    lowest, highest = block_min_max(values, block)
    low, high = lowest.clamp(max=0), highest.clamp(min=0)
    span = high - low
    if not bool(torch.isfinite(span).all()):
        raise ValueError("x: expected max - min to fit float32, got an overflow to infinity")
    _, top_code = integer_range(n_bits, signed=False)
    scale = _positive_scale(span, top_code)
    return scale, torch.round(-low / scale).to(torch.uint8)


def _positive_scale(span: torch.Tensor, n_steps: float) -> torch.Tensor:
    """span / n_steps, and 1 where the span is 0: any scale would do there, except 0."""
    return torch.where(span > 0, (span / n_steps).clamp(min=_SMALLEST_SCALE), 1.0)


def _round_to_codes(
    values: torch.Tensor, scale: torch.Tensor, zero_point: Any, n_bits: int
) -> torch.Tensor:
    """Codes for a scale and zero point that broadcast; signed if there is no zero point."""
    signed = zero_point is None
    lowest, highest = integer_range(n_bits, signed)
    rounded = torch.round(values / scale)
    shifted = rounded if signed else rounded + zero_point
    return shifted.clamp(lowest, highest).to(torch.int8 if signed else torch.uint8)
