"""Mistakes in `hadamard_rotate`."""

from __future__ import annotations

import math

import torch

from courseware.chapters.c10_language_models.tasks.hadamard_wrong_ways import (
    by_changes_of_sign,
    by_the_product,
    checked,
    cosines,
    down_the_columns,
    first_axis_asked,
    first_block_only,
    first_round_only,
    hadamard,
    halves_alone,
    in_blocks,
    interleaved,
    is_zero,
    last_round_only,
    loose_checks,
    misfit,
    more_than_one_block,
    nested,
    nested_down,
    no_power,
    not_two_axes,
    of_one,
    right,
    root_of_half,
    rounded,
    turned_and_cut,
    whole_row,
)
from courseware.checks.forms import FORMS
from courseware.checks.groups import OTHER_ERROR
from courseware.checks.misconceptions import both, each_instead, except_where, several, ways
from courseware.checks.precision import DECIMALS, HALF, IMPRECISE
from courseware.checks.task import Misconception

SIGNS_CHANGED = Misconception(
    "signs-changed-first",
    "The signs of some values were changed before the rotation, as methods with random signs do. "
    "Here x is multiplied as it is.",
    unless_explained=True,
)
ZERO_DIVIDED_BY = (
    "zero-not-refused",
    "A block size of 0 ends in another error than a ValueError: it passes the test `n & (n - 1)`, "
    "and something is divided by it. Refuse it first.",
)
COLUMNS = (
    "columns-rotated",
    "The columns were rotated. A block is a run of values within a row: the last axis.",
)
WHOLE_NUMBERS = (
    "rounded-to-whole-numbers",
    "The result was rounded to whole numbers. Return it as it is.",
)
HALVES_ALONE = (
    "one-doubling-too-few",
    "Nesting stopped one doubling too early: each half of a block was rotated by itself.",
)
ROOT_OF_HALF = (
    "root-of-the-half",
    "The result was divided by the root of half the block size, or of twice as much. H of n values "
    "makes a vector longer by √n.",
)
DIVIDED_BY_N = (
    "divided-by-n",
    "The result was divided by n, not by √n: by 2 in each round, say. A rotation leaves the length "
    "of a vector as it is.",
)
FIRST_ONLY = ("first-block-only", "Only the first block of each row was rotated.")

DOWN = (
    down_the_columns,
    checked(down_the_columns),
    checked(turned_and_cut),
    first_axis_asked,
)
"""Ways to rotate the columns."""

MISTAKES = several(
    FORMS,
    (SIGNS_CHANGED,),
    both(
        DIVIDED_BY_N,
        FIRST_ONLY,
        checked(lambda x, n: first_block_only(x, n, in_blocks(scale=lambda n: float(n)))),
    ),
    ways(
        "sign-by-the-product",
        "The signs are those of (−1)^(i·j), which knows only even and odd places. The entry is −1 "
        "where i and j have an odd number of bits in common, `bin(i & j)`; nesting gives the same.",
        in_blocks(by_the_product),
    ),
    ways(
        "not-normalised",
        "The result was not divided by √n. H makes every vector longer, by √n; a rotation "
        "leaves its length as it is.",
        in_blocks(scale=lambda n: 1.0),
    ),
    ways(
        *DIVIDED_BY_N,
        in_blocks(scale=lambda n: float(n)),
    ),
    ways(
        "one-root-of-two",
        "The result was divided by √2, whatever the size of the block. H of n values makes a "
        "vector longer by √n.",
        in_blocks(scale=lambda n: math.sqrt(2)),
    ),
    ways(
        "root-of-the-row",
        "The result was divided by the root of the whole row's length. H has as many rows as "
        "the block has values.",
        checked(lambda x, n: in_blocks(scale=lambda _: math.sqrt(x.shape[-1]))(x, n)),
        checked(lambda x, n: in_blocks(scale=lambda _: math.sqrt(len(x)))(x, n)),
    ),
    ways(
        "multiplied-by-the-root",
        "The result was multiplied by √n. It has to be divided: H alone makes every vector "
        "longer by √n.",
        in_blocks(scale=lambda n: 1 / math.sqrt(n)),
    ),
    ways(
        "minus-at-another-place",
        "The minus of [[1, 1], [1, −1]] stands at another place. Only its last corner is "
        "negative: first the sum of both halves, then the first minus the second.",
        in_blocks(nested([[1, 1], [-1, 1]])),
        in_blocks(nested([[1, -1], [1, 1]])),
        in_blocks(nested([[-1, 1], [1, 1]])),
    ),
    ways(
        "half-overwritten-too-early",
        "The sum was written over the first half before the difference was taken: a slice is a "
        "view, and shows what was written. Compute both first, or copy the half.",
        in_blocks(nested([[1, 1], [1, 0]])),
        in_blocks(nested([[0, 1], [1, -1]])),
    ),
    ways(
        "ordered-by-changes-of-sign",
        "The rows of H stand in another order: by how often their sign changes. Sylvester's "
        "order comes from nesting: [[H, H], [H, −H]].",
        in_blocks(by_changes_of_sign),
        in_blocks(lambda n: by_changes_of_sign(n).T),
    ),
    ways(
        "another-transform",
        "This is another rotation, such as a cosine transform. The entries of H are 1 and −1.",
        in_blocks(cosines),
        in_blocks(lambda n: cosines(n).T),
    ),
    ways(
        "all-signs-plus",
        "All entries of H are 1, so that every place gets the same sum. Half of the entries in "
        "all rows but the first are negative.",
        in_blocks(lambda n: torch.ones(n, n, dtype=torch.float64)),
    ),
    ways(
        "one-round-only",
        "There was one round of sums and differences. Nesting takes one for every doubling: "
        "log2(n) rounds.",
        *(
            in_blocks(matrix, scale)
            for matrix in (first_round_only, last_round_only)
            for scale in (lambda n: math.sqrt(min(n, 2)), lambda n: math.sqrt(n))
        ),
    ),
    ways(
        "order-reversed",
        "The result stands in reverse order, or H was turned round.",
        in_blocks(lambda n: hadamard(n).flip(1)),
        in_blocks(lambda n: hadamard(n).flip(0)),
    ),
    ways(
        "whole-row-rotated",
        "The whole row was taken for one block. Each run of `block_size` values is rotated by "
        "itself.",
        whole_row,
        checked(whole_row),
    ),
    ways(
        *FIRST_ONLY,
        checked(first_block_only),
    ),
    ways(
        "blocks-interleaved",
        "A block took values that lie apart. It is a run of neighbours: look at the order in "
        "which reshaping lays out the values.",
        checked(interleaved),
    ),
    ways(*COLUMNS, *DOWN),
    ways(
        "values-unchanged",
        "The values came back as they were.",
        checked(lambda x, n: x),
    ),
    ways(
        "matrix-returned",
        "The matrix came back. The rotated values are asked for.",
        checked(lambda x, n: hadamard(n)),
        checked(lambda x, n: hadamard(n) / math.sqrt(n)),
    ),
    ways(
        "blocks-left-apart",
        "The blocks came back one by one. The result has the shape of x.",
        checked(lambda x, n: right(x, n).reshape(-1, n)),
        checked(lambda x, n: right(x, n).reshape(*x.shape[:-1], -1, n)),
    ),
    ways(
        "several-blocks-refused",
        "A row of more than one block stops your function. Cut it into runs first.",
        *each_instead(more_than_one_block, (RuntimeError, ValueError), right),
    ),
    ways(
        "two-axes-only",
        "One axis, or three, stop your function. The last axis is cut into blocks, however "
        "many there are before it.",
        *each_instead(not_two_axes, (RuntimeError, ValueError, IndexError), right),
    ),
    ways(
        "block-of-one",
        "Blocks of one value stop your function. 1 is a power of two: H is [[1]], and nothing "
        "changes.",
        *each_instead(of_one, (RuntimeError, ValueError, RecursionError), right),
    ),
    ways(
        "misfit-let-through",
        "A block size that is no power of two, or does not divide the row, was let through. "
        "There is no such block: refuse it with a ValueError, also where it divides the number "
        "of all values.",
        loose_checks(power=False, divides=True),
        loose_checks(power=True, divides=False),
        loose_checks(power=True, divides=False, error=ValueError),
        loose_checks(power=False, divides=False),
        except_where(misfit, torch.zeros(1), right),
    ),
    ways(
        "even-not-a-power",
        "A block size that can be halved, such as 6 or 12, was taken for a power of two. "
        "Halving must go on down to 1: refuse all else with a ValueError.",
        nested_down,
    ),
    ways(
        *OTHER_ERROR,
        *(
            except_where(when, error, right)
            for when in (misfit, no_power)
            for error in (AssertionError, RuntimeError, RecursionError)
        ),
    ),
    ways(*ZERO_DIVIDED_BY, except_where(is_zero, ZeroDivisionError, right)),
    ways(
        "root-cut-off",
        "The root was cut to a whole number, as `math.isqrt` or `//` does. √2 is 1.414…: "
        "`math.sqrt` keeps the digits.",
        in_blocks(scale=math.isqrt),
        in_blocks(scale=lambda n: round(math.sqrt(n))),
    ),
    both(HALVES_ALONE, ROOT_OF_HALF, in_blocks(halves_alone, lambda n: math.sqrt(n))),
    ways(HALVES_ALONE[0], HALVES_ALONE[1], in_blocks(halves_alone, root_of_half)),
    ways(
        *ROOT_OF_HALF,
        in_blocks(scale=root_of_half),
        in_blocks(scale=lambda n: math.sqrt(2 * n)),
    ),
    both(COLUMNS, WHOLE_NUMBERS, *(rounded(way) for way in DOWN)),
    ways(*WHOLE_NUMBERS, rounded(right)),
    ways(
        *IMPRECISE,
        *(
            checked(lambda x, n, d=d: right(x, n).round(decimals=d))  # type: ignore[misc]
            for d in DECIMALS
        ),
        *(
            checked(lambda x, n, half=half: right(x, n).to(half).float())  # type: ignore[misc]
            for half in HALF
        ),
    ),
)
