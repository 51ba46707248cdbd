"""What quantization-aware training is compared with, at the same training budget.

`train_qat` starts from a trained network and trains on. Whatever it gains may come from the
rounding in its loop, or simply from the longer training. So there is a control: `fine_tune` is the
same loop without rounding, and its result is rounded afterwards, as anybody's network would be.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch

from courseware.subjects.models import network_of
from courseware.subjects.training import accuracy, one_thread
from model_compression import _training
from model_compression._cosine_decay import cosine_decay
from model_compression.fake_quantization import fake_quantize
from model_compression.integer_scaling import QuantizedTensor, quantize_tensor
from model_compression.number_formats import integer_range

State = Mapping[str, torch.Tensor]

RATIOS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3)
"""Shares of the largest weight of a row at which `clipped_weights` lets the grid end."""


@one_thread()
def fine_tune(
    state: State, images: torch.Tensor, labels: torch.Tensor, seed: int, *, steps: int = 1500
) -> dict[str, torch.Tensor]:
    """Train on in float32: as `train_qat`, step by step, but without rounding.

    The same optimizer, learning rates, batches and order of images, so that both spend the same.

    Args: state, images, labels, seed, steps as in `train_qat`.
    Returns: dict with the keys of `state`, float32.
    """
    return _training.train(
        dict(state),
        _training.classification_loss(images, labels),
        len(images),
        steps=steps,
        learning_rate=0.005,
        batch_size=64,
        seed=seed,
        after_step=cosine_decay(dict(state), steps),
    )


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


def clipped_weights(state: State, n_bits: int, ratio: float) -> dict[str, torch.Tensor]:
    """As `rounded_weights`, but the grid of a row ends at `ratio` times its largest weight."""
    _, highest = integer_range(n_bits, signed=True)
    clipped = dict(state)
    for name, tensor in state.items():
        if tensor.dim() == 2:
            scale = ratio * tensor.abs().amax(dim=1, keepdim=True) / highest
            clipped[name] = fake_quantize(tensor, scale, -highest, highest)
    return clipped


def best_clipped_weights(
    state: State, n_bits: int, images: torch.Tensor, labels: torch.Tensor
) -> tuple[float, dict[str, torch.Tensor]]:
    """The best of `RATIOS` for these (validation) images, and the weights; ties: the largest."""
    tried = {ratio: clipped_weights(state, n_bits, ratio) for ratio in RATIOS}
    best = max(RATIOS, key=lambda ratio: accuracy(network_of(tried[ratio]), images, labels))
    return best, tried[best]
