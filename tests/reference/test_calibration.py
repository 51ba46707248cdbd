"""Calibration ranges against NumPy and torch."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model_compression.calibration import minmax_range, percentile_range
from model_compression.integer_scaling import affine_params, quantize_affine

values = st.floats(-1000, 1000, width=32)
batches_of_values = st.lists(st.lists(values, min_size=1, max_size=30), min_size=1, max_size=6).map(
    lambda rows: [torch.tensor(row) for row in rows]
)
percentiles = st.one_of(st.floats(50.001, 100), st.sampled_from([90, 95, 99, 99.9, 100]))


def pooled(batches):
    return torch.cat([batch.reshape(-1).float() for batch in batches]).double().numpy()


@given(batches_of_values)
def test_minmax_is_that_of_all_values_pooled(batches):
    assert minmax_range(batches) == (pooled(batches).min(), pooled(batches).max())


@given(batches_of_values, percentiles)
def test_percentiles_are_those_of_numpy(batches, percentile):
    # Up to 180 values. A position p / 100 * 179 is rounded 3 times, here and in NumPy: it is off by
    # 6 * 179 u, u = 2^-53, which moves the result by at most that share of the span, 2000. The
    # interpolation itself adds 3 roundings of values up to 1000 on each side.
    slack = (6 * 179 * 2000 + 6 * 1000) * 2**-53
    low, high = percentile_range(batches, percentile)
    expected = np.percentile(pooled(batches), [100 - percentile, percentile])
    assert low == pytest.approx(expected[0], rel=0, abs=slack)
    assert high == pytest.approx(expected[1], rel=0, abs=slack)


@pytest.mark.parametrize("percentile", [50.5, 75, 99, 99.99])
def test_percentiles_are_those_of_torch(percentile):
    x = torch.randn(1001, generator=torch.Generator().manual_seed(1), dtype=torch.float64).float()
    expected = torch.quantile(x.double(), percentile / 100)
    low, high = percentile_range(x.split(100), percentile)
    # As above, with 1001 values of a span below 8.
    slack = (6 * 1001 * 8 + 6 * 4) * 2**-53
    assert high == pytest.approx(expected.item(), rel=0, abs=slack)
    mirrored = percentile_range((-x).split(100), percentile)
    assert low == pytest.approx(-mirrored[1], rel=0, abs=slack)


@given(batches_of_values)
def test_100_percent_is_minmax(batches):
    assert percentile_range(batches, 100) == minmax_range(batches)


@given(batches_of_values, st.floats(50.5, 99), st.floats(0.1, 1))
def test_a_higher_percentile_gives_a_range_that_contains_the_lower_one(batches, percentile, more):
    inner, outer = (percentile_range(batches, p) for p in (percentile, percentile + more))
    rounding = 4000 * 2**-53
    assert outer[0] <= inner[0] + rounding
    assert inner[1] <= outer[1] + rounding


def test_pooling_is_not_averaging():
    batches = [torch.zeros(9), torch.tensor([10.0])]
    assert percentile_range(batches, 90) == (0.0, pytest.approx(1.0))
    assert minmax_range(batches) == (0.0, 10.0)


def test_zero_is_not_forced_into_the_range():
    batches = [torch.tensor([3.0, 5.0]), torch.tensor([4.0])]
    assert minmax_range(batches) == (3.0, 5.0)
    assert percentile_range(batches, 75) == (3.5, 4.5)


def test_any_shapes_dtypes_and_a_generator_will_do():
    def batches():
        yield torch.ones(2, 3, 4)
        yield torch.tensor(-2.0)
        yield torch.tensor([3.0], dtype=torch.float16)
        yield torch.tensor([[4.0]], dtype=torch.bfloat16, requires_grad=True)

    assert minmax_range(batches()) == percentile_range(batches(), 100) == (-2.0, 4.0)


def test_a_percentile_range_spends_its_codes_on_the_bulk():
    draw = torch.Generator().manual_seed(2)
    x = torch.randn(1000, generator=draw)
    x[17] = 100.0
    ranges = [minmax_range([x]), percentile_range([x], 99.5)]
    (coarse, _), (fine, zero_point) = (affine_params(torch.tensor(r), 8) for r in ranges)
    assert coarse > 10 * fine
    assert quantize_affine(x, fine, zero_point, 8)[17] == 255  # the outlier is clipped


@pytest.mark.parametrize("function", [minmax_range, lambda batches: percentile_range(batches, 99)])
@pytest.mark.parametrize(
    ("batches", "message"),
    [
        ([], "batches: expected at least one batch, got none"),
        (torch.ones(3), "batches: expected several tensors, .*, got one tensor"),
        ([torch.ones(2), torch.empty(0)], r"batches\[1\]: expected at least one value"),
        ([torch.tensor([1, 2])], r"batches\[0\]: expected a floating-point tensor, got torch.int6"),
        ([torch.tensor([math.nan])], r"batches\[0\]: expected finite"),
        ([1.0], r"batches\[0\]: expected a torch tensor, got float"),
    ],
)
def test_bad_batches_are_named(function, batches, message):
    with pytest.raises(ValueError, match=message):
        function(batches)


@pytest.mark.parametrize("percentile", [50, 0.99, 100.5, -1, math.nan, math.inf, "99", None, True])
def test_bad_percentiles_are_named(percentile):
    with pytest.raises(ValueError, match="percentile: expected a finite number > 50 and <= 100"):
        percentile_range([torch.ones(2)], percentile)
