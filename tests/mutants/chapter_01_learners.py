"""What learners wrote in exercise 01 to see what the checks say: two mistakes at once."""

from __future__ import annotations

import struct

from tests.mutants.table import wrong


@wrong("integer_range", says="range-symmetric")
def symmetric_and_floats_for_large_widths(width, signed):
    if signed:
        top = 2 ** (width - 1) - 1
        return -top, top
    return 0, float(2**width - 1) if width > 32 else 2**width - 1


@wrong("integer_range", says="digits-lost")
def symmetric_and_all_through_floats(width, signed):
    if signed:
        top = int(2.0 ** (width - 1) - 1)
        return -top, top
    return 0, int(2.0**width - 1)


@wrong("float32_fields", says="negative-zero-lost")
def hidden_one_set_and_sign_compared(x):
    (pattern,) = struct.unpack(">I", struct.pack(">f", x))
    return int(x < 0), (pattern >> 23) & 255, pattern & (2**23 - 1) | 2**23


@wrong("float32_fields", says="hidden-one-included")
def hidden_one_but_for_zero_and_sign_compared(x):
    (pattern,) = struct.unpack(">I", struct.pack(">f", x))
    fraction = pattern & (2**23 - 1)
    return int(x < 0), (pattern >> 23) & 255, fraction + 2**23 if x != 0 else fraction


@wrong("float32_fields", says="negative-zero-lost")
def bias_taken_off_and_sign_compared(x):
    (pattern,) = struct.unpack(">I", struct.pack(">f", x))
    return int(x < 0), ((pattern >> 23) & 255) - 127, pattern & (2**23 - 1)


@wrong("float32_fields", says="negative-zero-lost")
def exponent_of_seven_bits_and_sign_compared(x):
    (pattern,) = struct.unpack(">I", struct.pack(">f", x))
    return int(x < 0), (pattern >> 23) & 127, pattern & (2**23 - 1)


@wrong("signed_value", says="ones-complement")
def takes_255_off(bits):
    value = int(bits, 2)
    if bits[0] == "1":
        value -= 255
    return value


@wrong("signed_value", says="eight-bits-assumed")
def inverts_within_a_byte(bits):
    value = int(bits, 2)
    return -(value ^ 0xFF) if bits[0] == "1" else value


@wrong("signed_value", says="ones-complement")
def takes_255_off_above_127(bits):
    value = int(bits, 2)
    return value - 255 if value > 127 else value
