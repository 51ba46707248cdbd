"""Weights that share a scale in wrong answers to `quantize_groupwise`."""

from __future__ import annotations

from collections.abc import Callable

import torch

from courseware.checks.block_pairs import Shared, Sharing, shared_and
from courseware.checks.blocks import Quantized, grouped, scale_of, to_codes
from courseware.checks.groups import INTERLEAVED, ONE_SCALE_A_ROW, SIZE_TAKEN_FOR_COUNT
from courseware.checks.misconceptions import several, ways
from courseware.checks.task import Misconception

ONE_SCALE_FOR_ALL = (
    "one-scale-for-all",
    "All groups share one scale. The point is that each has its own: one large weight "
    "must not cost the others their precision.",
)
ROWS_SHARE_SCALES = (
    "rows-share-scales",
    "Groups below one another share a scale: the largest magnitude was taken over the rows as "
    "well. A group lies in one row, and each has a scale of its own.",
)


def _over(
    axes: tuple[int, ...], scales: Callable[[torch.Tensor], torch.Tensor] = lambda scale: scale
) -> Sharing:
    """Groups whose largest magnitude is sought along more axes than their own."""

    def sharing(w: torch.Tensor, group_size: int) -> Shared:
        blocks = grouped(w, group_size)
        sizes = blocks.abs().amax(dim=axes, keepdim=True).expand(*blocks.shape[:2], 1)
        return Shared(
            blocks,
            sizes,
            lambda codes: codes.reshape(w.shape),
            lambda scale: scales(scale.squeeze(-1)),
        )

    return sharing


def _interleaved(w: torch.Tensor, group_size: int) -> Shared:
    blocks = grouped(w, group_size).reshape(len(w), group_size, -1)
    return Shared(
        blocks,
        blocks.abs().amax(dim=1, keepdim=True),
        lambda codes: codes.reshape(w.shape),
        lambda scale: scale.squeeze(1),
    )


def _so_many_groups(w: torch.Tensor, group_size: int) -> Shared:
    blocks = w.reshape(len(w), group_size, -1)
    return Shared(
        blocks,
        blocks.abs().amax(dim=2, keepdim=True),
        lambda codes: codes.reshape(w.shape),
        lambda scale: scale.squeeze(2),
    )


def _of_all_rows(
    scales: Callable[[torch.Tensor], torch.Tensor],
) -> Callable[[torch.Tensor, int, int], Quantized]:
    """One row of scales for all rows."""

    def behaves(w: torch.Tensor, n_bits: int, group_size: int) -> Quantized:
        shared = _over((0, 2), scales)(w, group_size)
        scale = scale_of(shared.sizes, n_bits)
        return shared.codes(to_codes(shared.blocks, scale, n_bits)), shared.scales(scale)

    return behaves


def about_sharing() -> tuple[Misconception, ...]:
    """Scales that rows share, and each wrong way to share them with another mistake."""
    one_row: tuple[Callable[[torch.Tensor], torch.Tensor], ...] = (
        lambda scale: scale,
        lambda scale: scale[0],
        lambda scale: scale[:1],
    )
    return several(
        ways(*ROWS_SHARE_SCALES, *map(_of_all_rows, one_row)),
        shared_and(
            (ONE_SCALE_FOR_ALL, _over((0, 1, 2))),
            (ONE_SCALE_A_ROW, _over((1, 2))),
            (ROWS_SHARE_SCALES, _over((0, 2))),
            (ROWS_SHARE_SCALES, _over((0, 2), lambda scale: scale[0])),
            (INTERLEAVED, _interleaved),
            (SIZE_TAKEN_FOR_COUNT, _so_many_groups),
        ),
    )
