"""How long networks take that were made smaller in three ways, against copies of the whole one."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

import torch
from torch import nn

from courseware.chapters.c07_structured_pruning.network_costs import CsrNetwork
from courseware.showing.spread import spread
from courseware.showing.timing import alternating_times
from courseware.subjects.models import network_of
from model_compression.magnitude_pruning import global_magnitude_masks
from model_compression.masks import apply_masks, prunable_weights
from model_compression.structured_pruning import structured_prune

STRUCTURED = "structured"
ZEROS = "zeros in dense matrices"
CSR = "sparse matrices (CSR)"
WAYS = (STRUCTURED, ZEROS, CSR)
WHOLE = "whole"

_COPIES = 3


def name_of(way: str, keep: float) -> str:
    """One name for a network: how it was made, and its share of the units."""
    return f"{way}, {keep:g}"


@dataclass(frozen=True, eq=False)
class Latency:
    """Times of networks that took turns.

    Attributes:
        shares: of the weights, by share of the units.
        networks: by way and share of the units.
        times: by title of the batch and `name_of` the network: seconds, one a round. A way named
            `WHOLE` are copies of the whole network.
    """

    shares: Mapping[float, float]
    networks: Mapping[tuple[str, float], nn.Module]
    times: Mapping[str, Mapping[str, Sequence[float]]]

    def log_speedups(self, batch: str, way: str, keep: float) -> list[float]:
        """Logarithm of: time of the fastest copy of the whole network / time of this one."""
        of_batch = self.times[batch]
        copies = [name for name in of_batch if name.startswith(WHOLE)]
        fastest = min(copies, key=lambda name: median(of_batch[name]))
        pairs = zip(of_batch[fastest], of_batch[name_of(way, keep)], strict=True)
        return [math.log(whole / pruned) for whole, pruned in pairs]

    def relative(self, batch: str, way: str, keep: float) -> tuple[float, float, float]:
        """Time relative to the whole network: mean, and the ends of its 95% interval."""
        logs = spread([-value for value in self.log_speedups(batch, way, keep)])
        ends = (logs.mean, logs.mean - logs.margin, logs.mean + logs.margin)
        mean, low, high = map(math.exp, ends)
        return mean, low, high

    def apart(self, batch: str) -> float:
        """By what share the slowest copy of the whole network is slower than the fastest."""
        of_batch = self.times[batch].items()
        of_copies = [median(runs) for name, runs in of_batch if name.startswith(WHOLE)]
        return max(of_copies) / min(of_copies) - 1


def measured_latency(
    whole: nn.Module,
    images: torch.Tensor,
    batches: Mapping[str, torch.Tensor],
    keeps: Sequence[float],
    rounds: int = 10,
    calls: int = 10,
) -> Latency:
    """Let networks of all three ways, and copies of the whole one, take turns.

    Args:
        whole: a multilayer perceptron.
        images: on which the activations are measured that choose units.
        batches: by title: the images of one call.
        keeps: shares of the units; in the other two ways as many weights are left.
        rounds: in each, every network has its turn.
        calls: in a turn.
    """
    state = whole.state_dict()
    weights = prunable_weights(state)
    n_all = sum(weight.numel() for weight in weights.values())
    shares: dict[float, float] = {}
    networks: dict[tuple[str, float], nn.Module] = {}
    for keep in keeps:
        small = structured_prune(state, images, keep)
        share = sum(w.numel() for w in prunable_weights(small).values()) / n_all
        sparse = apply_masks(state, global_magnitude_masks(weights, 1 - share))
        shares[keep] = share
        networks[STRUCTURED, keep] = network_of(small).requires_grad_(False)
        networks[ZEROS, keep] = network_of(sparse).requires_grad_(False)
        networks[CSR, keep] = CsrNetwork(sparse)
    called = {name_of(WHOLE, i): copy.deepcopy(whole) for i in range(_COPIES)}
    called |= {name_of(way, keep): network for (way, keep), network in networks.items()}
    times = {
        title: alternating_times(
            {name: partial(network, x) for name, network in called.items()},
            rounds=rounds,
            calls=calls,
        )
        for title, x in batches.items()
    }
    return Latency(shares, networks, times)


def state_bytes(network: nn.Module) -> int:
    """Bytes of a network's tensors in memory; of a sparse one with its indices."""
    if isinstance(network, CsrNetwork):
        return network.nbytes
    return sum(tensor.nbytes for tensor in network.state_dict().values())
