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
