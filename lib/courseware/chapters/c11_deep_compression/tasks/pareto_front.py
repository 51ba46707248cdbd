"""The task `pareto_front`."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

from courseware.chapters.c11_deep_compression.tasks.common import OFF_LIMITS
from courseware.checks.misconceptions import both, followed_by, several, ways
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import Difference, difference
from model_compression import pareto as reference

Point = tuple[int, float]
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


def _dominates(a: Point, b: Point) -> bool:
    return a[0] <= b[0] and a[1] >= b[1] and a != b


def _left_by(dominates: Callable[[Point, Point], bool]) -> Callable[[list[Point]], Any]:
    """The positions that another sense of being better leaves, from the smallest size up."""

    def behaves(points: list[Point]) -> list[int]:
        left = [i for i, b in enumerate(points) if not any(dominates(a, b) for a in points)]
        return sorted(left, key=lambda i: points[i][0])

    return behaves


def _no_better_by_position(points: list[Point]) -> list[int]:
    """Dropped where any other point is no worse in both, an equal one as well."""
    left = [
        i
        for i, b in enumerate(points)
        if not any(i != j and a[0] <= b[0] and a[1] >= b[1] for j, a in enumerate(points))
    ]
    return sorted(left, key=lambda i: points[i][0])


def _nearly_equal(tolerance: float) -> Callable[[list[Point]], Any]:
    """Accuracies that differ by less count as equal."""

    def dominates(a: Point, b: Point) -> bool:
        close = abs(a[1] - b[1]) <= tolerance
        return a[0] <= b[0] and (a[1] > b[1] or close) and (a[0] < b[0] or not close)

    return _left_by(dominates)


def _rounded(decimals: int) -> Callable[[list[Point]], Any]:
    return lambda points: reference.pareto_front(
        [(size, round(accuracy, decimals)) for size, accuracy in points]
    )


def _last_of_equals(points: list[Point]) -> list[int]:
    """Of equal points the last alone stays."""
    front = reference.pareto_front(points)
    return [i for i in front if points[i] not in points[i + 1 :]]


def _one_pass(first: Callable[[Point], Any], equals: bool = False) -> Callable[[list[Point]], Any]:
    """A pass that keeps whatever is more accurate than all before it, and maybe its equals."""

    def behaves(points: list[Point]) -> list[int]:
        front: list[int] = []
        for i in sorted(range(len(points)), key=lambda i: first(points[i])):
            last = points[front[-1]] if front else None
            if last is None or points[i][1] > last[1] or (equals and points[i] == last):
                front.append(i)
        return front

    return behaves


def _above(best: float, most: float) -> Callable[[list[Point]], Any]:
    """The front of the points that are better than these bounds."""

    def behaves(points: list[Point]) -> list[int]:
        front = reference.pareto_front(points)
        return [i for i in front if points[i][1] > best and points[i][0] < most]

    return behaves


def _no_worse(a: Point, b: Point) -> bool:
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


def _taken_out_while_looping(
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


def _compared_with_the_one_before(
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


def _after_sorting(points: list[Point]) -> list[int]:
    return reference.pareto_front(sorted(points, key=lambda point: (point[0], -point[1])))


def _hull(points: list[Point]) -> list[int]:
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


def _hull_with_equals(points: list[Point]) -> list[int]:
    there = [points[i] for i in _hull(points)]
    return [i for i in reference.pareto_front(points) if points[i] in there]


def _from_1(behaves: Callable[[list[Point]], list[int]]) -> Callable[[list[Point]], list[int]]:
    return lambda points: [i + 1 for i in behaves(points)]


def _equals_turned_round(points: list[Point]) -> list[int]:
    left = sorted(reference.pareto_front(points))
    return sorted(left, key=lambda i: -points[i][0])[::-1]


SOME: tuple[Callable[[list[Point], int], list[Point]], ...] = (
    lambda points, i: points[i + 1 :],
    lambda points, i: points[:i],
    lambda points, i: points[i + 1 : i + 2],
    lambda points, i: points[max(i - 1, 0) : i],
)
PARTLY = (*map(_compared_with, SOME), _compared_with_the_one_before())
PARTLY_WITHOUT_EQUALS = (
    *(_compared_with(some, _no_worse) for some in SOME),
    _compared_with_the_one_before(equals=False),
)
LOOPS = (False, False), (False, True), (True, False), (True, True)
PARTLY_COMPARED = (
    "not-all-compared",
    "A point was compared with a part of the others: with those before or behind it in the list, "
    "or with its neighbour in order of size. What dominates it may stand anywhere: compare it with "
    "all of them, or sort by size and keep the best accuracy so far.",
)
EQUALS_DROPPED = (
    "equal-points-dropped",
    "Of equal points one is missing, or all are. Neither dominates the other, since neither is "
    "better in anything: all of them stay.",
)
ONLY_THE_HULL = (
    "only-the-hull",
    "A point was dropped because it lies under the line between two others. No single point is as "
    "small and as accurate, so none dominates it: it stays.",
)
LESS_ACCURATE_FIRST = (
    "sorted-by-size-alone",
    "Of two points of one size the less accurate one stayed, where it comes first. Of one size the "
    "most accurate must be met first: sort by size, and by accuracy from the top down.",
)
TAKEN_OUT_WHILE_LOOPING = (
    "removed-while-looping",
    "Points were removed from the list that the loop runs over. What stands behind one that goes "
    "moves up to its place, and the loop never meets it: collect what stays in a new list.",
)
BY_POSITION = (
    "in-order-of-positions",
    "These are positions in their own order. The sizes of the points they stand for are to ascend.",
)
FROM_1 = (
    "counted-from-1",
    "The positions are counted from 1. The first of a list has the position 0.",
)


def _by_position(points: list[Point]) -> list[int]:
    return sorted(reference.pareto_front(points))


def _sizes_from_the_largest(points: list[Point]) -> list[int]:
    return reference.pareto_front(points)[::-1]


def _the_points(points: list[Point]) -> list[Point]:
    return [points[i] for i in reference.pareto_front(points)]


FROM_THE_LARGEST = (
    "from-the-largest",
    "The positions come from the largest size down. Begin with the smallest.",
)


def _one_more(left: list[int], *_: Any) -> list[int]:
    return [i + 1 for i in left]


MISTAKES = several(
    ways(
        "equals-looked-up",
        "A position comes twice: points were looked up by their values, and `index` gives the "
        "first of equal ones. Take the position from the loop: `enumerate`.",
        lambda points: [points.index(points[i]) for i in reference.pareto_front(points)],
    ),
    ways(
        "nearly-equal-dropped",
        "Accuracies that differ by little were taken for equal: compared with a tolerance, or "
        "rounded first. A thousandth more is more: compare them as they are.",
        *map(_nearly_equal, (1e-2, 5e-3, 1e-3)),
        *(_rounded(decimals) for decimals in (2, 1)),
    ),
    ways(*ONLY_THE_HULL, _hull_with_equals),
    both(EQUALS_DROPPED, ONLY_THE_HULL, _hull),
    ways(
        "positions-after-sorting",
        "These are positions in the sorted list. Those in the list that came are asked for: "
        "sort the positions, not the points.",
        _after_sorting,
    ),
    ways(
        *EQUALS_DROPPED,
        _no_better_by_position,
        _last_of_equals,
        _one_pass(lambda point: (point[0], -point[1])),
        _left_by(lambda a, b: a[0] <= b[0] and a[1] >= b[1]),
    ),
    ways(
        *LESS_ACCURATE_FIRST,
        _one_pass(lambda point: point[0], equals=True),
        _one_pass(lambda point: point[0]),
        _one_pass(lambda point: point, equals=True),
        _one_pass(lambda point: point),
    ),
    both(PARTLY_COMPARED, EQUALS_DROPPED, *PARTLY_WITHOUT_EQUALS),
    both(
        TAKEN_OUT_WHILE_LOOPING,
        EQUALS_DROPPED,
        *(_taken_out_while_looping(*how, _no_worse) for how in LOOPS),
    ),
    ways(*TAKEN_OUT_WHILE_LOOPING, *itertools.starmap(_taken_out_while_looping, LOOPS)),
    *(
        both(PARTLY_COMPARED, LESS_ACCURATE_FIRST, _compared_with_the_one_before(first, equals))
        for first in (lambda point: point, lambda point: point[0])
        for equals in (True, False)
    ),
    ways(
        "no-better-in-one-stays",
        "A point stayed that another one equals in size or accuracy and beats in the other. To "
        "dominate it is enough to be better in one of the two and no worse in the other.",
        _left_by(lambda a, b: a[0] < b[0] and a[1] > b[1]),
        _left_by(lambda a, b: a[0] < b[0] and a[1] >= b[1]),
        _left_by(lambda a, b: a[0] <= b[0] and a[1] > b[1]),
    ),
    ways(
        "better-in-either",
        "A point was dropped because another one is better in one of the two. That other one "
        "is worse in the second: there is a choice between them, and both stay.",
        _left_by(lambda a, b: a[0] < b[0] or a[1] > b[1]),
    ),
    ways(
        "bound-to-begin-with",
        "A point of the front is missing that is not better than the number which the search "
        "began with: an accuracy of 0, or a size that seemed large enough. Begin with the "
        "first point, or with infinity.",
        *(_above(best, math.inf) for best in (0.0, 0.5)),
        *(_above(-1.0, most) for most in (100, 1000, 10**4, 10**5, 10**6)),
    ),
    ways(*PARTLY_COMPARED, *PARTLY),
    ways(
        "equal-points-turned-round",
        "Equal points came in the opposite order of their positions. Sorting keeps the order "
        "of equals, and turning the list round turns theirs as well: sort from the smallest "
        "up.",
        _equals_turned_round,
    ),
    ways(
        "wrong-direction",
        "This is the front of another wish. Small sizes and large accuracies are wanted.",
        _left_by(lambda a, b: a[0] <= b[0] and a[1] <= b[1] and a != b),
        _left_by(lambda a, b: a[0] >= b[0] and a[1] >= b[1] and a != b),
        _left_by(lambda a, b: a[0] >= b[0] and a[1] <= b[1] and a != b),
    ),
    ways(
        "nothing-dropped",
        "All points came back, in order of size. Leave out those that another one dominates.",
        lambda points: sorted(range(len(points)), key=lambda i: points[i][0]),
    ),
    ways(
        *BY_POSITION,
        _by_position,
    ),
)

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
    misconceptions=several(
        MISTAKES,
        followed_by(FROM_1, _one_more, MISTAKES),
        ways(*FROM_1, _from_1(reference.pareto_front)),
        ways(*FROM_THE_LARGEST, _sizes_from_the_largest),
        followed_by(BY_POSITION, lambda left, *_: sorted(left), MISTAKES),
        followed_by(FROM_THE_LARGEST, lambda left, *_: left[::-1], MISTAKES),
        both(FROM_THE_LARGEST, FROM_1, _from_1(_sizes_from_the_largest)),
        ways(
            "points-not-positions",
            "These are the points themselves. Their positions in the list are asked for.",
            _the_points,
        ),
    ),
)
