"""Blocks of normalised values, for drawing inputs and for the mistakes of both directions."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch

from courseware.checks.task import Draw
from model_compression.nf4 import nf4_codebook

T = torch.Tensor

TABLE = nf4_codebook().double()
MIDPOINTS = (TABLE[1:] + TABLE[:-1]) / 2

NOT_SORTED = (
    "codebook-not-sorted",
    "The entries of the codebook stand in the order in which its parts were put together. Sorted, "
    "they ascend from −1 to 1: code 0 stands for −1, code 15 for 1.",
)

CLEARANCE = 2e-3
"""Distance of x / absmax from a midpoint. A right solution may be off by 1e-6: its codebook may
differ by that much, and float32 by 1e-7."""

TIES = (6, 7)
"""Midpoints for exact ties: between 0 and its neighbours, since one half of a float32 is one. A
codebook computed from its definition is up to 4.2e-7 away from that of bitsandbytes, and its
midpoints with it, so `tie_of` asks the codebook that is in use. In eleven ways to compute it
(torch, NumPy and Python; float32 and float64; 929 / 960 and 0.9677083) these two came out at or
above those of bitsandbytes: where the codebook in use cannot be asked, a tie of bitsandbytes still
goes to the lower code."""

Encode = Callable[[T, int], tuple[T, T]]


def n_blocks(x: T, block_size: int) -> int:
    return -(-x.numel() // block_size)


def clear_of_midpoints(unit: T) -> T:
    """Values in −1 … 1, moved away from the midpoints between two entries.

    >>> clear_of_midpoints(torch.tensor([1.0, 0.0398]))
    tensor([1.0000, 0.0358], dtype=torch.float64)
    """
    values = unit.double()
    nearest = MIDPOINTS[(values[..., None] - MIDPOINTS).abs().argmin(dim=-1)]
    return torch.where((values - nearest).abs() < CLEARANCE, nearest - 2 * CLEARANCE, values)


def tie_of(table: T, place: int) -> float:
    """The largest float32 that is not above the midpoint behind an entry of a codebook.

    It is the midpoint itself where the table is float32 and holds 0 there.
    """
    middle = (table[place].double() + table[place + 1].double()) / 2
    near = middle.float()
    below = torch.nextafter(near, torch.tensor(-torch.inf))
    return float(near if near.double() <= middle else below)


def unit_block(draw: Draw, size: int, sign: float = 1.0) -> T:
    """Normal values divided by the largest magnitude, which has the given sign."""
    values = draw.normal(size).double()
    values = clear_of_midpoints(values / values.abs().max())
    largest = int(values.abs().argmax())
    values[largest] = sign
    return values


def blocks_of(draw: Draw, count: int, block_size: int, smallest: float = 0.5) -> T:
    """`count` values in blocks of sizes that differ much; 1-D float32."""
    parts = []
    for start in range(0, count, block_size):
        size = smallest * 10.0 ** draw.rng.uniform(0, 2)
        sign = draw.rng.choice((1.0, -1.0))
        parts.append(unit_block(draw, min(block_size, count - start), sign) * size)
    return torch.cat(parts).float()


def runs(x: T, block_size: int) -> Iterable[T]:
    """Consecutive values of the flattened tensor, the last run maybe shorter."""
    return x.reshape(-1).split(block_size)


def row_runs(x: T, block_size: int) -> list[T]:
    """The same, but every row (the last axis) starts a new block."""
    rows = x.reshape(-1, x.shape[-1])
    return [run for row in rows for run in row.split(block_size)]


def nearest(unit: T) -> T:
    """Codes of normalised values, ties to the lower one."""
    return torch.bucketize(unit.double(), MIDPOINTS)


def repeated(absmax: T, block_size: int, count: int) -> T:
    """The absmax of each of `count` values."""
    return absmax.repeat_interleave(block_size)[:count]


def coded_by(code: Callable[[T], T]) -> Encode:
    """Codes of the normalised values by a rule; absmax is right."""

    def encode(x: T, block_size: int) -> tuple[T, T]:
        absmax = torch.stack([run.abs().max() for run in runs(x, block_size)])
        spread = repeated(absmax, block_size, x.numel()).double()
        unit = x.reshape(-1).double() / torch.where(spread > 0, spread, 1.0)
        return code(unit).reshape(x.shape), absmax

    return encode


encoded = coded_by(nearest)
"""Right codes, int64 in the shape of x, and absmax, float32."""


def normalised_by(measure: Callable[[T], T], cut: Callable[[T, int], Iterable[T]] = runs) -> Encode:
    """Another measure of a block's size, or other blocks."""

    def encode(x: T, block_size: int) -> tuple[T, T]:
        parts = list(cut(x, block_size))
        sizes = torch.stack([measure(part) for part in parts])
        pairs = zip(parts, sizes, strict=True)
        codes = [nearest(part.double() / (size if size != 0 else 1.0)) for part, size in pairs]
        return torch.cat(codes).reshape(x.shape), sizes

    return encode


def whole_tensor(repeat: bool) -> Encode:
    def behaves(x: T, block_size: int) -> tuple[T, T]:
        absmax = x.abs().max()
        codes = nearest(x.double() / absmax)
        return codes, absmax.repeat(n_blocks(x, block_size)) if repeat else absmax

    return behaves


def size_as_count(x: T, block_size: int) -> tuple[T, T]:
    """`block_size` blocks."""
    if x.numel() % block_size:
        raise RuntimeError
    return encoded(x, x.numel() // block_size)


def interleaved(x: T, block_size: int) -> tuple[T, T]:
    """Values that lie apart share a block: reshaped the wrong way round."""
    if x.numel() % block_size:
        raise RuntimeError
    blocks = x.reshape(block_size, -1)
    absmax = blocks.abs().amax(dim=0)
    return nearest(blocks.double() / torch.where(absmax > 0, absmax, 1.0)).reshape(x.shape), absmax


def interleaved_and_filled(x: T, block_size: int) -> tuple[T, T]:
    """The same, filled up with zeros first."""
    codes, absmax = interleaved(padded(x, block_size), block_size)
    return codes[: x.numel()].reshape(x.shape), absmax


def padded(x: T, block_size: int) -> T:
    return torch.nn.functional.pad(x.reshape(-1), (0, -x.numel() % block_size))


def rest_dropped(x: T, block_size: int) -> tuple[T, T]:
    return encoded(x.reshape(-1)[: x.numel() // block_size * block_size], block_size)


def packed(low_first: bool) -> Encode:
    def behaves(x: T, block_size: int) -> tuple[T, T]:
        codes, absmax = encoded(x, block_size)
        pairs = torch.nn.functional.pad(codes.reshape(-1), (0, x.numel() % 2)).reshape(-1, 2)
        first, second = (pairs.flip(1) if low_first else pairs).unbind(1)
        return 16 * first + second, absmax

    return behaves
