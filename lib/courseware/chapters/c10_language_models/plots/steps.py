"""How a kernel became fast: the time after each step, and what memory allows."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.figure import Figure

from courseware.showing.style import BLUE, INK, ORANGE, drawn, new_axes


@drawn
def times_of_steps(
    steps: Mapping[str, float], beside: Mapping[str, float], limit: float
) -> tuple[Figure, str]:
    """Bars in milliseconds, the steps above those they are compared with; a line at the limit.

    Args:
        steps: seconds after each step, each with the ones above it.
        beside: seconds of other ways.
        limit: seconds that reading takes at least.
    """
    times = {**beside, **steps}
    figure, axes = new_axes(7.8, 0.36 * len(times) + 1.1)
    for row, (name, seconds) in enumerate(times.items()):
        value = 1000 * seconds
        axes.barh([row], [value], color=ORANGE if name in beside else BLUE, height=0.62)
        axes.text(value + 0.04, row, f"{value:.2f}", va="center", weight="bold")
    axes.axvline(1000 * limit, color=INK, linewidth=2)
    axes.text(1000 * limit, -0.75, " reading the weights", color=INK, size=9)
    axes.set_yticks(range(len(times)), list(times))
    axes.tick_params(axis="y", length=0)
    axes.set(xlabel="ms for one token's products", ylim=(len(times) - 0.4, -1.1))
    told = ", ".join(f"{name} {1000 * seconds:.2f} ms" for name, seconds in times.items())
    return (
        figure,
        f"Products of one token: {told}. Reading the weights takes {1000 * limit:.2f} ms.",
    )
