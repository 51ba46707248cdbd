"""Exercise 01: the three fields of a float32."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator

from courseware.chapters.c01_number_formats.tasks.common import OFF_LIMITS
from courseware.chapters.c01_number_formats.tasks.float32_fields_mistakes import MISTAKES
from courseware.checks.forms import told_by_form
from courseware.checks.task import Check, Draw, Task
from model_compression import number_formats as reference


def _from_pattern(sign: int, exponent: int, fraction: int) -> float:
    raw = (sign << 31) | (exponent << 23) | fraction
    return float(struct.unpack(">f", struct.pack(">I", raw))[0])


def _normal_floats(draw: Draw) -> Iterator[tuple[float]]:
    yield (1.0,)
    yield (6.5,)
    yield (0.15625,)
    for _ in range(4):
        exponent, fraction = draw.integer(1, 254), draw.integer(1, 2**23 - 1)
        yield (_from_pattern(0, exponent, fraction),)


def _negative_floats(draw: Draw) -> Iterator[tuple[float]]:
    yield (-2.0,)
    yield (-0.75,)
    for _ in range(3):
        exponent, fraction = draw.integer(1, 254), draw.integer(1, 2**23 - 1)
        yield (_from_pattern(1, exponent, fraction),)
    yield (1.5,)


def _rounded_floats(draw: Draw) -> Iterator[tuple[float]]:
    yield (0.1,)
    yield (draw.rng.uniform(1, 1000),)
    yield (-math.e,)  # rounded down, as 0.1 is rounded up
    # Halfway between two: to the even fraction, down from 2**-24, up from 3 · 2**-24.
    step = 2.0 ** draw.integer(-20, 20)
    yield (step * (1 + 2.0**-24),)
    yield (-step * (1 + 3 * 2.0**-24),)
    # Rounded up into the next exponent.
    yield (2 - 2.0**-30,)
    yield (-(2.0 ** draw.integer(-20, 20)) * (1 - 2.0**-26),)


def _special_floats(draw: Draw) -> Iterator[tuple[float]]:
    yield (0.0,)
    yield (-0.0,)
    yield (math.inf,)
    yield (-math.inf,)
    yield (_from_pattern(draw.integer(0, 1), 254, draw.integer(1, 2**23 - 1)),)


def _subnormal_floats(draw: Draw) -> Iterator[tuple[float]]:
    yield (2.0**-149,)
    yield (-(2.0**-130),)
    yield (_from_pattern(0, 0, draw.integer(2, 2**23 - 1)),)


FLOAT32_FIELDS = Task(
    name="float32_fields",
    points=14,
    reference=lambda x: tuple(reference.float32_fields(x)),
    lecture="lecture 01, “A float is three integers”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("positive numbers", 3, _normal_floats),
        Check("negative numbers", 2, _negative_floats),
        Check("numbers that float32 must round", 1, _rounded_floats),
        Check("zeros and infinities", 2, _special_floats),
        Check("subnormal numbers", 2, _subnormal_floats),
    ),
    misconceptions=MISTAKES,
)
