"""Solutions of exercise 11 as students could write them: pareto_front."""

from __future__ import annotations

import numpy as np

from tests.mutants.table import right, wrong


@wrong("pareto_front", says="equal-points-dropped")
def one_pass_by_accuracy(points):
    front, best = [], float("-inf")
    for i in sorted(range(len(points)), key=lambda i: (points[i][0], -points[i][1])):
        if points[i][1] > best:
            front.append(i)
            best = points[i][1]
    return front


@wrong("pareto_front", says="equal-points-dropped")
def looks_points_up(points):
    left = [
        b
        for b in dict.fromkeys(points)
        if not any(a != b and a[0] <= b[0] and a[1] >= b[1] for a in points)
    ]
    return [points.index(point) for point in sorted(left)]


@wrong("pareto_front", says="no-better-in-one-stays")
def better_in_both(points):
    left = []
    for i, (size, accuracy) in enumerate(points):
        if not any(s < size and a > accuracy for s, a in points):
            left.append(i)
    return sorted(left, key=lambda i: points[i][0])


@wrong("pareto_front", says="better-in-either")
def better_in_one_is_enough(points):
    left = [
        i for i, (size, acc) in enumerate(points) if not any(s < size or a > acc for s, a in points)
    ]
    return sorted(left, key=lambda i: points[i][0])


@wrong("pareto_front", says="wrong-direction")
def takes_accuracy_for_an_error(points):
    def beats(a, b):
        return a != b and a[0] <= b[0] and a[1] <= b[1]

    left = [i for i, b in enumerate(points) if not any(beats(a, b) for a in points)]
    return sorted(left, key=lambda i: points[i][0])


@wrong("pareto_front", says="nothing-dropped")
def sorts_all(points):
    return np.argsort([size for size, _ in points], kind="stable").tolist()


@wrong("pareto_front", says="in-order-of-positions")
def forgets_to_sort(points):
    return [
        i
        for i, b in enumerate(points)
        if not any(a != b and a[0] <= b[0] and a[1] >= b[1] for a in points)
    ]


@wrong("pareto_front", says="from-the-largest")
def begins_with_the_most_accurate(points):
    order = sorted(range(len(points)), key=lambda i: (points[i][1], -points[i][0], -i))
    front, smallest = [], (float("inf"), None)
    for i in order[::-1]:
        if points[i][0] < smallest[0] or points[i] == smallest[1]:
            front.append(i)
            smallest = (points[i][0], points[i])
    ends = sorted(front, key=lambda i: (points[i][0], i))
    return ends[::-1]


@wrong("pareto_front", says="points-not-positions")
def returns_the_points(points):
    return [
        b
        for b in sorted(points)
        if not any(a != b and a[0] <= b[0] and a[1] >= b[1] for a in points)
    ]


@right("pareto_front")
def compares_all(points):
    def beats(a, b):
        return a[0] <= b[0] and a[1] >= b[1] and (a[0] < b[0] or a[1] > b[1])

    left = [i for i, b in enumerate(points) if not any(beats(a, b) for a in points)]
    return tuple(sorted(left, key=lambda i: points[i][0]))


@right("pareto_front")
def one_pass_that_keeps_equals(points):
    front = []
    for i in sorted(range(len(points)), key=lambda i: (points[i][0], -points[i][1], i)):
        if not front or points[i][1] > points[front[-1]][1] or points[i] == points[front[-1]]:
            front.append(i)
    return front


@right("pareto_front")
def with_arrays(points):
    table = np.array(points)
    no_worse = (table[:, None, 0] <= table[None, :, 0]) & (table[:, None, 1] >= table[None, :, 1])
    better = (table[:, None, 0] < table[None, :, 0]) | (table[:, None, 1] > table[None, :, 1])
    left = np.flatnonzero(~(no_worse & better).any(axis=0))
    return list(left[np.argsort(table[left, 0], kind="stable")])


@wrong("pareto_front", says="equal-points-dropped")
def drops_both_of_two_equals(points):
    front = []
    for i, (size, accuracy) in enumerate(points):
        others = (point for j, point in enumerate(points) if j != i)
        if not any(s <= size and a >= accuracy for s, a in others):
            front.append(i)
    return sorted(front, key=lambda i: points[i][0])


@wrong("pareto_front", says="equals-looked-up")
def names_the_first_of_equals(points):
    result = []
    for p in sorted(points, key=lambda p: p[0]):
        if not any(o[0] <= p[0] and o[1] >= p[1] and o != p for o in points):
            result.append(points.index(p))
    return result
