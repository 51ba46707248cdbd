"""Linear layers whose inputs are rounded too: ways to live with a few large values.

The weights have 8 bits and a scale a row throughout. What comes out is what a product of integers
gives, but for the rounding of float32: the codes are multiplied as floats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import nn

from courseware.chapters.c10_language_models.weight_formats import (
    E4M3_LARGEST,
    on_grid,
    positive,
)
from model_compression.activation_outliers import smooth
from model_compression.hadamard import hadamard_rotate

T = torch.Tensor
Product = Callable[[T], T]
"""From inputs, a row a token, to outputs without the bias."""

BLOCK = 128
"""Of a rotation: 384 and 1,536 inputs are 3 and 12 of them."""


@contextmanager
def products_in_place(model: nn.Module, products: Mapping[str, Product]) -> Iterator[None]:
    """While this lasts, linear layers multiply as given, by the names of their weights."""
    layers = dict(model.named_modules())

    def computing(product: Product) -> Callable[..., T]:
        def hook(layer: nn.Linear, arguments: tuple[Any, ...], output: T) -> T:
            x = arguments[0]
            return product(x.reshape(-1, x.shape[-1])).reshape(output.shape) + layer.bias

        return hook

    with ExitStack() as hooks:
        for name, product in products.items():
            layer = layers[name.removesuffix(".weight")]
            hooks.callback(layer.register_forward_hook(computing(product)).remove)
        yield


def on_a_grid(x: T, n_bits: int, per_row: bool) -> T:
    """Values on a symmetric grid of integers, with one scale, or one for each row.

    >>> on_a_grid(torch.tensor([[7.0, 0.6], [70.0, 6.0]]), 4, per_row=True)
    tensor([[ 7.,  1.],
            [70., 10.]])
    """
    absmax = x.abs().amax(dim=1, keepdim=True) if per_row else x.abs().max()
    return on_grid(x, absmax / (2 ** (n_bits - 1) - 1), n_bits)


def plain(w: T, n_bits: int, per_row: bool) -> Product:
    """Inputs in n_bits, with a scale for all of a batch or one for each token."""
    w8 = on_a_grid(w, 8, per_row=True)
    return lambda x: on_a_grid(x, n_bits, per_row) @ w8.T


def without_outliers(w: T, n_bits: int, threshold: float) -> Product:
    """LLM.int8(): columns with a value of `threshold` or more stay in float, weights too."""
    w8 = on_a_grid(w, 8, per_row=True)

    def product(x: T) -> T:
        columns = (x.abs() >= threshold).any(dim=0)
        rest = on_a_grid(x.masked_fill(columns, 0.0), n_bits, per_row=True)
        return rest @ w8.T + x[:, columns] @ w[:, columns].T

    return product


def rotated(w: T, n_bits: int, per_row: bool) -> Product:
    """Inputs and weights are rotated by a Hadamard matrix first, in blocks of `BLOCK`."""
    turn = hadamard_rotate(torch.eye(BLOCK), BLOCK)
    w8 = on_a_grid(hadamard_rotate(w, BLOCK), 8, per_row=True)

    def product(x: T) -> T:
        turned = (x.reshape(-1, BLOCK) @ turn).reshape(x.shape)
        return on_a_grid(turned, n_bits, per_row) @ w8.T

    return product


def smoothed(w: T, n_bits: int, x_absmax: T, alpha: float, per_row: bool = False) -> Product:
    """SmoothQuant: inputs divided by a scale a channel, weights multiplied; then as `plain`."""
    scale, harder = smooth(x_absmax, w, alpha)
    w8 = on_a_grid(harder, 8, per_row=True)
    return lambda x: on_a_grid(x / scale, n_bits, per_row) @ w8.T


def in_fp8(w: T) -> Product:
    """Inputs in 8-bit floats (E4M3), one scale a batch."""
    w8 = on_a_grid(w, 8, per_row=True)

    def product(x: T) -> T:
        scale = positive(x.abs().max() / E4M3_LARGEST)
        return (x / scale).to(torch.float8_e4m3fn).float() * scale @ w8.T

    return product
