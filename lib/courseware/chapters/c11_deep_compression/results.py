"""What lecture 11 reads out of its record: accuracies, bytes, and what an arm has lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from courseware.chapters.c11_deep_compression.experiments import deep_compression_hundred as hundred
from courseware.chapters.c11_deep_compression.experiments import deep_compression_waves as waves
from courseware.chapters.c11_deep_compression.experiments.deep_compression_mnist import (
    FLOAT,
    LEVELS,
    LONGER_ON,
    ON,
    SPARSITIES,
    UNSHIFTED,
    UNTRAINED,
    arm_of,
)
from courseware.chapters.c11_deep_compression.files import FLOAT16, FLOAT32
from courseware.chapters.c11_deep_compression.streams import BITS, CODERS, RANGE
from courseware.showing.claims import Arm, Compared
from courseware.showing.spread import ahead, spread
from model_compression.pareto import pareto_front

Record = Mapping[str, Any]

UNEQUAL = (UNTRAINED, UNSHIFTED, FLOAT)
"""Arms that had fewer updates, or other images: none of them takes part in comparisons."""

GRID = {(s, k): arm_of(s, k) for s in (0.0, *SPARSITIES) for k in (0, *LEVELS)}
"""Sparsity and levels (0: float16) → the arm; all combinations were run."""

CONTROLS = {
    "runs": ON,
    "longer": LONGER_ON,
    "hundred": hundred.ON,
    "waves": waves.ON,
    "better": waves.BETTER_ON,
}
"""Networks of a record → the float network that was trained on for as many updates as they were,
by the same recipe."""

FIRST_SEEDS = {
    "runs": 0,
    "longer": 0,
    "hundred": hundred.FIRST_SEED,
    "waves": waves.FIRST_SEED,
    "better": waves.FIRST_SEED,
}
"""Networks of a record → the seed of the first of them."""

OTHERWISE = ("better",)
"""Networks that were trained by another recipe: none of them takes part in comparisons of arms."""

TRIES = {hundred.CHOSEN: "second try", waves.WAVES: "third try"}
"""Arms that are over a hundred times smaller → what pictures call them."""

TOLERATED = 1.0
"""Points that a loss may be, at the worse end of its interval, to go for none: ten digits."""


def with_arms(record: Record, other: Record) -> Record:
    """A record with the arms of another one beside its own, network by network."""
    runs = [mine | theirs for mine, theirs in zip(record["runs"], other["runs"], strict=True)]
    return {**record, "runs": runs}


def with_networks(record: Record, second: Record, third: Record) -> Record:
    """A record with the networks of the two last experiments, of other seeds, beside its own."""
    more = {"hundred": second["runs"], "waves": third["runs"], "better": third["better"]}
    return {**record, **more}


def arms_of(record: Record) -> list[str]:
    """All arms that have a control with as many updates: those that were compressed longer, too."""
    found = [arm for arm in record["runs"][0] if arm not in UNEQUAL]
    others = [networks for networks in CONTROLS if networks not in ("runs", *OTHERWISE)]
    more = [arm for networks in others for arm in record.get(networks, [{}])[0]]
    return found + [arm for arm in more if arm not in CONTROLS.values()]


def networks_of(record: Record, arm: str) -> str:
    """Among which networks of a record an arm is: one of `CONTROLS`."""
    return next(networks for networks in CONTROLS if arm in record.get(networks, [{}])[0])


def runs_of(record: Record, arm: str) -> list[dict[str, Any]]:
    """What was found of an arm, one a seed; some arms were run on the first networks only."""
    return [run[arm] for run in record[networks_of(record, arm)] if arm in run]


def accuracies(record: Record, arm: str, part: str = "test") -> list[float]:
    """Percentages of the digits that an arm gets right, one a seed."""
    return [run[part] for run in runs_of(record, arm)]


def updates_of(record: Record, arm: str) -> int:
    """Updates of an arm and of its control, those of the float network that it began with too."""
    first, more, longer = record["updates"]
    return int(first + (more if networks_of(record, arm) == "runs" else longer))


def file_bytes(record: Record, arm: str, coder: str = RANGE) -> list[int]:
    """Bytes of the smallest file of an arm with a coder, one a seed."""
    files = (run["files"].values() for run in runs_of(record, arm))
    return [min(of_form[coder] for of_form in one if coder in of_form) for one in files]


def plain_bytes(record: Record, arm: str) -> list[int]:
    """Bytes of the smallest file of an arm with the range coder whose shares stand in front."""
    files = (run["files"].items() for run in runs_of(record, arm))
    return [
        min(sizes[RANGE] for form, sizes in one if form != hundred.CONTEXTS and RANGE in sizes)
        for one in files
    ]


def smallest_bytes(record: Record, arm: str) -> list[int]:
    """Bytes with whichever coder makes the smallest file."""
    return [min(sizes) for sizes in zip(*(file_bytes(record, arm, c) for c in CODERS), strict=True)]


def float_bytes(record: Record, form: str = FLOAT32) -> int:
    """Bytes of the float network; the same for all seeds."""
    sizes = {run[ON]["files"][form][BITS] for run in record["runs"]}
    (size,) = sizes
    return size


def times_smaller(record: Record, arm: str, coder: str = RANGE) -> float:
    """How many times smaller than float32, by the mean of the bytes."""
    return float_bytes(record) / fmean(file_bytes(record, arm, coder))


def lost(record: Record, arm: str, part: str = "test") -> list[float]:
    """Points that an arm has lost against the float network that was trained on as long."""
    control = CONTROLS[networks_of(record, arm)]
    of_arm = accuracies(record, arm, part)
    return ahead(accuracies(record, control, part)[: len(of_arm)], of_arm)


def beside_float(record: Record, arm: str) -> Compared:
    """What a verdict on the points rests on that an arm lost: the arm, and its float network."""
    updates, size = updates_of(record, arm), fmean(file_bytes(record, arm))
    return Compared(
        [
            Arm(f"“{arm}”", updates=updates, n_bytes=size),
            Arm("float trained on", updates=updates, n_bytes=float_bytes(record)),
        ],
        seeds=len(lost(record, arm)),
        unequal="Bytes are what is asked for. One rate; the arm was chosen on other splits.",
    )


def below_best(record: Record, arm: str) -> list[float]:
    """Points that an arm is below the float network of the better recipe, of its seed."""
    best = accuracies(record, waves.BETTER_ON)
    return ahead(best, accuracies(record, arm)[: len(best)])


def by_training(record: Record, levels: int) -> list[float]:
    """Points by which a grid in the loop is ahead of the same grid at once; nothing is pruned."""
    arm = arm_of(0.0, levels)
    return ahead(accuracies(record, arm), accuracies(record, f"±{levels}, at once"))


def best_within(record: Record, kind: str, n_bytes: float) -> str | None:
    """Of the first networks the best arm of a kind in no more bytes, by the validation digits.

    Args:
        record: with the arms of all widths.
        kind: how the names of its arms begin: "wide", or "narrow" for one hidden layer.
        n_bytes: with the range coder, means over the seeds.
    Returns: the arm, or None if all of the kind are larger.
    """
    fitting = [
        arm
        for arm in record["runs"][0]
        if arm.startswith(kind) and fmean(file_bytes(record, arm)) <= n_bytes
    ]
    judged = {arm: fmean(accuracies(record, arm, "validation")) for arm in fitting}
    return max(judged, key=judged.__getitem__) if judged else None


def large_over_narrow(record: Record) -> dict[float, tuple[str, str, list[float]]]:
    """Points that the large network is ahead of one hidden layer, each with its best that fits.

    Sizes at which another arm becomes the best of its side, up to the largest rounded arm of one
    hidden layer: beyond that only the large network was made for the size.

    Returns: by bytes that neither side may exceed: the two arms, and the points, one a seed.
    """
    kinds = "wide", "narrow"
    arms = [arm for arm in record["runs"][0] if arm.startswith(kinds)]
    narrow_ones = (arm for arm in arms if arm.startswith("narrow") and "±" in arm)
    most = max(fmean(file_bytes(record, arm)) for arm in narrow_ones)
    found: dict[float, tuple[str, str, list[float]]] = {}
    for n_bytes in sorted(fmean(file_bytes(record, arm)) for arm in arms):
        large, narrow = (best_within(record, kind, n_bytes) for kind in kinds)
        known = [pair[:2] for pair in found.values()]
        if n_bytes <= most and large and narrow and (large, narrow) not in known:
            gap = ahead(accuracies(record, large), accuracies(record, narrow))
            found[n_bytes] = large, narrow, gap
    return found


def by_network(record: Record, arms: Sequence[str]) -> list[float]:
    """Points that arms have lost, one a seed: of arms that share it their mean.

    Arms by two recipes that began with the same weights are not independent: they count as one.
    """
    found: dict[int, list[float]] = {}
    for arm in arms:
        first = FIRST_SEEDS[networks_of(record, arm)]
        for seed, points in enumerate(lost(record, arm), first):
            found.setdefault(seed, []).append(points)
    return [fmean(of_one) for of_one in found.values()]


def loses_nothing(record: Record, arm: str, part: str = "test") -> bool:
    """Whether no loss is shown, and none above a point is likely: both ends of its interval."""
    return not_measurable(lost(record, arm, part))


def not_measurable(points: list[float]) -> bool:
    """Whether a loss of so many points, one a seed, holds 0 or gains, and is a point at worst."""
    of_loss = spread(points)
    return of_loss.mean - of_loss.margin <= 0 and of_loss.mean + of_loss.margin <= TOLERATED


@dataclass(frozen=True)
class Dot:
    """An arm on the picture of size and accuracy.

    Attributes:
        n_bytes: mean over the seeds.
        accuracies: one a seed, in percent.
    """

    arm: str
    n_bytes: float
    accuracies: tuple[float, ...]

    @property
    def accuracy(self) -> float:
        """The mean over the seeds."""
        return fmean(self.accuracies)


def dots_of(record: Record, coder: str = RANGE, part: str = "test") -> list[Dot]:
    """All arms with the same updates, as files with one coder."""
    return [
        Dot(arm, fmean(file_bytes(record, arm, coder)), tuple(accuracies(record, arm, part)))
        for arm in arms_of(record)
    ]


def front_of(dots: list[Dot]) -> list[Dot]:
    """Those that no other beats, from the smallest up."""
    return [dots[i] for i in pareto_front([(dot.n_bytes, dot.accuracy) for dot in dots])]


def beaten_by(dot: Dot, dots: list[Dot]) -> list[Dot]:
    """Those that are no larger and no less accurate, and better in one of the two."""
    return [
        other
        for other in dots
        if other.n_bytes <= dot.n_bytes
        and other.accuracy >= dot.accuracy
        and (other.n_bytes, other.accuracy) != (dot.n_bytes, dot.accuracy)
    ]


def parts_of_arm(record: Record, arm: str, coder: str = RANGE) -> dict[str, float]:
    """Bytes of the smallest file by what they are for: means over the seeds."""
    runs = [run["parts"][coder] for run in runs_of(record, arm)]
    return {what: fmean(run[what] for run in runs) for what in runs[0]}


def bound_bytes(record: Record, arm: str) -> list[float]:
    """Bytes of the entropy of an arm's codes, layer by layer, zeros among them; one a seed."""
    return [run["bound"] for run in runs_of(record, arm)]


def factors(record: Record, sparsity: float, levels: int, coder: str) -> tuple[float, ...]:
    """How many times smaller than float16: by pruning, by rounding, their product, by both."""
    arms = arm_of(sparsity, 0), arm_of(0.0, levels), arm_of(sparsity, levels)
    return factors_of(record, arms, coder)


def factors_of(record: Record, arms: tuple[str, str, str], coder: str) -> tuple[float, ...]:
    """The same of three arms: pruned alone, rounded alone, and both."""
    start = float_bytes(record, FLOAT16)
    pruned, rounded, both = (start / fmean(file_bytes(record, arm, coder)) for arm in arms)
    return pruned, rounded, pruned * rounded, both
