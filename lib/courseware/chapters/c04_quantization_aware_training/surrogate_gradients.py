"""Three slopes that a training could use for a staircase, and a weight that follows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

from model_compression.fake_quantization import fake_quantize

Slope = Callable[[torch.Tensor, float, int, int], torch.Tensor]


def straight_through(x: torch.Tensor, scale: float, qmin: int, qmax: int) -> torch.Tensor:
    """What `fake_quantize` hands back: 1 where it rounds, 0 where it clips."""
    leaf = x.detach().clone().requires_grad_()
    fake_quantize(leaf, scale, qmin, qmax).sum().backward()
    assert leaf.grad is not None
    return leaf.grad


GRADIENTS: dict[str, Slope] = {
    "of the staircase itself": lambda x, scale, qmin, qmax: torch.zeros_like(x),
    "straight-through everywhere": lambda x, scale, qmin, qmax: torch.ones_like(x),
    "straight-through, clipped": straight_through,
}
"""By name: dx_hat/dx as a training takes it, for x, scale, qmin, qmax."""


def one_weight_paths(
    cases: Mapping[str, tuple[float, float]],
) -> dict[str, tuple[float, dict[str, list[float]]]]:
    """A weight with the codes -1, -0.5, 0, 0.5, for each of `GRADIENTS`: 60 steps at a rate of 0.1.

    Args:
        cases: by title: start and target.
    Returns: by title: the target, and by name of the gradient the path.
    """
    grid: dict[str, Any] = {"scale": 0.5, "qmin": -2, "qmax": 1}
    return {
        title: (
            target,
            {
                name: path_of_weight(start, target, slope, **grid, steps=60, learning_rate=0.1)
                for name, slope in GRADIENTS.items()
            },
        )
        for title, (start, target) in cases.items()
    }


def path_of_weight(
    start: float,
    target: float,
    slope: Slope,
    *,
    scale: float,
    qmin: int,
    qmax: int,
    steps: int,
    learning_rate: float,
) -> list[float]:
    """A weight under gradient descent on (x_hat - target)^2 / 2, with a slope for the staircase.

    x <- x - learning_rate * (x_hat - target) * slope(x).

    Returns: the float weight before the first and after each step.

    >>> path_of_weight(0.2, 1.0, straight_through, scale=1, qmin=-8, qmax=7, steps=2,
    ...                learning_rate=0.25)                   # rounded: 0.0, 0.0
    [0.20000000298023224, 0.44999998807907104, 0.699999988079071]
    """
    x = torch.tensor([start])
    path = [x.item()]
    for _ in range(steps):
        error = fake_quantize(x, scale, qmin, qmax) - target
        x = x - learning_rate * error * slope(x, scale, qmin, qmax)
        path.append(x.item())
    return path
