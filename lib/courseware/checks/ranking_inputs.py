"""Drawing weights whose ranking does not depend on how a right solution computes it.

Magnitudes lie on a grid, moved by up to 0.3 of a step, so that neighbours are at least 0.4 steps
apart: 1e-3 of their size for 400 weights. Squared, scaled or in float64 they rank alike.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch

from courseware.checks.named_tensors import Named
from courseware.checks.task import Draw

MOVED = 0.3
"""Of a step of the grid."""


def weights(draw: Draw, *shape: int) -> torch.Tensor:
    """A float32 tensor of both signs with magnitudes all apart."""
    return layers(draw, {"": shape}, spread=0.0)[""]


def layers(draw: Draw, shapes: Mapping[str, tuple[int, ...]], spread: float = 1.5) -> Named:
    """Tensors by name with magnitudes all apart, also between tensors.

    `spread` is how much some tensors have larger weights than others.
    """
    sizes = [math.prod(shape) for shape in shapes.values()]
    place = torch.cat([draw.normal(size) + spread * draw.rng.gauss(0.0, 1.0) for size in sizes])
    rank = place.argsort().argsort().double()
    moved = MOVED * (2 * torch.rand(len(rank), generator=draw.generator, dtype=torch.float64) - 1)
    sign = torch.randint(0, 2, (len(rank),), generator=draw.generator) * 2 - 1
    values = (sign * (rank + 1 + moved) * step_of(draw)).float()
    parts = values.split(sizes)
    return Named(
        (name, part.reshape(shape).clone())
        for (name, shape), part in zip(shapes.items(), parts, strict=True)
    )


def tiny(w: torch.Tensor) -> torch.Tensor:
    """The same weights, about a thousandth of the size: a power of two, so that none is rounded.

    Neighbours are 1.5e-6 apart and more, so that they stay so where somebody adds 1 to all.
    """
    return w * 2.0**-10


def two_layers() -> Named:
    """Small, and yet no two mistakes of `global_judges` in ranking prune the same quarter."""
    first = torch.tensor([[1.9, 1.7, 0.7, -2.2], [2.1, 2.0, -1.2, 1.8]])
    last = torch.tensor([[1.5, 1.0, 1.4, -1.1, -0.3, -0.5, -0.4, -0.6]])
    return Named({"0.weight": first, "2.weight": last})


def three_by_three() -> Named:
    """40% of each layer is 1.2, 1.2 and 1.2, which makes 3; of all 9 it is 3.6, which makes 4."""
    a, b, c = torch.tensor([[[0.8, 5.6, 2.4]], [[-4.1, 1.0, 3.2]], [[1.2, -2.2, 4.4]]])
    return Named(a=a, b=b, c=c)


def uneven_shapes(rows: int) -> dict[str, tuple[int, int]]:
    """Four layers of so many rows, each a column wider than the one before.

    Sorted by their names, "10.weight" comes before "8.weight".
    """
    return {f"{8 + 2 * layer}.weight": (rows, 3 + layer) for layer in range(4)}


OUT_OF_ORDER = {"8.weight": (3, 8), "10.weight": (2, 4), "9.weight": (4, 2)}
"""40 weights, under names that ascend neither as text nor as numbers."""

ODD_SHAPES = {"a": (3, 3), "b": (2, 7), "c": (2, 2)}
"""27 weights: what is left of a half is a half of the other direction."""


def step_of(draw: Draw) -> float:
    """The distance between two magnitudes of the grid: weights are small."""
    return 2.0 ** -draw.integer(5, 8)


def ties(draw: Draw, *shape: int) -> torch.Tensor:
    """A float32 tensor of few different magnitudes, 0 among them."""
    steps = torch.randint(-3, 4, shape, generator=draw.generator)
    steps.view(-1)[:2] = torch.tensor([0, 3])
    return steps.float() / 4


def whole_share(draw: Draw) -> float:
    """A sparsity in eighths: with a multiple of 8 weights nothing is left to round."""
    return draw.rng.choice((1, 2, 3, 5, 6)) / 8
