"""Which values the weights of a row may have in a few bits: the codes, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from model_compression._straight_through import FakeQuantize
from model_compression.number_formats import integer_range

_SMALLEST = 1e-12  # a row of zeros has a scale, too


@dataclass(frozen=True)
class Grid:
    """The values s * (k + offset) for the codes k = lowest ... highest, s the scale of a row.

    The row's largest weight, or a share of it, stands at the outermost value. If only the lowest
    code is that far out, s has the sign that brings the largest weight there, as in llama.cpp's
    Q4_0.
    """

    lowest: int
    highest: int
    offset: float = 0.0

    def scale(self, weight: torch.Tensor, ratio: float | torch.Tensor = 1.0) -> torch.Tensor:
        """One a row (the last axis, kept): the grid ends at `ratio` times its largest weight.

        >>> row = torch.tensor([[0.5, -1.0, 2.0]])
        >>> Grid(-1, 1).scale(row), Grid(-2, 1).scale(row), Grid(-2, 1).scale(-row, 0.5)
        (tensor([[2.]]), tensor([[-1.]]), tensor([[0.5000]]))
        """
        ends = (-self.lowest - self.offset, self.highest + self.offset)
        largest = weight.detach().abs().amax(dim=-1, keepdim=True).clamp(min=_SMALLEST)
        scale = ratio * largest / max(ends)
        if ends[0] == ends[1]:
            return scale
        is_positive = weight.detach().amax(dim=-1, keepdim=True) == largest
        return torch.where(is_positive, -scale, scale)

    def rounded(self, weight: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
        """Each weight at the nearest value; the gradient goes straight through, where not clipped.

        >>> row = torch.tensor([[0.1, -0.9, 2.0, -3.0]])
        >>> Grid(-2, 1).rounded(row, torch.tensor([[-1.0]]))
        tensor([[ 0., -1.,  2., -1.]])
        >>> Grid(-2, 1, 0.5).rounded(row, torch.tensor([[1.0]]))
        tensor([[ 0.5000, -0.5000,  1.5000, -1.5000]])
        """
        shift = self.offset * scale
        on_grid: torch.Tensor = FakeQuantize.apply(weight - shift, scale, self.lowest, self.highest)
        return on_grid + shift


def symmetric(n_bits: int) -> Grid:
    """All codes of so many bits but the lowest, as `train_qat` and `quantize_tensor` have them.

    >>> symmetric(2)
    Grid(lowest=-1, highest=1, offset=0.0)
    """
    _, highest = integer_range(n_bits, signed=True)
    return Grid(-highest, highest)


FOUR_CODES = {"four codes, -2 to 1": Grid(-2, 1), "four codes, half steps": Grid(-2, 1, 0.5)}
"""Two ways to use all that 2 bits can say: with the value 0, or with as many on both sides."""
