"""Slips where a scale would be 0: none, or a guard that is felt elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch

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


def guards(top: Callable[..., float]) -> Iterator[Callable[..., float]]:
    """Scales absmax / top(...) whose guard is felt where absmax is small.

    Each takes absmax and what `top` takes: tiny numbers added to absmax or to the scale, or put in
    their place.
    """
    for small in (1e-12, 1e-8, float(torch.finfo(torch.float32).eps), 1e-6, 1e-5):
        yield lambda absmax, *rest, small=small: (absmax + small) / top(*rest)
        yield lambda absmax, *rest, small=small: absmax / top(*rest) + small
    for small in (1e-12, 1e-8, 1e-6, 1e-5, 1e-4, 1e-3):
        yield lambda absmax, *rest, small=small: max(absmax / top(*rest), small)
        yield lambda absmax, *rest, small=small: max(absmax, small) / top(*rest)
    yield lambda absmax, *rest: absmax / top(*rest) if absmax > 1e-3 else 1.0
