"""The best rounding without training that lecture 04 knows: GPTQ, layer by layer.

It asks for more than the weights: for images, without labels. Each layer is rounded so that its
outputs for these images change as little as possible.
"""

from __future__ import annotations

import torch
from torch.nn.functional import linear

from courseware.chapters.c04_quantization_aware_training.fine_tuning import State
from courseware.chapters.c04_quantization_aware_training.grids import Grid
from model_compression.gptq import _shifts

DAMPING = 0.01
"""Of the mean diagonal of the Hessian: what is added to the diagonal, so that an input that is
always 0, such as a pixel without ink, can be followed."""


def gptq_weights(
    state: State, images: torch.Tensor, grid: Grid, ratio: float = 1.0
) -> dict[str, torch.Tensor]:
    """Round every layer with GPTQ, one scale a row; the inputs are those of the rounded layers.

    Args:
        state: state_dict of Linear, ReLU, ..., Linear.
        images: to calibrate with, (N, inputs).
        grid: of the weights.
        ratio: of a row's largest weight, where its grid ends.
    Returns: dict with the keys of `state`; biases stay.
    """
    rounded, inputs = dict(state), images
    for name, weight in state.items():
        if weight.dim() == 2:
            rounded[name] = gptq_rounded(weight, hessian_of(inputs), grid, ratio)
            bias = state[name.replace("weight", "bias")]
            inputs = linear(inputs, rounded[name], bias).relu()
    return rounded


def gptq_rounded(
    weight: torch.Tensor, hessian: torch.Tensor, grid: Grid, ratio: float
) -> torch.Tensor:
    """What `gptq_quantize` makes of a weight with one scale a row, on any grid."""
    shifts = _shifts(hessian, weight.shape[1])
    now = weight.to(torch.float64, copy=True)  # the columns as they stand
    scale = grid.scale((ratio * now).float()).double()
    for j in range(weight.shape[1]):
        column = now[:, j : j + 1].clone()
        now[:, j : j + 1] = grid.rounded(column, scale)
        now[:, j + 1 :] -= (column - now[:, j : j + 1]) * shifts[j, j + 1 :]
    return now.float()


def hessian_of(inputs: torch.Tensor) -> torch.Tensor:
    """X^T X of a layer's inputs, damped.

    >>> hessian_of(torch.tensor([[1.0, 0.0], [1.0, 0.0]]))   # the second is always 0
    tensor([[2.0100, 0.0000],
            [0.0000, 0.0100]])
    """
    hessian = inputs.T @ inputs
    return hessian + DAMPING * hessian.diagonal().mean() * torch.eye(len(hessian))
