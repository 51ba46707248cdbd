"""Exercise 01: invert, then add one."""

from __future__ import annotations

from collections.abc import Iterator

from courseware.chapters.c01_number_formats.tasks.common import (
    OFF_LIMITS,
    demand,
    inverted,
    twos,
    widths,
)
from courseware.checks.task import Check, Draw, Misconception, Task
from model_compression import number_formats as reference


def _carries(draw: Draw) -> Iterator[tuple[str]]:
    yield ("0100",)
    yield ("00000110",)
    yield ("1000" + "1000",)
    for width in (6, 9, 20):
        yield (draw.bits(width - 2, first="01") + "00",)


def _odd_patterns(draw: Draw) -> Iterator[tuple[str]]:
    yield ("0101",)
    yield ("00000101",)
    yield ("11111011",)
    for width in (6, 10, 16):
        yield (draw.bits(width - 1, first="01") + "1",)


def _fixed_points(draw: Draw) -> Iterator[tuple[str]]:
    yield ("0000",)
    yield ("1000",)
    yield ("00000000",)
    yield ("10000000",)
    yield ("0001",)
    for width in widths(draw):
        yield ("0" * width,)
        yield ("1" + "0" * (width - 1),)


def _negated(bits: str) -> str:
    return format(-int(bits, 2) % 2 ** len(bits), f"0{len(bits)}b")


def _carry_kept(bits: str) -> str:
    return format(int(inverted(bits), 2) + 1, f"0{len(bits)}b")


def _minimum_refused(bits: str) -> str:
    demand(bits != "1" + "0" * (len(bits) - 1))
    return _negated(bits)


def _added_to_last_bit(bits: str) -> str:
    return inverted(bits)[:-1] + "1"


NEGATE = Task(
    name="negate",
    points=12,
    reference=reference.negate,
    lecture="lecture 01, “Invert, then add one”",
    off_limits=OFF_LIMITS,
    calls=("to_bits", "signed_value", "unsigned_value"),
    checks=(
        Check("odd numbers (no carry)", 3, _odd_patterns),
        Check("even numbers (the added one carries)", 3, _carries),
        Check("zero and the lowest number map to themselves", 2, _fixed_points),
    ),
    misconceptions=(
        Misconception(
            "ones-complement",
            "The bits are inverted; the one that makes it two's complement is not added.",
            inverted,
        ),
        Misconception(
            "sign-bit-flipped",
            "Only the first bit was flipped. That negates a sign-and-magnitude number; in two's "
            "complement the first bit has a weight, so flipping it changes the value by 2^width−1.",
            lambda bits: inverted(bits[0]) + bits[1:],
        ),
        Misconception(
            "carry-kept",
            "The carry out of the first place was kept, so the result has one bit too many. "
            "A register has no place for it: it is dropped.",
            _carry_kept,
        ),
        Misconception(
            "minimum-refused",
            "The lowest number was refused. It has no positive counterpart of this width, and "
            "the rule “invert, add one” gives the same pattern again.",
            _minimum_refused,
        ),
        Misconception(
            "carry-forgotten",
            "The one was put into the last place without its carry. 1 + 1 is 0, carry 1.",
            _added_to_last_bit,
        ),
        Misconception(
            "minus-sign-in-bits",
            "A minus sign is not a bit: the result must be a pattern of the same width.",
            lambda bits: format(-twos(bits), f"0{len(bits)}b"),
        ),
        Misconception(
            "width-lost",
            "The width was lost on the way: leading zeros belong to the pattern.",
            lambda bits: format(-int(bits, 2) % 2 ** len(bits), "b"),
        ),
        Misconception(
            "one-subtracted",
            "One was subtracted after inverting. It is added.",
            lambda bits: format((int(inverted(bits), 2) - 1) % 2 ** len(bits), f"0{len(bits)}b"),
        ),
    ),
)
