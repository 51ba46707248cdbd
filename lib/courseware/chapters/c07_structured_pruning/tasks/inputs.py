"""Drawing activations, scores, and layers to shrink."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from courseware.checks.named_tensors import Named
from courseware.checks.task import Draw

T = torch.Tensor


def after_relu(draw: Draw, *shape: int) -> T:
    """Activations after a ReLU: each unit (axis 1) is silent for another share of the inputs."""
    units = (shape[1], *(1 for _ in shape[2:]))
    shift = torch.linspace(-1.0, 1.0, shape[1])[torch.randperm(shape[1], generator=draw.generator)]
    scale = 2.0 ** draw.normal(shape[1])
    values = (draw.normal(*shape) + shift.reshape(units)).relu() * scale.reshape(units)
    # A unit that never puts out anything hides mistakes.
    values[0] += 0.125
    return values


def of_units(draw: Draw) -> Iterator[tuple[T]]:
    """Activations of linear layers: more images than units, as many, and a single unit."""
    for shape in ((9, 5), (6, 6), (7, 1)):
        yield (after_relu(draw, *shape),)


def of_channels(draw: Draw) -> Iterator[tuple[T]]:
    """Activations of convolutions."""
    for shape in ((5, 3, 4, 6), (4, 7, 2, 2)):
        yield (after_relu(draw, *shape),)


def apart(draw: Draw, n: int) -> T:
    """Scores of both signs, in any order, at least 0.4 steps of their grid apart."""
    rank = torch.randperm(n, generator=draw.generator)
    moved = 0.6 * torch.rand(n, generator=draw.generator) - 0.3
    return (rank - n // 2 + 0.5 + moved) / 8


def kept(draw: Draw, n_units: int, n_kept: int) -> T:
    """Units that stay, ascending; the first n_kept units are never the choice."""
    while True:
        chosen = torch.randperm(n_units, generator=draw.generator)[:n_kept].sort().values
        if n_kept == n_units or not torch.equal(chosen, torch.arange(n_kept)):
            return chosen


def kept_of_24(draw: Draw) -> T:
    """Three of 24 units, which a Python set gives from the last to the first.

    It orders up to four small whole numbers by what is left of them after a division by 8.
    """
    return torch.tensor([3, 10, 17]) + draw.integer(0, 3)


def convolution(draw: Draw, n_out: int, n_in: int, size: int, bias: bool) -> Named:
    """The state_dict of a convolution, its bias last."""
    state = Named(weight=draw.normal(n_out, n_in, size, size))
    if bias:
        state["bias"] = draw.normal(n_out)
    return state


def batch_norm(draw: Draw, channels: int) -> Named:
    """The state_dict of a trained batch norm."""
    return Named(
        weight=1.0 + 0.3 * draw.normal(channels),
        bias=draw.normal(channels),
        running_mean=draw.normal(channels),
        running_var=0.5 + torch.rand(channels, generator=draw.generator),
        num_batches_tracked=torch.tensor(draw.integer(100, 900)),
    )
