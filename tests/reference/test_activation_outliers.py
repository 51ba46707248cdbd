"""Outlier columns against bitsandbytes, smoothing against torchao, and where they differ."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from bitsandbytes import functional
from torchao.prototype.smoothquant.core import SmoothQuantObserver

from model_compression.activation_outliers import int8_linear_outliers, smooth
from model_compression.int8_linear import int8_linear


def layer(
    n: int, outputs: int, inputs: int, seed: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    draw = torch.Generator().manual_seed(seed)
    x = torch.randn(n, inputs, generator=draw).clamp(-3, 3)
    return (
        x,
        torch.randn(outputs, inputs, generator=draw),
        torch.randn(outputs, generator=draw),
    )


def outputs(codes: torch.Tensor, row_scale: torch.Tensor, x, weight, bias, columns) -> np.ndarray:
    """The formula in float64 of NumPy, from codes and scales of x that somebody else made."""
    wide = weight.double().numpy()
    scale = np.abs(wide).max(axis=1) / 127
    rest = np.rint(wide / scale[:, None])
    rest[:, columns.numpy()] = 0
    outside = x.double().numpy()[:, columns.numpy()] @ wide[:, columns.numpy()].T
    inside = codes.double().numpy() @ rest.T * row_scale.double().numpy()[:, None] * scale
    return outside + inside + bias.double().numpy()


@pytest.mark.parametrize("seed", range(6))
def test_columns_and_codes_are_those_of_bitsandbytes(seed: int) -> None:
    """Where every value of an outlier column is one, so that theirs sets no scale, either."""
    x, weight, bias = layer(4, 5, 24, seed)
    large = torch.randperm(24, generator=torch.Generator().manual_seed(seed))[: seed % 4]
    x[:, large] = 20 * x[:, large].sign() + x[:, large]
    codes, absmax, found = functional.int8_vectorwise_quant(x.clone(), threshold=6.0)
    columns, y = int8_linear_outliers(x, weight, bias, 6.0)
    assert columns.dtype == torch.int64 and columns.tolist() == found.tolist()
    assert sorted(large.tolist()) == columns.tolist()
    expected = outputs(codes, absmax / 127, x, weight, bias, columns)
    assert np.allclose(y.numpy(), expected, rtol=0, atol=1e-6 * np.abs(expected).max())


def test_bitsandbytes_lets_small_values_of_an_outlier_column_set_the_scale() -> None:
    """5.9 lies below the threshold of 6: theirs takes it for the row's absmax, ours does not."""
    x = torch.tensor([[1.0, 5.9, -0.5], [0.5, 8.0, 1.0]])
    _, absmax, _ = functional.int8_vectorwise_quant(x.clone(), threshold=6.0)
    assert absmax.tolist() == [pytest.approx(5.9), 1.0]
    weight = torch.tensor([[127.0, 0.0, 1.0]])
    _, y = int8_linear_outliers(x, weight, None, 6.0)
    # Scales 1 / 127: codes 127 and -64, 64 and 127.
    assert y.flatten().tolist() == pytest.approx([(127 * 127 - 64) / 127, (64 * 127 + 127) / 127])


def test_a_value_at_the_threshold_is_an_outlier_and_one_is_enough() -> None:
    x = torch.tensor([[1.0, -6.0, 5.99], [1.0, 0.0, -1.0]])
    weight = torch.ones(2, 3)
    assert int8_linear_outliers(x, weight, None, 6.0)[0].tolist() == [1]


def test_without_outliers_each_row_of_x_has_its_scale() -> None:
    x, weight, bias = layer(3, 4, 16, 9)
    columns, y = int8_linear_outliers(x, weight, bias, 10.0)
    assert columns.shape == (0,) and columns.dtype == torch.int64
    one_by_one = torch.cat([int8_linear(row[None], weight, bias)[1] for row in x])
    assert torch.allclose(y, one_by_one, atol=1e-5)


def test_with_outliers_everywhere_all_is_float() -> None:
    x, weight, bias = layer(3, 4, 16, 2)
    columns, y = int8_linear_outliers(x, weight, bias, 1e-9)
    assert columns.tolist() == list(range(16))
    assert torch.allclose(y, x @ weight.T + bias, atol=1e-5)


def test_zero_rows_give_the_bias() -> None:
    x, weight, bias = layer(3, 4, 16, 3)
    x[1], weight[2] = 0.0, 0.0
    _, y = int8_linear_outliers(x, weight, bias, 10.0)
    assert torch.equal(y[1], bias) and torch.equal(y[:, 2], bias[2].expand(3))


def test_bad_threshold_is_named() -> None:
    x, weight, bias = layer(1, 1, 2, 0)
    for threshold in (0.0, -6.0, float("nan")):
        with pytest.raises(ValueError, match="threshold: expected a finite number > 0, got"):
            int8_linear_outliers(x, weight, bias, threshold)


@pytest.mark.parametrize("alpha", [0.0, 0.25, 0.5, 0.85, 1.0])
def test_the_scale_is_that_of_torchao(alpha: float) -> None:
    """They add 1.2e-7 to both maxima, as a guard; ours treats the zeros alone."""
    x, weight, _ = layer(8, 5, 24, 1)
    x *= torch.arange(1.0, 25.0)
    observer = SmoothQuantObserver(weight, alpha)
    observer(x)
    theirs, _, _ = observer.calculate_qparams()
    scale, smoothed = smooth(x.abs().amax(dim=0), weight, alpha)
    assert scale.dtype == smoothed.dtype == torch.float32
    assert torch.allclose(scale, theirs, rtol=2e-6)
    assert torch.allclose((x / scale) @ smoothed.T, x @ weight.T, rtol=1e-4, atol=1e-3)


def test_the_ends_of_alpha_make_one_side_flat() -> None:
    x_absmax, weight = torch.tensor([16.0, 1.0, 0.25]), torch.tensor([[0.5, 4.0, 1.0]])
    assert smooth(x_absmax, weight, 1)[0].tolist() == x_absmax.tolist()
    assert smooth(x_absmax, weight, 0)[1].tolist() == [[1.0, 1.0, 1.0]]


def test_channels_of_zeros_are_left_as_they_are() -> None:
    x_absmax = torch.tensor([0.0, 1e-3, 2.0])
    weight = torch.tensor([[3.0, 1e-3, 0.0]])
    scale, smoothed = smooth(x_absmax, weight, 0.5)
    assert scale.tolist() == [1.0, pytest.approx(1.0), 1.0]
    assert smoothed.tolist() == [[3.0, pytest.approx(1e-3), 0.0]]


def test_bad_input_of_smooth_is_named() -> None:
    weight = torch.ones(2, 3)
    with pytest.raises(ValueError, match="x_absmax: expected magnitudes >= 0, got -1"):
        smooth(torch.tensor([1.0, -1.0, 2.0]), weight, 0.5)
    with pytest.raises(ValueError, match=r"x_absmax: expected shape \(3,\), got \(2,\)"):
        smooth(torch.ones(2), weight, 0.5)
    with pytest.raises(ValueError, match=r"alpha: expected a number from 0 to 1, got 1\.5"):
        smooth(torch.ones(3), weight, 1.5)
    with pytest.raises(ValueError, match="x_absmax: expected the scale to fit"):
        smooth(torch.full((3,), 3e38), weight * 1e-45, 0.5)
