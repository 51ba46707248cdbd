"""What lecture 11 reads out of its record, as rows of tables."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Any

from courseware.chapters.c11_deep_compression.experiments.deep_compression_hundred import CONTEXTS
from courseware.chapters.c11_deep_compression.experiments.deep_compression_mnist import (
    ALL_ALONG,
    AT_ONCE,
    FLOAT,
    NEW_STEPS,
    OLD_STEPS,
    ON,
    ORDERED,
    SHARED,
    SPARSITIES,
    TOGETHER,
    UNSHIFTED,
    UNTRAINED,
    UNTRAINED_STEPS,
    arm_of,
    shared_arm,
)
from courseware.chapters.c11_deep_compression.files import PLACES, VALUES
from courseware.chapters.c11_deep_compression.results import (
    Record,
    accuracies,
    bound_bytes,
    factors,
    file_bytes,
    float_bytes,
    lost,
    plain_bytes,
    runs_of,
    times_smaller,
)
from courseware.chapters.c11_deep_compression.streams import BITS, CODERS, RANGE
from courseware.showing.say import interval, signed
from courseware.showing.spread import ahead

Row = dict[str, Any]

ORDERS = {
    "pruned first, then rounded": "",
    "rounded first, then pruned, rounded again with the old steps": f": {OLD_STEPS}",
    "the same, with new steps": f": {NEW_STEPS}",
    "rounded first, and all along": f": {ALL_ALONG}",
    "both at once": f": {TOGETHER}",
}
"""How an order is told → the end of its arm's name."""


def recipe_rows(record: Record) -> list[Row]:
    """How well the float network goes, by how it was trained."""
    first, more, _ = record["updates"]
    updates = {UNTRAINED: UNTRAINED_STEPS, UNSHIFTED: first, FLOAT: first, ON: first + more}
    told = {
        UNTRAINED: "briefly",
        UNSHIFTED: "longer, the rate falling",
        FLOAT: "the same, images shifted",
        ON: "and trained on",
    }
    return [
        {
            "trained": told[arm],
            "updates": updates[arm],
            "validation, %": interval(accuracies(record, arm, "validation")),
            "test, %": interval(accuracies(record, arm)),
        }
        for arm in told
    ]


def arm_rows(record: Record, arms: Sequence[str]) -> list[Row]:
    """Bytes, factor and loss of arms: with whole bits, and with the range coder."""
    return [
        {
            "arm": arm,
            "bytes, whole bits": round(fmean(file_bytes(record, arm, BITS))),
            "range coder": round(fmean(file_bytes(record, arm, RANGE))),
            "× smaller": f"{times_smaller(record, arm):.0f}",
            "points lost": signed(lost(record, arm)),
        }
        for arm in arms
    ]


def hundred_rows(record: Record, arms: Sequence[str]) -> list[Row]:
    """Bytes of arms with the plain range coder and, where there are any, by contexts; the loss."""
    rows: list[Row] = []
    for arm in arms:
        plain, smallest = plain_bytes(record, arm), file_bytes(record, arm)
        row: Row = {"arm": arm, "range coder": round(fmean(plain))}
        row["by contexts"] = None if smallest == plain else round(fmean(smallest))
        row |= {"× smaller": f"{times_smaller(record, arm):.1f}"}
        rows.append(row | {"points lost": signed(lost(record, arm), 2)})
    return rows


def ahead_of(record: Record, arm: str, other: str) -> list[float]:
    """By how many points an arm is ahead of another, on the networks that had both, one a seed."""
    of_other = accuracies(record, other)
    return ahead(accuracies(record, arm)[: len(of_other)], of_other)


def saved_by_contexts(record: Record, arm: str) -> float:
    """The share of the range coder's bytes that contexts save."""
    return 1 - fmean(file_bytes(record, arm)) / fmean(plain_bytes(record, arm))


def bits_by_contexts(record: Record, arm: str) -> dict[str, float]:
    """Bits that the place and the value of a kept weight take in the file by contexts: means."""
    runs = runs_of(record, arm)
    return {
        use: fmean(8 * run["parts"][CONTEXTS][use] / run["kept"] for run in runs)
        for use in (PLACES, VALUES)
    }


def coder_rows(record: Record, arms: Sequence[str]) -> list[Row]:
    """Files of some arms with each coder, and what the entropy of their codes asks for."""
    return [
        {"arm": arm, "entropy": round(fmean(bound_bytes(record, arm)))}
        | {coder: round(fmean(file_bytes(record, arm, coder))) for coder in CODERS}
        for arm in arms
    ]


def below_entropy(record: Record, arms: Sequence[str]) -> dict[str, float]:
    """Arms whose range-coded file is below the entropy of single codes → by which share of it."""
    shares = {
        arm: 1 - fmean(file_bytes(record, arm, RANGE)) / fmean(bound_bytes(record, arm))
        for arm in arms
    }
    return {arm: share for arm, share in shares.items() if share > 0}


def grids_beside_shared(record: Record) -> dict[str, tuple[str, float, list[float]]]:
    """Arms with a table → the grid of ±3 that is pruned as much, and how the two compare.

    Of the grid: by how many bytes it is smaller on average; of the table: the points ahead.
    """
    found = {}
    for sparsity in SHARED:
        arm, grid = shared_arm(sparsity), arm_of(sparsity, 3)
        smaller = fmean(file_bytes(record, arm)) - fmean(file_bytes(record, grid))
        found[arm] = grid, smaller, ahead(accuracies(record, arm), accuracies(record, grid))
    return found


def product_rows(record: Record, levels: int = 3) -> list[Row]:
    """What pruning and rounding save alone, their product, and what both save."""
    rows = []
    for coder in (BITS, RANGE):
        for sparsity in SPARSITIES:
            found = factors(record, sparsity, levels, coder)
            titles = ("pruning", f"rounding to ±{levels}", "product", "measured")
            row = {"pruned": f"{sparsity:.0%}", "coder": coder}
            rows.append(row | {t: f"{x:.1f}" for t, x in zip(titles, found, strict=True)})
    return rows


def order_rows(record: Record) -> list[Row]:
    """What each order loses, at as many updates, against the float network trained on."""
    rows = []
    for told, end in ORDERS.items():
        row: Row = {"order": told}
        for sparsity, levels in ORDERED.items():
            name = arm_of(sparsity, levels)
            row[f"{name}, points lost"] = signed(lost(record, name + end))
        rows.append(row)
    return rows


def order_ahead(record: Record, end: str, sparsity: float) -> list[float]:
    """By how many points pruning first is ahead of another order, one a seed."""
    name = arm_of(sparsity, ORDERED[sparsity])
    return ahead(accuracies(record, name), accuracies(record, name + end))


def won_back(record: Record, sparsity: float) -> list[float]:
    """Points that new steps are ahead of the old ones, where rounding came first, one a seed."""
    name = arm_of(sparsity, ORDERED[sparsity])
    return ahead(
        accuracies(record, f"{name}: {NEW_STEPS}"), accuracies(record, f"{name}: {OLD_STEPS}")
    )


def at_once_rows(record: Record) -> list[Row]:
    """Rounding without training, and with the rounding in the loop."""
    rows = []
    for levels in AT_ONCE:
        arm = arm_of(0.0, levels)
        row: Row = {"grid": f"±{levels}", "bits": (2 * levels).bit_length()}
        row["at once, points lost"] = signed(lost(record, f"±{levels}, at once"))
        trained = arm in record["runs"][0]
        row["in the loop, points lost"] = signed(lost(record, arm)) if trained else None
        rows.append(row)
    return rows


def float_row(record: Record) -> Row:
    """The float network that all is compared with."""
    return {
        "arm": ON,
        "bytes": float_bytes(record),
        "test, %": interval(accuracies(record, ON)),
    }
