"""What wrong ways of `negate` give."""

from __future__ import annotations

from collections.abc import Callable

from courseware.chapters.c01_number_formats.tasks.common import (
    inverted,
)


def written(value: int, width: int) -> str:
    return format(value % 2**width, f"0{width}b")


def negated(bits: str) -> str:
    return written(-int(bits, 2), len(bits))


def as_wide(bits: str) -> str:
    """The format of numbers as wide as the pattern, or wider."""
    return f"0{len(bits)}b"


def carry_kept(bits: str) -> str:
    return format(int(inverted(bits), 2) + 1, f"0{len(bits)}b")


def is_lowest(bits: str) -> bool:
    return bits == "1" + "0" * (len(bits) - 1)


def is_zero(bits: str) -> bool:
    return "1" not in bits


def carry_stops(places: int) -> Callable[[str], str]:
    """The one is carried over so many places at most; behind them it is lost."""

    def behaves(bits: str) -> str:
        turned = inverted(bits)
        head, tail = turned[: -places or None], turned[-places:]
        return head + written(int(tail, 2) + 1, len(tail)) if places < len(bits) else negated(bits)

    return behaves


def but_first(bits: str) -> str:
    """The one is carried up to the first place, which takes no part."""
    turned = inverted(bits)
    return turned[0] + (written(int(turned[1:], 2) + 1, len(bits) - 1) if turned[1:] else "")


def inverted_bare(bits: str) -> int:
    """The number inverted in as many bits as it needs."""
    number = int(bits, 2)
    return number ^ (2 ** number.bit_length() - 1)


def as_wide_as(bits: str, number: int) -> str:
    return format(number, as_wide(bits))


def leaves_ones(bits: str) -> str:
    """The last 0 of the inverted pattern becomes 1, and the ones behind it stay."""
    number = int(inverted(bits), 2)
    return as_wide_as(bits, number | (number + 1) % 2 ** len(bits))


def masked(fixed: int) -> Callable[[str], str]:
    """Inverted and cut to so many bits, then cut to the width or filled up with zeros."""
    return lambda bits: format((~int(bits, 2) + 1) % 2**fixed, "b").zfill(len(bits))[-len(bits) :]


def stops_at_ones(bits: str) -> str:
    """The ones at the end turn to 0, and the carry that they leave behind is lost."""
    turned = inverted(bits).rstrip("1")
    return turned.ljust(len(bits), "0") if len(turned) < len(bits) else turned[:-1] + "1"
