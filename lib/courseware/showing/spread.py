"""What several runs say together: a mean with its uncertainty, and whether it settles a question.

Runs that differ in their seed scatter. A difference counts as shown only if its 95% confidence
interval (Student's t) leaves 0 out; otherwise the answer is inconclusive.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from scipy.stats import t as student_t

_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Spread:
    """The mean of several runs, their standard deviation, and the half width of the 95% interval.

    Attributes:
        mean: average over the runs.
        deviation: how far single runs lie from it (sample standard deviation).
        margin: how far the mean itself may be off.
    """

    mean: float
    deviation: float
    margin: float


def spread(values: Sequence[float]) -> Spread:
    """Mean, standard deviation and 95% margin of the mean: t * deviation / sqrt(n).

    Raises: ValueError for fewer than two values, from which no spread can be told.

    >>> of_three = spread([1.0, 2.0, 3.0])
    >>> of_three.mean, of_three.deviation, round(of_three.margin, 3)
    (2.0, 1.0, 2.484)
    """
    values = list(values)
    if len(values) < 2:
        raise ValueError(f"values: expected 2 or more, got {len(values)}")
    deviation = stdev(values)
    factor = float(student_t.ppf((1 + _CONFIDENCE) / 2, len(values) - 1))
    return Spread(fmean(values), deviation, factor * deviation / math.sqrt(len(values)))


def is_above_zero(differences: Sequence[float]) -> bool | None:
    """Whether paired differences lie above 0: True or False if the 95% interval says so.

    None, inconclusive, if the interval holds 0.

    >>> is_above_zero([0.02, 0.03, 0.02]), is_above_zero([-0.02, -0.03, -0.02])
    (True, False)
    >>> print(is_above_zero([0.02, -0.03, 0.01]))
    None
    """
    of_mean = spread(differences)
    if abs(of_mean.mean) <= of_mean.margin:
        return None
    return of_mean.mean > 0


def ahead(first: Sequence[float], second: Sequence[float], factor: float = 1) -> list[float]:
    """By how much each run of one arm is ahead of the same run of another, times a factor.

    Raises: ValueError if the arms have not the same number of runs.

    >>> ahead([0.5, 0.75], [0.25, 0.75], factor=100)
    [25.0, 0.0]
    """
    if len(first) != len(second):
        raise ValueError(f"second: expected {len(first)} runs as in first, got {len(second)}")
    return [factor * (a - b) for a, b in zip(first, second, strict=True)]


def in_all(answers: Iterable[bool | None]) -> bool | None:
    """What answers in several settings (rates, budgets, sizes) say together.

    True or False if every one of them says so; None, inconclusive, as soon as one differs.

    Raises: ValueError without answers.

    >>> in_all([True, True]), in_all([False]), in_all([True, None]), in_all([True, False])
    (True, False, None, None)
    """
    found = set(answers)
    if not found:
        raise ValueError("answers: expected at least one, got none")
    return found.pop() if len(found) == 1 else None
