"""Measured accuracies and error rates of networks of several sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from matplotlib.figure import Figure

from courseware.showing.style import BLUE, INK, MUTED, ORANGE, drawn, new_axes


@drawn
def accuracy_by_size(runs: Mapping[int, Sequence[float]]) -> tuple[Figure, str]:
    """Accuracy of every run (a dot) and its mean (a bar) against the number of parameters."""
    figure, axes = new_axes(7.2, 3.8)
    for n_params, accuracies in runs.items():
        axes.plot(
            [n_params] * len(accuracies), accuracies, "o", color=BLUE, alpha=0.45, markersize=6
        )
    means = {n_params: fmean(accuracies) for n_params, accuracies in runs.items()}
    axes.plot(list(means), list(means.values()), "-", color=BLUE, linewidth=1.2)
    axes.plot(list(means), list(means.values()), "_", color=INK, markersize=22, markeredgewidth=2.5)
    axes.set(xscale="log", xlabel="parameters (logarithmic)", ylabel="accuracy on new digits")
    axes.set_xticks(list(means), labels=[f"{n_params:,}" for n_params in means], minor=False)
    axes.minorticks_off()
    axes.grid(True, axis="y")
    axes.set_title("One dot a seed, one bar the mean")
    alt = "Accuracy against number of parameters, means over seeds: " + ", ".join(
        f"{n_params:,}: {mean:.3f}" for n_params, mean in means.items()
    )
    return figure, alt + "."


@drawn
def imitation_gains(
    alone: Mapping[str, float], imitating: Mapping[str, float], references: Mapping[str, float]
) -> tuple[Figure, str]:
    """Error rates of the same nets trained alone and by imitation, with other nets as lines."""
    figure, axes = new_axes(7.2, 3.6)
    for row, name in enumerate(alone):
        before, after = alone[name], imitating[name]
        arrow = {"arrowstyle": "-|>", "color": MUTED, "linewidth": 1.6, "shrinkA": 7, "shrinkB": 7}
        axes.annotate("", xy=(after, row), xytext=(before, row), arrowprops=arrow)
        axes.plot([before], [row], "o", color=ORANGE, markersize=11)
        axes.plot([after], [row], "s", color=BLUE, markersize=11)
        axes.text(before, row - 0.2, f"{before:.1f}", ha="center", color=ORANGE, weight="bold")
        axes.text(after, row - 0.2, f"{after:.1f}", ha="center", color=BLUE, weight="bold")
    for name, error in references.items():
        axes.axvline(error, color=MUTED, linestyle="--", linewidth=1.2)
        axes.text(error, -0.72, f"{name}\n{error:.1f}", ha="center", va="bottom", size=9, color=INK)
    axes.plot([], [], "o", color=ORANGE, markersize=9, label="trained on the labels")
    axes.plot([], [], "s", color=BLUE, markersize=9, label="trained to imitate the ensemble")
    axes.set_yticks(range(len(alone)), labels=list(alone))
    axes.set(ylim=(len(alone) - 0.5, -0.65), xlabel="phone error rate, % (lower is better)")
    axes.tick_params(axis="y", length=0)
    figure.legend(loc="outside lower center", ncols=2)
    alt = "Error rates, trained alone and by imitation: " + ", ".join(
        f"{name} {alone[name]:g} to {imitating[name]:g}" for name in alone
    )
    lines = ", ".join(f"{name} {error:g}" for name, error in references.items())
    return figure, f"{alt}; for comparison {lines}."
