"""Blocks against plain NumPy loops and torch reductions."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model_compression.granularity import (
    block_absmax,
    block_min_max,
    block_shape,
    expand_blocks,
    grid_shape,
)


@st.composite
def tensors_with_blocks(draw):
    block = draw(st.lists(st.integers(1, 3), min_size=0, max_size=4))
    grid = [draw(st.integers(1, 3)) for _ in block]
    shape = [count * size for count, size in zip(grid, block, strict=True)]
    seed = draw(st.integers(0, 2**31))
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)), tuple(block)


def cut_out(x: np.ndarray, block: tuple[int, ...], index: tuple[int, ...]) -> np.ndarray:
    return x[tuple(slice(i * b, (i + 1) * b) for i, b in zip(index, block, strict=True))]


@given(tensors_with_blocks())
def test_reductions_agree_with_loops_over_slices(case):
    x, block = case
    absmax = block_absmax(x, block)
    lowest, highest = block_min_max(x, block)
    grid = grid_shape(x.shape, block)
    assert tuple(absmax.shape) == tuple(lowest.shape) == tuple(highest.shape) == grid
    for index in itertools.product(*map(range, grid)):
        part = cut_out(x.numpy(), block, index)
        assert absmax[index] == np.abs(part).max()
        assert lowest[index] == part.min()
        assert highest[index] == part.max()


@given(tensors_with_blocks())
def test_expanding_agrees_with_numpy_repeat(case):
    x, block = case
    values = block_absmax(x, block)
    expected = values.numpy()
    for axis, size in enumerate(block):
        expected = np.repeat(expected, size, axis=axis)
    np.testing.assert_array_equal(expand_blocks(values, block).numpy(), expected)


@given(tensors_with_blocks())
def test_no_value_exceeds_the_absmax_of_its_block(case):
    x, block = case
    expanded = expand_blocks(block_absmax(x, block), block)
    assert expanded.shape == x.shape
    assert bool((x.abs() <= expanded).all())


def test_the_three_granularities_agree_with_torch_reductions():
    x = torch.randn(6, 8, generator=torch.Generator().manual_seed(0))
    assert torch.equal(block_absmax(x, block_shape(x.shape, "tensor")), x.abs().amax((0, 1), True))
    assert torch.equal(block_absmax(x, block_shape(x.shape, "channel")), x.abs().amax(1, True))
    by_group = x.unflatten(1, (2, 4)).abs().amax(-1)
    assert torch.equal(block_absmax(x, block_shape(x.shape, 4)), by_group)


def test_channel_is_axis_0_of_a_convolution():
    w = torch.randn(4, 3, 5, 5, generator=torch.Generator().manual_seed(0))
    block = block_shape(w.shape, "channel")
    assert block == (1, 3, 5, 5)
    assert torch.equal(block_absmax(w, block).flatten(), w.abs().flatten(1).amax(1))


def test_views_that_are_not_contiguous_are_read_in_their_own_order():
    x = torch.arange(12.0).reshape(3, 4).T
    assert torch.equal(block_absmax(x, (1, 3)), block_absmax(x.clone(), (1, 3)))
    assert block_absmax(x, (1, 3)).flatten().tolist() == [8.0, 9.0, 10.0, 11.0]


@pytest.mark.parametrize("shape", [(), (5,), (2, 3, 4)])
def test_per_tensor_fits_every_shape(shape):
    x = torch.ones(shape)
    absmax = block_absmax(x, block_shape(shape, "tensor"))
    assert absmax.numel() == 1
    assert expand_blocks(absmax, shape).shape == x.shape
