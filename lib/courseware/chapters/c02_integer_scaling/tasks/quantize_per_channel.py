"""The task `quantize_per_channel`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product

import torch

from courseware.chapters.c02_integer_scaling.tasks.common import OFF_LIMITS
from courseware.chapters.c02_integer_scaling.tasks.judges import (
    block_values,
    block_values_and_dtypes,
)
from courseware.checks import blocks
from courseware.checks.block_mistakes import within_a_block
from courseware.checks.block_pairs import Shared, Sharing, shared_and
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.memory_order import turned
from courseware.checks.misconceptions import both, each_instead, several, ways
from courseware.checks.quantizer_inputs import LEAST, TINY, tied_blocks, tiny_blocks, weights
from courseware.checks.task import Check, Draw, Task
from courseware.checks.zero_guards import LIKE_ZEROS
from model_compression import integer_scaling as reference


def _matrices(draw: Draw) -> Iterator[tuple[torch.Tensor, int]]:
    yield torch.tensor([[7.0, 3.0], [0.3, -0.7]]), 4
    yield torch.tensor([[-14.0, 5.0, 1.0], [0.5, 0.1, 1.75]]), 4
    for n_bits, shape in ((3, (6, 9)), (4, (5, 5)), (8, (9, 4))):
        yield weights(draw, n_bits, *shape), n_bits


def _filters(draw: Draw) -> Iterator[tuple[torch.Tensor, int]]:
    yield torch.tensor([[[[7.0, 3.0]], [[-1.0, 2.0]]], [[[0.3, -0.7]], [[0.1, 0.2]]]]), 4
    yield weights(draw, 4, 4, 27).reshape(4, 3, 3, 3), 4
    yield weights(draw, 6, 3, 8).reshape(3, 2, 4), 6
    yield turned(weights(draw, 4, 5, 6).reshape(5, 2, 3)), 4


def _ties(draw: Draw) -> Iterator[tuple[torch.Tensor, int]]:
    yield torch.tensor([[0.5, 1.5, 7.0], [-0.5, -1.5, 7.0]]), 4
    yield tied_blocks(draw, 4, 4, 7), 4
    yield tied_blocks(draw, 6, 3, 9), 6


def _zero_channels(draw: Draw) -> Iterator[tuple[torch.Tensor, int]]:
    yield torch.tensor([[0.0, 0.0], [3.5, -1.0]]), 4
    w = weights(draw, 4, 4, 6)
    w[draw.integer(0, 3)] = 0.0
    yield w, 4
    yield torch.tensor(LIKE_ZEROS), 4


def _tiny_channels(draw: Draw) -> Iterator[tuple[torch.Tensor, int]]:
    yield torch.tensor([[TINY, -TINY / 4], [-TINY / 2, TINY * 2]]), 8
    yield torch.tensor([[LEAST, -LEAST / 4], [-LEAST / 2, LEAST * 2]]), 8
    yield tiny_blocks(draw, 8, 4, 1, 6).reshape(4, 6), 8


def _channel_types(draw: Draw) -> Iterator[tuple[torch.Tensor, int]]:
    yield torch.tensor([[7.0, 3.0], [0.25, -1.75]]), 4
    yield weights(draw, 8, 3, 5), 8


def _over_axes(axes: Callable[[int], tuple[int, ...]], keepdim: bool = False) -> blocks.Behaviour:
    """absmax over other axes of w, told from how many axes there are; one scale for each rest."""

    def behaves(w: torch.Tensor, n_bits: int) -> blocks.Quantized:
        scale = blocks.scale_of(w.abs().amax(dim=axes(w.dim()), keepdim=True), n_bits)
        return blocks.to_codes(w, scale, n_bits), scale if keepdim else scale.squeeze(axes(w.dim()))

    return behaves


def _without_keepdim(
    axes: Callable[[int], tuple[int, ...]], to_int8: blocks.ToInt8
) -> blocks.Behaviour:
    """Scales without the axes that were measured over, divided into w as they are."""

    def behaves(w: torch.Tensor, n_bits: int) -> blocks.Quantized:
        scale = blocks.scale_of(w.abs().amax(dim=axes(w.dim())), n_bits)
        return to_int8(w / scale, n_bits), scale

    return behaves


def _one_row_without_keepdim(to_int8: blocks.ToInt8) -> blocks.Behaviour:
    """The same, of channels that were laid out in rows."""

    def behaves(w: torch.Tensor, n_bits: int) -> blocks.Quantized:
        rows = w.reshape(len(w), -1)
        scale = blocks.scale_of(rows.abs().amax(dim=1), n_bits)
        return to_int8(rows / scale, n_bits).reshape(w.shape), scale

    return behaves


def _of_four_axes(spread: bool) -> Iterator[blocks.Behaviour]:
    """Scales with four axes wherever w is no matrix; beside a matrix `spread` over its rows."""

    def behaves(
        w: torch.Tensor, n_bits: int, to_int8: blocks.ToInt8, of_zeros: float | None
    ) -> blocks.Quantized:
        sizes = w.reshape(len(w), -1).abs().amax(dim=1)
        sizes = sizes if of_zeros is None else torch.where(sizes == 0, of_zeros, sizes)
        scale = blocks.scale_of(sizes, n_bits)
        axes = (-1, 1, 1, 1) if w.dim() > 2 else (-1, 1) if spread else (-1,)
        return to_int8(w / scale.reshape(axes), n_bits), scale

    for to_int8, of_zeros in product(blocks.TO_INT8, (None, 1.0)):
        yield partial(behaves, to_int8=to_int8, of_zeros=of_zeros)


def _one_left_out(place: int, scale_there: float) -> blocks.Behaviour:
    """The codes of one channel stay 0."""

    def behaves(w: torch.Tensor, n_bits: int) -> blocks.Quantized:
        codes, scale = blocks.channels(blocks.right)(w, n_bits)
        codes[place], scale[place] = 0, scale_there
        return codes, scale

    return behaves


def _channels_mixed(w: torch.Tensor, n_bits: int) -> blocks.Quantized:
    """Rows as long as there are channels: what lies in a row belongs to several of them."""
    codes, scale = blocks.right(w.reshape(-1, len(w)), n_bits)
    return codes.reshape(w.shape), scale.reshape(-1)


def _reshaped_sizes(w: torch.Tensor) -> torch.Tensor:
    """The largest magnitudes of the columns of w in rows as long as there are channels."""
    return w.abs().reshape(-1, len(w)).amax(dim=0).reshape(-1, *[1] * (w.dim() - 1))


def _reshaped(to_int8: blocks.ToInt8) -> blocks.Behaviour:
    """Such columns taken for channels."""

    def behaves(w: torch.Tensor, n_bits: int) -> blocks.Quantized:
        scale = blocks.scale_of(_reshaped_sizes(w), n_bits)
        return to_int8(w / scale, n_bits), scale.flatten()

    return behaves


def _flattened_codes(w: torch.Tensor, n_bits: int) -> blocks.Quantized:
    codes, scale = blocks.by_rows(w, n_bits)
    return codes.reshape(len(w), -1), scale.reshape(-1)


def _sharing(
    axes: Callable[[int], tuple[int, ...]],
    scales: Callable[[torch.Tensor, torch.Tensor], torch.Tensor] | None = None,
) -> Sharing:
    """absmax over other axes of w, told from how many there are; one scale for each rest."""

    def sharing(w: torch.Tensor) -> Shared:
        over = axes(w.dim())
        back = (lambda scale: scales(scale, w)) if scales else (lambda scale: scale.squeeze(over))
        return Shared(w, w.abs().amax(dim=over, keepdim=True), lambda codes: codes, back)

    return sharing


ONE_SCALE_FOR_ALL = (
    "one-scale-for-all",
    "All channels share one scale. The point is that each has its own: a channel of "
    "small weights must not suffer from the large ones elsewhere.",
)
WRONG_AXIS = (
    "wrong-axis",
    "The scales belong to the input side: each was taken over all output channels. An "
    "output channel is one entry of axis 0, a row of a matrix; the axes that a maximum "
    "runs over are the ones that vanish.",
)
AXES_LEFT_OVER = (
    "axes-left-over",
    "A filter got several scales. All that belongs to one output channel shares a scale, "
    "however many axes it has.",
)

NOT_SPREAD = (
    "scale-not-spread",
    "Each scale was divided into the wrong values, or into none: without `keepdim=True` "
    "the scales lie along the last axis of w, beside its columns. Give them the axes of "
    "w, with size 1 but for the first.",
)
FOUR_AXES = (
    "four-axes-assumed",
    "The scales got four axes wherever w is no matrix, so codes of three axes come back with "
    "four. Give them as many as w has: `scale.reshape(-1, *[1] * (w.dim() - 1))`.",
)
NOT_TURNED = (
    "reshaped-not-turned",
    "w was laid out by `reshape(-1, channels)`, as if each column were a channel then. It keeps "
    "the order of the values, so a column holds some of several channels: "
    "`w.reshape(len(w), -1)` makes each channel a row.",
)

QUANTIZE_PER_CHANNEL = Task(
    name="quantize_per_channel",
    points=8,
    reference=reference.quantize_per_channel,
    lecture="lecture 02, “One idea, three granularities”",
    off_limits=OFF_LIMITS,
    calls=("absmax_scale", "quantize"),
    checks=told_by_form(
        Check("matrices: one scale a row", 3, _matrices, block_values),
        Check("filters: one scale for all of a filter", 2, _filters, block_values),
        Check("ties go to the even code", 1, _ties, block_values),
        Check("a channel of zeros", 1, _zero_channels, block_values),
        Check("channels of tiny values", 1, _tiny_channels, block_values),
        Check("right codes as int8, scales as float32", 1, _channel_types, block_values_and_dtypes),
        but=("axes-joined",),
    ),
    misconceptions=several(
        FORMS,
        within_a_block(blocks.channels, "channel"),
        ways(
            *ONE_SCALE_FOR_ALL,
            blocks.per_tensor(lambda w: ()),
            blocks.per_tensor(lambda w: (1,)),
            blocks.per_tensor(lambda w: (w.shape[0],)),
        ),
        ways(
            *WRONG_AXIS,
            _over_axes(lambda axes: (0, *range(2, axes))),
            _over_axes(lambda axes: (0,)),
        ),
        ways(
            *AXES_LEFT_OVER,
            _over_axes(lambda axes: (-1,)),
            _over_axes(lambda axes: (1,)),
            _over_axes(lambda axes: tuple({axes - 2, axes - 1} - {0})),
            _over_axes(lambda axes: (-1,), keepdim=True),
            _over_axes(lambda axes: (1,), keepdim=True),
            _over_axes(lambda axes: tuple({axes - 2, axes - 1} - {0}), keepdim=True),
        ),
        ways(*FOUR_AXES, *_of_four_axes(spread=True)),
        both(NOT_SPREAD, FOUR_AXES, *_of_four_axes(spread=False)),
        ways(
            *NOT_SPREAD,
            *(
                _without_keepdim(axes, to_int8)
                for axes in (
                    lambda axes: tuple(range(1, axes)),
                    lambda axes: (1,),
                    lambda axes: (-1,),
                )
                for to_int8 in blocks.TO_INT8
            ),
            *(_one_row_without_keepdim(to_int8) for to_int8 in blocks.TO_INT8),
        ),
        ways(
            "channels-mixed",
            "w was laid out in rows as long as there are channels, so a row holds values of "
            "several. The channels come first: `w.reshape(len(w), -1)` makes each of them a row.",
            _channels_mixed,
        ),
        ways(*NOT_TURNED, *map(_reshaped, blocks.TO_INT8)),
        ways(
            "last-channel-skipped",
            "A channel at one of the ends was left out: look at where your loop begins and ends.",
            _one_left_out(-1, 0.0),
            _one_left_out(-1, 1.0),
            _one_left_out(0, 0.0),
            _one_left_out(0, 1.0),
            lambda w, n_bits: tuple(part[:-1] for part in blocks.channels(blocks.right)(w, n_bits)),
            lambda w, n_bits: tuple(part[1:] for part in blocks.channels(blocks.right)(w, n_bits)),
        ),
        ways(
            "matrices-only",
            "Your function fails for a weight with more than two axes. Lay out each channel in a "
            "row first.",
            *each_instead(
                lambda w, n_bits: w.dim() > 2,
                (RuntimeError, IndexError, ValueError, TypeError),
                blocks.channels(blocks.right),
            ),
        ),
        ways(
            "shape-lost",
            "The codes lost the shape of w.",
            _flattened_codes,
        ),
        shared_and(
            (ONE_SCALE_FOR_ALL, _sharing(lambda n: tuple(range(n)), lambda s, w: s.reshape(()))),
            (
                ONE_SCALE_FOR_ALL,
                _sharing(lambda n: tuple(range(n)), lambda s, w: s.flatten().expand(len(w))),
            ),
            (WRONG_AXIS, _sharing(lambda n: (0, *range(2, n)))),
            (WRONG_AXIS, _sharing(lambda n: (0,))),
            (NOT_TURNED, lambda w: Shared(w, _reshaped_sizes(w), lambda c: c, torch.flatten)),
            (AXES_LEFT_OVER, _sharing(lambda n: (-1,))),
            (AXES_LEFT_OVER, _sharing(lambda n: (1,))),
        ),
    ),
)
