"""What pruning costs and saves: accuracy, bytes and time against sparsity, weights that return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from courseware.showing.byte_text import byte_text
from courseware.showing.spread import spread
from courseware.showing.style import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    LINES,
    MUTED,
    ORANGE,
    PURPLE,
    drawn,
    new_axes,
)

COLOURS = (ORANGE, PURPLE, GREEN, BLUE, MUTED)
MARKERS = "sv^oD"
STORAGE_COLOURS = {
    "dense": INK,
    "dense, with zeros": MUTED,
    "bitmask": GREEN,
    "csr": BLUE,
    "csr, int64": BLUE,
    "csr, small indices": PURPLE,
    "csr, int32": PURPLE,
    "coo": ORANGE,
}
"""The same storage has the same colour in all figures."""


@drawn
def accuracy_by_sparsity(
    sparsities: Sequence[float],
    panels: Mapping[str, Mapping[str, Sequence[Sequence[float]]]],
    dense: Sequence[Sequence[float]],
    floors: Mapping[str, float],
) -> tuple[Figure, str]:
    """Accuracy against sparsity: a thin line a network, a thick one the mean; one panel a title.

    Args:
        sparsities: drawn at equal distances.
        panels: by title, then by name of the way: one sequence a network, one accuracy a sparsity.
        dense: the control, one sequence a network; drawn in every panel.
        floors: by title: where the axis of accuracies begins.
    """
    figure = Figure(figsize=(9.2, 4.4), layout="constrained")
    all_axes = figure.subplots(1, len(panels), squeeze=False)[0]
    described = []
    names = list(dict.fromkeys(name for ways in panels.values() for name in ways))
    styles = {name: (COLOURS[k], MARKERS[k]) for k, name in enumerate(names)}
    for axes, (title, ways) in zip(all_axes, panels.items(), strict=True):
        control = [fmean(values) for values in zip(*dense, strict=True)]
        axes.plot(control, "--", color=INK, linewidth=1.6, label="dense, trained as long")
        for name, runs in ways.items():
            colour, marker = styles[name]
            for run in runs:
                axes.plot(run, color=colour, alpha=0.14, linewidth=0.8)
            mean = [fmean(values) for values in zip(*runs, strict=True)]
            axes.plot(mean, f"{marker}-", color=colour, linewidth=2.2, markersize=5, label=name)
            ends = zip(sparsities, mean, strict=True)
            means = ", ".join(f"{sparsity:.0%} {value:.3f}" for sparsity, value in ends)
            described.append(f"{title}, {name}: {means}")
        axes.set_xticks(range(len(sparsities)), labels=[f"{100 * s:g}" for s in sparsities])
        axes.set(xlabel="sparsity, %", ylim=(floors[title], 1.0))
        axes.set_title(title)
        axes.grid(True)
    all_axes[0].set_ylabel("accuracy on new digits")
    handles: dict[str, Any] = {}
    for axes in all_axes:
        drawn_here, labels = axes.get_legend_handles_labels()
        handles |= dict(zip(labels, drawn_here, strict=True))
    figure.legend(list(handles.values()), list(handles), loc="outside lower center", ncols=2)
    return figure, "Accuracy by sparsity, means: " + "; ".join(described) + "."


@drawn
def rounds_of_pruning(stages: Sequence[str], runs: Sequence[Sequence[float]]) -> tuple[Figure, str]:
    """Accuracy after each stage of a loop: a thin line a network, a thick one the mean.

    Args:
        stages: names of the stages, in order; those that begin with "prune" are orange
            and point down.
        runs: one sequence a network, one accuracy a stage.
    """
    figure, axes = new_axes(8.6, 3.9)
    for run in runs:
        axes.plot(run, color=MUTED, alpha=0.35, linewidth=1)
    mean = [fmean(values) for values in zip(*runs, strict=True)]
    axes.plot(mean, "-", color=INK, linewidth=2.2)
    for place, (stage, value) in enumerate(zip(stages, mean, strict=True)):
        colour, marker = (ORANGE, "v") if stage.startswith("prune") else (BLUE, "^")
        axes.plot([place], [value], marker, color=colour, markersize=8, zorder=3)
    axes.set_xticks(range(len(stages)), labels=stages, rotation=30, ha="right")
    axes.set_ylabel("accuracy on new digits")
    axes.grid(True, axis="y")
    listed = ", ".join(f"{stage} {value:.3f}" for stage, value in zip(stages, mean, strict=True))
    return figure, f"Accuracy after each stage, mean of {len(runs)} networks: {listed}."


@drawn
def bytes_by_sparsity(
    computed: Mapping[str, Mapping[float, int]],
    measured: Mapping[str, Mapping[float, int]],
    break_even: Mapping[str, float],
) -> tuple[Figure, str]:
    """Bytes against sparsity: lines computed, dots measured, stars where a storage breaks even.

    Args:
        computed: bytes by sparsity, by name of the storage; "dense" is one of them.
        measured: the same, of files.
        break_even: sparsity from which a storage takes no more than the dense matrix, by name.
    """
    figure, axes = new_axes(7.6, 4.2)
    dense = max(computed["dense"].values())
    for (name, sizes), line in zip(computed.items(), ("--", *LINES), strict=False):
        colour = STORAGE_COLOURS[name]
        shares = [n_bytes / dense for n_bytes in sizes.values()]
        axes.plot(list(sizes), shares, color=colour, linestyle=line, linewidth=1.8, label=name)
        dots = [n_bytes / dense for n_bytes in measured[name].values()]
        axes.plot(list(measured[name]), dots, "o", color=colour, markersize=5)
        if name in break_even:
            axes.plot([break_even[name]], [1], "*", color=colour, markersize=15, zorder=4)
    axes.set(
        xlabel="sparsity", ylabel="bytes, as a multiple of dense", ylim=(0, 3), xlim=(-0.02, 1)
    )
    axes.grid(True)
    axes.legend(title="line: computed, dot: file")
    points = ", ".join(f"{name} {sparsity:.1%}" for name, sparsity in break_even.items())
    alt = f"Bytes against sparsity; the dense matrix takes {byte_text(dense)} at any. "
    return figure, alt + f"No larger than dense from: {points}."


@drawn
def time_by_sparsity(
    sparsities: Sequence[float], panels: Mapping[str, Mapping[str, Sequence[Sequence[float]]]]
) -> tuple[Figure, str]:
    """Time of a product as a multiple of the dense one, with 95% intervals; one panel a title.

    Args:
        sparsities: drawn at equal distances.
        panels: by title and by name of the storage: for each sparsity the ratios of all rounds.
    """
    figure = Figure(figsize=(9.0, 3.9), layout="constrained")
    all_axes = figure.subplots(1, len(panels), squeeze=False, sharey=True)[0]
    described = []
    for axes, (title, ways) in zip(all_axes, panels.items(), strict=True):
        axes.axhline(1, color=INK, linestyle="--", linewidth=1.2, label="dense, not pruned")
        for (name, ratios), marker in zip(ways.items(), MARKERS, strict=False):
            of_all = [spread(of_rounds) for of_rounds in ratios]
            means = [found.mean for found in of_all]
            # A logarithmic axis has no place for 0, where wide intervals would end.
            below = [min(found.margin, 0.9 * found.mean) for found in of_all]
            margins = [below, [found.margin for found in of_all]]
            colour = STORAGE_COLOURS[name]
            line: dict[str, Any] = {"color": colour, "marker": marker, "capsize": 3, "label": name}
            axes.errorbar(range(len(sparsities)), means, margins, **line)
            listed = zip(sparsities, means, strict=True)
            text = ", ".join(f"{sparsity:.0%} {mean:.2f}" for sparsity, mean in listed)
            described.append(f"{title}, {name}: {text}")
        axes.set_xticks(range(len(sparsities)), labels=[f"{100 * s:g}" for s in sparsities])
        axes.set(xlabel="sparsity, %", yscale="log")
        axes.set_title(title)
        axes.grid(True, color=FAINT)
    _label_ratios(all_axes[0])
    figure.legend(*all_axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure, "Time as a multiple of the dense product: " + "; ".join(described) + "."


def _label_ratios(axes: Axes) -> None:
    ticks = [0.1, 0.2, 0.5, 1, 2, 5, 10, 100]
    axes.set_yticks(ticks, labels=[f"{tick:g}×" for tick in ticks])
    axes.set_ylabel("time, relative to dense (logarithmic)")


@drawn
def revived_weights(curves: Mapping[str, Sequence[float]]) -> tuple[Figure, str]:
    """Share of the pruned weights that are not 0, after each step, by way of masking."""
    figure, axes = new_axes(7.6, 3.6)
    described = []
    for k, (name, shares) in enumerate(curves.items()):
        line: dict[str, Any] = {
            "color": COLOURS[k % len(COLOURS)],
            "marker": MARKERS[k % len(MARKERS)],
        }
        percent = [100 * share for share in shares]
        # Curves may coincide: the first ones are wider and show behind the later ones.
        line |= {"markersize": 12 - 1.8 * k, "linewidth": 5 - 0.9 * k}
        axes.plot(percent, **line, markerfacecolor="none", label=name)
        described.append(f"{name}: {shares[-1]:.0%}")
    axes.set(xlabel="steps after the pruning", ylabel="pruned weights alive, %", ylim=(-4, 104))
    axes.set_xticks(range(len(next(iter(curves.values())))))
    axes.grid(True)
    axes.legend(loc="center right")
    return figure, "Pruned weights that are not 0 at the end. " + "; ".join(described) + "."


@drawn
def accuracy_by_rounds(
    panels: Mapping[str, Mapping[str, Sequence[Sequence[float]]]], arrivals: Mapping[str, int]
) -> tuple[Figure, str]:
    """Accuracy after each round of training: thin lines networks, thick ones means.

    Args:
        panels: by title and by name of the way: one sequence a network, one accuracy a round. The
            last way prunes step by step: until it arrives, its mean is dotted.
        arrivals: by title: the round, from 1, in which the last way arrives.
    """
    figure = Figure(figsize=(9.4, 4.0), layout="constrained")
    all_axes = figure.subplots(1, len(panels), squeeze=False)[0]
    described = []
    for axes, (title, ways) in zip(all_axes, panels.items(), strict=True):
        looks = ((INK, "s"), (GREEN, "^"), (BLUE, "o"))
        for (name, runs), (colour, marker) in zip(ways.items(), looks, strict=False):
            last = name == list(ways)[-1]
            begin = arrivals[title] - 1 if last else 0
            mean = [fmean(values) for values in zip(*runs, strict=True)]
            places = range(1, len(mean) + 1)
            for run in runs:
                axes.plot(places[begin:], run[begin:], color=colour, alpha=0.18, linewidth=0.8)
            axes.plot(places[: begin + 1], mean[: begin + 1], ":", color=colour, linewidth=1.6)
            line: dict[str, Any] = {"color": colour, "linewidth": 2.2, "label": name}
            axes.plot(places[begin:], mean[begin:], f"{marker}-", markersize=4, **line)
            described.append(f"{title}, {name}: {mean[begin]:.3f} to {mean[-1]:.3f}")
        axes.set(xlabel="rounds of training")
        axes.set_title(title)
        axes.grid(True)
    all_axes[0].set_ylabel("accuracy on new digits")
    figure.legend(*all_axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure, "Accuracy by rounds of training, means: " + "; ".join(described) + "."
