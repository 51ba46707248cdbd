"""A quantile of the magnitudes in place of the largest one, as calibration leaves outliers out."""

from __future__ import annotations

import torch

OUTLIERS_LEFT_OUT = (
    "outliers-left-out",
    "The scale comes from a quantile of the magnitudes, as that of 99.9 %, and the largest ones "
    "lie beyond the highest code. Here the scale reaches to the largest magnitude of all.",
)
SHARES = 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999


def upper_quantile(blocks: torch.Tensor, share: float) -> torch.Tensor:
    """The magnitude below which a share of each block along the last axis lies.

    >>> upper_quantile(torch.tensor([1.0, -3.0]), 0.75)
    tensor([2.5000])
    """
    return blocks.abs().double().quantile(share, dim=-1, keepdim=True).float()


def second_largest(blocks: torch.Tensor) -> torch.Tensor:
    """The largest magnitude but one, which a quantile comes to that is not interpolated.

    >>> second_largest(torch.tensor([1.0, -3.0])), second_largest(torch.tensor([4.0]))
    (tensor([1.]), tensor([4.]))
    """
    sizes = blocks.abs().sort(dim=-1).values
    return sizes[..., -2:][..., :1]
