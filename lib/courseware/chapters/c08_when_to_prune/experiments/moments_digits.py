"""Before, during or after training, at two budgets and five learning rates, on real digits.

    python -m courseware.experiments --only moments_digits

takes about ten minutes on one core that is free; an interrupted run goes on where it was. All
arms of `pruning_moments` are trained at every rate, so that each can be compared at the rate that
suits it best, by the validation digits.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from statistics import fmean
from typing import Any

from courseware.chapters.c08_when_to_prune.pruning_moments import (
    ARMS,
    DENSE,
    EARLY_CUT,
    EARLY_ROUNDS,
    SHUFFLED,
    SHUFFLED_PER_INPUT,
    SNIP_IN_CUTS,
    STRAIGHT,
    Budget,
    train_arms,
)
from courseware.experiments import records
from courseware.experiments.records import PACKAGES, Result
from courseware.subjects.data import Digits, digits
from courseware.subjects.models import mlp

SIZES = (64, 64, 10)
SPARSITIES = (0.9, 0.98)
RATES = (0.0008, 0.002, 0.005, 0.0125, 0.03)
STRETCHES = 10
UPDATES = (400, 1600)
ALL_ARMS = (
    *(DENSE, *ARMS, SHUFFLED, SHUFFLED_PER_INPUT),
    *(SNIP_IN_CUTS, EARLY_ROUNDS, EARLY_CUT, STRAIGHT),
)


def main() -> int:
    """Measure everything and write the figures as JSON."""
    options = records.options_of(
        "When to prune networks that read digits.", seeds=(10, "of networks")
    )
    settings = records.settings_of(
        options, PACKAGES, sizes=SIZES, sparsities=SPARSITIES, rates=RATES, updates=UPDATES
    )
    data = digits()
    work = {
        f"{rate:g} {updates}": partial(measure, rate, updates, options.seeds, data)
        for updates in UPDATES
        for rate in RATES
    }
    results = records.collect(work, settings, options.out)
    records.write(options.out, settings, runs=results)
    return 0


def measure(rate: float, updates: int, n_seeds: int, data: Digits) -> Result:
    """All arms at one learning rate and one budget.

    Returns: by arm and sparsity (as text; "0" if dense): "validation" and "test", percentages of
        digits that are right after the last update, one a seed.
    """
    seeds = range(n_seeds)
    initials = [mlp(SIZES, seed).state_dict() for seed in seeds]
    budget = Budget(STRETCHES, updates // STRETCHES, rate)
    found = train_arms(initials, data, budget, ALL_ARMS, SPARSITIES, seeds)
    return {
        arm: {
            f"{sparsity:g}": {
                "validation": [round(100 * run.validation[-1], 3) for run in runs],
                "test": [round(100 * run.test, 3) for run in runs],
            }
            for sparsity, runs in by_sparsity.items()
        }
        for arm, by_sparsity in found.items()
    }


def accuracies(
    record: Mapping[str, Any], arm: str, sparsity: float, updates: int, rate: float | None = None
) -> list[float]:
    """Percentages of the test digits that an arm gets right, one a seed.

    Args:
        record: of this experiment.
        arm: one of `ALL_ARMS`.
        sparsity: one of `SPARSITIES`; 0 for the dense arm, which takes any.
        updates: one of `UPDATES`.
        rate: one of `RATES`, or None for the one that is best on the validation digits.
    """
    chosen = best_rate(record, arm, sparsity, updates) if rate is None else rate
    tested: list[float] = _runs(record, arm, sparsity, updates, chosen)["test"]
    return tested


def best_rate(record: Mapping[str, Any], arm: str, sparsity: float, updates: int) -> float:
    """The learning rate at which an arm gets most validation digits right, on the average."""
    rates: list[float] = record["rates"]
    return max(rates, key=lambda r: fmean(_runs(record, arm, sparsity, updates, r)["validation"]))


def _runs(
    record: Mapping[str, Any], arm: str, sparsity: float, updates: int, rate: float
) -> Mapping[str, list[float]]:
    of_arm: Mapping[str, Mapping[str, list[float]]] = record["runs"][f"{rate:g} {updates}"][arm]
    return of_arm["0" if arm == DENSE else f"{sparsity:g}"]


if __name__ == "__main__":
    sys.exit(records.exit_code(main))
