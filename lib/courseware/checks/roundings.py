"""Slips of rounding: ways to round that are not to the nearest, half to even."""

from __future__ import annotations

from collections.abc import Callable

import torch

ROUNDINGS: tuple[tuple[str, str, Callable[[torch.Tensor], torch.Tensor]], ...] = (
    (
        "truncated",
        "The part behind the decimal point was cut off, so every code moves towards zero by up "
        "to a whole step. Rounding to the nearest code errs by half a step at most.",
        torch.trunc,
    ),
    (
        "floored",
        "Every value was rounded down, −2.2 to −3 and 2.8 to 2: this shifts all codes to one "
        "side. The nearest code is asked for.",
        torch.floor,
    ),
    (
        "half-up",
        "Ties were rounded up. Here a value halfway between two codes goes to the even one: 0.5 "
        "to 0, 1.5 to 2, −0.5 to 0. Always up would shift the mean.",
        lambda steps: torch.floor(steps + 0.5),
    ),
    (
        "half-away-from-zero",
        "Ties were rounded away from zero, as a pocket calculator does. Here a value halfway "
        "between two codes goes to the even one: 0.5 to 0, 1.5 to 2, 2.5 to 2.",
        lambda steps: steps.sign() * torch.floor(steps.abs() + 0.5),
    ),
    (
        "half-down",
        "Ties were rounded down. Here a value halfway between two codes goes to the even one: 1.5 "
        "to 2, −0.5 to 0. Always down would shift the mean.",
        lambda steps: torch.ceil(steps - 0.5),
    ),
    (
        "half-towards-zero",
        "Ties were rounded towards zero. Here a value halfway between two codes goes to the even "
        "one: 0.5 to 0, but 1.5 to 2.",
        lambda steps: steps.sign() * torch.ceil(steps.abs() - 0.5),
    ),
    (
        "half-added-and-cut",
        "A half was added and the rest cut off. This rounds positive numbers only: −1.2 becomes "
        "−0.7 and then 0, as what is cut off goes towards zero. The nearest code is asked for.",
        lambda steps: torch.trunc(steps + 0.5),
    ),
    (
        "rounded-up",
        "Every value was rounded up to the next code: this shifts all codes to one side. The "
        "nearest code is asked for.",
        torch.ceil,
    ),
)
"""Ways to round that are not to the nearest, half to even."""
