"""What wrong ways of `affine_params` give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

Params = tuple[Any, Any]


def low_high(x: torch.Tensor) -> tuple[float, float]:
    return min(float(x.min()), 0.0), max(float(x.max()), 0.0)


def step(x: torch.Tensor, n_bits: int) -> float:
    low, high = low_high(x)
    return (high - low) / (2**n_bits - 1) or 1.0


def with_zero_point(
    zero_point: Callable[[float, float, float, int], Any],
) -> Callable[..., Params]:
    """The right scale with another zero point, told from low, high, scale and n_bits."""

    def behaves(x: torch.Tensor, n_bits: int) -> Params:
        scale = step(x, n_bits)
        return scale, zero_point(*low_high(x), scale, n_bits)

    return behaves


def rounded_before_dividing(
    before: Callable[[float], int], after: Callable[[float], int]
) -> Callable[..., Params]:
    """The lower end made whole before it is divided by the scale, and the quotient, too."""
    return with_zero_point(lambda low, high, scale, n_bits: after(before(-low) / scale))


def with_steps(steps: Callable[[int], float], clamped: bool = False) -> Callable[..., Params]:
    """The range spread over another number of steps; the zero point brought back to the codes."""

    def behaves(x: torch.Tensor, n_bits: int) -> Params:
        low, high = low_high(x)
        scale = (high - low) / steps(n_bits) or 1.0
        zero_point = round(-low / scale)
        return scale, min(zero_point, 2**n_bits - 1) if clamped else zero_point

    return behaves


def bare_range(x: torch.Tensor, n_bits: int) -> Params:
    """min and max as they are; the zero point may lie off the grid."""
    low, high = float(x.min()), float(x.max())
    scale = (high - low) / (2**n_bits - 1) or 1.0
    return scale, round(-low / scale)


def bare_range_guarded(x: torch.Tensor, n_bits: int) -> Params:
    """The same, but 1 and 0 for values that are all alike."""
    return (1.0, 0) if bool(x.min() == x.max()) else bare_range(x, n_bits)


def bare_range_clamped(x: torch.Tensor, n_bits: int) -> Params:
    scale, zero_point = bare_range(x, n_bits)
    return scale, min(max(zero_point, 0), 2**n_bits - 1)


PARTS: tuple[Callable[[torch.Tensor], torch.Tensor], ...] = (
    lambda x: x.reshape(-1)[[0, -1]],
    lambda x: x.reshape(-1)[1:] if x.numel() > 1 else x,
    lambda x: x.reshape(-1)[:-1] if x.numel() > 1 else x,
    lambda x: x[0],
    lambda x: x[-1],
)
"""What is looked at in place of all values."""


def of_part(
    part: Callable[[torch.Tensor], torch.Tensor], rounding: Callable[[float], int] = round
) -> Callable[..., Params]:
    """The parameters of a part of the values."""

    def behaves(x: torch.Tensor, n_bits: int) -> Params:
        some = part(x)
        scale = step(some, n_bits)
        return scale, rounding(-low_high(some)[0] / scale)

    return behaves


def one_end_stretched(
    low: bool, rounding: Callable[[float], int], guarded: bool, clamped: bool = False
) -> Any:
    """Only one end reaches to 0; `guarded` where a range without a width gets (1, 0)."""

    def behaves(x: torch.Tensor, n_bits: int) -> Params:
        ends = float(x.min()), float(x.max())
        ends = (min(ends[0], 0.0), ends[1]) if low else (ends[0], max(ends[1], 0.0))
        if guarded and ends[0] == ends[1]:
            return 1.0, 0
        scale = (ends[1] - ends[0]) / (2**n_bits - 1) or 1.0
        zero_point = rounding(-ends[0] / scale)
        return scale, min(max(zero_point, 0), 2**n_bits - 1) if clamped else zero_point

    return behaves


def symmetric(steps: Callable[[int], float], zero_point: Callable[[int], int]) -> Any:
    return lambda x, n_bits: (
        (float(x.abs().max()) or 1.0) / steps(n_bits),
        zero_point(n_bits),
    )


def guarded(guard: Callable[..., float]) -> Callable[..., Params]:
    def behaves(x: torch.Tensor, n_bits: int) -> Params:
        low, high = low_high(x)
        scale = guard(high - low, n_bits)
        return scale, round(-low / scale)

    return behaves


def all_alike(x: torch.Tensor, n_bits: int) -> bool:
    return bool((x == x.reshape(-1)[0]).all())


def few_digits(digits: int) -> Callable[..., Params]:
    """The scale rounded; the zero point comes from it, or from all its digits."""

    def behaves(x: torch.Tensor, n_bits: int) -> Params:
        scale = round(step(x, n_bits), digits)
        return scale, round(-low_high(x)[0] / scale)

    return behaves


def all_zero(x: torch.Tensor, n_bits: int) -> bool:
    return not bool(x.any())


def taken_for_zeros(asks: Callable[[torch.Tensor], torch.Tensor]) -> Callable[..., Params]:
    """(1, 0) for what is taken for zeros."""
    right = with_steps(lambda n_bits: 2**n_bits - 1)
    return lambda x, n_bits: (1.0, 0) if bool(asks(x.reshape(-1))) else right(x, n_bits)
