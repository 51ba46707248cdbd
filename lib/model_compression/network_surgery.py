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

from collections.abc import Mapping, Sequence

import torch

from model_compression._training import State
from model_compression._validation import checked_integer


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
    hidden = _n_units(w1, "w1", 2)
    _check_axis(b1, "b1", 0, hidden)
    _check_axis(w2, "w2", 1, hidden)
    _check_axis(b2, "b2", 0, w2.shape[0])
    index = _checked_kept(kept, hidden).to(w1.device)
    return _rows(w1, index), _rows(b1, index), w2.detach().index_select(1, index), _copy(b2)


def shrink_conv_pair(
    conv1: Mapping[str, torch.Tensor],
    bn: Mapping[str, torch.Tensor],
    conv2: Mapping[str, torch.Tensor],
    kept: torch.Tensor | Sequence[int],
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
    Returns: (conv1, bn, conv2), three dicts of new tensors with the same keys.
    Raises: ValueError if the shapes do not fit together (grouped convolutions do not), for no
        channel, a channel twice or out of range.

    >>> conv1 = torch.nn.Conv2d(3, 8, 3).state_dict()
    >>> bn = torch.nn.BatchNorm2d(8).state_dict()
    >>> conv2 = torch.nn.Conv2d(8, 4, 3).state_dict()
    >>> small = shrink_conv_pair(conv1, bn, conv2, [0, 2, 5])
    >>> [tuple(state["weight"].shape) for state in small]
    [(3, 3, 3, 3), (3,), (4, 3, 3, 3)]
    """
    channels = _n_units(conv1.get("weight"), "conv1['weight']", 4)
    _check_axis(conv2.get("weight"), "conv2['weight']", 1, channels)
    for name, state in (("conv1", conv1), ("bn", bn)):
        for key, value in state.items():
            if value.dim() > 0:
                _check_axis(value, f"{name}[{key!r}]", 0, channels)
    index = _checked_kept(kept, channels).to(conv1["weight"].device)
    small_conv2 = {key: _copy(value) for key, value in conv2.items()}
    small_conv2["weight"] = small_conv2["weight"].index_select(1, index)
    return _rows_of_all(conv1, index), _rows_of_all(bn, index), small_conv2


def _rows_of_all(state: Mapping[str, torch.Tensor], index: torch.Tensor) -> State:
    """Cut every tensor of a layer to the kept units; a 0-dim one is a counter and stays."""
    return {
        key: _rows(value, index) if value.dim() > 0 else _copy(value)
        for key, value in state.items()
    }


def _rows(tensor: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
    return tensor.detach().index_select(0, index)


def _copy(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().clone()


def _n_units(weight: torch.Tensor | None, name: str, n_axes: int) -> int:
    if weight is None or weight.dim() != n_axes:
        got = None if weight is None else f"shape {tuple(weight.shape)}"
        raise ValueError(f"{name}: expected {n_axes} axes, got {got}")
    return weight.shape[0]


def _check_axis(tensor: torch.Tensor | None, name: str, axis: int, size: int) -> None:
    if tensor is None or tensor.dim() <= axis or tensor.shape[axis] != size:
        got = None if tensor is None else f"shape {tuple(tensor.shape)}"
        raise ValueError(f"{name}: expected {size} entries along axis {axis}, got {got}")


def _checked_kept(kept: torch.Tensor | Sequence[int], n_units: int) -> torch.Tensor:
    values = kept.tolist() if isinstance(kept, torch.Tensor) else list(kept)
    if not isinstance(values, list) or not values:
        raise ValueError(f"kept: expected a 1-D tensor or list of at least one unit, got {kept!r}")
    index = [checked_integer(unit, "a unit in kept", 0, n_units - 1) for unit in values]
    if len(set(index)) != len(index):
        raise ValueError(f"kept: expected distinct units, got {index}")
    return torch.tensor(index, dtype=torch.int64)
