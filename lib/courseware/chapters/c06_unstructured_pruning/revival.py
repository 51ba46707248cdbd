"""How pruned weights come back to life: training after pruning, with the mask in several places.

A dense network is trained, pruned, and trains on. What the mask is applied to decides whether the
pruned weights stay at 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from courseware.subjects.data import Digits
from courseware.subjects.models import mlp, weights_of
from courseware.subjects.training import one_thread
from model_compression.magnitude_pruning import global_magnitude_masks

OPTIMIZERS: dict[str, Callable[[nn.Module], torch.optim.Optimizer]] = {
    "momentum": lambda model: torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9),
    "Adam": lambda model: torch.optim.Adam(model.parameters(), lr=0.005),
}
"""By name: what makes an optimizer for a model."""

_BATCH_SIZE = 64


@dataclass(frozen=True)
class Way:
    """How a network trains on after pruning.

    Attributes:
        optimizer: one of `OPTIMIZERS`.
        fresh: whether the optimizer starts anew after the pruning, without its memory.
        mask_gradients: set the gradients of pruned weights to 0 before each step.
        mask_weights: set pruned weights to 0 after each step.
    """

    optimizer: str
    fresh: bool = False
    mask_gradients: bool = False
    mask_weights: bool = False


WAYS: dict[str, Way] = {
    "nothing masked, momentum": Way("momentum"),
    "gradients masked, momentum": Way("momentum", mask_gradients=True),
    "gradients masked, Adam": Way("Adam", mask_gradients=True),
    "gradients masked, Adam started anew": Way("Adam", fresh=True, mask_gradients=True),
    "weights masked, momentum": Way("momentum", mask_weights=True),
    "weights masked, Adam": Way("Adam", mask_weights=True),
}


@dataclass(frozen=True)
class Untouched:
    """Pruned weights that never had a gradient, by what they connect.

    Attributes:
        at_empty_pixels: they read a pixel without ink in all images.
        at_silent_units: others, into or out of a unit that never fired.
        elsewhere: all others; no image made both ends of them active.
    """

    at_empty_pixels: int
    at_silent_units: int
    elsewhere: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.at_empty_pixels + self.at_silent_units + self.elsewhere

    def __add__(self, other: Untouched) -> Untouched:
        return Untouched(
            self.at_empty_pixels + other.at_empty_pixels,
            self.at_silent_units + other.at_silent_units,
            self.elsewhere + other.elsewhere,
        )


@dataclass(frozen=True)
class Revival:
    """What became of the pruned weights.

    Attributes:
        n_pruned: how many there are.
        alive: how many of them are not 0: after the pruning, and after each step.
        largest: the largest magnitude among them at the end.
        untouched: those of them that had no gradient in any step before the pruning.
    """

    n_pruned: int
    alive: list[int]
    largest: float
    untouched: Untouched


@one_thread()
def train_on_after_pruning(
    way: Way, seed: int, data: Digits, *, sparsity: float, dense_steps: int, steps: int
) -> Revival:
    """Train a 64-64-32-10 network, prune its smallest weights, train on, and count.

    Args:
        way: of training after the pruning.
        seed: of the network and of the batches.
        data: its training part is used.
        sparsity: total share, all layers ranked together.
        dense_steps: updates before the pruning, with the same kind of optimizer.
        steps: updates after it.
    """
    model = mlp([64, 64, 32, 10], seed)
    optimizer = OPTIMIZERS[way.optimizer](model)
    generator = torch.Generator().manual_seed(seed)
    touched = {name: torch.zeros_like(p, dtype=torch.bool) for name, p in model.named_parameters()}
    for _ in range(dense_steps):
        _set_gradients(model, data, generator)
        for name, gradient in _gradients_of(model).items():
            touched[name] |= gradient != 0
        optimizer.step()
    weights = weights_of(model)
    pruned = {name: ~mask for name, mask in global_magnitude_masks(weights, sparsity).items()}
    _clear(weights, pruned)
    if way.fresh:
        optimizer = OPTIMIZERS[way.optimizer](model)
    alive = [_count_alive(weights, pruned)]
    for _ in range(steps):
        _set_gradients(model, data, generator)
        if way.mask_gradients:
            _clear(_gradients_of(model), pruned)
        optimizer.step()
        if way.mask_weights:
            _clear(weights, pruned)
        alive.append(_count_alive(weights, pruned))
    largest = max(weights[name][gone].abs().max().item() for name, gone in pruned.items())
    n_pruned = sum(int(gone.sum()) for gone in pruned.values())
    return Revival(n_pruned, alive, largest, untouched_weights(touched, pruned, data))


def untouched_weights(
    touched: dict[str, torch.Tensor], pruned: dict[str, torch.Tensor], data: Digits
) -> Untouched:
    """Count the pruned weights that had no gradient, by what they connect.

    Args:
        touched: by name of each parameter, where it ever had a gradient. A unit that never fired
            passes none on: its own bias never had one.
        pruned: by name of each weight, in the order of the layers: where it is pruned.
        data: its training images say which pixels are empty.
    """
    found = Untouched(0, 0, 0)
    empty = data.train_images.amax(dim=0) == 0
    silent = torch.zeros_like(empty)  # inputs of the layer that are units
    for name, gone in pruned.items():
        silent_outputs = ~touched[name.replace("weight", "bias")]
        left = gone & ~touched[name]
        at_units = left & ~empty & (silent | silent_outputs[:, None])
        n_pixels, n_units = int((left & empty).sum()), int(at_units.sum())
        found += Untouched(n_pixels, n_units, int(left.sum()) - n_pixels - n_units)
        silent, empty = silent_outputs, torch.zeros_like(silent_outputs)
    return found


def _set_gradients(model: nn.Module, data: Digits, generator: torch.Generator) -> None:
    rows = torch.randperm(len(data.train_images), generator=generator)[:_BATCH_SIZE]
    loss = cross_entropy(model(data.train_images[rows]), data.train_labels[rows])
    model.zero_grad()
    loss.backward()


def _gradients_of(model: nn.Module) -> dict[str, torch.Tensor]:
    return {name: p.grad for name, p in model.named_parameters() if p.grad is not None}


def _clear(tensors: dict[str, torch.Tensor], where: dict[str, torch.Tensor]) -> None:
    for name, places in where.items():
        tensors[name][places] = 0


def _count_alive(weights: dict[str, torch.Tensor], pruned: dict[str, torch.Tensor]) -> int:
    return sum(int((weights[name][gone] != 0).sum()) for name, gone in pruned.items())
