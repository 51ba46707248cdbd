"""Ways to store a network that was trained for 2 bits, the right one and common wrong ones."""

from __future__ import annotations

from collections.abc import Callable

import torch

from courseware.chapters.c04_quantization_aware_training.fine_tuning import (
    State,
    rounded_weights,
    stored_weights,
)
from model_compression.fake_quantization import fake_quantize
from model_compression.integer_scaling import quantize_tensor


def with_old_scales(trained: State, before: State) -> dict[str, torch.Tensor]:
    """Rounded with the scales that the rows had before the training."""
    scales = {name: stored.scale for name, stored in stored_weights(before, 2).items()}
    return dict(trained) | {
        name: fake_quantize(trained[name], scale, -1, 1) for name, scale in scales.items()
    }


def per_tensor(trained: State) -> dict[str, torch.Tensor]:
    """Rounded with one scale a layer."""
    return {
        name: quantize_tensor(w, 2, "tensor").dequantize() if w.dim() == 2 else w
        for name, w in trained.items()
    }


STORED_AS: dict[str, Callable[[State, State], State]] = {
    "with the scales it was trained with": lambda trained, _: rounded_weights(trained, 2),
    "in 4 bits, “which can only help”": lambda trained, _: rounded_weights(trained, 4),
    "the float weights behind, not rounded": lambda trained, _: trained,
    "one scale per tensor, trained with one per row": lambda trained, _: per_tensor(trained),
    "with the scales from before the training": with_old_scales,
}
"""By what one does: the network as stored, from the trained float weights and those before."""
