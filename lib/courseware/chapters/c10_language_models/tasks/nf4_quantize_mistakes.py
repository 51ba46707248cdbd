"""Mistakes in `nf4_quantize`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch

from courseware.chapters.c10_language_models.tasks.nf4_blocks import (
    MIDPOINTS,
    NOT_SORTED,
    TABLE,
    coded_by,
    encoded,
    interleaved,
    interleaved_and_filled,
    nearest,
    normalised_by,
    packed,
    padded,
    rest_dropped,
    row_runs,
    size_as_count,
    whole_tensor,
)
from courseware.chapters.c10_language_models.tasks.nf4_quantize_wrong_ways import (
    UNSORTED,
    absmax,
    absmax_of_zeros,
    by_columns,
    changed,
    dequantized,
    evenly,
    filled_from,
    guarded,
    has_zero_block,
    in_blocks,
    in_half,
    mirrored,
    one_for_all,
    per_value,
    per_value_shaped,
    placed,
    ragged,
    rest_joined,
    rest_left,
    shifted,
    sizes,
    towards_zero,
    with_absmax,
    with_codes,
    zero_blocks_as,
)
from courseware.checks.misconceptions import both, each_instead, several, ways

T = torch.Tensor
Behaviour = Callable[[T, int], Any]


BY_COLUMNS = (
    "column-by-column",
    "The values were laid out column by column. Blocks run along the rows, from row to row.",
)
TIES_TOWARDS_ZERO = (
    "ties-towards-zero",
    "A value exactly halfway between two entries got the one nearer to 0. It gets the lower code, "
    "also below 0.",
)

EVENLY_SPACED = (
    "evenly-spaced",
    "These are codes of an even grid. The entries of NF4 lie closer together near 0: look for the "
    "nearest one in the codebook.",
)
EVEN: tuple[Callable[[T], T], ...] = (
    evenly,
    lambda unit: torch.round(unit * 7) + 7,
    lambda unit: torch.round(unit * 7) + 8,
    lambda unit: torch.round(unit * 7),
    lambda unit: torch.round(unit * 7.5).clamp(-8, 7) + 8,
)
ONE_FOR_ALL = (
    "one-absmax-for-all",
    "All blocks share one absmax. Each has its own: an outlier must not cost the others their "
    "precision.",
)

SIGN_KEPT = (
    "sign-of-the-largest-kept",
    "The value of the largest magnitude was taken with its sign, so that a block which it leads "
    "below 0 is turned over. absmax is a magnitude: never below 0.",
)
MEASURES: tuple[tuple[tuple[str, str], tuple[Callable[[T], T], ...]], ...] = (
    (SIGN_KEPT, (lambda part: part[part.abs().argmax()],)),
    (
        (
            "signed-max",
            "The largest value of a block was taken, not its largest magnitude. Negative values "
            "reach just as far from 0.",
        ),
        (torch.max, lambda part: part.max().abs()),
    ),
    (
        (
            "other-measure",
            "The block was divided by something other than its absmax. Only after division by the "
            "largest magnitude do its values reach just to −1 or 1.",
        ),
        (
            lambda part: part.std() if len(part) > 1 else absmax(part),
            lambda part: part.norm(),
            lambda part: part.max() - part.min(),
            lambda part: part.abs().mean(),
        ),
    ),
)
STOP_AT_ROWS = (
    "blocks-stop-at-rows",
    "A new block was begun in every row. Blocks are consecutive values of the flattened "
    "tensor, whatever its shape: lay it out in one line first.",
)
BLOCKS: tuple[tuple[tuple[str, str], Callable[[T, int], Iterable[T]]], ...] = (
    (STOP_AT_ROWS, row_runs),
    (
        (
            "rest-joined",
            "What is left over at the end went to the last full block. It is a block of its own, "
            "with an absmax of its own.",
        ),
        rest_joined,
    ),
    (
        (
            "blocks-of-equal-size",
            "The values were cut into as many parts as there are blocks, all of about the same "
            "size, as `chunk` does. Every block has `block_size` values, but for the last: `split` "
            "cuts so.",
        ),
        lambda x, block_size: x.reshape(-1).chunk(-(-x.numel() // block_size)),
    ),
)
"""Other blocks than runs of `block_size` values."""

MISTAKES = several(
    ways(*NOT_SORTED, *map(placed, UNSORTED)),
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
    ways(*EVENLY_SPACED, *map(coded_by, EVEN)),
    both(
        EVENLY_SPACED,
        ONE_FOR_ALL,
        *(one_for_all(code, repeat) for code in EVEN for repeat in (True, False)),
    ),
    ways(
        "codes-shifted",
        "The codes were shifted. A code is the position of an entry in the codebook, 0 for the "
        "first and 15 for the last.",
        *(shifted(by) for by in (-8, -7, 1)),
    ),
    ways(
        "values-not-codes",
        "The entries themselves came back. The position of each in the codebook is asked for: 4 "
        "bits instead of 32.",
        with_codes(lambda codes: TABLE[codes]),
        dequantized,
    ),
    ways(
        "not-normalised",
        "The values were compared with the codebook as they are. Its entries reach from −1 to 1: "
        "divide each block by its absmax first.",
        lambda x, block_size: (nearest(x), encoded(x, block_size)[1]),
    ),
    ways(
        *ONE_FOR_ALL,
        whole_tensor(repeat=False),
        whole_tensor(repeat=True),
        lambda x, block_size: encoded(x, x.numel()),
        # Those of the blocks are only returned.
        lambda x, block_size: (whole_tensor(repeat=True)(x, block_size)[0], sizes(x, block_size)),
    ),
    *(ways(*known, *map(normalised_by, measures)) for known, measures in MEASURES),
    *(ways(*known, normalised_by(absmax, cut)) for known, cut in BLOCKS),
    *(
        both(first, second, *(normalised_by(measure, cut) for measure in measures))
        for first, measures in MEASURES
        for second, cut in BLOCKS
    ),
    ways(
        *STOP_AT_ROWS,
        lambda x, block_size: normalised_by(absmax, row_runs)(x, x.shape[-1]),
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
        interleaved_and_filled,
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
        rest_left(0),
        rest_left(7),
    ),
    ways(
        "filled-with-values",
        "The last block was filled up with other values of the tensor, and these take part in its "
        "absmax. It is shorter: its absmax is that of its own values.",
        filled_from(0),
        filled_from(-1),
    ),
    ways(
        "absmax-in-half",
        "absmax lost digits: it was stored in 16 bits, as float16 or bfloat16. It is a float32, "
        "and so is what the values are divided by.",
        *map(in_half, (torch.float16, torch.bfloat16)),
    ),
    ways(
        "short-block-refused",
        "A last block that is shorter stops your function. Blocks need not fill up.",
        *each_instead(ragged, (RuntimeError, ValueError, IndexError, AssertionError), encoded),
    ),
    ways(
        "shape-lost",
        "The codes are right, but not in the shape of x.",
        with_codes(lambda codes: codes.reshape(-1)),
        in_blocks(keep_axis=False),
        in_blocks(keep_axis=True),
    ),
    ways(
        "absmax-keeps-an-axis",
        "absmax kept the axis of the values in a block. It has one axis: an entry a block.",
        with_absmax(lambda absmax: absmax[:, None]),
    ),
    ways(
        "absmax-per-value",
        "absmax came back once for every value. That would store a float for each code: one for "
        "each block is enough.",
        per_value,
        per_value_shaped,
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
        changed(lambda codes, absmax: (absmax, codes)),
    ),
    ways(
        "zero-divided-by-zero",
        "The zeros of a block of zeros got a code at one end of the codebook: written there, or "
        "made of 0 / 0, which is not a number. Zeros get 7, the code of the entry 0.",
        *(zero_blocks_as(code) for code in (0, 15, 16)),
        *each_instead(has_zero_block, (ZeroDivisionError, ValueError), encoded),
    ),
    ways(
        "zero-block-changed",
        "The absmax of a block of zeros is not 0 any more. What keeps the division from failing "
        "must not show in the result.",
        absmax_of_zeros(1.0),
        absmax_of_zeros(0.01),
    ),
    ways(
        "negative-half-mirrored",
        "Negative values got the code of the positive entry of their size, mirrored. The two "
        "halves of NF4 differ, eight entries above 0 and seven below: look among all sixteen.",
        coded_by(mirrored),
    ),
    ways(*BY_COLUMNS, by_columns(nearest), by_columns(nearest, back=True)),
    both(
        BY_COLUMNS,
        TIES_TOWARDS_ZERO,
        *(by_columns(towards_zero, back) for back in (True, False)),
    ),
    ways(*TIES_TOWARDS_ZERO, coded_by(towards_zero)),
    ways(
        "guard-too-large",
        "The guard against a division by 0 also changes blocks that are small but not zero: treat "
        "only the case of all zeros apart.",
        *(
            guarded(small, added, shown=True)
            for small in (1e-5, 1e-4, 1e-3)
            for added in (True, False)
        ),
        *(
            guarded(small, added, shown)
            for small in (1e-17, 1e-16, 1e-15, 1e-14, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6)
            for added in (True, False)
            for shown in (True, False)
        ),
        *(
            guarded(small, added, shown=True, zero=True)
            for small in (1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5)
            for added in (True, False)
        ),
        *(
            guarded(small, added, shown=False)
            for small in (1e-5, 1e-4, 1e-3)
            for added in (True, False)
        ),
    ),
)
