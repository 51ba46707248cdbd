"""Double quantization against bitsandbytes."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model_compression.double_quantization import double_quantize, dynamic_codebook
from tests.reference.bitsandbytes_oracle import (
    DYNAMIC_MAP,
    blockwise_8bit,
    compiled_blockwise_8bit,
    read_8bit,
    with_smallest_absmax,
)

scales = st.lists(st.floats(0, 100, width=32), min_size=1, max_size=600).map(torch.tensor)


def absmax_of_normal_blocks(n_blocks, seed=0):
    draw = torch.Generator().manual_seed(seed)
    return torch.randn(n_blocks, 64, generator=draw).abs().amax(dim=1)


def test_the_map_is_that_of_bitsandbytes_bit_for_bit():
    assert torch.equal(dynamic_codebook(), DYNAMIC_MAP)
    assert dynamic_codebook().unique().numel() == 256


@given(scales)
def test_codes_and_values_are_those_of_bitsandbytes(absmax):
    stored = double_quantize(absmax)
    codes, second_absmax = blockwise_8bit(absmax - absmax.mean(), DYNAMIC_MAP, 256)
    assert torch.equal(stored.codes, codes)
    stored_absmax = with_smallest_absmax(stored.absmax, absmax.numel(), 256)
    assert torch.equal(stored_absmax, second_absmax)
    expected = read_8bit(codes, second_absmax, DYNAMIC_MAP, 256) + absmax.mean()
    assert torch.equal(stored.dequantize(), expected)


def test_the_compiled_kernel_of_bitsandbytes_is_close():
    absmax = absmax_of_normal_blocks(256 * 40)
    deviation = absmax - absmax.mean()
    stored = double_quantize(absmax)
    codes, second_absmax = compiled_blockwise_8bit(deviation, DYNAMIC_MAP, 256)
    assert torch.equal(stored.absmax, second_absmax)
    # It first rounds x / absmax to a multiple of 2 / 65535, so by at most 1 / 65535, and may then
    # take an entry that is nearest to the rounded value: farther from x by twice that. The margin
    # of 1% is for the float32 roundings of both sides, some 2^-24 each.
    distance = (DYNAMIC_MAP[codes.long()] - DYNAMIC_MAP[stored.codes.long()]).abs()
    wanted = (deviation.reshape(-1, 256) / second_absmax[:, None]).reshape(-1)
    ours = (DYNAMIC_MAP[stored.codes.long()] - wanted).abs()
    theirs = (DYNAMIC_MAP[codes.long()] - wanted).abs()
    assert (theirs - ours <= 1.01 * 2 / 65535).all()
    assert (ours - theirs <= 1e-6).all()
    assert (distance > 0).float().mean() < 0.01


@given(scales)
def test_no_scale_is_off_by_more_than_the_widest_gap(absmax):
    stored = double_quantize(absmax)
    # Between -1 and the lowest entry, -0.993, and between entries: half of the widest gap, 0.0141.
    widest = max(DYNAMIC_MAP.diff().max().item() / 2, 1 + DYNAMIC_MAP[0].item())
    second_absmax = stored.absmax.repeat_interleave(256)[: absmax.numel()]
    rounding = 4 * 2**-24 * (absmax.abs() + second_absmax + stored.mean)
    assert ((stored.dequantize() - absmax).abs() <= widest * second_absmax + rounding).all()


def test_a_scale_costs_8_bits_and_a_share_of_a_float32():
    stored = double_quantize(absmax_of_normal_blocks(1000))
    assert stored.codes.shape == (1000,)
    assert stored.absmax.shape == (4,)
    assert stored.nbytes == 1000 + 4 * 4 + 4


def test_equal_scales_are_kept_exactly():
    stored = double_quantize(torch.full((300,), 0.5))
    assert stored.dequantize().unique().tolist() == [0.5]
    assert double_quantize(torch.zeros(5)).dequantize().unique().tolist() == [0.0]


@pytest.mark.parametrize(
    ("absmax", "message"),
    [
        (torch.ones(2, 3), r"absmax: expected 1 axis, got shape \(2, 3\)"),
        (torch.empty(0), "absmax: expected at least one value"),
        (torch.tensor([math.inf]), "absmax: expected finite"),
        (torch.tensor([1]), "absmax: expected a floating-point tensor, got torch.int64"),
    ],
)
def test_bad_scales_are_named(absmax, message):
    with pytest.raises(ValueError, match=message):
        double_quantize(absmax)
