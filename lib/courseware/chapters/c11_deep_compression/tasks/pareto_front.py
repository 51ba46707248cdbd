"""The task `pareto_front`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from courseware.chapters.c11_deep_compression.tasks.common import OFF_LIMITS
from courseware.chapters.c11_deep_compression.tasks.pareto_mistakes import MISTAKES
from courseware.chapters.c11_deep_compression.tasks.pareto_wrong_ways import Point
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import Difference, difference
from model_compression import pareto as reference

Arguments = tuple[list[Point]]


def _sizes(draw: Draw, n: int) -> list[int]:
    return draw.rng.sample(range(10, 99), n)


def _points(draw: Draw, n: int) -> list[Point]:
    """Points of different sizes and accuracies, a few of them on the front."""
    sizes = _sizes(draw, n)
    accuracies = draw.rng.sample(range(50, 99), n)
    return [(size, accuracy / 100) for size, accuracy in zip(sizes, accuracies, strict=True)]


def _different(draw: Draw) -> Iterator[Arguments]:
    yield ([(40, 0.9), (10, 0.7), (20, 0.6)],)
    for n in (4, 6, 9, 12):
        yield (_points(draw, n),)
    # All of them on the front, and only one.
    falling = sorted(_points(draw, 5))
    accuracies = sorted(accuracy for _, accuracy in falling)
    front = [(size, accuracy) for (size, _), accuracy in zip(falling, accuracies, strict=True)]
    draw.rng.shuffle(front)
    yield (front,)
    yield ([(5, 0.995), *_points(draw, 4)],)
    yield ([*_points(draw, 2), (5, 0.0), *_points(draw, 2)],)
    yield ([(size * 10**7, accuracy) for size, accuracy in _points(draw, 4)],)
    # A thousandth is more accurate, too: of 1,000 images it is one.
    close = [(size, 0.9 + place / 1000) for place, size in enumerate(sorted(_sizes(draw, 4)))]
    draw.rng.shuffle(close)
    yield (close,)


def _tied(draw: Draw) -> Iterator[Arguments]:
    """Points that are no better than another one in one of the two."""
    yield ([(20, 0.8), (20, 0.9), (30, 0.9)],)
    for _ in range(3):
        points = _points(draw, 5)
        more = [(points[0][0], points[1][1]), (points[2][0], points[3][1])]
        points += [*more, (points[4][0], points[0][1])]
        draw.rng.shuffle(points)
        yield (points,)


def _equal(draw: Draw) -> Iterator[Arguments]:
    yield ([(10, 0.7), (30, 0.9), (10, 0.7)],)
    yield ([(draw.integer(5, 90), 0.5)],)
    for _ in range(3):
        points = _points(draw, 4)
        best = max(points, key=lambda point: point[1])
        smallest = min(points)
        points += [best, smallest, smallest]
        draw.rng.shuffle(points)
        yield (points,)


def _as_tuple(points: list[Point]) -> tuple[int, ...]:
    return tuple(reference.pareto_front(points))


def _same_positions(arguments: Any, expected: Any, got: Any) -> Difference | None:
    found = difference(expected, got)
    if found and found.kind == "wrong-length":
        return Difference("wrong-value", f"positions {list(got)}, expected {list(expected)}")
    return found


PARETO_FRONT = Task(
    name="pareto_front",
    points=6,
    reference=_as_tuple,
    lecture="lecture 11, “What no other beats”",
    off_limits=OFF_LIMITS,
    checks=(
        Check("sizes and accuracies that differ", 3, _different, _same_positions),
        Check("equal sizes, or equal accuracies", 2, _tied, _same_positions),
        Check("equal points, and one alone", 1, _equal, _same_positions),
    ),
    misconceptions=MISTAKES,
)
