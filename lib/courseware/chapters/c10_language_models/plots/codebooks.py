"""Tables of 16 values, the distribution they are made for, and how well they fit real weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from matplotlib.figure import Figure

from courseware.showing.style import BLUE, GREEN, ORANGE, PALE, PURPLE, drawn, new_axes

COLOURS = (ORANGE, BLUE, GREEN, PURPLE)
MARKERS = ("o", "s", "^", "D")


@drawn
def codebooks_under_values(
    values: torch.Tensor, codebooks: Mapping[str, torch.Tensor]
) -> tuple[Figure, str]:
    """A histogram of normalised values above the entries of several tables.

    Args:
        values: float tensor within -1 ... 1.
        codebooks: by name, ascending entries within -1 ... 1.
    """
    figure = Figure(figsize=(7.6, 4.0), layout="constrained")
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(2.0, 1.0))
    counts = torch.histc(values.flatten().float(), bins=101, min=-1, max=1)
    edges = torch.linspace(-1, 1, 102).tolist()
    top.stairs(counts.tolist(), edges, fill=True, facecolor=PALE[BLUE], edgecolor=BLUE)
    top.set_ylabel("number of weights")
    described = []
    for row, (name, entries) in enumerate(codebooks.items()):
        colour = COLOURS[row % len(COLOURS)]
        bottom.vlines(entries.tolist(), -row - 0.25, -row + 0.25, colors=colour, linewidths=2)
        bottom.text(-1.04, -row, name, ha="right", va="center", color=colour, weight="bold")
        described.append(f"{name}: " + ", ".join(f"{entry:.2f}" for entry in entries.tolist()))
    bottom.set(ylim=(0.5 - len(codebooks), 0.5), yticks=[], xlim=(-1.02, 1.02))
    bottom.spines["left"].set_visible(False)
    bottom.set_xlabel("weight / absmax of its block")
    alt = f"Histogram of {values.numel():,} normalised weights above tables. " + "; ".join(
        described
    )
    return figure, alt.replace("-", "−") + "."


@drawn
def sqnr_by_bits_per_weight(
    measured: Mapping[str, Mapping[float, Sequence[float]]],
) -> tuple[Figure, str]:
    """SQNR against true bits per weight; one line a format, one point a block size.

    Args:
        measured: by format, then by bits per weight: one SQNR for each matrix; means are drawn.
    """
    figure, axes = new_axes(7.6, 4.2)
    described = []
    for (name, points), colour, marker in zip(measured.items(), COLOURS, MARKERS, strict=False):
        means = [torch.tensor(values).mean().item() for values in points.values()]
        axes.plot(
            list(points), means, f"{marker}-", color=colour, markersize=7, linewidth=1.4, label=name
        )
        described += [
            f"{name}: {mean:.2f} dB at {bits:.3g} bits"
            for bits, mean in zip(points, means, strict=True)
        ]
    axes.set(xlabel="bits per weight, with the scales", ylabel="SQNR, dB (mean over matrices)")
    axes.grid(True)
    axes.legend(loc="lower right")
    return figure, "SQNR of 4-bit formats against their true size. " + "; ".join(described) + "."
