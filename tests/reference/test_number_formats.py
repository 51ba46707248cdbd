"""Bits and two's complement against Python, NumPy, ml_dtypes and torch."""

from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model_compression.number_formats import (
    integer_range,
    model_bytes,
    negate,
    place_values,
    signed_value,
    to_bits,
    unsigned_value,
)

bit_patterns = st.text("01", min_size=1, max_size=64)
BYTE_WIDTHS = [8, 16, 24, 32, 40, 48, 56, 64]


@given(st.data(), st.sampled_from(BYTE_WIDTHS), st.booleans())
def test_whole_bytes_agree_with_int_to_bytes(data, width, signed):
    lowest, highest = integer_range(width, signed)
    value = data.draw(st.integers(lowest, highest))
    bits = to_bits(value, width)
    stored = value.to_bytes(width // 8, "big", signed=signed)
    assert bits == "".join(f"{byte:08b}" for byte in stored)
    read = signed_value if signed else unsigned_value
    assert read(bits) == int.from_bytes(stored, "big", signed=signed) == value


@given(bit_patterns)
def test_unsigned_value_agrees_with_python(bits):
    assert unsigned_value(bits) == int(bits, 2)


@pytest.mark.parametrize("value", range(-128, 256))
def test_every_byte_agrees_with_numpy(value):
    byte = np.array(value, dtype=np.int64).astype(np.uint8)
    bits = to_bits(value, 8)
    assert bits == np.binary_repr(byte, width=8)
    assert unsigned_value(bits) == int(byte)
    assert signed_value(bits) == int(byte.view(np.int8))


@pytest.mark.parametrize("value", range(-8, 16))
def test_every_nibble_agrees_with_ml_dtypes(value):
    number = np.array(value, dtype=np.int32)
    bits = to_bits(value, 4)
    assert signed_value(bits) == int(number.astype(ml_dtypes.int4))
    assert unsigned_value(bits) == int(number.astype(ml_dtypes.uint4))


@given(bit_patterns)
def test_the_two_readings_differ_by_two_to_the_width(bits):
    sign_bit = int(bits[0])
    assert unsigned_value(bits) - signed_value(bits) == sign_bit * 2 ** len(bits)


@given(bit_patterns)
def test_reading_and_writing_are_inverse(bits):
    assert to_bits(unsigned_value(bits), len(bits)) == bits
    assert to_bits(signed_value(bits), len(bits)) == bits


@given(bit_patterns)
def test_negating_twice_changes_nothing(bits):
    assert negate(negate(bits)) == bits


@given(bit_patterns)
def test_negate_flips_the_sign_except_of_the_lowest_value(bits):
    lowest, _ = integer_range(len(bits), signed=True)
    value = signed_value(bits)
    assert signed_value(negate(bits)) == (value if value == lowest else -value)


@pytest.mark.parametrize("width", [1, 2, 8, 64])
def test_zero_and_the_lowest_value_negate_to_themselves(width):
    zero, lowest = "0" * width, "1" + "0" * (width - 1)
    assert negate(zero) == zero
    assert negate(lowest) == lowest


def test_negate_agrees_with_numpy_on_every_byte():
    for byte in np.arange(256, dtype=np.uint8):
        assert negate(np.binary_repr(byte, 8)) == np.binary_repr(np.negative(byte), 8)


@pytest.mark.parametrize(
    "dtype", [torch.int8, torch.int16, torch.int32, torch.int64, torch.uint8, torch.uint16]
)
def test_ranges_agree_with_torch(dtype):
    info = torch.iinfo(dtype)
    assert integer_range(info.bits, dtype.is_signed) == (info.min, info.max)


@pytest.mark.parametrize("name", ["int2", "uint2", "int4", "uint4"])
def test_narrow_ranges_agree_with_ml_dtypes(name):
    info = ml_dtypes.iinfo(name)
    assert integer_range(info.bits, signed=not name.startswith("u")) == (info.min, info.max)


@pytest.mark.parametrize("width", range(1, 65))
@pytest.mark.parametrize("signed", [False, True])
def test_place_values_sum_to_the_range(width, signed):
    values = place_values(width, signed)
    assert len(values) == width
    assert integer_range(width, signed) == (
        sum(value for value in values if value < 0),
        sum(value for value in values if value > 0),
    )


@pytest.mark.parametrize("width", [1, 4, 8, 64])
def test_to_bits_accepts_both_ranges_and_no_more(width):
    lowest, highest = -(2 ** (width - 1)), 2**width - 1
    assert to_bits(lowest, width) == "1" + "0" * (width - 1)
    assert to_bits(highest, width) == "1" * width
    for outside in (lowest - 1, highest + 1):
        with pytest.raises(ValueError, match="value"):
            to_bits(outside, width)


@pytest.mark.parametrize("bits", [1, 2, 3, 4, 5, 8, 16, 32])
@pytest.mark.parametrize("n_params", [0, 1, 2, 3, 7, 8, 9, 1000])
def test_model_bytes_agrees_with_packed_numpy_bits(n_params, bits):
    assert model_bytes(n_params, bits) == np.packbits(np.ones(n_params * bits, np.uint8)).nbytes


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16, torch.int8])
def test_model_bytes_agrees_with_torch(dtype):
    tensor = torch.zeros(7, 11, dtype=dtype)
    assert model_bytes(tensor.numel(), tensor.itemsize * 8) == tensor.nbytes


@given(st.integers(0, 10**12), st.integers(1, 2**16))
def test_fractional_bits_are_rounded_up_once(n_params, sixteenths):
    # n / 16 is exact in binary, so the exact answer is an integer division, rounded up.
    expected = -(-n_params * sixteenths // 128)
    assert model_bytes(n_params, sixteenths / 16) == expected
    assert model_bytes(n_params, Fraction(sixteenths, 16)) == expected


def test_fractional_bits_count_as_the_decimal_number():
    assert model_bytes(80, 0.1) == 1
    assert model_bytes(64, 4.126953125) == 34  # 33.01... bytes: up
    assert model_bytes(175 * 10**9, 4.127) == 175 * 4127 * 10**6 // 8
