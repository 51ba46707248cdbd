"""Mistakes in `nf4_quantize`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from courseware.chapters.c10_language_models.tasks.nf4_blocks import (
    MIDPOINTS,
    TABLE,
    coded_by,
    encoded,
    interleaved,
    nearest,
    normalised_by,
    packed,
    padded,
    repeated,
    rest_dropped,
    row_runs,
    size_as_count,
    whole_tensor,
)
from courseware.checks.misconceptions import each_instead, several, ways

T = torch.Tensor
Behaviour = Callable[[T, int], Any]


def _absmax(part: T) -> T:
    return part.abs().max()


def _sizes(x: T, block_size: int) -> T:
    return encoded(x, block_size)[1]


def _changed(change: Callable[[T, T], Any]) -> Behaviour:
    """Something else made of the right (codes, absmax)."""
    return lambda x, block_size: change(*encoded(x, block_size))


def _with_codes(change: Callable[[T], T]) -> Behaviour:
    return _changed(lambda codes, absmax: (change(codes), absmax))


def _with_absmax(change: Callable[[T], T]) -> Behaviour:
    return _changed(lambda codes, absmax: (codes.to(torch.uint8), change(absmax)))


def _shifted(by: int) -> Behaviour:
    return _with_codes(lambda codes: codes + by)


def _per_value(x: T, block_size: int) -> tuple[T, T]:
    codes, absmax = encoded(x, block_size)
    return codes.to(torch.uint8), repeated(absmax, block_size, x.numel())


def _per_value_shaped(x: T, block_size: int) -> tuple[T, T]:
    codes, absmax = _per_value(x, block_size)
    return codes, absmax.reshape(x.shape)


def _dequantized(x: T, block_size: int) -> tuple[T, T]:
    codes, absmax = encoded(x, block_size)
    return TABLE[codes] * _per_value_shaped(x, block_size)[1], absmax


def _in_blocks(keep_axis: bool) -> Behaviour:
    def behaves(x: T, block_size: int) -> tuple[T, T]:
        codes, absmax = encoded(x, block_size)
        return codes.reshape(-1, block_size), absmax[:, None] if keep_axis else absmax

    return behaves


def _ragged(x: T, block_size: int) -> bool:
    return x.numel() % block_size != 0


def _has_zero_block(x: T, block_size: int) -> bool:
    return not bool(encoded(x, block_size)[1].all())


def _zero_blocks_as(code: int) -> Behaviour:
    """0 / 0 is nan, which becomes the first code or the last."""

    def behaves(x: T, block_size: int) -> tuple[T, T]:
        codes, absmax = encoded(x, block_size)
        return torch.where(_per_value_shaped(x, block_size)[1] > 0, codes, code), absmax

    return behaves


def _absmax_of_zeros(instead: float) -> Behaviour:
    return _with_absmax(lambda absmax: torch.where(absmax > 0, absmax, instead))


def _guarded(small: float, added: bool, shown: bool) -> Behaviour:
    """absmax kept away from 0 by `small`; `shown` if that also shows in the absmax returned."""

    def measure(part: T) -> T:
        return _absmax(part) + small if added else _absmax(part).clamp(min=small)

    def behaves(x: T, block_size: int) -> tuple[T, T]:
        codes, guarded = normalised_by(measure)(x, block_size)
        return codes, guarded if shown else encoded(x, block_size)[1]

    return behaves


MISTAKES = several(
    ways(
        "other-dtype",
        "The values are right, but not their types: uint8 for the codes, float32 for absmax.",
        encoded,
    ),
    ways(
        "ties-to-the-upper-code",
        "A value exactly halfway between two entries got the upper code. It gets the lower one, "
        "so that your bytes are those of others.",
        coded_by(lambda unit: torch.bucketize(unit, MIDPOINTS, right=True)),
    ),
    ways(
        "not-the-nearest",
        "The next entry below (or above) was taken. The nearest one is asked for: compare with "
        "the midpoints between the entries, not with the entries.",
        coded_by(lambda unit: torch.bucketize(unit, TABLE, right=True) - 1),
        coded_by(lambda unit: torch.bucketize(unit, TABLE)),
    ),
    ways(
        "evenly-spaced",
        "These are codes of an even grid. The entries of NF4 lie closer together near 0: look for "
        "the nearest one in the codebook.",
        coded_by(lambda unit: torch.round((unit + 1) * 7.5)),
        coded_by(lambda unit: torch.round(unit * 7) + 7),
        coded_by(lambda unit: torch.round(unit * 7) + 8),
        coded_by(lambda unit: torch.round(unit * 7)),
        coded_by(lambda unit: torch.round(unit * 7.5).clamp(-8, 7) + 8),
    ),
    ways(
        "codes-shifted",
        "The codes were shifted. A code is the position of an entry in the codebook, 0 for the "
        "first and 15 for the last.",
        *(_shifted(by) for by in (-8, -7, 1)),
    ),
    ways(
        "values-not-codes",
        "The entries themselves came back. The position of each in the codebook is asked for: 4 "
        "bits instead of 32.",
        _with_codes(lambda codes: TABLE[codes]),
        _dequantized,
    ),
    ways(
        "not-normalised",
        "The values were compared with the codebook as they are. Its entries reach from −1 to 1: "
        "divide each block by its absmax first.",
        lambda x, block_size: (nearest(x), encoded(x, block_size)[1]),
    ),
    ways(
        "one-absmax-for-all",
        "All blocks share one absmax. Each has its own: an outlier must not cost the others their "
        "precision.",
        whole_tensor(repeat=False),
        whole_tensor(repeat=True),
        lambda x, block_size: encoded(x, x.numel()),
        # Those of the blocks are only returned.
        lambda x, block_size: (whole_tensor(repeat=True)(x, block_size)[0], _sizes(x, block_size)),
    ),
    ways(
        "signed-max",
        "The largest value of a block was taken, not its largest magnitude. Negative values reach "
        "just as far from 0.",
        normalised_by(torch.max),
        normalised_by(lambda part: part.max().abs()),
    ),
    ways(
        "other-measure",
        "The block was divided by something other than its absmax. Only after division by the "
        "largest magnitude do its values reach just to −1 or 1.",
        normalised_by(lambda part: part.std() if len(part) > 1 else _absmax(part)),
        normalised_by(lambda part: part.norm()),
        normalised_by(lambda part: part.max() - part.min()),
        normalised_by(lambda part: part.abs().mean()),
    ),
    ways(
        "blocks-stop-at-rows",
        "A new block was begun in every row. Blocks are consecutive values of the flattened "
        "tensor, whatever its shape: lay it out in one line first.",
        normalised_by(_absmax, row_runs),
        lambda x, block_size: normalised_by(_absmax, row_runs)(x, x.shape[-1]),
    ),
    ways(
        "size-taken-for-count",
        "The tensor was cut into `block_size` blocks. `block_size` is how many values share an "
        "absmax.",
        size_as_count,
    ),
    ways(
        "blocks-interleaved",
        "A block took values that lie apart. It is a run of neighbours: look at the order in "
        "which reshaping lays out the values.",
        interleaved,
    ),
    ways(
        "padding-kept",
        "The last block was filled up, and the filling came back as codes. There are as many "
        "codes as values.",
        lambda x, block_size: encoded(padded(x, block_size), block_size),
        lambda x, block_size: encoded(padded(x, block_size).reshape(-1, block_size), block_size),
    ),
    ways(
        "rest-dropped",
        "What does not fill a block was left out. The last block may be shorter.",
        rest_dropped,
    ),
    ways(
        "short-block-refused",
        "A last block that is shorter stops your function. Blocks need not fill up.",
        *each_instead(_ragged, (RuntimeError, ValueError, IndexError, AssertionError), encoded),
    ),
    ways(
        "shape-lost",
        "The codes are right, but not in the shape of x.",
        _with_codes(lambda codes: codes.reshape(-1)),
        _in_blocks(keep_axis=False),
        _in_blocks(keep_axis=True),
    ),
    ways(
        "absmax-keeps-an-axis",
        "absmax kept the axis of the values in a block. It has one axis: an entry a block.",
        _with_absmax(lambda absmax: absmax[:, None]),
    ),
    ways(
        "absmax-per-value",
        "absmax came back once for every value. That would store a float for each code: one for "
        "each block is enough.",
        _per_value,
        _per_value_shaped,
    ),
    ways(
        "packed",
        "Two codes were put into a byte. Here each code still has a byte of its own.",
        packed(low_first=False),
        packed(low_first=True),
    ),
    ways(
        "order-swapped",
        "The two results are swapped: the codes come first, then absmax.",
        _changed(lambda codes, absmax: (absmax, codes)),
    ),
    ways(
        "zero-divided-by-zero",
        "A block of zeros was divided by its absmax, 0. That is not a number, and it ended up at "
        "one end of the codebook. Zeros get the code of the entry 0.",
        *(_zero_blocks_as(code) for code in (0, 15, 16)),
        *each_instead(_has_zero_block, (ZeroDivisionError, ValueError), encoded),
    ),
    ways(
        "zero-block-changed",
        "The absmax of a block of zeros is not 0 any more. What keeps the division from failing "
        "must not show in the result.",
        _absmax_of_zeros(1.0),
        _absmax_of_zeros(0.01),
    ),
    ways(
        "guard-too-large",
        "The guard against a division by 0 also changes blocks that are small but not zero: treat "
        "only the case of all zeros apart.",
        *(
            _guarded(small, added, shown=True)
            for small in (1e-5, 1e-4, 1e-3)
            for added in (True, False)
        ),
        *(
            _guarded(small, added, shown)
            for small in (1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6)
            for added in (True, False)
            for shown in (True, False)
        ),
        *(
            _guarded(small, added, shown=False)
            for small in (1e-5, 1e-4, 1e-3)
            for added in (True, False)
        ),
    ),
)
