"""Exercise 01: the value of a pattern, read as unsigned."""

from __future__ import annotations

from courseware.chapters.c01_number_formats.tasks.common import (
    OFF_LIMITS,
    READ_REVERSED,
    extreme_patterns,
    leading_one,
    leading_zero,
    wide_patterns,
)
from courseware.checks.task import Check, Misconception, Task
from model_compression import number_formats as reference

READ_DECIMAL = "The characters were read as a decimal number: each place must count a power of two."

UNSIGNED_VALUE = Task(
    name="unsigned_value",
    points=8,
    reference=reference.unsigned_value,
    lecture="lecture 01, “A pattern has no value of its own”",
    off_limits=OFF_LIMITS,
    checks=(
        Check("patterns that start with 0", 2, leading_zero),
        Check("patterns that start with 1", 2, leading_one),
        Check("all zeros, all ones, a single one", 1, extreme_patterns),
        Check("up to 64 bits", 1, wide_patterns),
    ),
    misconceptions=(
        Misconception("bits-reversed", READ_REVERSED, lambda bits: int(bits[::-1], 2)),
        Misconception("bits-read-as-decimal", READ_DECIMAL, lambda bits: int(bits)),
        Misconception(
            "ones-counted",
            "The ones were counted. A one counts what its place is worth, not 1.",
            lambda bits: bits.count("1"),
        ),
        Misconception(
            "signed-read",
            "The first bit was counted as negative. That is the signed reading; here every place "
            "counts positive.",
            lambda bits: int(bits, 2) - (int(bits[0]) << len(bits)),
        ),
        Misconception(
            "places-off-by-one",
            "Every place counts twice what it should. The last place is worth 2⁰ = 1.",
            lambda bits: 2 * int(bits, 2),
        ),
        Misconception(
            "first-bit-dropped",
            "The first bit has no effect on your result. No bit is set aside for a sign here.",
            lambda bits: int("0" + bits[1:], 2),
        ),
    ),
)
