"""What lecture 08 reads out of its record, as differences between arms and as rows of tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import fmean
from typing import Any

from courseware.chapters.c08_when_to_prune.experiments.moments_digits import (
    ALL_ARMS,
    accuracies,
    best_rate,
)
from courseware.chapters.c08_when_to_prune.pruning_moments import DENSE
from courseware.showing.say import signed
from courseware.showing.spread import ahead, is_above_zero

Row = dict[str, Any]
Record = Mapping[str, Any]
Setting = tuple[float, int]
"""Sparsity and number of updates."""


def settings(record: Record) -> list[Setting]:
    """Every sparsity with every budget."""
    return [
        (sparsity, updates) for updates in record["updates"] for sparsity in record["sparsities"]
    ]


def lead(
    record: Record, first: str, second: str, setting: Setting, rate: float | None = None
) -> list[float]:
    """Points by which one arm is ahead of another, one a network; each at its best rate if None."""
    ours, theirs = (accuracies(record, arm, *setting, rate) for arm in (first, second))
    return ahead(ours, theirs)


def leads(record: Record, first: str, second: str) -> dict[Setting, list[float]]:
    """As `lead`, in every setting, each arm at its best rate."""
    return {setting: lead(record, first, second, setting) for setting in settings(record)}


def ahead_in(record: Record, first: str, second: str) -> int:
    """In how many settings one arm is shown to be ahead of another."""
    found = leads(record, first, second).values()
    return sum(is_above_zero(points) is True for points in found)


def pair_rows(record: Record, pairs: Iterable[tuple[str, str]], updates: int) -> list[Row]:
    """Leads of one arm over another by sparsity at one budget, each arm at its best rate."""
    return [
        {"this": first, "minus this": second}
        | {
            f"{sparsity:.0%} pruned": signed(lead(record, first, second, (sparsity, updates)))
            for sparsity in record["sparsities"]
        }
        for first, second in pairs
    ]


def orders_told(record: Record, pairs: Iterable[tuple[str, str]]) -> str:
    """Whether one arm of a pair is clearly ahead at one budget, and clearly behind at another."""
    turned = []
    for first, second in pairs:
        answers: dict[float, set[bool | None]] = {}
        for (sparsity, _), points in leads(record, first, second).items():
            answers.setdefault(sparsity, set()).add(is_above_zero(points))
        turned += [
            f"{first} and {second} at {sparsity:.0%}"
            for sparsity, given in answers.items()
            if {True, False} <= given
        ]
    if turned:
        return f"The budget turns the order of {'; '.join(turned)}."
    return "The budget turns no order clearly; it changes how far apart the arms are."


def edges_told(record: Record) -> str:
    """How many arms do best at the smallest or the largest rate, so that one beyond may be better.

    Each arm counts once for each sparsity and budget.
    """
    edges = (min(record["rates"]), max(record["rates"]))
    best = [
        best_rate(record, arm, *setting)
        for arm in ALL_ARMS
        if arm != DENSE
        for setting in settings(record)
    ]
    n_at_edge = sum(rate in edges for rate in best)
    return f"In {n_at_edge} of {len(best)} cases the best rate is an edge of the grid."


def dearest(worth: Mapping[str, list[float]]) -> tuple[str, list[list[float]], list[float]]:
    """Which of several steps is worth most on the average, and how far it is ahead of the others.

    Args:
        worth: by step: points, one a network.
    Returns: its name, its points ahead of each other step, and of all others together.

    >>> dearest({"a": [1.0, 2.0], "b": [7.0, 6.0], "c": [4.0, 4.0]})
    ('b', [[6.0, 4.0], [3.0, 2.0]], [2.0, 0.0])
    """
    most = max(worth, key=lambda step: fmean(worth[step]))
    others = [points for step, points in worth.items() if step != most]
    together = [sum(points) for points in zip(*others, strict=True)]
    return most, [ahead(worth[most], points) for points in others], ahead(worth[most], together)
