"""What goes into the linear layers of a network: recorded, rounded, or multiplied in integers.

Layers are named as in `named_modules`: "0" in an `mlp`, "layers.3.up" in the sentence encoder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.utils.hooks import RemovableHandle

from model_compression.granularity import Granularity
from model_compression.int8_linear import int8_linear
from model_compression.integer_scaling import (
    affine_params,
    dequantize,
    quantize_affine,
    quantize_tensor,
)


def layer_inputs(
    model: nn.Module, names: Iterable[str], run: Callable[[], object]
) -> dict[str, list[torch.Tensor]]:
    """The inputs of some linear layers while `run` uses the model, in the order of the calls.

    Args:
        model: any module.
        names: of linear layers.
        run: calls the model.
    Returns: by name, one float tensor of shape (rows, in) for each call; the axes before the last
        are joined.

    >>> model = nn.Sequential(nn.Identity(), nn.Linear(2, 1))
    >>> layer_inputs(model, ["1"], lambda: model(torch.tensor([[1.0, 2.0]])))
    {'1': [tensor([[1., 2.]])]}
    """
    recorded: dict[str, list[torch.Tensor]] = {name: [] for name in names}

    def keep(name: str) -> Callable[..., None]:
        def hook(_: nn.Module, arguments: tuple[torch.Tensor]) -> None:
            x = arguments[0].detach()
            recorded[name].append(x.reshape(-1, x.shape[-1]).clone())

        return hook

    with _removed(_layer(model, name).register_forward_pre_hook(keep(name)) for name in recorded):
        run()
    return recorded


@contextmanager
def rounded_inputs(
    model: nn.Module, ranges: Mapping[str, tuple[float, float]], n_bits: int
) -> Iterator[None]:
    """While this lasts, the named layers see their inputs on an affine grid over a fixed range.

    Scale and zero point come from `affine_params` of the range; values beyond it are clipped.

    Args:
        model: any module.
        ranges: (low, high) by the name of a linear layer.
        n_bits: of a code, 2 ... 8.
    """

    def rounding(low: float, high: float) -> Callable[..., tuple[torch.Tensor]]:
        scale, zero_point = affine_params(torch.tensor([low, high]), n_bits)

        def hook(_: nn.Module, arguments: tuple[torch.Tensor]) -> tuple[torch.Tensor]:
            codes = quantize_affine(arguments[0], scale, zero_point, n_bits)
            return (dequantize(codes.to(torch.int16) - zero_point, scale),)

        return hook

    with _removed(
        _layer(model, name).register_forward_pre_hook(rounding(*ends))
        for name, ends in ranges.items()
    ):
        yield


@contextmanager
def dynamic_inputs(
    model: nn.Module, names: Iterable[str], n_bits: int, per_row: bool = False
) -> Iterator[None]:
    """While this lasts, the named layers see their inputs on a grid over the range of each batch.

    Args:
        model: any module.
        names: of linear layers.
        n_bits: of a code, 2 ... 8.
        per_row: a range for each row (each image, each token) in place of one for the batch.
    """

    def hook(_: nn.Module, arguments: tuple[torch.Tensor]) -> tuple[torch.Tensor]:
        x = arguments[0]
        rows = x.reshape(-1, x.shape[-1])
        shared_by: Granularity = "channel" if per_row else "tensor"
        rounded = quantize_tensor(rows, n_bits, shared_by, symmetric=False).dequantize()
        return (rounded.reshape(x.shape),)

    with _removed(_layer(model, name).register_forward_pre_hook(hook) for name in names):
        yield


@contextmanager
def integer_layers(
    model: nn.Module, names: Iterable[str], scale_per_row: bool = False
) -> Iterator[None]:
    """While this lasts, the named layers compute by `int8_linear`.

    Args:
        model: any module.
        names: of linear layers.
        scale_per_row: one scale for each row of the input (each token) in place of one for all.
    """

    def hook(layer: Any, arguments: tuple[torch.Tensor], output: torch.Tensor) -> torch.Tensor:
        x = arguments[0].reshape(-1, arguments[0].shape[-1])
        compute = linear_by_rows if scale_per_row else lambda *parts: int8_linear(*parts)[1]
        return compute(x, layer.weight, layer.bias).reshape(output.shape)

    with _removed(_layer(model, name).register_forward_hook(hook) for name in names):
        yield


def linear_by_rows(
    x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None
) -> torch.Tensor:
    """`int8_linear` with a scale of its own for each row of x.

    Each row is divided by its absmax first, which leaves one scale for all, and its output is
    multiplied by it again.

    Args: as in `int8_linear`.
    Returns: float32 of shape (N, out).

    >>> linear_by_rows(torch.tensor([[1.0, 0.0], [0.0, 1000.0]]), torch.eye(2), None)
    tensor([[   1.,    0.],
            [   0., 1000.]])
    """
    absmax = x.abs().amax(dim=1, keepdim=True)
    _, y = int8_linear(x / torch.where(absmax > 0, absmax, 1.0), weight, None)
    scaled = y * absmax
    return scaled if bias is None else scaled + bias


def _layer(model: nn.Module, name: str) -> nn.Linear:
    layer = dict(model.named_modules()).get(name)
    if not isinstance(layer, nn.Linear):
        raise ValueError(f"names: expected linear layers, got {name!r}")
    return layer


@contextmanager
def _removed(handles: Iterable[RemovableHandle]) -> Iterator[None]:
    """Take hooks off again, whatever happens, also if a later one could not be set."""
    placed: list[RemovableHandle] = []
    try:
        placed.extend(handles)
        yield
    finally:
        for handle in placed:
            handle.remove()
