"""The task `hadamard_rotate`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.chapters.c10_language_models.tasks.common import OFF_LIMITS
from courseware.chapters.c10_language_models.tasks.hadamard_rotate_mistakes import (
    MISTAKES,
    SIGNS_CHANGED,
)
from courseware.checks.forms import told_by_form
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import Difference, difference
from model_compression import hadamard as reference

T = torch.Tensor
Arguments = tuple[T, int]
Matrix = Callable[[int], T]


def _small(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[3.0, 1.0]]), 2
    yield draw.normal(2, 2), 2
    yield draw.normal(1, 4), 2
    yield draw.normal(2, 3), 1


def _whole_rows(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[8.0, 0.0, 0.0, 0.0]]), 4
    yield torch.tensor([[1.0, 2.0, 3.0, 4.0]]), 4
    for size in (4, 8, 16, 32):
        yield draw.normal(2, size), size


def _several_blocks(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[8.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 4.0]]), 4
    for blocks, size in ((3, 4), (2, 8), (5, 2), (3, 16)):
        yield draw.normal(3, blocks * size), size


def _other_axes(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([1.0, 2.0, 3.0, 4.0]), 4
    for shape in ((16,), (2, 3, 8), (4, 4, 4)):
        yield draw.normal(*shape), 4


def _refused(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[1.0, 2.0, 3.0]]), 3
    yield torch.tensor([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]), 4
    for size in (3, 6, 12):
        yield draw.normal(2, 12), size
    yield draw.normal(4, 12), 8
    yield draw.normal(2, 12), 4
    yield torch.tensor([[1.0, 2.0, 3.0, 4.0]]), 0


def _told_by_signs(arguments: tuple[Any, ...], expected: T, got: Any) -> Difference | None:
    """By value; what is right but for signs of x that were changed before is told apart."""
    found = difference(expected, got)
    if found is None or found.kind != "wrong-value":
        return found
    x, block_size = arguments
    back = reference.hadamard_rotate(got.detach().float(), block_size)
    signs_alone = difference(x.abs(), back.abs()) is None
    return Difference(SIGNS_CHANGED.name, found.text) if signs_alone else found


HADAMARD_ROTATE = Task(
    name="hadamard_rotate",
    points=7,
    reference=reference.hadamard_rotate,
    lecture="lecture 10, “Rotations”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("sums and differences of two, and blocks of one", 2, _small, _told_by_signs),
        Check("larger blocks: signs, order, scale", 4, _whole_rows, _told_by_signs),
        Check("several blocks in a row", 2, _several_blocks, _told_by_signs),
        Check("one axis, or three", 1, _other_axes, _told_by_signs),
        Check(
            "refused: a size that is no power of two or does not divide, and no other", 1, _refused
        ),
        but=("axes-joined",),
    ),
    misconceptions=MISTAKES,
)
