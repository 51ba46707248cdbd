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


def emerged_by_interval(
    of_networks: Sequence[Distances], moments: Sequence[int], every: Sequence[int]
) -> dict[int, list[int]]:
    """Updates after which masks emerge, if fewer masks had been drawn from the same trainings.

    Args:
        of_networks: distances of the masks of each training.
        moments: updates after which they were drawn, evenly spaced, from 0.
        every: updates from one mask to the next that is looked at, multiples of those spaces.
    Returns: by number of updates between masks, one moment a network; none of one whose mask does
        not emerge.
    Raises: ValueError for an interval at which no masks were drawn.

    >>> line = [[abs(i - j) / 100 for j in range(11)] for i in range(11)]
    >>> emerged_by_interval([line], range(0, 101, 10), every=(10, 20, 30))
    {10: [40], 20: [80], 30: []}
    """
    found = {}
    for updates in every:
        stride, rest = divmod(updates, moments[1] - moments[0])
        if rest or not stride:
            raise ValueError(f"every: expected multiples of {moments[1] - moments[0]}, got {every}")
        fewer = [[row[::stride] for row in rows[::stride]] for rows in of_networks]
        emerged = [emerged_at(rows) for rows in fewer]
        found[updates] = [moments[i * stride] for i in emerged if i is not None]
    return found


def told_by_interval(emerged: Mapping[int, Sequence[int]]) -> str:
    """What `emerged_by_interval` found, from the first network to the last.

    >>> told_by_interval({5: [45, 40, 50], 40: [240, 240], 60: []})
    'every 5: 40–50; every 40: 240; every 60: never'
    """
    ranges = {
        every: "–".join(str(moment) for moment in sorted({min(found), max(found)}))
        for every, found in emerged.items()
        if found
    }
    return "; ".join(f"every {every}: {ranges.get(every, 'never')}" for every in emerged)
