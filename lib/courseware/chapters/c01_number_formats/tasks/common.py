"""What the tasks of exercise 01 share: inputs and small pieces."""

from __future__ import annotations

from collections.abc import Iterator

from courseware.checks.task import Draw

OFF_LIMITS = ("model_compression",)
"""The reference library answers every task of this exercise; `int`, `struct` and torch do not."""


def leading_zero(draw: Draw) -> Iterator[tuple[str]]:
    """Patterns whose value does not depend on the reading."""
    yield ("01",)
    yield ("0110",)
    yield ("01111111",)
    for width in (5, 8, 12, 16):
        yield (draw.bits(width, first="01"),)


def leading_one(draw: Draw) -> Iterator[tuple[str]]:
    """Patterns that are negative when read as signed."""
    yield ("1",)
    yield ("101",)
    yield ("10011111",)
    for width in (4, 7, 8, 16):
        yield (draw.bits(width, first="1"),)


def widths(draw: Draw) -> list[int]:
    """Some that nobody knows before: the patterns below are the same for every seed but for it."""
    return sorted(draw.integer(9, 63) for _ in range(4))


def extreme_patterns(draw: Draw) -> Iterator[tuple[str]]:
    """The lowest value, all ones, a single one, zero."""
    yield ("0",)
    for width in (4, 8, *widths(draw)):
        yield ("1" + "0" * (width - 1),)
        yield ("1" * width,)
        yield ("0" * (width - 1) + "1",)
    yield ("0" * 8,)


def wide_patterns(draw: Draw) -> Iterator[tuple[str]]:
    """More bits than a Python float or an int32 holds."""
    yield (draw.bits(33, first="1"),)
    yield (draw.bits(64, first="10"),)
    yield (draw.bits(64, first="01"),)


LEADING_ZEROS_KEPT = (
    "leading-zeros-not-inverted",
    "Leading zeros were left out when the bits were inverted: the number was inverted in as many "
    "bits as it needs (`bin`, `bit_length`), not in the width of the pattern. They become ones: "
    "pad first, or take the mask `2**width - 1`.",
)


def bare(number: int) -> str:
    """The pattern of a number without leading zeros, as `bin` writes it."""
    return f"{number:b}"


def inverted(bits: str) -> str:
    """Every bit the other one."""
    return bits.translate(str.maketrans("01", "10"))


def unsigned(bits: str) -> int:
    """The value, every place counted positive."""
    return int(bits, 2)


def twos(bits: str) -> int:
    """The value in two's complement."""
    return int(bits, 2) - (int(bits[0]) << len(bits))


def demand(holds: bool) -> None:
    """Raise a bare ValueError unless something holds."""
    if not holds:
        raise ValueError
