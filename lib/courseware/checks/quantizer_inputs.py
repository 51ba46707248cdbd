"""Drawing tensors whose codes do not depend on how a right solution computes.

Division, multiplication by the reciprocal, float32 and float64 give values of x / scale that
differ by about 1e-5. A value that lies well away from a half step is rounded alike by all of them.
Ties are tested on their own, with scales that are powers of two: there x / scale is exact.
"""

from __future__ import annotations

import torch

from courseware.checks.task import Draw

Scale = float | torch.Tensor
"""One number: a Python one or a 0-dim tensor."""

CLEARANCE = 0.01
"""Distance from a half step, in steps; the contract asks for 0.001."""

TINY = 1.25e-4
"""An absmax for which a guard against a scale of 0 must not be felt."""
LEAST = 2.0**-45
"""Another one: far below 1e-8 and 1e-12, which are usual as guards, and no trouble in float32."""


def clear_of_half_steps(x: torch.Tensor, scale: torch.Tensor | float) -> torch.Tensor:
    """`x` in float32 with the values near a half step moved towards zero or away from it.

    >>> clear_of_half_steps(torch.tensor([1.0, 1.249, -1.251]), 0.5)
    tensor([ 1.0000,  1.2400, -1.2600])
    """
    steps = x.double() / scale
    below = steps.floor()
    near = (steps - below - 0.5).abs() < CLEARANCE
    return torch.where(near, (below + 0.5 - 2 * CLEARANCE) * scale, x.double()).float()


def uniform(draw: Draw, low: float, high: float, *shape: int) -> torch.Tensor:
    """A float64 tensor of values between `low` and `high`."""
    unit = torch.rand(*shape, generator=draw.generator, dtype=torch.float64)
    return low + (high - low) * unit


def codes(draw: Draw, low: int, high: int, *shape: int) -> torch.Tensor:
    """An int8 tensor of codes from `low` to `high`, both included."""
    drawn = torch.randint(low, high + 1, shape, generator=draw.generator)
    return drawn.to(torch.int8)


def some_scale(draw: Draw) -> float:
    """A positive scale that is not a power of two."""
    return round(draw.rng.uniform(0.011, 0.098), 4)


def weights(draw: Draw, n_bits: int, rows: int, columns: int, group_size: int = 0) -> torch.Tensor:
    """A weight of shape (rows, columns) whose groups of a row differ much in size.

    No value lies near a half step of the restricted scale of its group (0: of its row).
    """
    group_size = group_size or columns
    blocks = draw.normal(rows, columns // group_size, group_size).double()
    blocks = blocks * 2.0 ** uniform(draw, -4, 3, rows, columns // group_size, 1)
    return clear_blocks(blocks, n_bits).reshape(rows, columns)


def clear_blocks(blocks: torch.Tensor, n_bits: int) -> torch.Tensor:
    """Blocks along the last axis, moved clear of the half steps of their restricted scales."""
    absmax = blocks.float().abs().amax(dim=-1, keepdim=True).double()
    scale = absmax / (2 ** (n_bits - 1) - 1)
    return clear_of_half_steps(blocks, torch.where(scale > 0, scale, 1.0))


def tiny_blocks(draw: Draw, n_bits: int, *shape: int) -> torch.Tensor:
    """Blocks along the last axis, none of them with an absmax below `TINY`."""
    blocks = draw.normal(*shape).double()
    size = TINY * uniform(draw, 1.0, 2.0, *shape[:-1], 1)
    return clear_blocks(blocks / blocks.abs().amax(dim=-1, keepdim=True) * size, n_bits)


def tied_blocks(draw: Draw, n_bits: int, *shape: int) -> torch.Tensor:
    """Blocks along the last axis of values halfway between two codes.

    Their scale, a power of two, is set by a last value: ties are exact whatever computes them.
    """
    top = 2 ** (n_bits - 1) - 1
    steps = torch.randint(-top, top, shape, generator=draw.generator) + 0.5
    steps[..., -1] = top
    powers = torch.randint(-4, 3, (*shape[:-1], 1), generator=draw.generator)
    return steps * 2.0**powers
