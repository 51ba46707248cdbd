"""How many values share one scale: the whole tensor, a channel, or a group (chapter 02).

One idea covers all three. A tensor is cut into equal blocks, and each block has one scale. The
block shape says which; for a weight of shape (out, in), group size G:

    granularity    block shape    number of blocks    who shares a scale
    "tensor"       (out, in)      (1, 1)              all values
    "channel"      (1, in)        (out, 1)            one output channel (a row, axis 0)
    G              (1, G)         (out, in / G)       G consecutive values within a row

Per-block values, such as scales, have the shape of the grid of blocks. This is `block_size` of
torchao (torchao/quantization/quant_primitives.py); size-1 axes are kept here.
"""

from collections.abc import Sequence
from typing import Any, Literal

import torch

from model_compression._validation import (
    checked_integer,
    checked_real,
    checked_shape,
    checked_tensor,
    shown,
)

Granularity = Literal["tensor", "channel"] | int


def block_shape(shape: Sequence[int], granularity: Granularity) -> tuple[int, ...]:
    """Shape of the block of values that share one scale.

    Args:
        shape: shape of the tensor; every size at least 1.
        granularity: "tensor", "channel" (axis 0, two axes or more), or a group size that divides
            the last axis.
    Returns: tuple with one size per axis.
    Raises: ValueError if the granularity is unknown or does not fit the shape.

    >>> block_shape((6, 8), "tensor"), block_shape((6, 8), "channel"), block_shape((6, 8), 4)
    ((6, 8), (1, 8), (1, 4))
    >>> block_shape((6, 3, 5, 5), "channel")                 # a convolution: one scale a filter
    (1, 3, 5, 5)
    """
    shape = checked_shape(shape, "shape")
    if isinstance(granularity, str) or not hasattr(granularity, "__index__"):
        if granularity == "tensor":
            return shape
        if granularity == "channel":
            if len(shape) < 2:
                raise ValueError(f"shape: expected 2 axes or more for channels, got {shape}")
            return (1, *shape[1:])
        raise ValueError(
            f"granularity: expected 'tensor', 'channel' or a group size, got {shown(granularity)}"
        )
    if len(shape) < 1:
        raise ValueError(f"shape: expected 1 axis or more for groups, got {shape}")
    group_size = checked_integer(granularity, "group_size", 1)
    if shape[-1] % group_size != 0:
        raise ValueError(
            f"group_size: expected a divisor of the last axis ({shape[-1]}), got {group_size}"
        )
    return (*(1 for _ in shape[:-1]), group_size)


def grid_shape(shape: Sequence[int], block: Sequence[int]) -> tuple[int, ...]:
    """Number of blocks along each axis: the shape of one scale per block.

    grid_i = shape_i / block_i.

    Args:
        shape: shape of the tensor.
        block: block shape, one size per axis, each a divisor of the axis.
    Returns: tuple with one count per axis.
    Raises: ValueError if the block does not tile the shape.

    >>> grid_shape((6, 8), (1, 4))
    (6, 2)
    """
    sizes = checked_shape(shape, "shape")
    expected = f"block: expected sizes that divide {sizes}"
    try:
        steps = checked_shape(block, "block")
    except ValueError:
        raise ValueError(f"{expected}, got {shown(block)}") from None
    if len(sizes) != len(steps) or any(n % step for n, step in zip(sizes, steps, strict=True)):
        raise ValueError(f"{expected}, got {steps}")
    return tuple(n // step for n, step in zip(sizes, steps, strict=True))


def block_absmax(x: torch.Tensor, block: Sequence[int]) -> torch.Tensor:
    """Largest magnitude in each block.

    Args:
        x: tensor of any shape, of floats or integers.
        block: block shape, see `block_shape`.
    Returns: tensor of the dtype of x, shape `grid_shape(x.shape, block)`, in the units of x.
    Raises: ValueError if the block does not tile the shape, for an empty tensor, NaN or infinity,
        or a lowest integer, such as -128, whose magnitude its dtype cannot hold.

    >>> block_absmax(torch.tensor([[1.0, -3.0, 0.5, 2.0]]), (1, 2))
    tensor([[3., 2.]])
    """
    values = checked_real(x, "x")
    if values.dtype.is_signed and not values.is_floating_point():
        lowest = torch.iinfo(values.dtype).min
        if bool((values == lowest).any()):
            raise ValueError(f"x: expected values whose magnitude fits {x.dtype}, got {lowest}")
    return _split(values.abs(), block).amax(dim=_inner_axes(block))


def block_min_max(x: torch.Tensor, block: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
    """Smallest and largest value in each block.

    Args:
        x: tensor of any shape, of floats or integers.
        block: block shape, see `block_shape`.
    Returns: (lowest, highest), each of the dtype of x, shape `grid_shape(x.shape, block)`, in the
        units of x.
    Raises: ValueError if the block does not tile the shape, for an empty tensor, NaN or infinity.

    >>> block_min_max(torch.tensor([[1.0, -3.0, 0.5, 2.0]]), (1, 2))
    (tensor([[-3.0000,  0.5000]]), tensor([[1., 2.]]))
    """
    split = _split(checked_real(x, "x"), block)
    return split.amin(dim=_inner_axes(block)), split.amax(dim=_inner_axes(block))


def expand_blocks(values: torch.Tensor, block: Sequence[int]) -> torch.Tensor:
    """Repeat one value per block over all positions of its block.

    Args:
        values: tensor with the shape of the grid of blocks, any dtype.
        block: block shape, one size per axis of `values`.
    Returns: tensor of shape grid_i * block_i, ready to combine with the original element by
        element.
    Raises: ValueError if `block` has another number of axes than `values`, or no sizes.

    >>> expand_blocks(torch.tensor([[3.0, 2.0]]), (1, 2))
    tensor([[3., 3., 2., 2.]])
    """
    values = checked_tensor(values, "values")
    sizes = checked_shape(block, "block")
    if values.dim() != len(sizes):
        raise ValueError(f"block: expected {values.dim()} sizes, got {sizes}")
    full_shape = [count * size for count, size in zip(values.shape, sizes, strict=True)]
    split = values.reshape(_interleave(values.shape, [1] * len(sizes)))
    repeated = split.expand(_interleave(values.shape, sizes))
    return repeated.clone(memory_format=torch.contiguous_format).reshape(full_shape)


def _split(x: torch.Tensor, block: Sequence[int]) -> torch.Tensor:
    """View (n0 * b0, n1 * b1, ...) as (n0, b0, n1, b1, ...): grid and block axes alternate."""
    return x.reshape(_interleave(grid_shape(x.shape, block), block))


def _inner_axes(block: Sequence[int]) -> tuple[int, ...]:
    return tuple(range(1, 2 * len(block), 2))


def _interleave(first: Sequence[int], second: Sequence[int]) -> list[Any]:
    return [size for pair in zip(first, second, strict=True) for size in pair]
