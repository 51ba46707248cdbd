"""Networks to prune: small ones in any size, and one that has learned to read an alphabet.

A small network's labels are its own answers, so that it is fully trained from the start, at no
cost. The signs of an alphabet are made up for a draw; accuracy is measured on images held back.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import torch

from courseware.checks.named_tensors import Named
from courseware.checks.signs import signs
from courseware.checks.states import Seed
from courseware.checks.task import Draw
from courseware.subjects import models, training
from model_compression.snip import snip_scores

T = torch.Tensor
Problem = tuple[Named, T, T]
"""A state, training images and their labels."""

SIZES = (64, 64, 32, 10)


def small_problem(draw: Draw, *sizes: int, n_images: int = 96) -> Problem:
    """A network of any sizes that is right on all its images. The layers differ in scale."""
    state = Named(models.mlp(sizes, seed=draw.integer(0, 10**6)).state_dict())
    for name in weight_names(state):
        state[name] *= draw.rng.uniform(1.0, 3.0)
    images = torch.rand(n_images, sizes[0], generator=draw.generator)
    return state, images, answers(state, images)


def signs_problem(seed: Seed) -> Problem:
    """A 64-64-32-10 network that was trained on the signs of a seed, and its training images."""
    data = signs(seed.data)
    copied = Named((name, tensor.clone()) for name, tensor in _trained(seed.data).items())
    return copied, data.images, data.labels


def weight_names(state: Mapping[str, T]) -> list[str]:
    """The names of what is pruned."""
    return [name for name, tensor in state.items() if tensor.dim() >= 2]


def n_weights(state: Mapping[str, T]) -> int:
    """How many numbers can be pruned: biases are not."""
    return sum(state[name].numel() for name in weight_names(state))


def held_out_accuracy(state: Mapping[str, T], seed: Seed) -> float:
    """Share of the images held back that a network reads right."""
    data = signs(seed.data)
    said = answers(state, data.held_out_images)
    return float((said == data.held_out_labels).double().mean())


@torch.no_grad()
def answers(state: Mapping[str, T], images: T) -> T:
    """The class that a network gives each image."""
    return _network(state)(images).argmax(dim=1)


def saliencies(state: Mapping[str, T], images: T, labels: T) -> dict[str, T]:
    """|weight · gradient| of every prunable weight, for the loss on all images."""
    model = _network(state)
    torch.nn.functional.cross_entropy(model(images), labels).backward()
    found = dict(model.named_parameters())
    weights = {name: found[name].detach() for name in weight_names(state)}
    gradients = {name: found[name].grad for name in weights}
    return snip_scores(weights, {name: g for name, g in gradients.items() if g is not None})


def _network(state: Mapping[str, T]) -> torch.nn.Sequential:
    weights = [state[name] for name in weight_names(state)]
    model = models.mlp([weights[0].shape[1], *(len(w) for w in weights)], seed=0)
    model.load_state_dict(dict(state))
    return model


@lru_cache(maxsize=8)
def _trained(alphabet: int) -> dict[str, T]:
    seed = alphabet % 10**6
    data, model = signs(alphabet), models.mlp(SIZES, seed=seed)
    training.train(model, data.images, data.labels, steps=150, learning_rate=0.008, seed=seed)
    return {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
