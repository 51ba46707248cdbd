"""Answers to exercise 01 of more strangers: two mistakes at a time, and how Python reads a line."""

from __future__ import annotations

import math
import struct

from tests.mutants.table import wrong


@wrong("unsigned_value", says="shift-before-and")
def shifts_by_one_and_the_digit(bits):
    value = int(bits[0])
    for c in bits[1:]:
        value = value << 1 + int(c)
    return value


@wrong("unsigned_value", says="shift-before-and")
def shifts_the_sum_so_far(bits):
    total = 0
    for i, c in enumerate(bits):
        total = total + int(c) << len(bits) - 1 - i
    return total


@wrong("unsigned_value", says="last-bit-dropped")
def counts_codes_of_characters_up_to_the_last_but_one(bits):
    value = 0
    for i in range(len(bits) - 1):
        value = value * 2
        value = value + ord(bits[i])
    return value


@wrong("unsigned_value", says="characters-not-digits")
def counts_codes_of_characters_from_the_wrong_end(bits):
    return sum(ord(c) * 2**i for i, c in enumerate(bits))


@wrong("unsigned_value", says="bits-reversed")
def prints_the_value_read_from_the_wrong_end(bits):
    value = 0
    for c in bits[::-1]:
        value = 2 * value + int(c)
    print(value)


@wrong("signed_value", says="ones-complement")
def prints_one_too_few(bits):
    value = int(bits, 2)
    if bits[0] == "1":
        value -= 2 ** len(bits) - 1
    print("the value is\n", value)


@wrong("signed_value", says="minus-before-the-whole-pattern")
def inverts_a_number_without_a_width(bits):
    u = int(bits, 2)
    if bits[0] == "1":
        return ~u + 1
    return u


@wrong("signed_value", says="lowest-place-negative")
def counts_the_first_character_as_minus_one(bits):
    total = 0
    for i, c in enumerate(bits):
        weight = 2**i
        if i == 0:
            weight = -weight
        total += weight * int(c)
    return total


@wrong("signed_value", says="shift-before-and")
def shifts_the_difference(bits):
    value = int(bits, 2)
    return value - int(bits[0]) << len(bits)


@wrong("to_bits", says="padded-with-zeros")
def fills_up_the_shortest_pattern_with_zeros(value, width):
    if value < -(2 ** (width - 1)) or value > 2**width - 1:
        raise ValueError("out of range")
    if value < 0:
        needed = (-value - 1).bit_length() + 1
        return format(value + 2**needed, "b").zfill(width)
    return format(value, "b").zfill(width)


@wrong("to_bits", says="sign-bit-in-front")
def puts_a_sign_before_a_full_magnitude(value, width):
    if value < -(2 ** (width - 1)) or value > 2**width - 1:
        raise ValueError("out of range")
    magnitude = format(abs(value), "b").zfill(width)
    if value < 0:
        return "1" + magnitude
    return magnitude


@wrong("to_bits", says="sign-bit-in-front")
def puts_a_sign_before_inverted_bits(value, width):
    if value < -(2 ** (width - 1)) or value > 2**width - 1:
        raise ValueError("out of range")
    if value < 0:
        return "1" + format(2**width - 1 + value, "b").zfill(width)
    return "0" + format(value, "b").zfill(width)


@wrong("negate", says="carry-cut-at-the-wrong-end")
def reads_backwards_and_drops_the_last_bit(bits):
    n = len(bits)
    number = int(bits[::-1], 2) + 1
    return format(number, "b").zfill(n)[:n]


@wrong("negate", says="written-backwards")
def reads_backwards_and_keeps_the_carry(bits):
    return format(int(bits[::-1], 2) + 1, "b").zfill(len(bits))


@wrong("negate", says="eight-bits-assumed")
def writes_a_minus_into_eight_places(bits):
    value = int(bits, 2)
    if value >= 128:
        value -= 256
    return format(-value, "08b")


@wrong("integer_range", says="shift-before-and")
def shifts_by_one_less(width, signed):
    if signed:
        half = 1 << (width - 1)
        return -half, half - 1
    return 0, 1 << width - 1


@wrong("integer_range", says="range-symmetric")
def ends_at_the_count_from_one_too_high(width, signed):
    count = 2**width
    lowest = 0
    if signed:
        lowest = -(count // 2) + 1
    return lowest, count


@wrong("integer_range", says="lowest-too-low")
def takes_a_caret_and_one_off_at_both_ends(width, signed):
    if signed:
        return -(2 ^ (width - 1)) - 1, (2 ^ (width - 1)) - 1
    return 0, (2 ^ width) - 1


@wrong("integer_range", says="end-not-included")
def doubles_the_width_and_includes_one_more(width, signed):
    if signed:
        return -2 * (width - 1), 2 * (width - 1)
    return 0, 2 * width


@wrong("float32_fields", says="half-up")
def rounds_halves_up_and_lets_the_fraction_overflow(x):
    sign = 1 if math.copysign(1.0, x) < 0 else 0
    a = abs(x)
    if a == 0:
        return sign, 0, 0
    if math.isinf(a):
        return sign, 255, 0
    m, e = math.frexp(a)
    exponent = e - 1 + 127
    if exponent <= 0:
        return sign, 0, math.floor(math.ldexp(a, 149) + 0.5)
    return sign, exponent, math.floor((2 * m - 1) * 2**23 + 0.5)


@wrong("float32_fields", says="cut-at-another-place")
def shifts_by_22_and_swaps_exponent_and_fraction(x):
    n = struct.unpack(">I", struct.pack(">f", x))[0]
    return n >> 31, n & (1 << 23) - 1, (n >> 22) & 0xFF


@wrong("float32_fields", says="bias-removed")
def takes_the_bias_off_and_begins_at_the_fraction(x):
    n = struct.unpack(">I", struct.pack(">f", x))[0]
    return n & 2**23 - 1, (n >> 23 & 255) - 127, n >> 31


@wrong("model_bytes", says="rounded-down")
def counts_bits_and_rounds_them_down(n_params, bits_per_param):
    return int(n_params * bits_per_param)


@wrong("model_bytes", says="bytes-added")
def fills_up_words_and_adds_a_scale(n_params, bits_per_param):
    n_bytes = math.ceil(n_params * bits_per_param / 8)
    words = math.ceil(n_bytes / 4)
    return words * 4 + 4


@wrong("model_bytes", says="bytes-added")
def rounds_down_and_adds_a_header(n_params, bits_per_param):
    return int(n_params * bits_per_param / 8) + 8
