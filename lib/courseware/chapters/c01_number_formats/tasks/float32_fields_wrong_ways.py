"""What wrong ways of `float32_fields` give."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Any

import torch

Fields = tuple[Any, Any, Any]


def _raw(x: float) -> int:
    return int(struct.unpack(">I", struct.pack(">f", x))[0])


def fields(x: float) -> Fields:
    return _raw(x) >> 31, (_raw(x) >> 23) & 255, _raw(x) & (2**23 - 1)


def changed(change: Callable[[int, int, int], Any]) -> Callable[[float], Any]:
    """Something else made of the right fields."""
    return lambda x: change(*fields(x))


def each_field(
    sign_of: Callable[[float, int], Any] = lambda x, sign: sign,
    exponent_of: Callable[[int, int], Any] = lambda sign, exponent: exponent,
    fraction_of: Callable[[float, int, int], Any] = lambda x, exponent, fraction: fraction,
) -> Callable[[float], Fields]:
    """Each field made by itself of the number and of what stands in front of it."""

    def behaves(x: float) -> Fields:
        sign, exponent, fraction = fields(x)
        return sign_of(x, sign), exponent_of(sign, exponent), fraction_of(x, exponent, fraction)

    return behaves


def cut(at: Callable[[int], Any]) -> Callable[[float], Any]:
    """The 32 bits cut in another way."""
    return lambda x: at(_raw(x))


def float64_fields(x: float) -> Fields:
    raw = struct.unpack(">Q", struct.pack(">d", x))[0]
    return raw >> 63, (raw >> 52) & 2047, raw & (2**52 - 1)


def rebiased_double(x: float) -> Fields:
    """The fields of a double, brought to the widths of a float32 without rounding."""
    sign, exponent, fraction = float64_fields_cut(x)
    return sign, exponent - 1023 + 127, fraction


def float64_fields_cut(x: float) -> Fields:
    """Sign and exponent of a double, and as much of its fraction as a float32 has."""
    sign, exponent, fraction = float64_fields(x)
    return sign, exponent, fraction >> 29


def byte_swapped_fields(x: float) -> Fields:
    raw = struct.unpack("<I", struct.pack(">f", x))[0]
    return raw >> 31, (raw >> 23) & 255, raw & (2**23 - 1)


def float16_fields(x: float) -> Fields:
    raw = int(torch.tensor(x).to(torch.float16).view(torch.int16)) & 0xFFFF
    return raw >> 15, (raw >> 10) & 31, raw & 1023


def is_ordinary(x: float) -> bool:
    """A normal number, from the smallest on."""
    return math.isfinite(x) and abs(x) >= 2.0**-126


def by_arithmetic(round_fraction: Callable[[float], int]) -> Callable[[float], Fields]:
    """From the mantissa of the double: never rounded to float32 as a whole."""

    def behaves(x: float) -> Fields:
        if not is_ordinary(x):
            return fields(x)
        mantissa, exponent = math.frexp(abs(x))
        return int(x < 0), exponent + 126, round_fraction((2 * mantissa - 1) * 2**23)

    return behaves


def half_up(x: float) -> Fields:
    """Rounded to float32 with halves up in magnitude."""
    if not is_ordinary(x):
        return fields(x)
    mantissa, exponent = math.frexp(abs(x))
    steps = math.floor(mantissa * 2**24 + 0.5)
    return fields(math.copysign(math.ldexp(steps, exponent - 24), x))


def without_subnormals(x: float) -> Fields:
    """By logarithm, for normal numbers only; subnormals get a hidden one that they lack."""
    mantissa, exponent = math.frexp(abs(x))
    return int(x < 0), exponent + 126, int((2 * mantissa - 1) * 2**23)


def is_subnormal(x: float) -> bool:
    return x != 0 and not is_ordinary(x) and math.isfinite(x)


def where(
    picks: Callable[[float], bool], instead: Callable[[float], Any]
) -> Callable[[float], Any]:
    return lambda x: instead(x) if picks(x) else fields(x)


def after_a_logarithm(x: float) -> Fields:
    """log2 refuses 0, and infinity has no integer part."""
    math.floor(math.log2(abs(x)))
    return fields(x)


def infinity_as(exponent: int, fraction: int) -> Callable[[float], Any]:
    return where(math.isinf, lambda x: (int(x < 0), exponent, fraction))


def fraction_of(ones: int) -> Callable[[float], Any]:
    """The fraction masked with so many ones."""
    return cut(lambda raw: (raw >> 31, (raw >> 23) & 255, raw & (2**ones - 1)))


def shifted(sign: int, exponent: int) -> Callable[[float], Any]:
    """Sign and exponent shifted down by so many places."""
    return cut(lambda raw: (raw >> sign, (raw >> exponent) & 255, raw & (2**23 - 1)))


def cut_text(write: Callable[[int], str], empty: str) -> Callable[[float], Any]:
    """A string of bits cut after 1 and 9 characters; `empty` stands for a piece without any."""

    def pieces(raw: int) -> Fields:
        bits = write(raw)
        sign, exponent, fraction = (
            int(piece or empty, 2) for piece in (bits[:1], bits[1:9], bits[9:])
        )
        return sign, exponent, fraction

    return cut(pieces)


def signed(raw: int) -> int:
    return raw - 2**32 if raw >> 31 else raw


def negated_word(change: Callable[[int], int]) -> Callable[[float], Any]:
    """Exponent and fraction of another word."""
    return cut(lambda raw: (raw >> 31, (change(raw) >> 23) & 255, change(raw) & (2**23 - 1)))
