"""Floating-point formats: how float32, float16 and bfloat16 store a number (chapter 01).

A float is three integers side by side: sign, exponent, fraction (from the left).

    stored exponent      value
    0                    (-1)^sign * 0.fraction * 2^(1 - bias)            zero and subnormals
    1 ... all ones - 1   (-1)^sign * 1.fraction * 2^(exponent - bias)     normal numbers
    all ones             infinity if the fraction is 0, otherwise NaN

    format      sign  exponent  fraction   bias   largest      epsilon
    float32        1         8        23    127   3.4e38       2^-23
    float16        1         5        10     15   65504        2^-10
    bfloat16       1         8         7    127   3.4e38       2^-7

Source: IEEE 754-2019, section 3.4 (float32 is binary32, float16 is binary16). bfloat16 is the left
half of a float32: Kalamkar et al. 2019, A Study of BFLOAT16 for Deep Learning Training.
"""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch

from model_compression._validation import as_float, checked_integer, shown


class FloatFields(NamedTuple):
    """The three stored integers of a float; unpacks as (sign, exponent, fraction).

    >>> FloatFields(sign=0, exponent=127, fraction=0)        # 1.0 as a float32
    FloatFields(sign=0, exponent=127, fraction=0)
    """

    sign: int
    exponent: int
    fraction: int


@dataclass(frozen=True)
class FloatFormat:
    """Layout of a floating-point format, and the limits that follow from it.

    >>> FLOAT16.width, FLOAT16.bias, FLOAT16.largest
    (16, 15, 65504.0)
    """

    name: str
    exponent_bits: int
    fraction_bits: int
    dtype: torch.dtype

    @property
    def width(self) -> int:
        """Bits in all: sign, exponent, fraction."""
        return 1 + self.exponent_bits + self.fraction_bits

    @property
    def bias(self) -> int:
        """2^(exponent_bits - 1) - 1, subtracted from the stored exponent."""
        return (1 << (self.exponent_bits - 1)) - 1

    @property
    def largest(self) -> float:
        """Largest finite value: (2 - epsilon) * 2^bias."""
        return math.ldexp(2 - self.epsilon, self.bias)

    @property
    def smallest_normal(self) -> float:
        """Smallest positive value with a hidden 1: 2^(1 - bias)."""
        return math.ldexp(1.0, 1 - self.bias)

    @property
    def smallest_subnormal(self) -> float:
        """Smallest positive value at all: 2^(1 - bias - fraction_bits)."""
        return math.ldexp(1.0, 1 - self.bias - self.fraction_bits)

    @property
    def epsilon(self) -> float:
        """Distance from 1 to the next larger value: 2^-fraction_bits."""
        return math.ldexp(1.0, -self.fraction_bits)


FLOAT32 = FloatFormat("float32", exponent_bits=8, fraction_bits=23, dtype=torch.float32)
FLOAT16 = FloatFormat("float16", exponent_bits=5, fraction_bits=10, dtype=torch.float16)
BFLOAT16 = FloatFormat("bfloat16", exponent_bits=8, fraction_bits=7, dtype=torch.bfloat16)


def float_bits(x: Any, float_format: FloatFormat = FLOAT32) -> str:
    """Bit pattern of a number, most significant bit first.

    Args:
        x: a number. It is rounded to float32 and then to the format, each time half to even;
            beyond the largest value it becomes infinity.
        float_format: FLOAT32, FLOAT16 or BFLOAT16.
    Returns: str of `float_format.width` characters 0 and 1: sign, exponent, fraction.
    Raises: ValueError if `x` is not a number, or for another format.

    >>> float_bits(1.0, BFLOAT16)
    '0011111110000000'
    """
    _check_format(float_format)
    if float_format not in (FLOAT32, FLOAT16, BFLOAT16):
        raise ValueError(
            f"float_format: expected a format that torch has, got {shown(float_format)}"
        )
    number = as_float(x, "x")
    if number is None:
        raise ValueError(f"x: expected one number, got {shown(x)}")
    stored = torch.tensor(number, dtype=torch.float32, device="cpu").to(float_format.dtype)
    same_width = torch.int32 if float_format.width == 32 else torch.int16
    pattern = int(stored.view(same_width).item()) % 2**float_format.width
    return format(pattern, f"0{float_format.width}b")


def float_fields(x: Any, float_format: FloatFormat = FLOAT32) -> FloatFields:
    """Take a float apart into its three stored fields.

    Args:
        x: a number, rounded to the format as in `float_bits`.
        float_format: FLOAT32, FLOAT16 or BFLOAT16.
    Returns: FloatFields(sign, exponent, fraction), three ints. The exponent is the stored one, with
        its bias; the fraction is without the hidden 1.
    Raises: ValueError if `x` is not a number, or for another format.

    >>> float_fields(-6.5, FLOAT16)                          # -1.625 * 2^2, and 640 / 2^10 = 0.625
    FloatFields(sign=1, exponent=17, fraction=640)
    """
    bits = float_bits(x, float_format)
    exponent_end = 1 + float_format.exponent_bits
    return FloatFields(
        sign=int(bits[0]),
        exponent=int(bits[1:exponent_end], 2),
        fraction=int(bits[exponent_end:], 2),
    )


def float_value(fields: FloatFields, float_format: FloatFormat = FLOAT32) -> float:
    """Put a float together again from its stored fields: the inverse of `float_fields`.

    The table at the top of this module is the formula.

    Args:
        fields: (sign, exponent, fraction), three ints that fit the format.
        float_format: FLOAT32, FLOAT16 or BFLOAT16.
    Returns: float, exact (a Python float holds every value of the three formats).
    Raises: ValueError if a field does not fit its bits, or for what is no FloatFormat.

    >>> float_value(FloatFields(1, 17, 640), FLOAT16)
    -6.5
    """
    _check_format(float_format)
    if not isinstance(fields, tuple | list) or len(fields) != 3:
        raise ValueError(
            f"fields: expected three ints (sign, exponent, fraction), got {shown(fields)}"
        )
    top_exponent = 2**float_format.exponent_bits - 1
    sign = (-1.0) ** checked_integer(fields[0], "sign", 0, 1)
    exponent = checked_integer(fields[1], "exponent", 0, top_exponent)
    fraction = checked_integer(fields[2], "fraction", 0, 2**float_format.fraction_bits - 1)
    if exponent == top_exponent:
        return math.nan if fraction else sign * math.inf
    if exponent == 0:
        return sign * fraction * float_format.smallest_subnormal
    return sign * math.ldexp(1 + fraction * float_format.epsilon, exponent - float_format.bias)


def spacing(x: Any, float_format: FloatFormat = FLOAT32) -> float:
    """Distance from the magnitude of a number to the next larger value of the format.

    It is the same for all values with one stored exponent, and doubles from one to the next.

    Args:
        x: a number, rounded to the format as in `float_bits`.
        float_format: FLOAT32, FLOAT16 or BFLOAT16.
    Returns: float, a power of two; infinity for the largest value, which has none above it.
    Raises: ValueError if `x` is not a number, or not finite in the format; for another format.

    >>> spacing(1.0, FLOAT32) == 2**-23, spacing(1000.0, BFLOAT16)
    (True, 4.0)
    """
    _, exponent, fraction = float_fields(x, float_format)
    if exponent == 2**float_format.exponent_bits - 1:
        raise ValueError(
            f"x: expected a number that is finite in {float_format.name}, got {shown(x)}"
        )
    here = exponent << float_format.fraction_bits | fraction
    following = divmod(here + 1, 2**float_format.fraction_bits)
    magnitude = float_value(FloatFields(0, exponent, fraction), float_format)
    return float_value(FloatFields(0, *following), float_format) - magnitude


def _check_format(float_format: Any) -> None:
    if not isinstance(float_format, FloatFormat):
        raise ValueError(
            f"float_format: expected FLOAT32, FLOAT16 or BFLOAT16, got {shown(float_format)}"
        )
