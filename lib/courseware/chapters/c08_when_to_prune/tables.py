"""What lecture 08 reads out of its record, as differences between arms and as rows of tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from courseware.chapters.c08_when_to_prune.experiments.moments_digits import accuracies
from courseware.showing.say import signed
from courseware.showing.spread import ahead

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
