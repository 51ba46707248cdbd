"""Checks that everything that trains or measures a multilayer perceptron begins with."""

from collections.abc import Mapping
from typing import Any

import torch

from model_compression._training import State, layer_names
from model_compression._validation import checked_floats
from model_compression._validation_reals import (
    checked_labels,
    checked_matrix,
    checked_state,
    tied_names,
)


def checked_mlp(state: Any, dtype: torch.dtype = torch.float32, name: str = "state") -> State:
    """Return the state_dict of Linear, ReLU, ..., Linear, all of it finite and of one dtype.

    Raises ValueError for other keys, tied tensors, or a layer that does not take what the one
    before puts out.
    """
    tensors = checked_state(state, name)
    layers = layer_names(tensors, name)
    parts = {f"{layer}.{part}" for layer in layers for part in ("weight", "bias")}
    if unknown := sorted(set(tensors) - parts):
        raise ValueError(f"{name}: expected weight and bias of layers {layers}, got {unknown}")
    for first, second in tied_names(tensors):
        raise ValueError(f"{name}: expected untied layers, got one tensor as {first} and {second}")
    checked = {key: checked_floats(x, f"{name}[{key!r}]", dtype) for key, x in tensors.items()}
    n_units = checked[f"{layers[0]}.weight"].shape[1]
    for layer in layers:
        weight, bias = checked[f"{layer}.weight"], checked[f"{layer}.bias"]
        if weight.shape[1] != n_units or bias.shape != weight.shape[:1]:
            raise ValueError(
                f"{name}: expected {n_units} inputs and one bias a row in layer {layer}, "
                f"got weight {tuple(weight.shape)} and bias {tuple(bias.shape)}"
            )
        n_units = weight.shape[0]
    return checked


def checked_images(images: Any, state: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """Return images, one a row, that fit a network from `checked_mlp`, in its dtype."""
    first = state[f"{layer_names(state)[0]}.weight"]
    return checked_matrix(images, "images", first.shape[1], first.dtype)


def checked_examples(
    images: Any, labels: Any, state: Mapping[str, torch.Tensor]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return images and labels to train a network from `checked_mlp` on."""
    inputs = checked_images(images, state)
    n_classes = state[f"{layer_names(state)[-1]}.weight"].shape[0]
    return inputs, checked_labels(labels, len(inputs), n_classes)
