"""Two results at once: whether both came, which is wrong, and whether they changed places."""

from __future__ import annotations

from typing import Any

import torch

from courseware.checks.values import Difference, as_number, difference

ORDER_SWAPPED = "order-swapped"
"""A task whose two results differ in form has a misconception of this name."""


def pair_of(expected: tuple[Any, Any], got: Any) -> Difference | None:
    """Whether two values came back, whatever they are."""
    if isinstance(got, tuple | list) and len(got) == 2:
        return None
    return difference(expected, got)


def at(position: int, found: Difference | None) -> Difference | None:
    """A difference in one value of several."""
    return Difference(found.kind, f"value {position}: {found.text}") if found else None


def other_dtypes(expected: tuple[Any, ...], got: Any) -> Difference | None:
    """The first of several tensors that has another dtype; shapes and values are right."""
    for place, (wanted, came) in enumerate(zip(expected, got, strict=True)):
        if came.dtype != wanted.dtype:
            text = f"dtype {came.dtype}, expected {wanted.dtype}"
            return at(place, Difference("wrong-dtype", text))
    return None


def is_swapped(expected: Any, got: Any) -> bool:
    """Whether each of two results has the form of the other one, and not its own.

    >>> is_swapped((0.5, 3), (4, 0.7)), is_swapped((0.5, 3), (2.0, 0.7))
    (True, False)
    >>> codes, scales = torch.ones(2, 3), torch.ones(2)
    >>> is_swapped((codes, scales), [scales, codes]), is_swapped((codes, codes), (scales, codes))
    (True, False)
    """
    for pair in (expected, got):
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            return False
    (first, second), (one, other) = expected, got
    right = _fits(first, one) and _fits(second, other)
    return not right and _fits(first, other) and _fits(second, one)


def _fits(expected: Any, came: Any) -> bool:
    if isinstance(expected, torch.Tensor):
        return isinstance(came, torch.Tensor) and came.shape == expected.shape
    number = as_number(came)
    # A float may well be a whole number by chance.
    return isinstance(number, int) if isinstance(expected, int) else number is not None
