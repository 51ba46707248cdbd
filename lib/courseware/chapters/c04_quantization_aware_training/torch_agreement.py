"""Our fake quantization beside torch's own: values, and what each hands back."""

from __future__ import annotations

from collections.abc import Callable

import torch

from model_compression.fake_quantization import fake_quantize

Rounding = Callable[[torch.Tensor], torch.Tensor]


def torch_fake_quantize(x: torch.Tensor, scale: float, qmin: int, qmax: int) -> torch.Tensor:
    """Torch's own, with a zero point of 0."""
    return torch.fake_quantize_per_tensor_affine(x, scale, 0, qmin, qmax)


def output_and_gradient(function: Rounding, values: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """What comes out, and the gradient that arrives at the values.

    >>> output_and_gradient(lambda x: x * 3, torch.tensor([2.0]))
    (tensor([6.]), tensor([3.]))
    """
    leaf = values.clone().requires_grad_()
    output = function(leaf)
    output.sum().backward()
    assert leaf.grad is not None
    return output.detach(), leaf.grad


def differences(values: torch.Tensor, scale: float) -> int:
    """How many of the values get another output or gradient from torch, on -128 ... 127.

    >>> differences(torch.tensor([0.2, 31.875, -32.125]), 0.25)
    0
    """
    ours = output_and_gradient(lambda x: fake_quantize(x, scale, -128, 127), values)
    theirs = output_and_gradient(lambda x: torch_fake_quantize(x, scale, -128, 127), values)
    other = (ours[0] != theirs[0]) | (ours[1] != theirs[1])
    return int(other.sum())


def n_differing(scale: float) -> tuple[int, int]:
    """`differences` for 100,000 random values, and for all 280 ties in and around the range."""
    generator = torch.Generator().manual_seed(0)
    ties = torch.arange(-140, 140) + 0.5  # halfway between two codes
    random_values = 20 * torch.randn(100_000, generator=generator)
    return differences(random_values, scale), differences(ties * scale, scale)
