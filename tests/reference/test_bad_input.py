"""Bad input raises a ValueError that names the argument and says what came."""

import math

import pytest
import torch

from model_compression import (
    error_measures,
    float_formats,
    granularity,
    integer_scaling,
    number_formats,
    packing,
)

ROW = torch.tensor([1.0, -2.0])
MATRIX = torch.ones(2, 6)
CODES = torch.tensor([1, -2], dtype=torch.int8)
NAN = torch.tensor([1.0, math.nan])
INFINITE = torch.tensor([1.0, -math.inf])
BEYOND_FLOAT32 = torch.tensor([1e300], dtype=torch.float64)

BAD_TENSORS = [
    (NAN, "x: expected finite .*, got 1 NaN or infinite"),
    (INFINITE, "x: expected finite .*, got 1 NaN or infinite"),
    (BEYOND_FLOAT32, "x: expected finite torch.float32 values"),
    (torch.empty(0, 3), r"x: expected at least one value, got shape \(0, 3\)"),
    (torch.tensor([1, 2]), "x: expected a floating-point tensor, got torch.int64"),
    ([1.0, 2.0], "x: expected a torch tensor, got list"),
]
BAD_N_BITS = [1, 9, 0, -4, 4.0, "4", None, True]
BAD_SCALES = [0.0, -1.0, math.nan, math.inf, 1e-60, torch.ones(1), torch.ones(2), "1", None]


def test_bits():
    for bits in ["", "012", "0b1", " 1", "1" * 65, 101, None, ["1"]]:
        for function in (
            number_formats.unsigned_value,
            number_formats.signed_value,
            number_formats.negate,
        ):
            with pytest.raises(ValueError, match="bits: expected 1 to 64 characters 0 or 1, got"):
                function(bits)


@pytest.mark.parametrize("width", [0, 65, -1, 8.0, "8", None, True])
def test_width(width):
    calls = [
        lambda: number_formats.to_bits(0, width),
        lambda: number_formats.integer_range(width, True),
        lambda: number_formats.place_values(width, False),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="width: expected an integer from 1 to 64, got"):
            call()


@pytest.mark.parametrize("value", [256, -129, 1.0, "5", None])
def test_value(value):
    expected = "value of 8 bits: expected an integer from -128 to 255, got"
    with pytest.raises(ValueError, match=expected):
        number_formats.to_bits(value, 8)


@pytest.mark.parametrize("x", ["one", None, [1.0, 2.0], torch.ones(2)])
def test_number(x):
    for function in (
        number_formats.float32_fields,
        float_formats.float_bits,
        float_formats.float_fields,
        float_formats.spacing,
    ):
        with pytest.raises(ValueError, match="x: expected one number, got"):
            function(x)


@pytest.mark.parametrize(
    ("fields", "name"),
    [((2, 0, 0), "sign"), ((0, 256, 0), "exponent"), ((0, 0, 2**23), "fraction")],
)
def test_fields(fields, name):
    with pytest.raises(ValueError, match=f"{name}: expected an integer from 0 to"):
        float_formats.float_value(float_formats.FloatFields(*fields))


def test_model_bytes():
    with pytest.raises(ValueError, match="n_params: expected an integer >= 0, got -1"):
        number_formats.model_bytes(-1, 8)
    for bits in [0, -4, math.nan, math.inf, "four", None]:
        with pytest.raises(ValueError, match="bits_per_param: expected a finite number > 0, got"):
            number_formats.model_bytes(10, bits)


@pytest.mark.parametrize(("x", "message"), BAD_TENSORS)
def test_tensors_to_quantize(x, message):
    calls = [
        lambda: integer_scaling.absmax_scale(x, 8),
        lambda: integer_scaling.affine_params(x, 8),
        lambda: integer_scaling.quantize(x, 1.0, 8),
        lambda: integer_scaling.quantize_affine(x, 1.0, 0, 8),
        lambda: integer_scaling.quantize_tensor(x, 8),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=message):
            call()
    for call in (
        lambda: integer_scaling.quantize_per_channel(x, 8),
        lambda: integer_scaling.quantize_groupwise(x, 8, 1),
    ):
        with pytest.raises(ValueError, match=message.replace("x:", "w:")):
            call()


@pytest.mark.parametrize("n_bits", BAD_N_BITS)
def test_n_bits(n_bits):
    calls = [
        lambda: integer_scaling.absmax_scale(ROW, n_bits),
        lambda: integer_scaling.affine_params(ROW, n_bits),
        lambda: integer_scaling.quantize(ROW, 1.0, n_bits),
        lambda: integer_scaling.quantize_affine(ROW, 1.0, 0, n_bits),
        lambda: integer_scaling.quantize_per_channel(MATRIX, n_bits),
        lambda: integer_scaling.quantize_groupwise(MATRIX, n_bits, 2),
        lambda: integer_scaling.quantize_tensor(ROW, n_bits),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="n_bits: expected an integer from 2 to 8, got"):
            call()


@pytest.mark.parametrize("scale", BAD_SCALES, ids=repr)
def test_scale(scale):
    calls = [
        lambda: integer_scaling.quantize(ROW, scale, 8),
        lambda: integer_scaling.quantize_affine(ROW, scale, 0, 8),
        lambda: integer_scaling.dequantize(CODES, scale),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=r"scale: expected one finite number > 0 .*, got"):
            call()


@pytest.mark.parametrize("zero_point", [-1, 16, 2.0, None])
def test_zero_point(zero_point):
    with pytest.raises(ValueError, match="zero_point: expected an integer from 0 to 15, got"):
        integer_scaling.quantize_affine(ROW, 1.0, zero_point, 4)


def test_affine_range_that_overflows():
    with pytest.raises(ValueError, match="x: expected max - min to fit float32"):
        integer_scaling.affine_params(torch.tensor([3e38, -3e38]), 8)


@pytest.mark.parametrize("codes", [ROW, torch.tensor([True]), [1, 2]])
def test_codes(codes):
    with pytest.raises(ValueError, match="q: expected a t"):
        integer_scaling.dequantize(codes, 1.0)
    with pytest.raises(ValueError, match="q: expected a t"):
        packing.pack_int4(codes)


@pytest.mark.parametrize("shape", [(), (4,)])
def test_per_channel_needs_two_axes(shape):
    with pytest.raises(ValueError, match="w: expected 2 axes or more, got shape"):
        integer_scaling.quantize_per_channel(torch.ones(shape), 8)


@pytest.mark.parametrize("shape", [(), (4,), (2, 2, 4)])
def test_groupwise_needs_two_axes(shape):
    with pytest.raises(ValueError, match=r"w: expected 2 axes \(out, in\), got shape"):
        integer_scaling.quantize_groupwise(torch.ones(shape), 8, 2)


@pytest.mark.parametrize("group_size", [4, 5, 12])
def test_group_size_divides_the_row(group_size):
    message = rf"group_size: expected a divisor of the last axis \(6\), got {group_size}"
    with pytest.raises(ValueError, match=message):
        integer_scaling.quantize_groupwise(MATRIX, 8, group_size)
    with pytest.raises(ValueError, match=message):
        integer_scaling.quantize_tensor(MATRIX, 8, group_size)


@pytest.mark.parametrize("group_size", [0, -2, 2.0, None, "channel"])
def test_group_size_is_a_positive_integer(group_size):
    with pytest.raises(ValueError, match="group_size: expected an integer >= 1, got"):
        integer_scaling.quantize_groupwise(MATRIX, 8, group_size)


def test_granularity():
    with pytest.raises(ValueError, match="granularity: expected 'tensor', 'channel' or a group"):
        granularity.block_shape((2, 6), "row")
    with pytest.raises(ValueError, match=r"shape: expected 2 axes or more for channels, got \(6,"):
        granularity.block_shape((6,), "channel")
    with pytest.raises(ValueError, match="shape: expected 1 axis or more for groups"):
        granularity.block_shape((), 1)
    for block in [(1,), (1, 4), (1, 0), (1, 1, 1)]:
        for function in (granularity.block_absmax, granularity.block_min_max):
            with pytest.raises(ValueError, match="block: expected sizes that divide"):
                function(MATRIX, block)
    with pytest.raises(ValueError, match="block: expected 2 sizes"):
        granularity.expand_blocks(MATRIX, (1,))


def test_full_range_belongs_to_symmetric_codes():
    with pytest.raises(ValueError, match="full_range: expected False with symmetric=False"):
        integer_scaling.quantize_tensor(ROW, 8, symmetric=False, full_range=True)


def test_pack_int4():
    with pytest.raises(ValueError, match="q: expected codes from -8 to 7, got 2 outside"):
        packing.pack_int4(torch.tensor([-9, 7, 8], dtype=torch.int8))
    with pytest.raises(ValueError, match=r"q: expected int8 codes, got torch\.int32"):
        packing.pack_int4(torch.tensor([1], dtype=torch.int32))


def test_unpack_int4():
    two_bytes = torch.tensor([1, 2], dtype=torch.uint8)
    for packed, numel in [
        (two_bytes, 2),
        (two_bytes, 5),
        (two_bytes.reshape(1, 2), 4),
        (two_bytes.to(torch.int8), 4),
    ]:
        with pytest.raises(ValueError, match="packed: expected uint8 of shape"):
            packing.unpack_int4(packed, numel)
    with pytest.raises(ValueError, match="numel: expected an integer >= 0, got -1"):
        packing.unpack_int4(two_bytes, -1)


@pytest.mark.parametrize(
    "measure", [error_measures.sqnr_db, error_measures.rmse, error_measures.max_abs_error]
)
def test_error_measures(measure):
    with pytest.raises(ValueError, match=r"x_hat: expected the shape of x \(2,\), got \(2, 6\)"):
        measure(ROW, MATRIX)
    for bad in (NAN, INFINITE, torch.empty(0), CODES, [1.0, 2.0]):
        with pytest.raises(ValueError, match="x: expected"):
            measure(bad, ROW)
        with pytest.raises(ValueError, match="x_hat: expected"):
            measure(ROW, bad)
