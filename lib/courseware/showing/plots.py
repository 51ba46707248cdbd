"""Pictures that several lectures show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from courseware.showing.spread import spread
from courseware.showing.style import (
    BLUE,
    FAINT,
    GREEN,
    LINES,
    MUTED,
    ORANGE,
    PURPLE,
    drawn,
    new_axes,
)

Runs = Mapping[float, Sequence[float]]
COLOURS = (BLUE, ORANGE, PURPLE, GREEN)
MARKERS = ("o", "s", "^", "D")


@drawn
def learning_curves(
    steps: Sequence[int], curves: Mapping[str, Sequence[Sequence[float]]]
) -> tuple[Figure, str]:
    """Accuracy during training: a thin line per seed, a thick one for the mean, by name.

    Runs that stopped early are shorter than `steps`.
    """
    figure, axes = new_axes(7.2, 3.8)
    finals = []
    for (name, runs), colour, line in zip(
        curves.items(), (ORANGE, BLUE, GREEN), LINES, strict=False
    ):
        for run in runs:
            axes.plot(steps[: len(run)], run, color=colour, alpha=0.3, linewidth=1)
        mean = [fmean(values) for values in zip(*runs, strict=True)]
        axes.plot(steps[: len(mean)], mean, color=colour, linestyle=line, linewidth=2.5, label=name)
        finals.append(f"{name} ends at {mean[-1]:.3f}")
    axes.set(xlabel="training steps", ylabel="accuracy on new digits")
    axes.grid(True)
    axes.legend(loc="lower right")
    return figure, "Accuracy during training, mean over seeds: " + ", ".join(finals) + "."


@drawn
def kept_per_pixel(masks: Mapping[str, torch.Tensor], images: torch.Tensor) -> tuple[Figure, str]:
    """How many weights of a first layer each pixel of 8 x 8 keeps, beside the average image.

    All masks share one scale of colours.

    Args:
        masks: (units, 64) torch.bool of the first layer, by title.
        images: (N, 64).
    """
    pictures = {"average image": images.mean(dim=0)}
    pictures |= {title: mask.sum(dim=0).float() for title, mask in masks.items()}
    figure = Figure(figsize=(2.9 * len(pictures), 2.9), layout="constrained")
    described = []
    most = max(float(pictures[title].max()) for title in masks)
    all_axes = figure.subplots(1, len(pictures), squeeze=False)[0]
    for axes, (title, values) in zip(all_axes, pictures.items(), strict=True):
        top = most if title in masks else 1.0
        image = axes.imshow(values.reshape(8, 8).numpy(), cmap="Purples", vmin=0, vmax=top)
        bar = figure.colorbar(image, ax=axes, shrink=0.75)
        bar.set_label("connections kept" if title in masks else "ink, 0 to 1", size=9)
        axes.set(xticks=[], yticks=[])
        axes.set_title(title, size=10.5)
        columns = values.reshape(8, 8).sum(dim=0)
        share = columns[[0, 7]].sum() / columns.sum()
        described.append(f"{title}: {share:.0%} of the sum is in the outer two columns")
    return figure, "Pixels of 8 by 8. " + "; ".join(described) + "."


@drawn
def arms_by_size(
    panels: Mapping[str, tuple[Sequence[float], Mapping[str, Runs]]],
    size_label: str,
    colours: Mapping[str, str] | None = None,
) -> tuple[Figure, str]:
    """Mean and 95% interval by size (logarithmic) and arm, one panel a quantity.

    Args:
        panels: by label of the vertical axis: the runs of the dense arm (a band; may be empty), and
            for each arm, up to four, its runs by size.
        size_label: of the horizontal axis.
        colours: by arm, where a lecture has shown the arm before; else one after the other.
    """
    figure = Figure(figsize=(max(4.9 * len(panels), 7.8), 4.1), layout="constrained")
    all_axes = figure.subplots(1, len(panels), squeeze=False)[0]
    described = []
    for axes, (label, (dense, arms)) in zip(all_axes, panels.items(), strict=True):
        if dense:
            described.append(f"{label}, dense {_draw_dense(axes, dense):.4g}")
        sizes = sorted({size for runs in arms.values() for size in runs}, reverse=True)
        for k, (name, runs) in enumerate(arms.items()):
            means = [spread(values) for values in runs.values()]
            axes.errorbar(
                [size * 1.02 ** (k - (len(arms) - 1) / 2) for size in runs],
                [found.mean for found in means],
                yerr=[found.margin for found in means],
                fmt=f"{MARKERS[k]}-",
                color=(colours or {}).get(name, COLOURS[k]),
                capsize=3,
                linewidth=1.6,
                label=name,
            )
            text = ", ".join(f"{found.mean:.4g}" for found in means)
            described.append(f"{label}, {name} at {', '.join(map(_size, runs))}: {text}")
        axes.set(xscale="log", xlabel=size_label, ylabel=label)
        axes.set_xticks(sizes, labels=[_size(size) for size in sizes])
        axes.minorticks_off()
        axes.grid(True, axis="y")
    figure.legend(*all_axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure, "Means: " + "; ".join(described) + "."


def _draw_dense(axes: Axes, runs: Sequence[float]) -> float:
    found = spread(runs)
    axes.axhspan(found.mean - found.margin, found.mean + found.margin, color=FAINT, zorder=-2)
    axes.axhline(found.mean, color=MUTED, linestyle="--", linewidth=1.4, zorder=-1, label="dense")
    return found.mean


def _size(size: float) -> str:
    return f"{size:.1%}" if size < 1 else f"{size:,.0f}"
