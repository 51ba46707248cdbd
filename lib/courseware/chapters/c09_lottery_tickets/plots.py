"""Lottery tickets and their control arms: learning curves, accuracy, speed, settled masks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from courseware.chapters.c09_lottery_tickets.ticket_arms import LENET_WEIGHTS, counts_by_round
from courseware.showing.plots import COLOURS
from courseware.showing.style import (
    BLUE,
    FAINT,
    INK,
    LINES,
    MUTED,
    ORANGE,
    Picture,
    drawn,
    new_axes,
)

LOSS_TICKS = (0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5)


@drawn
def curves_of_arms(
    steps: Sequence[int], arms: Mapping[str, Sequence[Sequence[float]]], label: str, title: str
) -> tuple[Figure, str]:
    """One number during training: a thin line a seed, a thick one the mean, by arm.

    Args:
        steps: updates at which it was looked at.
        arms: by name, up to five: one sequence a seed. "dense" is drawn in grey.
        label: of the vertical axis, which is logarithmic.
        title: of the picture.
    """
    figure, axes = new_axes(7.6, 4.0)
    described = []
    coloured = [name for name in arms if name != "dense"]
    for name, runs in arms.items():
        colour = MUTED if name == "dense" else COLOURS[coloured.index(name)]
        for run in runs:
            axes.plot(steps, run, color=colour, alpha=0.22, linewidth=0.9)
        mean = [fmean(values) for values in zip(*runs, strict=True)]
        line = "--" if name == "dense" else LINES[coloured.index(name)]
        axes.plot(steps, mean, color=colour, linestyle=line, linewidth=2.4, label=name)
        described.append(f"{name} from {mean[0]:.3g} to {mean[-1]:.3g}")
    axes.set(xlabel="updates", ylabel=label, yscale="log")
    low, high = axes.get_ylim()
    ticks = [tick for tick in LOSS_TICKS if low <= tick <= high]
    axes.set_yticks(ticks, labels=[f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_title(title)
    axes.grid(True)
    axes.legend(loc="upper right")
    return figure, f"{label} during training, means: " + "; ".join(described) + "."


@drawn
def distance_map(
    steps: Sequence[int], distances: Sequence[Sequence[float]], chance: float
) -> tuple[Figure, str]:
    """Distances between the masks of one training, dark where two masks agree.

    Args:
        steps: updates after which each mask was taken.
        distances: rows, as from `early_masks.distance_matrix`.
        chance: distance of two random masks, the upper end of the colours.
    """
    figure, axes = new_axes(5.6, 4.6)
    image = axes.imshow(
        np.array(distances), cmap="cividis", vmin=0, vmax=chance, origin="lower", aspect="equal"
    )
    shown = range(0, len(steps), max(1, len(steps) // 6))
    labels = [str(steps[i]) for i in shown]
    axes.set_xticks(list(shown), labels=labels)
    axes.set_yticks(list(shown), labels=labels)
    axes.set(xlabel="mask after so many updates", ylabel="mask after so many updates")
    bar = figure.colorbar(image, ax=axes, label="share of entries that differ")
    bar.outline.set_edgecolor(INK)
    alt = (
        f"Distances of the mask at the end, after {steps[-1]} updates: from the first mask "
        f"{distances[-1][0]:.3f}, from the middle one {distances[-1][len(steps) // 2]:.3f}; "
        f"two random masks differ by {chance:.3f}."
    )
    return figure, alt


def example_of_rounds() -> Picture:
    """Seven rounds of 20%: what the ticket explorer shows, as a file."""
    return weights_left(counts_by_round(LENET_WEIGHTS, 20, 0.2), 7)


@drawn
def weights_left(counts: Sequence[int], chosen: int) -> tuple[Figure, str]:
    """Weights that are left after each round of pruning, as bars; what each round took is pale.

    Args:
        counts: weights left after 0, 1, 2, ... rounds.
        chosen: the round that is marked.
    """
    figure, axes = new_axes(7.6, 3.6)
    total = counts[0]
    for number, left in enumerate(counts):
        before = counts[number - 1] if number else left
        colour = ORANGE if number == chosen else BLUE
        axes.bar(number, 100 * left / total, color=colour, width=0.72)
        axes.bar(
            number,
            100 * (before - left) / total,
            bottom=100 * left / total,
            color=FAINT,
            width=0.72,
        )
    axes.set(xlabel="rounds", ylabel="weights left, %", ylim=(0, 112))
    axes.set_xticks(range(len(counts)))
    shown = {"left": BLUE, "taken by the round": FAINT}
    patches = [Patch(color=colour, label=label) for label, colour in shown.items()]
    axes.legend(
        handles=patches, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.0
    )
    axes.set_title(f"{counts[chosen]:,} of {total:,} weights after {chosen} rounds")
    axes.grid(True, axis="y")
    alt = (
        f"Bars of the weights left after each round of pruning: {total:,} at the start, "
        f"{counts[min(1, len(counts) - 1)]:,} after one round, {counts[chosen]:,} after {chosen} "
        f"rounds, {counts[-1]:,} after {len(counts) - 1}."
    )
    return figure, alt
