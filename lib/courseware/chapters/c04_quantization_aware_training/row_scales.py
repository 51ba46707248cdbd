"""What becomes of the scales of rows when a network trains."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from courseware.chapters.c04_quantization_aware_training.fine_tuning import State


@dataclass(frozen=True)
class Growth:
    """The largest weight of a row over what it was before: the mean of all rows, and the most."""

    mean: float
    largest: float


def scale_growth(before: State, after: State) -> Growth:
    """By how much the scales of rows have grown, over all layers.

    >>> first = {"0.weight": torch.tensor([[1.0, -2.0], [0.5, 0.0]])}
    >>> scale_growth(first, {"0.weight": torch.tensor([[1.0, 3.0], [0.25, 1.0]])})
    Growth(mean=1.75, largest=2.0)
    """
    ratios = torch.cat(
        [
            after[name].abs().amax(dim=1) / weight.abs().amax(dim=1)
            for name, weight in before.items()
            if weight.dim() == 2
        ]
    )
    return Growth(ratios.mean().item(), ratios.max().item())
