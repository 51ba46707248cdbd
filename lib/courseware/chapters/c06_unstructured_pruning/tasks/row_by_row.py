"""Rows of `magnitude_mask` that were ranked one by one, and another mistake in how."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch

from courseware.checks.counts import MISCOUNTS
from courseware.checks.masks import INVERTED
from courseware.checks.misconceptions import both
from courseware.checks.rankings import (
    LARGEST_PRUNED,
    SIGNED,
    TIES_KEPT,
    TIES_PRUNED,
    pruned,
    ties_kept,
    ties_pruned,
)
from courseware.checks.task import Misconception
from model_compression.magnitude_pruning import magnitude_mask

T = torch.Tensor
Rank = Callable[[T, float], T]

RANKED_ROW_BY_ROW = (
    "ranked-row-by-row",
    "Each row was ranked by itself. The whole tensor is one ranking: one row may lose all "
    "its weights, another none.",
)
WRONG_RANKS: tuple[tuple[tuple[str, str], Rank], ...] = (
    (SIGNED, pruned(lambda w: w)),
    (LARGEST_PRUNED, pruned(lambda w: -w.abs())),
    (INVERTED, lambda w, s: ~magnitude_mask(w, s)),
    (TIES_PRUNED, lambda w, s: ties_pruned(w.abs(), round(s * w.numel()))),
    (TIES_KEPT, lambda w, s: ties_kept(w.abs(), round(s * w.numel()))),
    *(
        ((name, message), pruned(count=count))
        for name, message, counts in MISCOUNTS
        for count in counts
    ),
)


def row_by_row_and_more() -> Iterator[Misconception]:
    """Both mistakes, the rows being entries of the first axis, or lines along the last one."""
    for wrong, rank in WRONG_RANKS:
        yield from both(RANKED_ROW_BY_ROW, wrong, _first_axis(rank), _last_axis(rank))


def _first_axis(rank: Rank) -> Rank:
    return lambda w, s: torch.stack([rank(row, s) for row in w]) if w.dim() > 1 else rank(w, s)


def _last_axis(rank: Rank) -> Rank:
    def behaves(w: T, sparsity: float) -> T:
        rows = w.reshape(-1, w.shape[-1])
        return torch.stack([rank(row, sparsity) for row in rows]).reshape(w.shape)

    return behaves
