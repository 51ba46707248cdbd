"""Where maintained libraries disagree, and by how much: the numbers that lecture 02 shows.

The counts are taken with torch alone (`recipes`), and then pinned on the libraries that use each
recipe. IEEE arithmetic makes them the same on every machine.
"""

import warnings

import pytest
import torch

from model_compression.error_measures import rmse
from model_compression.integer_scaling import (
    absmax_scale,
    dequantize,
    quantize,
    quantize_affine,
    quantize_tensor,
)
from tests.reference.oracles import MappingType, onnx_quantize, torchao_codes, torchao_params

HALF_POINTS = torch.arange(-128, 128) + 0.5  # 256 of them, -127.5 ... 127.5


def int8(steps: torch.Tensor) -> torch.Tensor:
    return steps.clamp(-128, 127).to(torch.int8)


# ---- division or reciprocal ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scale", "n_different"), [(1 / 7, 42), (0.3, 33), (0.1, 0), (0.05, 0), (0.25, 0)]
)
def test_reciprocal_and_division_differ_at_half_points(scale, n_different):
    s = torch.tensor(scale)
    x = HALF_POINTS * s
    divided = int8(torch.round(x / s))
    reciprocal = int8(torch.round(x * (1 / s)))
    assert int((divided != reciprocal).sum()) == n_different
    # Division: this library and ONNX Runtime.
    assert torch.equal(quantize(x, s, 8), divided)
    assert torch.equal(onnx_quantize(x, s).to(torch.int8), divided)
    # Reciprocal: torch and torchao.
    fake = torch.fake_quantize_per_tensor_affine(x, scale, 0, -128, 127)
    assert torch.equal(fake, reciprocal * s)
    torchao = torchao_codes(x, (256,), s.reshape(1), torch.zeros(1, dtype=torch.int32), -128, 127)
    assert torch.equal(torchao, reciprocal)


def test_neither_keeps_every_half_point_of_one_seventh_a_tie():
    """x = (k + 0.5) / 7 is rounded to float32, so half to even is not to be had by either way."""
    s = torch.tensor(1 / 7)
    x = HALF_POINTS * s
    half_to_even = int8(torch.round(HALF_POINTS))
    assert int((int8(torch.round(x / s)) != half_to_even).sum()) == 18
    assert int((int8(torch.round(x * (1 / s))) != half_to_even).sum()) == 40


def test_away_from_half_points_the_two_ways_hardly_ever_differ():
    x = torch.randn(2_000_000, generator=torch.Generator().manual_seed(0))
    s = absmax_scale(x, 8)
    assert int((torch.round(x / s) != torch.round(x * (1 / s))).sum()) <= 2


# ---- zero point after or before rounding --------------------------------------------------------


@pytest.mark.parametrize(("zero_point", "n_different"), [(0, 0), (1, 254), (10, 0), (11, 244)])
def test_an_odd_zero_point_before_rounding_flips_every_tie(zero_point, n_different):
    """Half to even looks at the sum: k + 0.5 + 1 rounds the other way than k + 0.5 does.

    All 256 ties flip; those that the clamp to -128 ... 127 hides are not counted.
    """
    after = int8(torch.round(HALF_POINTS) + zero_point)
    before = int8(torch.round(HALF_POINTS + zero_point))
    assert int((after != before).sum()) == n_different
    # After: this library, ONNX Runtime, torch.fake_quantize.
    one = torch.tensor(1.0)
    assert torch.equal(onnx_quantize(HALF_POINTS, one, zero_point).to(torch.int8), after)
    fake = torch.fake_quantize_per_tensor_affine(HALF_POINTS, 1.0, zero_point, -128, 127)
    assert torch.equal(fake + zero_point, after.float())
    unsigned = quantize_affine(HALF_POINTS, 1.0, zero_point + 128, 8)
    assert torch.equal(unsigned.int() - 128, after.int())
    # Before: torch.quantize_per_tensor.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated, and that is the point of keeping away from it
        old = torch.quantize_per_tensor(HALF_POINTS, 1.0, zero_point, torch.qint8)
    assert torch.equal(old.int_repr(), before)


# ---- three scales that are all called symmetric int4 --------------------------------------------


def test_symmetric_int4_has_three_scales_in_torchao_alone():
    x = torch.tensor([[-8.0, 14.0]])
    block = (1, 2)
    restricted, _ = torchao_params(x, MappingType.SYMMETRIC, block, -7, 7)
    full_range, _ = torchao_params(x, MappingType.SYMMETRIC, block, -8, 7)
    no_clipping, _ = torchao_params(x, MappingType.SYMMETRIC_NO_CLIPPING_ERR, block, -8, 7)
    assert restricted.item() == 2.0 == absmax_scale(x, 4).item()
    assert full_range == torch.tensor(14 / 7.5) == absmax_scale(x, 4, full_range=True)
    assert no_clipping.item() == 2.0
    flipped, _ = torchao_params(-x, MappingType.SYMMETRIC_NO_CLIPPING_ERR, block, -8, 7)
    assert flipped.item() == 1.75  # 14 / 8: the larger end is the negative one


def test_full_range_clips_the_largest_value_and_still_has_the_smaller_rmse():
    x = torch.randn(20_000, 64, generator=torch.Generator().manual_seed(0))
    restricted = quantize_tensor(x, 4, 64)
    full_range = quantize_tensor(x, 4, 64, full_range=True)
    assert rmse(x, full_range.dequantize()) < rmse(x, restricted.dequantize())


# ---- the order of clamp and cast ----------------------------------------------------------------


def test_a_cast_before_the_clamp_wraps_around():
    steps = torch.tensor([127.0, 128.0, 200.0, -129.0])
    wrapped = steps.to(torch.int32).to(torch.int8).clamp(-128, 127)
    assert wrapped.tolist() == [127, -128, -56, 127]
    assert quantize(steps, 1.0, 8).tolist() == [127, 127, 127, -128]
    assert dequantize(quantize(steps, 1.0, 8), 1.0).tolist() == [127.0, 127.0, 127.0, -128.0]
