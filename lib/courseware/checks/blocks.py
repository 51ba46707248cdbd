"""Mistakes within a block of weights that share a scale: the same for channels and groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.checks.bit_widths import N_BITS_IGNORED
from courseware.checks.misconceptions import except_where, ways
from courseware.checks.roundings import ROUNDINGS
from courseware.checks.task import Misconception
from courseware.checks.zero_guards import GUARD_TOO_LARGE, ZERO_SCALE, guards

Quantized = tuple[torch.Tensor, torch.Tensor]
Behaviour = Callable[..., Any]


def top(n_bits: int) -> int:
    return 2 ** (n_bits - 1) - 1


def to_codes(w: torch.Tensor, scale: torch.Tensor, n_bits: int) -> torch.Tensor:
    return torch.round(w / scale).clamp(-top(n_bits) - 1, top(n_bits)).to(torch.int8)


def scale_of(absmax: torch.Tensor, n_bits: int) -> torch.Tensor:
    return torch.where(absmax > 0, absmax / top(n_bits), 1.0)


def by_rows(w: torch.Tensor, n_bits: int) -> Quantized:
    """One scale per entry of axis 0, kept as an axis of size 1."""
    absmax = w.abs().amax(dim=tuple(range(1, w.dim())), keepdim=True)
    scale = scale_of(absmax, n_bits)
    return to_codes(w, scale, n_bits), scale


def grouped(w: torch.Tensor, group_size: int) -> torch.Tensor:
    if w.shape[1] % group_size:
        raise ValueError
    return w.reshape(w.shape[0], -1, group_size)


def channels(blockwise: Callable[[torch.Tensor, int], Any]) -> Behaviour:
    """A way to quantize blocks along the last axis, applied to whole channels."""

    def behaves(w: torch.Tensor, n_bits: int) -> Any:
        codes, scale = blockwise(w.reshape(len(w), -1), n_bits)
        return codes.reshape(w.shape), scale.reshape(-1)

    return behaves


def groups(blockwise: Callable[[torch.Tensor, int], Any]) -> Behaviour:
    """The same, applied to the groups of each row."""

    def behaves(w: torch.Tensor, n_bits: int, group_size: int) -> Any:
        blocks = grouped(w, group_size)
        codes, scale = blockwise(blocks, n_bits)
        return codes.reshape(w.shape), scale.reshape(blocks.shape[:2])

    return behaves


def _scaled(scale_of: Callable[[torch.Tensor, int], torch.Tensor]) -> Behaviour:
    """Blocks along the last axis with another scale of each block."""

    def blockwise(blocks: torch.Tensor, n_bits: int) -> Quantized:
        scale = scale_of(blocks, n_bits)
        return to_codes(blocks, scale, n_bits), scale

    return blockwise


def absmax(blocks: torch.Tensor) -> torch.Tensor:
    return blocks.abs().amax(dim=-1, keepdim=True)


def _over(steps: Callable[[int], float]) -> Behaviour:
    """absmax of each block over another number of steps."""
    return _scaled(
        lambda blocks, n_bits: torch.where(absmax(blocks) > 0, absmax(blocks) / steps(n_bits), 1.0)
    )


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


def right(blocks: torch.Tensor, n_bits: int) -> Quantized:
    scale = scale_of(absmax(blocks), n_bits)
    return to_codes(blocks, scale, n_bits), scale


def per_tensor(shape_of: Callable[..., tuple[int, ...]]) -> Behaviour:
    """One scale for all in a shape told from w and the group size, if there is one."""

    def behaves(w: torch.Tensor, n_bits: int, *group_size: int) -> Quantized:
        if group_size:
            grouped(w, *group_size)
        scale = scale_of(w.abs().max(), n_bits)
        return to_codes(w, scale, n_bits), scale.expand(shape_of(w, *group_size))

    return behaves


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


def within_a_block(apply: Callable[[Behaviour], Behaviour], block: str) -> Iterator[Misconception]:
    """The misconceptions about one block, called a `block`, for channels or for groups."""
    yield from ways(
        "other-dtype",
        "The values are right, but a type is not the one asked for: int8 for the codes, float32 "
        "for the scale.",
        apply(_rounded_by(torch.round)),
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
        "above zero: of the 2^b patterns, one half is negative, and one of the others is zero.",
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
    )
    yield from ways("n-bits-ignored", N_BITS_IGNORED, apply(_over(lambda n_bits: 127)))
    for name, message, rounding in ROUNDINGS:
        yield from ways(name, message, apply(_rounded_by(rounding)))
    yield from ways(
        "order-swapped",
        "The two results are swapped: the codes come first, then the scale.",
        _swapped(apply(right)),
    )
    yield from ways(
        "scaled-back",
        "The codes were multiplied by their scale again. What is asked for are the integers.",
        apply(_given_back(right)),
    )
    yield from ways(
        "zero-scale",
        ZERO_SCALE,
        apply(_scaled(lambda blocks, n_bits: absmax(blocks) / top(n_bits))),
        *(
            except_where(_any_zero_block, error, apply(right))
            for error in (ZeroDivisionError, ValueError)
        ),
    )
    yield from ways(
        "guard-too-large", GUARD_TOO_LARGE, *(apply(_guarded(guard)) for guard in guards(top))
    )
