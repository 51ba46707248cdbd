"""Exercise 01: the value of a pattern, read as two's complement."""

from __future__ import annotations

from courseware.chapters.c01_number_formats.tasks.common import (
    OFF_LIMITS,
    extreme_patterns,
    leading_one,
    leading_zero,
    wide_patterns,
)
from courseware.chapters.c01_number_formats.tasks.signed_value_mistakes import MISTAKES
from courseware.checks.forms import told_by_form
from courseware.checks.task import Check, Task
from model_compression import number_formats as reference

SIGNED_VALUE = Task(
    name="signed_value",
    points=14,
    reference=reference.signed_value,
    lecture="lecture 01, “Two's complement”",
    off_limits=OFF_LIMITS,
    calls=("unsigned_value",),
    checks=told_by_form(
        Check("patterns that start with 0", 1, leading_zero),
        Check("patterns that start with 1", 4, leading_one),
        Check("lowest value, −1, zero", 3, extreme_patterns),
        Check("up to 64 bits", 2, wide_patterns),
    ),
    misconceptions=MISTAKES,
)
