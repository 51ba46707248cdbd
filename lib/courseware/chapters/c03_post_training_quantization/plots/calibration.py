"""Activations and the ranges that calibration gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from courseware.chapters.c03_post_training_quantization.clipping import RangeError, range_error
from courseware.showing.say import cell_text
from courseware.showing.style import BLUE, FAINT, INK, MUTED, ORANGE, PALE, Picture, drawn
from model_compression.calibration import percentile_range
from model_compression.integer_scaling import affine_params


@drawn
def error_by_percentile(
    errors: Mapping[str, Mapping[float, RangeError]],
) -> tuple[Figure, str]:
    """The two parts of the error against the percentile that the range was taken at.

    Args:
        errors: by title, then by percentile.
    """
    figure = Figure(figsize=(4.1 * len(errors) + 0.4, 3.5), layout="constrained")
    panels = figure.subplots(1, len(errors), squeeze=False, sharey=True)[0]
    described = []
    for axes, (title, by_percentile) in zip(panels, errors.items(), strict=True):
        places = range(len(by_percentile))
        parts = by_percentile.values()
        _draw_part(axes, places, [part.rounding for part in parts], "rounding", BLUE, "o")
        _draw_part(axes, places, [part.clipping for part in parts], "clipping", ORANGE, "s")
        totals = [part.total for part in parts]
        axes.plot(places, totals, color=INK, linewidth=2.4, label="together", zorder=1)
        best = min(places, key=totals.__getitem__)
        axes.plot([best], [totals[best]], "*", color=INK, markersize=14, zorder=4)
        axes.set(xlabel="percentile", yscale="log")
        axes.set_xticks(places, labels=[f"{p:g}" for p in by_percentile], rotation=45)
        axes.set_title(title)
        axes.grid(True, axis="y")
        chosen = list(by_percentile)[best]
        described.append(f"{title}: least at percentile {chosen:g}, {totals[best]:.3g}")
    panels[0].set_ylabel("mean squared error (logarithmic)")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    alt = "Clipping and rounding error against the percentile of the range. " + "; ".join(described)
    return figure, alt + "."


def _draw_part(
    axes: Axes, places: Sequence[int], values: Sequence[float], name: str, colour: str, marker: str
) -> None:
    shown = [value if value > 0 else np.nan for value in values]  # no logarithm of nothing
    axes.plot(places, shown, f"{marker}-", color=colour, linewidth=1.4, label=name)


@drawn
def calibrated_range(
    x: torch.Tensor, low: float, high: float, n_bits: int, title: str
) -> tuple[Figure, str]:
    """A histogram of values, the part outside a range, and the grid inside it.

    Args:
        x: float tensor of any shape.
        low, high: the range; widened to contain 0, as `affine_params` does.
        n_bits: of the grid.
        title: what is shown.
    """
    figure = Figure(figsize=(7.6, 3.9), layout="constrained")
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(3.2, 1.0))
    counts, edges = np.histogram(x.double().numpy(), bins=120)
    top.stairs(counts, edges, fill=True, facecolor=PALE[BLUE], edgecolor=BLUE, linewidth=1)
    top.set(yscale="log", ylabel="number of values\n(logarithmic)")
    top.yaxis.set_minor_locator(NullLocator())  # a quarter of the time to draw
    top.set_title(title)
    scale, zero_point = affine_params(torch.tensor([low, high]), n_bits)
    grid = (torch.arange(2**n_bits) - zero_point) * scale
    ends = (grid[0].item(), grid[-1].item())
    reach = (min(x.min().item(), ends[0]), max(x.max().item(), ends[1]))
    margin = 0.02 * (reach[1] - reach[0])
    for end, edge in zip(ends, (reach[0] - margin, reach[1] + margin), strict=True):
        top.axvline(end, color=ORANGE, linewidth=1.4)
        top.axvspan(*sorted((end, edge)), color=PALE[ORANGE], zorder=-1)
    error = range_error(x, low, high, n_bits)
    bottom.vlines(grid.tolist(), 0, 1, colors=INK, linewidths=0.9 if n_bits < 7 else 0.35)
    bottom.vlines([0.0], 0, 1, colors=ORANGE, linewidths=1.8)
    bottom.set(yticks=[], xlim=(reach[0] - margin, reach[1] + margin), xlabel="value")
    bottom.spines["left"].set_visible(False)
    bottom.set_ylabel(f"{2**n_bits} codes", color=MUTED)
    top.grid(True, axis="y", color=FAINT)
    alt = (
        f"Histogram of {x.numel():,} values with the range from {cell_text(round(ends[0], 3))} to "
        f"{ends[1]:.3f} marked and the grid of {2**n_bits} codes below it; {error.clipped:.2%} of "
        f"the values are clipped. {title}."
    )
    return figure, alt


def example_of_clipping() -> Picture:
    """Bell-shaped values with one outlier, clipped: what the calibration explorer shows, as a file.

    The values are quantiles of the normal distribution, so that every machine draws the same.
    """
    quantiles = torch.special.ndtri((torch.arange(2000, dtype=torch.float64) + 0.5) / 2000).float()
    values = torch.cat((quantiles, torch.tensor([12.0])))
    low, high = percentile_range([values], 99.9)
    title = "an example: 4 bits, range from percentile 99.9, one outlier"
    return calibrated_range(values, low, high, 4, title)
