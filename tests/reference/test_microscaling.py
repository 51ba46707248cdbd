"""MXFP4 against torchao's MX formats and the casts of ml_dtypes, bit by bit."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest
import torch
from torchao.prototype.mx_formats.config import ScaleCalculationMode
from torchao.prototype.mx_formats.kernels import unpack_uint4
from torchao.prototype.mx_formats.mx_tensor import MXTensor

from model_compression.microscaling import mxfp4_dequantize, mxfp4_quantize

LARGEST = torch.finfo(torch.float32).max
TIES = (0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5.0)
ELEMENTS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)


def by_torchao(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Codes, exponents and values of torchao, in the mode that the specification describes."""
    made = MXTensor.to_mx(
        x.contiguous(),
        torch.float4_e2m1fn_x2,
        block_size=32,
        scaling_mode=ScaleCalculationMode.FLOOR,
    )
    codes = unpack_uint4(made.qdata.view(torch.uint8)).reshape(x.shape)
    return codes, made.scale.view(torch.uint8), made.dequantize(torch.float32)


def by_ml_dtypes(x: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Codes of ml_dtypes' cast to E2M1, with exponents from NumPy's logarithm in float64."""
    blocks = x.double().numpy().reshape(*x.shape[:-1], -1, 32)
    exponents = np.floor(np.log2(np.abs(blocks).max(axis=-1))) - 2
    elements = np.clip(blocks / 2.0 ** exponents[..., None], -6, 6)
    codes = elements.astype(ml_dtypes.float4_e2m1fn).view(np.uint8)
    return codes.reshape(x.shape), (exponents + 127).astype(np.uint8)


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    """Values of sizes that differ much, many of them halfway between two elements."""
    draw = torch.Generator().manual_seed(seed)
    values = torch.randn(shape, generator=draw) * 2.0 ** torch.randint(-9, 9, shape, generator=draw)
    tied = torch.tensor([*TIES, 6.5, 7.5, *ELEMENTS, *(-tie for tie in TIES)])
    picked = tied[torch.randint(len(tied), shape, generator=draw)]
    return torch.where(torch.rand(shape, generator=draw) < 0.5, picked, values)


@pytest.mark.parametrize("shape", [(32,), (5, 64), (3, 4, 96)])
@pytest.mark.parametrize("seed", range(5))
def test_bits_are_those_of_torchao_and_ml_dtypes(shape: tuple[int, ...], seed: int) -> None:
    x = drawn(*shape, seed=seed)
    codes, exponents = mxfp4_quantize(x)
    theirs, their_exponents, values = by_torchao(x)
    assert torch.equal(codes, theirs)
    assert torch.equal(exponents, their_exponents)
    assert torch.equal(mxfp4_dequantize(codes, exponents), values)
    cast, logarithm = by_ml_dtypes(x)
    assert np.array_equal(codes.numpy(), cast)
    assert np.array_equal(exponents.numpy(), logarithm)


def test_every_tie_and_every_border_of_the_grid() -> None:
    """Each border between two elements, with its float32 neighbours, in both signs."""
    border = torch.tensor([*TIES, 7.0, 6.0])
    around = [border, border.nextafter(border + 1), border.nextafter(border - 1)]
    values = torch.cat([*around, *(-one for one in around)])
    x = torch.zeros(2, 32)
    x[:, 0] = 7.5
    x[0, 1:28], x[1, 1:28] = values[:27], values[27:]
    codes, exponents = mxfp4_quantize(x)
    theirs, their_exponents, _ = by_torchao(x)
    assert torch.equal(codes, theirs) and torch.equal(exponents, their_exponents)
    assert codes[0, 1:8].tolist() == [0, 2, 2, 4, 4, 6, 6]


@pytest.mark.parametrize("largest", [8.0, 2.0**-60, 2.0**100, 3.0, LARGEST, 2.0**-149])
def test_the_exponent_is_exact_on_both_sides_of_a_power_of_two(largest: float) -> None:
    """float32's own logarithm says 3 for the largest number below 8."""
    x = torch.zeros(3, 32)
    x[0, 3] = largest
    x[1, 4] = -torch.tensor(largest).nextafter(torch.tensor(0.0))
    x[2, 5] = min(torch.tensor(largest).nextafter(torch.tensor(torch.inf)).item(), LARGEST)
    _, exponents = mxfp4_quantize(x)
    expected = np.frexp(x.double().abs().amax(dim=1).numpy())[1] - 1 - 2 + 127
    expected = np.where(x.abs().amax(dim=1).numpy() > 0, np.maximum(expected, 0), 0)
    assert exponents.flatten().tolist() == expected.tolist()


def test_every_code_at_every_exponent_comes_back() -> None:
    exponents = torch.arange(1, 253, dtype=torch.uint8)[:, None]
    codes = (torch.arange(32) % 16).expand(252, 32).to(torch.uint8)
    values = mxfp4_dequantize(codes, exponents)
    elements = codes.numpy().view(ml_dtypes.float4_e2m1fn).astype(np.float64)
    scales = exponents.numpy().view(ml_dtypes.float8_e8m0fnu).astype(np.float64)
    assert np.array_equal(values.double().numpy(), elements * scales)
    again, same = mxfp4_quantize(values)
    assert torch.equal(again, codes) and torch.equal(same, exponents)


def test_zeros_have_codes_of_zero() -> None:
    x = torch.zeros(2, 64)
    x[0, 40], x[1, 3] = 1.0, -0.0
    codes, exponents = mxfp4_quantize(x)
    assert codes[0, :32].tolist() == [0] * 32 and int(codes[0, 40]) == 6
    assert exponents.tolist() == [[0, 125], [0, 0]]
    assert mxfp4_dequantize(codes, exponents).equal(x)


def test_bad_input_is_named() -> None:
    for shape in ((31,), (2, 48), ()):
        with pytest.raises(ValueError, match="x: expected a last axis that 32 divides, got shape"):
            mxfp4_quantize(torch.ones(shape))
    codes = torch.zeros(2, 32, dtype=torch.uint8)
    with pytest.raises(ValueError, match=r"exponents: expected shape \(2, 1\), got \(2,\)"):
        mxfp4_dequantize(codes, torch.tensor([1, 2]))
    with pytest.raises(ValueError, match="exponents: expected codes from 0 to 254, got 1 outside"):
        mxfp4_dequantize(codes, torch.tensor([[255], [0]]))
    with pytest.raises(ValueError, match="codes: expected codes from 0 to 15, got 64 outside"):
        mxfp4_dequantize(codes + 16, torch.tensor([[1], [0]]))
    with pytest.raises(ValueError, match="exponents: expected the values to fit"):
        mxfp4_dequantize(codes + 7, torch.tensor([[254], [0]]))
