"""Properties that hold for every tensor: error bounds, symmetry, order, true size."""

import itertools
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model_compression.granularity import expand_blocks
from model_compression.integer_scaling import (
    absmax_scale,
    affine_params,
    dequantize,
    quantize,
    quantize_affine,
    quantize_tensor,
)
from model_compression.number_formats import model_bytes
from model_compression.packing import pack_int4

# Away from overflow and from subnormal numbers; those have tests of their own in test_scales.py.
values = st.one_of(
    st.just(0.0),
    st.floats(2.0**-60, 2.0**60, width=32),
    st.floats(-(2.0**60), -(2.0**-60), width=32),
    st.floats(-1, 1, width=32).filter(lambda value: abs(value) > 2.0**-60),
)
vectors = st.lists(values, min_size=1, max_size=40).map(torch.tensor)
matrices = st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
    lambda sizes: st.lists(
        values, min_size=sizes[0] * sizes[1] * 4, max_size=sizes[0] * sizes[1] * 4
    ).map(lambda numbers: torch.tensor(numbers).reshape(sizes[0], sizes[1] * 4))
)
bit_widths = st.integers(2, 8)


def half_step(scale: torch.Tensor, n_bits: int) -> torch.Tensor:
    """scale / 2, plus what float32 can add.

    With u = 2^-24 and steps of at most 2^b: x / scale is rounded to float32 (|x / scale| u steps),
    then to an integer (half a step), and the product q * scale is rounded (|q| u steps). That is
    scale * (1/2 + 2 * 2^b * u).
    """
    return scale.double() * (0.5 + 2 * 2**n_bits * 2**-24)


@given(vectors, bit_widths, st.booleans())
def test_symmetric_error_is_at_most_half_a_step(x, n_bits, full_range):
    # Full range clips absmax, but by half a step only: 7.5 -> 7.
    scale = absmax_scale(x, n_bits, full_range)
    x_hat = dequantize(quantize(x, scale, n_bits), scale)
    assert bool(((x.double() - x_hat.double()).abs() <= half_step(scale, n_bits)).all())


@given(vectors, bit_widths)
def test_affine_error_is_at_most_half_a_step(x, n_bits):
    scale, zero_point = affine_params(x, n_bits)
    q = quantize_affine(x, scale, zero_point, n_bits)
    x_hat = dequantize(q.int() - zero_point, scale)
    assert bool(((x.double() - x_hat.double()).abs() <= half_step(scale, n_bits)).all())


@given(matrices, bit_widths, st.sampled_from(["tensor", "channel", 4, 2, 1]), st.booleans())
def test_error_is_at_most_half_a_step_of_its_own_block(x, n_bits, granularity, symmetric):
    quantized = quantize_tensor(x, n_bits, granularity, symmetric)
    bound = half_step(expand_blocks(quantized.scale, quantized.block), n_bits)
    error = (x.double() - quantized.dequantize().double()).abs()
    assert quantized.dequantize().shape == x.shape
    assert bool((error <= bound).all())


@given(vectors, bit_widths)
def test_restricted_codes_reach_both_ends_and_never_beyond(x, n_bits):
    q = quantize(x, absmax_scale(x, n_bits), n_bits)
    assert q.abs().max() == (2 ** (n_bits - 1) - 1 if x.abs().max() > 0 else 0)


@given(vectors, bit_widths)
def test_negating_the_input_negates_the_restricted_codes(x, n_bits):
    scale = absmax_scale(x, n_bits)
    assert scale == absmax_scale(-x, n_bits)
    assert torch.equal(quantize(-x, scale, n_bits), -quantize(x, scale, n_bits))


@given(vectors, bit_widths, st.integers(-20, 20))
def test_a_power_of_two_moves_the_scale_and_not_the_codes(x, n_bits, exponent):
    factor = 2.0**exponent
    before, after = quantize_tensor(x, n_bits), quantize_tensor(x * factor, n_bits)
    assert torch.equal(before.codes, after.codes)
    if x.any():
        assert torch.equal(before.scale * factor, after.scale)


@given(vectors, bit_widths)
def test_a_larger_value_never_gets_a_smaller_code(x, n_bits):
    ordered = x.sort().values
    symmetric = quantize(ordered, absmax_scale(x, n_bits), n_bits).int()
    affine = quantize_affine(ordered, *affine_params(x, n_bits), n_bits).int()
    assert bool((symmetric.diff() >= 0).all())
    assert bool((affine.diff() >= 0).all())


@given(vectors, bit_widths)
def test_zero_is_exact_in_affine_codes(x, n_bits):
    scale, zero_point = affine_params(x, n_bits)
    assert quantize_affine(torch.zeros(1), scale, zero_point, n_bits).item() == zero_point


@given(vectors, bit_widths)
def test_values_on_the_grid_come_back_exactly(x, n_bits):
    once = quantize_tensor(x, n_bits)
    again = quantize_tensor(once.dequantize(), n_bits)
    assert torch.equal(once.codes, again.codes)


@given(matrices, bit_widths)
def test_finer_blocks_have_scales_that_are_no_larger(x, n_bits):
    coarse_to_fine = [
        expand_blocks(quantized.scale, quantized.block)
        for quantized in (quantize_tensor(x, n_bits, size) for size in ("tensor", "channel", 4, 1))
    ]
    nonzero = x != 0  # an all-zero block has scale 1
    for coarse, fine in itertools.pairwise(coarse_to_fine):
        assert bool((fine[nonzero] <= coarse[nonzero]).all())


def test_a_group_of_the_whole_row_is_a_channel():
    x = torch.randn(5, 12, generator=torch.Generator().manual_seed(3))
    channel, group = quantize_tensor(x, 4, "channel"), quantize_tensor(x, 4, 12)
    assert torch.equal(channel.codes, group.codes)
    assert torch.equal(channel.scale, group.scale)


@pytest.mark.parametrize("n_bits", range(2, 9))
@pytest.mark.parametrize(("granularity", "n_blocks"), [("tensor", 1), ("channel", 6), (4, 18)])
@pytest.mark.parametrize("symmetric", [True, False])
def test_size_counts_codes_scales_and_zero_points(n_bits, granularity, n_blocks, symmetric):
    x = torch.randn(6, 12, generator=torch.Generator().manual_seed(4))
    quantized = quantize_tensor(x, n_bits, granularity, symmetric)
    expected = math.ceil(72 * n_bits / 8) + n_blocks * (4 if symmetric else 5)
    assert quantized.nbytes == expected
    assert quantized.bits_per_weight == expected * 8 / 72


def test_size_of_int4_is_that_of_the_packed_tensors():
    quantized = quantize_tensor(torch.linspace(-1, 1, 33), 4)
    assert quantized.nbytes == pack_int4(quantized.codes).nbytes + quantized.scale.nbytes
    assert model_bytes(33, 4) == pack_int4(quantized.codes).nbytes
