"""Pixels by how many images have ink in them, and as many others, drawn by lot."""

from __future__ import annotations

import torch

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
