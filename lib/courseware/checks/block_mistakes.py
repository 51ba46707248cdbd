"""Mistakes within a block of weights that share a scale: the same for channels and groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product

import torch

from courseware.checks.bit_widths import N_BITS_IGNORED
from courseware.checks.blocks import (
    TO_INT8,
    Behaviour,
    Quantized,
    ToInt8,
    absmax,
    grouped,
    right,
    scale_of,
    scale_over,
    to_codes,
    top,
)
from courseware.checks.misconceptions import both, each_instead, ways
from courseware.checks.outliers import OUTLIERS_LEFT_OUT, second_largest, upper_quantile
from courseware.checks.precision import HALF, HALF_PRECISION, IMPRECISE
from courseware.checks.python_slips import CARET
from courseware.checks.roundings import ROUNDINGS
from courseware.checks.task import Misconception
from courseware.checks.zero_guards import GUARD_TOO_LARGE, TAKEN_FOR_ZEROS, ZERO_SCALE, guards


def _scaled(scale_of: Callable[[torch.Tensor, int], torch.Tensor]) -> Behaviour:
    """Blocks along the last axis with another scale of each block."""

    def blockwise(blocks: torch.Tensor, n_bits: int) -> Quantized:
        scale = scale_of(blocks, n_bits)
        return to_codes(blocks, scale, n_bits), scale

    return blockwise


def _stored(scale_of: Callable[[torch.Tensor, int], torch.Tensor], to_int8: ToInt8) -> Behaviour:
    """The same, clamped otherwise or not at all, which makes no odds where a scale is right."""

    def blockwise(blocks: torch.Tensor, n_bits: int) -> Quantized:
        scale = scale_of(blocks, n_bits)
        return to_int8(blocks / scale, n_bits), scale

    return blockwise


def _unclamped(scale_of: Callable[[torch.Tensor, int], torch.Tensor]) -> Behaviour:
    """Codes that wrap around in int8."""
    return _stored(scale_of, TO_INT8[0])


def _over(steps: Callable[[int], float]) -> Behaviour:
    """absmax of each block over another number of steps."""
    return _scaled(lambda blocks, n_bits: scale_over(absmax(blocks), steps(n_bits)))


def _guarded(guard: Callable[..., float]) -> Behaviour:
    def scale_of(blocks: torch.Tensor, n_bits: int) -> torch.Tensor:
        sizes = absmax(blocks)
        scales = [guard(value, n_bits) for value in sizes.flatten().tolist()]
        return torch.tensor(scales).reshape(sizes.shape)

    return _scaled(scale_of)


def _rounded_by(rounding: Callable[[torch.Tensor], torch.Tensor]) -> Behaviour:
    def blockwise(blocks: torch.Tensor, n_bits: int) -> Quantized:
        scale = scale_of(absmax(blocks), n_bits)
        return rounding(blocks / scale).clamp(-top(n_bits) - 1, top(n_bits)), scale

    return blockwise


def _measured_by(measure: Callable[[torch.Tensor], torch.Tensor]) -> Behaviour:
    """Codes and scales by another measure of each block."""
    return _scaled(_of(measure))


SIZES: tuple[Callable[[torch.Tensor], torch.Tensor], ...] = (
    lambda blocks: blocks.abs().mean(dim=-1, keepdim=True),
    lambda blocks: 2 * blocks.abs().mean(dim=-1, keepdim=True),
    lambda blocks: blocks.abs().median(dim=-1, keepdim=True).values,
    lambda blocks: blocks.std(dim=-1, keepdim=True),
    lambda blocks: 3 * blocks.std(dim=-1, keepdim=True),
    lambda blocks: blocks.norm(dim=-1, keepdim=True),
    lambda blocks: blocks.square().mean(dim=-1, keepdim=True).sqrt(),
    lambda blocks: blocks.amax(dim=-1, keepdim=True) - blocks.amin(dim=-1, keepdim=True),
    lambda blocks: (blocks.amax(dim=-1, keepdim=True) - blocks.amin(dim=-1, keepdim=True)) / 2,
)
"""What is taken for the largest magnitude."""


def _of(
    measure: Callable[[torch.Tensor], torch.Tensor],
) -> Callable[[torch.Tensor, int], torch.Tensor]:
    """Another measure of each block over the right number of steps."""
    return lambda blocks, n_bits: scale_over(measure(blocks), top(n_bits))


def _of_the_range(blocks: torch.Tensor, n_bits: int) -> torch.Tensor:
    """From the smallest to the largest value in all steps between the 2**b codes."""
    size = blocks.amax(dim=-1, keepdim=True) - blocks.amin(dim=-1, keepdim=True)
    return torch.where(size > 0, size / (2**n_bits - 1), 1.0)


def _of_the_largest_value(
    guarded: Callable[[torch.Tensor, float], torch.Tensor], blocks: torch.Tensor, n_bits: int
) -> torch.Tensor:
    """Without `abs`; 1 for a block whose largest value is 0, or not above it."""
    largest = blocks.amax(dim=-1, keepdim=True)
    return torch.where(guarded(largest, 0.0), 1.0, largest / top(n_bits))


def _of_the_largest_so_far(blocks: torch.Tensor, n_bits: int) -> torch.Tensor:
    """The largest magnitude of a block and of all before it."""
    sizes = absmax(blocks)
    return scale_of(sizes.flatten().cummax(dim=0).values.reshape(sizes.shape), n_bits)


def _by_caret(steps: Callable[[int], int]) -> Behaviour:
    """`^` for a power, where steps are told from b − 1; a scale of 0 gets 1."""

    def blockwise(blocks: torch.Tensor, n_bits: int) -> Quantized:
        highest = steps(n_bits - 1)
        scale = absmax(blocks) / highest
        scale = torch.where(scale == 0, 1.0, scale)
        return torch.round(blocks / scale).clamp(-highest, highest).to(torch.int8), scale

    return blockwise


def _zero_changes_all(blocks: torch.Tensor, n_bits: int) -> torch.Tensor:
    sizes = absmax(blocks)
    return sizes / top(n_bits) if bool((sizes > 0).all()) else torch.ones_like(sizes)


def _taken_for_zeros(
    asks: Callable[[torch.Tensor], torch.Tensor], blocks: torch.Tensor, n_bits: int
) -> torch.Tensor:
    """1 for each block that is taken for zeros."""
    return torch.where(asks(blocks), 1.0, scale_of(absmax(blocks), n_bits))


def _in_half(dtype: torch.dtype) -> Behaviour:
    def blockwise(blocks: torch.Tensor, n_bits: int) -> Quantized:
        small = blocks.to(dtype)
        scale = scale_of(absmax(small), n_bits).to(dtype)
        return to_codes(small, scale, n_bits), scale.float()

    return blockwise


def _halved(dtype: torch.dtype) -> Callable[[torch.Tensor], torch.Tensor]:
    """Steps that were floats of 16 bits before they are rounded."""
    return lambda steps: torch.round(steps.to(dtype)).float()


def _with_scale(change: Callable[[torch.Tensor, int], torch.Tensor]) -> Behaviour:
    """Right codes beside something made of the right scales."""

    def blockwise(blocks: torch.Tensor, n_bits: int) -> Quantized:
        codes, scale = right(blocks, n_bits)
        return codes, change(scale, n_bits)

    return blockwise


def _rounded_to(digits: int) -> Callable[[torch.Tensor, int], torch.Tensor]:
    return lambda scale, n_bits: scale.round(decimals=digits)


def _rounded_scale(digits: int) -> Callable[[torch.Tensor, int], torch.Tensor]:
    return lambda blocks, n_bits: scale_of(absmax(blocks), n_bits).round(decimals=digits)


def _clamped(blocks: torch.Tensor, low: int, high: int, n_bits: int) -> Quantized:
    scale = scale_of(absmax(blocks), n_bits)
    return torch.round(blocks / scale).clamp(low, high).to(torch.int16), scale


def _swapped(behaves: Behaviour) -> Behaviour:
    return lambda *arguments: tuple(reversed(behaves(*arguments)))


def _given_back(behaves: Behaviour) -> Behaviour:
    """The codes multiplied by their scales again."""

    def blockwise(blocks: torch.Tensor, n_bits: int) -> Quantized:
        codes, scale = behaves(blocks, n_bits)
        return codes * scale, scale

    return blockwise


def _any_zero_block(w: torch.Tensor, n_bits: int, group_size: int = 0) -> bool:
    if group_size and w.shape[1] % group_size:
        return False
    blocks = grouped(w, group_size) if group_size else w.reshape(len(w), -1)
    return not bool(blocks.any(dim=-1).all())


SCALED_BACK = (
    "scaled-back",
    "The codes were multiplied by their scale again. What is asked for are the integers.",
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


def _wrong_grids() -> Iterator[tuple[tuple[str, str], Behaviour]]:
    """Other scales and roundings, no code clamped."""
    for steps in WRONG_STEPS:
        yield STEPS_WRONG, partial(_on_grid, steps)
    yield BITS_IGNORED, partial(_on_grid, lambda n_bits: 127)
    for name, message, rounding in ROUNDINGS:
        yield (name, message), _rounded_by(rounding)


def _on_grid(steps: Callable[[int], float], blocks: torch.Tensor, n_bits: int) -> Quantized:
    scale = scale_over(absmax(blocks), steps(n_bits))
    return torch.round(blocks / scale), scale


def within_a_block(apply: Callable[[Behaviour], Behaviour], block: str) -> Iterator[Misconception]:
    """The misconceptions about one block, called a `block`, for channels or for groups."""
    yield from ways(
        "other-dtype",
        "The values are right, but a type is not the one asked for: int8 for the codes, float32 "
        "for the scale.",
        apply(_rounded_by(torch.round)),
        apply(_with_scale(lambda scale, n_bits: scale.double())),
    )
    yield from ways(
        "full-range-scale",
        f"The scale of each {block} is the full-range one. Here the grid is restricted: the "
        "largest magnitude lands on the highest code.",
        apply(_over(lambda n_bits: (2**n_bits - 1) / 2)),
    )
    yield from ways(
        "levels-off-by-one",
        f"The largest magnitude of a {block} was spread over a step too many. Count the codes "
        "above zero: of the 2**b patterns, one half is negative, and one of the others is zero.",
        apply(_over(lambda n_bits: 2 ** (n_bits - 1))),
    )
    yield from ways(
        "signed-max",
        f"The largest value of each {block} was taken, not its largest magnitude. Negative "
        "weights reach just as far from zero.",
        apply(_scaled(lambda blocks, n_bits: blocks.amax(dim=-1, keepdim=True) / top(n_bits))),
        apply(
            _scaled(lambda blocks, n_bits: blocks.amax(dim=-1, keepdim=True).abs() / top(n_bits))
        ),
        *(
            apply(_stored(partial(_of_the_largest_value, guarded), to_int8))
            for guarded in (torch.eq, torch.le)
            for to_int8 in TO_INT8
        ),
        apply(_unclamped(lambda blocks, n_bits: blocks.amax(dim=-1, keepdim=True) / top(n_bits))),
    )
    yield from ways(
        "running-maximum",
        f"The largest magnitude was not sought anew in each {block}: that of an earlier one stays "
        "where it is larger. Begin at 0 for each.",
        *(apply(_stored(_of_the_largest_so_far, to_int8)) for to_int8 in TO_INT8),
    )
    yield from ways(
        *CARET,
        *(apply(_by_caret(steps)) for steps in (lambda b: (2 ^ b) - 1, lambda b: 2 ^ b - 1)),
    )
    yield from ways(
        "codes-all-on-one-side",
        f"The largest magnitude of a {block} was spread over all codes, as if none of them were "
        "negative. Only about half of the codes lie on each side of zero.",
        apply(_over(lambda n_bits: 2**n_bits - 1)),
        apply(_over(lambda n_bits: 2**n_bits)),
        apply(_over(lambda n_bits: 2**n_bits - 2)),
    )
    yield from ways(
        "other-measure",
        f"The scale of each {block} comes from something other than its largest magnitude. Only "
        "then do all values fit, and the largest one lands on the highest code.",
        *(apply(_stored(_of(size), to_int8)) for size in SIZES[:2] for to_int8 in TO_INT8),
        *(apply(_measured_by(size)) for size in SIZES[2:]),
        *(apply(_stored(_of_the_range, to_int8)) for to_int8 in TO_INT8),
    )
    yield from ways(
        *OUTLIERS_LEFT_OUT,
        apply(_measured_by(second_largest)),
        *(
            apply(_stored(_of(partial(upper_quantile, share=share)), to_int8))
            for share, to_int8 in (
                *product((0.95, 0.99), TO_INT8[1:]),
                *product((0.995, 0.999), TO_INT8[-1:]),
            )
        ),
    )
    yield from ways(
        "first-value-only",
        f"The scale of each {block} comes from a single value of it, the first or the last one.",
        apply(_measured_by(lambda blocks: blocks[..., :1].abs())),
        apply(_measured_by(lambda blocks: blocks[..., -1:].abs())),
    )
    yield from ways(
        "range-too-narrow",
        f"The codes of a {block} were clamped too early: the highest code is 2**(b−1) − 1, the "
        "lowest one of the restricted grid is its negative.",
        apply(lambda blocks, n: _clamped(blocks, -top(n), top(n) - 1, n)),
        apply(lambda blocks, n: _clamped(blocks, 1 - top(n), top(n), n)),
        apply(lambda blocks, n: _clamped(blocks, 0, top(n), n)),
        apply(lambda blocks, n: _clamped(blocks, 0, 2**n - 1, n)),
        apply(lambda blocks, n: _clamped(blocks, 1 - top(n), top(n) - 1, n)),
    )
    yield from ways(
        "scale-inverted",
        "The scales are upside down: these are steps per unit. A scale is the width of one step, "
        "in the units of w.",
        apply(_with_scale(lambda scale, n_bits: 1 / scale)),
    )
    yield from ways(
        "absmax-returned",
        f"What came back is the largest magnitude of each {block}, not the scale: the width of one "
        "step.",
        apply(_with_scale(lambda scale, n_bits: scale * top(n_bits))),
        apply(lambda blocks, n_bits: (right(blocks, n_bits)[0], absmax(blocks))),
    )
    yield from ways(
        *BITS_IGNORED,
        apply(_over(lambda n_bits: 127)),
        apply(lambda blocks, n_bits: right(blocks, 8)),
    )
    for name, message, rounding in ROUNDINGS:
        yield from ways(name, message, apply(_rounded_by(rounding)))
    yield from ways(
        "order-swapped",
        "The two results are swapped: the codes come first, then the scale.",
        _swapped(apply(right)),
    )
    yield from ways(
        *SCALED_BACK,
        apply(_given_back(right)),
    )
    yield from ways(
        *ZERO_SCALE,
        apply(_scaled(lambda blocks, n_bits: absmax(blocks) / top(n_bits))),
        *each_instead(_any_zero_block, (ZeroDivisionError, ValueError), apply(right)),
    )
    yield from ways(
        "zero-block-changes-all",
        f"One {block} of zeros changes the scales of all others. Treat it alone: `torch.where` "
        "decides for each entry.",
        apply(_scaled(_zero_changes_all)),
        apply(_unclamped(_zero_changes_all)),
    )
    for cause, asks in TAKEN_FOR_ZEROS:
        yield from ways(*cause, apply(_scaled(partial(_taken_for_zeros, asks))))
    for cause, behaves in _wrong_grids():
        yield from both(cause, SCALED_BACK, apply(_given_back(behaves)))
    yield from ways(*GUARD_TOO_LARGE, *(apply(_guarded(guard)) for guard in guards(top)))
    yield from ways(*HALF_PRECISION, *(apply(_rounded_by(_halved(dtype))) for dtype in HALF))
    yield from ways(*IMPRECISE, *(apply(_in_half(dtype)) for dtype in HALF))
    yield from ways(
        *IMPRECISE,
        *(apply(_with_scale(_rounded_to(digits))) for digits in (1, 2, 3, 4)),
        *(apply(_scaled(_rounded_scale(digits))) for digits in (1, 2, 3, 4)),
    )
