"""The task `relative_index_encode`."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from courseware.chapters.c11_deep_compression.tasks.common import OFF_LIMITS
from courseware.chapters.c11_deep_compression.tasks.relative_index_mistakes import MISTAKES
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import same_values_and_dtype
from model_compression import relative_indexing as reference

T = torch.Tensor
Arguments = tuple[T, int]


def _at(draw: Draw, distances: list[int], behind: int, dtype: torch.dtype = torch.float32) -> T:
    """A line of zeros with weights at these distances, and so many zeros behind the last one."""
    places = torch.tensor(distances).cumsum(0) - 1
    line = torch.zeros(int(places[-1]) + 1 + behind, dtype=dtype)
    signs = 2 * torch.randint(2, (len(places),), generator=draw.generator) - 1
    line[places] = (signs * torch.randint(1, 40, (len(places),), generator=draw.generator) / 8).to(
        dtype
    )
    return line


def _near(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([0.0, 3.5, 0.0, 0.0, -1.0]), 4
    yield torch.tensor([2.0, -0.5, 0.0, 1.0]), 8
    yield torch.tensor([1e-9, 0.0, 2.0, -2e-7, 0.0, 5e-4]), 4
    for _ in range(2):
        max_gap = draw.integer(4, 9)
        distances = [draw.integer(1, max_gap) for _ in range(draw.integer(5, 12))]
        yield _at(draw, distances, 0), max_gap


def _far(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([0.0, 3.5, 0.0, 0.0, 0.0, 0.0, 0.0, -1.0]), 4
    for _ in range(3):
        max_gap = draw.integer(3, 6)
        distances = [max_gap * draw.integer(0, 4) + draw.integer(1, max_gap - 1) for _ in range(6)]
        yield _at(draw, [*distances, 3 * max_gap + 1], 0), max_gap


def _at_the_limit(draw: Draw) -> Iterator[Arguments]:
    """Distances of just max_gap, twice as much, and one more than these; a limit of 1."""
    yield torch.tensor([0.0, 0.0, 1.5, 0.0, 0.0, 0.0, 0.0, 0.0, 2.5]), 3
    for max_gap in (2, draw.integer(4, 7)):
        distances = [max_gap, 2 * max_gap, max_gap + 1, 3 * max_gap, 2 * max_gap + 1]
        draw.rng.shuffle(distances)
        yield _at(draw, distances, 0), max_gap
    yield _at(draw, [draw.integer(2, 5) for _ in range(4)], 0), 1


def _behind(draw: Draw) -> Iterator[Arguments]:
    """Zeros behind the last weight, several rows, another dtype."""
    yield torch.tensor([[0.0, 1.0, 0.0], [0.0, -2.0, 0.0]]), 8
    for dtype in (torch.float32, torch.float64, torch.float16):
        max_gap = draw.integer(2, 5)
        line = _at(draw, [draw.integer(1, 3 * max_gap) for _ in range(6)], 2 * max_gap + 1, dtype)
        pad = torch.zeros(-len(line) % 6, dtype=dtype)
        yield torch.cat((line, pad)).reshape(-1, draw.rng.choice((2, 3, 6))), max_gap


def _nothing(draw: Draw) -> Iterator[Arguments]:
    yield torch.zeros(2, 3), 2
    yield torch.zeros(draw.integer(3, 40)), draw.integer(1, 9)


RELATIVE_INDEX_ENCODE = Task(
    name="relative_index_encode",
    points=9,
    reference=reference.relative_index_encode,
    lecture="lecture 11, “Where the weights are”",
    off_limits=OFF_LIMITS,
    checks=(
        Check("gaps that need no fillers", 3, _near, same_values_and_dtype),
        Check("fillers", 3, _far, same_values_and_dtype),
        Check("distances just at the limit", 2, _at_the_limit, same_values_and_dtype),
        Check("zeros at the end, rows, other dtypes", 3, _behind, same_values_and_dtype),
        Check("nothing kept", 1, _nothing, same_values_and_dtype),
    ),
    misconceptions=MISTAKES,
)
