"""Slips of machine numbers: integers of a fixed width that wrap around, floats that lose digits.

Python's own integers have as many bits as they need; those of torch and NumPy do not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.checks.misconceptions import ways
from courseware.checks.task import Misconception

WRAPPED = (
    "integers-wrapped",
    "Large numbers lose what is above 16, 32 or 64 bits, or raise an error: on the way there is an "
    "integer of a fixed width, as torch and NumPy have them, or a mask or remainder that cuts one. "
    "Python's own `int` has no such limit.",
)
DIGITS_LOST = (
    "digits-lost",
    "Large numbers are off in their last digits: on the way they were floats. A float32 holds 24 "
    "binary digits, a Python float 53. Stay with integers: `2**n`, `//` and shifts keep every "
    "digit.",
)

COUNTED_IN_8_BITS = (
    "counted-in-8-bits",
    "The number was counted in an integer of 8 bits, which starts over at 256, or at 128 if it has "
    "a sign. Count in Python's `int`, or in the int64 that `sum` makes of a torch.bool.",
)

FIXED = 16, 32, 64
ERRORS = OverflowError, RuntimeError, ValueError
"""What NumPy, torch and `torch.tensor` raise for a number that does not fit."""


def wrapped(value: int, width: int, signed: bool = True) -> int:
    """What an integer of `width` bits makes of a value.

    >>> wrapped(200, 8), wrapped(200, 8, signed=False), wrapped(-1, 8, signed=False)
    (-56, 200, 255)
    """
    value %= 2**width
    return value - 2**width if signed and value >= 2 ** (width - 1) else value


def through_float32(value: int) -> int:
    """What is left of an integer once it was a float32."""
    return int(torch.tensor(float(value), dtype=torch.float32).item())


def each_integer(change: Callable[[int], Any], behaves: Callable[..., Any]) -> Callable[..., Any]:
    """The result of `behaves`, a number or a tuple of them, every one changed."""

    def changed(*arguments: Any) -> Any:
        result = behaves(*arguments)
        return tuple(map(change, result)) if isinstance(result, tuple) else change(result)

    return changed


def fits(width: int, signed: bool = True) -> Callable[[int], int]:
    """A number as it is, or the error of a type that cannot hold it."""

    def checked(value: int) -> int:
        if wrapped(value, width, signed) != value:
            raise OverflowError
        return value

    return checked


def raises_as(error: type[Exception], change: Callable[[int], int]) -> Callable[[int], int]:
    """The same, with an error of another type."""

    def checked(value: int) -> int:
        try:
            return change(value)
        except OverflowError:
            raise error from None

    return checked


Through = Callable[[Callable[[Any], Any]], Callable[..., Any]]
"""`through(change)` behaves right, but for one integer on the way, which goes through `change`."""


def machine_integers(right: Callable[..., Any], *through: Through) -> Iterator[Misconception]:
    """The misconceptions of a task whose right result is an integer, or a tuple of them."""
    places: tuple[Through, ...] = (lambda change: each_integer(change, right), *through)
    changes: list[Callable[[int], int]] = [
        lambda value, w=width, s=signed: wrapped(value, w, s)  # type: ignore[misc]
        for width in FIXED
        for signed in (True, False)
    ]
    changes += [raises_as(error, fits(width)) for width in FIXED for error in ERRORS]
    yield from ways(*WRAPPED, *(place(change) for place in places for change in changes))
    floats = (lambda value: int(float(value)), through_float32)
    yield from ways(*DIGITS_LOST, *(place(change) for place in places for change in floats))
