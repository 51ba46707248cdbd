"""Codes and absmax that wrong ways of `nf4_quantize` give."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any

import torch

from courseware.chapters.c10_language_models.tasks.nf4_blocks import (
    MIDPOINTS,
    TABLE,
    coded_by,
    encoded,
    nearest,
    normalised_by,
    repeated,
)

T = torch.Tensor
Behaviour = Callable[[T, int], Any]


def absmax(part: T) -> T:
    return part.abs().max()


def sizes(x: T, block_size: int) -> T:
    return encoded(x, block_size)[1]


def changed(change: Callable[[T, T], Any]) -> Behaviour:
    """Something else made of the right (codes, absmax)."""
    return lambda x, block_size: change(*encoded(x, block_size))


def with_codes(change: Callable[[T], T]) -> Behaviour:
    return changed(lambda codes, absmax: (change(codes), absmax))


_PARTS = torch.arange(7), torch.arange(7, 8), torch.arange(8, 16).flip(0)
UNSORTED = tuple(torch.cat(parts).argsort() for parts in permutations(_PARTS))
"""The place of each code in a codebook whose parts stand as they are made, not sorted."""


def placed(places: T) -> Behaviour:
    return with_codes(lambda codes: places[codes])


def with_absmax(change: Callable[[T], T]) -> Behaviour:
    return changed(lambda codes, absmax: (codes.to(torch.uint8), change(absmax)))


def shifted(by: int) -> Behaviour:
    return with_codes(lambda codes: codes + by)


def per_value(x: T, block_size: int) -> tuple[T, T]:
    codes, absmax = encoded(x, block_size)
    return codes.to(torch.uint8), repeated(absmax, block_size, x.numel())


def per_value_shaped(x: T, block_size: int) -> tuple[T, T]:
    codes, absmax = per_value(x, block_size)
    return codes, absmax.reshape(x.shape)


def dequantized(x: T, block_size: int) -> tuple[T, T]:
    codes, absmax = encoded(x, block_size)
    return TABLE[codes] * per_value_shaped(x, block_size)[1], absmax


def in_blocks(keep_axis: bool) -> Behaviour:
    def behaves(x: T, block_size: int) -> tuple[T, T]:
        codes, absmax = encoded(x, block_size)
        return codes.reshape(-1, block_size), absmax[:, None] if keep_axis else absmax

    return behaves


def ragged(x: T, block_size: int) -> bool:
    return x.numel() % block_size != 0


def has_zero_block(x: T, block_size: int) -> bool:
    return not bool(encoded(x, block_size)[1].all())


def zero_blocks_as(code: int) -> Behaviour:
    """0 / 0 is nan, which becomes the first code or the last."""

    def behaves(x: T, block_size: int) -> tuple[T, T]:
        codes, absmax = encoded(x, block_size)
        return torch.where(per_value_shaped(x, block_size)[1] > 0, codes, code), absmax

    return behaves


def absmax_of_zeros(instead: float) -> Behaviour:
    return with_absmax(lambda absmax: torch.where(absmax > 0, absmax, instead))


def guarded(small: float, added: bool, shown: bool, zero: bool = False) -> Behaviour:
    """absmax kept away from 0 by `small`; `shown` if that also shows in the absmax returned.

    That of a block of zeros stays 0 if `zero`.
    """

    def measure(part: T) -> T:
        return absmax(part) + small if added else absmax(part).clamp(min=small)

    def behaves(x: T, block_size: int) -> tuple[T, T]:
        codes, guarded = normalised_by(measure)(x, block_size)
        right = encoded(x, block_size)[1]
        return codes, torch.where(
            right > 0, guarded, right if zero else guarded
        ) if shown else right

    return behaves


def rest_left(code: int) -> Behaviour:
    """What does not fill a block keeps a code, and has no absmax."""

    def behaves(x: T, block_size: int) -> tuple[T, T]:
        n = x.numel() // block_size * block_size
        codes = torch.full((x.numel(),), code)
        line = x.reshape(-1)
        if n == 0:
            return codes.reshape(x.shape), line[:0]
        codes[:n], sizes = encoded(line[:n], block_size)
        return codes.reshape(x.shape), sizes

    return behaves


def filled_from(place: int) -> Behaviour:
    """The last block is filled up with the first values of the tensor, or with its last ones."""

    def behaves(x: T, block_size: int) -> tuple[T, T]:
        line = x.reshape(-1)
        missing = -x.numel() % block_size
        more = line.repeat(-(-block_size // x.numel()))
        filler = more[:missing] if place == 0 else more[len(more) - missing :]
        codes, sizes = encoded(torch.cat((line, filler)), block_size)
        return codes[: x.numel()].reshape(x.shape), sizes

    return behaves


def in_half(half: torch.dtype) -> Behaviour:
    return normalised_by(lambda part: absmax(part).to(half).float())


def evenly(unit: T) -> T:
    return torch.round((unit + 1) * 7.5)


def one_for_all(code: Callable[[T], T], repeat: bool = True) -> Behaviour:
    """Codes by another rule, normalised by one absmax for all blocks."""

    def behaves(x: T, block_size: int) -> tuple[T, T]:
        codes, size = coded_by(code)(x, x.numel())
        return codes, size.repeat(-(-x.numel() // block_size)) if repeat else size

    return behaves


def rest_joined(x: T, block_size: int) -> list[T]:
    line, fits = x.reshape(-1), x.numel() // block_size * block_size
    cut = list(line[:fits].split(block_size))
    return [*cut[:-1], torch.cat((cut[-1], line[fits:]))] if cut else [line]


def mirrored(unit: T) -> T:
    steps = (unit.abs()[:, None] - TABLE[7:]).abs().argmin(dim=1)
    return torch.where(unit < 0, 7 - steps, 7 + steps).clamp(0, 15)


def towards_zero(unit: T) -> T:
    upper = torch.bucketize(unit, MIDPOINTS, right=True)
    return torch.where(unit < 0, upper, nearest(unit))


def by_columns(code: Callable[[T], T], back: bool = False) -> Behaviour:
    """A matrix laid out column by column, the codes put back row by row; or in their places."""

    def behaves(x: T, block_size: int) -> tuple[T, T]:
        codes, absmax = coded_by(code)(x.T if x.dim() == 2 else x, block_size)
        return codes.T if back and x.dim() == 2 else codes.reshape(x.shape), absmax

    return behaves
