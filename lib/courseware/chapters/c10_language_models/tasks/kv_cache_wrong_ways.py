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
