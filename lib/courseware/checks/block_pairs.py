"""Weights that share a scale and should not, and another mistake within a block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch

from courseware.checks.block_mistakes import BITS_IGNORED, STEPS_WRONG, WRONG_STEPS
from courseware.checks.blocks import Behaviour, Quantized, scale_over, to_codes, top
from courseware.checks.misconceptions import both
from courseware.checks.roundings import ROUNDINGS
from courseware.checks.task import Misconception

Cause = tuple[str, str]


@dataclass(frozen=True)
class Shared:
    """Weights cut into blocks: their sizes, and codes and scales brought back to be returned."""

    blocks: torch.Tensor
    sizes: torch.Tensor
    codes: Callable[[torch.Tensor], torch.Tensor]
    scales: Callable[[torch.Tensor], torch.Tensor]


Sharing = Callable[..., Shared]
"""`sharing(w, ...)`: which weights share a scale."""


def _with_steps(sharing: Sharing, steps: Callable[[int], float]) -> Behaviour:
    def behaves(w: torch.Tensor, n_bits: int, *rest: Any) -> Quantized:
        shared = sharing(w, *rest)
        scale = scale_over(shared.sizes, steps(n_bits))
        return shared.codes(to_codes(shared.blocks, scale, n_bits)), shared.scales(scale)

    return behaves


def _rounded(sharing: Sharing, rounding: Callable[[torch.Tensor], torch.Tensor]) -> Behaviour:
    def behaves(w: torch.Tensor, n_bits: int, *rest: Any) -> Quantized:
        shared = sharing(w, *rest)
        scale = scale_over(shared.sizes, top(n_bits))
        codes = rounding(shared.blocks / scale).clamp(-top(n_bits) - 1, top(n_bits))
        return shared.codes(codes.to(torch.int8)), shared.scales(scale)

    return behaves


def shared_and(*sharings: tuple[Cause, Sharing]) -> Iterator[Misconception]:
    """Each way to share scales, with each wrong number of steps and each wrong rounding."""
    for cause, sharing in sharings:
        for steps in WRONG_STEPS:
            yield from both(cause, STEPS_WRONG, _with_steps(sharing, steps))
        yield from both(cause, BITS_IGNORED, _with_steps(sharing, lambda n_bits: 127))
        for name, message, rounding in ROUNDINGS:
            yield from both(cause, (name, message), _rounded(sharing, rounding))
