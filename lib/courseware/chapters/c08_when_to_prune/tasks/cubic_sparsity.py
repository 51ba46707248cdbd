"""The task `cubic_sparsity`."""

from __future__ import annotations

from collections.abc import Iterator

from courseware.chapters.c08_when_to_prune.tasks.common import OFF_LIMITS
from courseware.chapters.c08_when_to_prune.tasks.cubic_mistakes import MISTAKES
from courseware.checks.forms import told_by_form
from courseware.checks.task import Check, Draw, Task
from model_compression import pruning_schedules as reference

Arguments = tuple[int, int, int, float, float]


def _totals(draw: Draw) -> tuple[float, float]:
    """An initial sparsity above 0 and a final one well above it."""
    return draw.integer(5, 30) / 100, draw.integer(60, 97) / 100


def _on_the_way(draw: Draw) -> Iterator[Arguments]:
    for step in (0, 5, 10):
        yield step, 0, 10, 0.0, 0.9
    for _ in range(3):
        end = draw.integer(50, 200)
        yield draw.integer(1, end - 1), 0, end, 0.0, _totals(draw)[1]


def _from_an_initial_one(draw: Draw) -> Iterator[Arguments]:
    yield 0, 0, 10, 0.5, 0.75
    yield 5, 0, 10, 0.5, 0.75
    for _ in range(3):
        end = draw.integer(50, 200)
        yield draw.integer(1, end - 1), 0, end, *_totals(draw)


def _later_start(draw: Draw) -> Iterator[Arguments]:
    yield 4, 4, 8, 0.0, 0.8
    yield 6, 4, 8, 0.0, 0.8
    for _ in range(3):
        begin, length = draw.integer(10, 100), draw.integer(50, 200)
        yield begin + draw.integer(1, length - 1), begin, begin + length, *_totals(draw)


def _before_the_start(draw: Draw) -> Iterator[Arguments]:
    yield 2, 4, 8, 0.25, 0.75
    for _ in range(3):
        begin = draw.integer(10, 100)
        yield draw.integer(0, begin - 2), begin, begin + draw.integer(20, 90), *_totals(draw)


def _after_the_end(draw: Draw) -> Iterator[Arguments]:
    yield 12, 4, 8, 0.25, 0.75
    for _ in range(3):
        begin, length = draw.integer(10, 100), draw.integer(20, 90)
        step = begin + length + draw.integer(10, 300)
        yield step, begin, begin + length, *_totals(draw)


CUBIC_SPARSITY = Task(
    name="cubic_sparsity",
    points=14,
    reference=reference.cubic_sparsity,
    lecture="lecture 08, “During training: a schedule”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("from 0 to the final sparsity", 4, _on_the_way),
        Check("from an initial sparsity above 0", 3, _from_an_initial_one),
        Check("a start after step 0", 3, _later_start),
        Check("before the start", 2, _before_the_start),
        Check("after the end", 2, _after_the_end),
    ),
    misconceptions=MISTAKES,
)
