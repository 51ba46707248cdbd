"""Mistakes in `to_bits`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from courseware.chapters.c01_number_formats.tasks.common import (
    LEADING_ZEROS_KEPT,
    bare,
    demand,
    inverted,
)
from courseware.checks.forms import FORMS
from courseware.checks.machine_integers import DIGITS_LOST, through_float32
from courseware.checks.misconceptions import both, except_where, several, ways
from courseware.checks.python_slips import CARET, REPLACED_TWICE

Behaviour = Callable[[int, int], Any]


def _in_range(value: int, width: int) -> bool:
    return -(2 ** (width - 1)) <= value < 2**width


def _right(value: int, width: int) -> str:
    demand(_in_range(value, width))
    return _wrapped(value, width)


def _wrapped(value: int, width: int) -> str:
    return format(value % 2**width, f"0{width}b")


def _shifted_up(value: int, width: int, by: int) -> str:
    """`by` added to a negative number; a long or a negative one is written as it is."""
    return format(value + by if value < 0 else value, f"0{width}b")


def _written(write: Callable[[int, int], str]) -> tuple[Behaviour, ...]:
    """Another way to write. Of numbers that do not fit it says nothing: that is another mistake."""
    return (lambda value, width: write(value, width) if _in_range(value, width) else None,)


def _negative(write: Callable[[str, int], str]) -> tuple[Behaviour, ...]:
    """Another way to write a negative number, told from the pattern of its magnitude."""
    return _written(
        lambda value, width: (
            write(_wrapped(-value, width), width) if value < 0 else _wrapped(value, width)
        )
    )


def _of_pattern(change: Callable[[str], str]) -> tuple[Behaviour, ...]:
    """Something else made of the right pattern."""
    return _written(lambda value, width: change(_wrapped(value, width)))


def _demanding(holds: Callable[[int, int], bool], write: Behaviour = _wrapped) -> Behaviour:
    """Another look at the range."""

    def behaves(value: int, width: int) -> str:
        demand(holds(value, width))
        result: str = write(value, width)
        return result

    return behaves


def _moved_range(low: int, high: int) -> Callable[[int, int], bool]:
    return lambda value, width: -(2 ** (width - 1)) + low <= value < 2**width + high


def _of_register(bits: int) -> Callable[[int, int], str]:
    """Written with so many bits, and not cut to the width."""
    return lambda value, width: format(value % 2**bits, f"0{width}b")


def _by_true_division(value: int, width: int) -> str:
    """Remainders of 2, and `int(value / 2)`."""
    value, bits = value % 2**width, ""
    for _ in range(width):
        value, bits = int(value / 2), str(value % 2) + bits
    return bits


def _halved_by_float(value: int, width: int) -> str:
    """Remainders of 2 of a negative number, and `int(value / 2)`, which goes towards 0."""
    bits = ""
    for _ in range(width):
        value, bits = int(value / 2), str(value % 2) + bits
    return bits


def _inverted_bare(plus: int, wraps: bool) -> Callable[[int, int], str]:
    """A negative number inverted without its leading zeros, which are put in front afterwards."""

    def write(value: int, width: int) -> str:
        if value >= 0:
            return _wrapped(value, width)
        pattern = bare(-value)
        number = int(inverted(pattern), 2) + plus
        return bare(number % 2 ** len(pattern) if wraps else number).zfill(width)

    return write


def _limit_as_float(value: int, width: int) -> bool:
    """2**width itself passes where a float cannot tell it from the number before."""
    return _in_range(value, width) or (value == 2**width and width >= 53)


def _inverted_plus_one(magnitude: str) -> str:
    """The two replaces, then one is added."""
    zeros = magnitude.replace("0", "1").replace("1", "0")
    return format(int(zeros, 2) + 1, f"0{len(magnitude)}b")


ONES_COMPLEMENT = (
    "ones-complement",
    "The pattern of a negative number is one too low: the bits of the positive one are "
    "inverted, but one must still be added. (To add 2**width − 1 is the same slip.)",
)

MISTAKES = several(
    FORMS,
    ways(
        "not-padded",
        "The leading zeros are missing: exactly `width` characters are asked for.",
        *_of_pattern(lambda bits: bits.lstrip("0") or "0"),
        *_of_pattern(lambda bits: bits.lstrip("0")),
    ),
    ways(
        "padded-on-the-right",
        "The zeros that fill up the width stand behind the pattern, which changes its value. "
        "Leading zeros change nothing.",
        *_of_pattern(lambda bits: (bits.lstrip("0") or "0").ljust(len(bits), "0")),
    ),
    ways(
        "prefix-kept",
        "Python's `0b` prefix is still there. Bits are only the characters 0 and 1.",
        *_written(lambda value, width: bin(value)),
        *_written(lambda value, width: bin(value % 2**width)),
        *_written(lambda value, width: bin(value % 2**width).zfill(width)),
        *_written(lambda value, width: "0b" + _wrapped(value, width)),
    ),
    ways(
        "zeros-stripped",
        "`strip` takes all 0 and b away, at both ends: those of the number as well as those "
        "of the prefix. Cut off two characters instead: `bin(n)[2:]`.",
        *_of_pattern(lambda bits: bits.strip("0").zfill(len(bits))),
        *_of_pattern(lambda bits: bits.strip("0")),
        *_of_pattern(lambda bits: bits.rstrip("0")),
    ),
    ways(
        "minus-sign-in-bits",
        "A minus sign is not a bit. A negative number is told by its pattern alone.",
        *_written(lambda value, width: format(value, f"0{width}b")),
        *_written(lambda value, width: format(value, "b")),
        *_written(
            lambda value, width: (
                "-" + format(-value, f"0{width}b") if value < 0 else _wrapped(value, width)
            )
        ),
        *_written(lambda value, width: bin(value)[2:].zfill(width)),
    ),
    ways(
        "sign-magnitude",
        "This is a sign bit followed by the magnitude. In two's complement the leading bit "
        "has a negative weight, and the other bits add up to the rest.",
        *_negative(lambda magnitude, width: "1" + magnitude[1:]),
        *_negative(lambda magnitude, width: "1" + magnitude),
        *_written(
            lambda value, width: (
                "1" + format(-value, f"0{width - 1}b") if value < 0 else _wrapped(value, width)
            )
        ),
    ),
    ways(
        *ONES_COMPLEMENT,
        *_negative(lambda magnitude, width: inverted(magnitude)),
    ),
    ways(
        "sign-lost",
        "The sign of a negative number has no effect here.",
        *_negative(lambda magnitude, width: magnitude),
    ),
    ways(
        *REPLACED_TWICE,
        *_negative(lambda magnitude, width: _inverted_plus_one(magnitude)),
        *_negative(lambda magnitude, width: "0" * width),
        *_negative(lambda magnitude, width: "1" * width),
    ),
    ways(
        "modulus-off-by-one",
        "The pattern of a negative number is one too high. What is added to it is 2**width, "
        "the number of patterns.",
        *_written(lambda value, width: _shifted_up(value, width, 2**width + 1)),
    ),
    ways(
        "zero-as-negative",
        "Zero was treated as a negative number: 2**width is one character too long for the "
        "width. Only numbers below 0 get something added.",
        *_written(
            lambda value, width: _wrapped(value, width) if value else format(2**width, f"0{width}b")
        ),
    ),
    ways(
        "half-the-range-added",
        "Half of the patterns were added to a negative number. The numbers with the same "
        "pattern differ by all of them, 2**width.",
        *_written(lambda value, width: _shifted_up(value, width, 2 ** (width - 1))),
    ),
    ways(
        *CARET,
        *_written(lambda value, width: _shifted_up(value, width, 2 ^ width)),
        *_written(lambda value, width: format(value % (2 ^ width), f"0{width}b")),
        _demanding(lambda value, width: -(2 ^ (width - 1)) <= value <= (2 ^ width) - 1),
        _demanding(lambda value, width: -(2 ^ (width - 1)) <= value <= 2 ^ (width - 1)),
        _demanding(
            lambda value, width: -(2 ^ (width - 1)) <= value <= (2 ^ width) - 1,
            lambda value, width: _shifted_up(value, width, 2 ^ width),
        ),
    ),
    ways(
        "eight-bits-assumed",
        "The number was written with 8 bits, whatever the width. How many there are, and what "
        "is added to a negative number, depends on `width`.",
        *_written(lambda value, width: _wrapped(value, 8)),
        *_written(lambda value, width: _shifted_up(value, 8, 256)),
        *_written(lambda value, width: _shifted_up(value, width, 256)),
        *_written(lambda value, width: _wrapped(value % 256, width)),
        _demanding(lambda value, width: -128 <= value <= 255),
        _demanding(
            lambda value, width: -128 <= value <= 255, lambda value, width: _wrapped(value, 8)
        ),
    ),
    ways(
        "another-width-assumed",
        "A negative number was written with 16, 32 or 64 bits, and not cut to `width`: it has "
        "as many leading ones as there is room for.",
        *(behaves for fixed in (16, 32, 64) for behaves in _written(_of_register(fixed))),
    ),
    ways(
        "does-not-fit",
        "A value that does not fit was written all the same, with too many characters or as "
        "some other number's pattern. Raise a ValueError instead of answering for another "
        "number.",
        _wrapped,
        lambda value, width: _shifted_up(value, width, 2**width),
        lambda value, width: _shifted_up(value, width, 2**width)[-width:],
        lambda value, width: _shifted_up(value, width, 2**width)[:width],
        _demanding(lambda value, width: value < 2**width),
        _demanding(lambda value, width: value >= -(2 ** (width - 1))),
        _demanding(
            lambda value, width: value >= -(2 ** (width - 1)),
            lambda value, width: _shifted_up(value, width, 2**width),
        ),
        _demanding(
            lambda value, width: value < 2**width,
            lambda value, width: _shifted_up(value, width, 2**width),
        ),
    ),
    ways(
        "limit-off-by-one",
        "An end of the range is off by one. A width of w bits takes all values from "
        "−2**(w−1) to 2**w − 1, both of them included.",
        *(
            _demanding(_moved_range(low, high), write)
            for low in (-1, 0, 1)
            for high in (-1, 0, 1)
            if (low, high) != (0, 0)
            for write in (
                _wrapped,
                lambda value, width: _shifted_up(value, width, 2**width),
            )
        ),
    ),
    ways(
        "signed-range-only",
        "Values above the largest signed number were refused. The same width also holds "
        "unsigned numbers: 159 fits into 8 bits.",
        _demanding(lambda value, width: -(2 ** (width - 1)) <= value < 2 ** (width - 1)),
    ),
    ways(
        "unsigned-range-only",
        "Negative numbers were refused. They fit, down to −2**(width−1).",
        _demanding(lambda value, width: 0 <= value < 2**width),
    ),
    ways(
        "negative-range-too-wide",
        "Negative numbers were accepted down to −2**width. Half of the patterns are all that "
        "negative numbers have: they end at −2**(width−1).",
        _demanding(lambda value, width: -(2**width) <= value < 2**width),
        _demanding(lambda value, width: -(2**width) < value < 2**width),
    ),
    ways(
        "bits-reversed",
        "The bits are written from the wrong end: the most significant one comes first.",
        *_of_pattern(lambda bits: bits[::-1]),
    ),
    ways(
        "limit-as-a-float",
        "2**width itself is let through where it is large: it was compared, or its bits were "
        "counted (`math.log2`), as a float, which holds 53 binary digits and cannot tell it from "
        "2**width − 1. Compare integers.",
        _demanding(_limit_as_float),
        _demanding(_limit_as_float, lambda value, width: _shifted_up(value, width, 2**width)),
    ),
    ways(
        *LEADING_ZEROS_KEPT,
        *(behaves for wraps in (True, False) for behaves in _written(_inverted_bare(1, wraps))),
    ),
    both(
        LEADING_ZEROS_KEPT,
        ONES_COMPLEMENT,
        *_written(_inverted_bare(0, False)),
    ),
    ways(
        "halved-towards-zero",
        "Negative numbers get wrong bits where they are halved: `int(value / 2)` goes towards "
        "zero, −3 becomes −1, and it is a float, so that large numbers lose digits. `//` and `>>` "
        "go down: −3 becomes −2.",
        *_written(_halved_by_float),
    ),
    ways(
        "bit-skipped",
        "A bit is missing, the first or the last one: look at where your loop or slice begins "
        "and ends.",
        *_of_pattern(lambda bits: bits[:-1]),
        *_of_pattern(lambda bits: bits[1:]),
        *_written(lambda value, width: _wrapped(value >> 1, width)),
        *_written(lambda value, width: bare((value >> 1) % 2**width).zfill(width - 1)),
        *_of_pattern(lambda bits: "0" + bits[:-1]),
        *_of_pattern(lambda bits: "0" + bits[1:]),
    ),
    ways(
        "zero-fails",
        "Your function fails on 0, which has no logarithm and no first 1. Its pattern is all "
        "zeros.",
        *(
            except_where(lambda value, width: value == 0, instead, _right)
            for instead in (ValueError, IndexError, OverflowError, "", "0")
        ),
    ),
    ways(
        *DIGITS_LOST,
        *_written(lambda value, width: _wrapped(int(float(value)), width)),
        *_written(lambda value, width: format(int(float(value % 2**width)), f"0{width}b")),
        *_written(lambda value, width: _wrapped(through_float32(value), width)),
        *_written(_by_true_division),
    ),
)
