"""Codes against ONNX Runtime (true division), torchao and torch.fake_quantize (reciprocal)."""

import pytest
import torch

from model_compression.granularity import block_shape, expand_blocks
from model_compression.integer_scaling import (
    absmax_scale,
    affine_params,
    dequantize,
    quantize,
    quantize_affine,
    quantize_groupwise,
    quantize_per_channel,
    quantize_tensor,
)
from tests.reference.oracles import away_from_ties, matrices, onnx_quantize, torchao_codes

MATRICES = matrices()
all_bits = pytest.mark.parametrize("n_bits", range(2, 9))
# Scales with exact ties (powers of two) and without.
SCALES = [0.25, 1.0, 0.3, 1 / 7, 0.1, 1e-3]


def signed_ends(n_bits: int) -> tuple[int, int]:
    return -(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1


# ---- the same convention: every code equal, ties included --------------------------------------


@all_bits
@pytest.mark.parametrize("scale", SCALES)
def test_quantize_agrees_with_onnx_runtime(n_bits, scale):
    # A narrower clamp after a wider one is the narrower one, so int8 is an oracle for all widths.
    for name, x in MATRICES.items():
        expected = onnx_quantize(x, torch.tensor(scale)).clamp(*signed_ends(n_bits))
        q = quantize(x, scale, n_bits)
        assert q.dtype == torch.int8
        assert q.shape == x.shape
        assert torch.equal(q.int(), expected), name
        assert torch.equal(quantize(x, torch.tensor(scale), n_bits), q), name


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize(("n_bits", "zero_point"), [(8, 0), (8, 3), (8, 128), (8, 255), (4, 7)])
def test_quantize_affine_agrees_with_onnx_runtime(scale, n_bits, zero_point):
    for name, x in MATRICES.items():
        expected = onnx_quantize(x, torch.tensor(scale), zero_point, f"uint{n_bits}")
        q = quantize_affine(x, scale, zero_point, n_bits)
        assert q.dtype == torch.uint8
        assert torch.equal(q.int(), expected), name


@pytest.mark.parametrize("scale", SCALES)
def test_every_half_point_agrees_with_onnx_runtime(scale):
    step = torch.tensor(scale)
    ties = (torch.arange(-140, 140) + 0.5) * step
    assert torch.equal(quantize(ties, step, 8).int(), onnx_quantize(ties, step))
    assert torch.equal(quantize(ties, step, 4).int(), onnx_quantize(ties, step, dtype="int4"))
    expected = onnx_quantize(ties, step, 101, "uint8")
    assert torch.equal(quantize_affine(ties, step, 101, 8).int(), expected)


@all_bits
def test_per_channel_agrees_with_onnx_runtime(n_bits):
    for name, w in MATRICES.items():
        q, scale = quantize_per_channel(w, n_bits)
        assert torch.equal(q.int(), onnx_quantize(w, scale, axis=0)), name


@pytest.mark.parametrize(("n_bits", "dtype"), [(8, "int8"), (4, "int4")])
@pytest.mark.parametrize("group_size", [8, 16, 32])
def test_groupwise_agrees_with_blocked_onnx_runtime(n_bits, dtype, group_size):
    for name, w in MATRICES.items():
        q, scale = quantize_groupwise(w, n_bits, group_size)
        expected = onnx_quantize(w, scale, dtype=dtype, axis=1, block_size=group_size)
        assert torch.equal(q.int(), expected), name


# ---- the reciprocal convention: equal wherever float error cannot cross a tie -------------------


@all_bits
@pytest.mark.parametrize("scale", SCALES)
def test_round_trip_agrees_with_fake_quantize(n_bits, scale):
    for name, x in MATRICES.items():
        expected = torch.fake_quantize_per_tensor_affine(x, scale, 0, *signed_ends(n_bits))
        x_hat = dequantize(quantize(x, scale, n_bits), scale)
        if scale in (0.25, 1.0):  # 1 / s is exact for a power of two: ties agree as well
            assert torch.equal(x_hat, expected), name
            continue
        sure = away_from_ties(x, scale, n_bits)
        assert torch.equal(x_hat[sure], expected[sure]), name


@pytest.mark.parametrize("zero_point", [0, 3, 128, 255])
def test_affine_round_trip_agrees_with_fake_quantize(zero_point):
    scale = 0.25
    for name, x in MATRICES.items():
        expected = torch.fake_quantize_per_tensor_affine(x, scale, zero_point, 0, 255)
        q = quantize_affine(x, scale, zero_point, 8)
        assert torch.equal(dequantize(q.int() - zero_point, scale), expected), name


@all_bits
def test_per_channel_round_trip_agrees_with_fake_quantize(n_bits):
    for name, w in MATRICES.items():
        quantized = quantize_tensor(w, n_bits, "channel")
        scale = quantized.scale.flatten()
        zero_points = torch.zeros(8, dtype=torch.int32)
        expected = torch.fake_quantize_per_channel_affine(
            w, scale, zero_points, 0, *signed_ends(n_bits)
        )
        sure = away_from_ties(w, quantized.scale, n_bits)
        assert torch.equal(quantized.dequantize()[sure], expected[sure]), name


@all_bits
@pytest.mark.parametrize("granularity", ["tensor", "channel", 16])
@pytest.mark.parametrize("symmetric", [True, False])
def test_codes_agree_with_torchao(n_bits, granularity, symmetric):
    for name, x in MATRICES.items():
        quantized = quantize_tensor(x, n_bits, granularity, symmetric)
        qmin, qmax = signed_ends(n_bits) if symmetric else (0, 2**n_bits - 1)
        zero_point = quantized.zero_point
        if zero_point is None:
            zero_point = torch.zeros_like(quantized.scale, dtype=torch.int32)
        block = block_shape(x.shape, granularity)
        expected = torchao_codes(x, block, quantized.scale, zero_point.int(), qmin, qmax)
        assert quantized.codes.dtype == expected.dtype
        sure = away_from_ties(x, expand_blocks(quantized.scale, block), n_bits)
        assert torch.equal(quantized.codes[sure], expected[sure]), name


# ---- single facts ---------------------------------------------------------------------------


def test_ties_go_to_the_even_code():
    ties = torch.tensor([0.5, 1.5, 2.5, 3.5, -0.5, -1.5, -2.5, -3.5])
    assert quantize(ties, 1.0, 8).tolist() == [0, 2, 2, 4, 0, -2, -2, -4]
    assert quantize_affine(ties, 1.0, 5, 8).tolist() == [5, 7, 7, 9, 5, 3, 3, 1]


def test_the_clamp_comes_before_the_cast():
    x = torch.tensor([1e10, 200.0, 128.0, -129.0, -200.0, -1e10])
    assert quantize(x, 1.0, 8).tolist() == [127, 127, 127, -128, -128, -128]
    assert quantize_affine(x, 1.0, 10, 8).tolist() == [255, 210, 138, 0, 0, 0]


def test_both_ends_of_the_range_are_used_whatever_the_scale():
    x = torch.tensor([-100.0, 100.0])
    for n_bits in range(2, 9):
        assert tuple(quantize(x, 0.5, n_bits).tolist()) == signed_ends(n_bits)


def test_a_quotient_beyond_float32_is_clamped():
    assert quantize(torch.tensor([3e38, -3e38]), 1e-38, 8).tolist() == [127, -128]


@pytest.mark.parametrize("dtype", [torch.int8, torch.uint8, torch.int16, torch.int32, torch.int64])
def test_dequantize_takes_any_integer_dtype(dtype):
    x_hat = dequantize(torch.tensor([[0, 1], [5, 100]], dtype=dtype), 0.5)
    assert x_hat.dtype == torch.float32
    assert x_hat.tolist() == [[0.0, 0.5], [2.5, 50.0]]


def test_full_range_maps_both_ends_half_a_step_inside():
    x = torch.tensor([7.5, -7.5, 7.0])
    scale = absmax_scale(x, 4, full_range=True)
    assert scale == 1
    assert quantize(x, scale, 4).tolist() == [7, -8, 7]


def test_affine_uses_the_whole_grid():
    x = torch.tensor([-1.0, 0.0, 14.0])
    scale, zero_point = affine_params(x, 4)
    assert (scale.item(), zero_point) == (1.0, 1)
    assert quantize_affine(x, scale, zero_point, 4).tolist() == [0, 1, 15]


def test_inputs_with_gradients_give_codes_without():
    x = torch.tensor([1.0, -2.0], requires_grad=True)
    quantized = quantize_tensor(x, 8)
    assert not quantized.scale.requires_grad
    assert not absmax_scale(x, 8).requires_grad
    assert not dequantize(quantize(x, 0.5, 8), 0.5).requires_grad
