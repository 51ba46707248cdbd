"""What else could be pruned, read out of the record of lecture 06: by lot, and each layer alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from courseware.chapters.c06_unstructured_pruning.experiments.pruning_digits import (
    ALONE_AT_ONCE,
    ALONE_STEPWISE,
    AT_ONCE,
    RANDOM,
)
from courseware.showing.say import signed
from courseware.showing.spread import ahead, is_above_zero

Record = Mapping[str, Any]


def control_lead(
    record: Record, sparsity: float, rate: str, arms: tuple[str, str], n_rounds: int
) -> list[float]:
    """Points by which the first of two arms is ahead of the second after so many rounds."""
    of_arms = record["by_control"][rate][str(sparsity)]
    first, second = ([run[n_rounds - 1] for run in of_arms[arm]] for arm in arms)
    return ahead(first, second, 100)


def control_rows(record: Record, few: int) -> list[dict[str, str]]:
    """Leads at each sparsity and rate, of few rounds and of all."""
    every, rows = record["rounds"], []
    for sparsity in record["control_sparsities"]:
        for rate in record["by_control"]:
            row = {"sparsity": f"{sparsity:.0%}", "rate": rate}
            for n in (few, every):
                points = control_lead(record, sparsity, rate, (AT_ONCE, RANDOM), n)
                row[f"at once − random, {n} rounds"] = signed(points)
            for name, arms in {
                "at once: together − each alone": (AT_ONCE, ALONE_AT_ONCE),
                "each alone: step by step − at once": (ALONE_STEPWISE, ALONE_AT_ONCE),
            }.items():
                points = control_lead(record, sparsity, rate, arms, every)
                row[f"{name}, {every} rounds"] = signed(points)
            rows.append(row)
    return rows


def over_random_told(record: Record, sparsity: float, few: int) -> str:
    """In how many settings at once is surely ahead of random weights, and in how many behind.

    The settings are few rounds and all, at every rate.
    """
    answers = [
        is_above_zero(control_lead(record, sparsity, rate, (AT_ONCE, RANDOM), n))
        for n in (few, record["rounds"])
        for rate in record["by_control"]
    ]
    n_ahead, n_behind = answers.count(True), answers.count(False)
    return f"at {sparsity:.0%} surely ahead in {n_ahead} of {len(answers)}, behind in {n_behind}"
