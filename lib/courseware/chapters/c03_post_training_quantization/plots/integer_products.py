"""Sums of products of integer codes, and the widths that hold them."""

from __future__ import annotations

import numpy as np
import torch
from matplotlib.figure import Figure

from courseware.showing.style import BLUE, INK, ORANGE, PALE, drawn, new_axes


@drawn
def accumulator_histogram(accumulators: torch.Tensor) -> tuple[Figure, str]:
    """Sums of an integer matrix product, against what 16 bits can hold.

    Args:
        accumulators: integer tensor of any shape.
    """
    figure, axes = new_axes(7.6, 3.4)
    limits = torch.iinfo(torch.int16)
    values = accumulators.flatten().numpy()
    reach = 1.05 * max(abs(int(values.min())), abs(int(values.max())), 1.5 * limits.max)
    counts, edges = np.histogram(values, bins=121, range=(-reach, reach))
    axes.stairs(counts, edges, fill=True, facecolor=PALE[BLUE], edgecolor=BLUE)
    for limit, edge in ((limits.min, -reach), (limits.max, reach)):
        axes.axvline(limit, color=ORANGE, linewidth=1.4)
        axes.axvspan(*sorted((float(limit), edge)), color=PALE[ORANGE], zorder=-1)
    axes.text(
        *(0.99, 0.95, "more than\n16 bits hold"),
        transform=axes.transAxes,
        ha="right",
        va="top",
        color=INK,
    )
    axes.set(yscale="log", xlim=(-reach, reach), xlabel="sum")
    axes.set_ylabel("number of sums\n(logarithmic)")
    ticks = [-100_000, limits.min, 0, limits.max, 100_000]
    shown = [tick for tick in ticks if abs(tick) < reach]
    axes.set_xticks(shown, labels=[f"{tick:,}".replace("-", "−") for tick in shown])
    outside = float(((values < limits.min) | (values > limits.max)).mean())
    alt = (
        f"Histogram of {values.size:,} sums between {values.min():,} and {values.max():,}; "
        f"{outside:.1%} of them lie beyond the range of int16."
    ).replace("-", "−")
    return figure, alt
