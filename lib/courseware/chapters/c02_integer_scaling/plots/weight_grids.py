"""The weights of a layer as a histogram, with the grid that each of its scales makes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from courseware.showing.style import BLUE, INK, MUTED, ORANGE, PALE, Picture, drawn
from model_compression.integer_scaling import quantize_tensor

N_ROWS = 16
"""At most so many grids are drawn; a tensor with more blocks shows a selection."""


@drawn
def weight_grids(
    weights: torch.Tensor, grids: torch.Tensor, limit: float, title: str
) -> tuple[Figure, str]:
    """A histogram of weights above the values that their codes can stand for, one row a block.

    Args:
        weights: float tensor of any shape.
        grids: float tensor (blocks, codes), the values of the codes of each block, ascending.
        limit: weights beyond +-limit are clipped; the area is marked.
        title: what was quantized, and how.
    """
    rows = _selection(grids)
    figure = Figure(figsize=(7.6, 4.6), layout="constrained")
    top, bottom = figure.subplots(
        2, 1, sharex=True, height_ratios=(2.2, 0.5 + 0.1 * min(len(rows), N_ROWS))
    )
    _draw_histogram(top, weights, limit)
    top.set_title(title)
    _draw_rows(bottom, rows, len(grids))
    if len(grids) == 1 and grids.shape[1] <= 16:
        for value in grids[0].tolist():
            top.axvline(value, color=MUTED, linewidth=0.7, zorder=0)
    reach = 1.06 * max(weights.abs().max().item(), rows.abs().max().item())
    bottom.set(xlim=(-reach, reach), xlabel="weight")
    clipped = (weights.abs() > limit).double().mean().item()
    alt = (
        f"Histogram of {weights.numel()} weights between {weights.min():.3g} and "
        f"{weights.max():.3g}, {clipped:.2%} of them clipped; below it the grid of "
        f"{grids.shape[1]} values for each of {len(rows)} of {len(grids)} blocks. {title}."
    )
    return figure, alt


def bell_shaped_example() -> Picture:
    """Sixteen channels of bell-shaped weights in 4 bits: what the scale explorer shows, as a file.

    The weights are quantiles of the normal distribution, so that every machine draws the same.
    """
    quantiles = torch.special.ndtri((torch.arange(64, dtype=torch.float64) + 0.5) / 64)
    spreads = torch.linspace(0.05, 0.35, 16, dtype=torch.float64)
    weights = (spreads.reshape(-1, 1) * quantiles).float()
    scales = quantize_tensor(weights, 4, "channel").scale
    grids = scales * torch.arange(-7, 8)
    title = "an example: 4 bits, restricted range, one scale per channel"
    return weight_grids(weights, grids, weights.abs().max().item(), title)


def _selection(grids: torch.Tensor) -> torch.Tensor:
    """Grids from the finest to the coarsest, evenly chosen if there are too many to draw."""
    ordered = grids[grids[:, -1].argsort()]
    n_rows = min(N_ROWS, len(grids))
    chosen = torch.linspace(0, len(grids) - 1, n_rows, dtype=torch.float64).round().long()
    return ordered[chosen]


def _draw_histogram(axes: Axes, weights: torch.Tensor, limit: float) -> None:
    values = weights.flatten().double().numpy()
    counts, edges = np.histogram(values, bins=90)
    axes.stairs(counts, edges, fill=True, facecolor=PALE[BLUE], edgecolor=BLUE, linewidth=1)
    axes.set_ylabel("number of weights")
    if (np.abs(values) > limit).any():
        reach = 1.1 * float(np.abs(values).max())
        for side in (-1, 1):
            axes.axvline(side * limit, color=ORANGE, linewidth=1.2)
            axes.axvspan(side * limit, side * reach, color=PALE[ORANGE], zorder=-1)
        axes.text(
            *(0.99, 0.95, "clipped"),
            transform=axes.transAxes,
            ha="right",
            va="top",
            color=ORANGE,
        )


def _draw_rows(axes: Axes, rows: torch.Tensor, n_blocks: int) -> None:
    """One row of marks for each grid; all marks are one path, which keeps the picture small."""
    n_rows = len(rows)
    for name, colour, width in (("other", INK, 1.1), ("zero", ORANGE, 1.8)):
        xs: list[float] = []
        ys: list[float] = []
        for row, grid in enumerate(rows.tolist()):
            for value in grid:
                if (value == 0) == (name == "zero"):
                    xs += [value, value, np.nan]
                    ys += [row - 0.42, row + 0.42, np.nan]
        axes.plot(xs, ys, color=colour, linewidth=width, solid_capstyle="butt")
    axes.set(ylim=(-0.7, n_rows - 0.3), yticks=[])
    axes.spines["left"].set_visible(False)
    if n_blocks == 1:
        label = "one grid"
    elif n_blocks == n_rows:
        label = f"{n_blocks} grids"
    else:
        label = f"{n_rows} of {n_blocks} grids"
    axes.set_ylabel(label, color=MUTED)


@drawn
def used_codes(values: torch.Tensor, grids: Mapping[str, torch.Tensor]) -> tuple[Figure, str]:
    """A histogram of values above several grids; codes that no value is nearest to are grey.

    Args:
        values: float tensor of any shape.
        grids: 1-D tensors of the values that codes stand for, ascending, by name.
    """
    figure = Figure(figsize=(7.6, 4.2), layout="constrained")
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(2.0, 1.0))
    counts, edges = np.histogram(values.flatten().double().numpy(), bins=60)
    top.stairs(counts, edges, fill=True, facecolor=PALE[BLUE], edgecolor=BLUE)
    top.set(yscale="log", ylabel="number of values\n(logarithmic)")
    described = []
    for row, (name, grid) in enumerate(grids.items()):
        nearest = (values.reshape(-1, 1) - grid).abs().argmin(dim=1)
        used = torch.bincount(nearest, minlength=len(grid)) > 0
        colours = [INK if is_used else MUTED for is_used in used.tolist()]
        widths = [1.8 if is_used else 0.7 for is_used in used.tolist()]
        bottom.vlines(grid.tolist(), -row - 0.1, -row + 0.3, colors=colours, linewidths=widths)
        text = f"{name}: {int(used.sum())} of {len(grid)} codes used"
        bottom.text(grid[0].item(), -row + 0.42, text, color=INK)
        described.append(text)
    bottom.set(ylim=(0.6 - len(grids), 0.8), yticks=[], xlabel="value")
    bottom.spines["left"].set_visible(False)
    alt = (
        f"Histogram of {values.numel()} values between {values.min():.3g} and "
        f"{values.max():.3g}, and the grids of their codes below. " + "; ".join(described)
    )
    return figure, alt + "."
