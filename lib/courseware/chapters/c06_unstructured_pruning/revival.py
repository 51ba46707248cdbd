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
class Revival:
    """What became of the pruned weights.

    Attributes:
        n_pruned: how many there are.
        alive: how many of them are not 0: after the pruning, and after each step.
        largest: the largest magnitude among them at the end.
    """

    n_pruned: int
    alive: list[int]
    largest: float


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
    for _ in range(dense_steps):
        _set_gradients(model, data, generator)
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
    return Revival(sum(int(gone.sum()) for gone in pruned.values()), alive, largest)


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
