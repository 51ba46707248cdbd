"""What the tasks of this exercise have in common: what is off limits, how masks are drawn."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from courseware.checks.named_tensors import Named
from courseware.checks.ranking_inputs import CLEAR
from courseware.checks.task import Draw

OFF_LIMITS = ("model_compression.lottery_tickets",)
"""Earlier chapters' modules may be used, but for what a task names on top of this."""


def random_masks(draw: Draw, shapes: Mapping[str, tuple[int, ...]], kept: float) -> Named:
    """Masks with about a share `kept` of True, and at least one of each kind in every tensor."""
    masks = Named()
    for name, shape in shapes.items():
        mask = torch.rand(shape, generator=draw.generator) < kept
        first, last = torch.randperm(mask.numel(), generator=draw.generator)[:2].tolist()
        mask.view(-1)[first], mask.view(-1)[last] = True, False
        masks[name] = mask
    return masks


def share_of(draw: Draw, n: int) -> float:
    """A rate of three decimals, rate * n well between a half and the next whole number.

    With two decimals there is none for 50 survivors; with three there is one up to 250.
    """
    while True:
        rate = draw.integer(150, 850) / 1000
        if 0.5 + CLEAR <= (rate * n) % 1 <= 1 - CLEAR:
            return rate
