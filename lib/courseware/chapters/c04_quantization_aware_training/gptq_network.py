"""The best rounding without training that lecture 04 knows: GPTQ, layer by layer.

It asks for more than the weights: for images, without labels. Each layer is rounded so that its
outputs for these images change as little as possible.
"""

from __future__ import annotations

import torch
from torch.nn.functional import linear

from courseware.chapters.c04_quantization_aware_training.fine_tuning import State
from model_compression.gptq import gptq_quantize

DAMPING = 0.01
"""Of the mean diagonal of the Hessian: what is added to the diagonal, so that an input that is
always 0, such as a pixel without ink, can be followed."""


def gptq_weights(
    state: State, images: torch.Tensor, n_bits: int, ratio: float = 1.0
) -> dict[str, torch.Tensor]:
    """Round every layer with GPTQ, one scale a row; the inputs are those of the rounded layers.

    Args:
        state: state_dict of Linear, ReLU, ..., Linear.
        images: to calibrate with, (N, inputs).
        n_bits: 2 ... 8.
        ratio: of a row's largest weight, where its grid ends.
    Returns: dict with the keys of `state`; biases stay.
    """
    rounded, inputs = dict(state), images
    for name, weight in state.items():
        if weight.dim() == 2:
            hessian = hessian_of(inputs)
            codes, scale = gptq_quantize(weight, hessian, n_bits, weight.shape[1], ratio=ratio)
            rounded[name] = codes * scale
            bias = state[name.replace("weight", "bias")]
            inputs = linear(inputs, rounded[name], bias).relu()
    return rounded


def hessian_of(inputs: torch.Tensor) -> torch.Tensor:
    """X^T X of a layer's inputs, damped.

    >>> hessian_of(torch.tensor([[1.0, 0.0], [1.0, 0.0]]))   # the second is always 0
    tensor([[2.0100, 0.0000],
            [0.0000, 0.0100]])
    """
    hessian = inputs.T @ inputs
    return hessian + DAMPING * hessian.diagonal().mean() * torch.eye(len(hessian))
