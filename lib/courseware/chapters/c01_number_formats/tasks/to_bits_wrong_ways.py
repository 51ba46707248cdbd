"""What wrong ways of `to_bits` give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from courseware.chapters.c01_number_formats.tasks.common import (
    bare,
    demand,
    inverted,
)

Behaviour = Callable[[int, int], Any]


def _in_range(value: int, width: int) -> bool:
    return -(2 ** (width - 1)) <= value < 2**width


def right(value: int, width: int) -> str:
    demand(_in_range(value, width))
    return wrapped(value, width)


def wrapped(value: int, width: int) -> str:
    return format(value % 2**width, f"0{width}b")


def shifted_up(value: int, width: int, by: int) -> str:
    """`by` added to a negative number; a long or a negative one is written as it is."""
    return format(value + by if value < 0 else value, f"0{width}b")


def written(write: Callable[[int, int], str]) -> tuple[Behaviour, ...]:
    """Another way to write. Of numbers that do not fit it says nothing: that is another mistake."""
    return (lambda value, width: write(value, width) if _in_range(value, width) else None,)


def negative(write: Callable[[str, int], str]) -> tuple[Behaviour, ...]:
    """Another way to write a negative number, told from the pattern of its magnitude."""
    return written(
        lambda value, width: (
            write(wrapped(-value, width), width) if value < 0 else wrapped(value, width)
        )
    )


def of_pattern(change: Callable[[str], str]) -> tuple[Behaviour, ...]:
    """Something else made of the right pattern."""
    return written(lambda value, width: change(wrapped(value, width)))


def of_sign(rest: Callable[[int, int], str]) -> tuple[Behaviour, ...]:
    """A bit for the sign of every number, and something else behind it."""
    return written(lambda value, width: f"{value < 0:b}" + rest(value, width))


def padded_bare(room: Callable[[int], int]) -> Callable[[int, int], str]:
    """A negative number in as few bits as it needs, filled up with zeros."""
    return lambda value, width: (
        bare(value + 2 ** room(value)).zfill(width) if value < 0 else wrapped(value, width)
    )


def demanding(holds: Callable[[int, int], bool], write: Behaviour = wrapped) -> Behaviour:
    """Another look at the range."""

    def behaves(value: int, width: int) -> str:
        demand(holds(value, width))
        result: str = write(value, width)
        return result

    return behaves


def moved_range(low: int, high: int) -> Callable[[int, int], bool]:
    return lambda value, width: -(2 ** (width - 1)) + low <= value < 2**width + high


def of_register(bits: int) -> Callable[[int, int], str]:
    """Written with so many bits, and not cut to the width."""
    return lambda value, width: format(value % 2**bits, f"0{width}b")


def masked(bits: int) -> Callable[[int, int], str]:
    """A negative number cut to so many bits, then cut to the width or filled up with zeros."""
    return lambda value, width: (
        bare(value % 2**bits).zfill(width)[-width:] if value < 0 else wrapped(value, width)
    )


def by_true_division(value: int, width: int) -> str:
    """Remainders of 2, and `int(value / 2)`."""
    value, bits = value % 2**width, ""
    for _ in range(width):
        value, bits = int(value / 2), str(value % 2) + bits
    return bits


def halved_by_float(value: int, width: int) -> str:
    """Remainders of 2 of a negative number, and `int(value / 2)`, which goes towards 0."""
    bits = ""
    for _ in range(width):
        value, bits = int(value / 2), str(value % 2) + bits
    return bits


def inverted_bare(plus: int, wraps: bool) -> Callable[[int, int], str]:
    """A negative number inverted without its leading zeros, which are put in front afterwards."""

    def write(value: int, width: int) -> str:
        if value >= 0:
            return wrapped(value, width)
        pattern = bare(-value)
        number = int(inverted(pattern), 2) + plus
        return bare(number % 2 ** len(pattern) if wraps else number).zfill(width)

    return write


def limit_as_float(value: int, width: int) -> bool:
    """2**width itself passes where a float cannot tell it from the number before."""
    return _in_range(value, width) or (value == 2**width and width >= 53)


def inverted_plus_one(magnitude: str) -> str:
    """The two replaces, then one is added."""
    zeros = magnitude.replace("0", "1").replace("1", "0")
    return format(int(zeros, 2) + 1, f"0{len(magnitude)}b")
