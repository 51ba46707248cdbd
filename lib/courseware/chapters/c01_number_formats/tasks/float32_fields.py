"""Exercise 01: the three fields of a float32."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator

from courseware.chapters.c01_number_formats.tasks.common import OFF_LIMITS
from courseware.checks.task import Check, Draw, Misconception, Task
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
    yield (-math.pi,)


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


def _fields(x: float) -> tuple[int, int, int]:
    raw = struct.unpack(">I", struct.pack(">f", x))[0]
    return raw >> 31, (raw >> 23) & 255, raw & (2**23 - 1)


def _float64_fields(x: float) -> tuple[int, int, int]:
    raw = struct.unpack(">Q", struct.pack(">d", x))[0]
    return raw >> 63, (raw >> 52) & 2047, raw & (2**52 - 1)


def _byte_swapped_fields(x: float) -> tuple[int, int, int]:
    raw = struct.unpack("<I", struct.pack(">f", x))[0]
    return raw >> 31, (raw >> 23) & 255, raw & (2**23 - 1)


def _arithmetic_fields(x: float) -> tuple[int, int, int]:
    """By logarithm, for normal numbers only; subnormals get a hidden one that they lack."""
    mantissa, exponent = math.frexp(abs(x))
    return int(x < 0), exponent + 126, int((2 * mantissa - 1) * 2**23)


FLOAT32_FIELDS = Task(
    name="float32_fields",
    points=14,
    reference=reference.float32_fields,
    lecture="lecture 01, “A float is three integers”",
    off_limits=OFF_LIMITS,
    checks=(
        Check("positive numbers", 3, _normal_floats),
        Check("negative numbers", 2, _negative_floats),
        Check("numbers that float32 must round", 1, _rounded_floats),
        Check("zeros and infinities", 2, _special_floats),
        Check("subnormal numbers", 2, _subnormal_floats),
    ),
    misconceptions=(
        Misconception(
            "bias-removed",
            "This is the exponent after taking off the bias. The stored field still contains it.",
            lambda x: (_fields(x)[0], _fields(x)[1] - 127, _fields(x)[2]),
        ),
        Misconception(
            "hidden-one-included",
            "The fraction holds the hidden leading 1. It is not stored: that is what “hidden” "
            "means.",
            lambda x: (*_fields(x)[:2], _fields(x)[2] | 2**23),
        ),
        Misconception(
            "sign-as-plus-minus",
            "The sign field is one bit: 0 or 1, not ±1.",
            lambda x: (-1 if _fields(x)[0] else 1, *_fields(x)[1:]),
        ),
        Misconception(
            "negative-zero-lost",
            "−0.0 has its sign bit set although −0.0 < 0 is False: look at the stored bit, not "
            "at a comparison.",
            lambda x: (int(x < 0), *_fields(x)[1:]),
        ),
        Misconception(
            "float64-layout",
            "These are the fields of a 64-bit float, which is what Python computes with. "
            "Convert to 32 bits first.",
            _float64_fields,
        ),
        Misconception(
            "byte-order-mixed",
            "The bytes were written in one order and read in the other.",
            _byte_swapped_fields,
        ),
        Misconception(
            "sign-field-ignored",
            "The sign bit is always 0 in your result.",
            lambda x: (0, *_fields(x)[1:]),
        ),
        Misconception(
            "fraction-as-number",
            "The fraction came back as a number below 1. The field is an integer of 23 bits.",
            lambda x: (*_fields(x)[:2], _fields(x)[2] / 2**23),
        ),
        Misconception(
            "subnormals-as-normal",
            "Subnormal numbers have no hidden 1: their exponent field is 0, and the fraction "
            "counts in steps of 2⁻¹⁴⁹.",
            _arithmetic_fields,
        ),
    ),
)
