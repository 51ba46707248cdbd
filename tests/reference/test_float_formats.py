"""Fields of floats against struct, NumPy, ml_dtypes and torch.finfo."""

import math
import struct

import ml_dtypes
import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from model_compression.float_formats import (
    BFLOAT16,
    FLOAT16,
    FLOAT32,
    FloatFields,
    float_bits,
    float_fields,
    float_value,
    spacing,
)
from model_compression.number_formats import float32_fields

FORMATS = [FLOAT32, FLOAT16, BFLOAT16]
NUMPY_DTYPES = {
    "float32": (np.float32, np.uint32),
    "float16": (np.float16, np.uint16),
    "bfloat16": (ml_dtypes.bfloat16, np.uint16),
}
float32_values = st.floats(width=32, allow_nan=False)
by_name = pytest.mark.parametrize("float_format", FORMATS, ids=lambda item: item.name)


@given(float32_values)
@example(0.0)
@example(-0.0)
@example(1.0)
@example(2.0**-149)
@example(-(2.0**-127))
@example(math.inf)
@example(-math.inf)
def test_float32_fields_agree_with_struct(x):
    (pattern,) = struct.unpack(">I", struct.pack(">f", x))
    sign, exponent, fraction = float32_fields(x)
    assert (sign, exponent, fraction) == (
        pattern >> 31,
        (pattern >> 23) & 0xFF,
        pattern & 0x7FFFFF,
    )
    assert all(type(field) is int for field in (sign, exponent, fraction))


@given(st.floats(allow_nan=False))
@example(0.1)
@example(1e300)
def test_other_numbers_are_rounded_to_float32_first(x):
    with np.errstate(over="ignore"):
        pattern = int(np.float32(x).view(np.uint32))
    assert float_bits(x, FLOAT32) == f"{pattern:032b}"


@by_name
@given(x=float32_values)
@example(x=65519.996)
@example(x=65520.0)
@example(x=5.9604644775390625e-8)
def test_bits_agree_with_numpy_views(float_format, x):
    dtype, same_width = NUMPY_DTYPES[float_format.name]
    with np.errstate(over="ignore"):
        pattern = int(np.float32(x).astype(dtype).view(same_width))
    assert float_bits(x, float_format) == f"{pattern:0{float_format.width}b}"


@pytest.mark.parametrize("float_format", [FLOAT16, BFLOAT16], ids=lambda item: item.name)
def test_every_16_bit_pattern_is_read_as_numpy_reads_it(float_format):
    dtype, _ = NUMPY_DTYPES[float_format.name]
    patterns = np.arange(2**16, dtype=np.uint16)
    with np.errstate(invalid="ignore"):  # signalling NaNs are among the patterns
        numbers = patterns.view(dtype).astype(np.float64)
    mantissa = float_format.fraction_bits
    for pattern, number in zip(patterns.tolist(), numbers.tolist(), strict=True):
        fields = FloatFields(
            pattern >> 15,
            (pattern >> mantissa) % 2**float_format.exponent_bits,
            pattern % 2**mantissa,
        )
        value = float_value(fields, float_format)
        if math.isnan(number):
            assert math.isnan(value)
        else:
            assert value == number
            assert math.copysign(1, value) == math.copysign(1, number)


@given(float32_values)
@example(-0.0)
@example(2.0**-149)
def test_float32_is_put_together_again_bit_for_bit(x):
    value = float_value(float32_fields(x))
    assert struct.pack(">f", value) == struct.pack(">f", x)


@by_name
@given(x=float32_values)
@example(x=0.0)
@example(x=-1.0)
@example(x=65504.0)
def test_spacing_agrees_with_the_next_value_of_numpy(float_format, x):
    dtype, _ = NUMPY_DTYPES[float_format.name]
    with np.errstate(over="ignore"):
        here = np.abs(np.float32(x).astype(dtype))
        following = np.nextafter(here, dtype(math.inf))
    if np.isinf(here):
        with pytest.raises(ValueError, match=f"x: expected a number .* in {float_format.name}"):
            spacing(x, float_format)
    else:
        assert spacing(x, float_format) == float(following) - float(here)


@by_name
def test_spacing_is_epsilon_at_1_and_doubles_with_the_exponent(float_format):
    assert spacing(1.0, float_format) == float_format.epsilon
    assert spacing(2.0, float_format) == 2 * float_format.epsilon
    assert spacing(0.0, float_format) == float_format.smallest_subnormal
    assert spacing(float_format.largest, float_format) == math.inf


def test_nan_has_all_exponent_bits_and_a_fraction():
    _, exponent, fraction = float32_fields(math.nan)
    assert exponent == 255
    assert fraction != 0


@by_name
def test_limits_agree_with_torch_finfo(float_format):
    info = torch.finfo(float_format.dtype)
    assert float_format.width == info.bits
    assert float_format.largest == info.max
    assert float_format.smallest_normal == info.smallest_normal
    assert float_format.epsilon == info.eps
    smallest = torch.nextafter(
        torch.zeros((), dtype=float_format.dtype), torch.ones((), dtype=float_format.dtype)
    )
    assert float_format.smallest_subnormal == smallest.item()


def test_bfloat16_is_the_left_half_of_float32():
    # 1.5 needs one fraction bit, so nothing is rounded away.
    assert float_bits(1.5, FLOAT32).startswith(float_bits(1.5, BFLOAT16))


def test_fields_accept_tensors_and_numpy_numbers():
    assert float_fields(torch.tensor(-6.5)) == float_fields(np.float32(-6.5)) == (1, 129, 5242880)
