"""Solutions of exercise 01 as students could write them: signed_value."""

from __future__ import annotations

import math
import struct

import numpy as np
import torch

from tests.mutants.table import right, wrong


@wrong("signed_value", says="unsigned-read")
def forgets_the_sign(bits):
    return int(bits, 2)


@wrong("signed_value", says="sign-magnitude")
def first_bit_is_a_minus(bits):
    magnitude = int(bits[1:] or "0", 2)
    return -magnitude if bits[0] == "1" else magnitude


@wrong("signed_value", says="ones-complement")
def inverts_without_adding_one(bits):
    if bits[0] == "0":
        return int(bits, 2)
    return -int("".join("1" if bit == "0" else "0" for bit in bits), 2)


@wrong("signed_value", says="bits-reversed")
def sign_bit_on_the_right(bits):
    total = sum(int(bit) << place for place, bit in enumerate(bits[:-1]))
    return total - (int(bits[-1]) << (len(bits) - 1))


@wrong("signed_value", says="eight-bits-assumed")
def only_knows_bytes(bits):
    value = int(bits, 2)
    return value - 256 if len(bits) >= 8 and value >= 128 else value


@wrong("signed_value", says="leading-weight-off-by-one")
def subtracts_too_much(bits):
    value = int(bits[1:] or "0", 2)
    return value - 2 ** len(bits) if bits[0] == "1" else value


@wrong("signed_value", says="first-bit-dropped")
def cuts_the_sign_off(bits):
    return int(bits[1:] or "0", 2)


@wrong("signed_value", says="float-for-integer")
def signed_with_a_float_weight(bits):
    return int(bits, 2) - int(bits[0]) * 2.0 ** len(bits)


@wrong("signed_value", says="raises")
def fails_on_long_patterns(bits):
    return struct.unpack(">b", bytes([int(bits, 2)]))[0] if len(bits) == 8 else [][len(bits)]


@right("signed_value")
def subtracts_two_to_the_width(bits):
    value = int(bits, 2)
    return value - 2 ** len(bits) if bits[0] == "1" else value


@right("signed_value")
def weighs_each_bit(bits):
    weights = [2**i for i in range(len(bits))][::-1]
    weights[0] = -weights[0]
    return sum(weight * int(bit) for weight, bit in zip(weights, bits, strict=True))


@right("signed_value")
def flips_and_subtracts(bits):
    sign = 1 << (len(bits) - 1)
    return (int(bits, 2) ^ sign) - sign


@right("signed_value")
def inverts_and_adds_one(bits):
    if bits[0] == "0":
        return int(bits, 2)
    return -(int(bits.translate({48: "1", 49: "0"}), 2) + 1)


@right("signed_value")
def signed_as_a_tensor(bits):
    weights = [int(bit) << i for i, bit in enumerate(reversed(bits))]
    weights[-1] = -weights[-1]
    return torch.tensor(sum(weights), dtype=torch.int64)


@wrong("signed_value", says="one-bit")
def splits_off_the_only_bit(bits):
    return int(bits[1:], 2) - int(bits[0]) * 2 ** (len(bits) - 1)


@wrong("signed_value", says="one-bit")
def takes_one_bit_for_unsigned(bits):
    if len(bits) < 2:
        return int(bits)
    value = int(bits, 2)
    return value - 2 ** len(bits) if bits[0] == "1" else value


@wrong("signed_value", says="sign-from-the-last-bit")
def looks_at_the_wrong_end(bits):
    value = int(bits, 2)
    if bits[-1] == "1":
        value -= 2 ** len(bits)
    return value


@wrong("signed_value", says="lowest-number")
def makes_the_lowest_number_zero(bits):
    if bits[0] == "0":
        return int(bits, 2)
    inverted = int(bits.translate({48: "1", 49: "0"}), 2)
    return -((inverted + 1) % 2 ** (len(bits) - 1))


@wrong("signed_value", says="lowest-number")
def makes_the_lowest_number_positive(bits):
    value, half = int(bits, 2), 2 ** (len(bits) - 1)
    return value - 2 * half if value > half or (len(bits) == 1 and value) else value


@wrong("signed_value", says="sign-lost")
def forgets_the_minus(bits):
    if bits[0] == "0":
        return int(bits, 2)
    return int(bits.translate({48: "1", 49: "0"}), 2) + 1


@wrong("signed_value", says="always-negative")
def subtracts_in_any_case(bits):
    return int(bits, 2) - 2 ** len(bits)


@wrong("signed_value", says="offset-binary")
def centres_the_range(bits):
    return int(bits, 2) - 2 ** (len(bits) - 1)


@wrong("signed_value", says="first-bit-dropped")
def takes_half_of_it_off(bits):
    value = int(bits, 2)
    return value - 2 ** (len(bits) - 1) if bits[0] == "1" else value


@wrong("signed_value", says="caret-for-power")
def subtracts_a_caret(bits):
    value = int(bits, 2)
    return value - (2 ^ len(bits)) if bits[0] == "1" else value


@wrong("signed_value", says="last-bit-dropped")
def weighs_all_but_the_last(bits):
    total = -int(bits[0]) * 2 ** (len(bits) - 1) if len(bits) > 1 else 0
    for i in range(1, len(bits) - 1):
        total += int(bits[i]) * 2 ** (len(bits) - 1 - i)
    return total


@wrong("signed_value", says="eight-bits-assumed")
def casts_to_int8(bits):
    return np.array([int(bits, 2) % 256], dtype=np.uint8).view(np.int8)[0].item()


@wrong("signed_value", says="eight-bits-assumed")
def subtracts_256(bits):
    return int(bits, 2) - 256 if bits[0] == "1" else int(bits, 2)


@wrong("signed_value", says="integers-wrapped")
def reads_into_int32(bits):
    value = int(bits, 2)
    if bits[0] == "1":
        value -= 1 << len(bits)
    return torch.tensor(value).to(torch.int32).item()


@wrong("signed_value", says="integers-wrapped")
def builds_an_int64_tensor(bits):
    return torch.tensor(int(bits, 2)).item() - int(bits[0]) * 2 ** len(bits)


@wrong("signed_value", says="digits-lost")
def signed_through_floats(bits):
    return int(float(int(bits, 2)) - int(bits[0]) * 2.0 ** len(bits))


@wrong("signed_value", says="bits-read-as-decimal")
def signed_decimal(bits):
    return int(bits) - 2 ** len(bits) if bits[0] == "1" else int(bits)


@wrong("signed_value", says="text-not-number")
def signed_as_text(bits):
    return f"{int(bits, 2) - int(bits[0]) * 2 ** len(bits)}"


@wrong("signed_value", says="one-added-after-the-minus")
def adds_one_behind_the_minus(bits):
    if bits.startswith("1"):
        inverted = bits.translate(str.maketrans("01", "10"))
        return -int(inverted, 2) + 1
    return int(bits, 2)


@wrong("signed_value", says="leading-zeros-lost")
def takes_the_width_of_the_number(bits):
    value = int(bits, 2)
    width = value.bit_length()
    if width and value >> width - 1 & 1:
        value -= 1 << width
    return value


@wrong("signed_value", says="sign-not-extended")
def views_the_next_larger_integer(bits):
    w = len(bits)
    if w <= 8:
        unsigned, signed = (np.uint8, np.int8)
    elif w <= 16:
        unsigned, signed = (np.uint16, np.int16)
    elif w <= 32:
        unsigned, signed = (np.uint32, np.int32)
    else:
        unsigned, signed = (np.uint64, np.int64)
    return int(np.array([int(bits, 2)], dtype=unsigned).view(signed)[0])


@wrong("signed_value", says="fixed-limit-and-half")
def compares_with_127_and_takes_half_off(bits):
    v = int(bits, 2)
    if v > 127:
        v = v - 2 ** (len(bits) - 1)
    return v


@wrong("signed_value", says="bits-reversed-sign-magnitude")
def reads_a_minus_sign_at_the_end(bits):
    value = 0
    for i, b in enumerate(bits[:-1]):
        value += int(b) * 2**i
    if bits[-1] == "1":
        value = -value
    return value


@wrong("signed_value", says="fixed-limit")
def compares_with_127(bits):
    value = int(bits, 2)
    return value - 2 ** len(bits) if value > 127 else value


@wrong("signed_value", says="replaced-twice")
def turns_all_bits_twice(bits):
    if bits[0] == "0":
        return int(bits, 2)
    return -(int(bits.replace("0", "1").replace("1", "0"), 2) + 1)


@wrong("signed_value", says="rest-reversed")
def weighs_twice_and_reads_the_rest_from_the_left(bits):
    total = -int(bits[0]) * 2 ** len(bits)
    for i, bit in enumerate(bits[1:]):
        total += int(bit) * 2**i
    return total


@wrong("signed_value", says="rest-reversed")
def reads_the_rest_from_the_left(bits):
    total = -int(bits[0]) * 2 ** (len(bits) - 1)
    for i, bit in enumerate(bits[1:]):
        total += int(bit) * 2**i
    return total


@wrong("signed_value", says="digits-lost")
def takes_a_float_off_negative_numbers(bits):
    value = int(bits, 2)
    return int(value - math.pow(2, len(bits))) if bits[0] == "1" else value


@wrong("signed_value", says="exponent-cut-short")
def forgets_the_brackets_of_the_exponent(bits):
    return int("0" + bits[1:], 2) - int(bits[0]) * (2 ** len(bits) - 1)


@wrong("signed_value", says="half-taken-off")
def asks_the_last_bit_and_takes_half_off(bits):
    value = int(bits, 2)
    return value - 2 ** (len(bits) - 1) if bits[-1] == "1" else value


@wrong("signed_value", says="first-of-equals")
def looks_up_the_first_equal_character(bits):
    total = -(2 ** len(bits)) if bits[0] == "1" else 0
    for bit in bits:
        total += int(bit) * 2 ** (len(bits) - 1 - bits.index(bit))
    return total


@wrong("signed_value", says="lowest-number")
def stops_short_and_leaves_the_lowest_positive(bits):
    n, v = len(bits), int(bits, 2)
    return v - (2**n - 1) if v > 2 ** (n - 1) else v
