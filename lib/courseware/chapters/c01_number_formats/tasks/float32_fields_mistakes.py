"""Mistakes in `float32_fields`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from courseware.chapters.c01_number_formats.tasks.float32_fields_pairs import (
    AS_NUMBER,
    BIAS_REMOVED,
    CUT_SHORT,
    HIDDEN_ONE,
    NOT_CUT_OFF,
    OTHER_BITS,
    OTHER_PLACE,
    PLUS_MINUS,
    SIGN_IGNORED,
    SIGN_INVERTED,
    SIGN_LEFT,
    SIGNED_SHIFT,
    TWO_FIELDS,
    ZERO_LOST,
)
from courseware.chapters.c01_number_formats.tasks.float32_fields_wrong_ways import (
    by_arithmetic,
    byte_swapped_fields,
    changed,
    cut,
    cut_text,
    each_field,
    fields,
    float16_fields,
    float64_fields,
    float64_fields_cut,
    fraction_of,
    half_up,
    is_ordinary,
    negated_word,
    rebiased_double,
    shifted,
    signed,
    where,
)
from courseware.chapters.c01_number_formats.tasks.float32_special_mistakes import (
    ABOUT_SPECIAL_NUMBERS,
    EXPONENT_OFF_BY_ONE,
)
from courseware.checks.forms import FORMS
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.python_slips import SHIFTS_FIRST

FRACTION_OVERFLOWS = (
    "fraction-overflows",
    "Close below a power of two the fraction is rounded up to 2**23, which 23 bits do not "
    "hold: the exponent grows by one, and the fraction is 0.",
)
HALF_UP = (
    "half-up",
    "A number halfway between two float32s was rounded up. It goes to the one whose "
    "fraction is even: let `struct`, torch or NumPy round.",
)

FLOAT64_LAYOUT = (
    "float64-layout",
    "These are the fields of a 64-bit float, which is what Python computes with. "
    "Convert to 32 bits first.",
)
NOT_ROUNDED = (
    "not-rounded-to-float32",
    "The number was never rounded to float32: bits that do not fit were cut off, or the "
    "fraction alone was rounded. Round the number itself first, to the nearest float32.",
)

_ABOUT_BITS = several(
    ways(
        *BIAS_REMOVED,
        changed(lambda sign, exponent, fraction: (sign, exponent - 127, fraction)),
    ),
    ways(
        *EXPONENT_OFF_BY_ONE,
        changed(lambda sign, exponent, fraction: (sign, exponent + 1, fraction)),
        changed(lambda sign, exponent, fraction: (sign, exponent - 1, fraction)),
        where(is_ordinary, changed(lambda s, e, f: (s, e + 1, f))),
        where(is_ordinary, changed(lambda s, e, f: (s, e - 1, f))),
    ),
    ways(
        *HIDDEN_ONE,
        changed(lambda sign, exponent, fraction: (sign, exponent, fraction | 2**23)),
        where(is_ordinary, changed(lambda s, e, f: (s, e, f | 2**23))),
        changed(lambda s, e, f: (s, e, f | 2**23 if e else f)),
        each_field(fraction_of=lambda x, e, f: f | 2**23 if x else f),
    ),
    ways(
        *SHIFTS_FIRST,
        cut(lambda raw: (raw >> 31, raw & 255, raw & (2**23 - 1))),
        cut(lambda raw: (raw & 1, raw & 255, raw & (2**23 - 1))),
        cut(lambda raw: (raw & 1, (raw >> 23) & 255, raw & (2**23 - 1))),
        cut(lambda raw: (raw >> 31, (raw >> 23) & 255, raw & (1 << 22))),
        cut(lambda raw: (raw >> 31, (raw >> 23) & (1 << 7), raw & (1 << 22))),
        cut(lambda raw: (raw >> 31, (raw >> 23) & (1 << 7), raw & (2**23 - 1))),
    ),
    ways(
        "word-negated",
        "`abs`, or a minus, of the 32 bits as a signed integer changes more than the first bit: "
        "it is the two's complement of the whole word, so that exponent and fraction change, too. "
        "A mask takes the sign bit away: `& 0x7FFFFFFF`.",
        negated_word(lambda raw: abs(signed(raw))),
        negated_word(lambda raw: -raw % 2**32 if raw >> 31 else raw),
    ),
    ways(
        *PLUS_MINUS,
        changed(lambda sign, exponent, fraction: (-1 if sign else 1, exponent, fraction)),
    ),
    ways(
        *SIGN_INVERTED,
        changed(lambda sign, exponent, fraction: (1 - sign, exponent, fraction)),
        lambda x: (int(x > 0), *fields(x)[1:]),
    ),
    ways(
        *ZERO_LOST,
        lambda x: (int(x < 0), *fields(x)[1:]),
        lambda x: (int(x <= 0), *fields(x)[1:]),
    ),
    ways(*FLOAT64_LAYOUT, float64_fields),
    both(FLOAT64_LAYOUT, NOT_ROUNDED, float64_fields_cut),
    ways(
        "float16-layout",
        "These are the fields of a 16-bit float. A float32 has 8 bits of exponent and 23 of "
        "fraction.",
        float16_fields,
        changed(lambda sign, exponent, fraction: (sign, exponent, fraction >> 16)),
    ),
    ways(
        "value-as-integer",
        "The number itself was turned into an integer. What is asked for are the 32 bits that "
        "it is stored in.",
        lambda x: (int(x < 0), (int(abs(x)) >> 23) & 255, int(abs(x)) & (2**23 - 1)),
        lambda x: (
            int(x < 0),
            *((0, 0) if math.isinf(x) else (int(abs(x)) >> 23 & 255, int(abs(x)) & 0x7FFFFF)),
        ),
        lambda x: (
            (int(x) & 0xFFFFFFFF) >> 31,
            (int(x) >> 23) & 255,
            int(x) & (2**23 - 1),
        ),
    ),
    ways(
        "byte-order-mixed",
        "The bytes were written in one order and read in the other.",
        byte_swapped_fields,
    ),
    ways(
        *SIGN_IGNORED,
        changed(lambda sign, exponent, fraction: (0, exponent, fraction)),
    ),
    ways(
        *SIGNED_SHIFT,
        cut(lambda raw: (signed(raw) >> 31, (raw >> 23) & 255, raw & (2**23 - 1))),
        cut(lambda raw: (signed(raw) >> 31, signed(raw) >> 23, raw & (2**23 - 1))),
        cut(lambda raw: (raw >> 31, signed(raw) >> 23, raw & (2**23 - 1))),
    ),
    ways(
        *SIGN_LEFT,
        cut(lambda raw: (raw >> 31, raw >> 23, raw & (2**23 - 1))),
    ),
    ways(
        *OTHER_PLACE,
        cut(lambda raw: (raw >> 31, (raw >> 23) & 127, raw & (2**23 - 1))),
        cut(lambda raw: (raw >> 31, (raw >> 24) & 127, raw & (2**24 - 1))),
        cut(lambda raw: (raw >> 31, (raw >> 24) & 255, raw & (2**23 - 1))),
        *(shifted(31, by) for by in (20, 21, 22, 25)),
        *(shifted(by, 23) for by in (30, 32)),
        cut(lambda raw: (raw >> 31, (raw >> 22) & 255, raw & (2**22 - 1))),
        cut(lambda raw: (raw >> 31, (raw >> 23) & 255, raw & (2**24 - 1))),
        cut(lambda raw: (raw >> 31, (raw >> 24) & 255, raw & (2**24 - 1))),
        cut(lambda raw: (raw >> 31, (raw >> 23) & 255, raw & 2**23)),
        cut(lambda raw: (raw >> 31, (raw >> 22) & 511, raw & (2**22 - 1))),
        cut(lambda raw: (raw >> 30, (raw >> 22) & 255, raw & (2**22 - 1))),
        cut(lambda raw: (raw >> 32, (raw >> 24) & 255, raw & (2**24 - 1))),
    ),
    ways(
        *CUT_SHORT,
        *(fraction_of(ones) for ones in (22, 21, 20, 19, 18, 16)),
    ),
    ways(
        *NOT_CUT_OFF,
        cut(lambda raw: (raw >> 31, (raw >> 23) & 255, raw)),
        cut(lambda raw: (raw >> 31, raw >> 23, raw)),
        cut(lambda raw: (raw >> 31, (raw >> 23) & 255, raw & (2**31 - 1))),
    ),
    ways(
        "fields-as-text",
        "The fields came back as text, a string of bits each. Read each one as an unsigned "
        "integer.",
        changed(
            lambda sign, exponent, fraction: (
                f"{sign:b}",
                f"{exponent:08b}",
                f"{fraction:023b}",
            )
        ),
        changed(lambda sign, exponent, fraction: (sign, f"{exponent:08b}", f"{fraction:023b}")),
    ),
    ways(
        "bits-read-as-decimal",
        "The bits of a field were read as digits of a decimal number: `int(text, 2)` reads "
        "them as bits.",
        changed(
            lambda sign, exponent, fraction: (sign, int(f"{exponent:b}"), int(f"{fraction:b}"))
        ),
    ),
    ways(
        "leading-zeros-lost",
        "The leading zeros of the 32 bits were lost on the way (`bin` writes none), so the "
        "string was cut at the wrong places. Pad it to 32 characters first.",
        *(
            cut_text(write, empty)
            for write in (lambda raw: f"{raw:b}", lambda raw: f"{raw:b}".ljust(32, "0"))
            for empty in ("", "0")
        ),
    ),
    ways(
        *AS_NUMBER,
        changed(lambda sign, exponent, fraction: (sign, exponent, fraction / 2**23)),
        changed(lambda sign, exponent, fraction: (sign, exponent, 1 + fraction / 2**23)),
    ),
    ways(
        *OTHER_BITS,
        changed(lambda sign, exponent, fraction: (sign, exponent, fraction * 2)),
        changed(lambda sign, exponent, fraction: (sign, exponent, fraction // 2)),
        where(is_ordinary, changed(lambda s, e, f: (s, e, round(f * (2**23 - 1) / 2**23)))),
    ),
)

_ABOUT_ROUNDING = several(
    ways(
        *NOT_ROUNDED,
        by_arithmetic(int),
        by_arithmetic(math.ceil),
        where(is_ordinary, rebiased_double),
    ),
    ways(
        "double-rebiased",
        "These are the fields of the 64-bit float, cut to size: the fraction was cut and not "
        "rounded, and moving the exponent by 1023 − 127 is right for ordinary numbers only. 0, "
        "infinity and subnormals have the exponent fields 0 and 255. Convert to 32 bits first.",
        rebiased_double,
        lambda x: (rebiased_double(x)[0], rebiased_double(x)[1] & 255, rebiased_double(x)[2]),
        where(lambda x: x != 0, rebiased_double),
    ),
    ways(
        *FRACTION_OVERFLOWS,
        by_arithmetic(round),
        by_arithmetic(lambda fraction: round(fraction) % 2**23),
        by_arithmetic(lambda fraction: min(round(fraction), 2**23 - 1)),
    ),
    ways(*HALF_UP, half_up),
    both(
        FRACTION_OVERFLOWS,
        HALF_UP,
        by_arithmetic(lambda fraction: math.floor(fraction + 0.5)),
        by_arithmetic(lambda fraction: math.floor(fraction + 0.5) % 2**23),
        by_arithmetic(lambda fraction: min(math.floor(fraction + 0.5), 2**23 - 1)),
    ),
)

IN_ANOTHER_ORDER = (
    "fields-in-another-order",
    "The fields came back in another order: sign, exponent, fraction.",
)
_ORDERS = (0, 2, 1), (2, 1, 0), (1, 2, 0), (1, 0, 2)


def _in_order(places: tuple[int, ...]) -> Callable[..., Any]:
    return changed(lambda *three: tuple(three[place] for place in places))


MISTAKES = several(
    FORMS,
    _ABOUT_BITS,
    _ABOUT_ROUNDING,
    ABOUT_SPECIAL_NUMBERS,
    TWO_FIELDS,
    ways(*IN_ANOTHER_ORDER, *map(_in_order, _ORDERS)),
)
