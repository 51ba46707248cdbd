"""Networks in few bits, rounded after training or during it: their errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from courseware.showing.spread import spread
from courseware.showing.style import BLUE, FAINT, GREEN, INK, MUTED, ORANGE, PURPLE, drawn

STYLES = {
    "PTQ": (ORANGE, "s"),
    "PTQ after fine-tuning": (ORANGE, "^"),
    "PTQ, clipped": (PURPLE, "D"),
    "PTQ after fine-tuning, clipped": (PURPLE, "p"),
    "PTQ, GPTQ": (GREEN, "v"),
    "PTQ after fine-tuning, GPTQ": (GREEN, "*"),
    "biases only, clipped": (MUTED, ">"),
    "biases only, GPTQ": (MUTED, "<"),
    "biases and row scales, GPTQ": (MUTED, "P"),
    "QAT": (BLUE, "o"),
    "QAT, clipped": (BLUE, "X"),
}
"""Way → its colour and marker, in all figures of the lecture."""


@drawn
def errors_by_bits(
    panels: Mapping[str, tuple[Sequence[float], Mapping[str, Mapping[int, Sequence[float]]]]],
) -> tuple[Figure, str]:
    """One dot a network, one bar the mean, by bits and by the way to get there; one panel a size.

    Errors are drawn on a logarithmic axis, which has no place for 0.

    Args:
        panels: by title: errors of the float networks in percent, > 0 (drawn as a band of one
            standard deviation around the mean), and errors by name of the way, then by bits.
    """
    figure = Figure(figsize=(9.2, 4.6), layout="constrained")
    all_axes = figure.subplots(1, len(panels), squeeze=False, sharey=True)[0]
    described = []
    for axes, (title, (exact, ways)) in zip(all_axes, panels.items(), strict=True):
        _draw_float(axes, exact)
        all_bits = list(next(iter(ways.values())))
        for k, (name, by_bits) in enumerate(ways.items()):
            colour, marker = STYLES[name]
            shift = 0.8 / len(ways) * (k - (len(ways) - 1) / 2)
            for place, runs in enumerate(by_bits.values()):
                dots = [place + shift] * len(runs)
                axes.plot(dots, runs, marker, color=colour, markersize=4, alpha=0.45)
                bar: dict[str, Any] = {"color": INK, "markersize": 11, "markeredgewidth": 2.2}
                axes.plot([place + shift], [fmean(runs)], "_", **bar, zorder=4)
            axes.plot([], [], marker, color=colour, label=name)
            means = ", ".join(f"{bits} bits {fmean(runs):.2f}" for bits, runs in by_bits.items())
            described.append(f"{title}, {name}: {means}")
        axes.set(yscale="log")
        axes.set_xticks(range(len(all_bits)), labels=[f"{bits} bits" for bits in all_bits])
        axes.set_title(title)
        axes.grid(True, axis="y")
    _label_errors(all_axes[0])
    figure.legend(*all_axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure, "Errors in percent by bits, means: " + "; ".join(described) + "."


def _draw_float(axes: Axes, errors: Sequence[float]) -> None:
    of_float = spread(errors)
    low, high = (of_float.mean + sign * of_float.deviation for sign in (-1, 1))
    axes.axhspan(low, high, color=FAINT, zorder=-2)
    label = "float32, mean and deviation"
    axes.axhline(of_float.mean, color=INK, linestyle="--", linewidth=1.2, zorder=-1, label=label)


@drawn
def errors_by_budget(
    budgets: Sequence[int], panels: Mapping[str, Sequence[Mapping[str, Sequence[Any]]]]
) -> tuple[Figure, str]:
    """Errors against steps of fine-tuning: a thin line a seed, a thick one the mean.

    Args:
        budgets: numbers of steps, drawn at equal distances.
        panels: by title: for each seed and by name of the way, the judged networks, one a budget,
            none of them without an error.
    """
    figure = Figure(figsize=(8.8, 3.8), layout="constrained")
    all_axes = figure.subplots(1, len(panels), squeeze=False, sharey=True)[0]
    described = []
    for axes, (title, ways) in zip(all_axes, panels.items(), strict=True):
        for name in ways[0]:
            colour, marker = STYLES[name]
            runs = [[100 * (1 - judged["accuracy"]) for judged in seed[name]] for seed in ways]
            for run in runs:
                axes.plot(run, color=colour, alpha=0.25, linewidth=1)
            mean = [fmean(values) for values in zip(*runs, strict=True)]
            axes.plot(mean, f"{marker}-", color=colour, linewidth=2.4, label=name)
            ends = f"{mean[0]:.2f} without training, {mean[-1]:.2f} after {budgets[-1]} steps"
            described.append(f"{title}, {name}: {ends}")
        axes.set_xticks(range(len(budgets)), labels=[str(steps) for steps in budgets])
        axes.set(xlabel="steps of fine-tuning", yscale="log")
        axes.set_title(title)
        axes.grid(True)
    _label_errors(all_axes[0])
    figure.legend(*all_axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure, "Errors in percent by steps of fine-tuning, means: " + "; ".join(described) + "."


def _label_errors(axes: Axes) -> None:
    ticks = [1, 2, 5, 10, 20, 50]
    axes.set_yticks(ticks, labels=[f"{tick}%" for tick in ticks])
    axes.set_ylabel("errors on new digits (logarithmic)")
