"""What wrong ways of `sqnr_db` give."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from model_compression import error_measures as reference


def powers(x: torch.Tensor, x_hat: torch.Tensor) -> tuple[float, float]:
    signal, noise = x.double(), x.double() - x_hat.double()
    return float(signal.square().sum()), float(noise.square().sum())


def log_of(
    formula: Callable[[float, float], float], log: Callable[[float], float] = math.log10
) -> Callable[..., float]:
    """10 · log of a formula of the two powers; inf where the second is 0."""

    def behaves(x: torch.Tensor, x_hat: torch.Tensor) -> float:
        signal, noise = powers(x, x_hat)
        return 10 * log(formula(signal, noise)) if noise else math.inf

    return behaves


def measured_by(
    signal: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    noise: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    factor: float = 10.0,
) -> Callable[..., float]:
    """factor · log10 of signal / noise, both measured by other means."""

    def behaves(x: torch.Tensor, x_hat: torch.Tensor) -> float:
        above = signal(x.double(), x_hat.double()).item()
        below = noise(x.double(), x_hat.double()).item()
        if above <= 0:
            return -math.inf if below else math.nan
        return factor * math.log10(above / below) if below else math.inf

    return behaves


def ratio_only(x: torch.Tensor, x_hat: torch.Tensor) -> float:
    signal, noise = powers(x, x_hat)
    return signal / noise if noise else math.inf


def row_by_row(average: Callable[[torch.Tensor], torch.Tensor]) -> Callable[..., float]:
    """Decibels of each run along the last axis, averaged."""

    def behaves(x: torch.Tensor, x_hat: torch.Tensor) -> float:
        above = x.double().square().sum(dim=-1)
        below = (x.double() - x_hat.double()).square().sum(dim=-1)
        return float(average(10 * torch.log10(above / below)))

    return behaves


def in_bels(x: torch.Tensor, x_hat: torch.Tensor) -> float:
    return reference.sqnr_db(x, x_hat) / 10


def upside_down(x: torch.Tensor, x_hat: torch.Tensor) -> float:
    return -reference.sqnr_db(x, x_hat)


def at_least_zero(formula: Callable[..., float]) -> Callable[..., float]:
    """Another number of decibels, none of them below 0."""
    return lambda x, x_hat: max(0.0, formula(x, x_hat))


def with_epsilon(small: float, mean: bool) -> Callable[..., float]:
    def behaves(x: torch.Tensor, x_hat: torch.Tensor) -> float:
        signal, noise = powers(x, x_hat)
        count = x.numel() if mean else 1
        return 10 * math.log10(signal / count / (noise / count + small))

    return behaves


def noise_at_least(small: float, mean: bool) -> Callable[..., float]:
    """A bound below the noise, where it is 0 as well."""

    def behaves(x: torch.Tensor, x_hat: torch.Tensor) -> float:
        signal, noise = powers(x, x_hat)
        count = x.numel() if mean else 1
        return 10 * math.log10(signal / count / max(noise / count, small))

    return behaves


def errors_left_out(where: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> Any:
    """The noise of the values that are no zeros, below the signal of all."""
    return measured_by(
        lambda x, x_hat: x.square().sum(),
        lambda x, x_hat: (x - x_hat)[where(x, x_hat) != 0].square().sum(),
    )


def closer_than(bound: float) -> Callable[[torch.Tensor, torch.Tensor], bool]:
    """Whether no error reaches `bound`, whatever the size of the values."""
    return lambda x, x_hat: bool((x - x_hat).abs().max() < bound)


CLOSE: tuple[Callable[..., bool], ...] = (
    torch.allclose,
    *map(closer_than, (1e-3, 1e-4, 1e-6, 1e-12)),
)

SEEM_PERFECT: tuple[Callable[[torch.Tensor, torch.Tensor], bool], ...] = (
    lambda x, x_hat: bool((x - x_hat).sum() == 0),
    lambda x, x_hat: bool((x - x_hat).max() == 0),
    lambda x, x_hat: bool((x - x_hat).min() == 0),
    lambda x, x_hat: bool(x.max() == x_hat.max()),
    lambda x, x_hat: bool(x.min() == x_hat.min()),
    lambda x, x_hat: bool(x.square().sum() == x_hat.square().sum()),
    lambda x, x_hat: bool((x == x_hat).any()),
    lambda x, x_hat: bool((x == x_hat).reshape(-1)[0]),
    lambda x, x_hat: bool((x == x_hat).reshape(-1)[-1]),
    lambda x, x_hat: bool((x == x_hat).reshape(len(x), -1).all(dim=1).any()),
)
"""What a perfect reconstruction is told by, though others have it as well."""
