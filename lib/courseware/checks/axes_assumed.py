"""Functions that go through rows and columns, and fail where there are not two axes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import torch

from courseware.checks.misconceptions import ways
from courseware.checks.task import Misconception

TWO_AXES = (
    "two-axes-assumed",
    "Your function counts on two axes, rows and columns. A tensor may have one axis, or three and "
    "more: work on the whole tensor at once, or on `w.flatten()`.",
)
ERRORS = IndexError, ValueError, TypeError, RuntimeError


def two_axes_assumed(right: Callable[..., Any]) -> Iterator[Misconception]:
    """Right for two axes of the first argument; an error for fewer, and for more."""
    yield from ways(*TWO_AXES, *(_failing(right, *pair) for pair in product(ERRORS, ERRORS)))


def _failing(
    right: Callable[..., Any], below: type[Exception], above: type[Exception]
) -> Callable[..., Any]:
    def behaves(first: torch.Tensor, *rest: Any) -> Any:
        if first.dim() != 2:
            raise below if first.dim() < 2 else above
        return right(first, *rest)

    return behaves
