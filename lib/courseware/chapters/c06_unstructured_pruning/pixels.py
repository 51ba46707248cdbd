"""Pixels by how many images have ink in them, as many others by lot, and another optimizer."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from courseware.subjects.batched_training import State, train_together
from courseware.subjects.data import Digits
from courseware.subjects.models import mlp
from model_compression.masks import keep_all, prunable_weights

RARE = 0.05


def pixel_groups(images: torch.Tensor) -> dict[str, torch.Tensor]:
    """Masks of the pixels with ink in no image, in up to 5% of them, and in more.

    >>> groups = pixel_groups(torch.tensor([[0.0, 1.0, 0.5], [0.0, 0.0, 0.5]]))
    >>> groups["no image"].tolist(), groups["more"].tolist()
    ([True, False, False], [False, True, True])
    """
    with_ink = (images > 0).double().mean(dim=0)
    return {
        "no image": with_ink == 0,
        "some, up to 5%": (with_ink > 0) & (with_ink <= RARE),
        "more": with_ink > RARE,
    }


def drawn_groups(group: torch.Tensor, n: int, draws: int) -> list[torch.Tensor]:
    """`n` members of a group, drawn by lot, several times; the same ones in every run."""
    members = group.nonzero()[:, 0]
    found = []
    for draw in range(draws):
        order = torch.randperm(len(members), generator=torch.Generator().manual_seed(draw))
        chosen = torch.zeros_like(group)
        chosen[members[order[:n]]] = True
        found.append(chosen)
    return found


def trained_by_sgd(
    sizes: Sequence[int],
    seeds: Sequence[int],
    data: Digits,
    *,
    steps: int = 1500,
    learning_rate: float = 0.1,
    momentum: float = 0.9,
) -> list[State]:
    """The networks of the lecture, trained by SGD with momentum in place of Adam; one a seed."""
    states = [mlp(sizes, seed).state_dict() for seed in seeds]
    return train_together(
        [(state, keep_all(prunable_weights(state))) for state in states],
        data.train_images,
        data.train_labels,
        steps=steps,
        learning_rate=learning_rate,
        seeds=seeds,
        momentum=momentum,
    )
