"""The inputs of a layer: all values, and which channels stick out."""

from __future__ import annotations

import numpy as np
import torch
from matplotlib.figure import Figure

from courseware.showing.say import cell_text
from courseware.showing.style import BLUE, ORANGE, PALE, drawn


@drawn
def values_and_channels(x: torch.Tensor) -> tuple[Figure, str]:
    """All values of an activation as a histogram, and the largest magnitude in each channel.

    Args:
        x: (rows, channels).
    """
    figure = Figure(figsize=(8.6, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.0, 1.1))
    counts, edges = np.histogram(x.double().numpy(), bins=100)
    left.stairs(counts, edges, fill=True, facecolor=PALE[BLUE], edgecolor=BLUE)
    left.set(yscale="log", xlabel="value", ylabel="number of values (logarithmic)")
    left.set_title("all values")
    largest = x.abs().amax(dim=0)
    right.plot(range(len(largest)), largest.tolist(), ".", color=BLUE, markersize=4)
    for channel in largest.argsort(descending=True)[:2].tolist():
        height = largest[channel].item()
        right.plot([channel], [height], "o", color=ORANGE, markersize=6)
        right.annotate(
            f"channel {channel}: {height:.1f}",
            (channel, height),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
        )
    right.set(xlabel="channel", ylabel="largest magnitude", ylim=(0, None))
    right.set_title("the largest of each channel")
    top, second = largest.topk(2).values.tolist()
    alt = (
        f"Histogram of {x.numel():,} values between {cell_text(round(x.min().item(), 2))} and "
        f"{x.max():.2f}, and the largest magnitude of each of {x.shape[1]} channels: "
        f"the median is {largest.median():.2f}, the two largest are {top:.1f} and {second:.1f}."
    )
    return figure, alt
