"""What `decompress` gives back: whether it is a network, and how many images it reads right.

Everything about it is looked at before it is used: it comes from a file that a student made.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch

from courseware.chapters.c11_deep_compression.tasks.networks import N_PARAMETERS, SIZES
from courseware.checks.values import Difference, show

T = torch.Tensor
Layers = list[tuple[T, T]]
"""Weight (out, in) and bias (out,) of each layer, in float32."""

MOST_LAYERS = 8
KINDS = torch.Tensor, torch.nn.Parameter
NO_NETWORK = "no-network"


def layers_of(value: Any) -> Layers | Difference:
    """The layers of a state, or why it is none."""
    if not issubclass(type(value), dict):
        text = f"`decompress` gave a {type(value).__name__}, expected a dict of tensors"
        return Difference(NO_NETWORK, text)
    state = dict(dict.items(value))
    n_layers = len(state) // 2
    names = [f"{2 * i}.{part}" for i in range(n_layers) for part in ("weight", "bias")]
    if not 1 <= n_layers <= MOST_LAYERS or {*state} != {*names}:
        text = f"its names are {show([*state])}, expected 0.weight, 0.bias, 2.weight, …"
        return Difference(NO_NETWORK, f"{text}, of 1 to {MOST_LAYERS} layers")
    for name in names:
        if not _is_plain(state[name]):
            text = f"{name} is {show(state[name])}, expected a plain tensor of floats"
            return Difference(NO_NETWORK, text)
    n_parameters = sum(tensor.numel() for tensor in state.values())
    if n_parameters > N_PARAMETERS:
        text = f"{n_parameters:,} parameters came back, and `state` has {N_PARAMETERS:,}"
        return Difference("too-many-parameters", text)
    layers = [(state[f"{2 * i}.weight"], state[f"{2 * i}.bias"]) for i in range(n_layers)]
    if text := _misfit(layers):
        return Difference("sizes-do-not-fit", text)
    layers = [(weight.detach().float(), bias.detach().float()) for weight, bias in layers]
    if not all(torch.isfinite(tensor).all() for layer in layers for tensor in layer):
        return Difference("weights-not-finite", "a weight is nan or infinite in float32")
    return layers


@torch.no_grad()
def n_right(layers: Layers, images: T, labels: T) -> int:
    """How many images have their label as the one largest output."""
    values = images
    for weight, bias in layers:
        values = (values.relu() if values is not images else values) @ weight.T + bias
    of_label = values.gather(1, labels[:, None])
    others = values.clone().scatter_(1, labels[:, None], -torch.inf)
    # With nan nothing is larger, and what is infinite is no answer.
    right = (of_label > others).all(dim=1)
    return int((right & torch.isfinite(values).all(dim=1)).sum())


def _is_plain(value: Any) -> bool:
    if type(value) not in KINDS or value.layout != torch.strided or value.device.type != "cpu":
        return False
    return bool(value.is_floating_point() and not value.is_quantized)


def _misfit(layers: Layers) -> str:
    """Which sizes do not fit each other, the images, or the classes; empty if all do."""
    for i, (weight, bias) in enumerate(layers):
        shapes = f"{2 * i}.weight is {_shape(weight)} and {2 * i}.bias {_shape(bias)}"
        if weight.dim() != 2 or bias.shape != weight.shape[:1] or 0 in weight.shape:
            return f"{shapes}, expected (out, in) and (out,)"
    sizes = [layers[0][0].shape[1], *(weight.shape[0] for weight, _ in layers)]
    if (sizes[0], sizes[-1]) != (SIZES[0], SIZES[-1]):
        return f"the network is from {sizes[0]} to {sizes[-1]}, expected {SIZES[0]} to {SIZES[-1]}"
    for i, ((one, _), (two, _)) in enumerate(pairwise(layers)):
        if two.shape[1] != one.shape[0]:
            return f"{2 * i}.weight is {_shape(one)} and {2 * i + 2}.weight {_shape(two)}"
    return ""


def _shape(tensor: T) -> str:
    return str(tuple(tensor.shape))
