"""Network surgery: take units out, and the network really becomes smaller (chapter 07).

A unit is a row of its own layer and a column of the next: both go, or the shapes no longer fit.

    layer                 what is cut to the kept units
    Linear, Linear        w1 rows, b1;                                       w2 columns
    Conv, BatchNorm, Conv conv1 filters, conv1 bias; every vector of the     conv2 input channels
                          batch norm (weight, bias, running mean, variance)

The result computes the same as the large network whose removed units put out exactly 0 after the
ReLU. Zero weights are not enough for that where a batch norm follows: a filter of zeros still puts
out beta - mean * gamma / sqrt(var + eps).

Source: Li et al. 2017, Pruning Filters for Efficient ConvNets, section 3.1.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch

from model_compression._training import State
from model_compression._validation import checked_integer, checked_tensor, shown
from model_compression._validation_reals import checked_state


def shrink_linear_pair(
    w1: torch.Tensor,
    b1: torch.Tensor,
    w2: torch.Tensor,
    b2: torch.Tensor,
    kept: torch.Tensor | Sequence[int],
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Take hidden units out of two linear layers with an elementwise activation between them.

    (w1[kept], b1[kept], w2[:, kept], b2).

    Args:
        w1: tensor of shape (hidden, in), the weight of the first layer.
        b1: tensor of shape (hidden,).
        w2: tensor of shape (out, hidden), the weight of the second layer.
        b2: tensor of shape (out,); stays as it is.
        kept: the units that stay: 1-D int tensor or list, distinct, 0 ... hidden - 1. The result
            has them in this order.
    Returns: (w1, b1, w2, b2), new tensors of shapes (k, in), (k,), (out, k), (out,), k = len(kept).
    Raises: ValueError if the shapes do not fit together, for no unit, a unit twice or out of range.

    >>> w1, b1 = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([5.0, 6.0])
    >>> w2, b2 = torch.tensor([[7.0, 8.0]]), torch.tensor([9.0])
    >>> shrink_linear_pair(w1, b1, w2, b2, [1])
    (tensor([[3., 4.]]), tensor([6.]), tensor([[8.]]), tensor([9.]))
    """
    first, hidden = _checked_weight(w1, "w1", 2)
    first_bias = _checked_part(b1, "b1", 0, hidden, n_axes=1)
    second = _checked_part(w2, "w2", 1, hidden, n_axes=2)
    second_bias = _checked_part(b2, "b2", 0, len(second), n_axes=1)
    index = _checked_kept(kept, hidden)
    return (
        first.index_select(0, index),
        first_bias.index_select(0, index),
        second.index_select(1, index),
        second_bias.clone(),
    )


def shrink_conv_pair(
    conv1: Mapping[str, torch.Tensor],
    bn: Mapping[str, torch.Tensor],
    conv2: Mapping[str, torch.Tensor],
    kept: torch.Tensor | Sequence[int],
    in_channels: int | None = None,
) -> tuple[State, State, State]:
    """Take channels out of a convolution, its batch norm, and the convolution after them.

    conv1: filters and bias [kept];  bn: every vector [kept];  conv2: weight[:, kept].

    Args:
        conv1: state_dict of a Conv2d, groups = 1: weight (channels, in, kh, kw), perhaps a bias.
        bn: state_dict of its BatchNorm2d: vectors of shape (channels,), and num_batches_tracked,
            which stays as it is.
        conv2: state_dict of the Conv2d that follows, groups = 1: weight (out, channels, kh, kw),
            perhaps a bias, which stays as it is.
        kept: the channels that stay: 1-D int tensor or list, distinct, 0 ... channels - 1. The
            result has them in this order.
        in_channels: channels of the images that go into conv1. A state_dict does not say whether a
            convolution is grouped: only a weight that is narrower than its input does.
    Returns: (conv1, bn, conv2), three dicts of new tensors with the same keys.
    Raises: ValueError if the shapes do not fit together (a grouped conv2 does not, nor a grouped
        conv1 if `in_channels` is given), for no channel, a channel twice or out of range.

    >>> conv1 = torch.nn.Conv2d(3, 8, 3).state_dict()
    >>> bn = torch.nn.BatchNorm2d(8).state_dict()
    >>> conv2 = torch.nn.Conv2d(8, 4, 3).state_dict()
    >>> small = shrink_conv_pair(conv1, bn, conv2, [0, 2, 5])
    >>> [tuple(state["weight"].shape) for state in small]
    [(3, 3, 3, 3), (3,), (4, 3, 3, 3)]
    """
    first, norm = checked_state(conv1, "conv1"), checked_state(bn, "bn")
    second = checked_state(conv2, "conv2")
    weight, channels = _checked_weight(first.get("weight"), "conv1['weight']", 4)
    if in_channels is not None:
        n_inputs = checked_integer(in_channels, "in_channels", 1)
        _checked_part(weight, "conv1['weight']", 1, n_inputs, n_axes=4)
    _checked_part(second.get("weight"), "conv2['weight']", 1, channels, n_axes=4)
    for name, state in (("conv1", first), ("bn", norm)):
        for key, value in state.items():
            if value.dim() > 0:
                _checked_part(value, f"{name}[{key!r}]", 0, channels)
    index = _checked_kept(kept, channels)
    small_conv2 = {key: value.clone() for key, value in second.items()}
    small_conv2["weight"] = second["weight"].index_select(1, index)
    return _rows_of_all(first, index), _rows_of_all(norm, index), small_conv2


def _rows_of_all(state: Mapping[str, torch.Tensor], index: torch.Tensor) -> State:
    """Cut every tensor of a layer to the kept units; a 0-dim one is a counter and stays."""
    return {
        key: value.index_select(0, index) if value.dim() > 0 else value.clone()
        for key, value in state.items()
    }


def _checked_weight(weight: Any, name: str, n_axes: int) -> tuple[torch.Tensor, int]:
    """The weight, and how many units it has."""
    values = None if weight is None else checked_tensor(weight, name).detach()
    if values is None or values.dim() != n_axes:
        raise ValueError(f"{name}: expected {n_axes} axes, got {_shape(values)}")
    return values, len(values)


def _checked_part(
    part: Any, name: str, axis: int, size: int, n_axes: int | None = None
) -> torch.Tensor:
    """A tensor that goes with the units of a weight."""
    values = None if part is None else checked_tensor(part, name).detach()
    if values is None or values.dim() <= axis or values.shape[axis] != size:
        raise ValueError(f"{name}: expected {size} entries along axis {axis}, got {_shape(values)}")
    if n_axes is not None and values.dim() != n_axes:
        raise ValueError(f"{name}: expected {n_axes} axes, got {_shape(values)}")
    return values


def _shape(tensor: torch.Tensor | None) -> str:
    return "None" if tensor is None else f"shape {tuple(tensor.shape)}"


def _checked_kept(kept: torch.Tensor | Sequence[int], n_units: int) -> torch.Tensor:
    values = checked_tensor(kept, "kept").tolist() if isinstance(kept, torch.Tensor) else kept
    if isinstance(values, str) or not isinstance(values, Iterable) or not (units := list(values)):
        raise ValueError(
            f"kept: expected a 1-D tensor or list of at least one unit, got {shown(kept)}"
        )
    index = [checked_integer(unit, "a unit in kept", 0, n_units - 1) for unit in units]
    if len(set(index)) != len(index):
        raise ValueError(f"kept: expected distinct units, got {index}")
    return torch.tensor(index, dtype=torch.int64, device="cpu")
