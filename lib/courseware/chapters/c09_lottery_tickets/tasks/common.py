"""What the tasks of this exercise have in common: what is off limits, how masks are drawn."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from courseware.checks.named_tensors import Named
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


def kept_in(masks: Mapping[str, torch.Tensor]) -> int:
    """How many weights survive."""
    return sum(int(mask.sum()) for mask in masks.values())


def with_survivors(masks: Named, n: int) -> Named:
    """The masks with so many survivors: the last ones go, or the last pruned ones come back."""
    line = torch.cat([mask.flatten() for mask in masks.values()])
    away = int(line.sum()) - n
    line[(line if away > 0 else ~line).nonzero().flatten()[-abs(away) :] if away else []] = away < 0
    parts = line.split([mask.numel() for mask in masks.values()])
    return Named(
        (k, part.reshape(m.shape)) for (k, m), part in zip(masks.items(), parts, strict=True)
    )
