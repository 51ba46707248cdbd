"""The formats of weights against ml_dtypes, and their bits against counts."""

import ml_dtypes
import numpy as np
import pytest
import torch

from courseware.chapters.c10_language_models import weight_formats
from courseware.chapters.c10_language_models.weight_formats import FORMATS, nearest_e2m1
from model_compression.integer_scaling import quantize_groupwise, quantize_tensor

W = torch.randn(8, 128, generator=torch.Generator().manual_seed(0))


def cast(x: torch.Tensor, dtype: type) -> torch.Tensor:
    """To a small float of ml_dtypes and back."""
    return torch.from_numpy(x.numpy().astype(dtype).astype(np.float32))


def test_e2m1_is_that_of_ml_dtypes_ties_included() -> None:
    x = torch.cat((torch.arange(-24, 25) / 4, W.flatten()))
    assert torch.equal(nearest_e2m1(x), cast(x, ml_dtypes.float4_e2m1fn))


def test_nvfp4_has_a_float_of_8_bits_for_16_and_one_float_for_all() -> None:
    whole = W.abs().max() / (6 * 448)
    blocks = W.reshape(-1, 16)
    scale = cast(blocks.abs().amax(dim=1, keepdim=True) / 6 / whole, ml_dtypes.float8_e4m3fn)
    expected = cast(blocks / (scale * whole), ml_dtypes.float4_e2m1fn) * (scale * whole)
    assert torch.equal(FORMATS["NVFP4"].restored(W), expected.reshape(W.shape))


def test_fp8_and_e2m1_have_scales_in_16_bits() -> None:
    scale = (W.abs().amax(dim=1, keepdim=True) / 448).half().float()
    expected = cast(W / scale, ml_dtypes.float8_e4m3fn) * scale
    assert torch.equal(FORMATS["FP8 (E4M3), a scale a row"].restored(W), expected)
    blocks = W.reshape(-1, 64)
    scale = (blocks.abs().amax(dim=1, keepdim=True) / 6).half().float()
    expected = (cast(blocks / scale, ml_dtypes.float4_e2m1fn) * scale).reshape(W.shape)
    assert torch.equal(FORMATS["E2M1, groups of 64"].restored(W), expected)


def test_integers_are_those_of_the_library_but_for_the_scale() -> None:
    codes, scale = quantize_groupwise(W, 4, 64)
    found = FORMATS["int4, groups of 64"].restored(W).reshape(*scale.shape, 64)
    # Another scale, by at most 2^-11 of it, moves a value by as much, or to the next code.
    steps = found / scale.half().float()[..., None] - codes.reshape(found.shape)
    assert steps.abs().max() <= 1 + 1e-5
    assert (steps.abs() > 0.5).float().mean() < 0.01


def test_a_power_of_two_is_the_lowest_that_cuts_nothing_off() -> None:
    w = torch.zeros(3, 32)
    w[:, 0] = torch.tensor([7.0, 7.1, 3.5])
    w[:, 1] = 0.4
    found = weight_formats.integers_with_exponents(w, 4, 32)
    assert found[:, 0].tolist() == [7.0, 8.0, 3.5]  # scales 1, 2, 1/2
    assert found[:, 1].tolist() == [0.0, 0.0, 0.5]


@pytest.mark.parametrize("name", FORMATS)
def test_zeros_come_back_as_zeros(name: str) -> None:
    zeros = torch.zeros(2, 128)
    assert torch.equal(FORMATS[name].restored(zeros), zeros)


def test_bits_count_every_scale() -> None:
    matrices = [torch.zeros(4, 128), torch.zeros(2, 256)]
    bits = {name: one.bits(matrices) for name, one in FORMATS.items()}
    four = {name: b for name, b in bits.items() if b < 8}
    assert set(four.values()) == {4.25, 4.5}
    rows = 6 * 16 / 1024
    assert bits["int8, a scale a row"] == bits["FP8 (E4M3), a scale a row"] == 8 + rows


def test_all_codes_are_used_and_a_searched_scale_is_never_worse() -> None:
    """Per block; the largest magnitude has the lowest code, of whichever sign it is."""
    blocks = W.reshape(-1, 64)
    at_once, searched = (
        weight_formats.all_integers(W, 4, 64, ratios).reshape(-1, 64)
        for ratios in ((1.0,), weight_formats.RATIOS)
    )
    errors = [(one - blocks).square().sum(dim=1) for one in (at_once, searched)]
    assert bool((errors[1] <= errors[0]).all()) and bool((errors[1] < errors[0]).any())
    largest = blocks.gather(1, blocks.abs().argmax(dim=1, keepdim=True))
    codes = (at_once / (-largest / 8).half().float()).round()
    assert set(codes.amin(dim=1).tolist()) == {-8.0} and codes.max() <= 7
    assert torch.equal(weight_formats.all_integers(0 * W, 4, 64), 0 * W)


@pytest.mark.parametrize(
    ("name", "size"),
    [("NF4, blocks of 64", 64), ("NF4, blocks of 32", 32), ("MXFP4", 32), ("NVFP4", 16)],
)
def test_a_search_begins_with_the_rule_and_is_better_in_some_blocks(name, size) -> None:
    rule, found = FORMATS[name], weight_formats.SCALES[f"{name}, searched"]
    assert rule.bits([W]) == found.bits([W])
    searched = found.restored
    by_rule, best = (way(W).reshape(-1, size) for way in (rule.restored, searched))
    lost, left = ((one - W.reshape(-1, size)).square().sum(dim=1) for one in (by_rule, best))
    assert bool((left <= lost * (1 + 1e-5)).all()) and bool((left < 0.99 * lost).any())
    assert torch.equal(searched(0 * W), 0 * W)


def test_a_zero_point_at_ratio_1_is_that_of_the_library_and_a_search_is_never_worse() -> None:
    blocks = W.reshape(-1, 32) + 0.3
    library = quantize_tensor(blocks, 4, 32, symmetric=False).dequantize()
    lost, at_once, searched = (
        (one - blocks).square().sum(dim=1)
        for one in (
            library,
            weight_formats.with_zero_point(blocks, 4, 32, ratios=(1.0,)),
            weight_formats.with_zero_point(blocks, 4, 32),
        )
    )
    assert bool((at_once <= lost * (1 + 1e-5)).all())
    assert bool((searched <= at_once).all()) and bool((searched < 0.99 * at_once).any())
    assert torch.equal(weight_formats.with_zero_point(0 * W, 4, 32), 0 * W)


def test_a_zero_point_restores_what_lies_on_its_grid() -> None:
    grid = torch.arange(16.0).repeat(2, 1) * 0.5 - torch.tensor([[2.0], [0.0]])
    assert torch.equal(weight_formats.with_zero_point(grid, 4, 16), grid)


def test_zero_points_take_four_bits_more_than_a_scale() -> None:
    matrices = [torch.zeros(384, 384), torch.zeros(1536, 384)]
    bits = [one.bits(matrices) for one in weight_formats.ZERO_POINTS.values()]
    assert bits == [4.25, 4.5, 5.0] * 2
