"""Answers to exercise 01 of strangers whose mistakes had no cause, or another one's."""

from __future__ import annotations

import math

import numpy as np

from tests.mutants.table import wrong


@wrong("unsigned_value", says="trailing-zeros-cut")
def strips_zeros_at_both_ends_and_returns_text(bits):
    core = bits.strip("0")
    if core == "":
        return "0"
    value = 0
    for c in core:
        value = value * 2 + int(c)
    return str(value)


@wrong("unsigned_value", says="place-squared")
def squares_the_place_counted_from_the_left(bits):
    value = 0
    for i, c in enumerate(bits):
        weight = i**2
        value += weight * int(c)
    return value


@wrong("signed_value", says="sign-not-extended")
def fills_up_with_zeros_to_64_bits(bits):
    import struct

    padded = bits.zfill(64)
    raw = int(padded, 2).to_bytes(8, "big")
    (value,) = struct.unpack(">q", raw)
    return value


@wrong("signed_value", says="ones-complement")
def replaces_twice_and_adds_no_one(bits):
    if bits[0] == "0":
        return int(bits, 2)
    inverted = bits.replace("0", "1").replace("1", "0").replace("0", "1")
    return -int(inverted, 2)


@wrong("signed_value", says="one-bit")
def reads_one_bit_unsigned_and_takes_one_too_few_off(bits):
    n = len(bits)
    if n == 1:
        return int(bits)
    value = int(bits, 2)
    highest = 2 ** (n - 1) - 1
    if value > highest:
        value = value - (2**n - 1)
    return value


@wrong("to_bits", says="lowest-number-clamped")
def clamps_to_a_symmetric_range(value, width):
    lowest = -(2 ** (width - 1) - 1)
    highest = 2**width - 1
    value = max(lowest, min(highest, value))
    if value < 0:
        value += 2**width
    return format(value, "b").zfill(width)


@wrong("to_bits", says="padded-with-ones")
def puts_ones_before_the_magnitude(value, width):
    digits = format(abs(value), "b")
    fill = "1" if value < 0 else "0"
    return digits.rjust(width, fill)[-width:]


@wrong("negate", says="last-one-inverted")
def inverts_the_last_one_as_well(bits):
    i = bits.rfind("1")
    if i == -1:
        return bits
    head, tail = (bits[: i + 1], bits[i + 1 :])
    return head.translate(str.maketrans("01", "10")) + tail


@wrong("negate", says="ones-complement")
def keeps_the_first_bit_and_adds_no_one(bits):
    sign, digits = (bits[0], bits[1:])
    inverted = ""
    for c in digits:
        inverted += "1" if c == "0" else "0"
    return sign + inverted


@wrong("negate", says="unsigned-number-returned")
def negates_the_unsigned_number(bits):
    value = 0
    for c in bits:
        value = 2 * value + int(c)
    return -value


@wrong("negate", says="modulus-off-by-one")
def counts_modulo_one_less_in_8_characters(bits):
    width = len(bits)
    top = 2**width - 1
    number = (top - int(bits, 2) + 1) % max(top, 2)
    return format(number, "08b")


@wrong("integer_range", says="width-in-bytes")
def takes_bytes_for_bits(width, signed):
    bits = 8 * width
    if signed:
        return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    return (0, 2**bits - 1)


@wrong("integer_range", says="minus-lost")
def doubles_the_width_and_forgets_a_minus(width, signed):
    if signed:
        low = 2 * (width - 1)
        high = 2 * (width - 1) - 1
    else:
        low = 0
        high = 2 * width - 1
    return (low, high)


@wrong("integer_range", says="range-object")
def returns_a_range_without_its_end(width, signed):
    if signed:
        start, stop = (-(2 ** (width - 1)), 2 ** (width - 1) - 1)
    else:
        start, stop = (0, 2**width - 1)
    return range(start, stop)


@wrong("float32_fields", says="subnormals-as-normal")
def trusts_frexp_for_subnormals_too(x):
    value = float(np.float32(x))
    sign = 1 if math.copysign(1.0, value) < 0 else 0
    if value == 0:
        return (sign, 0, 0)
    if math.isinf(value):
        return (sign, 255, 0)
    mantissa, e = math.frexp(abs(value))
    exponent = e + 127
    fraction = int((2 * mantissa - 1) * 2**23)
    return (sign, exponent, fraction)


@wrong("float32_fields", says="infinity-without-sign")
def gives_infinity_the_largest_number_without_sign(x):
    import struct

    if math.isinf(x):
        return (0, 254, 2**23 - 1)
    n = struct.unpack("<I", struct.pack("<f", x))[0]
    return (n >> 31, n >> 23 & 255, n & 8388607)


@wrong("model_bytes", says="whole-words")
def fills_up_to_words_of_4_bytes(n_params, bits_per_param):
    total_bits = n_params * bits_per_param
    words = math.ceil(total_bits / 32)
    return words * 4


@wrong("model_bytes", says="rounded-to-nearest")
def rounds_kilobytes_to_the_nearest(n_params, bits_per_param):
    total_bits = n_params * bits_per_param
    kilobytes = total_bits / 8 / 1024
    return round(kilobytes)
