"""What wrong ways of `int8_linear` give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from courseware.checks.zero_guards import ADDED_TO_SCALES

T = torch.Tensor
Arguments = tuple[T, T, T]
Behaviour = Callable[..., Any]


def top(values: T) -> T:
    """Scale absmax / 127 of each entry of the last axis but one; 1 for zeros."""
    absmax = values.abs().amax(dim=-1, keepdim=True)
    return torch.where(absmax > 0, absmax / 127, 1.0)


def of_all(values: T) -> T:
    return top(values.reshape(1, -1))


def divided_by(steps: float, scale_of: Callable[[T], T]) -> Callable[[T], T]:
    return lambda values: scale_of(values) * (127 / steps)


def signed(scale_of: Callable[[T], T]) -> Callable[[T], T]:
    """The largest value instead of the largest magnitude; 1 where that is not above 0."""
    return lambda values: scale_of(torch.where(values > 0, values, 0.0))


def signed_top(values: T) -> T:
    """The same, but negative where all values are."""
    largest = values.amax(dim=-1, keepdim=True)
    return torch.where(largest != 0, largest / 127, 1.0)


def signed_of_all(values: T) -> T:
    return signed_top(values.reshape(1, -1))


def _both_scales(acc: T, s_x: T, s_w: T, bias: T) -> T:
    return acc * s_x * s_w.T + bias


def without_bias(acc: T, s_x: T, s_w: T, bias: T) -> T:
    return acc * s_x * s_w.T


def wrapped(bits: int) -> Callable[[T], T]:
    """Sums that overflow an accumulator of some bits."""
    half = 2 ** (bits - 1)
    return lambda acc: (acc + half) % (2 * half) - half


def saturated(bits: int) -> Callable[[T], T]:
    half = 2 ** (bits - 1)
    return lambda acc: acc.clamp(-half, half - 1)


def at_least(small: float, scale_of: Callable[[T], T]) -> Callable[[T], T]:
    return lambda values: scale_of(values).clamp(min=small)


def plus(small: float, scale_of: Callable[[T], T]) -> Callable[[T], T]:
    """A small number added to each scale; that of zeros, which is 1, tells nothing."""
    return lambda values: scale_of(values) + small


LEFT_OUT: tuple[Callable[[T, T, T, T], T], ...] = (
    lambda acc, s_x, s_w, bias: acc * s_x + bias,
    lambda acc, s_x, s_w, bias: acc * s_w.T + bias,
    lambda acc, s_x, s_w, bias: acc + bias,
)
"""Ways back to outputs that lack a scale, or both."""

LOWEST = -128, -127
"""The lowest code that is left by a clamp."""
GUARDED = [
    pair
    for small in (1e-12, 1e-8, 1e-6, 1e-5, 1e-4, 1e-3)
    for pair in ((small, small), (small, 0.0), (0.0, small))
]
"""Least scales of x and of the rows of the weight."""
ADDED = [
    pair
    for small in ADDED_TO_SCALES
    for each in (small, small / 127)  # to the scale, or to absmax
    for pair in ((each, each), (each, 0.0), (0.0, each))
]
"""What is added to the scales of x and of the rows."""


def computed(
    scale_x: Callable[[T], T] = of_all,
    scale_w: Callable[[T], T] = top,
    rounding: Callable[[T], T] = torch.round,
    accumulate: Callable[[T], T] = lambda acc: acc,
    rescale: Callable[[T, T, T, T], T] = _both_scales,
    lowest: int = -128,
    highest: int = 127,
    added: Callable[[T, T, T], T] = lambda s_x, s_w, bias: torch.zeros_like(bias).long(),
) -> Behaviour:
    """The right layer, but for what is given. Right scales leave nothing to clamp."""

    def behaves(x: T, weight: T, bias: T) -> tuple[T, T]:
        s_x, s_w = scale_x(x), scale_w(weight)
        q_x = rounding(x / s_x).clamp(lowest, highest).double()
        q_w = rounding(weight / s_w).clamp(lowest, highest).double()
        acc = accumulate((q_x @ q_w.T).long()) + added(s_x, s_w, bias)
        return acc, rescale(acc, s_x, s_w, bias)

    return behaves


right = computed()


def changed(change: Callable[[T, T, T, T, T], Any]) -> Behaviour:
    """Something else made of the right results: change(acc, y, x, weight, bias)."""

    def behaves(x: T, weight: T, bias: T) -> Any:
        acc, y = right(x, weight, bias)
        return change(acc, y, x, weight, bias)

    return behaves


def rounded_after_the_sum(x: T, weight: T, bias: T) -> tuple[T, T]:
    s_x, s_w = of_all(x), top(weight)
    acc = torch.round(x @ weight.T / (s_x * s_w.T)).long()
    return acc, _both_scales(acc, s_x, s_w, bias)


def rounded_bias(s_x: T, s_w: T, bias: T) -> T:
    """In units of the sums."""
    return torch.round(bias / (s_x * s_w.T)).long()


def bias_in_the_sum(x: T, weight: T, bias: T) -> tuple[T, T]:
    acc, _ = right(x, weight, bias)
    s_x, s_w = of_all(x), top(weight)
    acc = acc + rounded_bias(s_x, s_w, bias)
    return acc, acc * s_x * s_w.T


def bias_rounded(acc: T, s_x: T, s_w: T, bias: T) -> T:
    """The bias in whole steps, beside the sums and not in them."""
    return (acc + rounded_bias(s_x, s_w, bias)) * s_x * s_w.T


def fixed_point(bits: int) -> Callable[[T, T, T, T], T]:
    """The product of the scales with so many bits behind the point."""
    return lambda acc, s_x, s_w, bias: acc * (torch.round(s_x * s_w.T * 2**bits) / 2**bits) + bias


def each_fixed_point(bits: int) -> Callable[[T, T, T, T], T]:
    """Each of the scales."""
    return lambda acc, s_x, s_w, bias: (
        acc * (torch.round(s_x * 2**bits) * torch.round(s_w.T * 2**bits) / 4**bits) + bias
    )


FRACTIONS = 8, 10, 12, 15, 16, 20, 24
"""Bits behind the point."""


def taken_for_zeros(asks: Callable[[T], T], scale_of: Callable[[T], T]) -> Callable[[T], T]:
    """1 for what is taken for zeros."""

    def scale(values: T) -> T:
        scales = scale_of(values)
        return torch.where(asks(values.reshape(len(scales), -1)), 1.0, scales)

    return scale


def scales_down(error: type[Exception]) -> Behaviour:
    """Row scales of shape (out, 1) times sums of shape (N, out); `error` if that cannot be."""

    def behaves(x: T, weight: T, bias: T) -> tuple[T, T]:
        acc, _ = right(x, weight, bias)
        if len(x) not in (1, len(weight)) and len(weight) > 1:
            raise error
        return acc, acc * of_all(x) * top(weight) + bias

    return behaves


def flat_row_scales(error: type[Exception]) -> Behaviour:
    """weight divided by scales of shape (out,), which torch lays along its columns."""

    def behaves(x: T, weight: T, bias: T) -> tuple[T, T]:
        s_x, s_w = of_all(x), top(weight)
        if len(weight) not in (1, weight.shape[1]) and weight.shape[1] > 1:
            raise error
        q_w = torch.round(weight / s_w[:, 0]).double()
        acc = (torch.round(x / s_x).double() @ q_w.T).long()
        return acc, _both_scales(acc, s_x, s_w, bias)

    return behaves


def in_half(half: torch.dtype) -> Behaviour:
    """x and weight cut to 16 bits before they are rounded to codes."""
    return lambda x, weight, bias: right(x.to(half).float(), weight.to(half).float(), bias)


def halved(half: torch.dtype) -> Callable[[T], T]:
    """Steps that were floats of 16 bits before they are rounded."""
    return lambda steps: torch.round(steps.to(half)).float()


def scale_per_input(x: T, weight: T, bias: T) -> tuple[T, T]:
    """One scale for each column of the weight, put back before the sum."""
    s_x, s_w = of_all(x), top(weight.T).T
    q_x, q_w = torch.round(x / s_x), torch.round(weight / s_w)
    return (q_x @ q_w.T).long(), (q_x * s_x) @ (q_w * s_w).T + bias


def affine_inputs(x: T, weight: T, bias: T) -> tuple[T, T]:
    """x on an unsigned grid with a zero point."""
    low, high = x.min().clamp(max=0), x.max().clamp(min=0)
    s_x, s_w = (high - low) / 255, top(weight)
    zero_point = torch.round(-low / s_x)
    q_x = (torch.round(x / s_x) + zero_point).clamp(0, 255) - zero_point
    acc = (q_x @ torch.round(weight / s_w).T).long()
    return acc, _both_scales(acc, s_x, s_w, bias)


def not_transposed(error: type[Exception]) -> Behaviour:
    """The codes multiplied as they are; `error` where their shapes do not meet."""

    def behaves(x: T, weight: T, bias: T) -> tuple[T, T]:
        s_x, s_w = of_all(x), top(weight)
        if weight.shape[0] != x.shape[1]:
            raise error
        acc = (torch.round(x / s_x) @ torch.round(weight / s_w)).long()
        return acc, _both_scales(acc, s_x, s_w, bias)

    return behaves


SIGNED = (
    (signed(of_all), signed(top)),
    (signed_of_all, signed_top),
    (of_all, signed(top)),
    (of_all, signed_top),
    (signed(of_all), top),
    (signed_of_all, top),
)
"""Scales of x and of the rows of the weight, at least one of them from the largest value."""


def weight_reshaped(x: T, weight: T, bias: T) -> tuple[T, T]:
    """The codes of the weight in the shape of its transpose, in the order that they had."""
    s_x, s_w = of_all(x), top(weight)
    q_w = torch.round(weight / s_w).reshape(weight.shape[1], weight.shape[0])
    acc = (torch.round(x / s_x).double() @ q_w.double()).long()
    return acc, _both_scales(acc, s_x, s_w, bias)


def clamped_to(low: int, high: int) -> Behaviour:
    return computed(rounding=lambda steps: torch.round(steps).clamp(low, high))


def outputs_in(half: torch.dtype) -> Callable[..., Any]:
    return lambda acc, y, *_: (acc, y.to(half).float())


def outputs_to(digits: int) -> Callable[..., Any]:
    return lambda acc, y, *_: (acc, y.round(decimals=digits))


def reset_by_zeros(weight: T) -> T:
    """Scales of 1 for all rows as soon as one of them is all zeros."""
    return top(weight) if bool(weight.any(dim=1).all()) else torch.ones(len(weight), 1)


def nothing_but_bias(x: T, weight: T, bias: T) -> tuple[T, T]:
    """Sums of 0."""
    acc = torch.zeros(len(x), len(weight), dtype=torch.int32)
    return acc, bias.expand(len(x), -1)


def any_zeros(x: T, weight: T, bias: T) -> bool:
    return not bool(x.any()) or not bool(weight.any(dim=1).all())
