"""What wrong ways of `kv_cache_bytes` give."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from model_compression import kv_cache as reference


@dataclass(frozen=True)
class Cache:
    """The arguments by name, and what is counted of them."""

    layers: int
    heads: int
    width: int
    context: int
    batch: int
    bits: int
    group: int | None = None

    @property
    def vectors(self) -> int:
        """Keys and values of one head and token."""
        return 2 * self.layers * self.heads * self.context * self.batch

    @property
    def groups(self) -> int:
        """Scales of one vector."""
        return self.width // self.group if self.group else 0

    @property
    def codes(self) -> int:
        """Bits without the scales."""
        return self.vectors * self.width * self.bits

    @property
    def scales(self) -> int:
        """Bits of the scales."""
        return self.vectors * self.groups * 16


def counted(of: Callable[[Cache], Any], refuses: bool = True) -> Callable[..., Any]:
    """The function with another count; sizes that do not fit are refused, or not."""

    def behaves(*arguments: int) -> Any:
        cache = Cache(*arguments)
        if refuses and misfit(*arguments):
            raise ValueError
        return of(cache)

    return behaves


def from_bits(of: Callable[[Cache], float]) -> Callable[..., Any]:
    """Another number of bits, made into bytes as it should be."""
    return counted(lambda cache: math.ceil(of(cache) / 8))


def right(*arguments: int) -> int:
    return reference.kv_cache_bytes(*arguments)


def rounded_each(part: Callable[[Cache], int]) -> Callable[..., Any]:
    """Rounded up to whole bytes in each of some equal parts."""

    def count(cache: Cache) -> int:
        parts = part(cache)
        return parts * -(-(cache.codes + cache.scales) // (8 * parts)) if parts else 0

    return counted(count)


def misfit(*arguments: int) -> bool:
    cache = Cache(*arguments)
    return bool(cache.group and cache.width % cache.group)


def along_the_tokens(*arguments: int) -> int:
    """A group takes numbers of neighbouring tokens."""
    c = Cache(*arguments)
    if not c.group:
        return right(*arguments)
    if c.context % c.group:
        raise ValueError
    return math.ceil((c.codes + c.vectors * c.width // c.group * 16) / 8)


def refused_by(refuses: Callable[[Cache], bool], of: Callable[[Cache], int]) -> Callable[..., Any]:
    """Another test of the group size, and a count."""

    def behaves(*arguments: int) -> int:
        cache = Cache(*arguments)
        if cache.group and refuses(cache):
            raise ValueError
        return of(cache)

    return behaves


def of_the_model(one_scale: bool) -> Callable[..., int]:
    """`head_dim` divided among the heads; without groups one scale a vector, or none."""

    def behaves(*arguments: int) -> int:
        c = Cache(*arguments)
        width = c.width // c.heads
        group = c.group or (width if one_scale else None)
        if group and width % group:
            raise ValueError
        return math.ceil(c.vectors * (width * c.bits + (width // group * 16 if group else 0)) / 8)

    return behaves


def left_out(
    factor: Callable[[Cache], int], rounding: Callable[[float], int] = math.ceil
) -> Callable[..., Any]:
    """The bits without a factor, and made into bytes."""
    return counted(lambda c: rounding((c.codes + c.scales) // factor(c) / 8))


def through_values(change: Callable[[Any], Any]) -> Callable[..., Any]:
    """The number of values goes through a machine number."""
    return counted(lambda c: -(-(change(c.vectors * c.width) * c.bits + c.scales) // 8))


def factor_by_factor(*arguments: int) -> int:
    """The number of values as a product in float32, which loses digits at each factor."""
    c = Cache(*arguments)
    if misfit(*arguments):
        raise ValueError
    factors = [2, c.layers, c.heads, c.context, c.batch, c.width]
    values = int(torch.tensor(factors, dtype=torch.float32).prod())
    return -(-(values * c.bits + (values // c.group * 16 if c.group else 0)) // 8)


def through_bits(change: Callable[[Any], Any]) -> Callable[..., Any]:
    return counted(lambda c: -(-change(c.codes + c.scales) // 8))


def _of_tokens(rounding: Callable[[float], int], keys_alone: bool) -> Callable[[Cache], int]:
    """Scales of groups that run along the tokens, one a place of the vector."""

    def number(c: Cache) -> int:
        if not c.group or not c.context:
            return 0
        turned = c.vectors // c.context * c.width * rounding(c.context / c.group)
        return (turned + c.vectors * c.groups) // 2 if keys_alone else turned

    return number


OF_TOKENS = tuple(
    _of_tokens(rounding, alone) for rounding in (math.ceil, math.floor) for alone in (False, True)
)


def below(most: int) -> Callable[[Cache], int]:
    """Scales of codes of fewer bits alone."""
    return lambda c: c.vectors * c.groups if c.bits < most else 0


WHOLE_NUMBERS = 8, 9, 16, 17
"""From so many bits on, numbers may seem not to be quantized."""


def without_scales_from(most: int, fits: bool) -> Callable[..., int]:
    """From so many bits on no scales; the group size has to fit there as well, or not."""

    def refuses(c: Cache) -> bool:
        return c.width % (c.group or 1) != 0 and (fits or c.bits < most)

    return refused_by(refuses, lambda c: -(-(c.codes + 16 * below(most)(c)) // 8))


def none_of_the_whole(c: Cache) -> int:
    return c.vectors * c.groups if c.group != c.width else 0
