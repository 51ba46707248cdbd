"""Exercise 01: the value of a pattern, read as unsigned."""

from __future__ import annotations

from courseware.chapters.c01_number_formats.tasks.common import (
    OFF_LIMITS,
    extreme_patterns,
    leading_one,
    leading_zero,
    twos,
    wide_patterns,
)
from courseware.chapters.c01_number_formats.tasks.reading import about_reading
from courseware.chapters.c01_number_formats.tasks.reading_pairs import about_two_at_once
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.machine_integers import wrapped
from courseware.checks.misconceptions import several, ways
from courseware.checks.task import Check, Task
from model_compression import number_formats as reference

SIGNED_READ = (
    "signed-read",
    "The first bit was counted as negative. That is the signed reading; here every place "
    "counts positive.",
)


def _eight_or_fails(bits: str) -> int:
    """A loop over range(8)."""
    return sum(int(bits[i]) << (7 - i) for i in range(8))


UNSIGNED_VALUE = Task(
    name="unsigned_value",
    points=8,
    reference=reference.unsigned_value,
    lecture="lecture 01, “A pattern has no value of its own”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("patterns that start with 0", 2, leading_zero),
        Check("patterns that start with 1", 2, leading_one),
        Check("all zeros, all ones, a single one", 1, extreme_patterns),
        Check("up to 64 bits", 1, wide_patterns),
    ),
    misconceptions=several(
        FORMS,
        about_reading(signed=False),
        ways(*SIGNED_READ, twos),
        ways(
            "first-bit-dropped",
            "The first bit has no effect on your result. No bit is set aside for a sign here.",
            lambda bits: int("0" + bits[1:], 2),
        ),
        ways(
            "first-bit-always-one",
            "The first character counts as a 1, whatever it is: patterns that start with 1 are "
            "right, and `01` comes out as 3. Where a recursion ends, or a loop begins, it is still "
            "to be read.",
            lambda bits: int("1" + bits[1:], 2),
        ),
        ways(
            "eight-bits-assumed",
            "Your function reads patterns of 8 bits. What a place is worth depends on how many "
            "bits there are: count from the last one.",
            lambda bits: sum(2 ** (7 - i) for i, bit in enumerate(bits) if bit == "1"),
            lambda bits: sum(int(bit) * 2 ** (7 - i) for i, bit in enumerate(bits)),
            lambda bits: sum(2 ** (7 - i) for i, bit in enumerate(bits[:8]) if bit == "1"),
            lambda bits: int(bits[:8], 2),
            lambda bits: int(bits[-8:], 2),
            lambda bits: wrapped(int(bits, 2), 8),
            _eight_or_fails,
        ),
        about_two_at_once(signed=False, readings=((SIGNED_READ, twos),)),
    ),
)
