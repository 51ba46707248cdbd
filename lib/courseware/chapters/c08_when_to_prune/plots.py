"""Pruning before, during and after training: schedules, and what the networks are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from matplotlib.figure import Figure

from courseware.chapters.c08_when_to_prune.pruning_moments import (
    BY_GRADIENT,
    GRADUAL,
    INKED,
    ITERATIVE,
    ONE_SHOT,
    RANDOM,
    SHUFFLED,
    SHUFFLED_PER_INPUT,
    SNIP,
)
from courseware.showing.spread import spread
from courseware.showing.style import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    Picture,
    drawn,
    new_axes,
)
from model_compression.pruning_schedules import cubic_sparsity

LOOKS = {
    RANDOM: (INK, ":", "o"),
    SNIP: (ORANGE, "-", "s"),
    GRADUAL: (GREEN, "-", "D"),
    ONE_SHOT: (BLUE, ":", "v"),
    ITERATIVE: (PURPLE, "-", "^"),
    SHUFFLED_PER_INPUT: ("#6a0002", "-", "P"),
    SHUFFLED: ("#441d6a", ":", "X"),
    INKED: ("#16513b", "-", "h"),
    BY_GRADIENT: ("#0e01cc", ":", "<"),
}
"""Colour, line and marker of each arm, in all pictures of the lecture.

The last four colours are dark: so they are unlike the others for the colour-blind as well."""


@drawn
def sparsity_schedule(
    begin: float, end: float, final: float, step: float, last: float
) -> tuple[Figure, str]:
    """The cubic schedule from sparsity 0, with a straight line to compare, and one step marked.

    Args:
        begin: step at which pruning starts.
        end: step at which it ends.
        final: sparsity at the end, 0 ... 1.
        step: the step that is marked.
        last: right end of the picture.
    """
    figure, axes = new_axes(7.6, 3.6)
    steps = [last * i / 200 for i in range(201)]
    cubic = [100 * cubic_sparsity(now, begin, end, 0.0, final) for now in steps]
    here = 100 * cubic_sparsity(step, begin, end, 0.0, final)
    straight = [0.0, 0.0, 100 * final, 100 * final]
    axes.plot([0, begin, end, last], straight, "--", color=MUTED, label="straight line")
    axes.plot(steps, cubic, color=GREEN, linewidth=2.4, label="cubic")
    axes.fill_between(steps, cubic, color=FAINT, alpha=0.6)
    axes.axvline(step, color=ORANGE, linewidth=1.2)
    axes.plot([step], [here], "o", color=ORANGE, markersize=8)
    axes.set(xlabel="updates", ylabel="weights pruned in all, %", ylim=(0, 104), xlim=(0, last))
    axes.set_title(f"after {step:g} updates: {here:.1f}% pruned")
    axes.grid(True)
    axes.legend(loc="lower right")
    return figure, (
        f"Sparsity rises from 0 at update {begin:g} to {final:.1%} at update {end:g}, fast at "
        f"first, then slowly; after {step:g} updates it is {here:.1f}%."
    )


def example_of_a_schedule() -> Picture:
    """0 to 90% between updates 0 and 280: what the schedule explorer shows, as a file."""
    return sparsity_schedule(0, 280, 0.9, 80, 400)


@drawn
def arms_in_training(
    updates: int,
    planned: Mapping[str, Sequence[float]],
    watched: Mapping[str, Sequence[Sequence[float]]],
) -> tuple[Figure, str]:
    """When each arm prunes (left), and how good it is meanwhile (right).

    Args:
        updates: in a stretch.
        planned: by arm out of `LOOKS`, sparsity in each stretch.
        watched: by arm, one sequence a seed: accuracy at the end of each stretch.
    """
    figure = Figure(figsize=(9.8, 4.1), layout="constrained")
    left, right = figure.subplots(1, 2)
    described = []
    for k, (arm, sparsities) in enumerate(planned.items()):
        colour, line, marker = LOOKS[arm]
        starts = [updates * i for i in range(len(sparsities) + 1)]
        # One percentage point apart, or lines that run together would hide each other.
        heights = [100 * s - k for s in sparsities]
        left.stairs(heights, starts, color=colour, linestyle=line, linewidth=2, baseline=None)
        mean = [100 * fmean(values) for values in zip(*watched[arm], strict=True)]
        look = {"color": colour, "linestyle": line, "marker": marker, "markersize": 5}
        right.plot(starts[1:], mean, **look, label=arm)
        described.append(f"{arm} from {mean[0]:.1f} to {mean[-1]:.1f}")
    left.set(xlabel="updates", ylabel="weights pruned in all, %", xlim=(0, None))
    right.set(xlabel="updates", ylabel="validation digits right, %", xlim=(0, None))
    for axes in (left, right):
        axes.grid(True)
    figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return figure, "Validation digits right, %, means: " + "; ".join(described) + "."


@drawn
def accuracy_by_moment(
    dense: Sequence[float], arms: Mapping[str, Mapping[float, Sequence[float]]]
) -> tuple[Figure, str]:
    """Accuracy of every arm at each sparsity, means with 95% intervals; the dense one as a band.

    To the right more is pruned, in all pictures of the lecture.

    Args:
        dense: accuracies, %, one a seed.
        arms: by arm out of `LOOKS`, by sparsity.
    """
    figure, axes = new_axes(8.4, 4.6)
    of_dense = spread(dense)
    low, high = of_dense.mean - of_dense.margin, of_dense.mean + of_dense.margin
    axes.axhspan(low, high, color=FAINT, zorder=-2)
    axes.axhline(of_dense.mean, color=MUTED, linestyle="--", linewidth=1.4, label="dense")
    described = [f"dense {of_dense.mean:.1f}"]
    levels = list(next(iter(arms.values())))
    for k, (arm, runs) in enumerate(arms.items()):
        colour, line, marker = LOOKS[arm]
        found = [spread(runs[s]) for s in levels]
        axes.errorbar(
            [i + 0.07 * (k - (len(arms) - 1) / 2) for i in range(len(levels))],
            [of_arm.mean for of_arm in found],
            yerr=[of_arm.margin for of_arm in found],
            color=colour,
            linestyle=line,
            marker=marker,
            capsize=3,
            linewidth=1.7,
            label=arm,
        )
        described.append(f"{arm} {', '.join(f'{of_arm.mean:.1f}' for of_arm in found)}")
    axes.set_xticks(range(len(levels)), labels=[f"{s:.0%}" for s in levels])
    axes.set(xlabel="weights pruned", ylabel="test digits right, %")
    axes.grid(True, axis="y", color=FAINT)
    axes.legend(loc="lower left", labelcolor=INK)
    at = ", ".join(f"{s:.0%}" for s in levels)
    return figure, f"Test digits right, %, means at {at} pruned: " + "; ".join(described) + "."
