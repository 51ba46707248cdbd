"""Blocks of weights that share a scale, in ways right and wrong: channels, groups, a tensor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

Quantized = tuple[torch.Tensor, torch.Tensor]
Behaviour = Callable[..., Any]


def top(n_bits: int) -> int:
    return 2 ** (n_bits - 1) - 1


def to_codes(w: torch.Tensor, scale: torch.Tensor, n_bits: int) -> torch.Tensor:
    return torch.round(w / scale).clamp(-top(n_bits) - 1, top(n_bits)).to(torch.int8)


ToInt8 = Callable[[torch.Tensor, int], torch.Tensor]

TO_INT8: tuple[ToInt8, ...] = (
    lambda steps, n_bits: torch.round(steps).to(torch.int32).to(torch.int8),
    lambda steps, n_bits: torch.round(steps).clamp(-top(n_bits), top(n_bits)).to(torch.int8),
    lambda steps, n_bits: torch.round(steps).clamp(-top(n_bits) - 1, top(n_bits)).to(torch.int8),
)
"""Ways to store steps as codes: right scales need no clamp, and wrong ones show how it was done."""


def scale_of(absmax: torch.Tensor, n_bits: int) -> torch.Tensor:
    return scale_over(absmax, top(n_bits))


def scale_over(sizes: torch.Tensor, steps: float) -> torch.Tensor:
    """Sizes shared out among so many steps; 1 for zeros."""
    return torch.where(sizes > 0, sizes / steps, 1.0)


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


def absmax(blocks: torch.Tensor) -> torch.Tensor:
    return blocks.abs().amax(dim=-1, keepdim=True)


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
