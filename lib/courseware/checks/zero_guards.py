"""Slips where a scale would be 0: none, or a guard that is felt elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch

Cause = tuple[str, str]

ZERO_SCALE = (
    "zero-scale",
    "Where all values are zero, the scale became 0, and the next step divides by it. Any positive "
    "scale maps zeros to code 0: choose one.",
)
GUARD_TOO_LARGE = (
    "guard-too-large",
    "The guard against a scale of 0 also changes inputs that are small but not zero. Small "
    "weights are as common as large ones: treat only the case of all zeros apart.",
)

ONE_ZERO = (
    "one-zero-is-enough",
    "A single 0 among the values was taken for a tensor of zeros. The scale has no value "
    "of its own only where the largest magnitude is 0.",
)
SUM_OF_ZERO = (
    "sum-of-zero",
    "Values that add up to 0, such as 3 and −3, were taken for zeros. All of them are 0 only where "
    "the largest magnitude is.",
)
ONE_END_OF_ZERO = (
    "one-end-of-zero",
    "Values were taken for zeros because of one end alone: their largest is not above 0, or their "
    "smallest not below. All of them are 0 only where the largest magnitude is.",
)
ALIKE_NOT_ZERO = (
    "alike-not-zero",
    "Values that are all the same were taken for zeros: their smallest is their largest. All of "
    "them are 0 only where the largest magnitude is.",
)

TAKEN_FOR_ZEROS: tuple[tuple[Cause, Callable[[torch.Tensor], torch.Tensor]], ...] = (
    (ONE_ZERO, lambda blocks: (blocks == 0).any(dim=-1, keepdim=True)),
    (ONE_ZERO, lambda blocks: blocks[..., :1] == 0),
    (ONE_ZERO, lambda blocks: blocks[..., -1:] == 0),
    (SUM_OF_ZERO, lambda blocks: blocks.sum(dim=-1, keepdim=True) == 0),
    (ONE_END_OF_ZERO, lambda blocks: blocks.amax(dim=-1, keepdim=True) == 0),
    (ONE_END_OF_ZERO, lambda blocks: blocks.amin(dim=-1, keepdim=True) == 0),
    (ONE_END_OF_ZERO, lambda blocks: blocks.amax(dim=-1, keepdim=True) <= 0),
    (ONE_END_OF_ZERO, lambda blocks: blocks.amin(dim=-1, keepdim=True) >= 0),
    (
        ALIKE_NOT_ZERO,
        lambda blocks: blocks.amax(dim=-1, keepdim=True) == blocks.amin(dim=-1, keepdim=True),
    ),
)
"""Which blocks along the last axis get the scale of zeros, by the mistake in asking."""

LIKE_ZEROS: tuple[tuple[float, ...], ...] = (
    (2.0, 1.5, -3.5),
    (-3.5, -3.5, -3.5),
    (-1.5, 0.0, -3.5),
    (3.5, 0.0, 1.5),
    (0.0, 3.0, -3.5),
    (3.5, -3.0, 0.0),
)
"""Values that are not all 0, though one of those ways to ask says so."""


ADDED_TO_SCALES = 1e-12, 1e-8, float(torch.finfo(torch.float32).eps), 1e-6, 1e-5
"""Tiny numbers that are added to each scale, or to each absmax."""


def guards(top: Callable[..., float]) -> Iterator[Callable[..., float]]:
    """Scales absmax / top(...) whose guard is felt where absmax is small.

    Each takes absmax and what `top` takes: tiny numbers added to absmax or to the scale, or put in
    their place.
    """
    for small in ADDED_TO_SCALES:
        yield lambda absmax, *rest, small=small: (absmax + small) / top(*rest)
        yield lambda absmax, *rest, small=small: absmax / top(*rest) + small
    for small in (1e-12, 1e-8, 1e-6, 1e-5, 1e-4, 1e-3):
        yield lambda absmax, *rest, small=small: max(absmax / top(*rest), small)
        yield lambda absmax, *rest, small=small: max(absmax, small) / top(*rest)
    yield lambda absmax, *rest: absmax / top(*rest) if absmax > 1e-3 else 1.0
