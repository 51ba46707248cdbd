"""A good subnetwork of a frozen random network: only the masks are learned, no weight ever moves.

Every weight has a score. Forward, each layer keeps its round(density * n) highest scores and uses
the frozen weights there; backward, the gradient goes past the choice, straight to the scores:

    y = x (w * m(s))^T + b            ds = dL/d(w * m) * w        (m counts as the identity)

Source: Ramanujan et al. 2020, What's Hidden in a Randomly Weighted Neural Network?, section 3
(edge-popup; scores start here at |w| instead of at random). That such subnetworks exist in a
network that is wide enough: Malach et al. 2020, Proving the Lottery Ticket Hypothesis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from courseware.subjects.batched_training import (
    State,
    batches_of_all,
    logits_of_all,
    members,
    stacked,
    sum_of_losses,
)
from courseware.subjects.models import mlp
from courseware.subjects.training import one_thread
from model_compression.masks import Masks, prunable_weights, prune_lowest, pruned_count

_GAIN = 12**0.5  # half of the weights of a ReLU layer then keep the size of its inputs


def frozen_network(sizes: Sequence[int], seed: int) -> State:
    """A random network to search in: the weights of `mlp`, larger by one factor, and no biases.

    Without biases the factor changes the size of all outputs and never which is largest; the
    search wants outputs that are not all close to 0.

    >>> state = frozen_network([64, 8, 10], seed=0)
    >>> bool(state["0.bias"].any()), bool(state["0.weight"].abs().max() <= (12 / 64) ** 0.5)
    (False, True)
    """
    state = mlp(sizes, seed).state_dict()
    return {
        name: value * _GAIN if value.dim() > 1 else torch.zeros_like(value)
        for name, value in state.items()
    }


@one_thread()
def search_masks(
    states: Sequence[Mapping[str, torch.Tensor]],
    images: torch.Tensor,
    labels: torch.Tensor,
    *,
    density: float,
    steps: int,
    learning_rate: float = 0.01,
    batch_size: int = 32,
    seeds: Sequence[int],
) -> list[Masks]:
    """Search a mask for each of several frozen networks, all in one program.

    Args:
        states: networks of one shape, as from `frozen_network`; they stay as they are.
        images: (N, D) tensor.
        labels: int64 tensor of shape (N,).
        density: share of the weights that each layer keeps, 0 ... 1.
        steps: updates of the scores, >= 0.
        learning_rate: of Adam.
        batch_size: >= 1.
        seeds: one a network, of the order of its images.
    Returns: masks, one dict a network; each layer keeps the same number of weights in all.
    Raises: ValueError for another number of seeds, other shapes, or a density outside 0 ... 1.

    >>> masks = search_masks([frozen_network([2, 4, 2], 0)], torch.eye(2), torch.tensor([0, 1]),
    ...                      density=0.5, steps=3, seeds=[0])
    >>> [int(mask.sum()) for mask in masks[0].values()]
    [4, 4]
    """
    if len(seeds) != len(states):
        raise ValueError(f"seeds: expected {len(states)}, one a network, got {len(seeds)}")
    frozen = stacked(states)
    weights = {name: value for name, value in frozen.items() if value.dim() == 3}
    n_pruned = {name: pruned_count(w[0].numel(), 1 - density) for name, w in weights.items()}
    scores = {name: weight.abs().requires_grad_() for name, weight in weights.items()}
    optimizer = torch.optim.Adam(scores.values(), lr=learning_rate, fused=True)
    batches = batches_of_all(len(images), batch_size, seeds)
    for _ in range(steps):
        rows = next(batches)
        chosen = {name: weights[name] * _choice(s, n_pruned[name]) for name, s in scores.items()}
        loss = sum_of_losses(logits_of_all(frozen | chosen, images[rows]), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return [
        {
            name: prune_lowest(score, n_pruned[name])
            for name, score in prunable_weights(of_one).items()
        }
        for of_one in members(scores)
    ]


def _choice(scores: torch.Tensor, n_pruned: int) -> torch.Tensor:
    """1 for the highest scores of each member and 0 for the others; the gradient goes past it."""
    flat = scores.detach().flatten(1)
    if n_pruned == 0:
        kept = torch.ones_like(flat)
    else:
        kept = (flat > flat.kthvalue(n_pruned, dim=1, keepdim=True).values).to(flat)
    return kept.view_as(scores) + scores - scores.detach()
