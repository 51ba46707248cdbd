"""What wrong ways give in `pareto_front`."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from model_compression import pareto as reference

Point = tuple[int, float]


def _dominates(a: Point, b: Point) -> bool:
    return a[0] <= b[0] and a[1] >= b[1] and a != b


def left_by(dominates: Callable[[Point, Point], bool]) -> Callable[[list[Point]], Any]:
    """The positions that another sense of being better leaves, from the smallest size up."""

    def behaves(points: list[Point]) -> list[int]:
        left = [i for i, b in enumerate(points) if not any(dominates(a, b) for a in points)]
        return sorted(left, key=lambda i: points[i][0])

    return behaves


def no_better_by_position(points: list[Point]) -> list[int]:
    """Dropped where any other point is no worse in both, an equal one as well."""
    left = [
        i
        for i, b in enumerate(points)
        if not any(i != j and a[0] <= b[0] and a[1] >= b[1] for j, a in enumerate(points))
    ]
    return sorted(left, key=lambda i: points[i][0])


def nearly_equal(tolerance: float) -> Callable[[list[Point]], Any]:
    """Accuracies that differ by less count as equal."""

    def dominates(a: Point, b: Point) -> bool:
        close = abs(a[1] - b[1]) <= tolerance
        return a[0] <= b[0] and (a[1] > b[1] or close) and (a[0] < b[0] or not close)

    return left_by(dominates)


def rounded(decimals: int) -> Callable[[list[Point]], Any]:
    return lambda points: reference.pareto_front(
        [(size, round(accuracy, decimals)) for size, accuracy in points]
    )


def last_of_equals(points: list[Point]) -> list[int]:
    """Of equal points the last alone stays."""
    front = reference.pareto_front(points)
    return [i for i in front if points[i] not in points[i + 1 :]]


def one_pass(first: Callable[[Point], Any], equals: bool = False) -> Callable[[list[Point]], Any]:
    """A pass that keeps whatever is more accurate than all before it, and maybe its equals."""

    def behaves(points: list[Point]) -> list[int]:
        front: list[int] = []
        for i in sorted(range(len(points)), key=lambda i: first(points[i])):
            last = points[front[-1]] if front else None
            if last is None or points[i][1] > last[1] or (equals and points[i] == last):
                front.append(i)
        return front

    return behaves


def above(best: float, most: float) -> Callable[[list[Point]], Any]:
    """The front of the points that are better than these bounds."""

    def behaves(points: list[Point]) -> list[int]:
        front = reference.pareto_front(points)
        return [i for i in front if points[i][1] > best and points[i][0] < most]

    return behaves


def no_worse(a: Point, b: Point) -> bool:
    """An equal point as well."""
    return a[0] <= b[0] and a[1] >= b[1]


def _compared_with(
    others: Callable[[list[Point], int], list[Point]],
    dominates: Callable[[Point, Point], bool] = _dominates,
) -> Callable[..., list[int]]:
    """Each point compared with some of the others."""

    def behaves(points: list[Point]) -> list[int]:
        left = [
            i for i, b in enumerate(points) if not any(dominates(a, b) for a in others(points, i))
        ]
        return sorted(left, key=lambda i: points[i][0])

    return behaves


def taken_out_while_looping(
    ordered: bool, with_all: bool, dominates: Callable[[Point, Point], bool] = _dominates
) -> Callable[..., list[int]]:
    """Positions removed from the list that the loop runs over: the one behind them is not met."""

    def behaves(points: list[Point]) -> list[int]:
        every = range(len(points))
        left = sorted(every, key=lambda i: points[i][0]) if ordered else list(every)
        for i in left:
            others = every if with_all else tuple(left)
            if any(i != j and dominates(points[j], points[i]) for j in others):
                left.remove(i)
        return sorted(left, key=lambda i: points[i][0])

    return behaves


def compared_with_the_one_before(
    first: Callable[[Point], Any] = lambda point: (point[0], -point[1]), equals: bool = True
) -> Callable[[list[Point]], Any]:
    """Each point compared with the next one before it in some order."""

    def behaves(points: list[Point]) -> list[int]:
        order = sorted(range(len(points)), key=lambda i: first(points[i]))
        return order[:1] + [
            i
            for before, i in itertools.pairwise(order)
            if points[i][1] > points[before][1] or (equals and points[i] == points[before])
        ]

    return behaves


def after_sorting(points: list[Point]) -> list[int]:
    return reference.pareto_front(sorted(points, key=lambda point: (point[0], -point[1])))


def hull_of(points: list[Point]) -> list[int]:
    """Of the front what no line between two others passes above; of equal points the first."""
    hull: list[int] = []
    for i in reference.pareto_front(points):
        x, y = points[i]
        if hull and points[hull[-1]] == points[i]:
            continue
        while len(hull) > 1:
            (x1, y1), (x2, y2) = points[hull[-2]], points[hull[-1]]
            if (y2 - y1) * (x - x1) > (y - y1) * (x2 - x1):
                break
            hull.pop()
        hull.append(i)
    return hull


def hull_with_equals(points: list[Point]) -> list[int]:
    there = [points[i] for i in hull_of(points)]
    return [i for i in reference.pareto_front(points) if points[i] in there]


def from_1(behaves: Callable[[list[Point]], list[int]]) -> Callable[[list[Point]], list[int]]:
    return lambda points: [i + 1 for i in behaves(points)]


def equals_turned_round(points: list[Point]) -> list[int]:
    left = sorted(reference.pareto_front(points))
    return sorted(left, key=lambda i: -points[i][0])[::-1]


SOME: tuple[Callable[[list[Point], int], list[Point]], ...] = (
    lambda points, i: points[i + 1 :],
    lambda points, i: points[:i],
    lambda points, i: points[i + 1 : i + 2],
    lambda points, i: points[max(i - 1, 0) : i],
)
PARTLY = (*map(_compared_with, SOME), compared_with_the_one_before())
PARTLY_WITHOUT_EQUALS = (
    *(_compared_with(some, no_worse) for some in SOME),
    compared_with_the_one_before(equals=False),
)
LOOPS = (False, False), (False, True), (True, False), (True, True)


def by_position(points: list[Point]) -> list[int]:
    return sorted(reference.pareto_front(points))


def sizes_from_the_largest(points: list[Point]) -> list[int]:
    return reference.pareto_front(points)[::-1]


def the_points(points: list[Point]) -> list[Point]:
    return [points[i] for i in reference.pareto_front(points)]


def one_more(left: list[int], *_: Any) -> list[int]:
    return [i + 1 for i in left]
