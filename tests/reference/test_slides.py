"""Every figure of the slides that belongs to chapters 00 to 02, recomputed."""

import math
from fractions import Fraction

import pytest
import torch

from model_compression.float_formats import FLOAT16, FLOAT32
from model_compression.integer_scaling import absmax_scale, quantize, quantize_tensor
from model_compression.number_formats import (
    integer_range,
    model_bytes,
    negate,
    signed_value,
    to_bits,
    unsigned_value,
)
from model_compression.packing import pack_int4

MB, GB = 10**6, 10**9
PICTURE = torch.tensor([[-0.4, 1.3, 3.73], [-4.7, -3.2, -6.4], [8.5, 14.3, 13.5]])


def round_half_away_from_zero(x: torch.Tensor) -> torch.Tensor:
    return torch.sign(x) * torch.floor(x.abs() + 0.5)


# ---- chapter 00: parameters to bytes ------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "n_params", "bits", "n_bytes"),
    [
        ("ViT-Base", 86_000_000, 32, 344 * MB),
        ("GPT-3", 175 * GB, 32, 700 * GB),
        ("1B float32", GB, 32, 4 * GB),
        ("1B float16", GB, 16, 2 * GB),
        ("1B 8-bit", GB, 8, 1 * GB),
        ("1B 4-bit", GB, 4, GB // 2),
        ("Gemma 3 4B", 4 * GB, 8, 4 * GB),
        ("Gemma 3 QAT 27B", 27 * GB, 4, 13_500 * MB),
        ("Llama 3.2 3B", 3 * GB, 8, 3 * GB),
    ],
)
def test_memory_of_models(model, n_params, bits, n_bytes):
    assert model_bytes(n_params, bits) == n_bytes, model


def test_group_scales_make_a_real_4_bit_file_larger():
    # One float16 scale for 32 weights adds half a bit: 4.5 bits instead of 4.
    assert model_bytes(27 * GB, 4 + 16 / 32) == 15_187_500_000
    # The same rule, counted on a tensor; its scales are float32: 4 + 32 / 32 bits.
    assert quantize_tensor(torch.ones(64, 64), 4, granularity=32).bits_per_weight == 5.0


# ---- chapter 01: bits -----------------------------------------------------------------------


def test_bits_159_and_minus_97():
    assert unsigned_value("10011111") == 128 + 16 + 8 + 4 + 2 + 1 == 159
    assert signed_value("10011111") == -128 + 16 + 8 + 4 + 2 + 1 == -97
    assert to_bits(159, 8) == to_bits(-97, 8) == "10011111"


def test_bits_127_and_128():
    assert signed_value("01111111") == 64 + 32 + 16 + 8 + 4 + 2 + 1 == 127
    assert unsigned_value("10000000") == 128


def test_minus_5_by_inverting_and_adding_one():
    assert to_bits(5, 8) == "00000101"
    assert negate("00000101") == "11111011" == to_bits(-5, 8)
    assert signed_value("11111011") == -128 + 64 + 32 + 16 + 8 + 2 + 1 == -5


def test_minus_128_negates_to_itself():
    assert signed_value(negate(to_bits(-128, 8))) == -128
    assert torch.tensor(-128, dtype=torch.int8).neg().item() == -128  # torch does the same


@pytest.mark.parametrize(
    ("signed", "bits", "expected"),
    [(True, 8, (-128, 127)), (False, 8, (0, 255)), (True, 4, (-8, 7)), (False, 4, (0, 15))],
)
def test_integer_rows_of_the_dtype_table(signed, bits, expected):
    assert integer_range(bits, signed) == expected


@pytest.mark.parametrize(("n_bits", "n_bytes"), [(32, 4), (16, 2), (8, 1), (4, Fraction(1, 2))])
def test_bytes_of_the_dtype_table(n_bits, n_bytes):
    assert model_bytes(1000, n_bits) == 1000 * n_bytes


def test_float_rows_of_the_dtype_table():
    assert f"{FLOAT32.largest:.1e}" == "3.4e+38"
    # The slide's 6.5e4 is cut off: 65504 rounds to 6.6e4.
    assert FLOAT16.largest == 65504
    assert math.floor(FLOAT16.largest / 1000) / 10 == 6.5


# ---- chapter 02: the 3 x 3 picture --------------------------------------------------------------


def test_nine_values_are_nine_bytes_and_not_eight():
    assert model_bytes(PICTURE.numel(), 32) == PICTURE.nbytes == 36
    assert model_bytes(PICTURE.numel(), 8) == quantize(PICTURE, 1.0, 8).nbytes == 9


def test_the_picture_rounds_half_away_from_zero():
    on_the_slide = [[0, 1, 4], [-5, -3, -6], [9, 14, 14]]
    assert round_half_away_from_zero(PICTURE).tolist() == on_the_slide
    half_to_even = torch.round(PICTURE)
    assert half_to_even.tolist() == [[0, 1, 4], [-5, -3, -6], [8, 14, 14]]
    assert quantize(PICTURE, 1.0, 8).tolist() == half_to_even.tolist()
    assert torch.round(torch.tensor([8.5, 13.5])).tolist() == [8, 14]
    assert int((half_to_even != torch.tensor(on_the_slide)).sum()) == 1


def test_errors_of_the_picture():
    on_the_slide = torch.tensor([[0.4, -0.3, 0.27], [-0.3, 0.2, 0.4], [0.5, -0.3, 0.5]])
    error = round_half_away_from_zero(PICTURE) - PICTURE
    # Float32 near 14.3 has a spacing of 2^-20, so 14.3 is off by 2^-21 at most; the difference is
    # exact, and the slide's entries, at most 0.5, are off by 2^-25 at most.
    torch.testing.assert_close(error, on_the_slide, rtol=0, atol=2**-21 + 2**-25)


def test_rounding_alone_is_not_scaling():
    scale = absmax_scale(PICTURE, 8)
    assert quantize(PICTURE, 1.0, 8).abs().max() == 14
    assert quantize(PICTURE, scale, 8).abs().max() == 127


# ---- chapter 02: FP32 to int4 with absmax 14.33 ------------------------------------------------


def test_two_scales_on_one_page():
    x = torch.tensor([14.33])
    assert f"{absmax_scale(x, 4).item():.4f}" == f"{14.33 / 7:.4f}" == "2.0471"
    full_range = absmax_scale(x, 4, full_range=True).item()
    assert f"{full_range:.4f}" == f"{2 * 14.33 / 15:.4f}" == "1.9107"


def test_the_line_on_the_slide():
    assert f"{(14.33 - 1.9107) * 7 / 14.33:.4f}" == "6.0667"
    # It is 7 steps minus one step of the other scale: 7 * 1.9107 / 14.33 = 0.93, and not 1.
    assert f"{7 * 1.9107 / 14.33:.4f}" == "0.9333"


def test_a_scale_rounded_up_saves_the_slide():
    assert f"{14.33 / 1.9107:.6f}" == "7.499869"
    assert Fraction("1.9107") > Fraction("28.66") / 15
    assert torch.round(torch.tensor(14.33) / 1.9107) == 7
    assert quantize(torch.tensor([14.33]), 1.9107, 4).item() == 7


def test_the_exact_scale_gives_a_tie_and_needs_the_clamp():
    assert Fraction("14.33") / (Fraction("28.66") / 15) == Fraction(15, 2)
    x = torch.tensor([14.33, -14.33])
    scale = absmax_scale(x, 4, full_range=True)
    assert (x / scale).tolist() == [7.5, -7.5]  # in float32 too
    unclamped = torch.round(x / scale)
    assert unclamped.tolist() == [8, -8]
    assert signed_value(to_bits(8, 4)) == -8  # what four bits make of 8
    with pytest.raises(ValueError, match="codes from -8 to 7"):
        pack_int4(unclamped.to(torch.int8))
    assert quantize(x, scale, 4).tolist() == [7, -8]


def test_the_restricted_scale_needs_no_luck():
    x = torch.tensor([14.33, -14.33])
    assert quantize(x, absmax_scale(x, 4), 4).tolist() == [7, -7]
