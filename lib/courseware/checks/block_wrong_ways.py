"""What wrong ways give within a block of weights that share a scale, a channel or a group."""

from __future__ import annotations

from collections.abc import Callable

import torch

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


def scaled(scale_of: Callable[[torch.Tensor, int], torch.Tensor]) -> Behaviour:
    """Blocks along the last axis with another scale of each block."""

    def blockwise(blocks: torch.Tensor, n_bits: int) -> Quantized:
        scale = scale_of(blocks, n_bits)
        return to_codes(blocks, scale, n_bits), scale

    return blockwise


def stored(scale_of: Callable[[torch.Tensor, int], torch.Tensor], to_int8: ToInt8) -> Behaviour:
    """The same, clamped otherwise or not at all, which makes no odds where a scale is right."""

    def blockwise(blocks: torch.Tensor, n_bits: int) -> Quantized:
        scale = scale_of(blocks, n_bits)
        return to_int8(blocks / scale, n_bits), scale

    return blockwise


def unclamped(scale_of: Callable[[torch.Tensor, int], torch.Tensor]) -> Behaviour:
    """Codes that wrap around in int8."""
    return stored(scale_of, TO_INT8[0])


def over_steps(steps: Callable[[int], float]) -> Behaviour:
    """absmax of each block over another number of steps."""
    return scaled(lambda blocks, n_bits: scale_over(absmax(blocks), steps(n_bits)))


def guarded_by(guard: Callable[..., float]) -> Behaviour:
    def scale_of(blocks: torch.Tensor, n_bits: int) -> torch.Tensor:
        sizes = absmax(blocks)
        scales = [guard(value, n_bits) for value in sizes.flatten().tolist()]
        return torch.tensor(scales).reshape(sizes.shape)

    return scaled(scale_of)


def rounded_by(rounding: Callable[[torch.Tensor], torch.Tensor]) -> Behaviour:
    def blockwise(blocks: torch.Tensor, n_bits: int) -> Quantized:
        scale = scale_of(absmax(blocks), n_bits)
        return rounding(blocks / scale).clamp(-top(n_bits) - 1, top(n_bits)), scale

    return blockwise


def measured_by(measure: Callable[[torch.Tensor], torch.Tensor]) -> Behaviour:
    """Codes and scales by another measure of each block."""
    return scaled(scale_by(measure))


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


def scale_by(
    measure: Callable[[torch.Tensor], torch.Tensor],
) -> Callable[[torch.Tensor, int], torch.Tensor]:
    """Another measure of each block over the right number of steps."""
    return lambda blocks, n_bits: scale_over(measure(blocks), top(n_bits))


def of_the_range(blocks: torch.Tensor, n_bits: int) -> torch.Tensor:
    """From the smallest to the largest value in all steps between the 2**b codes."""
    size = blocks.amax(dim=-1, keepdim=True) - blocks.amin(dim=-1, keepdim=True)
    return torch.where(size > 0, size / (2**n_bits - 1), 1.0)


def of_the_largest_value(
    guarded: Callable[[torch.Tensor, float], torch.Tensor],
    blocks: torch.Tensor,
    n_bits: int,
    steps: Callable[[int], float] = top,
) -> torch.Tensor:
    """Without `abs`; 1 for a block whose largest value is 0, or not above it."""
    largest = blocks.amax(dim=-1, keepdim=True)
    return torch.where(guarded(largest, 0.0), 1.0, largest / steps(n_bits))


def of_the_largest_so_far(blocks: torch.Tensor, n_bits: int) -> torch.Tensor:
    """The largest magnitude of a block and of all before it."""
    sizes = absmax(blocks)
    return scale_of(sizes.flatten().cummax(dim=0).values.reshape(sizes.shape), n_bits)


def by_caret(steps: Callable[[int], int]) -> Behaviour:
    """`^` for a power, where steps are told from b − 1; a scale of 0 gets 1."""

    def blockwise(blocks: torch.Tensor, n_bits: int) -> Quantized:
        highest = steps(n_bits - 1)
        scale = absmax(blocks) / highest
        scale = torch.where(scale == 0, 1.0, scale)
        return torch.round(blocks / scale).clamp(-highest, highest).to(torch.int8), scale

    return blockwise


def zero_changes_all(blocks: torch.Tensor, n_bits: int) -> torch.Tensor:
    sizes = absmax(blocks)
    return sizes / top(n_bits) if bool((sizes > 0).all()) else torch.ones_like(sizes)


def zero_adds_to_all(eps: float, blocks: torch.Tensor, n_bits: int) -> torch.Tensor:
    """A guard that is added to every scale, once one of them needs it."""
    scale = absmax(blocks) / top(n_bits)
    return scale + eps if bool((scale == 0).any()) else scale


def taken_for_zeros(
    asks: Callable[[torch.Tensor], torch.Tensor], blocks: torch.Tensor, n_bits: int
) -> torch.Tensor:
    """1 for each block that is taken for zeros."""
    return torch.where(asks(blocks), 1.0, scale_of(absmax(blocks), n_bits))


def in_half(dtype: torch.dtype) -> Behaviour:
    def blockwise(blocks: torch.Tensor, n_bits: int) -> Quantized:
        small = blocks.to(dtype)
        scale = scale_of(absmax(small), n_bits).to(dtype)
        return to_codes(small, scale, n_bits), scale.float()

    return blockwise


def halved(dtype: torch.dtype) -> Callable[[torch.Tensor], torch.Tensor]:
    """Steps that were floats of 16 bits before they are rounded."""
    return lambda steps: torch.round(steps.to(dtype)).float()


def with_scale(change: Callable[[torch.Tensor, int], torch.Tensor]) -> Behaviour:
    """Right codes beside something made of the right scales."""

    def blockwise(blocks: torch.Tensor, n_bits: int) -> Quantized:
        codes, scale = right(blocks, n_bits)
        return codes, change(scale, n_bits)

    return blockwise


def rounded_to(digits: int) -> Callable[[torch.Tensor, int], torch.Tensor]:
    return lambda scale, n_bits: scale.round(decimals=digits)


def rounded_scale(digits: int) -> Callable[[torch.Tensor, int], torch.Tensor]:
    return lambda blocks, n_bits: scale_of(absmax(blocks), n_bits).round(decimals=digits)


def clamped(blocks: torch.Tensor, low: int, high: int, n_bits: int) -> Quantized:
    scale = scale_of(absmax(blocks), n_bits)
    return torch.round(blocks / scale).clamp(low, high).to(torch.int16), scale


def swapped(behaves: Behaviour) -> Behaviour:
    return lambda *arguments: tuple(reversed(behaves(*arguments)))


def given_back(behaves: Behaviour) -> Behaviour:
    """The codes multiplied by their scales again."""

    def blockwise(blocks: torch.Tensor, n_bits: int) -> Quantized:
        codes, scale = behaves(blocks, n_bits)
        return codes * scale, scale

    return blockwise


def any_zero_block(w: torch.Tensor, n_bits: int, group_size: int = 0) -> bool:
    if group_size and w.shape[1] % group_size:
        return False
    blocks = grouped(w, group_size) if group_size else w.reshape(len(w), -1)
    return not bool(blocks.any(dim=-1).all())


def on_grid(steps: Callable[[int], float], blocks: torch.Tensor, n_bits: int) -> Quantized:
    scale = scale_over(absmax(blocks), steps(n_bits))
    return torch.round(blocks / scale), scale
