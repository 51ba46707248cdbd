"""Mistakes in a single field of `float32_fields`, and two of them at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from courseware.chapters.c01_number_formats.tasks.float32_fields_wrong_ways import each_field
from courseware.chapters.c01_number_formats.tasks.float32_special_mistakes import (
    EXPONENT_OFF_BY_ONE,
)
from courseware.checks.misconceptions import products

BIAS_REMOVED = (
    "bias-removed",
    "This is the exponent after taking off the bias. The stored field still contains it.",
)
HIDDEN_ONE = (
    "hidden-one-included",
    "The fraction holds the hidden leading 1. It is not stored: that is what “hidden” means.",
)
PLUS_MINUS = (
    "sign-as-plus-minus",
    "The sign field is one bit: 0 or 1, not ±1.",
)
SIGN_INVERTED = (
    "sign-inverted",
    "The sign bit is the wrong way round: 1 stands for a negative number.",
)
ZERO_LOST = (
    "negative-zero-lost",
    "−0.0 has its sign bit set although −0.0 < 0 is False: look at the stored bit, not "
    "at a comparison.",
)
SIGN_IGNORED = (
    "sign-field-ignored",
    "The sign bit is always 0 in your result.",
)
SIGNED_SHIFT = (
    "signed-shift",
    "An int32 whose first bit is 1 is negative, and `>>` brings in ones from the left: −1 "
    "stands for the sign. Mask each piece with as many ones as it has bits.",
)
SIGN_LEFT = (
    "sign-left-in-exponent",
    "The exponent still has the sign bit in front. Eight bits are its own: cut off what "
    "is left of them.",
)
OTHER_PLACE = (
    "cut-at-another-place",
    "The 32 bits were cut at the wrong places. From the left: 1 bit of sign, 8 of "
    "exponent, 23 of fraction.",
)
CUT_SHORT = (
    "fraction-cut-short",
    "The upper bits of the fraction are missing: it was masked with fewer than 23 ones. 23 of "
    "them are `2**23 - 1`, or 0x7FFFFF.",
)
NOT_CUT_OFF = (
    "not-cut-off",
    "The exponent, or the fraction, still holds what stands in front of it. Mask each "
    "piece with as many ones as it has bits.",
)
AS_NUMBER = (
    "fraction-as-number",
    "The fraction came back as a number below 1. The field is an integer of 23 bits.",
)
OTHER_BITS = (
    "fraction-of-other-bits",
    "The fraction was counted in other steps than 2**-23. Its field has 23 bits.",
)

Knob = tuple[tuple[tuple[str, str], dict[str, Callable[..., Any]]], ...]

SIGNS: Knob = (
    (PLUS_MINUS, {"sign_of": lambda x, sign: -1 if sign else 1}),
    (SIGN_INVERTED, {"sign_of": lambda x, sign: 1 - sign}),
    (ZERO_LOST, {"sign_of": lambda x, sign: int(x < 0)}),
    (ZERO_LOST, {"sign_of": lambda x, sign: int(x <= 0)}),
    (SIGN_IGNORED, {"sign_of": lambda x, sign: 0}),
    (SIGNED_SHIFT, {"sign_of": lambda x, sign: -sign}),
)
EXPONENTS: Knob = (
    (BIAS_REMOVED, {"exponent_of": lambda s, e: e - 127}),
    (EXPONENT_OFF_BY_ONE, {"exponent_of": lambda s, e: e - 1}),
    (EXPONENT_OFF_BY_ONE, {"exponent_of": lambda s, e: e + 1}),
    (SIGN_LEFT, {"exponent_of": lambda s, e: s << 8 | e}),
    (OTHER_PLACE, {"exponent_of": lambda s, e: e & 127}),
    (OTHER_PLACE, {"exponent_of": lambda s, e: (s << 8 | e) >> 1 & 127}),
    (OTHER_PLACE, {"exponent_of": lambda s, e: (s << 8 | e) >> 1 & 255}),
)
FRACTIONS: Knob = (
    (HIDDEN_ONE, {"fraction_of": lambda x, e, f: f | 2**23}),
    (HIDDEN_ONE, {"fraction_of": lambda x, e, f: f | 2**23 if x else f}),
    (HIDDEN_ONE, {"fraction_of": lambda x, e, f: f | 2**23 if e else f}),
    (HIDDEN_ONE, {"fraction_of": lambda x, e, f: f | 2**23 if 0 < e < 255 else f}),
    (OTHER_PLACE, {"fraction_of": lambda x, e, f: (e << 23 | f) & (2**24 - 1)}),
    (CUT_SHORT, {"fraction_of": lambda x, e, f: f & (2**22 - 1)}),
    (NOT_CUT_OFF, {"fraction_of": lambda x, e, f: e << 23 | f}),
    (AS_NUMBER, {"fraction_of": lambda x, e, f: f / 2**23}),
    (AS_NUMBER, {"fraction_of": lambda x, e, f: 1 + f / 2**23}),
    (OTHER_BITS, {"fraction_of": lambda x, e, f: f * 2}),
    (OTHER_BITS, {"fraction_of": lambda x, e, f: f // 2}),
)
"""Each field by itself: two of them may be wrong."""

TWO_FIELDS = products(each_field, SIGNS, EXPONENTS, FRACTIONS)
