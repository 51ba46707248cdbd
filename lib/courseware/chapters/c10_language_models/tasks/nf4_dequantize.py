"""The task `nf4_dequantize`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.chapters.c10_language_models.tasks.common import OFF_LIMITS
from courseware.chapters.c10_language_models.tasks.nf4_blocks import NOT_SORTED, TABLE
from courseware.chapters.c10_language_models.tasks.nf4_dequantize_wrong_ways import (
    AS_NUMBERS,
    GRIDS,
    SIZES,
    UNSORTED,
    anew_in_each_row,
    as_mask,
    by_columns,
    by_remainder,
    by_rounded_place,
    by_rows,
    by_rows_as_far_as_it_goes,
    changed,
    entries,
    even_grid,
    in_turn,
    largest_in,
    last_of_the_full,
    looked_up_in,
    of_equal_size,
    of_one,
    one_too_early,
    product_in,
    ragged,
    rest_at_zero,
    result_in,
    right,
    scaled,
    size_as_count,
    table_in,
    to_decimals,
    wrapped_grid,
)
from courseware.chapters.c10_language_models.tasks.nf4_judges import (
    same_reals_and_dtype,
)
from courseware.checks.dtypes import uint8
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.misconceptions import both, except_where, several, ways
from courseware.checks.precision import HALF
from courseware.checks.quantizer_inputs import codes
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import same_reals
from model_compression import nf4 as reference

T = torch.Tensor
Arguments = tuple[T, T, int]
Behaviour = Callable[[T, T, int], Any]


def _codes(draw: Draw, *shape: int) -> T:
    return codes(draw, 0, 15, *shape).to(torch.uint8)


def _sizes(draw: Draw, count: int) -> T:
    """Magnitudes of blocks, from 0.05 to 5."""
    return torch.tensor([0.05 * 10.0 ** draw.rng.uniform(0, 2) for _ in range(count)])


def _look_up(draw: Draw) -> Iterator[Arguments]:
    yield uint8(15, 7, 0), torch.tensor([2.0]), 3
    yield torch.cat((torch.arange(16), torch.tensor([3]))).to(torch.uint8), torch.ones(1), 17
    yield _codes(draw, 20), _sizes(draw, 1), 20


def _blocks(draw: Draw) -> Iterator[Arguments]:
    yield uint8(15, 2, 8, 0), torch.tensor([2.0, 0.3]), 2
    for count, block_size in ((12, 4), (64, 16)):
        yield _codes(draw, count), _sizes(draw, count // block_size), block_size
    yield uint8(3, 12, 7, 7, 9, 0), torch.tensor([1.5, 0.0, 4.0]), 2


def _across_rows(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[15, 2, 8], [0, 9, 1]], dtype=torch.uint8), torch.tensor([4.0, 1.0, 0.1]), 2
    for shape, block_size in (((4, 6), 8), ((2, 3, 4), 6)):
        count = torch.Size(shape).numel()
        yield _codes(draw, *shape), _sizes(draw, count // block_size), block_size


def _shorter_last(draw: Draw) -> Iterator[Arguments]:
    yield uint8(15, 2, 8), torch.tensor([2.0, 0.5]), 2
    yield uint8(0, 12), torch.tensor([3.0]), 64
    for count, block_size in ((13, 4), (70, 64)):
        yield _codes(draw, count), _sizes(draw, -(-count // block_size)), block_size


def _types(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[15, 2], [8, 0]], dtype=torch.uint8), torch.tensor([2.0, 0.5]), 2
    yield _codes(draw, 3, 4), _sizes(draw, 3), 4


TOO_EARLY = (
    "blocks-too-early",
    "The next absmax comes too early, inside of a block: the number of the block was rounded, or "
    "counted from 1. All of a block has the same: cut it off, `i // block_size`.",
)
LOW_BITS = (
    "low-bits-read",
    "Only the low three bits of a code were read. A code has four, 0 … 15, and a byte of its own.",
)
COLUMNS = (
    "column-by-column",
    "The codes were laid out column by column. Blocks run along the rows, from row to row.",
)
SIGN_LOST = (
    "sign-lost",
    "The values have lost their signs. Codes 0 … 6 stand for values below 0.",
)
ONE_ABSMAX = ("one-absmax-for-all", "All blocks got the same absmax. Each has its own.")
FEW_DECIMALS = (
    "few-decimals",
    "The codebook, or the product, holds only a few digits. Values that others wrote must come "
    "back as they were.",
)

REVERSED = (
    "codebook-reversed",
    "The codebook was read from the other end. It ascends: code 0 stands for −1.",
)
CODES_AS_NUMBERS = ("codes-as-numbers", AS_NUMBERS)
WRAPPED = (
    "below-zero-in-a-byte",
    "Something was subtracted from the codes as uint8. A byte has no numbers below 0: 0 − 7 is "
    "249. Change the type first.",
)

OFF_BY_ONE = (
    "code-off-by-one",
    "The neighbouring entry was looked up. Positions count from 0: code 0 is the first.",
)
SIGNED_CODE = (
    "signed-code",
    "A code was read as a signed number of 4 bits, in which 8 … 15 lie below 0. It is a position "
    "in the codebook, which ascends: 0 stands for −1, 15 for 1.",
)
EQUAL_SIZE = (
    "blocks-of-equal-size",
    "The codes were cut into as many parts as there are entries of absmax, all of about "
    "the same size, as `chunk` does. Every block has `block_size` codes, but for the last: "
    "`split` cuts so.",
)
LAST_UNREAD = (
    "last-absmax-unread",
    "The shorter block at the end got the absmax of the block before it. It has its own, "
    "the last one.",
)
IN_TURN = (
    "absmax-in-turn",
    "The entries of absmax were handed out in turn, one value each. The first belongs to "
    "all of the first block, the next to the second block.",
)
LOOKED_UP: tuple[tuple[tuple[str, str], tuple[Callable[[T], T], ...]], ...] = (
    (LOW_BITS, (lambda q: TABLE[q & 7],)),
    (SIGN_LOST, (lambda q: TABLE[q].abs(),)),
    (REVERSED, (lambda q: TABLE[15 - q],)),
    (SIGNED_CODE, (lambda q: TABLE[(q + 8) % 16],)),
    (
        OFF_BY_ONE,
        (
            lambda q: TABLE[(q - 1) % 16],
            lambda q: TABLE[(q + 1).clamp(max=15)],
            lambda q: TABLE[(q + 1) % 16],
        ),
    ),
    (FEW_DECIMALS, tuple(map(to_decimals, (2, 3, 4)))),
    (NOT_SORTED, tuple(map(looked_up_in, UNSORTED))),
)
"""Other entries than those of the codes."""
SPREAD: tuple[tuple[tuple[str, str], tuple[Callable[..., T], ...]], ...] = (
    (EQUAL_SIZE, (of_equal_size,)),
    (LAST_UNREAD, (last_of_the_full,)),
    (IN_TURN, (in_turn, by_remainder)),
    (TOO_EARLY, (by_rounded_place, one_too_early)),
)
"""Another absmax than that of the block."""

NF4_DEQUANTIZE = Task(
    name="nf4_dequantize",
    points=4,
    reference=reference.nf4_dequantize,
    lecture="lecture 10, “Sixteen values for a bell curve”",
    off_limits=OFF_LIMITS,
    calls=("nf4_codebook",),
    checks=told_by_form(
        Check("codes looked up, in one block", 2, _look_up, same_reals),
        Check("each block times its absmax", 2, _blocks, same_reals),
        Check("blocks run on from row to row", 2, _across_rows, same_reals),
        Check("the last block may be shorter", 1, _shorter_last, same_reals),
        Check(
            "right values as float32, in the shape of the codes", 1, _types, same_reals_and_dtype
        ),
        but=("flattened",),
    ),
    misconceptions=several(
        FORMS,
        ways(
            "other-dtype",
            "The values are right, but their type is not float32.",
            changed(lambda values: values),
        ),
        ways(
            "codes-as-numbers",
            AS_NUMBERS,
            *(scaled(even_grid(*grid)) for grid in GRIDS),
        ),
        ways(
            "index-read-as-mask",
            "torch takes a uint8 tensor between the brackets for a mask of zeros and ones, not "
            "for positions. Change the codes to a wider integer type first.",
            *(as_mask(error) for error in (IndexError, ValueError)),
        ),
        ways(
            "unscaled",
            "These are the entries of the codebook. The absmax of each block is missing.",
            lambda q, absmax, block_size: TABLE[q.long()],
        ),
        ways(
            "divided-by-absmax",
            "The entries were divided by absmax. That is the way there; the way back multiplies.",
            lambda q, absmax, block_size: right(q, 1 / absmax, block_size),
            lambda q, absmax, block_size: right(
                q, torch.where(absmax > 0, 1 / absmax, 0.0), block_size
            ),
        ),
        ways(
            "codes-as-numbers",
            AS_NUMBERS,
            *(scaled(even_grid(*grid), in_turn) for grid in GRIDS),
        ),
        *(ways(*known, *(scaled(entries, spread) for spread in some)) for known, some in SPREAD),
        *(ways(*known, *map(scaled, some)) for known, some in LOOKED_UP),
        *(
            both(first, second, *(scaled(values, spread) for values in some for spread in others))
            for first, some in LOOKED_UP
            for second, others in SPREAD
        ),
        both(COLUMNS, SIGN_LOST, by_columns(lambda q: TABLE[q].abs())),
        ways(*COLUMNS, by_columns(entries)),
        ways(
            "absmax-over-steps",
            "absmax was divided by a number of steps, as for the scale of a grid of integers. The "
            "entries reach from −1 to 1: multiply by absmax itself.",
            *(
                scaled(lambda q, n=n: TABLE[q] / n)  # type: ignore[misc]
                for n in (7, 7.5, 8, 15, 127)
            ),
        ),
        ways(
            *ONE_ABSMAX,
            *(of_one(entries, size) for size in SIZES),
        ),
        both(
            ONE_ABSMAX,
            FEW_DECIMALS,
            *(largest_in(half, product) for half in HALF for product in (True, False)),
        ),
        ways(
            "size-taken-for-count",
            "The codes were cut into `block_size` blocks. `block_size` is how many codes share an "
            "absmax.",
            scaled(entries, size_as_count),
        ),
        ways(
            "blocks-stop-at-rows",
            "Every row was taken to begin a block. Blocks are consecutive codes of the flattened "
            "tensor, whatever its shape.",
            by_rows,
            by_rows_as_far_as_it_goes,
            anew_in_each_row,
            lambda q, absmax, block_size: (
                TABLE[q.long()] * absmax[: q.shape[0]].reshape(-1, *[1] * (q.dim() - 1))
            ),
            except_where(lambda q, *_: q.dim() > 1, RuntimeError, right),
        ),
        ways(
            "absmax-not-spread",
            "absmax has an entry for each block, the codes one for each value. Spread absmax over "
            "its blocks before you multiply.",
            except_where(
                lambda q, absmax, *_: len(absmax) not in (1, q.shape[-1]), RuntimeError, right
            ),
            except_where(
                lambda q, absmax, *_: len(absmax) not in (1, q.shape[-1]), ValueError, right
            ),
        ),
        ways(
            "short-block-refused",
            "A last block that is shorter stops your function. Blocks need not fill up.",
            *(except_where(ragged, error, right) for error in (RuntimeError, ValueError)),
        ),
        ways(
            "rest-dropped",
            "What does not fill a block was left out, or set to 0. The last block may be shorter.",
            lambda q, absmax, block_size: right(
                q.reshape(-1)[: q.numel() // block_size * block_size], absmax, block_size
            ),
            rest_at_zero,
        ),
        ways(
            "padding-kept",
            "More values than codes came back: the last block was filled up.",
            lambda q, absmax, block_size: right(
                torch.nn.functional.pad(q.reshape(-1), (0, -q.numel() % block_size), value=7),
                absmax,
                block_size,
            ),
            lambda q, absmax, block_size: right(
                torch.nn.functional.pad(q.reshape(-1), (0, -q.numel() % block_size)),
                absmax,
                block_size,
            ),
        ),
        ways(
            "shape-lost",
            "The values are right, but not in the shape of the codes.",
            changed(lambda values: values.reshape(-1)),
            lambda q, absmax, block_size: right(q, absmax, block_size).reshape(-1, block_size),
        ),
        *(
            both(first, ONE_ABSMAX, *(of_one(values, size) for values in some for size in SIZES))
            for first, some in (
                *LOOKED_UP,
                (CODES_AS_NUMBERS, tuple(even_grid(*grid) for grid in GRIDS)),
            )
        ),
        both(
            CODES_AS_NUMBERS,
            WRAPPED,
            *(scaled(wrapped_grid(zero, n)) for zero in (7, 8) for n in (1, 7, 8)),
        ),
        ways(
            *FEW_DECIMALS,
            *(
                behaves
                for dtype in HALF
                for behaves in (result_in(dtype), product_in(dtype), table_in(dtype))
            ),
        ),
    ),
)
