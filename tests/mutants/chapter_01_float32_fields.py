"""Solutions of exercise 01 as students could write them: float32_fields."""

from __future__ import annotations

import math
import struct

import numpy as np
import torch

from tests.mutants.table import right, wrong


def _raw(x):
    return struct.unpack(">I", struct.pack(">f", x))[0]


@wrong("float32_fields", says="bias-removed")
def takes_off_127(x):
    return _raw(x) >> 31, ((_raw(x) >> 23) & 0xFF) - 127, _raw(x) & 0x7FFFFF


@wrong("float32_fields", says="hidden-one-included")
def adds_the_hidden_one(x):
    return _raw(x) >> 31, (_raw(x) >> 23) & 0xFF, (_raw(x) & 0x7FFFFF) + 0x800000


@wrong("float32_fields", says="sign-as-plus-minus")
def sign_is_one_or_minus_one(x):
    return 1 - 2 * (_raw(x) >> 31), (_raw(x) >> 23) & 0xFF, _raw(x) & 0x7FFFFF


@wrong("float32_fields", says="negative-zero-lost")
def compares_with_zero(x):
    return (1 if x < 0 else 0), (_raw(x) >> 23) & 0xFF, _raw(x) & 0x7FFFFF


@wrong("float32_fields", says="float64-layout")
def unpacks_a_double(x):
    raw = struct.unpack(">Q", struct.pack(">d", x))[0]
    return raw >> 63, (raw >> 52) & 0x7FF, raw & ((1 << 52) - 1)


@wrong("float32_fields", says="byte-order-mixed")
def mixes_byte_orders(x):
    raw = int.from_bytes(struct.pack("<f", x), "big")
    return raw >> 31, (raw >> 23) & 0xFF, raw & 0x7FFFFF


@wrong("float32_fields", says="sign-field-ignored")
def works_on_the_magnitude(x):
    raw = _raw(abs(x))
    return raw >> 31, (raw >> 23) & 0xFF, raw & 0x7FFFFF


@wrong("float32_fields", says="fraction-as-number")
def scales_the_fraction(x):
    return _raw(x) >> 31, (_raw(x) >> 23) & 0xFF, (_raw(x) & 0x7FFFFF) / 2**23


@wrong("float32_fields", says="subnormals-as-normal")
def by_logarithm(x):
    raw = _raw(x)
    if (raw & 0x7F800000) == 0x7F800000 or raw << 1 & 0xFFFFFFFF == 0:
        return raw >> 31, (raw >> 23) & 0xFF, raw & 0x7FFFFF
    x = struct.unpack(">f", struct.pack(">f", x))[0]
    mantissa, exponent = math.frexp(abs(x))
    return raw >> 31, exponent + 126, int((2 * mantissa - 1) * 2**23)


@right("float32_fields")
def with_struct(x):
    raw = _raw(x)
    return raw >> 31, (raw >> 23) & 0xFF, raw & 0x7FFFFF


@right("float32_fields")
def with_a_torch_view(x):
    raw = torch.tensor(x, dtype=torch.float32).view(torch.int32).item() & 0xFFFFFFFF
    return raw >> 31, (raw >> 23) & 255, raw & (2**23 - 1)


@right("float32_fields")
def with_numpy_and_strings(x):
    bits = format(np.float32(x).view(np.uint32).item(), "032b")
    return int(bits[0], 2), int(bits[1:9], 2), int(bits[9:], 2)


@right("float32_fields")
def with_unsigned_numpy_scalars(x):
    raw = np.array([x], dtype=np.float32).view(np.uint32)[0]
    return raw >> 31, (raw >> 23) & np.uint32(255), raw & np.uint32(0x7FFFFF)


@wrong("float32_fields", says="not-rounded-to-float32")
def cuts_the_mantissa_of_the_double(x):
    raw = _raw(x)
    if not math.isfinite(x) or abs(x) < 2.0**-126:
        return raw >> 31, (raw >> 23) & 0xFF, raw & 0x7FFFFF
    mantissa, exponent = math.frexp(abs(x))
    return int(x < 0), exponent + 126, int((mantissa * 2 - 1) * 2**23)


@wrong("float32_fields", says="fraction-overflows")
def rounds_the_fraction_alone(x):
    raw = _raw(x)
    if not math.isfinite(x) or abs(x) < 2.0**-126:
        return raw >> 31, (raw >> 23) & 0xFF, raw & 0x7FFFFF
    exponent = math.floor(math.log2(abs(x))) if abs(x) < 2**100 else math.frexp(abs(x))[1] - 1
    if abs(x) < 2.0**exponent:
        exponent -= 1
    elif abs(x) >= 2.0 ** (exponent + 1):
        exponent += 1
    return int(x < 0), exponent + 127, round((abs(x) / 2.0**exponent - 1) * 2**23)


@wrong("float32_fields", says="half-up")
def rounds_halves_up(x):
    raw = _raw(x)
    if not math.isfinite(x) or abs(x) < 2.0**-126:
        return raw >> 31, (raw >> 23) & 0xFF, raw & 0x7FFFFF
    mantissa, exponent = math.frexp(abs(x))
    fraction = math.floor((2 * mantissa - 1) * 2**23 + 0.5)
    if fraction == 2**23:
        fraction, exponent = 0, exponent + 1
    return int(x < 0), exponent + 126, fraction


@wrong("float32_fields", says="double-rebiased")
def narrows_the_fields_of_a_double(x):
    raw = struct.unpack(">Q", struct.pack(">d", x))[0]
    return raw >> 63, ((raw >> 52) & 0x7FF) - 1023 + 127, (raw & ((1 << 52) - 1)) >> 29


@wrong("float32_fields", says="exponent-off-by-one")
def takes_the_exponent_of_frexp(x):
    raw = _raw(x)
    if not math.isfinite(x) or abs(x) < 2.0**-126:
        return raw >> 31, (raw >> 23) & 0xFF, raw & 0x7FFFFF
    return raw >> 31, math.frexp(x)[1] + 127, raw & 0x7FFFFF


@wrong("float32_fields", says="signed-shift")
def shifts_a_signed_view(x):
    raw = torch.tensor(x, dtype=torch.float32).view(torch.int32).item()
    return raw >> 31, (raw >> 23) & 0xFF, raw & 0x7FFFFF


@wrong("float32_fields", says="sign-left-in-exponent")
def keeps_nine_bits(x):
    return _raw(x) >> 31, _raw(x) >> 23, _raw(x) & 0x7FFFFF


@wrong("float32_fields", says="cut-at-another-place")
def masks_seven_bits(x):
    return _raw(x) >> 31, (_raw(x) >> 23) & 0x7F, _raw(x) & 0x7FFFFF


@wrong("float32_fields", says="cut-at-another-place")
def masks_24_bits(x):
    return _raw(x) >> 31, (_raw(x) >> 23) & 0xFF, _raw(x) & 0xFFFFFF


@wrong("float32_fields", says="not-cut-off")
def forgets_the_mask(x):
    return _raw(x) >> 31, (_raw(x) >> 23) & 0xFF, _raw(x)


@wrong("float32_fields", says="fields-in-another-order")
def fraction_first(x):
    return _raw(x) & 0x7FFFFF, (_raw(x) >> 23) & 0xFF, _raw(x) >> 31


@wrong("float32_fields", says="fields-as-text")
def returns_slices_of_text(x):
    bits = format(_raw(x), "032b")
    return bits[0], bits[1:9], bits[9:]


@wrong("float32_fields", says="bits-read-as-decimal")
def forgets_the_base(x):
    bits = format(_raw(x), "032b")
    return int(bits[0]), int(bits[1:9]), int(bits[9:])


@wrong("float32_fields", says="leading-zeros-lost")
def slices_what_bin_writes(x):
    bits = bin(_raw(x))[2:]
    return int(bits[0], 2), int(bits[1:9] or "0", 2), int(bits[9:] or "0", 2)


@wrong("float32_fields", says="fraction-of-other-bits")
def counts_24_binary_digits(x):
    return _raw(x) >> 31, (_raw(x) >> 23) & 0xFF, 2 * (_raw(x) & 0x7FFFFF)


@wrong("float32_fields", says="subnormals-as-zero")
def flushes_subnormals(x):
    raw = _raw(x)
    exponent = (raw >> 23) & 0xFF
    return raw >> 31, exponent, raw & 0x7FFFFF if exponent else 0


@wrong("float32_fields", says="zero-fails")
def takes_the_logarithm_of_anything(x):
    exponent = math.floor(math.log2(abs(x)))
    raw = _raw(x)
    return raw >> 31, (raw >> 23) & 0xFF if exponent > -200 else 0, raw & 0x7FFFFF


@wrong("float32_fields", says="float16-layout")
def views_a_float16(x):
    raw = int(np.float16(x).view(np.uint16))
    return raw >> 15, (raw >> 10) & 0x1F, raw & 0x3FF


@wrong("float32_fields", says="value-as-integer")
def shifts_the_value(x):
    raw = int(abs(x)) if math.isfinite(x) else 0
    return int(x < 0), (raw >> 23) & 0xFF, raw & 0x7FFFFF


@wrong("float32_fields", says="sign-inverted")
def one_is_positive(x):
    return 1 - (_raw(x) >> 31), (_raw(x) >> 23) & 0xFF, _raw(x) & 0x7FFFFF


@wrong("float32_fields", says="infinity-as-number")
def has_no_case_for_infinity(x):
    raw = _raw(x)
    if math.isinf(x):
        return raw >> 31, 128, 0
    return raw >> 31, (raw >> 23) & 0xFF, raw & 0x7FFFFF


@wrong("float32_fields", says="pair-in-another-container")
def returns_a_dict_of_fields(x):
    raw = _raw(x)
    return {"sign": raw >> 31, "exponent": (raw >> 23) & 0xFF, "fraction": raw & 0x7FFFFF}


@wrong("float32_fields", says="word-negated")
def takes_the_magnitude_of_the_word(x):
    word = torch.tensor(x, dtype=torch.float32).view(torch.int32).item()
    sign = 1 if math.copysign(1.0, x) < 0 else 0
    return sign, (abs(word) >> 23) & 0xFF, abs(word) & 0x7FFFFF


@wrong("float32_fields", says="shift-before-and")
def shifts_the_mask(x):
    (word,) = struct.unpack(">I", struct.pack(">f", x))
    return word >> 31, word & 0x7F800000 >> 23, word & 0x7FFFFF


@wrong("float32_fields", says="fraction-cut-short")
def forgets_a_digit_of_the_mask(x):
    (word,) = struct.unpack(">I", struct.pack(">f", x))
    return (word >> 31) & 1, (word >> 23) & 0xFF, word & 0x7FFFF


@wrong("float32_fields", says="double-rebiased")
def cuts_the_double_to_size(x):
    (word,) = struct.unpack(">Q", struct.pack(">d", x))
    exponent = (word >> 52) & 0x7FF
    return word >> 63, exponent - 1023 + 127, (word & (2**52 - 1)) >> 29


@wrong("float32_fields", says="hidden-one-included")
def adds_the_hidden_one_and_takes_the_bias_off(x):
    (word,) = struct.unpack(">I", struct.pack(">f", x))
    sign, exponent, fraction = word >> 31, (word >> 23) & 0xFF, word & 0x7FFFFF
    return sign, exponent - 127, fraction + (1 << 23) if exponent else fraction
