"""Formats for weights, with all their bits counted: integers, tables and floats of few bits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import torch

from model_compression.microscaling import BLOCK, mxfp4_dequantize, mxfp4_quantize
from model_compression.nf4 import nf4_codebook, nf4_dequantize, nf4_quantize

T = torch.Tensor

E2M1_LARGEST, E4M3_LARGEST = 6.0, 448.0

RATIOS = tuple(0.7 + 0.03 * step for step in range(11))
"""Of a scale to the one at which the largest weight is just not cut off; to search among."""

E2M1_RATIOS = tuple(0.7 + 0.1 * step for step in range(10))
"""The same for E2M1: at 1.5 the largest weight comes to lie at 4, where the steps are finer."""


@dataclass(frozen=True)
class WeightFormat:
    """A way to store a matrix.

    Attributes:
        code_bits: of a weight.
        scale_bits: of a scale.
        group: weights that share one, along a row; None for a whole row.
        restored: a matrix as it comes back.
    """

    code_bits: int
    scale_bits: int
    group: int | None
    restored: Callable[[T], T]

    def bits(self, matrices: Iterable[T]) -> float:
        """Bits a weight over some matrices, scales included.

        >>> FORMATS["int4, groups of 64"].bits([torch.zeros(2, 64), torch.zeros(4, 128)])
        4.25
        """
        shapes = [w.shape for w in matrices]
        scales = sum(rows * columns // (self.group or columns) for rows, columns in shapes)
        weights = sum(rows * columns for rows, columns in shapes)
        return self.code_bits + self.scale_bits * scales / weights


def integers(w: T, n_bits: int, group: int | None) -> T:
    """Symmetric codes, a 16-bit scale for each group of a row: by its absmax.

    >>> integers(torch.tensor([[7.0, -3.4, 0.6, 0.0]]), 4, 2)
    tensor([[ 7.0000, -3.0000,  0.5999,  0.0000]])
    """
    blocks, absmax = _blocks(w, group)
    scale = (absmax / (2 ** (n_bits - 1) - 1)).half().float()
    return on_grid(blocks, scale, n_bits).reshape(w.shape)


def all_integers(w: T, n_bits: int, group: int, ratios: Sequence[float] = RATIOS) -> T:
    """The same with all 2^b codes, and of some scales the one with the least squared error.

    There is one code more below 0 than above. The scale has a sign, which takes no bit more: so the
    largest magnitude, positive or not, may have the lowest code.

    >>> all_integers(torch.tensor([[8.0, -3.4, 0.6, 0.0]]), 4, 4, ratios=[1.0])
    tensor([[ 8., -3.,  1.,  0.]])
    """
    blocks, _ = _blocks(w, group)
    largest = blocks.gather(1, blocks.abs().argmax(dim=1, keepdim=True))
    top = 2 ** (n_bits - 1)

    def restored(ratio: float) -> T:
        scale = (-ratio * largest / top).half().float()
        codes = torch.round(blocks / torch.where(scale == 0, 1.0, scale)).clamp(-top, top - 1)
        return codes * scale

    return _closest(blocks, map(restored, ratios)).reshape(w.shape)


def with_zero_point(w: T, n_bits: int, group: int, ratios: Sequence[float] = RATIOS) -> T:
    """Codes 0 ... 2^b - 1, a float32 scale and a zero point for each group: those that err least.

    The scale at ratio 1 is that of the library: the range from the least to the largest weight, 0
    in it. For each scale three zero points are tried: the nearest one and its neighbours.

    >>> with_zero_point(torch.tensor([[-1.0, 14.0, 2.4, 0.0]]), 4, 4, ratios=[1.0])
    tensor([[-1., 14.,  2.,  0.]])
    """
    blocks, _ = _blocks(w, group)
    low = blocks.amin(dim=1, keepdim=True).clamp(max=0)
    high = blocks.amax(dim=1, keepdim=True).clamp(min=0)
    top = 2**n_bits - 1

    def restored(ratio: float, shift: int) -> T:
        scale = positive(ratio * (high - low) / top)
        zero = (torch.round(-ratio * low / scale) + shift).clamp(0, top)
        return (torch.round(blocks / scale + zero).clamp(0, top) - zero) * scale

    tried = (restored(ratio, shift) for ratio in ratios for shift in (0, -1, 1))
    return _closest(blocks, tried).reshape(w.shape)


def integers_with_exponents(w: T, n_bits: int, group: int) -> T:
    """The same with a power of two as scale: the lowest at which nothing is cut off."""
    blocks, absmax = _blocks(w, group)
    fraction, exponent = torch.frexp(absmax / (2 ** (n_bits - 1) - 1))
    scale = torch.exp2((exponent - (fraction == 0.5).int()).float())
    return on_grid(blocks, scale, n_bits).reshape(w.shape)


def e2m1(w: T, group: int) -> T:
    """Floats of 4 bits, a 16-bit scale for each group."""
    blocks, absmax = _blocks(w, group)
    scale = (absmax / E2M1_LARGEST).half().float()
    return (nearest_e2m1(blocks / positive(scale)) * scale).reshape(w.shape)


def mxfp4(w: T) -> T:
    """Floats of 4 bits, a power of two for every 32."""
    return mxfp4_dequantize(*mxfp4_quantize(w))


def mxfp4_searched(w: T) -> T:
    """The same with the exponent of the standard's rule or the next one: the closer of the two.

    The rule cuts off what is beyond 6; with the next exponent nothing is, and steps are doubled.

    >>> mxfp4_searched(torch.tensor([[7.9, -7.9] + 30 * [0.0]]))[0, :2]
    tensor([ 8., -8.])
    """
    blocks, _ = _blocks(w, BLOCK)
    lower = torch.exp2(mxfp4_quantize(blocks)[1].float() - 127)
    at_scales = (nearest_e2m1(blocks / scale) * scale for scale in (lower, 2 * lower))
    return _closest(blocks, at_scales).reshape(w.shape)


def nvfp4(w: T, group: int = 16) -> T:
    """Floats of 4 bits, an 8-bit float (E4M3) for every 16, a float32 for the matrix."""
    blocks, absmax = _blocks(w, group)
    whole = positive(w.abs().max() / (E2M1_LARGEST * E4M3_LARGEST))
    scale = (absmax / E2M1_LARGEST / whole).to(torch.float8_e4m3fn).float() * whole
    return (nearest_e2m1(blocks / positive(scale)) * scale).reshape(w.shape)


def nvfp4_searched(w: T, group: int = 16, ratios: Sequence[float] = E2M1_RATIOS) -> T:
    """The same, and of some scales the one with the least squared error.

    >>> nvfp4_searched(torch.tensor([[4.0, 3.0, 2.0, 0.0, 6.0, 0.0, 0.0, 0.0]]), 4, ratios=[1.5])
    tensor([[4., 3., 2., 0., 6., 0., 0., 0.]])
    """
    blocks, absmax = _blocks(w, group)
    whole = positive(w.abs().max() / (E2M1_LARGEST * E4M3_LARGEST))

    def restored(ratio: float) -> T:
        of_block = (ratio * absmax / E2M1_LARGEST / whole).clamp(max=E4M3_LARGEST)
        scale = of_block.to(torch.float8_e4m3fn).float() * whole
        return nearest_e2m1(blocks / positive(scale)) * scale

    return _closest(blocks, map(restored, ratios)).reshape(w.shape)


def nf4(w: T, group: int) -> T:
    """NF4 with its absmax in 16 bits."""
    codes, absmax = nf4_quantize(w, group)
    return nf4_dequantize(codes, absmax.half().float(), group)


def nf4_searched(
    w: T, group: int, ratios: Sequence[float] = RATIOS, stored: torch.dtype = torch.float16
) -> T:
    """The same, and of some scales up to the absmax the one with the least squared error.

    `stored` is the type of a scale.

    >>> nf4_searched(torch.tensor([[1.0, -0.7, 0.0, 0.7]]), 4, ratios=[1.0])
    tensor([[ 1.0000, -0.6962,  0.0000,  0.7230]])
    """
    blocks, absmax = _blocks(w, group)
    table = nf4_codebook()
    halfway = (table[1:] + table[:-1]) / 2

    def restored(ratio: float) -> T:
        scale = (ratio * absmax).to(stored).float()
        return table[torch.bucketize(blocks / positive(scale), halfway)] * scale

    return _closest(blocks, map(restored, ratios)).reshape(w.shape)


def fp8(w: T, group: int | None = None) -> T:
    """Floats of 8 bits (E4M3), a 16-bit scale for each row."""
    blocks, absmax = _blocks(w, group)
    scale = positive((absmax / E4M3_LARGEST).half().float())
    return ((blocks / scale).to(torch.float8_e4m3fn).float() * scale).reshape(w.shape)


def on_grid(x: T, scale: T, n_bits: int) -> T:
    """The nearest of -top * scale ... top * scale, top = 2^(b - 1) - 1; of ties the even one."""
    top = 2 ** (n_bits - 1) - 1
    return torch.round(x / positive(scale)).clamp(-top, top) * scale


def nearest_e2m1(x: T) -> T:
    """The nearest of ±0, 0.5, 1, 1.5, 2, 3, 4, 6; a tie goes to the even code, beyond 6 to 6.

    >>> nearest_e2m1(torch.tensor([0.25, 0.75, -2.5, 3.5, 5.0, 7.0]))
    tensor([ 0.,  1., -2.,  4.,  4.,  6.])
    """
    magnitudes = x.abs().clamp(max=E2M1_LARGEST)
    step = 0.5 * torch.exp2((magnitudes >= 2).float() + (magnitudes >= 4).float())
    return torch.round(magnitudes / step) * step * torch.sign(x)


def _blocks(w: T, group: int | None) -> tuple[T, T]:
    """A row for each group, and the largest magnitude of each, of shape (groups, 1)."""
    blocks = w.reshape(-1, group or w.shape[1])
    return blocks, blocks.abs().amax(dim=1, keepdim=True)


def _closest(blocks: T, candidates: Iterable[T]) -> T:
    """Of some ways that blocks come back, for each block the one with the least squared error."""
    best, least = torch.zeros_like(blocks), blocks.square().sum(dim=1, keepdim=True)
    for restored in candidates:
        error = (restored - blocks).square().sum(dim=1, keepdim=True)
        best = torch.where(error < least, restored, best)
        least = torch.minimum(error, least)
    return best


def positive(scale: T) -> T:
    """1 in the place of a scale of 0, where there is nothing to scale."""
    return torch.where(scale > 0, scale, 1.0)


FORMATS = {
    "int4, groups of 64": WeightFormat(4, 16, 64, partial(integers, n_bits=4, group=64)),
    "int4, a power of two for 32": WeightFormat(
        4, 8, 32, partial(integers_with_exponents, n_bits=4, group=32)
    ),
    "MXFP4": WeightFormat(4, 8, 32, mxfp4),
    "E2M1, groups of 64": WeightFormat(4, 16, 64, partial(e2m1, group=64)),
    "NF4, blocks of 64": WeightFormat(4, 16, 64, partial(nf4, group=64)),
    "int4, groups of 32": WeightFormat(4, 16, 32, partial(integers, n_bits=4, group=32)),
    "NVFP4": WeightFormat(4, 8, 16, nvfp4),
    "NF4, blocks of 32": WeightFormat(4, 16, 32, partial(nf4, group=32)),
    "int8, a scale a row": WeightFormat(8, 16, None, partial(integers, n_bits=8, group=None)),
    "FP8 (E4M3), a scale a row": WeightFormat(8, 16, None, fp8),
}
"""By name: 4.25 bits, then 4.5, then 8 and a little."""

SCALES = {
    "int4, groups of 64, 16 codes": WeightFormat(
        4, 16, 64, partial(all_integers, n_bits=4, group=64, ratios=(1.0,))
    ),
    "int4, groups of 64, 16 codes, searched": WeightFormat(
        4, 16, 64, partial(all_integers, n_bits=4, group=64)
    ),
    "int4, groups of 32, 16 codes, searched": WeightFormat(
        4, 16, 32, partial(all_integers, n_bits=4, group=32)
    ),
    "NF4, blocks of 64, searched": WeightFormat(4, 16, 64, partial(nf4_searched, group=64)),
    "NF4, blocks of 32, searched": WeightFormat(4, 16, 32, partial(nf4_searched, group=32)),
    "MXFP4, searched": WeightFormat(4, 8, 32, mxfp4_searched),
    "NVFP4, searched": WeightFormat(4, 8, 16, nvfp4_searched),
}
"""Integers with all of their codes, then formats with a scale searched for each block."""

ZERO_POINTS = {
    f"uint4, blocks of {group}, searched": WeightFormat(
        4, 32 + 4, group, partial(with_zero_point, n_bits=4, group=group)
    )
    for group in (144, 72, 36)
} | {
    f"NF4, blocks of {group}, float32, searched": WeightFormat(
        4, 32, group, partial(nf4_searched, group=group, stored=torch.float32)
    )
    for group in (128, 64, 32)
}
"""4.25, 4.5 and 5 bits with a zero point, then as many with NF4; scales are float32."""
