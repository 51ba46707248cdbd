"""Mistakes in `pareto_front`."""

from __future__ import annotations

import itertools
import math

from courseware.chapters.c11_deep_compression.tasks.pareto_wrong_ways import (
    LOOPS,
    PARTLY,
    PARTLY_WITHOUT_EQUALS,
    above,
    after_sorting,
    by_position,
    compared_with_the_one_before,
    equals_turned_round,
    from_1,
    hull_of,
    hull_with_equals,
    last_of_equals,
    left_by,
    nearly_equal,
    no_better_by_position,
    no_worse,
    one_more,
    one_pass,
    rounded,
    sizes_from_the_largest,
    taken_out_while_looping,
    the_points,
)
from courseware.checks.misconceptions import both, followed_by, several, ways
from model_compression import pareto as reference

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
THE_POINTS = (
    "points-not-positions",
    "These are the points themselves. Their positions in the list are asked for.",
)
FROM_1 = (
    "counted-from-1",
    "The positions are counted from 1. The first of a list has the position 0.",
)

FROM_THE_LARGEST = (
    "from-the-largest",
    "The positions come from the largest size down. Begin with the smallest.",
)

OF_THE_FRONT = several(
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
        *map(nearly_equal, (1e-2, 5e-3, 1e-3)),
        *(rounded(decimals) for decimals in (2, 1)),
    ),
    ways(*ONLY_THE_HULL, hull_with_equals),
    both(EQUALS_DROPPED, ONLY_THE_HULL, hull_of),
    ways(
        "positions-after-sorting",
        "These are positions in the sorted list. Those in the list that came are asked for: "
        "sort the positions, not the points.",
        after_sorting,
    ),
    ways(
        *EQUALS_DROPPED,
        no_better_by_position,
        last_of_equals,
        one_pass(lambda point: (point[0], -point[1])),
        left_by(lambda a, b: a[0] <= b[0] and a[1] >= b[1]),
    ),
    ways(
        *LESS_ACCURATE_FIRST,
        one_pass(lambda point: point[0], equals=True),
        one_pass(lambda point: point[0]),
        one_pass(lambda point: point, equals=True),
        one_pass(lambda point: point),
    ),
    both(PARTLY_COMPARED, EQUALS_DROPPED, *PARTLY_WITHOUT_EQUALS),
    both(
        TAKEN_OUT_WHILE_LOOPING,
        EQUALS_DROPPED,
        *(taken_out_while_looping(*how, no_worse) for how in LOOPS),
    ),
    ways(*TAKEN_OUT_WHILE_LOOPING, *itertools.starmap(taken_out_while_looping, LOOPS)),
    *(
        both(PARTLY_COMPARED, LESS_ACCURATE_FIRST, compared_with_the_one_before(first, equals))
        for first in (lambda point: point, lambda point: point[0])
        for equals in (True, False)
    ),
    ways(
        "no-better-in-one-stays",
        "A point stayed that another one equals in size or accuracy and beats in the other. To "
        "dominate it is enough to be better in one of the two and no worse in the other.",
        left_by(lambda a, b: a[0] < b[0] and a[1] > b[1]),
        left_by(lambda a, b: a[0] < b[0] and a[1] >= b[1]),
        left_by(lambda a, b: a[0] <= b[0] and a[1] > b[1]),
    ),
    ways(
        "better-in-either",
        "A point was dropped because another one is better in one of the two. That other one "
        "is worse in the second: there is a choice between them, and both stay.",
        left_by(lambda a, b: a[0] < b[0] or a[1] > b[1]),
    ),
    ways(
        "bound-to-begin-with",
        "A point of the front is missing that is not better than the number which the search "
        "began with: an accuracy of 0, or a size that seemed large enough. Begin with the "
        "first point, or with infinity.",
        *(above(best, math.inf) for best in (0.0, 0.5)),
        *(above(-1.0, most) for most in (100, 1000, 10**4, 10**5, 10**6)),
    ),
    ways(*PARTLY_COMPARED, *PARTLY),
    ways(
        "equal-points-turned-round",
        "Equal points came in the opposite order of their positions. Sorting keeps the order "
        "of equals, and turning the list round turns theirs as well: sort from the smallest "
        "up.",
        equals_turned_round,
    ),
    ways(
        "wrong-direction",
        "This is the front of another wish. Small sizes and large accuracies are wanted.",
        left_by(lambda a, b: a[0] <= b[0] and a[1] <= b[1] and a != b),
        left_by(lambda a, b: a[0] >= b[0] and a[1] >= b[1] and a != b),
        left_by(lambda a, b: a[0] >= b[0] and a[1] <= b[1] and a != b),
    ),
    ways(
        "nothing-dropped",
        "All points came back, in order of size. Leave out those that another one dominates.",
        lambda points: sorted(range(len(points)), key=lambda i: points[i][0]),
    ),
    ways(
        *BY_POSITION,
        by_position,
    ),
)

MISTAKES = several(
    OF_THE_FRONT,
    followed_by(FROM_1, one_more, OF_THE_FRONT),
    ways(*FROM_1, from_1(reference.pareto_front)),
    ways(*FROM_THE_LARGEST, sizes_from_the_largest),
    followed_by(BY_POSITION, lambda left, *_: sorted(left), OF_THE_FRONT),
    followed_by(FROM_THE_LARGEST, lambda left, *_: left[::-1], OF_THE_FRONT),
    both(FROM_THE_LARGEST, FROM_1, from_1(sizes_from_the_largest)),
    ways(*THE_POINTS, the_points),
    followed_by(THE_POINTS, lambda left, points: [points[i] for i in left], OF_THE_FRONT),
)
