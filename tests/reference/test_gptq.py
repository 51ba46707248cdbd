"""GPTQ against ways to the same codes that know nothing of Cholesky factors."""

from __future__ import annotations

import inspect
import re
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from torchao.prototype.gptq import api as torchao_gptq
from torchao.quantization import Int8WeightOnlyConfig
from torchao.quantization.granularity import PerRow

from model_compression.gptq import gptq_quantize
from model_compression.integer_scaling import quantize_groupwise

CASES = [(6, 16, 4, 16), (8, 24, 3, 8), (4, 36, 2, 12), (3, 1, 4, 1), (5, 12, 8, 1)]
CASES += [(3, 140, 4, 140), (2, 160, 4, 80)]  # several blocks of columns, with and without groups


def problem(n_rows: int, n_columns: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A weight, and the damped Hessian of inputs that come together."""
    draw = torch.Generator().manual_seed(seed)
    mixed = torch.eye(n_columns) + 0.3 * torch.randn(n_columns, n_columns, generator=draw)
    inputs = torch.randn(4 * n_columns, n_columns, generator=draw) @ mixed
    hessian = inputs.T @ inputs
    hessian += 0.05 * hessian.diagonal().mean() * torch.eye(n_columns)
    return torch.randn(n_rows, n_columns, generator=draw), hessian


def by_normal_equations(
    w: torch.Tensor, hessian: torch.Tensor, n_bits: int, group_size: int
) -> tuple[np.ndarray, np.ndarray, float]:
    """Codes, scales, and how close a weight came to the border between two codes.

    In every step the columns that are left are solved anew, from the weights as they were given:
    the smallest (v - w) H (v - w)^T with the first columns as they were rounded.
    """
    given, h = w.double().numpy(), hessian.double().numpy()
    top = 2 ** (n_bits - 1) - 1
    rounded, codes = given.copy(), np.zeros_like(given)
    scales = np.zeros((len(given), given.shape[1] // group_size))
    margin = np.inf
    for j in range(given.shape[1]):
        free = given[:, j:].copy()
        if j:
            errors = rounded[:, :j] - given[:, :j]
            free -= np.linalg.solve(h[j:, j:], h[j:, :j] @ errors.T).T
        if j % group_size == 0:
            scales[:, j // group_size] = np.abs(free[:, :group_size]).max(axis=1) / top
        step = scales[:, j // group_size]
        steps = free[:, 0] / step
        inside = np.abs(steps) < top
        if inside.any():
            margin = min(margin, np.abs(steps[inside] % 1 - 0.5).min())
        codes[:, j] = np.clip(np.rint(steps), -top, top)
        rounded[:, j] = codes[:, j] * step
    return codes, scales, margin


def by_elimination(
    w: torch.Tensor, hessian: torch.Tensor, n_bits: int, group_size: int
) -> torch.Tensor:
    """Codes by the optimal brain surgeon: row and column j are taken out of the inverse."""
    now, inverse = w.double().clone(), torch.linalg.inv(hessian.double())
    top = 2 ** (n_bits - 1) - 1
    codes = torch.zeros_like(now)
    for j in range(now.shape[1]):
        if j % group_size == 0:
            step = now[:, j : j + group_size].abs().amax(dim=1) / top
        codes[:, j] = (now[:, j] / step).round().clamp(-top, top)
        error = now[:, j] - codes[:, j] * step
        now -= error[:, None] / inverse[j, j] * inverse[j]
        inverse = inverse - inverse[:, [j]] @ inverse[[j]] / inverse[j, j]
    return codes


@cache
def published() -> Any:
    """torchao's GPTQ without the two lines that ask for a GPU, which it does not need."""
    lines = inspect.getsource(torchao_gptq.gptq_quantize).splitlines()
    on_a_gpu = [line for line in lines if "cuda" in line and "config" not in line]
    assert len(on_a_gpu) == 2
    namespace = dict(vars(torchao_gptq))
    exec("\n".join(line for line in lines if line not in on_a_gpu), namespace)
    return namespace["gptq_quantize"]


def by_torchao(w: torch.Tensor, hessian: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Codes and scales of torchao, 8 bits, one scale a row."""
    config = torchao_gptq.GPTQConfig(
        step="convert", base_config=Int8WeightOnlyConfig(granularity=PerRow()), percdamp=0.0
    )
    found = published()(hessian.clone(), w.clone(), config)
    return found.qdata, found.scale


def output_error(w: torch.Tensor, w_hat: torch.Tensor, hessian: torch.Tensor) -> float:
    off = (w - w_hat).double()
    return (off @ hessian.double() * off).sum().item()


def dequantized(codes: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    return codes * scale.repeat_interleave(codes.shape[1] // scale.shape[1], dim=1)


@pytest.mark.parametrize(("rows", "columns", "n_bits", "group_size"), CASES)
def test_the_codes_are_those_of_least_squares(
    rows: int, columns: int, n_bits: int, group_size: int
) -> None:
    compared = 0
    for seed in range(12):
        w, hessian = problem(rows, columns, seed)
        codes, scale = gptq_quantize(w, hessian, n_bits, group_size)
        expected, scales, margin = by_normal_equations(w, hessian, n_bits, group_size)
        assert (codes.dtype, scale.dtype) == (torch.int8, torch.float32)
        assert scale.shape == (rows, columns // group_size)
        if margin < 2e-3:  # float32 and float64 scales may fall to different sides
            continue
        compared += 1
        assert np.array_equal(codes.numpy(), expected)
        assert torch.equal(codes.double(), by_elimination(w, hessian, n_bits, group_size))
        assert np.allclose(scale.numpy(), scales, rtol=1e-4)
    assert compared >= 2


def test_the_codes_are_those_of_torchao() -> None:
    """It spreads the largest weight over 127.5 steps and has a code more, -128; ours has not."""
    compared = 0
    for seed in range(6):
        w, hessian = problem(6, 24, seed)
        theirs, their_scale = by_torchao(w, hessian)
        codes, scale = gptq_quantize(w, hessian, 8, 24, ratio=127 / 127.5)
        assert torch.allclose(scale, their_scale, rtol=1e-6)
        shared = theirs.amin(dim=1) > -128
        assert torch.equal(codes[shared], theirs[shared])
        compared += int(shared.sum())
    assert compared >= 15


def test_inputs_that_have_nothing_to_do_with_each_other_leave_rounding_to_nearest() -> None:
    w, _ = problem(5, 12, 0)
    diagonal = torch.diag(torch.arange(1.0, 13.0))
    for ours, nearest in zip(
        gptq_quantize(w, diagonal, 3, 4), quantize_groupwise(w, 3, 4), strict=True
    ):
        assert torch.equal(ours, nearest)


def test_the_outputs_are_off_by_less() -> None:
    """Greedy, so not on every single problem; three quarters of the error on the mean is far off
    what chance makes of 20 draws (measured: about a third).
    """
    ratios = []
    for seed in range(20):
        w, hessian = problem(6, 16, seed)
        gptq, nearest = (
            output_error(w, dequantized(*found), hessian)
            for found in (gptq_quantize(w, hessian, 3, 16), quantize_groupwise(w, 3, 16))
        )
        ratios.append(gptq / nearest)
    assert sum(ratios) / len(ratios) < 0.75


def test_the_scale_of_a_group_is_that_of_its_columns_when_it_begins() -> None:
    # Inputs 0 and 2 are nearly one: the error of 0.4 in column 0 goes on to column 2.
    hessian = torch.eye(4)
    hessian[0, 2] = hessian[2, 0] = 0.5
    w = torch.tensor([[0.4, 7.0, 6.8, 0.0]])
    codes, scale = gptq_quantize(w, hessian, 4, 2)
    assert scale.tolist() == [[1.0, pytest.approx(7.0 / 7)]]  # 6.8 + 0.5 * 0.4
    assert codes.tolist() == [[0, 7, 7, 0]]


def test_what_the_clamp_cuts_off_is_an_error_too() -> None:
    hessian = torch.eye(3) + 1
    w = torch.tensor([[7.0, 7.0, 0.0]])
    # Half the range: 7 is cut to 3.5, and the other columns must make up for it.
    codes, scale = gptq_quantize(w, hessian, 4, 3, ratio=0.5)
    assert scale.tolist() == [[0.5]]
    # Column 0 leaves 3.5: + 3.5 / 3 for each of the two others. Column 1, 8.17, leaves 4.67: 2.33.
    assert codes.tolist() == [[7, 7, 7]]
    assert gptq_quantize(w, torch.eye(3), 4, 3, ratio=0.5)[0].tolist() == [[7, 7, 0]]


def test_the_ratio_shrinks_the_grid() -> None:
    w, hessian = problem(4, 8, 3)
    full, half = (gptq_quantize(w, hessian, 2, 8, ratio=ratio)[1] for ratio in (1.0, 0.5))
    assert torch.equal(full / 2, half)


def test_a_group_of_zeros_has_codes_of_zero() -> None:
    w = torch.zeros(2, 4)
    w[:, 2:] = torch.tensor([1.0, -0.5])
    codes, scale = gptq_quantize(w, torch.eye(4) + 1, 4, 2)
    assert codes.tolist() == [[0, 0, 7, -4]] * 2
    assert scale[:, 0].tolist() == [1.0, 1.0]


def test_a_hessian_on_the_edge_is_followed() -> None:
    """With a condition number of 1e6 the inverse in float32 is no longer positive definite."""
    draw = torch.Generator().manual_seed(0)
    inputs = torch.randn(64, 16, generator=draw) @ torch.diag(torch.logspace(0, -3, 16))
    w = torch.randn(4, 16, generator=draw)
    codes, _ = gptq_quantize(w, inputs.T @ inputs, 8, 16)
    expected, _, margin = by_normal_equations(w, (inputs.T @ inputs).double(), 8, 16)
    assert margin > 1e-4
    assert np.array_equal(codes.numpy(), expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hessian": torch.eye(3)}, "hessian: expected 4 columns, got shape (3, 3)"),
        ({"hessian": torch.ones(3, 4)}, "matrix of 4 rows, got shape (3, 4)"),
        ({"hessian": torch.eye(4).cumsum(dim=0)}, "differ from their mirror image"),
        ({"hessian": torch.zeros(4, 4)}, "got one that is not positive definite"),
        ({"hessian": -torch.eye(4)}, "got one that is not positive definite"),
        ({"group_size": 3}, "group_size: expected a divisor of the row (4), got 3"),
        ({"w": torch.ones(4)}, "w: expected 2 axes, got shape (4,)"),
        ({"ratio": 0.0}, "ratio: expected a finite number > 0 and <= 1, got 0.0"),
    ],
)
def test_bad_input_is_named(change: dict, message: str) -> None:
    arguments = {"w": torch.ones(2, 4), "hessian": torch.eye(4), "n_bits": 4, "group_size": 4}
    with pytest.raises(ValueError, match=re.escape(message)):
        gptq_quantize(**arguments | change)
