"""The pictures of lecture 03 draw what they are given, and say it in words."""

import pytest
import torch

from courseware.chapters.c03_post_training_quantization.clipping import RangeError, range_error
from courseware.chapters.c03_post_training_quantization.plots.calibration import (
    calibrated_range,
    error_by_percentile,
    example_of_clipping,
)
from courseware.chapters.c03_post_training_quantization.plots.encoder_errors import (
    loss_by_matrix,
    quality_by_bits_per_weight,
)
from courseware.chapters.c03_post_training_quantization.plots.weight_parts import parts_of_a_weight


def test_clipping_and_rounding_make_up_the_squared_error() -> None:
    x = torch.randn(1000, generator=torch.Generator().manual_seed(0)) * 3
    error = range_error(x, -2.0, 5.0, 4)
    scale = 7 / 15
    zero_point = round(2 / scale)
    grid = (torch.arange(16) - zero_point) * scale
    nearest = grid[(x[:, None] - grid).abs().argmin(dim=1)]
    # The same sum of squares, in float32 here and there.
    assert error.total == pytest.approx((x - nearest).double().square().mean().item(), rel=1e-5)
    outside = (x < grid[0]) | (x > grid[-1])
    assert error.clipped == pytest.approx(outside.double().mean().item())


def test_error_by_percentile_names_the_best() -> None:
    errors = {90: RangeError(0.1, 0.1, 0.5, 0.1), 100: RangeError(0.3, 0.0, 0.0, 0.2)}
    assert "8 bits: least at percentile 100, 0.2" in error_by_percentile({"8 bits": errors}).alt


def test_calibrated_range_counts_what_is_clipped() -> None:
    values = torch.tensor([-1.0, 0.0, 1.0, 7.0])
    alt = calibrated_range(values, -1.0, 2.0, 2, "title").alt
    assert "from −1 to 2.000" in alt
    assert "4 codes below it; 25.00% of the values are clipped" in alt


def test_the_static_picture_is_the_same_each_time() -> None:
    assert example_of_clipping().svg == example_of_clipping().svg


def test_parts_of_a_weight_are_added_up() -> None:
    parts = {"Q4_0": {"codes": 4.0, "scales": 0.5}, "NF4": {"codes": 4.0, "scales": 0.125}}
    assert "Q4_0 4.5, NF4 4.125" in parts_of_a_weight(parts).alt


def test_quality_names_every_point() -> None:
    series = {
        "channel": [("int4", 4.06, 0.92, 0.5, 0.03)],
        "group": [("int4", 4.5, 0.97, 0.51, 0.02)],
    }
    alt = quality_by_bits_per_weight(series, 0.53).alt
    assert "channel, int4: cosine 0.920, found 50.0% ± 3.0%" in alt
    assert "group, int4: cosine 0.970, found 51.0% ± 2.0%" in alt


def test_loss_by_matrix_finds_the_worst() -> None:
    alt = loss_by_matrix([[0.001, 0.2], [0.03, 0.004]], ["query", "down"], "1 − cosine").alt
    assert "the largest loss is 0.200, in down of layer 0, the smallest 0.0010" in alt
