"""How early a mask is settled: distances between the masks of one training, at a fixed sparsity.

You et al. keep the last five masks; the ticket has emerged when the newest is at most 0.1 away from
each of the other four. They rank channels by their batch-norm scale; here it is single weights by
magnitude.

Source: You et al. 2020, Drawing Early-Bird Tickets, section 3.2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from model_compression.lottery_tickets import mask_distance

Distances = list[list[float]]


def distance_matrix(masks: Sequence[Mapping[str, torch.Tensor]]) -> Distances:
    """Distance of every mask from every other, as rows.

    >>> masks = [{"w": torch.tensor([True, False])}, {"w": torch.tensor([False, True])}]
    >>> distance_matrix(masks)
    [[0.0, 1.0], [1.0, 0.0]]
    """
    rows = [[0.0] * len(masks) for _ in masks]
    for i, first in enumerate(masks):
        for j in range(i):
            rows[i][j] = rows[j][i] = mask_distance(first, masks[j])
    return rows


def distance_by_chance(sparsity: float) -> float:
    """Distance that two independent random masks of one sparsity have on average.

    2 * s * (1 - s): kept here and pruned there, or the other way round.

    >>> distance_by_chance(0.5)
    0.5
    """
    return 2 * sparsity * (1 - sparsity)


def emerged_at(distances: Distances, window: int = 5, threshold: float = 0.1) -> int | None:
    """Index of the first mask that is at most `threshold` away from each of those before it.

    Args:
        distances: as from `distance_matrix`.
        window: how many masks are compared, the newest included, >= 2.
        threshold: largest distance that counts as settled.
    Returns: index >= window - 1, or None if no mask is.
    Raises: ValueError for a window below 2.

    >>> line = [[abs(i - j) / 10 for j in range(4)] for i in range(4)]
    >>> emerged_at(line, window=2), emerged_at(line, window=3)
    (1, None)
    """
    if window < 2:
        raise ValueError(f"window: expected 2 or more, got {window}")
    for i in range(window - 1, len(distances)):
        if max(distances[i][i - window + 1 : i]) <= threshold:
            return i
    return None
