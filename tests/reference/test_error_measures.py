"""Error measures against torchao, NumPy and exact sums."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torchao.quantization.utils import compute_error

from model_compression.error_measures import max_abs_error, rmse, sqnr_db

moderate = st.floats(-1000, 1000, width=32)
pairs = st.lists(st.tuples(moderate, moderate), min_size=1, max_size=50).map(
    lambda rows: (torch.tensor([row[0] for row in rows]), torch.tensor([row[1] for row in rows]))
)
# float64 with u = 2^-53: the squares and a sum of n <= 50 terms err by (n + 2) u < 1e-14, relative.
FLOAT64 = 1e-13


def test_sqnr_agrees_with_torchao():
    draw = torch.Generator().manual_seed(1)
    x = torch.randn(1000, generator=draw)
    x_hat = x + 0.1 * torch.randn(1000, generator=draw)
    # torchao works in float32: two norms over 1000 values, each off by (1000 + 2) 2^-24 at worst
    # in relative terms (a plain running sum), and 20 log10(1 + e) is 8.69 e: 2 * 8.69 * 6e-5.
    assert sqnr_db(x, x_hat) == pytest.approx(compute_error(x, x_hat).item(), abs=1.1e-3)


@given(pairs)
def test_measures_agree_with_exact_sums(pair):
    x, x_hat = pair
    signal = [float(value) for value in x]
    noise = [a - float(b) for a, b in zip(signal, x_hat, strict=True)]
    signal_power = math.fsum(value**2 for value in signal)
    noise_power = math.fsum(value**2 for value in noise)
    assert max_abs_error(x, x_hat) == max(map(abs, noise))
    assert rmse(x, x_hat) == pytest.approx(math.sqrt(noise_power / len(noise)), rel=FLOAT64)
    if noise_power > 0 and signal_power > 0:
        expected = 10 * math.log10(signal_power / noise_power)
        # The logarithm turns a relative error e of the ratio into 4.34 e dB; two sums are in it.
        # The first term is the rounding of the result itself.
        slack = FLOAT64 * abs(expected) + 2 * 4.35 * FLOAT64
        assert sqnr_db(x, x_hat) == pytest.approx(expected, abs=slack)


def test_rmse_agrees_with_numpy():
    x = torch.randn(500, generator=torch.Generator().manual_seed(2))
    noise = (x.double() - x.half().double()).numpy()
    expected = np.linalg.norm(noise) / math.sqrt(noise.size)
    assert rmse(x, x.half()) == pytest.approx(expected, rel=(noise.size + 2) * 2**-53)


def test_perfect_reconstruction_is_infinitely_good():
    x = torch.tensor([1.0, -2.0])
    assert sqnr_db(x, x.clone()) == math.inf
    assert sqnr_db(torch.zeros(3), torch.zeros(3)) == math.inf
    assert rmse(x, x.clone()) == max_abs_error(x, x.clone()) == 0


def test_ends_of_the_sqnr_scale():
    x = torch.tensor([3.0, 4.0])
    assert sqnr_db(x, torch.zeros(2)) == 0
    # Both sides are a logarithm and a product: 2 roundings each, 2^-53 relative, so 2^-51 in all.
    assert sqnr_db(x, -x) == pytest.approx(-20 * math.log10(2), rel=2**-51)
    assert sqnr_db(torch.zeros(2), x) == -math.inf


def test_sqnr_takes_power_and_not_variance():
    x = torch.full((4,), 10.0)  # variance 0
    assert sqnr_db(x, x - 1) == 20.0


def test_small_values_keep_their_digits():
    x = torch.tensor([1e-30])  # the square, 1e-60, is zero in float32
    # x and x / 10 are rounded to float32: each off by 2^-24 of itself, so the error of 0.9 x by
    # 1.2 * 2^-24 relative, which is 8.69 * 1.2 * 2^-24 dB.
    assert sqnr_db(x, x / 10) == pytest.approx(-20 * math.log10(0.9), abs=8.69 * 1.2 * 2**-24)
