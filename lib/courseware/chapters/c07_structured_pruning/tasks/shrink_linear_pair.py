"""The task `shrink_linear_pair`."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from courseware.chapters.c07_structured_pruning.tasks import inputs
from courseware.chapters.c07_structured_pruning.tasks.common import OFF_LIMITS
from courseware.chapters.c07_structured_pruning.tasks.shrink_linear_pair_mistakes import MISTAKES
from courseware.chapters.c07_structured_pruning.tasks.surgery import parts
from courseware.checks.task import Check, Draw, Task
from model_compression import network_surgery as reference

T = torch.Tensor
Arguments = tuple[T, T, T, T, T]
NAMES = "w1", "b1", "w2", "b2"


def _pairs(draw: Draw) -> Iterator[Arguments]:
    yield (
        torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
        torch.tensor([0.1, 0.2, 0.3]),
        torch.tensor([[7.0, 8.0, 9.0], [-7.0, -8.0, -9.0]]),
        torch.tensor([0.5, -0.5]),
        torch.tensor([0, 2]),
    )
    yield _drawn(draw, 5, 7, 3, 4)
    yield _drawn(draw, 4, 6, 9, 3)
    # All sizes equal: a cut along the wrong axis still runs.
    yield _drawn(draw, 6, 6, 6, 4)
    yield *_drawn(draw, 2, 24, 2, 3)[:4], inputs.kept_of_24(draw)


def _drawn(draw: Draw, n_in: int, hidden: int, n_out: int, n_kept: int) -> Arguments:
    shapes = (hidden, n_in), (hidden,), (n_out, hidden), (n_out,)
    w1, b1, w2, b2 = (draw.normal(*shape) for shape in shapes)
    return w1, b1, w2, b2, inputs.kept(draw, hidden, n_kept)


def _ends(draw: Draw) -> Iterator[Arguments]:
    yield (
        torch.tensor([[1.0, 2.0], [3.0, 4.0]]),
        torch.tensor([5.0, 6.0]),
        torch.tensor([[7.0, 8.0]]),
        torch.tensor([9.0]),
        torch.tensor([1]),
    )
    yield _drawn(draw, 4, 5, 3, 1)
    yield _drawn(draw, 4, 5, 3, 5)


SHRINK_LINEAR_PAIR = Task(
    name="shrink_linear_pair",
    points=12,
    reference=reference.shrink_linear_pair,
    lecture="lecture 07, “Surgery on a pair of layers”",
    off_limits=OFF_LIMITS,
    checks=(
        Check("the first layer: rows of w1, and b1", 4, _pairs, parts(NAMES, 0, 1)),
        Check("the second layer: columns of w2, and b2 as it is", 4, _pairs, parts(NAMES, 2, 3)),
        Check("one unit, and all of them", 1, _ends, parts(NAMES)),
    ),
    misconceptions=MISTAKES,
)
