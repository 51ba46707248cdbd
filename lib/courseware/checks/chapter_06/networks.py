"""Networks to prune: small ones in any size, and one that has learned to read digits.

A small network's labels are its own answers, so that it is fully trained from the start, at no
cost. Held-out accuracy is measured on the 600 digits that no network here was trained on.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import torch

from courseware import models, training
from courseware.checks.chapter_06.common import Named
from courseware.checks.task import Draw
from courseware.data import Digits, digits

T = torch.Tensor
Problem = tuple[Named, T, T]
"""A state, training images and their labels."""

SIZES = (64, 64, 32, 10)
N_NETWORKS = 8
"""Trained once in a process, half a second each."""

N_TRAINING = 1000
"""Images of the 1,197: which ones, and in which order, is drawn."""


def small_problem(draw: Draw, *sizes: int) -> Problem:
    """A network of any sizes that is right on all its images. The layers differ in scale."""
    state = Named(models.mlp(sizes, seed=draw.integer(0, 10**6)).state_dict())
    for name in weight_names(state):
        state[name] *= draw.rng.uniform(1.0, 3.0)
    images = torch.rand(96, sizes[0], generator=draw.generator)
    return state, images, answers(state, images)


def digits_problem(draw: Draw) -> Problem:
    """A 64-64-32-10 network that was trained on digits, and most of its training images."""
    data = _data()
    rows = torch.randperm(len(data.train_images), generator=draw.generator)[:N_TRAINING]
    state = _trained(draw.integer(0, N_NETWORKS - 1))
    copied = Named((name, tensor.clone()) for name, tensor in state.items())
    return copied, data.train_images[rows], data.train_labels[rows]


def weight_names(state: Mapping[str, T]) -> list[str]:
    """The names of what is pruned."""
    return [name for name, tensor in state.items() if tensor.dim() >= 2]


def n_weights(state: Mapping[str, T]) -> int:
    """How many numbers can be pruned: biases are not."""
    return sum(state[name].numel() for name in weight_names(state))


def held_out_accuracy(state: Mapping[str, T]) -> float:
    """Share of the held-out digits that a network reads right."""
    data = _data()
    images = torch.cat([data.validation_images, data.test_images])
    labels = torch.cat([data.validation_labels, data.test_labels])
    return float((answers(state, images) == labels).double().mean())


@torch.no_grad()
def answers(state: Mapping[str, T], images: T) -> T:
    """The class that a network gives each image."""
    weights = [state[name] for name in weight_names(state)]
    model = models.mlp([weights[0].shape[1], *(len(w) for w in weights)], seed=0)
    model.load_state_dict(dict(state))
    return model(images).argmax(dim=1)


@cache
def _data() -> Digits:
    return digits()


@cache
def _trained(seed: int) -> dict[str, T]:
    data, model = _data(), models.mlp(SIZES, seed=seed)
    images, labels = data.train_images, data.train_labels
    training.train(model, images, labels, steps=300, learning_rate=0.008, seed=seed)
    return {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
