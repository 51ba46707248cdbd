"""Scales and zero points against torchao, NumPy and the exact formula."""

import numpy as np
import pytest
import torch

from model_compression.granularity import Granularity, block_shape
from model_compression.integer_scaling import (
    absmax_scale,
    affine_params,
    quantize,
    quantize_affine,
    quantize_groupwise,
    quantize_per_channel,
    quantize_tensor,
)
from tests.reference.oracles import MappingType, matrices, torchao_params

N_BITS = range(2, 9)
MATRICES = matrices()
# Not 1: for blocks of one value torchao reduces over no axis at all, which means all to torch.
GRANULARITIES: list[Granularity] = ["tensor", "channel", 64, 32, 8]
all_bits = pytest.mark.parametrize("n_bits", N_BITS)


def same_where_not_zero(scale: torch.Tensor, expected: torch.Tensor) -> bool:
    """Bit-equal, except for all-zero blocks: 1 here, the smallest normal float32 in torchao."""
    zero = expected == torch.finfo(torch.float32).smallest_normal
    return torch.equal(scale, torch.where(zero, 1.0, expected))


@all_bits
@pytest.mark.parametrize("granularity", GRANULARITIES)
def test_restricted_scale_agrees_with_torchao(n_bits, granularity):
    qmax = 2 ** (n_bits - 1) - 1
    for name, x in MATRICES.items():
        block = block_shape(x.shape, granularity)
        expected, _ = torchao_params(x, MappingType.SYMMETRIC, block, -qmax, qmax)
        scale = quantize_tensor(x, n_bits, granularity).scale
        assert scale.dtype == torch.float32
        assert same_where_not_zero(scale, expected), name


@all_bits
@pytest.mark.parametrize("granularity", GRANULARITIES)
def test_full_range_scale_agrees_with_torchao(n_bits, granularity):
    half = 2 ** (n_bits - 1)
    for name, x in MATRICES.items():
        block = block_shape(x.shape, granularity)
        expected, _ = torchao_params(x, MappingType.SYMMETRIC, block, -half, half - 1)
        scale = quantize_tensor(x, n_bits, granularity, full_range=True).scale
        assert same_where_not_zero(scale, expected), name


@all_bits
@pytest.mark.parametrize("granularity", GRANULARITIES)
def test_affine_params_agree_with_torchao(n_bits, granularity):
    top = 2**n_bits - 1
    for name, x in MATRICES.items():
        block = block_shape(x.shape, granularity)
        expected, zero_point = torchao_params(x, MappingType.ASYMMETRIC, block, 0, top)
        quantized = quantize_tensor(x, n_bits, granularity, symmetric=False)
        assert quantized.zero_point is not None
        assert same_where_not_zero(quantized.scale, expected), name
        assert torch.equal(quantized.zero_point.int(), zero_point.int()), name


@all_bits
def test_a_group_of_one_value_has_its_magnitude_as_scale(n_bits):
    x, qmax = MATRICES["normal"], 2 ** (n_bits - 1) - 1
    quantized = quantize_tensor(x, n_bits, 1)
    assert torch.equal(quantized.scale, x.abs() / qmax)
    assert torch.equal(quantized.codes, x.sign().to(torch.int8) * qmax)


@all_bits
@pytest.mark.parametrize("name", MATRICES)
def test_the_functions_for_one_case_agree_with_the_general_one(name, n_bits):
    x = MATRICES[name]
    scale = absmax_scale(x, n_bits)
    assert scale.shape == ()
    assert scale.dtype == torch.float32
    assert scale == quantize_tensor(x, n_bits).scale
    assert absmax_scale(x, n_bits, True) == quantize_tensor(x, n_bits, full_range=True).scale

    affine = quantize_tensor(x, n_bits, symmetric=False)
    affine_scale, zero_point = affine_params(x, n_bits)
    assert type(zero_point) is int
    assert affine_scale.shape == ()
    assert (affine_scale, zero_point) == (affine.scale, affine.zero_point)
    assert torch.equal(quantize_affine(x, affine_scale, zero_point, n_bits), affine.codes)

    q, channel_scale = quantize_per_channel(x, n_bits)
    channels = quantize_tensor(x, n_bits, "channel")
    assert channel_scale.shape == (8,)
    assert torch.equal(q, channels.codes)
    assert torch.equal(channel_scale, channels.scale.flatten())

    q, group_scale = quantize_groupwise(x, n_bits, 16)
    assert group_scale.shape == (8, 4)
    assert torch.equal(q, quantize_tensor(x, n_bits, 16).codes)


@all_bits
@pytest.mark.parametrize("absmax", [2e-36, 1e-10, 1e-4, 1.0, 1e20, 3e38])
def test_the_guard_leaves_every_nonzero_tensor_alone(n_bits, absmax):
    # Down to 2e-36: below 127 * 1.2e-38 the scale itself would no longer be a normal float32.
    x = torch.tensor([0.0, -absmax, absmax / 3])
    qmax = np.float32(2 ** (n_bits - 1) - 1)
    assert absmax_scale(x, n_bits).item() == np.float32(absmax) / qmax
    assert absmax_scale(x, n_bits, True).item() == np.float32(absmax) / (qmax + np.float32(0.5))


@all_bits
@pytest.mark.parametrize("smallest", [2.0**-149, 2.0**-140, 2.0**-127])
def test_a_subnormal_tensor_gets_a_normal_scale(n_bits, smallest):
    x = torch.tensor([smallest, -smallest])
    scale = absmax_scale(x, n_bits)
    # absmax / scale <= 2^-127 / 2^-126 = 1/2, a tie that goes to 0.
    assert scale == torch.finfo(torch.float32).smallest_normal
    assert quantize(x, scale, n_bits).tolist() == [0, 0]


@all_bits
@pytest.mark.parametrize("shape", [(), (1,), (7,), (3, 4), (2, 3, 2, 2)])
def test_zeros_give_a_finite_scale_and_zero_codes(n_bits, shape):
    x = torch.zeros(shape)
    scale, (affine_scale, zero_point) = absmax_scale(x, n_bits), affine_params(x, n_bits)
    assert scale == affine_scale == 1
    assert zero_point == 0
    assert not quantize(x, scale, n_bits).any()
    assert not quantize_affine(x, affine_scale, zero_point, n_bits).any()


def test_a_zero_row_or_group_leaves_the_others_unaffected():
    w = MATRICES["zero rows"]
    q, scale = quantize_per_channel(w, 4)
    alone, scale_alone = quantize_per_channel(w[[0, 1, 3, 4]], 4)
    assert torch.equal(q[[0, 1, 3, 4]], alone)
    assert torch.equal(scale[[0, 1, 3, 4]], scale_alone)
    assert not q[2].any()
    q, scale = quantize_groupwise(w, 4, 32)
    assert not q[5, 32:].any()
    assert q[5, :32].abs().max() == 7
    assert bool((scale > 0).all())
    assert bool(torch.isfinite(scale).all())


@pytest.mark.parametrize(
    ("values", "low_code", "zero_point"),
    [([5.0, 15.0], 5, 0), ([-15.0, -5.0], 0, 15), ([-3.0, 12.0], 0, 3)],
)
def test_affine_ranges_always_contain_zero(values, low_code, zero_point):
    x = torch.tensor(values)
    scale, found = affine_params(x, 4)
    assert found == zero_point
    zero_code = quantize_affine(torch.tensor([0.0]), scale, found, 4)
    assert zero_code.item() == found
    assert quantize_affine(x, scale, found, 4)[0] == low_code


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@all_bits
def test_half_precision_is_computed_in_float32(dtype, n_bits):
    x = MATRICES["normal"].to(dtype)
    for arguments in ({}, {"full_range": True}, {"symmetric": False}):
        half = quantize_tensor(x, n_bits, 32, **arguments)
        full = quantize_tensor(x.float(), n_bits, 32, **arguments)
        assert half.scale.dtype == torch.float32
        assert torch.equal(half.scale, full.scale)
        assert torch.equal(half.codes, full.codes)
    assert absmax_scale(x, n_bits) == absmax_scale(x.float(), n_bits)
    assert torch.equal(quantize(x, 0.1, n_bits), quantize(x.float(), 0.1, n_bits))
