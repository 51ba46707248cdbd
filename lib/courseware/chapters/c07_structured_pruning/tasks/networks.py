"""Networks to prune, drawn so that neither ties nor luck decide.

In every hidden layer the mean activations on both sides of the cut are well apart: by `GAP` of the
largest. Float32 sums in another order differ by about 1e-6 of it, so every right solution keeps
the same units. Trained networks have units that never answer, many of them equal at 0: the cut is
above these. And a network is drawn again until the rivals that a check names, which rank by
something else, keep other units.
"""

from __future__ import annotations

from itertools import pairwise

import torch

from courseware.chapters.c07_structured_pruning.tasks.ways import (
    Way,
    before_relu,
    right_count,
    same,
    way,
)
from courseware.checks.named_tensors import Named
from courseware.checks.prunable_networks import signs_problem
from courseware.checks.signs import drawn_seed
from courseware.checks.task import Draw
from model_compression.structured_pruning import mean_abs_activation

T = torch.Tensor
Problem = tuple[Named, T, float]
"""A state, images and a keep_ratio."""

GAP = 1e-3
N_IMAGES = 24
N_MEASURED = 100
"""Images to measure on: few enough for a loop over them."""


def problem(draw: Draw, sizes: tuple[int, ...], keep_ratio: float, *rivals: Way) -> Problem:
    """A network of any sizes that keeps other units by `rivals`."""
    while True:
        state = _network(draw, sizes)
        images = torch.rand(N_IMAGES, sizes[0], generator=draw.generator)
        if not clear(state, images, keep_ratio):
            continue
        right = way()(state, images, keep_ratio)
        if not any(same(rival(state, images, keep_ratio), right) for rival in rivals):
            return state, images, keep_ratio


def _network(draw: Draw, sizes: tuple[int, ...]) -> Named:
    """Layers that differ in scale; a unit of the first one never answers."""
    state = Named()
    for layer, (n_in, n_out) in enumerate(pairwise(sizes)):
        scale = draw.rng.uniform(0.5, 2.0)
        state[f"{2 * layer}.weight"] = scale * draw.normal(n_out, n_in) / n_in**0.5
        state[f"{2 * layer}.bias"] = scale * draw.normal(n_out) / 2
    state["0.bias"][draw.integer(0, sizes[1] - 1)] = -20.0
    return state


def trained(draw: Draw) -> Problem:
    """A trained 64-64-32-10 network, images, and a share with a clear cut in both layers."""
    while True:
        state, images, _ = signs_problem(drawn_seed(draw))
        shares = list(range(25, 61))
        draw.rng.shuffle(shares)
        for share in shares:
            if clear(state, images[:N_MEASURED], share / 100):
                return state, images[:N_MEASURED], share / 100


def clear(state: Named, images: T, keep_ratio: float) -> bool:
    """Whether every hidden layer has a gap where it is cut."""
    for outputs in before_relu(state, images):
        ranked = mean_abs_activation(outputs.relu()).sort(descending=True).values.double()
        n_kept = right_count(len(ranked), keep_ratio)
        below = ranked[n_kept] if n_kept < len(ranked) else -ranked[0]
        # A layer that never answers is all ties: 0 > 0 is not clear either.
        if not ranked[n_kept - 1] - below > GAP * ranked[0]:
            return False
    return True
