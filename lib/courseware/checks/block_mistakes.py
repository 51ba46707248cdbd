"""Mistakes within a block of weights that share a scale: the same for channels and groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product

import torch

from courseware.checks.bit_widths import N_BITS_IGNORED
from courseware.checks.block_wrong_ways import (
    SIZES,
    any_zero_block,
    by_caret,
    clamped,
    given_back,
    guarded_by,
    halved,
    in_half,
    measured_by,
    of_the_largest_so_far,
    of_the_largest_value,
    of_the_range,
    on_grid,
    over_steps,
    rounded_by,
    rounded_scale,
    rounded_to,
    scale_by,
    scaled,
    stored,
    swapped,
    taken_for_zeros,
    unclamped,
    with_scale,
    zero_adds_to_all,
    zero_changes_all,
)
from courseware.checks.blocks import TO_INT8, Behaviour, absmax, right, top
from courseware.checks.misconceptions import both, each_instead, ways
from courseware.checks.outliers import OUTLIERS_LEFT_OUT, second_largest, upper_quantile
from courseware.checks.precision import HALF, HALF_PRECISION, IMPRECISE
from courseware.checks.python_slips import CARET
from courseware.checks.roundings import ROUNDINGS
from courseware.checks.task import Misconception
from courseware.checks.zero_guards import GUARD_TOO_LARGE, TAKEN_FOR_ZEROS, ZERO_SCALE, guards

SCALED_BACK = (
    "scaled-back",
    "The codes were multiplied by their scale again. What is asked for are the integers.",
)
ROWS_RUN_TOGETHER = (
    "rows-run-together",
    "Groups ran over the end of a row into the next one. A row that the groups do not "
    "fill is to raise a ValueError.",
)
BITS_IGNORED = ("n-bits-ignored", N_BITS_IGNORED)
STEPS_WRONG = (
    "steps-wrong",
    "The largest magnitude was shared out among another number of steps: on each side of 0 the "
    "restricted grid has 2**(b−1) − 1 of them.",
)

WRONG_STEPS: tuple[Callable[[int], float], ...] = (
    lambda n_bits: 2**n_bits - 1,
    lambda n_bits: 2**n_bits,
    lambda n_bits: 2 ** (n_bits - 1),
    lambda n_bits: (2**n_bits - 1) / 2,
)


def _half_of_all(n_bits: int) -> float:
    return float(2 ** (n_bits - 1))


def _wrong_grids() -> Iterator[tuple[tuple[str, str], Behaviour]]:
    """Other scales and roundings, no code clamped."""
    for steps in WRONG_STEPS:
        yield STEPS_WRONG, partial(on_grid, steps)
    yield BITS_IGNORED, partial(on_grid, lambda n_bits: 127)
    for name, message, rounding in ROUNDINGS:
        yield (name, message), rounded_by(rounding)


def within_a_block(apply: Callable[[Behaviour], Behaviour], block: str) -> Iterator[Misconception]:
    """The misconceptions about one block, called a `block`, for channels or for groups."""
    yield from ways(
        "other-dtype",
        "The values are right, but a type is not the one asked for: int8 for the codes, float32 "
        "for the scale.",
        apply(rounded_by(torch.round)),
        apply(with_scale(lambda scale, n_bits: scale.double())),
    )
    yield from ways(
        "full-range-scale",
        f"The scale of each {block} is the full-range one. Here the grid is restricted: the "
        "largest magnitude lands on the highest code.",
        apply(over_steps(lambda n_bits: (2**n_bits - 1) / 2)),
    )
    levels_off_by_one = (
        "levels-off-by-one",
        f"The largest magnitude of a {block} was spread over a step too many. Count the codes "
        "above zero: of the 2**b patterns, one half is negative, and one of the others is zero.",
    )
    signed_max = (
        "signed-max",
        f"The largest value of each {block} was taken, not its largest magnitude. Negative "
        "weights reach just as far from zero.",
    )
    yield from ways(*levels_off_by_one, apply(over_steps(_half_of_all)))
    yield from both(
        signed_max,
        levels_off_by_one,
        *(
            apply(stored(partial(of_the_largest_value, guarded, steps=_half_of_all), to_int8))
            for guarded in (torch.eq, torch.le)
            for to_int8 in TO_INT8
        ),
    )
    yield from ways(
        *signed_max,
        apply(scaled(lambda blocks, n_bits: blocks.amax(dim=-1, keepdim=True) / top(n_bits))),
        apply(scaled(lambda blocks, n_bits: blocks.amax(dim=-1, keepdim=True).abs() / top(n_bits))),
        *(
            apply(stored(partial(of_the_largest_value, guarded), to_int8))
            for guarded in (torch.eq, torch.le)
            for to_int8 in TO_INT8
        ),
        apply(unclamped(lambda blocks, n_bits: blocks.amax(dim=-1, keepdim=True) / top(n_bits))),
    )
    yield from ways(
        "running-maximum",
        f"The largest magnitude was not sought anew in each {block}: that of an earlier one stays "
        "where it is larger. Begin at 0 for each.",
        *(apply(stored(of_the_largest_so_far, to_int8)) for to_int8 in TO_INT8),
    )
    yield from ways(
        *CARET,
        *(apply(by_caret(steps)) for steps in (lambda b: (2 ^ b) - 1, lambda b: 2 ^ b - 1)),
    )
    yield from ways(
        "codes-all-on-one-side",
        f"The largest magnitude of a {block} was spread over all codes, as if none of them were "
        "negative. Only about half of the codes lie on each side of zero.",
        apply(over_steps(lambda n_bits: 2**n_bits - 1)),
        apply(over_steps(lambda n_bits: 2**n_bits)),
        apply(over_steps(lambda n_bits: 2**n_bits - 2)),
    )
    yield from ways(
        "other-measure",
        f"The scale of each {block} comes from something other than its largest magnitude. Only "
        "then do all values fit, and the largest one lands on the highest code.",
        *(apply(stored(scale_by(size), to_int8)) for size in SIZES[:2] for to_int8 in TO_INT8),
        *(apply(measured_by(size)) for size in SIZES[2:]),
        *(apply(stored(of_the_range, to_int8)) for to_int8 in TO_INT8),
    )
    yield from ways(
        *OUTLIERS_LEFT_OUT,
        apply(measured_by(second_largest)),
        *(
            apply(stored(scale_by(partial(upper_quantile, share=share)), to_int8))
            for share, to_int8 in (
                *product((0.95, 0.99), TO_INT8[1:]),
                *product((0.995, 0.999), TO_INT8[-1:]),
            )
        ),
    )
    yield from ways(
        "first-value-only",
        f"The scale of each {block} comes from a single value of it, the first or the last one.",
        apply(measured_by(lambda blocks: blocks[..., :1].abs())),
        apply(measured_by(lambda blocks: blocks[..., -1:].abs())),
    )
    yield from ways(
        "range-too-narrow",
        f"The codes of a {block} were clamped too early: the highest code is 2**(b−1) − 1, the "
        "lowest one of the restricted grid is its negative.",
        apply(lambda blocks, n: clamped(blocks, -top(n), top(n) - 1, n)),
        apply(lambda blocks, n: clamped(blocks, 1 - top(n), top(n), n)),
        apply(lambda blocks, n: clamped(blocks, 0, top(n), n)),
        apply(lambda blocks, n: clamped(blocks, 0, 2**n - 1, n)),
        apply(lambda blocks, n: clamped(blocks, 1 - top(n), top(n) - 1, n)),
    )
    yield from ways(
        "scale-inverted",
        "The scales are upside down: these are steps per unit. A scale is the width of one step, "
        "in the units of w.",
        apply(with_scale(lambda scale, n_bits: 1 / scale)),
    )
    yield from ways(
        "absmax-returned",
        f"What came back is the largest magnitude of each {block}, not the scale: the width of one "
        "step.",
        apply(with_scale(lambda scale, n_bits: scale * top(n_bits))),
        apply(lambda blocks, n_bits: (right(blocks, n_bits)[0], absmax(blocks))),
    )
    yield from ways(
        *BITS_IGNORED,
        apply(over_steps(lambda n_bits: 127)),
        apply(lambda blocks, n_bits: right(blocks, 8)),
    )
    for name, message, rounding in ROUNDINGS:
        yield from ways(name, message, apply(rounded_by(rounding)))
    yield from ways(
        "order-swapped",
        "The two results are swapped: the codes come first, then the scale.",
        swapped(apply(right)),
    )
    yield from ways(
        *SCALED_BACK,
        apply(given_back(right)),
    )
    yield from ways(
        *ZERO_SCALE,
        apply(scaled(lambda blocks, n_bits: absmax(blocks) / top(n_bits))),
        *each_instead(any_zero_block, (ZeroDivisionError, ValueError), apply(right)),
    )
    yield from ways(
        "zero-block-changes-all",
        f"One {block} of zeros changes the scales of all others. Treat it alone: `torch.where` "
        "decides for each entry.",
        apply(scaled(zero_changes_all)),
        apply(unclamped(zero_changes_all)),
        *(apply(scaled(partial(zero_adds_to_all, eps))) for eps in (1.0, 1e-3, 1e-6, 1e-8, 1e-12)),
    )
    for cause, asks in TAKEN_FOR_ZEROS:
        yield from ways(*cause, apply(scaled(partial(taken_for_zeros, asks))))
    for cause, behaves in _wrong_grids():
        yield from both(cause, SCALED_BACK, apply(given_back(behaves)))
    yield from ways(*GUARD_TOO_LARGE, *(apply(guarded_by(guard)) for guard in guards(top)))
    yield from ways(*HALF_PRECISION, *(apply(rounded_by(halved(dtype))) for dtype in HALF))
    yield from ways(*IMPRECISE, *(apply(in_half(dtype)) for dtype in HALF))
    yield from ways(
        *IMPRECISE,
        *(apply(with_scale(rounded_to(digits))) for digits in (1, 2, 3, 4)),
        *(apply(scaled(rounded_scale(digits))) for digits in (1, 2, 3, 4)),
    )
