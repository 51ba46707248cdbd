"""What lecture 07 reads out of its record and its times, as rows of tables."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

import torch
from torch.nn.functional import batch_norm, conv2d

from courseware.chapters.c07_structured_pruning.equal_size import (
    BITMASK_IN_ROUNDS,
    CHANCE,
    NORM,
    REPAIRED,
    SCRATCH,
    UNSTRUCTURED,
    WEIGHTS,
    fine_tuned,
    unpruned,
)
from courseware.chapters.c07_structured_pruning.experiments.structured_digits import (
    WHOLE,
    accuracies,
)
from courseware.chapters.c07_structured_pruning.latency import (
    CSR,
    STRUCTURED,
    ZEROS,
    Latency,
    state_bytes,
)
from courseware.chapters.c07_structured_pruning.unit_pruning import (
    CRITERIA,
    lost_shift,
    random_scores,
    unit_scores,
)
from courseware.showing.say import interval, signed
from courseware.showing.spread import ahead, is_above_zero
from courseware.subjects.data import Digits
from courseware.subjects.models import network_of

Row = dict[str, Any]
State = Mapping[str, torch.Tensor]
Record = Mapping[str, Any]

N_WEIGHTS = 64 * 64 + 64 * 64 + 64 * 10
"""Of the recorded networks, 64-64-64-10."""

_LOG_2 = math.log(2)
_LOG_5_PERCENT = math.log(1.05)

_WORDS = {True: "yes", None: "inconclusive", False: "no"}


def shape_rows(before: Sequence[State], after: Sequence[State]) -> list[Row]:
    """What became of every tensor of convolution, batch norm and convolution in a surgery."""
    rows: list[Row] = []
    names = ("convolution 1", "batch norm 1", "convolution 2")
    for name, old, new in zip(names, before, after, strict=True):
        for key in old:
            if old[key].dim() > 0:
                shapes = [" × ".join(map(str, state[key].shape)) for state in (old, new)]
                gone = old[key].numel() - new[key].numel()
                row = {"layer": name, "tensor": key, "before": shapes[0], "after": shapes[1]}
                rows.append(row | {"numbers gone": gone})
    return rows


def outcome(parts: Sequence[State], pictures: torch.Tensor) -> tuple[bool, str]:
    """Whether convolution, batch norm, ReLU and convolution run with these states; torch's words.

    >>> parts = [torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2), torch.nn.Conv2d(3, 1, 3)]
    >>> runs, words = outcome([part.state_dict() for part in parts], torch.zeros(1, 1, 8, 8))
    >>> runs, "to have 3 channels, but got 2 channels" in words
    (False, True)
    """
    first, norm, second = parts
    try:
        x = conv2d(pictures, first["weight"], first["bias"], padding=1)
        x = batch_norm(x, norm["running_mean"], norm["running_var"], norm["weight"], norm["bias"])
        x = conv2d(x.relu(), second["weight"], second["bias"], padding=1)
    except RuntimeError as error:
        return False, str(error).splitlines()[0]
    return True, f"runs, {tuple(x.shape)}"


def mistake_rows(
    mistakes: Mapping[str, Callable[[State], tuple[State, State]]],
    states: Sequence[State],
    data: Digits,
    steps: int,
) -> list[Row]:
    """What a mistake costs at once and after fine-tuning, and whether masking notices it.

    Args:
        mistakes: by name, the first is none: makes of a network the small one, and the large one
            with the same units silenced.
        states: of the networks.
        data: trained on `train`, judged on `test`.
        steps: of fine-tuning, at 0.005.
    """
    rows = []
    for name, make in mistakes.items():
        pairs = [make(state) for state in states]
        starts = [unpruned(small) for small, _ in pairs]
        seen = fine_tuned(starts, data, 0.005, (0, steps), range(len(states)))
        off = max(_off(small, large, data.test_images) for small, large in pairs)
        row = {"mistake": name} | {
            title: interval(seen[step]["test"])
            for title, step in (("at once, %", 0), (f"after {steps} updates, %", steps))
        }
        rows.append(row | {"off by, against masking": f"{off:.2g}"})
    return rows


@torch.no_grad()
def _off(small: State, large: State, images: torch.Tensor) -> float:
    ours, theirs = (network_of(state)(images) for state in (small, large))
    return ((ours - theirs).norm() / theirs.norm()).item()


def against_chance(
    record: Record, arm: str, keep: float, budget: int = 0, suffix: str = ""
) -> list[float]:
    """Points by which chosen units are ahead of units drawn by chance, one a network.

    Before fine-tuning, budget 0, chance is the mean of many draws, and there are more networks;
    both arms have the suffix then, `FOLDED` or none.
    """
    if budget == 0:
        of_keep = record["at_once"][f"{keep:g}"]
        return ahead(of_keep[arm + suffix], of_keep[CHANCE + suffix])
    ours, chance = (accuracies(record, name, keep, budget) for name in (arm, CHANCE))
    return ahead(ours, chance)


def chance_rows(record: Record, settings: Iterable[tuple[float, int]]) -> list[Row]:
    """One row a criterion, one column for each share of the units and budget of fine-tuning."""
    return [
        {"criterion minus chance": criterion}
        | {
            f"{keep:.1%} kept, {budget} updates": signed(
                against_chance(record, criterion, keep, budget)
            )
            for keep, budget in settings
        }
        for criterion in CRITERIA
    ]


def repair_rows(record: Record, keeps: Iterable[float]) -> list[Row]:
    """Accuracy at once of every choice of units, plain and repaired, and what the repair adds."""
    rows: list[Row] = []
    for repaired, plain in REPAIRED.items():
        row: Row = {"units kept": plain}
        for keep in keeps:
            of_keep = record["at_once"][f"{keep:g}"]
            row[f"{keep:.0%} kept, plain, %"] = interval(of_keep[plain])
            row[f"{keep:.0%} kept, repaired, %"] = interval(of_keep[repaired])
            row[f"{keep:.0%} kept, points"] = signed(ahead(of_keep[repaired], of_keep[plain]))
        rows.append(row)
    return rows


def lost_shifts(
    states: Sequence[State], images: torch.Tensor, keep: float, draws: int = 8
) -> dict[str, list[float]]:
    """`lost_shift` by criterion, and by chance as the mean of some draws; one a network."""
    shifts = {
        name: [
            lost_shift(state, images, unit_scores(state, images, name), keep) for state in states
        ]
        for name in CRITERIA
    }
    shifts[CHANCE] = [
        fmean(lost_shift(state, images, random_scores(state, d), keep) for d in range(draws))
        for state in states
    ]
    return shifts


def size_rows(record: Record, budget: int) -> list[Row]:
    """What the best whole units (L2 norm) are ahead of every other way, by size."""
    others = (*UNSTRUCTURED, BITMASK_IN_ROUNDS, SCRATCH)
    rows = [{"L2 norm minus": arm} for arm in others]
    for row, arm in zip(rows, others, strict=True):
        for keep in record["keep"]:
            row[f"{keep:.1%} of the units"] = signed(units_ahead_of(record, arm, keep, budget))
    return rows


def units_ahead_of(
    record: Record, arm: str, keep: float, budget: int, rate: float | None = None
) -> list[float]:
    """Points by which units chosen by L2 norm are ahead of another arm, one a network.

    Args:
        record: of `structured_digits`.
        arm: the other one.
        keep: share of the units.
        budget: updates of fine-tuning.
        rate: learning rate of both; None: each at its best.
    """
    ours, theirs = (accuracies(record, name, keep, budget, rate) for name in (NORM, arm))
    return ahead(ours, theirs)


def leads_of_units(record: Record, arm: str) -> dict[tuple[str, str], list[float]]:
    """`units_ahead_of` an arm at every size and after every budget of fine-tuning."""
    return {
        (f"{keep:.1%}", f"{budget} updates"): units_ahead_of(record, arm, keep, budget)
        for keep in record["keep"]
        for budget in record["budgets"]
        if budget
    }


def tally(answers: Iterable[bool | None]) -> str:
    """How often the answer was yes, inconclusive and no.

    >>> tally([True, True, None]), tally([False, False])
    ('2 yes, 1 inconclusive', '2 no')
    """
    counts = Counter(answers)
    return ", ".join(f"{counts[a]} {word}" for a, word in _WORDS.items() if counts[a])


def ten_cells(
    record: Record, budget: int, latency: Latency, coupling: tuple[str, str]
) -> list[Row]:
    """The slide's ten cells: each statement as a number, and how many cases fulfil it.

    Args:
        record: of `structured_digits`.
        budget: updates of fine-tuning.
        latency: of the wide network.
        coupling: what was measured for the last claim, unstructured and structured.
    """
    keeps, batches = record["keep"], list(latency.times)
    whole = state_bytes(latency.networks[ZEROS, keeps[0]])

    def minor(arm: str) -> str:
        lost = {
            k: ahead(accuracies(record, WHOLE, k, budget), accuracies(record, arm, k, budget))
            for k in keeps
        }
        return tally(is_above_zero([1 - value for value in lost[k]]) for k in keeps)

    def faster(way: str, limit: float) -> list[bool | None]:
        return [
            is_above_zero([log - limit for log in latency.log_speedups(batch, way, keep)])
            for batch in batches
            for keep in keeps
        ]

    def smaller_and_faster(way: str) -> str:
        small = [state_bytes(latency.networks[way, k]) <= whole / 2 for _ in batches for k in keeps]
        fast = faster(way, _LOG_2)
        return tally(f if s else False for s, f in zip(small, fast, strict=True))

    claims = {
        "High sparsity with minor accuracy drop": (
            ("Yes", "less than a point lost: " + minor(WEIGHTS)),
            ("Hard", "less than a point lost: " + minor(NORM)),
        ),
        "Speedup w/o specific hardware": (
            ("Hard", "faster with CSR software: " + tally(faster(CSR, _LOG_5_PERCENT))),
            ("Yes", "faster: " + tally(faster(STRUCTURED, _LOG_5_PERCENT))),
        ),
        "Speedup w/o specific software": (
            ("Hard", "faster with dense matrices: " + tally(faster(ZEROS, _LOG_5_PERCENT))),
            ("Yes", "faster: " + tally(faster(STRUCTURED, _LOG_5_PERCENT))),
        ),
        "Really compressed with significant acceleration": (
            ("Hard", "half the bytes, twice as fast, CSR: " + smaller_and_faster(CSR)),
            ("Yes", "half the bytes, twice as fast: " + smaller_and_faster(STRUCTURED)),
        ),
        "Structure coupling": (("No", coupling[0]), ("Yes", coupling[1])),
    }
    return [
        {"claim": claim, "way": way, "the slide says": said, "measured": measured}
        for claim, of_ways in claims.items()
        for way, (said, measured) in zip(("unstructured", "structured"), of_ways, strict=True)
    ]
