"""Which units to keep, and units against single weights at one size, on real digits.

    python -m courseware.experiments --only structured_digits

takes about nine minutes on one core that is free; an interrupted run goes on where it was. Every
arm is fine-tuned at the same four learning rates and looked at after the same two budgets of
updates, so that an arm can be compared at the rate that suits it best, by the validation digits.
The small network from scratch has three rates for its first half besides. Before fine-tuning,
criteria are compared with chance on more networks, plain and with the lost means folded in: the
mean of twenty draws for each; of these draws the first is fine-tuned.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import partial
from statistics import fmean
from typing import Any

from courseware.chapters.c07_structured_pruning.equal_size import (
    ARMS,
    BITMASK_IN_ROUNDS,
    FIRST_RATES,
    SCRATCH,
    STRUCTURED,
    by_chance,
    fine_tuned,
    fine_tuned_in_rounds,
    starts_of,
    trained_networks,
    unpruned,
)
from courseware.experiments import records
from courseware.experiments.records import PACKAGES, Result
from courseware.subjects.data import Digits, digits

SIZES = (64, 64, 64, 10)
KEEP = (0.5, 0.25, 0.125)
RATES = (0.002, 0.005, 0.0125, 0.03)
BUDGETS = (0, 100, 400)
WHOLE = "whole network"


def main() -> int:
    """Measure everything and write the figures as JSON."""
    options = records.options_of(
        "Units or single weights taken out of networks that read digits.",
        seeds=(10, "number of networks that are fine-tuned"),
        chance_seeds=(20, "number of networks that are compared with chance at once"),
        draws=(20, "of units by chance, for each of these"),
    )
    settings = records.settings_of(
        options, PACKAGES, sizes=SIZES, keep=KEEP, rates=RATES, budgets=BUDGETS
    )
    data = digits()
    work = {f"{rate:g}": partial(measure, rate, options.seeds, data) for rate in RATES}
    work["at once"] = partial(at_once, options.chance_seeds, options.draws, data)
    results = records.collect(work, settings, options.out)
    records.write(options.out, settings, at_once=results.pop("at once"), runs=results)
    return 0


def measure(rate: float, n_seeds: int, data: Digits) -> Result:
    """All arms at one learning rate, and the whole network.

    Returns: by share of the units (as text) and arm: "weights", those that are left of the first
        network, and by budget (as text) "validation" and "test", percentages of digits, one a seed.
        The whole network has the share 1.
    """
    seeds = range(n_seeds)
    states = trained_networks(SIZES, seeds, data)
    whole = fine_tuned([unpruned(state) for state in states], data, rate, BUDGETS, seeds)
    found: Result = {"1": {WHOLE: _rounded(whole)}}
    for keep in KEEP:
        found[f"{keep:g}"] = {}
        for arm in ARMS:
            starts, orders = starts_of(arm, states, data, keep, seeds, draws=1)
            weights = sum(int(mask.sum()) for mask in starts[0][1].values())
            if arm == BITMASK_IN_ROUNDS:  # what it prunes when depends on the budget
                seen = {
                    budget: fine_tuned_in_rounds(starts, data, rate, budget, orders)
                    for budget in BUDGETS
                    if budget
                }
            else:
                seen = fine_tuned(starts, data, rate, BUDGETS, orders)
            found[f"{keep:g}"][arm] = {"weights": weights} | _rounded(seen)
    return found


def at_once(n_seeds: int, draws: int, data: Digits) -> Result:
    """Units chosen by all criteria and by chance, plain and repaired, without fine-tuning.

    Returns: by share of the units (as text) and arm: percentages of the test digits, one a seed; by
        chance the mean over the draws.
    """
    seeds = range(n_seeds)
    states = trained_networks(SIZES, seeds, data)
    found: Result = {}
    for keep in KEEP:
        found[f"{keep:g}"] = {}
        for arm in STRUCTURED:
            n = draws if by_chance(arm) else 1
            starts, orders = starts_of(arm, states, data, keep, seeds, n)
            runs = fine_tuned(starts, data, 0.0, (0,), orders)[0]["test"]
            means = [round(fmean(runs[i : i + n]), 3) for i in range(0, len(runs), n)]
            found[f"{keep:g}"][arm] = means
    return found


def _rounded(seen: Mapping[int, Mapping[str, Sequence[float]]]) -> Result:
    """The same with budgets as text, for a record."""
    return {
        str(budget): {part: [round(value, 3) for value in runs] for part, runs in parts.items()}
        for budget, parts in seen.items()
    }


def accuracies(
    record: Mapping[str, Any], arm: str, keep: float, budget: int, rate: float | None = None
) -> list[float]:
    """Percentages of the test digits that an arm gets right, one a seed.

    Args:
        record: of this experiment.
        arm: one of `ARMS`, or `WHOLE`.
        keep: share of the units.
        budget: updates of fine-tuning, one of `BUDGETS`; in rounds not 0.
        rate: one of `RATES`, or None for the one that is best on the validation digits; from
            scratch, for the best of these and of the rates of the first half.
    """
    if rate is None and arm == SCRATCH:
        arm = best_scratch(record, keep, budget)
    chosen = best_rate(record, arm, keep, budget) if rate is None else rate
    tested: list[float] = _runs(record, arm, keep, chosen)[str(budget)]["test"]
    return tested


def best_scratch(record: Mapping[str, Any], keep: float, budget: int) -> str:
    """The arm from scratch whose first half has the rate that is best on the validation digits."""

    def watched(arm: str) -> float:
        return _validation(record, arm, keep, budget, best_rate(record, arm, keep, budget))

    return max(FIRST_RATES, key=watched)


def best_rate(record: Mapping[str, Any], arm: str, keep: float, budget: int) -> float:
    """The learning rate at which an arm gets most validation digits right, on the average."""
    rates: list[float] = record["rates"]
    return max(rates, key=lambda rate: _validation(record, arm, keep, budget, rate))


def _validation(
    record: Mapping[str, Any], arm: str, keep: float, budget: int, rate: float
) -> float:
    return fmean(_runs(record, arm, keep, rate)[str(budget)]["validation"])


def _runs(record: Mapping[str, Any], arm: str, keep: float, rate: float) -> Mapping[str, Any]:
    of_rate = record["runs"][f"{rate:g}"]
    runs: Mapping[str, Any] = of_rate["1" if arm == WHOLE else f"{keep:g}"][arm]
    return runs


if __name__ == "__main__":
    sys.exit(records.exit_code(main))
