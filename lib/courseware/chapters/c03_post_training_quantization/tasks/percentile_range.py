"""The task `percentile_range`."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from courseware.chapters.c03_post_training_quantization.tasks.judges import (
    OFF_LIMITS,
    same_percentiles,
)
from courseware.chapters.c03_post_training_quantization.tasks.percentile_range_mistakes import (
    MISTAKES,
)
from courseware.chapters.c03_post_training_quantization.tasks.ranges import (
    Batches,
)
from courseware.checks.forms import told_by_form
from courseware.checks.task import Check, Draw, Task
from model_compression import calibration as reference

Arguments = tuple[Batches, float]


def _shuffled(draw: Draw, values: torch.Tensor) -> torch.Tensor:
    return values[torch.randperm(len(values), generator=draw.generator)]


def _on_a_value(draw: Draw) -> Iterator[Arguments]:
    """(n - 1) · p / 100 is a whole number: nothing is interpolated."""
    yield [torch.tensor([4.0, -1.0, 3.0, 9.0, 0.0])], 75
    yield [torch.tensor([0.0, 4.0, 0.0, 4.0, 0.0])], 75
    # No zeros, though they add up to 0.
    yield [torch.tensor([3.0, -6.0, 1.0, 0.0, 2.0])], 75
    for percentile, count in ((90, 41), (80, 26), (95, 61), (62.5, 17)):
        steps = 0.1 + torch.rand(count, generator=draw.generator)
        yield [_shuffled(draw, steps.cumsum(0) - 0.4 * count)], percentile


def _between_values(draw: Draw) -> Iterator[Arguments]:
    yield [torch.tensor([0.0, -4.0, 8.0])], 90
    for percentile, count in ((97.5, 18), (88, 12), (99, 25), (66, 14)):
        yield [draw.normal(count) * 3 + 0.5], percentile


# From here on the percentile falls on a value: interpolation has a check of its own.


def _pooled(draw: Draw) -> Iterator[Arguments]:
    yield [torch.tensor([0.0, 1.0, 2.0]), torch.tensor([-10.0, 30.0])], 75
    for percentile, sizes in ((90, (20, 21)), (95, (5, 30, 6)), (75, (9, 16, 4))):
        yield [draw.normal(size) * 3.0**i + i for i, size in enumerate(sizes)], percentile


def _hundred(draw: Draw) -> Iterator[Arguments]:
    yield [torch.tensor([1.0, -2.0]), torch.tensor([6.0])], 100
    yield [draw.normal(8), draw.normal(5) * 4], 100
    yield [draw.normal(21) * 2], 95


def _one_sided(draw: Draw) -> Iterator[Arguments]:
    yield [torch.tensor([2.0, 6.0, 3.0]), torch.tensor([7.0, 9.0])], 75
    for sign in (1.0, -1.0):
        yield [sign * (1 + draw.normal(11).abs()), sign * (2 + draw.normal(10).abs())], 90


def _shapes(draw: Draw) -> Iterator[Arguments]:
    yield [torch.tensor([[4.0, -1.0], [3.0, 9.0]]), torch.tensor([[0.0]])], 75
    yield [draw.normal(3, 4), draw.normal(2, 3, 2, 2) * 3, draw.normal(1, 5)], 95


PERCENTILE_RANGE = Task(
    name="percentile_range",
    points=16,
    reference=reference.percentile_range,
    lecture="lecture 03, “Where does the range come from”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("a percentile that falls on a value", 2, _on_a_value, same_percentiles),
        Check("a percentile between two values", 2, _between_values, same_percentiles),
        Check("all batches pooled", 3, _pooled, same_percentiles),
        Check("100 percent: every value is inside; 95: not all", 1, _hundred, same_percentiles),
        Check("all values on one side of 0", 1, _one_sided, same_percentiles),
        Check("batches of any shape", 1, _shapes, same_percentiles),
    ),
    misconceptions=MISTAKES,
)
