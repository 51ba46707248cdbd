"""Nearest entries of a table against an exact search, bitsandbytes and a uniform grid."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model_compression.codebook_quantization import codebook_dequantize, codebook_quantize
from model_compression.integer_scaling import absmax_scale, quantize
from tests.reference.bitsandbytes_oracle import blockwise_8bit
from tests.reference.oracles import away_from_ties

U = 2**-24
THIRDS = torch.tensor([-1.0, 0.0, 1.0])
finite = st.floats(-1e3, 1e3, width=32)
tensors = st.lists(finite, min_size=1, max_size=70).map(torch.tensor)
codebooks = st.lists(st.floats(-1, 1, width=16), min_size=2, max_size=20, unique=True).map(
    lambda entries: torch.tensor(sorted(entries))
)


def normal(n, seed=0):
    return torch.randn(n, generator=torch.Generator().manual_seed(seed))


@given(tensors, codebooks, st.integers(1, 40))
def test_each_value_gets_a_nearest_entry(x, codebook, block_size):
    codes, absmax = codebook_quantize(x, codebook, block_size)
    exact = torch.stack([block.abs().max() for block in x.split(block_size)])
    assert torch.equal(absmax, torch.where((exact > 0) & (exact < 1e-38), absmax, exact))
    scales = absmax.double().repeat_interleave(block_size)[: x.numel()]
    wanted = torch.where(scales > 0, x.double() / scales, 0.0)
    distances = (wanted[:, None] - codebook.double()).abs()
    taken = distances.gather(1, codes.long()[:, None])[:, 0]
    # x / absmax, at most 1, is off by 2 u (reciprocal and product; 1e-38 and its like do not occur
    # here, but subnormal ones do), the midpoint by 2 u (sum and half): 4 u, on both distances.
    ordinary = (scales == 0) | (scales > 1e-37)
    assert (taken - distances.amin(dim=1) <= 8 * U)[ordinary].all()


def test_any_256_values_give_the_codes_of_bitsandbytes():
    codebook = torch.rand(256, generator=torch.Generator().manual_seed(1)) * 2 - 1
    codebook = codebook.sort().values
    for n in (1, 255, 256, 1000, 256 * 200):
        x = normal(n, seed=n)
        codes, absmax = codebook_quantize(x, codebook, 256)
        expected_codes, expected_absmax = blockwise_8bit(x, codebook, 256)
        assert torch.equal(codes, expected_codes)
        assert torch.equal(absmax, expected_absmax)


def test_an_even_table_is_the_uniform_grid():
    x = normal(64)
    codebook = torch.arange(-7, 8) / 7
    codes, _ = codebook_quantize(x, codebook, 64)
    scale = absmax_scale(x, 4)
    safe = away_from_ties(x, scale, 4)
    assert safe.sum() > 60
    assert torch.equal((codes.int() - 7)[safe], quantize(x, scale, 4).int()[safe])


def test_ties_go_to_the_lower_code():
    x = torch.tensor([1.0, 0.5, -0.5, 0.25, -1.0])
    assert codebook_quantize(x, THIRDS, 5)[0].tolist() == [2, 1, 0, 1, 0]


def test_blocks_run_over_the_flattened_tensor_and_the_last_may_be_short():
    x = torch.tensor([[1.0, 2.0, -4.0], [8.0, 0.5, 0.25]])
    codes, absmax = codebook_quantize(x, THIRDS, 4)
    assert codes.tolist() == [[1, 1, 0], [2, 2, 1]]
    assert absmax.tolist() == [8.0, 0.5]
    assert codebook_dequantize(codes, absmax, THIRDS, 4).tolist() == [[0, 0, -8], [8, 0.5, 0]]
    assert torch.equal(
        codebook_quantize(x.T, THIRDS, 4)[0], codebook_quantize(x.T.contiguous(), THIRDS, 4)[0]
    )


def test_zeros_and_the_smallest_numbers_stay_finite():
    smallest = torch.tensor([1e-45, -1e-45, 0.0])
    for x in (torch.zeros(3), smallest):
        for block_size in (3, 2, 64):
            codes, absmax = codebook_quantize(x, THIRDS, block_size)
            back = codebook_dequantize(codes, absmax, THIRDS, block_size)
            assert torch.isfinite(back).all()
            assert back.abs().max() <= 1e-38
    codes, absmax = codebook_quantize(torch.zeros(3), THIRDS, 2)
    assert codes.tolist() == [1, 1, 1]
    assert absmax.tolist() == [0.0, 0.0]


@given(tensors, codebooks, st.integers(1, 40))
def test_looking_up_is_indexing(x, codebook, block_size):
    codes, absmax = codebook_quantize(x, codebook, block_size)
    back = codebook_dequantize(codes, absmax, codebook, block_size)
    for i, code in enumerate(codes.tolist()):
        assert back[i] == codebook[code] * absmax[i // block_size]


CODES = torch.tensor([0, 2])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: codebook_quantize(torch.ones(2), THIRDS, 0), "block_size: expected an integer >="),
        (lambda: codebook_quantize(torch.ones(2), THIRDS, 1.0), "block_size: expected an integer"),
        (lambda: codebook_quantize(torch.ones(0), THIRDS, 1), "x: expected at least one value"),
        (lambda: codebook_quantize(torch.tensor([math.nan]), THIRDS, 1), "x: expected finite"),
        (lambda: codebook_quantize(torch.ones(2), THIRDS.flip(0), 1), "codebook: expected 2 to"),
        (lambda: codebook_quantize(torch.ones(2), torch.ones(2), 1), "codebook: .* ascending"),
        (lambda: codebook_quantize(torch.ones(2), torch.ones(1), 1), "codebook: expected 2 to 256"),
        (lambda: codebook_quantize(torch.ones(2), 2 * THIRDS, 1), "codebook: .* within -1 ... 1"),
        (
            lambda: codebook_quantize(torch.ones(2), torch.linspace(-1, 1, 257), 1),
            r"codebook: expected 2 to 256 .*, got shape \(257,\)",
        ),
        (
            lambda: codebook_dequantize(torch.tensor([3]), torch.ones(1), THIRDS, 1),
            "codes: expected codes from 0 to 2, got 1 outside",
        ),
        (
            lambda: codebook_dequantize(torch.tensor([-1]), torch.ones(1), THIRDS, 1),
            "codes: expected codes from 0 to 2, got 1 outside",
        ),
        (
            lambda: codebook_dequantize(torch.tensor([1.0]), torch.ones(1), THIRDS, 1),
            "codes: expected a tensor of integers, got torch.float32",
        ),
        (
            lambda: codebook_dequantize(CODES, torch.ones(2), THIRDS, 2),
            r"absmax: expected shape \(1,\), got \(2,\)",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
