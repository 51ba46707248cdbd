"""What lecture 09 reads out of its records, as differences between arms and as rows of tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import Any

from courseware.chapters.c09_lottery_tickets.experiments.ticket_rates_digits import (
    best_rate,
    figures,
)
from courseware.chapters.c09_lottery_tickets.ticket_arms import (
    ARMS,
    DENSE,
    RANDOM_MASK,
    REINIT,
    SIGN_ARMS,
    TICKET,
    Run,
)
from courseware.showing.say import interval, signed
from courseware.showing.spread import ahead, is_above_zero

ByArm = dict[str, list[Run]]
Row = dict[str, Any]
Record = Mapping[str, Any]
Setting = tuple[int, float | None]
"""Updates and learning rate; None: each arm at the rate that is best for it."""


def settings(record: Record) -> list[Setting]:
    """Every budget with every rate, and with each arm at its best."""
    rates = [*record["learning_rates"], None]
    return [(updates, rate) for updates in record["updates"] for rate in rates]


def lead(
    record: Record, setting: Setting, level: int, other: str, what: str = "at_end", by: str = "loss"
) -> list[float]:
    """By how much one arm is ahead of another in a setting, one number a seed.

    Args:
        record: of `ticket_rates_digits`.
        setting: one of `settings`.
        level: rounds of pruning.
        other: the arm that is taken away.
        what: as in `figures`.
        by: where each arm has its best rate, what that is judged by, as in `best_rate`.
    """
    updates, rate = setting
    ours, theirs = (
        figures(
            record,
            arm,
            level,
            updates,
            best_rate(record, arm, level, updates, by) if rate is None else rate,
            what,
        )
        for arm in (TICKET, other)
    )
    return ahead(ours, theirs)


def rate_rows(record: Record, level: int) -> list[Row]:
    """The ticket and its leads after the last update, one row a setting."""
    rows = []
    for updates, rate in settings(record):
        of_ticket = best_rate(record, TICKET, level, updates) if rate is None else rate
        row: Row = {"updates": updates, "rate": "each its best" if rate is None else f"{rate:g}"}
        row["ticket, %"] = interval(figures(record, TICKET, level, updates, of_ticket, "at_end"))
        for arm in (REINIT, RANDOM_MASK, DENSE):
            row[f"ahead of {arm}"] = signed(lead(record, (updates, rate), level, arm))
        rows.append(row)
    return rows


def best_rates_told(record: Record, level: int) -> str:
    """Which learning rates are best for any arm after each number of updates, of those tried."""
    told = []
    for updates in record["updates"]:
        best = {best_rate(record, arm, level, updates) for arm in (*ARMS, DENSE)}
        told.append(f"{' and '.join(f'{rate:g}' for rate in sorted(best))} ({updates:,} updates)")
    tried = record["learning_rates"]
    return f"{', '.join(told)}, out of {len(tried)} from {min(tried):g} to {max(tried):g}"


def after_the_stop(runs: Sequence[Run]) -> list[float]:
    """By how many points of accuracy each run is better at its end than at its early stop."""
    return [100 * (run.accuracy_at_end - run.accuracy_at_stop) for run in runs]


def width_leads(
    record: Record, wide: str, narrow: str
) -> dict[tuple[int, float, int], list[float]]:
    """Leads of tickets out of so many units over those out of fewer, of as many weights each.

    Returns: by weights that are left, learning rate and number of updates.
    """
    by_width = record["by_width"]
    return {
        (weights, rate, updates): ahead(
            *(by_width[f"{rate:g} {updates}"][units][str(weights)] for units in (wide, narrow))
        )
        for weights in (1184, 592, 296)
        for updates in record["updates"]
        for rate in record["width_rates"]
    }


def leads_as_long(record: Record) -> dict[float, list[float]]:
    """Leads of 128 units over 16 with 1,184 weights and as many updates in all, by learning rate.

    The wide network is trained four times until so few are left, the narrow one has no more.
    """
    by_width, (few, many) = record["by_width"], record["updates"]
    if many != 4 * few:
        raise ValueError(f"record: expected budgets of 1 to 4, got {few} and {many}")
    return {
        rate: ahead(by_width[f"{rate:g} {few}"]["128"]["1184"], narrow["16"]["1184"])
        for rate in record["width_rates"]
        for narrow in [by_width[f"{rate:g} {many}"]]
    }


def best_of_width(record: Record, units: str, weights: str) -> tuple[str, str, list[float]]:
    """Learning rate, updates and accuracies of networks where they do best, on the average.

    It is the test digits that choose, which favours these networks over what is beside them.
    """
    runs = {key: by_units[units][weights] for key, by_units in record["by_width"].items()}
    best = max(runs, key=lambda key: fmean(runs[key]))
    rate, updates = best.split()
    return rate, updates, runs[best]


def by_setting(
    record: Record, other: str, what: str = "at_end", level: int = 3
) -> dict[tuple[int, float], list[float]]:
    """Leads of the ticket over another arm, by budget and rate; fewer updates are a lead, too."""
    sign = -1 if what == "needed" else 1
    return {
        (updates, rate): [sign * x for x in lead(record, (updates, rate), level, other, what)]
        for updates, rate in settings(record)
        if rate is not None
    }


def sign_leads(record: Record, other: str) -> dict[tuple[int, float], list[float]]:
    """Leads of the ticket over an arm that keeps only a part of its first weights' values."""
    return {
        (updates, rate): ahead(of_arms[TICKET], of_arms[other])
        for updates, rate in settings(record)
        if rate is not None
        for of_arms in [record["by_sign"][f"{rate:g} {updates}"]]
    }


def sign_rows(record: Record) -> list[Row]:
    """The ticket's leads over `SIGN_ARMS` after the last update, one row a setting."""
    leads = {arm: sign_leads(record, arm) for arm in SIGN_ARMS}
    return [
        {"updates": updates, "rate": f"{rate:g}"}
        | {f"ahead of {arm}": signed(of_arm[updates, rate]) for arm, of_arm in leads.items()}
        for updates, rate in leads[SIGN_ARMS[0]]
    ]


def sure_in(cases: Mapping[Any, Sequence[float]], answer: bool = True) -> str:
    """In how many cases the answer is surely so.

    >>> sure_in({"a": [1.0, 1.1], "b": [-1.0, 1.0]})
    '1 of 2'
    """
    return f"{counted(cases)[0].count(answer)} of {len(cases)}"


def counted(cases: Mapping[Any, Sequence[float]]) -> tuple[list[bool | None], str]:
    """Whether each case is clearly ahead, and in how many it is.

    >>> counted({"a": [1.0, 1.1], "b": [-1.0, 1.0]})
    ([True, None], 'ahead in 1 of 2, behind in 0')
    """
    answers = [is_above_zero(values) for values in cases.values()]
    n_ahead, n_behind = answers.count(True), answers.count(False)
    return answers, f"ahead in {n_ahead} of {len(cases)}, behind in {n_behind}"


def earlier_stops(shares: Mapping[float, ByArm], other: str = DENSE) -> dict[float, list[float]]:
    """By how many percent the tickets stop earlier than another arm, by share of the weights."""
    return {
        share: [
            100 * (1 - run.stop / of_other.stop)
            for run, of_other in zip(arms[TICKET], arms[other], strict=True)
        ]
        for share, arms in _pruned(shares).items()
    }


def points_at_stop(shares: Mapping[float, ByArm]) -> dict[tuple[float, str], list[float]]:
    """Leads of the tickets at their early stop, by share of the weights and other arm."""
    return _points(shares, lambda run: run.accuracy_at_stop)


def points_at_end(shares: Mapping[float, ByArm]) -> dict[tuple[float, str], list[float]]:
    """Leads of the tickets after the last update, by share of the weights and other arm."""
    return _points(shares, lambda run: run.accuracy_at_end)


def against(points: Mapping[tuple[float, str], list[float]], arm: str) -> dict[float, list[float]]:
    """Of leads over all arms, those over one of them, by share of the weights."""
    return {share: leads for (share, other), leads in points.items() if other == arm}


def stop_rows(shares: Mapping[float, ByArm]) -> list[Row]:
    """The ticket at its early stop, one row a share of the weights."""
    points = points_at_stop(shares)
    return [
        {"left, %": f"{100 * share:.1f}", "stops earlier than dense, %": interval(earlier, 0)}
        | {f"ahead of {arm}": signed(points[share, arm], 2) for arm in (DENSE, REINIT, RANDOM_MASK)}
        for share, earlier in earlier_stops(shares).items()
    ]


def _points(
    shares: Mapping[float, ByArm], accuracy: Callable[[Run], float]
) -> dict[tuple[float, str], list[float]]:
    return {
        (share, arm): ahead(
            [accuracy(run) for run in arms[TICKET]], [accuracy(run) for run in runs], factor=100
        )
        for share, arms in _pruned(shares).items()
        for arm, runs in arms.items()
        if arm != TICKET
    }


def _pruned(shares: Mapping[float, ByArm]) -> dict[float, ByArm]:
    """All arms at each share of the weights below 1, the dense one beside them."""
    dense = shares[1.0][DENSE]
    return {share: arms | {DENSE: dense} for share, arms in shares.items() if share < 1}
