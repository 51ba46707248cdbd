"""Measured times of a decoder on a GPU against what its memory allows."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from courseware.showing.style import BLUE, INK, ORANGE, drawn


@drawn
def times_against_limit(
    times: Mapping[str, Mapping[str, float]], limits: Mapping[str, float]
) -> tuple[Figure, str]:
    """One panel a kind of work, one bar a format; a black line where reading the weights ends.

    Args:
        times: by kind of work, then by format, in seconds.
        limits: seconds that reading the weights once takes at least, by format; only for formats
            whose weights lie in the memory of the GPU.
    """
    figure = Figure(figsize=(8.8, 3.4), layout="constrained")
    panels = figure.subplots(1, len(times), squeeze=False, sharey=True)[0]
    described = []
    for axes, (work, by_format), colour in zip(panels, times.items(), (BLUE, ORANGE), strict=False):
        names = list(by_format)
        values = [1000 * seconds for seconds in by_format.values()]
        axes.barh(range(len(names)), values, height=0.62, color=colour)
        for row, (name, value) in enumerate(zip(names, values, strict=True)):
            axes.text(
                1.12 * value,
                row,
                f"{value:,.3g}" if value < 1000 else f"{value:,.0f}",
                va="center",
                weight="bold",
            )
            if name in limits:
                limit = 1000 * limits[name]
                axes.plot([limit, limit], [row - 0.42, row + 0.42], color=INK, linewidth=2.4)
        axes.set_yticks(range(len(names)), labels=names)
        axes.set(xscale="log", xlabel="ms (logarithmic)", xlim=(0.8, 14 * max(values)))
        axes.set_title(work)
        axes.tick_params(axis="y", length=0)
        described.append(
            f"{work}: " + ", ".join(f"{n} {v:.3g} ms" for n, v in zip(names, values, strict=True))
        )
    panels[0].invert_yaxis()
    line = Line2D([], [], color=INK, linewidth=2.4)
    figure.legend(
        [line], ["reading the weights once, at the speed of a copy"], loc="outside lower right"
    )
    limit_text = ", ".join(f"{name} {1000 * limit:.3g} ms" for name, limit in limits.items())
    return figure, "; ".join(described) + f". Reading the weights once takes {limit_text}."
