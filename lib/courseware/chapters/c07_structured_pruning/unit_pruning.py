"""Units of a multilayer perceptron: how criteria rank them, and the network without the lowest.

`model_compression.structured_pruning.structured_prune` does this with one criterion. Here the
criterion is an argument, so that several can be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

import torch

from model_compression._training import hidden_activations, layer_names
from model_compression.network_surgery import shrink_linear_pair
from model_compression.structured_pruning import (
    apoz,
    filter_norms,
    keep_indices,
    mean_abs_activation,
)

State = Mapping[str, torch.Tensor]
Scores = dict[str, torch.Tensor]

CRITERIA: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "L2 norm": lambda weight, outputs: filter_norms(weight),
    "mean activation": lambda weight, outputs: mean_abs_activation(outputs),
    "1 − APoZ": lambda weight, outputs: 1 - apoz(outputs),
}
"""Name → score of each unit from the weights (units, in) of its layer and what it puts out, (N,
units) after the ReLU. Higher is more important."""


@torch.no_grad()
def unit_scores(state: State, images: torch.Tensor, criterion: str) -> Scores:
    """Score of every hidden unit, measured once, on the whole network.

    Args:
        state: state_dict of Linear, ReLU, ..., Linear.
        images: (N, D) tensor for the activations.
        criterion: one of `CRITERIA`.
    Returns: dict by the name of the hidden layer ("0", "2", ...) of tensors (units,).
    Raises: ValueError for an unknown criterion.

    >>> state = {"0.weight": torch.tensor([[3.0], [-4.0]]), "0.bias": torch.zeros(2)}
    >>> state |= {"2.weight": torch.ones(1, 2), "2.bias": torch.zeros(1)}
    >>> [unit_scores(state, torch.ones(5, 1), name)["0"].tolist() for name in CRITERIA]
    [[3.0, 4.0], [3.0, 0.0], [1.0, 0.0]]
    """
    if criterion not in CRITERIA:
        raise ValueError(f"criterion: expected one of {list(CRITERIA)}, got {criterion!r}")
    outputs = hidden_activations(state, images)
    return {
        name: CRITERIA[criterion](state[f"{name}.weight"], output)
        for name, output in zip(layer_names(state), outputs, strict=False)
    }


def random_scores(state: State, seed: int) -> Scores:
    """As `unit_scores`, but drawn at random: what a criterion has to be better than."""
    generator = torch.Generator().manual_seed(seed)
    return {
        name: torch.rand(len(state[f"{name}.bias"]), generator=generator)
        for name in layer_names(state)[:-1]
    }


def kept_units(scores: Scores, keep_ratio: float) -> Scores:
    """Numbers of the max(1, round(keep_ratio * H)) highest of H units in each layer, ascending.

    >>> kept_units({"0": torch.tensor([0.3, 0.9, 0.1, 0.5])}, 0.5)
    {'0': tensor([1, 3])}
    """
    if not 0 <= keep_ratio <= 1:
        raise ValueError(f"keep_ratio: expected 0 ... 1, got {keep_ratio}")
    return {
        name: keep_indices(values, max(1, round(keep_ratio * len(values))))
        for name, values in scores.items()
    }


def without_units(state: State, scores: Scores, keep_ratio: float) -> dict[str, torch.Tensor]:
    """The network with only the best units of each hidden layer; rows and columns really go.

    Args:
        state: state_dict of Linear, ReLU, ..., Linear.
        scores: dict as from `unit_scores`.
        keep_ratio: share of each hidden layer that stays, 0 ... 1.
    Returns: dict with the keys of `state`.

    >>> from courseware.subjects.models import mlp
    >>> state = mlp([64, 16, 8, 10], seed=0).state_dict()
    >>> small = without_units(state, random_scores(state, 0), 0.25)
    >>> [tuple(small[f"{i}.weight"].shape) for i in (0, 2, 4)]
    [(4, 64), (2, 4), (10, 2)]
    """
    small = {name: tensor.detach().clone() for name, tensor in state.items()}
    names = layer_names(state)
    kept = kept_units(scores, keep_ratio)
    for name, following in pairwise(names):
        keys = [f"{name}.weight", f"{name}.bias", f"{following}.weight", f"{following}.bias"]
        w1, b1, w2, b2 = (small[key] for key in keys)
        small.update(zip(keys, shrink_linear_pair(w1, b1, w2, b2, kept[name]), strict=True))
    return small


@torch.no_grad()
def with_means_folded(
    state: State, images: torch.Tensor, scores: Scores, keep_ratio: float
) -> dict[str, torch.Tensor]:
    """As `without_units`, but what the lost units add on the average goes into the next bias.

    Args:
        state: state_dict of Linear, ReLU, ..., Linear.
        images: over which the average is taken, in the whole network.
        scores: dict as from `unit_scores`.
        keep_ratio: share of each hidden layer that stays, 0 ... 1.

    >>> state = {"0.weight": torch.tensor([[1.0], [0.5]]), "0.bias": torch.tensor([0.0, 1.0])}
    >>> state |= {"2.weight": torch.tensor([[1.0, 2.0]]), "2.bias": torch.zeros(1)}
    >>> images = torch.tensor([[2.0], [4.0]])
    >>> scores = unit_scores(state, images, "mean activation")   # 3 and 2.5: the second goes
    >>> with_means_folded(state, images, scores, 0.5)["2.bias"]
    tensor([5.])
    """
    small, kept = without_units(state, scores, keep_ratio), kept_units(scores, keep_ratio)
    for following, added in _mean_sums(state, images, kept).items():
        small[f"{following}.bias"] += added[kept[following]] if following in kept else added
    return small


def lost_shift(state: State, images: torch.Tensor, scores: Scores, keep_ratio: float) -> float:
    """How much of the mean sums of the next layer the lost units make up, ‖lost‖ / ‖all‖.

    The mean over the layers that read hidden units; arguments as in `with_means_folded`.

    >>> state = {"0.weight": torch.tensor([[1.0], [0.5]]), "0.bias": torch.tensor([0.0, 1.0])}
    >>> state |= {"2.weight": torch.tensor([[1.0, 2.0]]), "2.bias": torch.zeros(1)}
    >>> images = torch.tensor([[2.0], [4.0]])
    >>> scores = unit_scores(state, images, "mean activation")  # 3 goes into the sum, and 2 * 2.5
    >>> lost_shift(state, images, scores, 0.5)
    0.625
    """
    kept = kept_units(scores, keep_ratio)
    none = {name: units[:0] for name, units in kept.items()}
    lost, whole = (_mean_sums(state, images, units) for units in (kept, none))
    shares = [(lost[name].norm() / whole[name].norm()).item() for name in lost]
    return sum(shares) / len(shares)


@torch.no_grad()
def _mean_sums(state: State, images: torch.Tensor, kept: Scores) -> dict[str, torch.Tensor]:
    """Next layer → what the units that are not kept add to its sums on the average."""
    names, sums = layer_names(state), {}
    outputs = hidden_activations(state, images)
    for name, following, output in zip(names, names[1:], outputs, strict=False):
        gone = torch.ones(output.shape[1], dtype=torch.bool)
        gone[kept[name]] = False
        sums[following] = state[f"{following}.weight"][:, gone] @ output[:, gone].mean(dim=0)
    return sums


def silenced(state: State, scores: Scores, keep_ratio: float) -> dict[str, torch.Tensor]:
    """The network as large as before, its lowest units set to zero: weights and bias."""
    masked = {name: tensor.detach().clone() for name, tensor in state.items()}
    for name, kept in kept_units(scores, keep_ratio).items():
        gone = torch.ones(len(scores[name]), dtype=torch.bool)
        gone[kept] = False
        masked[f"{name}.weight"][gone] = 0
        masked[f"{name}.bias"][gone] = 0
    return masked
