"""Rounding with a straight-through gradient, without checks of arguments (chapter 04).

`fake_quantization` checks what it is given and calls this; a training loop that has checked its
data once calls this in every step.
"""

from typing import Any

import torch
from torch import nn

from model_compression.integer_scaling import _symmetric_scale
from model_compression.number_formats import integer_range


class FakeQuantize(torch.autograd.Function):
    """Forward: round and clamp. Backward: the upstream gradient, 0 where the forward clipped."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, scale: torch.Tensor, qmin: int, qmax: int) -> Any:
        rounded = torch.round(x / scale)
        ctx.save_for_backward((rounded >= qmin) & (rounded <= qmax))
        return rounded.clamp(qmin, qmax) * scale

    @staticmethod
    def backward(ctx: Any, *upstream: torch.Tensor) -> Any:
        (passes,) = ctx.saved_tensors
        return upstream[0] * passes, None, None, None


def qat_layer(
    x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, n_bits: int
) -> torch.Tensor:
    """`qat_forward` of float32 tensors that fit together."""
    _, highest = integer_range(n_bits, signed=True)
    absmax = weight.detach().abs().amax(dim=1)  # detached: a constant for the gradient
    scale = _symmetric_scale(absmax, n_bits, full_range=False)
    rounded = FakeQuantize.apply(weight, scale[:, None], -highest, highest)
    return nn.functional.linear(x, rounded, bias)
