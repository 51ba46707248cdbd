"""Tickets and their controls at two budgets and four rates, and at four widths; on digits.

    python -m courseware.experiments --only ticket_rates_digits

takes about twelve minutes on one core that is free; an interrupted run goes on where it was. At
each rate and budget the tickets are searched anew, with that rate and that budget.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from statistics import fmean
from typing import Any

from courseware.chapters.c09_lottery_tickets.ticket_arms import (
    DENSE,
    SIGN_ARMS,
    TICKET,
    Plan,
    Run,
    starts_of_arms,
    tickets_and_controls,
    train_watched,
)
from courseware.experiments import records
from courseware.experiments.records import PACKAGES, Result
from courseware.subjects.data import Digits, digits
from courseware.subjects.models import mlp
from model_compression.masks import joined_mask

SIZES = (64, 64, 10)
ROUNDS = 3
RATE = 0.4
LEARNING_RATES = (0.002, 0.005, 0.0125, 0.03)
UPDATES = (300, 1200)
BATCH_SIZE = 32
WATCH_EVERY = 20
GOAL_AT = 100
"""Updates of the dense network whose validation loss is the goal of a race."""

WIDTHS = {16: 2, 32: 3, 64: 4, 128: 5}
"""Hidden units, and rounds of 50% that lead from them to 296 weights."""

WIDTH_RATES = (0.005, 0.0125)
"""Learning rates of the networks of several widths."""


def main() -> int:
    """Measure everything and write the figures as JSON."""
    options = records.options_of(
        "Lottery tickets at several rates.",
        seeds=(10, "number of networks"),
        width_seeds=(8, "number of networks of each width"),
    )
    settings = records.settings_of(
        options,
        PACKAGES,
        sizes=SIZES,
        rounds=ROUNDS,
        rate=RATE,
        learning_rates=LEARNING_RATES,
        updates=UPDATES,
        batch_size=BATCH_SIZE,
        watch_every=WATCH_EVERY,
        goal_at=GOAL_AT,
        widths=list(WIDTHS),
        width_rates=WIDTH_RATES,
    )
    data = digits()
    work = {
        f"{rate:g} {updates}": partial(measure, rate, updates, options.seeds, data)
        for updates in UPDATES
        for rate in LEARNING_RATES
    }
    tickets = [*work]
    widths = {
        f"widths {rate:g} {updates}": partial(by_width, rate, updates, options.width_seeds, data)
        for updates in UPDATES
        for rate in WIDTH_RATES
    }
    signs = {
        f"signs {rate:g} {updates}": partial(by_sign, rate, updates, options.seeds, data)
        for updates in UPDATES
        for rate in LEARNING_RATES
    }
    work |= widths | signs
    results = records.collect(work, settings, options.out)
    records.write(
        options.out,
        settings,
        runs={name: results[name] for name in tickets},
        by_width={name.removeprefix("widths "): results[name] for name in widths},
        by_sign={name.removeprefix("signs "): results[name] for name in signs},
    )
    return 0


def measure(learning_rate: float, updates: int, n_seeds: int, data: Digits) -> Result:
    """Tickets of every round and their controls, at one learning rate and one budget.

    Returns: "remaining", shares of the weights from dense on; "levels", as many: by arm
        "needed", updates to the validation loss that the dense network has after `GOAL_AT` (null
        if it was never seen); "loss", the last validation loss; "stop", updates until the lowest;
        "at_stop" and "at_end", percentages of the test digits that are right; one a seed each.
    """
    seeds = range(n_seeds)
    initials = [mlp(SIZES, seed).state_dict() for seed in seeds]
    plan = Plan(updates, learning_rate, BATCH_SIZE, WATCH_EVERY)
    levels = tickets_and_controls(initials, data, plan, rounds=ROUNDS, rate=RATE, seeds=seeds)
    dense = levels[0].runs[DENSE]
    goals = [run.losses[run.steps.index(GOAL_AT)] for run in dense]
    return {
        "remaining": [level.remaining for level in levels],
        "levels": [
            {arm: _summary(runs, goals) for arm, runs in level.runs.items()} for level in levels
        ],
    }


def by_width(learning_rate: float, updates: int, n_seeds: int, data: Digits) -> Result:
    """Tickets of as many weights out of narrow and wide networks; halved until 296 are left.

    Returns: by number of hidden units (as text) and of weights (as text): percentages of the test
        digits that are right at the end, one a seed. With 4 units it is the dense network, not
        pruned, that has 296 weights.
    """
    seeds = range(n_seeds)
    plan = Plan(updates, learning_rate, BATCH_SIZE, updates)
    found: Result = {}
    for width, rounds in {4: 0, **WIDTHS}.items():
        drawn = [mlp((64, width, 10), seed).state_dict() for seed in seeds]
        levels = tickets_and_controls(
            drawn, data, plan, rounds=rounds, rate=0.5, seeds=seeds, arms=(TICKET,)
        )
        found[str(width)] = {
            str(joined_mask(level.masks[0]).n_kept): [
                round(100 * run.accuracy_at_end, 3) for run in runs
            ]
            for level in levels
            for runs in level.runs.values()
        }
    return found


def by_sign(learning_rate: float, updates: int, n_seeds: int, data: Digits) -> Result:
    """The tickets of the last round, and what of their first weights is kept in `SIGN_ARMS`.

    The same search as in `measure`, so the ticket is the same, too.

    Returns: by arm, percentages of the test digits that are right at the end, one a seed.
    """
    seeds = range(n_seeds)
    plan = Plan(updates, learning_rate, BATCH_SIZE, updates)
    initials = [mlp(SIZES, seed).state_dict() for seed in seeds]
    levels = tickets_and_controls(
        initials, data, plan, rounds=ROUNDS, rate=RATE, seeds=seeds, arms=(TICKET,)
    )
    of_seeds = list(map(starts_of_arms, initials, levels[-1].masks, seeds))
    runs = dict(levels[-1].runs)
    for arm in SIGN_ARMS:
        runs[arm] = train_watched([starts[arm] for starts in of_seeds], data, plan, seeds)[1]
    return {arm: [round(100 * run.accuracy_at_end, 3) for run in of] for arm, of in runs.items()}


def _summary(runs: list[Run], goals: list[float]) -> Result:
    return {
        "needed": [
            needed if (needed := run.first_below(goal)) is None else round(needed, 2)
            for run, goal in zip(runs, goals, strict=True)
        ],
        "loss": [round(run.losses[-1], 5) for run in runs],
        "stop": [run.stop for run in runs],
        "at_stop": [round(100 * run.accuracy_at_stop, 3) for run in runs],
        "at_end": [round(100 * run.accuracy_at_end, 3) for run in runs],
    }


def figures(
    record: Mapping[str, Any], arm: str, level: int, updates: int, rate: float, what: str
) -> list[float]:
    """What was seen of an arm, one number a seed.

    Args:
        record: of this experiment.
        arm: "dense", which has one level only, or one of the other arms.
        level: rounds of pruning, from 1.
        updates: the budget, one of `UPDATES`.
        rate: the learning rate, one of `LEARNING_RATES`.
        what: "needed", "loss", "stop", "at_stop" or "at_end". Who never reached the goal is counted
            as one look later than the last.
    """
    of_level = record["runs"][f"{rate:g} {updates}"]["levels"][0 if arm == DENSE else level]
    never = updates + record["watch_every"]
    return [never if value is None else value for value in of_level[arm][what]]


def best_rate(
    record: Mapping[str, Any], arm: str, level: int, updates: int, by: str = "loss"
) -> float:
    """The learning rate at which an arm ends best on the average.

    `by` is "loss", the lowest on the validation digits, or "at_end", most of the test digits right:
    a choice in hindsight, which favours every arm.
    """
    sign = {"loss": 1, "at_end": -1}[by]
    rates: list[float] = record["learning_rates"]
    return min(rates, key=lambda rate: sign * fmean(figures(record, arm, level, updates, rate, by)))


if __name__ == "__main__":
    sys.exit(records.exit_code(main))
