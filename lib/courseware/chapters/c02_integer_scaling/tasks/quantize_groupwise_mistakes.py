"""Mistakes in `quantize_groupwise`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from courseware.chapters.c02_integer_scaling.tasks.quantize_groupwise_sharing import (
    ONE_SCALE_FOR_ALL,
    about_sharing,
)
from courseware.checks.bit_widths import N_BITS_IGNORED
from courseware.checks.block_mistakes import ROWS_RUN_TOGETHER, within_a_block
from courseware.checks.blocks import (
    TO_INT8,
    Behaviour,
    Quantized,
    ToInt8,
    by_rows,
    grouped,
    groups,
    per_tensor,
    right,
    scale_of,
    to_codes,
)
from courseware.checks.forms import FORMS
from courseware.checks.groups import (
    ALL_WEIGHTS_CHECKED,
    DOWN_THE_COLUMNS,
    INTERLEAVED,
    ONE_SCALE_A_ROW,
    OTHER_ERROR,
    SCALES_REPEATED,
    SIZE_TAKEN_FOR_COUNT,
)
from courseware.checks.misconceptions import both, each_instead, several, ways


def _other_blocks(
    cut: Callable[[torch.Tensor, int], torch.Tensor],
    axis: int,
    scale_shape: Callable[[torch.Tensor, torch.Tensor, int], torch.Tensor] | None = None,
) -> Behaviour:
    """w cut in another way, one scale for each run along `axis` of the result."""

    def behaves(w: torch.Tensor, n_bits: int, group_size: int) -> Quantized:
        blocks = cut(w, group_size)
        scale = scale_of(blocks.abs().amax(dim=axis, keepdim=True), n_bits)
        kept = scale.squeeze(axis)
        shaped = scale_shape(kept, w, group_size) if scale_shape else kept
        return to_codes(blocks, scale, n_bits).reshape(w.shape), shaped

    return behaves


def _all_weights_checked(w: torch.Tensor, n_bits: int, group_size: int) -> Quantized:
    """A ValueError where not even all weights together fill groups, torch's where rows do not."""
    if w.numel() % group_size:
        raise ValueError
    codes, scale = right(w.reshape(-1, group_size), n_bits)
    return codes.reshape(w.shape), scale.reshape(len(w), -1)


def _scales_repeated(to_int8: ToInt8) -> Behaviour:
    def behaves(w: torch.Tensor, n_bits: int, group_size: int) -> Quantized:
        scale = scale_of(grouped(w, group_size).abs().amax(dim=-1), n_bits)
        return to_int8(w / scale.repeat(1, group_size), n_bits), scale

    return behaves


def _by_columns(w: torch.Tensor, n_bits: int, group_size: int) -> Quantized:
    """Groups of consecutive values down a column."""
    if w.shape[0] % group_size:
        raise RuntimeError
    blocks = w.reshape(-1, group_size, w.shape[1])
    scale = scale_of(blocks.abs().amax(dim=1, keepdim=True), n_bits)
    return to_codes(blocks, scale, n_bits).reshape(w.shape), scale.squeeze(1)


def _down_all_columns(w: torch.Tensor, n_bits: int, group_size: int) -> Quantized:
    """Down one column after the other, without a stop at their ends."""
    grouped(w, group_size)
    codes, scale = right(w.T.reshape(-1, group_size), n_bits)
    return codes.reshape(w.T.shape).T, scale.reshape(len(w), -1)


def _rows_counted(w: torch.Tensor, n_bits: int, group_size: int) -> Quantized:
    """The number of rows decides what is refused."""
    if w.shape[0] % group_size:
        raise ValueError
    codes, scale = right(w.reshape(-1, group_size), n_bits)
    return codes.reshape(w.shape), scale.reshape(len(w), -1)


def _per_row(w: torch.Tensor, n_bits: int, group_size: int) -> Quantized:
    grouped(w, group_size)
    codes, scale = by_rows(w, n_bits)
    return codes, scale.expand(len(w), w.shape[1] // group_size)


def _per_row_one_scale(w: torch.Tensor, n_bits: int, group_size: int) -> Quantized:
    codes, scale = by_rows(w, n_bits)
    return codes, scale.reshape(-1)


def _in_groups(w: torch.Tensor, n_bits: int, group_size: int) -> Quantized:
    return right(grouped(w, group_size), n_bits)


def _shaped(
    codes: Callable[[torch.Tensor], torch.Tensor], scale: Callable[[torch.Tensor], torch.Tensor]
) -> Behaviour:
    """The right values, (out, groups, group_size) and (out, groups, 1), in another shape."""

    def behaves(w: torch.Tensor, n_bits: int, group_size: int) -> Quantized:
        right_codes, right_scale = _in_groups(w, n_bits, group_size)
        return codes(right_codes), scale(right_scale)

    return behaves


def _with_a_short_group(w: torch.Tensor, n_bits: int, group_size: int) -> Quantized:
    """The last group of a row takes what is left."""
    parts = [by_rows(part, n_bits) for part in w.split(group_size, dim=1)]
    return torch.cat([c for c, _ in parts], dim=1), torch.cat([s for _, s in parts], dim=1)


def _without_the_rest(w: torch.Tensor, n_bits: int, group_size: int) -> Quantized:
    whole = w.shape[1] - w.shape[1] % group_size
    return _with_a_short_group(w[:, :whole], n_bits, group_size)


def _run_together(
    lay: Callable[[torch.Tensor, int], torch.Tensor],
) -> Callable[[torch.Tensor, int, int], Quantized]:
    """Groups of the whole line, which need not end with a row; scales are laid out by `lay`."""

    def behaves(w: torch.Tensor, n_bits: int, group_size: int) -> Quantized:
        if w.numel() % group_size:
            raise ValueError
        codes, scale = by_rows(w.reshape(-1, group_size), n_bits)
        return codes.reshape(w.shape), lay(scale.flatten(), w.shape[1] // group_size)

    return behaves


def _rest_left_at_zero(w: torch.Tensor, n_bits: int, group_size: int) -> Quantized:
    codes, scale = _without_the_rest(w, n_bits, group_size)
    return torch.nn.functional.pad(codes, (0, w.shape[1] - codes.shape[1])), scale


def _without_keepdim(to_int8: ToInt8) -> Behaviour:
    """Scales without the axis of the group, divided into the groups as they are."""

    def behaves(w: torch.Tensor, n_bits: int, group_size: int) -> Quantized:
        blocks = grouped(w, group_size)
        scale = scale_of(blocks.abs().amax(dim=-1), n_bits)
        return to_int8(blocks / scale, n_bits).reshape(w.shape), scale

    return behaves


def _left_out(part: Any, scale_there: float) -> Behaviour:
    """The codes of some groups stay 0."""

    def behaves(w: torch.Tensor, n_bits: int, group_size: int) -> Quantized:
        codes, scale = _in_groups(w, n_bits, group_size)
        codes[part], scale[part] = 0, scale_there
        return codes.reshape(w.shape), scale.squeeze(-1)

    return behaves


def _does_not_divide(w: torch.Tensor, n_bits: int, group_size: int) -> bool:
    return w.shape[1] % group_size != 0


def _one_too_long(to_int8: ToInt8) -> Behaviour:
    """Groups of group_size + 1; there is one scale for each that should be, 1 where none is."""

    def behaves(w: torch.Tensor, n_bits: int, group_size: int) -> Quantized:
        n_groups = grouped(w, group_size).shape[1]
        group_of = (torch.arange(w.shape[1]) // (group_size + 1)).clamp(max=n_groups - 1)
        scale = torch.ones(len(w), n_groups)
        for group in group_of.unique().tolist():
            scale[:, group] = scale_of(w[:, group_of == group].abs().amax(dim=1), n_bits)
        return to_int8(w / scale[:, group_of], n_bits), scale

    return behaves


def _eight_bits_flat(w: torch.Tensor, n_bits: int, group_size: int) -> Quantized:
    blocks = grouped(w, group_size)
    scale = scale_of(blocks.abs().amax(dim=-1, keepdim=True), 8)
    return to_codes(blocks, scale, 8).reshape(w.shape), scale.flatten()


SCALE_FLATTENED = (
    "scale-flattened",
    "The scales came back in one long row. Which row of the weight each belongs to must "
    "show: (rows, groups of a row).",
)

MISTAKES = several(
    FORMS,
    within_a_block(groups, "group"),
    ways(
        *ONE_SCALE_FOR_ALL,
        per_tensor(lambda w, group_size: (w.shape[0], w.shape[1] // group_size)),
        per_tensor(lambda w, group_size: ()),
    ),
    ways(
        *ONE_SCALE_A_ROW,
        _per_row,
        _per_row_one_scale,
    ),
    ways(
        *DOWN_THE_COLUMNS,
        _by_columns,
        _down_all_columns,
        lambda w, n_bits, group_size: (
            _by_columns(w, n_bits, group_size)[0],
            _by_columns(w, n_bits, group_size)[1].T,
        ),
    ),
    ways(
        "rows-counted",
        "The number of rows decides what your function refuses. Groups lie within a row: "
        "`group_size` must divide its length, `w.shape[1]`.",
        _rows_counted,
    ),
    ways(
        *INTERLEAVED,
        _other_blocks(lambda w, size: grouped(w, size).reshape(len(w), size, -1), axis=1),
    ),
    ways(*ALL_WEIGHTS_CHECKED, _all_weights_checked),
    ways(*SCALES_REPEATED, *map(_scales_repeated, TO_INT8)),
    ways(
        *SIZE_TAKEN_FOR_COUNT,
        _other_blocks(lambda w, size: w.reshape(len(w), size, w.shape[1] // size), axis=2),
    ),
    ways(
        "scale-not-spread",
        "Each scale was divided into the wrong values, or into none: without `keepdim=True` "
        "the scales lack the axis of the group. Give it to them, with size 1.",
        *map(_without_keepdim, TO_INT8),
    ),
    ways(
        "last-group-skipped",
        "A group, or a row, at one of the ends was left out: look at where your loop begins "
        "and ends.",
        *(
            _left_out(part, scale_there)
            for part in (
                (slice(None), -1),
                (slice(None), 0),
                (-1,),
                (slice(1, None),),
            )
            for scale_there in (0.0, 1.0)
        ),
    ),
    ways(
        *SCALE_FLATTENED,
        _shaped(lambda codes: codes.flatten(1), lambda scale: scale.flatten()),
        _shaped(lambda codes: codes.flatten(1), lambda scale: scale.reshape(-1, 1)),
    ),
    ways(
        "scale-keeps-an-axis",
        "The scales kept the axis of the group, with size 1. It is (rows, groups of a row) "
        "that is asked for.",
        _shaped(lambda codes: codes.flatten(1), lambda scale: scale),
    ),
    ways(
        "codes-left-in-groups",
        "The codes are still cut into groups. Bring them back into the shape of w.",
        _shaped(lambda codes: codes, lambda scale: scale.squeeze(-1)),
        _shaped(lambda codes: codes, lambda scale: scale),
        _shaped(lambda codes: codes.flatten(0, 1), lambda scale: scale.flatten()),
        _shaped(lambda codes: codes.flatten(0, 1), lambda scale: scale.squeeze(-1)),
        _shaped(lambda codes: codes.flatten(), lambda scale: scale.flatten()),
    ),
    ways(
        "groups-one-too-long",
        "A new group begins one weight too late: each took `group_size + 1` of them, and the last "
        "one the rest. Count from 0, and begin anew once `group_size` are in.",
        *map(_one_too_long, TO_INT8),
    ),
    ways(
        "whole-row-refused",
        "A group as long as its row was refused. It fills the row once: the scale of a row.",
        *each_instead(
            lambda w, n_bits, group_size: group_size >= w.shape[1], (ValueError,), groups(right)
        ),
    ),
    both(
        SCALE_FLATTENED,
        ("n-bits-ignored", N_BITS_IGNORED),
        _eight_bits_flat,
    ),
    ways(
        "rest-of-row-accepted",
        "A row that the groups do not fill was accepted: the rest went into a shorter group, "
        "or was left out. Nobody could tell that from the result: raise a ValueError.",
        _with_a_short_group,
        _without_the_rest,
        _rest_left_at_zero,
    ),
    ways(
        *ROWS_RUN_TOGETHER,
        _run_together(lambda scale, n_groups: scale.reshape(-1, max(1, n_groups))),
        _run_together(lambda scale, n_groups: scale.reshape(-1, n_groups or len(scale))),
        _run_together(lambda scale, n_groups: scale),
        _run_together(lambda scale, n_groups: scale[:, None]),
    ),
    ways(
        *OTHER_ERROR,
        *each_instead(_does_not_divide, (RuntimeError, AssertionError, IndexError), groups(right)),
    ),
    about_sharing(),
)
