"""What wrong ways of `quantize` give."""

from __future__ import annotations

from collections.abc import Callable

import torch

from courseware.checks.quantizer_inputs import Scale


def limits_of(n_bits: int) -> tuple[int, int]:
    return -(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1


def steps_of(x: torch.Tensor, scale: Scale) -> torch.Tensor:
    return torch.round(x / scale)


Limits = Callable[[int], tuple[int | None, int | None]]


def clamped_to(limits: Limits) -> Callable[..., torch.Tensor]:
    return lambda x, scale, n_bits: steps_of(x, scale).clamp(*limits(n_bits)).to(torch.int32)


def wrapped_to(limits: Limits) -> Callable[..., torch.Tensor]:
    """The same, stored in 8 bits."""
    return lambda x, scale, n_bits: (
        steps_of(x, scale).clamp(*limits(n_bits)).to(torch.int32).to(torch.int8)
    )


def rounded_by(rounding: Callable[[torch.Tensor], torch.Tensor]) -> Callable[..., torch.Tensor]:
    """Stored in 8 bits, where +128 wraps around."""

    def behaves(x: torch.Tensor, scale: Scale, n_bits: int) -> torch.Tensor:
        return rounding(x / scale).clamp(*limits_of(n_bits)).to(torch.int32).to(torch.int8)

    return behaves


def rounded_first(
    rounding: Callable[[torch.Tensor], torch.Tensor], limits: Limits
) -> Callable[..., torch.Tensor]:
    """x rounded, then divided; the steps made whole and clamped, as far as they are."""

    def behaves(x: torch.Tensor, scale: Scale, n_bits: int) -> torch.Tensor:
        steps = rounding(torch.round(x) / scale)
        low, high = limits(n_bits)
        return steps.clamp(low, high).to(torch.int32).to(torch.int8)

    return behaves


def wrapped(steps: torch.Tensor, n_bits: int) -> torch.Tensor:
    """Modulo 2**b."""
    half = 2 ** (n_bits - 1)
    return (steps + half) % (2 * half) - half
