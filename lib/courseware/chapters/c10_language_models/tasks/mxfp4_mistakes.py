"""Mistakes in `mxfp4_quantize`."""

from __future__ import annotations

import torch

from courseware.chapters.c10_language_models.tasks.mxfp4_element_mistakes import ELEMENT_MISTAKES
from courseware.chapters.c10_language_models.tasks.mxfp4_exponent_mistakes import EXPONENT_MISTAKES
from courseware.chapters.c10_language_models.tasks.mxfp4_pairs import TWO_PARTS
from courseware.chapters.c10_language_models.tasks.mxfp4_wrong_ways import (
    across_rows,
    changed,
    dequantized,
    down_the_columns,
    elements_returned,
    filled_up,
    filled_up_in_runs_of,
    flat_exponents,
    has_zero_block,
    in_runs_of,
    interleaved,
    misfit,
    packed,
    packed_high_first,
    right,
    zero_blocks_as,
)
from courseware.checks.groups import OTHER_ERROR
from courseware.checks.misconceptions import both, each_instead, except_where, several, ways
from model_compression.microscaling import BLOCK

OTHER_SIZE = ("other-block-size", "The blocks have another size than 32.")
ACROSS = (
    "blocks-across-rows",
    "A last axis that 32 does not divide was let through. A block does not reach into the next "
    "row: raise a ValueError, even if 32 divides the number of all values.",
)

MISTAKES = several(
    ways(
        "other-dtype",
        "The values are right, but not their types: uint8 for codes and exponents alike.",
        right,
    ),
    EXPONENT_MISTAKES,
    ELEMENT_MISTAKES,
    TWO_PARTS,
    both(OTHER_SIZE, ACROSS, *(filled_up_in_runs_of(size) for size in (16, 64))),
    ways(
        *OTHER_SIZE,
        *(in_runs_of(size) for size in (16, 64)),
        lambda x: in_runs_of(x.shape[-1])(x),
    ),
    ways(
        "blocks-down-the-columns",
        "The blocks run down the columns. They are 32 neighbours along the last axis.",
        down_the_columns,
    ),
    ways(
        "blocks-interleaved",
        "A block took values that lie apart. It is a run of neighbours: look at the order in which "
        "reshaping lays out the values.",
        interleaved,
    ),
    ways(
        *ACROSS,
        across_rows,
        filled_up,
        except_where(misfit, (torch.zeros(1), torch.zeros(1)), right),
    ),
    ways(
        *OTHER_ERROR,
        *each_instead(misfit, (AssertionError, RuntimeError, IndexError), right),
    ),
    ways(
        "exponents-flat",
        "The exponents came back in one line. They have the shape of x, but for the last axis: an "
        "entry for each block of a row.",
        changed(flat_exponents),
    ),
    ways(
        "exponents-keep-an-axis",
        "The exponents kept the axis of the values in a block.",
        changed(lambda codes, exponents: (codes, exponents[..., None])),
    ),
    ways(
        "exponent-per-value",
        "The exponents came back once for every value. One for each block is enough.",
        changed(lambda codes, exponents: (codes, exponents.repeat_interleave(BLOCK, dim=-1))),
    ),
    ways(
        "codes-in-blocks",
        "The codes came back in blocks, or in one line. They have the shape of x.",
        changed(lambda codes, exponents: (codes.unflatten(-1, (-1, BLOCK)), exponents)),
        changed(lambda codes, exponents: (codes.reshape(-1, BLOCK), exponents)),
        changed(lambda codes, exponents: (codes.reshape(-1), exponents)),
    ),
    ways(
        "values-not-codes",
        "The elements came back, or what they stand for. The code of each is asked for: 4 bits in "
        "place of 32.",
        dequantized,
        elements_returned,
    ),
    ways(
        "packed",
        "Two codes were put into a byte. Here each code still has a byte of its own.",
        changed(packed),
        changed(packed_high_first),
    ),
    ways(
        "order-swapped",
        "The two results are swapped: the codes come first, then the exponents.",
        changed(lambda codes, exponents: (exponents, codes)),
    ),
    ways(
        "zero-block",
        "A block of zeros has no logarithm, and 0 / 0 is no number. Its codes are 0, whatever its "
        "exponent.",
        *(zero_blocks_as(code) for code in (7, 8, 15)),
        *each_instead(
            has_zero_block, (ValueError, ZeroDivisionError, RuntimeError, OverflowError), right
        ),
    ),
)
