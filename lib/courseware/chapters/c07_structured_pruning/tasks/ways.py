"""Ways to prune the hidden layers of a network: the right one with parts replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any

import torch

from model_compression.network_surgery import shrink_linear_pair
from model_compression.structured_pruning import keep_indices

T = torch.Tensor
State = Mapping[str, T]
Way = Callable[[State, T, float], dict[str, T]]
Score = Callable[[T, T], T]
"""From the weight of a layer and its outputs before the ReLU to a number for each unit."""

Measured = Callable[[State, T], list[T]]
"""From a network and images to what each hidden layer puts out before its ReLU."""

Cut = Callable[..., Iterable[T]]
"""From w1, b1, w2, b2 and the kept units to the four that stay."""


def layers_of(state: State) -> list[str]:
    """The numbers of the linear layers, first to last."""
    return [name.removesuffix(".weight") for name in state if name.endswith(".weight")]


def before_relu(
    state: State, images: T, bias: float = 1.0, between: Callable[[T], T] = torch.relu
) -> list[T]:
    """What each hidden layer puts out before its ReLU: (N, units).

    `bias` is what the biases are multiplied by, `between` what the next layer gets of it.
    """
    outputs: list[T] = []
    for name in layers_of(state)[:-1]:
        x = between(outputs[-1]) if outputs else images
        shift = bias * state[f"{name}.bias"]
        outputs.append(torch.nn.functional.linear(x, state[f"{name}.weight"], shift))
    return outputs


def mean_activation(weight: T, outputs: T) -> T:
    """The criterion of the task: the mean after the ReLU."""
    return outputs.relu().mean(dim=0)


def right_count(n_units: int, keep_ratio: float) -> int:
    """How many units of a layer stay."""
    return max(1, round(keep_ratio * n_units))


def way(
    score: Score = mean_activation,
    count: Callable[[int, float], int] = right_count,
    keep: Callable[[T, int], T] = keep_indices,
    cut: Cut = shrink_linear_pair,
    measured: Measured = before_relu,
    remeasured: bool = False,
    layers: slice = slice(None),
    from_old: bool = False,
) -> Way:
    """The network pruned with some part done in another way.

    `remeasured`: each layer is measured on the network that is pruned up to it. `layers` are the
    hidden layers that are cut. `from_old`: each pair is cut from the tensors that came in.
    """

    def behaves(state: State, images: T, keep_ratio: float) -> dict[str, T]:
        small = dict(state)
        pairs = list(pairwise(layers_of(state)))
        for place, pair in list(enumerate(pairs))[layers]:
            outputs = measured(small if remeasured else state, images)[place]
            scores = score(state[f"{pair[0]}.weight"], outputs)
            n_kept = min(max(count(len(scores), keep_ratio), 0), len(scores))
            small |= cut_pair(state if from_old else small, pair, keep(scores, n_kept), cut)
        return small

    return behaves


def any_units(w1: T, b1: T, w2: T, b2: T, kept: T) -> Iterable[T]:
    """`shrink_linear_pair` for any number of units in any order."""
    return w1[kept], b1[kept], w2[:, kept], b2


def cut_pair(state: State, pair: tuple[str, str], kept: T, cut: Cut = any_units) -> dict[str, T]:
    """The four new tensors of two layers, by name."""
    keys = [f"{name}.{kind}" for name in pair for kind in ("weight", "bias")]
    return dict(zip(keys, cut(*(state[key] for key in keys), kept), strict=True))


def apoz_rank(weight: T, outputs: T) -> T:
    """Less silent is better."""
    return (outputs > 0).float().mean(dim=0)


def norm_rank(weight: T, outputs: T) -> T:
    """L2 norms of the rows."""
    return weight.norm(dim=1)


def same(left: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
    """Whether two networks have the same tensors."""
    return all(torch.equal(left[name], right[name]) for name in left)
