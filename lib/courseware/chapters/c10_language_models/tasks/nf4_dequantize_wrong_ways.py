"""What wrong ways of `nf4_dequantize` give."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any

import torch

from courseware.chapters.c10_language_models.tasks.nf4_blocks import (
    TABLE,
    n_blocks,
    repeated,
)

T = torch.Tensor
Behaviour = Callable[[T, T, int], Any]


def scaled(look_up: Callable[[T], T], spread: Callable[..., T] = repeated) -> Behaviour:
    """Other values of the codes, or another absmax of each."""

    def behaves(q: T, absmax: T, block_size: int) -> T:
        scale = spread(absmax.double(), block_size, q.numel()).reshape(q.shape)
        return look_up(q.long()) * scale

    return behaves


def entries(q: T) -> T:
    return TABLE[q]


right = scaled(entries)


def even_grid(zero: float, steps: float) -> Callable[[T], T]:
    """A code as a number of steps from a code that stands for 0."""
    return lambda q: (q.double() - zero) / steps


def wrapped_grid(zero: int, steps: float) -> Callable[[T], T]:
    """The same, where what is below 0 wraps around in a byte."""
    return lambda q: ((q - zero) % 256).double() / steps


SIZES: tuple[Callable[[T], T], ...] = (
    lambda absmax: absmax[:1],
    lambda absmax: absmax.max().reshape(1),
    lambda absmax: absmax.mean().reshape(1),
)


def of_one(look_up: Callable[[T], T], size: Callable[[T], T]) -> Behaviour:
    """One absmax for all blocks."""
    return lambda q, absmax, block_size: scaled(look_up)(q, size(absmax), q.numel())


_PARTS = TABLE[:7], TABLE[7:8], TABLE[8:].flip(0)
"""Below 0, 0, and above it, as they are made from the outermost share on."""


def looked_up_in(table: T) -> Callable[[T], T]:
    return lambda q: table[q]


UNSORTED = tuple(torch.cat(parts) for parts in permutations(_PARTS))
GRIDS = (
    *((7.5, 7.5), (7, 7), (8, 7), (7, 8), (8, 8)),
    *((0, 15), (0, 7), (0, 1), (7, 1), (8, 1)),
)
"""The code that is taken for 0, and how many steps are taken for 1."""
AS_NUMBERS = (
    "The codes were computed with, as if they were steps of an even grid. A code is a position in "
    "the codebook: look up which value stands there."
)


def to_decimals(digits: int) -> Callable[[T], T]:
    return lambda q: TABLE.round(decimals=digits)[q]


def result_in(dtype: torch.dtype) -> Behaviour:
    return changed(lambda values: values.to(dtype).float())


def table_in(dtype: torch.dtype) -> Behaviour:
    return scaled(lambda q: TABLE.to(dtype)[q])


def product_in(dtype: torch.dtype) -> Behaviour:
    """Codebook and absmax in 16 bits, and their product."""

    def behaves(q: T, absmax: T, block_size: int) -> T:
        spread = repeated(absmax, block_size, q.numel()).reshape(q.shape)
        return (TABLE.to(dtype)[q.long()] * spread.to(dtype)).float()

    return behaves


def in_turn(absmax: T, block_size: int, count: int) -> T:
    return absmax.repeat(block_size + 1)[:count]


def by_remainder(absmax: T, block_size: int, count: int) -> T:
    """`%` in place of `//`: the place within a block is taken for the number of the block."""
    return absmax[torch.arange(count) % block_size % len(absmax)]


def by_rounded_place(absmax: T, block_size: int, count: int) -> T:
    """The number of a block is rounded; where there is none any more, the last one is taken."""
    places = (torch.arange(count).double() / block_size).round().long()
    return absmax[places.clamp(max=len(absmax) - 1)]


def of_equal_size(absmax: T, block_size: int, count: int) -> T:
    sizes = [len(part) for part in torch.arange(count).chunk(len(absmax))]
    return absmax[: len(sizes)].repeat_interleave(torch.tensor(sizes))


def size_as_count(absmax: T, block_size: int, count: int) -> T:
    """`block_size` blocks; the rest of the absmax is never reached."""
    return absmax[torch.arange(count) // max(count // block_size, 1)]


def by_rows(q: T, absmax: T, block_size: int) -> T:
    """Every row starts a new block."""
    rows = q.reshape(-1, q.shape[-1])
    per_row = n_blocks(rows[0], block_size)
    scale = absmax.double()[: len(rows) * per_row].reshape(len(rows), per_row)
    spread = scale.repeat_interleave(block_size, dim=1)[:, : q.shape[-1]]
    return (TABLE[rows.long()] * spread).reshape(q.shape)


def by_rows_as_far_as_it_goes(q: T, absmax: T, block_size: int) -> T:
    """The same, but the last absmax is taken where there are no more."""
    rows = q.reshape(-1, q.shape[-1])
    places = torch.arange(len(rows))[:, None] * n_blocks(rows[0], block_size)
    places = places + torch.arange(q.shape[-1]) // block_size
    return (TABLE[rows.long()] * absmax[places.clamp(max=len(absmax) - 1)]).reshape(q.shape)


def anew_in_each_row(q: T, absmax: T, block_size: int) -> T:
    """Every row begins with the first absmax again."""
    places = torch.arange(q.shape[-1]) // block_size
    return (TABLE[q.long()] * absmax[places.clamp(max=len(absmax) - 1)]).reshape(q.shape)


def last_of_the_full(absmax: T, block_size: int, count: int) -> T:
    """Only full blocks are counted: the shorter one at the end takes the absmax before it."""
    places = torch.arange(count) // block_size
    return absmax[places.clamp(max=max(count // block_size, 1) - 1)]


def one_too_early(absmax: T, block_size: int, count: int) -> T:
    """The next block begins with the last code of each."""
    places = (torch.arange(count) + 1) // block_size
    return absmax[places.clamp(max=len(absmax) - 1)]


def by_columns(look_up: Callable[[T], T]) -> Behaviour:
    """A matrix of codes laid out column by column."""

    def behaves(q: T, absmax: T, block_size: int) -> T:
        turned = q.T if q.dim() == 2 else q
        values = scaled(look_up)(turned.reshape(-1), absmax, block_size).reshape(turned.shape)
        return values.T if q.dim() == 2 else values

    return behaves


def largest_in(dtype: torch.dtype, product: bool) -> Behaviour:
    """The largest absmax for all, with the codebook, or the product as well, in 16 bits."""

    def behaves(q: T, absmax: T, block_size: int) -> T:
        found = TABLE.to(dtype)[q.long()]
        return found * absmax.max().to(dtype) if product else found.double() * absmax.max()

    return behaves


def rest_at_zero(q: T, absmax: T, block_size: int) -> T:
    whole = q.numel() // block_size * block_size
    values = right(q, absmax, block_size).reshape(-1)
    return torch.where(torch.arange(q.numel()) < whole, values, 0.0).reshape(q.shape)


def ragged(q: T, absmax: T, block_size: int) -> bool:
    return q.numel() % block_size != 0


def changed(change: Callable[[T], Any]) -> Behaviour:
    return lambda q, absmax, block_size: change(right(q, absmax, block_size))


def as_mask(error: type[Exception]) -> Behaviour:
    """What torch makes of a uint8 index: no mask of this shape fits, or no single entry comes."""

    def behaves(q: T, absmax: T, block_size: int) -> T:
        raise error

    return behaves
