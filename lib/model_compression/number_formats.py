"""Integers as bits, their ranges, and the bytes a model takes (chapters 00 and 01).

Bits are a `str` of 0 and 1, most significant bit first, without prefix or separator; 1 to 64 of
them. The same pattern can be read in two ways: every bit has a place value, and two's complement
only turns the sign of the first one.

    bit of 10011111      1     0    0    1    1    1    1    1
    unsigned           128    64   32   16    8    4    2    1      sum  159
    signed            -128    64   32   16    8    4    2    1      sum  -97
"""

import math
from fractions import Fraction
from typing import Any

from model_compression._validation import checked_flag, checked_integer, checked_number, shown
from model_compression.float_formats import FLOAT32, FloatFields, float_fields

MAX_WIDTH = 64


def place_values(width: int, signed: bool) -> list[int]:
    """What each bit of a pattern is worth, most significant bit first.

    2^(width-1), ..., 4, 2, 1; signed (two's complement): the first one is negative.

    Args:
        width: number of bits, 1 ... 64.
        signed: True for two's complement.
    Returns: list of `width` ints.
    Raises: ValueError for a width outside 1 ... 64.

    >>> place_values(4, signed=True)
    [-8, 4, 2, 1]

    Source: Bryant & O'Hallaron, Computer Systems: A Programmer's Perspective, section 2.2.
    """
    width = checked_integer(width, "width", 1, MAX_WIDTH)
    values = [1 << position for position in reversed(range(width))]
    if checked_flag(signed, "signed"):
        values[0] = -values[0]
    return values


def unsigned_value(bits: str) -> int:
    """Read a bit pattern as an unsigned integer.

    value = sum of bit_i * 2^i, i counted from the right, from 0.

    Args:
        bits: str of 1 ... 64 characters 0 or 1, most significant first.
    Returns: int in 0 ... 2^width - 1.
    Raises: ValueError if `bits` is anything else.

    >>> unsigned_value("10011111")
    159
    """
    return _weighted_sum(bits, signed=False)


def signed_value(bits: str) -> int:
    """Read a bit pattern as a two's-complement integer.

    value = -bit_(w-1) * 2^(w-1) + sum of bit_i * 2^i over the other bits, w = width.

    Args:
        bits: str of 1 ... 64 characters 0 or 1, most significant first.
    Returns: int in -2^(width-1) ... 2^(width-1) - 1.
    Raises: ValueError if `bits` is anything else.

    >>> signed_value("10011111"), signed_value("01111111")
    (-97, 127)
    """
    return _weighted_sum(bits, signed=True)


def to_bits(value: int, width: int) -> str:
    """Write an integer as `width` bits; a negative one in two's complement.

    bits = value mod 2^width, in binary with leading zeros.

    Args:
        value: int in -2^(width-1) ... 2^width - 1. The range covers both readings, so 159 and -97
            give the same 8 bits.
        width: number of bits, 1 ... 64.
    Returns: str of exactly `width` characters.
    Raises: ValueError if `value` does not fit, or for a width outside 1 ... 64.

    >>> to_bits(5, 8), to_bits(-5, 8)
    ('00000101', '11111011')
    """
    width = checked_integer(width, "width", 1, MAX_WIDTH)
    lowest, _ = integer_range(width, signed=True)
    _, highest = integer_range(width, signed=False)
    value = checked_integer(value, f"value of {width} bits", lowest, highest)
    return format(value % 2**width, f"0{width}b")


def negate(bits: str) -> str:
    """Negate a two's-complement pattern: invert every bit, then add one.

    -x = ~x + 1 (mod 2^width). The carry out of the first bit is dropped, so zero and the lowest
    value (10...0, -128 for 8 bits) map to themselves.

    Args:
        bits: str of 1 ... 64 characters 0 or 1, most significant first.
    Returns: str of the same width.
    Raises: ValueError if `bits` is anything else.

    >>> negate("00000101")
    '11111011'
    >>> negate("10000000")
    '10000000'
    """
    _check_bits(bits)
    inverted = "".join("1" if bit == "0" else "0" for bit in bits)
    plus_one = (unsigned_value(inverted) + 1) % 2 ** len(bits)
    return to_bits(plus_one, len(bits))


def integer_range(width: int, signed: bool) -> tuple[int, int]:
    """Lowest and highest integer that `width` bits can hold, both included.

    unsigned: 0 ... 2^w - 1;  signed: -2^(w-1) ... 2^(w-1) - 1.

    Args:
        width: number of bits, 1 ... 64.
        signed: True for two's complement.
    Returns: (lowest, highest), two ints.
    Raises: ValueError for a width outside 1 ... 64.

    >>> integer_range(8, signed=True), integer_range(4, signed=False)
    ((-128, 127), (0, 15))
    """
    width = checked_integer(width, "width", 1, MAX_WIDTH)
    if checked_flag(signed, "signed"):
        return -(2 ** (width - 1)), 2 ** (width - 1) - 1
    return 0, 2**width - 1


def float32_fields(x: Any) -> FloatFields:
    """Take a float32 apart into its three stored fields.

    (-1)^sign * 1.fraction * 2^(exponent - 127); `model_compression.float_formats` has the whole
    story, other formats, and the way back.

    Args:
        x: a number; rounded to float32 (half to even, beyond the range to infinity).
    Returns: FloatFields(sign, exponent, fraction), three ints: 1, 8 and 23 bits. The exponent is
        the stored one, with its bias of 127; the fraction is without the hidden 1.
    Raises: ValueError if `x` is not a number.

    >>> sign, exponent, fraction = float32_fields(-6.5)      # -1.625 * 2^2
    >>> sign, exponent - 127, 1 + fraction / 2**23
    (1, 2, 1.625)

    Source: IEEE 754-2019, section 3.4.
    """
    return float_fields(x, FLOAT32)


def model_bytes(n_params: int, bits_per_param: float) -> int:
    """Bytes that the parameters of a model take.

    bytes = ceil(n_params * bits_per_param / 8), rounded up once, over the total.

    Args:
        n_params: number of parameters, an int >= 0.
        bits_per_param: bits each, > 0; may be fractional, as 4.5 for 4 bits plus shared scales.
            A float counts as the decimal number it prints as: 0.1 is one tenth.
    Returns: int, whole bytes (1 GB = 10^9 bytes). Scales and file headers are not included.
    Raises: ValueError for a negative count, or bits that are not a finite number > 0.

    >>> model_bytes(86_000_000, 32)                          # ViT-Base: 344 MB
    344000000
    >>> model_bytes(9, 4)                                    # 4.5 bytes do not exist
    5
    """
    n_params = checked_integer(n_params, "n_params", 0, math.inf)
    number = checked_number(bits_per_param, "bits_per_param", low_included=False)
    try:
        bits = Fraction(str(bits_per_param))
    except ValueError:  # a 0-dim tensor prints as more than its number
        bits = Fraction(str(number))
    return math.ceil(n_params * bits / 8)


def _weighted_sum(bits: str, signed: bool) -> int:
    _check_bits(bits)
    weights = place_values(len(bits), signed)
    return sum(weight for weight, bit in zip(weights, bits, strict=True) if bit == "1")


def _check_bits(bits: str) -> None:
    if not (isinstance(bits, str) and 1 <= len(bits) <= MAX_WIDTH and set(bits) <= {"0", "1"}):
        raise ValueError(f"bits: expected 1 to {MAX_WIDTH} characters 0 or 1, got {shown(bits)}")
