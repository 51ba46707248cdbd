"""Tensors whose values lie in another order in memory than they are read in."""

from __future__ import annotations

import torch


def turned(x: torch.Tensor) -> torch.Tensor:
    """The same values, those along the first axis side by side in memory, as after `.T`.

    `reshape` takes such a tensor, `view` joins no two of its axes.

    >>> x = turned(torch.tensor([[1, 2], [3, 4]]))
    >>> x.tolist(), x.stride()
    ([[1, 2], [3, 4]], (1, 2))
    """
    axes = tuple(reversed(range(x.dim())))
    return x.permute(axes).contiguous().permute(axes)
