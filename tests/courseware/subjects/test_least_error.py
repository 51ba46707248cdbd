"""Scales of least error are at least as good as the full range's, whatever shares them."""

import pytest
import torch

from courseware.subjects.least_error import FACTORS, least_error
from model_compression.error_measures import sqnr_db
from model_compression.integer_scaling import quantize_tensor


@pytest.fixture(scope="module")
def weight():
    return torch.randn(16, 32, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("n_bits", [2, 4])
@pytest.mark.parametrize("granularity", ["tensor", "channel", 8])
def test_no_block_is_worse_than_on_the_full_range(weight, granularity, n_bits):
    full = quantize_tensor(weight, n_bits, granularity, full_range=True)
    found = least_error(weight, n_bits, granularity)
    assert found.scale.shape == full.scale.shape
    assert found.block == full.block
    errors = [
        (weight - t.dequantize()).square().reshape(full.scale.numel(), -1).sum(dim=1)
        for t in (found, full)
    ]
    assert bool((errors[0] <= errors[1] * (1 + 1e-6)).all())
    assert sqnr_db(weight, found.dequantize()) > sqnr_db(weight, full.dequantize())


def test_each_block_takes_its_best_factor(weight):
    row = weight[:1]
    found = least_error(row, 3, "channel")
    widest = quantize_tensor(row, 3, "channel", full_range=True).scale
    errors = [
        (row - (row / s).round().clamp(-4, 3) * s).square().sum() for s in FACTORS * widest.item()
    ]
    best = FACTORS[int(torch.stack(errors).argmin())] * widest
    torch.testing.assert_close(found.scale, best)
    torch.testing.assert_close(least_error(weight, 3, "channel").scale[:1], best)


def test_a_shorter_scale_takes_fewer_bytes_and_is_what_the_codes_were_made_with(weight):
    stored = least_error(weight, 2, 16, torch.float16)
    assert stored.bits_per_weight == 3.0
    codes = (weight / stored.scale.float().repeat_interleave(16, dim=1)).round().clamp(-2, 1)
    assert torch.equal(stored.codes, codes.to(torch.int8))


def test_the_lowest_code_can_stand_for_the_largest_weight_of_either_sign():
    for largest in (1.0, -1.0):
        w = torch.tensor([[largest, 0.0, 0.0, 0.0]])
        found = least_error(w, 2)
        assert found.codes.tolist() == [[-2, 0, 0, 0]]
        torch.testing.assert_close(found.dequantize(), w)
