"""The Pareto front: what no other compromise beats (chapter 11).

Two things are wanted of a compressed model that pull apart: few bytes and a high accuracy. One
point (size, accuracy) dominates another if it is no larger and no less accurate, and better in at
least one of the two. The front are the points that no other point dominates: only among them there
is a choice to make.
"""

from collections.abc import Iterable
from typing import Any

from model_compression._validation import checked_number, shown


def pareto_front(points: Iterable[tuple[float, float]]) -> list[int]:
    """Positions of the points that no other point dominates, from the smallest size up.

    a dominates b: size_a <= size_b and accuracy_a >= accuracy_b, one of them strictly. Equal points
    do not dominate each other: all of them stay, by position.

    Args:
        points: pairs (size, accuracy) of finite numbers, at least one pair. Small sizes and large
            accuracies are wanted, in any unit.
    Returns: list of ints, positions in `points`; of equal sizes the first position first.
    Raises: ValueError for no points, and for what is no pair of finite numbers.

    >>> pareto_front([(400, 0.9), (100, 0.7), (200, 0.6), (100, 0.7), (400, 0.8)])
    [1, 3, 0]

    Source: V. Pareto 1906, Manuale di economia politica; Kung, Luccio & Preparata 1975, On Finding
    the Maxima of a Set of Vectors (sort, then one pass).
    """
    pairs = _checked_points(points)
    front: list[int] = []
    best, smallest_with_it = float("-inf"), float("inf")
    for position in sorted(range(len(pairs)), key=lambda i: (pairs[i][0], -pairs[i][1])):
        size, accuracy = pairs[position]
        if accuracy > best:
            best, smallest_with_it = accuracy, size
        if (size, accuracy) == (smallest_with_it, best):
            front.append(position)
    return front


def _checked_points(points: Any) -> list[tuple[float, float]]:
    expected = "points: expected pairs (size, accuracy) of finite numbers, at least one"
    try:
        pairs = [tuple(point) for point in points]
    except TypeError:
        raise ValueError(f"{expected}, got {shown(points)}") from None
    if not pairs or any(len(pair) != 2 for pair in pairs):
        raise ValueError(f"{expected}, got {shown(points)}")
    low = float("-inf")
    return [
        (
            checked_number(size, "a size in points", low),
            checked_number(accuracy, "an accuracy in points", low),
        )
        for size, accuracy in pairs
    ]
