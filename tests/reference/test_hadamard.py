"""Rotations against SciPy's Hadamard matrix."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
import torch

from model_compression.hadamard import hadamard_rotate


@pytest.mark.parametrize("block_size", [1, 2, 4, 8, 32, 128])
@pytest.mark.parametrize("blocks", [1, 3])
def test_the_matrix_is_scipys(block_size: int, blocks: int) -> None:
    draw = torch.Generator().manual_seed(block_size)
    x = torch.randn(2, 3, blocks * block_size, generator=draw)
    matrix = scipy.linalg.hadamard(block_size) / np.sqrt(block_size)
    expected = x.double().numpy().reshape(2, 3, blocks, block_size) @ matrix
    found = hadamard_rotate(x, block_size)
    assert found.dtype == torch.float32
    assert np.allclose(found.numpy(), expected.reshape(x.shape), rtol=1e-6, atol=1e-6)


def test_every_entry_of_the_matrix() -> None:
    """Unit vectors, in blocks of a size with an exact square root."""
    assert torch.equal(
        hadamard_rotate(torch.eye(64), 64) * 8,
        torch.from_numpy(scipy.linalg.hadamard(64)).float(),
    )


def test_a_layer_of_rotated_inputs_and_weights_gives_what_it_gave() -> None:
    draw = torch.Generator().manual_seed(0)
    x, weight = torch.randn(5, 96, generator=draw), torch.randn(7, 96, generator=draw)
    rotated = hadamard_rotate(x, 32) @ hadamard_rotate(weight, 32).T
    assert torch.allclose(rotated, x @ weight.T, atol=1e-4)
    assert torch.allclose(hadamard_rotate(hadamard_rotate(x, 32), 32), x, atol=1e-6)


def test_an_outlier_is_spread_evenly() -> None:
    x = torch.zeros(1, 16)
    x[0, 5] = -20.0
    assert hadamard_rotate(x, 16).abs().unique().tolist() == [5.0]


def test_bad_input_is_named() -> None:
    x = torch.ones(2, 12)
    for size in (3, 6, 12):
        with pytest.raises(ValueError, match=f"block_size: expected a power of two, got {size}"):
            hadamard_rotate(x, size)
    with pytest.raises(ValueError, match="block_size: expected a divisor of the last axis"):
        hadamard_rotate(x, 8)
    with pytest.raises(ValueError, match="block_size: expected an integer >= 1, got 0"):
        hadamard_rotate(x, 0)
    with pytest.raises(ValueError, match="x: expected the rotated values to fit"):
        hadamard_rotate(torch.full((4,), 3e38), 4)
