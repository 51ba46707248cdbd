"""Mistakes in `float32_fields` about zero, subnormal numbers and infinity."""

from __future__ import annotations

import math
from functools import partial

from courseware.chapters.c01_number_formats.tasks.float32_fields_wrong_ways import (
    after_a_logarithm,
    fields,
    infinity_as,
    is_subnormal,
    where,
    without_subnormals,
)
from courseware.checks.misconceptions import both, except_where, several, ways

EXPONENT_OFF_BY_ONE = (
    "exponent-off-by-one",
    "The exponent field is off by one. The bias is 127, and 1.0 is 1.0 · 2**0; `math.frexp` "
    "writes it as 0.5 · 2**1.",
)
SUBNORMALS_AS_NORMAL = (
    "subnormals-as-normal",
    "Zero and subnormal numbers have no hidden 1: their exponent field is 0, and the "
    "fraction counts in steps of 2**-149.",
)
INFINITY_AS_NUMBER = (
    "infinity-as-number",
    "Infinity has a pattern of its own: exponent field 255, fraction 0.",
)
INFINITY_WITHOUT_SIGN = (
    "infinity-without-sign",
    "−inf has its sign bit set, as every negative number has.",
)
FOR_INFINITY = (254, 2**23 - 1), (255, 2**23 - 1), (128, 0), (0, 0), (126, 0)


def _is_finite(x: float) -> bool:
    return x != 0 and math.isfinite(x)


def _always(fields: tuple[int, ...], x: float) -> tuple[int, ...]:
    return fields


def _moved(by: int, x: float) -> tuple[int, int, int]:
    sign, exponent, fraction = without_subnormals(x)
    return sign, exponent + by, fraction


ABOUT_SPECIAL_NUMBERS = several(
    ways(
        *SUBNORMALS_AS_NORMAL,
        without_subnormals,
        where(is_subnormal, without_subnormals),
        where(lambda x: x == 0 or is_subnormal(x), without_subnormals),
        where(is_subnormal, lambda x: (int(x < 0), 1, fields(x)[2])),
        where(
            is_subnormal,
            lambda x: (int(x < 0), 0, int((2 * math.frexp(abs(x))[0] - 1) * 2**23)),
        ),
        where(is_subnormal, lambda x: (int(x < 0), 0, int(math.frexp(abs(x))[0] * 2**23))),
    ),
    ways(
        "subnormals-as-zero",
        "Subnormal numbers became 0. They are the numbers closest to it, with an exponent "
        "field of 0 and a fraction that is not.",
        where(is_subnormal, lambda x: (int(x < 0), 0, 0)),
    ),
    ways(
        "zero-fails",
        "Your function fails on 0 or infinity, which have no logarithm, or no integer part. "
        "Their bits can be read like all others: 0 has exponent field 0, infinity 255.",
        *(
            except_where(picks, error, fields)
            for picks in (
                lambda x: x == 0,
                math.isinf,
                lambda x: x == 0 or math.isinf(x),
                lambda x: x == 0 or math.isinf(x) or is_subnormal(x),
            )
            for error in (ValueError, OverflowError, ZeroDivisionError)
        ),
        after_a_logarithm,
    ),
    ways(
        *INFINITY_AS_NUMBER,
        *(infinity_as(*fields) for fields in FOR_INFINITY),
    ),
    both(
        INFINITY_AS_NUMBER,
        INFINITY_WITHOUT_SIGN,
        *(where(math.isinf, partial(_always, (0, *of))) for of in FOR_INFINITY),
    ),
    ways(*INFINITY_WITHOUT_SIGN, where(math.isinf, lambda x: (0, 255, 0))),
    both(
        EXPONENT_OFF_BY_ONE,
        SUBNORMALS_AS_NORMAL,
        *(where(_is_finite, partial(_moved, by)) for by in (-1, 1)),
    ),
)
