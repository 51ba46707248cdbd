"""Mistakes in `float32_fields`."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Any

import torch

from courseware.checks.forms import FORMS
from courseware.checks.misconceptions import both, except_where, several, ways
from courseware.checks.python_slips import SHIFTS_FIRST

Fields = tuple[Any, Any, Any]


def _raw(x: float) -> int:
    return int(struct.unpack(">I", struct.pack(">f", x))[0])


def _fields(x: float) -> Fields:
    return _raw(x) >> 31, (_raw(x) >> 23) & 255, _raw(x) & (2**23 - 1)


def _changed(change: Callable[[int, int, int], Any]) -> Callable[[float], Any]:
    """Something else made of the right fields."""
    return lambda x: change(*_fields(x))


def _cut(cut: Callable[[int], Any]) -> Callable[[float], Any]:
    """The 32 bits cut in another way."""
    return lambda x: cut(_raw(x))


def _float64_fields(x: float) -> Fields:
    raw = struct.unpack(">Q", struct.pack(">d", x))[0]
    return raw >> 63, (raw >> 52) & 2047, raw & (2**52 - 1)


def _rebiased_double(x: float) -> Fields:
    """The fields of a double, brought to the widths of a float32 without rounding."""
    sign, exponent, fraction = _float64_fields(x)
    return sign, exponent - 1023 + 127, fraction >> 29


def _byte_swapped_fields(x: float) -> Fields:
    raw = struct.unpack("<I", struct.pack(">f", x))[0]
    return raw >> 31, (raw >> 23) & 255, raw & (2**23 - 1)


def _float16_fields(x: float) -> Fields:
    raw = int(torch.tensor(x).to(torch.float16).view(torch.int16)) & 0xFFFF
    return raw >> 15, (raw >> 10) & 31, raw & 1023


def _is_ordinary(x: float) -> bool:
    """A normal number, from the smallest on."""
    return math.isfinite(x) and abs(x) >= 2.0**-126


def _by_arithmetic(round_fraction: Callable[[float], int]) -> Callable[[float], Fields]:
    """From the mantissa of the double: never rounded to float32 as a whole."""

    def behaves(x: float) -> Fields:
        if not _is_ordinary(x):
            return _fields(x)
        mantissa, exponent = math.frexp(abs(x))
        return int(x < 0), exponent + 126, round_fraction((2 * mantissa - 1) * 2**23)

    return behaves


def _half_up(x: float) -> Fields:
    """Rounded to float32 with halves up in magnitude."""
    if not _is_ordinary(x):
        return _fields(x)
    mantissa, exponent = math.frexp(abs(x))
    steps = math.floor(mantissa * 2**24 + 0.5)
    return _fields(math.copysign(math.ldexp(steps, exponent - 24), x))


def _without_subnormals(x: float) -> Fields:
    """By logarithm, for normal numbers only; subnormals get a hidden one that they lack."""
    mantissa, exponent = math.frexp(abs(x))
    return int(x < 0), exponent + 126, int((2 * mantissa - 1) * 2**23)


def _is_subnormal(x: float) -> bool:
    return x != 0 and not _is_ordinary(x) and math.isfinite(x)


def _where(
    picks: Callable[[float], bool], instead: Callable[[float], Any]
) -> Callable[[float], Any]:
    return lambda x: instead(x) if picks(x) else _fields(x)


def _after_a_logarithm(x: float) -> Fields:
    """log2 refuses 0, and infinity has no integer part."""
    math.floor(math.log2(abs(x)))
    return _fields(x)


def _infinity_as(exponent: int, fraction: int) -> Callable[[float], Any]:
    return _where(math.isinf, lambda x: (int(x < 0), exponent, fraction))


def _fraction_of(ones: int) -> Callable[[float], Any]:
    """The fraction masked with so many ones."""
    return _cut(lambda raw: (raw >> 31, (raw >> 23) & 255, raw & (2**ones - 1)))


def _cut_text(write: Callable[[int], str], empty: str) -> Callable[[float], Any]:
    """A string of bits cut after 1 and 9 characters; `empty` stands for a piece without any."""

    def cut(raw: int) -> Fields:
        bits = write(raw)
        sign, exponent, fraction = (
            int(piece or empty, 2) for piece in (bits[:1], bits[1:9], bits[9:])
        )
        return sign, exponent, fraction

    return _cut(cut)


def _signed(raw: int) -> int:
    return raw - 2**32 if raw >> 31 else raw


def _negated_word(change: Callable[[int], int]) -> Callable[[float], Any]:
    """Exponent and fraction of another word."""
    return _cut(lambda raw: (raw >> 31, (change(raw) >> 23) & 255, change(raw) & (2**23 - 1)))


BIAS_REMOVED = (
    "bias-removed",
    "This is the exponent after taking off the bias. The stored field still contains it.",
)
HIDDEN_ONE = (
    "hidden-one-included",
    "The fraction holds the hidden leading 1. It is not stored: that is what “hidden” means.",
)

MISTAKES = several(
    FORMS,
    ways(
        *BIAS_REMOVED,
        _changed(lambda sign, exponent, fraction: (sign, exponent - 127, fraction)),
    ),
    ways(
        "exponent-off-by-one",
        "The exponent field is off by one. The bias is 127, and 1.0 is 1.0 · 2**0; `math.frexp` "
        "writes it as 0.5 · 2**1.",
        _changed(lambda sign, exponent, fraction: (sign, exponent + 1, fraction)),
        _changed(lambda sign, exponent, fraction: (sign, exponent - 1, fraction)),
        _where(_is_ordinary, _changed(lambda s, e, f: (s, e + 1, f))),
        _where(_is_ordinary, _changed(lambda s, e, f: (s, e - 1, f))),
    ),
    ways(
        *HIDDEN_ONE,
        _changed(lambda sign, exponent, fraction: (sign, exponent, fraction | 2**23)),
        _where(_is_ordinary, _changed(lambda s, e, f: (s, e, f | 2**23))),
        _changed(lambda s, e, f: (s, e, f | 2**23 if e else f)),
    ),
    both(
        HIDDEN_ONE,
        BIAS_REMOVED,
        _changed(lambda s, e, f: (s, e - 127, f | 2**23)),
        _changed(lambda s, e, f: (s, e - 127, f | 2**23 if e else f)),
        _changed(lambda s, e, f: (s, e - 127, f | 2**23 if 0 < e < 255 else f)),
    ),
    ways(
        *SHIFTS_FIRST,
        _cut(lambda raw: (raw >> 31, raw & 255, raw & (2**23 - 1))),
        _cut(lambda raw: (raw & 1, raw & 255, raw & (2**23 - 1))),
        _cut(lambda raw: (raw & 1, (raw >> 23) & 255, raw & (2**23 - 1))),
        _cut(lambda raw: (raw >> 31, (raw >> 23) & 255, raw & (1 << 22))),
        _cut(lambda raw: (raw >> 31, (raw >> 23) & (1 << 7), raw & (1 << 22))),
        _cut(lambda raw: (raw >> 31, (raw >> 23) & (1 << 7), raw & (2**23 - 1))),
    ),
    ways(
        "word-negated",
        "`abs`, or a minus, of the 32 bits as a signed integer changes more than the first bit: "
        "it is the two's complement of the whole word, so that exponent and fraction change, too. "
        "A mask takes the sign bit away: `& 0x7FFFFFFF`.",
        _negated_word(lambda raw: abs(_signed(raw))),
        _negated_word(lambda raw: -raw % 2**32 if raw >> 31 else raw),
    ),
    ways(
        "sign-as-plus-minus",
        "The sign field is one bit: 0 or 1, not ±1.",
        _changed(lambda sign, exponent, fraction: (-1 if sign else 1, exponent, fraction)),
    ),
    ways(
        "sign-inverted",
        "The sign bit is the wrong way round: 1 stands for a negative number.",
        _changed(lambda sign, exponent, fraction: (1 - sign, exponent, fraction)),
        lambda x: (int(x > 0), *_fields(x)[1:]),
    ),
    ways(
        "negative-zero-lost",
        "−0.0 has its sign bit set although −0.0 < 0 is False: look at the stored bit, not "
        "at a comparison.",
        lambda x: (int(x < 0), *_fields(x)[1:]),
        lambda x: (int(x <= 0), *_fields(x)[1:]),
    ),
    ways(
        "float64-layout",
        "These are the fields of a 64-bit float, which is what Python computes with. "
        "Convert to 32 bits first.",
        _float64_fields,
    ),
    ways(
        "float16-layout",
        "These are the fields of a 16-bit float. A float32 has 8 bits of exponent and 23 of "
        "fraction.",
        _float16_fields,
        _changed(lambda sign, exponent, fraction: (sign, exponent, fraction >> 16)),
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
        _byte_swapped_fields,
    ),
    ways(
        "sign-field-ignored",
        "The sign bit is always 0 in your result.",
        _changed(lambda sign, exponent, fraction: (0, exponent, fraction)),
    ),
    ways(
        "signed-shift",
        "An int32 whose first bit is 1 is negative, and `>>` brings in ones from the left: −1 "
        "stands for the sign. Mask each piece with as many ones as it has bits.",
        _cut(lambda raw: (_signed(raw) >> 31, (raw >> 23) & 255, raw & (2**23 - 1))),
        _cut(lambda raw: (_signed(raw) >> 31, _signed(raw) >> 23, raw & (2**23 - 1))),
        _cut(lambda raw: (raw >> 31, _signed(raw) >> 23, raw & (2**23 - 1))),
    ),
    ways(
        "sign-left-in-exponent",
        "The exponent still has the sign bit in front. Eight bits are its own: cut off what "
        "is left of them.",
        _cut(lambda raw: (raw >> 31, raw >> 23, raw & (2**23 - 1))),
    ),
    ways(
        "cut-at-another-place",
        "The 32 bits were cut at the wrong places. From the left: 1 bit of sign, 8 of "
        "exponent, 23 of fraction.",
        _cut(lambda raw: (raw >> 31, (raw >> 23) & 127, raw & (2**23 - 1))),
        _cut(lambda raw: (raw >> 31, (raw >> 24) & 127, raw & (2**24 - 1))),
        _cut(lambda raw: (raw >> 31, (raw >> 24) & 255, raw & (2**23 - 1))),
        _cut(lambda raw: (raw >> 31, (raw >> 22) & 255, raw & (2**22 - 1))),
        _cut(lambda raw: (raw >> 31, (raw >> 23) & 255, raw & (2**24 - 1))),
        _cut(lambda raw: (raw >> 31, (raw >> 24) & 255, raw & (2**24 - 1))),
        _cut(lambda raw: (raw >> 31, (raw >> 23) & 255, raw & 2**23)),
        _cut(lambda raw: (raw >> 31, (raw >> 22) & 511, raw & (2**22 - 1))),
        _cut(lambda raw: (raw >> 30, (raw >> 22) & 255, raw & (2**22 - 1))),
        _cut(lambda raw: (raw >> 32, (raw >> 24) & 255, raw & (2**24 - 1))),
    ),
    ways(
        "fraction-cut-short",
        "The upper bits of the fraction are missing: it was masked with fewer than 23 ones. 23 of "
        "them are `2**23 - 1`, or 0x7FFFFF.",
        *(_fraction_of(ones) for ones in (22, 21, 20, 19, 18, 16)),
    ),
    ways(
        "not-cut-off",
        "The exponent, or the fraction, still holds what stands in front of it. Mask each "
        "piece with as many ones as it has bits.",
        _cut(lambda raw: (raw >> 31, (raw >> 23) & 255, raw)),
        _cut(lambda raw: (raw >> 31, raw >> 23, raw)),
        _cut(lambda raw: (raw >> 31, (raw >> 23) & 255, raw & (2**31 - 1))),
    ),
    ways(
        "fields-in-another-order",
        "The fields came back in another order: sign, exponent, fraction.",
        _changed(lambda sign, exponent, fraction: (sign, fraction, exponent)),
        _changed(lambda sign, exponent, fraction: (fraction, exponent, sign)),
        _changed(lambda sign, exponent, fraction: (exponent, fraction, sign)),
        _changed(lambda sign, exponent, fraction: (exponent, sign, fraction)),
    ),
    ways(
        "fields-as-text",
        "The fields came back as text, a string of bits each. Read each one as an unsigned "
        "integer.",
        _changed(
            lambda sign, exponent, fraction: (
                f"{sign:b}",
                f"{exponent:08b}",
                f"{fraction:023b}",
            )
        ),
        _changed(lambda sign, exponent, fraction: (sign, f"{exponent:08b}", f"{fraction:023b}")),
    ),
    ways(
        "bits-read-as-decimal",
        "The bits of a field were read as digits of a decimal number: `int(text, 2)` reads "
        "them as bits.",
        _changed(
            lambda sign, exponent, fraction: (sign, int(f"{exponent:b}"), int(f"{fraction:b}"))
        ),
    ),
    ways(
        "leading-zeros-lost",
        "The leading zeros of the 32 bits were lost on the way (`bin` writes none), so the "
        "string was cut at the wrong places. Pad it to 32 characters first.",
        *(
            _cut_text(write, empty)
            for write in (lambda raw: f"{raw:b}", lambda raw: f"{raw:b}".ljust(32, "0"))
            for empty in ("", "0")
        ),
    ),
    ways(
        "fraction-as-number",
        "The fraction came back as a number below 1. The field is an integer of 23 bits.",
        _changed(lambda sign, exponent, fraction: (sign, exponent, fraction / 2**23)),
        _changed(lambda sign, exponent, fraction: (sign, exponent, 1 + fraction / 2**23)),
    ),
    ways(
        "fraction-of-other-bits",
        "The fraction was counted in other steps than 2**-23. Its field has 23 bits.",
        _changed(lambda sign, exponent, fraction: (sign, exponent, fraction * 2)),
        _changed(lambda sign, exponent, fraction: (sign, exponent, fraction // 2)),
        _where(_is_ordinary, _changed(lambda s, e, f: (s, e, round(f * (2**23 - 1) / 2**23)))),
    ),
    ways(
        "not-rounded-to-float32",
        "The number was never rounded to float32: bits that do not fit were cut off, or the "
        "fraction alone was rounded. Round the number itself first, to the nearest float32.",
        _by_arithmetic(int),
        _by_arithmetic(math.ceil),
        _where(_is_ordinary, _rebiased_double),
    ),
    ways(
        "double-rebiased",
        "These are the fields of the 64-bit float, cut to size: the fraction was cut and not "
        "rounded, and moving the exponent by 1023 − 127 is right for ordinary numbers only. 0, "
        "infinity and subnormals have the exponent fields 0 and 255. Convert to 32 bits first.",
        _rebiased_double,
        lambda x: (_rebiased_double(x)[0], _rebiased_double(x)[1] & 255, _rebiased_double(x)[2]),
        _where(lambda x: x != 0, _rebiased_double),
    ),
    ways(
        "fraction-overflows",
        "Close below a power of two the fraction is rounded up to 2**23, which 23 bits do not "
        "hold: the exponent grows by one, and the fraction is 0.",
        _by_arithmetic(round),
        _by_arithmetic(lambda fraction: math.floor(fraction + 0.5)),
        _by_arithmetic(lambda fraction: round(fraction) % 2**23),
        _by_arithmetic(lambda fraction: min(round(fraction), 2**23 - 1)),
    ),
    ways(
        "half-up",
        "A number halfway between two float32s was rounded up. It goes to the one whose "
        "fraction is even: let `struct`, torch or NumPy round.",
        _half_up,
    ),
    ways(
        "subnormals-as-normal",
        "Zero and subnormal numbers have no hidden 1: their exponent field is 0, and the "
        "fraction counts in steps of 2**-149.",
        _without_subnormals,
        _where(_is_subnormal, _without_subnormals),
        _where(lambda x: x == 0 or _is_subnormal(x), _without_subnormals),
        _where(_is_subnormal, lambda x: (int(x < 0), 1, _fields(x)[2])),
        _where(
            _is_subnormal,
            lambda x: (int(x < 0), 0, int((2 * math.frexp(abs(x))[0] - 1) * 2**23)),
        ),
        _where(_is_subnormal, lambda x: (int(x < 0), 0, int(math.frexp(abs(x))[0] * 2**23))),
    ),
    ways(
        "subnormals-as-zero",
        "Subnormal numbers became 0. They are the numbers closest to it, with an exponent "
        "field of 0 and a fraction that is not.",
        _where(_is_subnormal, lambda x: (int(x < 0), 0, 0)),
    ),
    ways(
        "zero-fails",
        "Your function fails on 0 or infinity, which have no logarithm, or no integer part. "
        "Their bits can be read like all others: 0 has exponent field 0, infinity 255.",
        *(
            except_where(picks, error, _fields)
            for picks in (
                lambda x: x == 0,
                math.isinf,
                lambda x: x == 0 or math.isinf(x),
                lambda x: x == 0 or math.isinf(x) or _is_subnormal(x),
            )
            for error in (ValueError, OverflowError, ZeroDivisionError)
        ),
        _after_a_logarithm,
    ),
    ways(
        "infinity-as-number",
        "Infinity has a pattern of its own: exponent field 255, fraction 0.",
        *(
            _infinity_as(*fields)
            for fields in ((254, 2**23 - 1), (255, 2**23 - 1), (128, 0), (0, 0), (126, 0))
        ),
    ),
)
