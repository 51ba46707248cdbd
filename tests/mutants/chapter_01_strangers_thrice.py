"""Answers to exercise 01 of a third round of strangers: two mistakes at a time."""

from __future__ import annotations

import math

import numpy as np

from tests.mutants.table import wrong


@wrong("unsigned_value", says="digits-lost")
def doubles_every_place_in_floats(bits):
    n = len(bits)
    total = 0.0
    for i in range(n):
        total = total + int(bits[i]) * math.pow(2, n - i)
    return int(total)


@wrong("unsigned_value", says="prefix-cut")
def cuts_a_prefix_and_reads_a_sign(bits):
    digits = bits[2:]
    if digits == "":
        return 0
    value = int(digits, 2)
    if digits[0] == "1":
        value -= 2 ** len(digits)
    return value


@wrong("unsigned_value", says="prefix-cut")
def cuts_a_prefix_that_is_not_there(bits):
    return int(bits[2:] or "0", 2)


@wrong("signed_value", says="prefix-cut")
def cuts_a_prefix_and_reads_a_magnitude(bits):
    digits = bits[2:] or "0"
    magnitude = int("0" + digits[1:], 2)
    return -magnitude if digits[0] == "1" else magnitude


@wrong("negate", says="first-one-not-last")
def begins_the_shortcut_at_the_first_one(bits):
    pos = bits.find("1")
    if pos == -1:
        return bits
    front = ""
    for c in bits[:pos]:
        front += "1" if c == "0" else "0"
    return front + bits[pos:]


@wrong("negate", says="other-side-inverted")
def inverts_what_is_behind_the_last_one(bits):
    pos = bits.rfind("1")
    if pos == -1:
        return bits
    behind = "".join("1" if c == "0" else "0" for c in bits[pos + 1 :])
    return bits[: pos + 1] + behind


@wrong("negate", says="width-lost")
def replaces_twice_and_loses_the_width(bits):
    inverted = bits.replace("0", "1").replace("1", "0")
    number = int(inverted, 2) + 1
    number = number % 2 ** len(bits)
    return format(number, "b")


@wrong("negate", says="minimum-saturated")
def saturates_in_eight_characters(bits):
    w = len(bits)
    value = int(bits, 2)
    result = 2 ** (w - 1) - 1 if value == 2 ** (w - 1) else -value % 2**w
    return format(result, "08b")


@wrong("negate", says="modulus-off-by-one")
def adds_the_carry_at_the_other_end(bits):
    w = len(bits)
    total = (int(bits, 2) ^ (2**w - 1)) + 1
    if total >= 2**w:
        total = total - 2**w + 1
    return format(total, "b").zfill(w)


@wrong("integer_range", says="integers-wrapped")
def turns_the_flag_round_in_int64(width, signed):
    count = np.int64(2) ** np.int64(width)
    if signed:
        low, high = 0, count - 1
    else:
        low, high = -(count // 2), count // 2 - 1
    return int(low), int(high)


@wrong("integer_range", says="always-signed")
def ignores_the_flag_and_one_end(width, signed):
    return -(2 ** (width - 1)), 2 ** (width - 1)


@wrong("model_bytes", says="bits-made-whole")
def rounds_bits_and_returns_the_quotient(n_params, bits_per_param):
    bits = math.ceil(bits_per_param)
    return n_params * bits / 8
