"""What quantization-aware training is compared with, at the same training budget.

`train_qat` starts from a trained network and trains on. Whatever it gains may come from the
rounding in its loop, or simply from the longer training. So there are controls, each of them the
same loop, step by step: without rounding (and the result is rounded afterwards, as anybody's
network would be), on weights that were rounded once and stay while the biases learn, and on a grid
that ends before the largest weight of its row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import cos, pi

import torch

from courseware.chapters.c04_quantization_aware_training.grids import Grid
from courseware.subjects.batched_training import (
    batches_of_all,
    logits_of_all,
    members,
    stacked,
    sum_of_losses,
)
from courseware.subjects.models import network_of
from courseware.subjects.training import accuracy, one_thread
from model_compression.integer_scaling import QuantizedTensor, quantize_tensor

State = Mapping[str, torch.Tensor]

RATIOS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3)
"""Shares of the largest weight of a row at which `clipped_weights` lets the grid end."""

LEARNING_RATE = 0.005  # these two as in `train_qat`
_BATCH_SIZE = 64
_SMALLEST = 1e-12  # a row of zeros has a scale, too


@one_thread()
def fine_tune_all(
    states: Sequence[State],
    images: torch.Tensor,
    labels: torch.Tensor,
    seeds: Sequence[int],
    *,
    steps: int,
    grid: Grid | None = None,
    ratios: Sequence[float] | None = None,
    only_biases: bool = False,
    scales: bool = False,
    learning_rate: float = LEARNING_RATE,
) -> list[dict[str, torch.Tensor]]:
    """Train networks on as `train_qat` does, all in one program: Adam, its rate falling to 0.

    Args:
        states: of one shape, each already trained.
        images, labels: as in `train_qat`.
        seeds: one a network, decides its order of the images.
        steps: updates, >= 0.
        grid: of the weights in every forward pass; None: float32.
        ratios: one a network: of a row's largest weight, where its grid ends; None: 1.
        only_biases: weights stay as they are.
        scales: a row of weights as a whole may grow or shrink, though its weights stay.
        learning_rate: at the start, > 0.
    Returns: the trained networks, in order; with `grid`, their weights on it.
    """
    ensemble = stacked(states)
    if ratios is None:
        ratios = [1.0] * len(states)
    share = torch.tensor(ratios).reshape(-1, 1, 1)
    sizes = {  # of each row: its largest weight, which its scale is in proportion to
        name: value.abs().amax(dim=2, keepdim=True).clamp(min=_SMALLEST)
        for name, value in ensemble.items()
        if scales and value.dim() == 3
    }
    shapes = {name: ensemble[name] / size for name, size in sizes.items()}
    learning = [value for value in ensemble.values() if value.dim() == 2 or not only_biases]
    learning += sizes.values()
    for value in learning:
        value.requires_grad_()
    optimizer = torch.optim.Adam(learning, lr=learning_rate, fused=True)
    batches = batches_of_all(len(images), _BATCH_SIZE, seeds)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = learning_rate * (1 + cos(pi * step / steps)) / 2
        rows = next(batches)
        ensemble |= {name: shapes[name] * size for name, size in sizes.items()}
        weights = ensemble if grid is None else _on_grid(ensemble, grid, share)
        loss = sum_of_losses(logits_of_all(weights, images[rows]), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    trained = members(ensemble | {name: shapes[name] * size for name, size in sizes.items()})
    if grid is None:
        return trained
    return [clipped_weights(one, grid, ratio) for one, ratio in zip(trained, ratios, strict=True)]


def _on_grid(
    ensemble: Mapping[str, torch.Tensor], grid: Grid, share: torch.Tensor
) -> dict[str, torch.Tensor]:
    return {
        name: grid.rounded(value, grid.scale(value, share)) if value.dim() == 3 else value
        for name, value in ensemble.items()
    }


def stored_weights(state: State, n_bits: int) -> dict[str, QuantizedTensor]:
    """The weights (2 axes) of a network as codes with one scale per row.

    >>> stored_weights({"0.weight": torch.tensor([[0.7, 0.2]]), "0.bias": torch.zeros(1)}, 4)[
    ...     "0.weight"
    ... ].codes
    tensor([[7, 2]], dtype=torch.int8)
    """
    return {
        name: quantize_tensor(tensor, n_bits, "channel")
        for name, tensor in state.items()
        if tensor.dim() == 2
    }


def rounded_weights(state: State, n_bits: int) -> dict[str, torch.Tensor]:
    """Post-training quantization: each weight goes to the nearest grid point of its row.

    The grid of a row ends at its largest weight, as in `train_qat`; biases stay.
    """
    stored = stored_weights(state, n_bits)
    return dict(state) | {name: tensor.dequantize() for name, tensor in stored.items()}


def clipped_weights(state: State, grid: Grid, ratio: float) -> dict[str, torch.Tensor]:
    """Each weight at the nearest point of a grid that ends at `ratio` times its row's largest."""
    return {
        name: grid.rounded(tensor, grid.scale(tensor, ratio)) if tensor.dim() == 2 else tensor
        for name, tensor in state.items()
    }


def best_of_ratios(
    round_at: Callable[[float], dict[str, torch.Tensor]],
    images: torch.Tensor,
    labels: torch.Tensor,
) -> tuple[float, dict[str, torch.Tensor]]:
    """The best of `RATIOS` for these (validation) images, and the weights; ties: the largest.

    Args:
        round_at: rounds a network to a grid that ends at this share of the largest weights.
    """
    tried = {ratio: round_at(ratio) for ratio in RATIOS}
    best = max(RATIOS, key=lambda ratio: accuracy(network_of(tried[ratio]), images, labels))
    return best, tried[best]
