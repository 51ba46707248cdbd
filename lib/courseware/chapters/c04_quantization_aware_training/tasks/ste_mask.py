"""The task `ste_mask`."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from courseware.chapters.c04_quantization_aware_training.tasks.inputs import (
    GRIDS,
    T,
    around_the_ends,
    on_both_sides,
)
from courseware.chapters.c04_quantization_aware_training.tasks.judges import OFF_LIMITS
from courseware.chapters.c04_quantization_aware_training.tasks.ste_mask_mistakes import (
    MISCONCEPTIONS,
)
from courseware.checks.quantizer_inputs import Scale
from courseware.checks.task import Check, Draw, Task
from model_compression import fake_quantization as reference

Arguments = tuple[T, Scale, int, int]


def _in_and_out(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([1.2, 9.0, -9.0]), 0.5, -8, 7
    for grid in ((-8, 7), (-128, 127), (-2, 1)):
        yield *on_both_sides(draw, grid), *grid


def _other_ranges(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([2.0, 20.0, -1.0]), 1.0, 0, 15
    for grid in ((0, 15), (-7, 7), (0, 255), (-3, 6)):
        yield *on_both_sides(draw, grid), *grid


def _borders(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([127.4, 127.6, -128.4, -128.6]), 1.0, -128, 127
    yield torch.tensor([7.0, -8.0, 8.0, -9.0]) / 4, 0.25, -8, 7
    yield torch.tensor([127.5, 126.5, -128.5, -129.0]) / 2, 0.5, -128, 127
    for grid in GRIDS:
        yield *around_the_ends(draw, grid), *grid


def _shapes(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[1.0, -9.0], [3.0, 8.0]]), 1.0, -8, 7
    for shape in ((1,), (7, 2), (2, 1, 7)):
        x, scale = on_both_sides(draw, (-4, 3))
        count = torch.Size(shape).numel()
        yield x[:count].reshape(shape), scale, -4, 3


STE_MASK = Task(
    name="ste_mask",
    points=14,
    reference=reference.ste_mask,
    lecture="lecture 04, “A gradient for a staircase”",
    off_limits=OFF_LIMITS,
    checks=(
        Check("values inside and far outside", 3, _in_and_out),
        Check("unsigned and uneven ranges", 2, _other_ranges),
        Check("the border is drawn on the rounded value", 4, _borders),
        Check("one entry for each of x, in its shape", 1, _shapes),
    ),
    misconceptions=MISCONCEPTIONS,
)
