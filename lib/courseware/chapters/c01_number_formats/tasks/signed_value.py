"""Exercise 01: the value of a pattern, read as two's complement."""

from __future__ import annotations

from courseware.chapters.c01_number_formats.tasks.common import (
    OFF_LIMITS,
    READ_REVERSED,
    extreme_patterns,
    inverted,
    leading_one,
    leading_zero,
    twos,
    wide_patterns,
)
from courseware.checks.task import Check, Misconception, Task
from model_compression import number_formats as reference


def _sign_magnitude(bits: str) -> int:
    return (-1 if bits[0] == "1" else 1) * int("0" + bits[1:], 2)


def _ones_complement(bits: str) -> int:
    return -int(inverted(bits), 2) if bits[0] == "1" else int(bits, 2)


SIGNED_VALUE = Task(
    name="signed_value",
    points=14,
    reference=reference.signed_value,
    lecture="lecture 01, “Two's complement”",
    off_limits=OFF_LIMITS,
    calls=("unsigned_value",),
    checks=(
        Check("patterns that start with 0", 1, leading_zero),
        Check("patterns that start with 1", 4, leading_one),
        Check("lowest value, −1, zero", 3, extreme_patterns),
        Check("up to 64 bits", 2, wide_patterns),
    ),
    misconceptions=(
        Misconception(
            "unsigned-read",
            "The leading bit was counted as positive, which is the unsigned reading. In two's "
            "complement its place counts negative.",
            lambda bits: int(bits, 2),
        ),
        Misconception(
            "sign-magnitude",
            "The leading bit was taken for a minus sign in front of the other bits. In two's "
            "complement the leading bit has a weight of its own, and the others still add to it.",
            _sign_magnitude,
        ),
        Misconception(
            "ones-complement",
            "You inverted the bits to read a negative number and stopped one short: "
            "two's complement is “invert, then add one”.",
            _ones_complement,
        ),
        Misconception("bits-reversed", READ_REVERSED, lambda bits: twos(bits[::-1])),
        Misconception(
            "eight-bits-assumed",
            "The leading bit was given the weight of an 8-bit number. Its weight depends on how "
            "many bits there are.",
            lambda bits: int(bits, 2) - (256 if len(bits) >= 8 and int(bits, 2) > 127 else 0),
        ),
        Misconception(
            "leading-weight-off-by-one",
            "The leading bit counts −2^width in your result. Its place is one lower than that.",
            lambda bits: int("0" + bits[1:], 2) - (int(bits[0]) << len(bits)),
        ),
        Misconception(
            "first-bit-dropped",
            "The leading bit has no effect on your result.",
            lambda bits: int("0" + bits[1:], 2),
        ),
    ),
)
