"""What wrong ways give in `fake_quantize`: values, and gradients."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from courseware.chapters.c04_quantization_aware_training.tasks.inputs import T
from courseware.chapters.c04_quantization_aware_training.tasks.mistakes import (
    Chained,
    Mask,
    Rule,
    inside,
    with_gradient,
)
from courseware.checks.quantizer_inputs import Scale


def values_of(
    x: T, scale: Scale, low: int, high: int, rounding: Callable[[T], T] = torch.round
) -> T:
    return rounding(x / scale).clamp(low, high) * scale


def stored_in_int8(x: T, scale: Scale, low: int, high: int) -> T:
    """Codes that are int8 after the clamp."""
    return codes_of(x.detach(), scale, low, high).long().to(torch.int8).float() * scale


def clamped(x: T, scale: Scale, low: int, high: int) -> T:
    """Without any rounding: torch finds the right gradient within the range."""
    return (x / scale).clamp(low, high) * scale


def codes_of(x: T, scale: Scale, low: int, high: int) -> T:
    return torch.round(x / scale).clamp(low, high)


def wrapped_values(x: T, scale: Scale, low: int, high: int) -> T:
    """Codes that are int8 before the clamp."""
    codes = torch.round(x.detach() / scale).long().to(torch.int8)
    return codes.clamp(low, high).float() * scale


def valued(values: Callable[..., T]) -> tuple[Callable[..., T], ...]:
    """Wrong values, with the right gradient and with a gradient everywhere."""
    return (
        lambda x, scale, low, high: with_gradient(
            values(x, scale, low, high), x, inside(x / scale, low, high)
        ),
        lambda x, scale, low, high: with_gradient(values(x, scale, low, high), x, 1.0),
    )


def rounded_values(rounding: Callable[[T], T]) -> Callable[..., T]:
    return lambda x, scale, low, high: values_of(x, scale, low, high, rounding)


def rounded_by(rounding: Callable[[T], T]) -> tuple[Callable[..., T], ...]:
    """Another rounding, in the values alone and in the mask as well."""

    def in_both(x: T, scale: Scale, low: int, high: int) -> T:
        mask = inside(x / scale, low, high, rounding)
        return with_gradient(values_of(x, scale, low, high, rounding), x, mask)

    return in_both, valued(rounded_values(rounding))[0]


def with_factor(factor: Callable[..., T | float]) -> Callable[..., T]:
    """The right values with another gradient."""
    return lambda x, scale, low, high: with_gradient(
        values_of(x, scale, low, high), x, factor(x, scale, low, high)
    )


def masked_by(mask: Callable[..., T]) -> Callable[..., T]:
    return with_factor(lambda x, scale, low, high: mask(x / scale, low, high))


def bracket(joined: Callable[[T, T, T], T]) -> Callable[..., T]:
    """Some sum of x, the right mask and the right values."""
    return lambda x, scale, low, high: joined(
        x, inside(x / scale, low, high), values_of(x, scale, low, high)
    )


def chained_by(mask: Mask, rule: Rule) -> Callable[..., T]:
    """The right values with another chain rule, and some mask."""
    return lambda x, s, low, high: Chained.apply(
        x, values_of(x, s, low, high), mask(x / s, low, high), rule
    )


def chained(rule: Rule) -> tuple[Callable[..., T], ...]:
    """With the right mask, and with none."""
    everywhere: Mask = lambda steps, low, high: torch.ones_like(steps)  # noqa: E731
    return chained_by(inside, rule), chained_by(everywhere, rule)


def one_way(sign: int) -> Callable[..., T]:
    """The gradient passes beyond an end where it has a sign: of −1 that leads further out."""

    def rule(upstream: T, side: T) -> T:
        return upstream.masked_fill(side * upstream * sign < 0, 0.0)

    def behaves(x: T, scale: Scale, low: int, high: int) -> T:
        steps = torch.round(x.detach() / scale)
        side = (steps > high).float() - (steps < low).float()
        return Chained.apply(x, values_of(x, scale, low, high), side, rule)

    return behaves


def limited_like_x(mask: Callable[[T, int, int], T]) -> Callable[..., T]:
    """What comes from above, clamped to the range that x is clamped to."""

    def behaves(x: T, scale: Scale, low: int, high: int) -> T:
        step = float(scale)
        return Chained.apply(
            x,
            values_of(x, scale, low, high),
            mask(x / scale, low, high),
            lambda upstream, mask: (upstream * mask).clamp(low * step, high * step),
        )

    return behaves


def slope_of_steps(steps: T) -> T:
    """Of steps − sin(2π · steps) / 2π."""
    return (1 - torch.cos(2 * math.pi * steps)).detach()


def upstream_ignored(upstream: T, mask: T) -> T:
    return mask.to(upstream.dtype)


def clipped_upstream(upstream: T, mask: T) -> T:
    return (upstream * mask).clamp(-1.0, 1.0)
