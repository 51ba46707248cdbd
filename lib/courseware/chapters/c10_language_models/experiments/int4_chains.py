"""The products that one token needs in 32 layers of Llama 2 7B, one after the other, in many ways.

Each product reads what one before it wrote, as in the decoder, and every layer has weights of its
own, so that nothing is found in a cache. Left out is what lies between products: attention, norms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from model_compression.kernels.layout import Int4Weights, int4_weights, unpack_words
from model_compression.kernels.products import (
    Launch,
    int4_product,
    simple_product,
    words_product,
)

N_LAYERS, WIDTH, HIDDEN, GROUP = 32, 4096, 11008, 128
SHAPES = ((3 * WIDTH, WIDTH), (WIDTH, WIDTH), (2 * HIDDEN, WIDTH), (WIDTH, HIDDEN))
"""(out, in) of a layer's matrices: query, key and value; out; gate and up; down."""

PARTS = (3, 1, 2, 1)
"""How many matrices each of them is made of: seven in all."""

N_WEIGHTS = N_LAYERS * sum(n_out * n_in for n_out, n_in in SHAPES)

FASTEST = {
    (3 * WIDTH, WIDTH): Launch(rows=4, warps=2, dependent=True),
    (WIDTH, WIDTH): Launch(rows=4, warps=4, dependent=True),
    (HIDDEN, WIDTH): Launch(rows=4, warps=2, dependent=True),
    (2 * HIDDEN, WIDTH): Launch(rows=8, warps=2, dependent=True, registers=80),
    (WIDTH, HIDDEN): Launch(rows=8, warps=4, dependent=True),
    (32_000, WIDTH): Launch(rows=8, warps=2, dependent=True, registers=80),
}
"""By shape: the fastest of some 20 ways, tried once on an H200."""

Product = Callable[[torch.Tensor, Any], torch.Tensor]


@dataclass(frozen=True)
class Chain:
    """All products of a token: `product` with each layer's four matrices, in whatever form."""

    product: Product
    layers: Sequence[Sequence[Any]]
    x: torch.Tensor

    def __call__(self) -> torch.Tensor:
        x = self.x
        for matrices in self.layers:
            for matrix, n_in in matrices:
                x = self.product(x[..., :n_in], matrix)
        return x


def int4_layers(seed: int, dtype: torch.dtype, device: str) -> list[list[Int4Weights]]:
    """Four matrices a layer, drawn so that products keep the size of x, and rounded to 4 bits."""
    generator = torch.Generator(device).manual_seed(seed)

    def drawn(n_out: int, n_in: int) -> Int4Weights:
        weight = torch.randn(n_out, n_in, generator=generator, device=device)
        return int4_weights(weight * n_in**-0.5, GROUP, dtype)

    return [[drawn(*shape) for shape in SHAPES] for _ in range(N_LAYERS)]


def in_parts(weights: Int4Weights, n_parts: int) -> list[Int4Weights]:
    """The matrices that a fused one is made of, in the same memory."""
    rows = weights.shape[0] // n_parts
    return [
        replace(weights, words=weights.words[at : at + rows], scales=weights.scales[at : at + rows])
        for at in range(0, weights.shape[0], rows)
    ]


def arranged(
    layers: Sequence[Sequence[Any]], split: Callable[[Any, int], list[Any]] | None
) -> list[list[tuple[Any, int]]]:
    """(matrix, how much of x it reads): four a layer, or, with a way to split them, seven."""
    return [
        [
            (part, n_in)
            for matrix, (_, n_in), n_parts in zip(matrices, SHAPES, PARTS, strict=True)
            for part in (split(matrix, n_parts) if split else [matrix])
        ]
        for matrices in layers
    ]


def with_launch(choose: Callable[[tuple[int, int]], Launch]) -> Product:
    """`int4_product`, cut by the shape of the matrix."""
    return lambda x, weights: int4_product(x, weights, choose(weights.shape))


STEPS: dict[str, Product] = {
    "a byte, unpacked in float32": lambda x, w: simple_product(x, w[0], w[1], GROUP),
    "words of eight codes": words_product,
    "two codes to two halves": with_launch(lambda shape: Launch(rows=1, warps=1, vector=1)),
    "four rows a program": with_launch(lambda shape: Launch(rows=4, warps=1, vector=1)),
    "32 weights summed, then scaled": with_launch(lambda shape: Launch(rows=4, warps=1)),
    "warps share the long axis": with_launch(lambda shape: Launch(rows=4, warps=2)),
    "weights fetched before x is there": with_launch(
        lambda shape: Launch(rows=4, warps=2, dependent=True)
    ),
    "each shape cut its own way": with_launch(FASTEST.__getitem__),
}
"""From the simple kernel to the fast one; each adds to the one before it."""

VECTORS = (0, 0, 1, 1, 4, 4, 4, 4)
"""Words whose sum runs in halves, step by step, for the bound."""

LAST = list(STEPS)[-1]
"""Only this one has the scales of neighbouring rows side by side, so that a thread loads those of
all its rows at once; the others have those of a row one after the other."""


def form_of(name: str, weights: Int4Weights) -> Any:
    """The matrix as a step wants it."""
    if name == next(iter(STEPS)):
        return packed(weights)
    if name != LAST:
        return replace(weights, scales=weights.scales.contiguous())
    return weights


def packed(weights: Int4Weights) -> tuple[torch.Tensor, torch.Tensor]:
    """Two codes a byte, the first in the low half, and the scales along the rows."""
    nibbles = unpack_words(weights.words, weights.group_size) & 15
    both = nibbles[:, 0::2] | nibbles[:, 1::2] << 4
    return both.view(torch.uint8), weights.scales.contiguous()


def split_form(form: Any, n_parts: int) -> list[Any]:
    """A step's matrix in parts: `Int4Weights`, a tensor of rows, or several."""
    if isinstance(form, Int4Weights):
        return in_parts(form, n_parts)
    if isinstance(form, torch.Tensor):
        return list(form.chunk(n_parts))
    return list(zip(*(tensor.chunk(n_parts) for tensor in form), strict=True))


def torch_int4_product(x: torch.Tensor, matrix: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    """What torch does with 4 bits: `_weight_int4pack_mm`, a scale and a zero a group."""
    return torch._weight_int4pack_mm(x[None], matrix[0], GROUP, matrix[1])[0]


def torch_int4_matrix(n_out: int, n_in: int, device: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Random codes as `torch_int4_product` takes them, and scales that keep the size of x."""
    codes = torch.randint(0, 256, (n_out, n_in // 2), dtype=torch.uint8, device=device)
    scales = torch.zeros(n_in // GROUP, n_out, 2, dtype=torch.bfloat16, device=device)
    scales[..., 0] = n_in**-0.5 / 4.6  # the root mean square of codes from -8 to 7
    return torch._convert_weight_to_int4pack(codes, 8), scales


def split_torch_int4(
    matrix: tuple[torch.Tensor, torch.Tensor], n_parts: int
) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Rows of codes and of scales, which lie along the second axis of the scales."""
    codes, scales = matrix
    of_parts = [part.contiguous() for part in scales.chunk(n_parts, dim=1)]
    return list(zip(codes.chunk(n_parts), of_parts, strict=True))
