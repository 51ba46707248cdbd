"""What wrong ways of `mxfp4_quantize` give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from model_compression.microscaling import BLOCK

T = torch.Tensor
Behaviour = Callable[[T], Any]
MAGNITUDES = torch.tensor([0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0], dtype=torch.float64)
BORDERS = (MAGNITUDES[1:] + MAGNITUDES[:-1]) / 2
BIAS = 127


def nearest(magnitudes: T) -> T:
    """Codes 0 … 7, a tie to the even one."""
    upper = torch.bucketize(magnitudes, BORDERS, right=True)
    lower = torch.bucketize(magnitudes, BORDERS)
    return torch.where(upper % 2 == 0, upper, lower)


def floor_log2(absmax: T) -> T:
    return torch.frexp(absmax).exponent.double() - 1


def absmax(blocks: T) -> T:
    return blocks.abs().amax(dim=-1)


def _exponent(blocks: T) -> T:
    return floor_log2(absmax(blocks)) - 2


def _zero_to_zero(exponent: T, blocks: T) -> T:
    return torch.where(blocks.any(dim=-1), exponent, -BIAS)


def signed(codes: T, values: T) -> T:
    return codes + 8 * (values < 0)


def made(
    exponent: Callable[[T], T] = _exponent,
    element: Callable[[T], T] = nearest,
    sign: Callable[[T, T], T] = signed,
    stored: Callable[[T], T] = lambda e: e + BIAS,
    cut: Callable[[T], T] = lambda x: x.unflatten(-1, (-1, BLOCK)),
    refuses: bool = True,
) -> Behaviour:
    """The right function, but for what is given."""

    def behaves(x: T) -> tuple[T, T]:
        if refuses and x.shape[-1] % BLOCK:
            raise ValueError
        blocks = cut(x.double())
        e = _zero_to_zero(exponent(blocks), blocks)
        scaled = blocks / torch.exp2(e)[..., None]
        codes = sign(element(scaled.abs()).double(), scaled)
        return codes.reshape(x.shape).to(torch.int64), stored(e)

    return behaves


right = made()


def changed(change: Callable[[T, T], Any]) -> Behaviour:
    """Something else made of the right (codes, exponents)."""

    def behaves(x: T) -> Any:
        codes, exponents = right(x)
        return change(codes.to(torch.uint8), exponents.to(torch.uint8))

    return behaves


def steps(rounding: Callable[[T], T], top: float) -> Callable[[T], T]:
    """An even grid."""
    return lambda magnitudes: rounding(magnitudes).clamp(max=top)


def wrapping(modulus: int) -> Callable[[T], T]:
    """Rounded as if the grid went on beyond 6: to 8, which is code 8."""

    def element(magnitudes: T) -> T:
        beyond = magnitudes > 7
        codes = nearest(magnitudes)
        return torch.where(beyond, torch.tensor(8 % modulus), codes)

    return element


def by_table(table: list[float]) -> Callable[[T], T]:
    """The nearest of other magnitudes."""
    values = torch.tensor(table, dtype=torch.float64)
    return lambda m: (m[..., None] - values).abs().argmin(dim=-1)


def shared(over: Callable[[T], T], log: Callable[[T], T] = floor_log2) -> Behaviour:
    """One exponent for more than a block, with the same number of entries."""

    def exponent(blocks: T) -> T:
        return (log(over(blocks)) - 2).expand(blocks.shape[:-1])

    return made(exponent)


def in_runs_of(size: int) -> Behaviour:
    """Blocks of another size."""

    def behaves(x: T) -> Any:
        if x.shape[-1] % size:
            raise ValueError
        blocks = x.double().unflatten(-1, (-1, size))
        e = _zero_to_zero(_exponent(blocks), blocks)
        scaled = blocks / torch.exp2(e)[..., None]
        return signed(nearest(scaled.abs()), scaled).reshape(x.shape), e + BIAS

    return behaves


def down_the_columns(x: T) -> Any:
    if x.dim() < 2 or x.shape[0] % BLOCK:
        raise RuntimeError
    codes, exponents = right(x.movedim(0, -1).contiguous())
    return codes.movedim(-1, 0), exponents.movedim(-1, 0)


def interleaved(x: T) -> Any:
    """A block takes values that lie apart in their row."""
    if x.shape[-1] % BLOCK:
        raise ValueError
    runs = x.unflatten(-1, (BLOCK, -1)).transpose(-1, -2)
    codes, exponents = right(runs.reshape(x.shape))
    back = codes.reshape(runs.shape).transpose(-1, -2)
    return back.reshape(x.shape), exponents


def across_rows(x: T) -> Any:
    """Blocks of the flattened tensor; what they do not fill is an error of torch's."""
    if x.numel() % BLOCK:
        raise ValueError
    codes, exponents = right(x.reshape(-1))
    if x.shape[-1] % BLOCK == 0:
        return codes.reshape(x.shape), exponents.reshape(*x.shape[:-1], -1)
    return codes.reshape(x.shape), exponents


def flat_exponents(codes: T, exponents: T) -> Any:
    return codes, exponents.reshape(-1)


def dequantized(x: T) -> Any:
    codes, exponents = right(x)
    scale = torch.exp2(exponents - BIAS).repeat_interleave(BLOCK, dim=-1)
    values = MAGNITUDES[codes % 8] * torch.where(codes >= 8, -1.0, 1.0)
    return (values * scale).float(), exponents.to(torch.uint8)


def elements_returned(x: T) -> Any:
    codes, exponents = right(x)
    return MAGNITUDES[codes % 8] * torch.where(codes >= 8, -1.0, 1.0), exponents.to(torch.uint8)


def packed(codes: T, exponents: T) -> Any:
    low, high = codes[..., 0::2], codes[..., 1::2]
    return low + 16 * high, exponents


def packed_high_first(codes: T, exponents: T) -> Any:
    high, low = codes[..., 0::2], codes[..., 1::2]
    return low + 16 * high, exponents


def misfit(x: T) -> bool:
    return x.shape[-1] % BLOCK != 0


def filled_up(x: T) -> tuple[T, T]:
    """The last axis is filled up with zeros to whole blocks; their codes are cut off again."""
    n = x.shape[-1]
    codes, exponents = right(torch.nn.functional.pad(x, (0, -n % BLOCK)))
    return codes[..., :n], exponents


def filled_up_in_runs_of(size: int) -> Behaviour:
    """The same with blocks of another size."""

    def behaves(x: T) -> tuple[T, T]:
        n = x.shape[-1]
        codes, exponents = in_runs_of(size)(torch.nn.functional.pad(x, (0, -n % size)))
        return codes[..., :n], exponents

    return behaves


def halves_first(up: bool) -> Callable[[T], T]:
    """Rounded to halves below 4, to 4 or 6 above; what lies between two elements then goes up."""

    def element(m: T) -> T:
        step = torch.where(m < 4, 0.5, 2.0)
        halves = ((m / step).round() * step).clamp(max=6)
        place = torch.bucketize(halves, MAGNITUDES)
        return place if up else torch.bucketize(halves, MAGNITUDES, right=True) - 1

    return element


def _steps_first(step: float, then: Callable[[T], T]) -> Callable[[T], T]:
    return lambda magnitudes: then((magnitudes / step).round() * step)


STEPS_FIRST: tuple[Callable[[T], T], ...] = tuple(
    _steps_first(step, then)
    for step in (0.5, 0.25, 1.0)
    for then in (
        nearest,
        lambda m: torch.bucketize(m, BORDERS),
        lambda m: torch.bucketize(m, BORDERS, right=True),
    )
)
"""Rounded to an even grid, then to the nearest element: a tie to the even, lower or upper one."""


def _finer_first(least: float, then: Callable[[T], T]) -> Callable[[T], T]:
    """Steps that go on getting smaller below 1, down to an octave, and what is made of these."""

    def element(m: T) -> T:
        octave = torch.floor(torch.log2(m.clamp(min=least)))
        step = torch.exp2(octave - 1)
        return then(((m / step).round() * step).clamp(max=6))

    return element


FINER_FIRST: tuple[Callable[[T], T], ...] = tuple(
    _finer_first(least, then)
    for least in (0.5, 0.25, 2.0**-20)
    for then in (
        lambda m: torch.bucketize(m, MAGNITUDES),
        lambda m: torch.bucketize(m, MAGNITUDES, right=True) - 1,
        nearest,
        lambda m: torch.bucketize(m, BORDERS),
    )
)


def has_zero_block(x: T) -> bool:
    return not misfit(x) and not bool(x.unflatten(-1, (-1, BLOCK)).any(dim=-1).all())


def zero_blocks_as(code: int) -> Behaviour:
    """0 / 0 is not a number, and ends up at one end of the grid."""

    def behaves(x: T) -> Any:
        codes, exponents = right(x)
        there = x.unflatten(-1, (-1, BLOCK)).any(dim=-1).repeat_interleave(BLOCK, dim=-1)
        return torch.where(there, codes, code).to(torch.uint8), exponents.to(torch.uint8)

    return behaves


def fitted(blocks: T) -> T:
    """The exponent with which nothing is cut: 6 reaches the largest magnitude."""
    return torch.ceil(torch.log2(absmax(blocks).clamp(min=1e-300) / 6))


def twos_complement(codes: T, values: T) -> T:
    return torch.where(values < 0, 16 - codes, codes) % 16


NOT_DOWN: tuple[Callable[[T], T], ...] = (
    lambda sizes: torch.ceil(torch.log2(sizes)),
    lambda sizes: torch.round(torch.log2(sizes)),
)
WIDER: tuple[Callable[[T], T], ...] = (
    lambda b: b.abs().amax(dim=(-1, -2)).unsqueeze(-1),
    lambda b: b.abs().max(),
)


def not_down(up: Callable[[T], T]) -> Behaviour:
    return made(lambda blocks: up(absmax(blocks)) - 2)


def biased(bias: int) -> Callable[[T], T]:
    return lambda e: e + bias
