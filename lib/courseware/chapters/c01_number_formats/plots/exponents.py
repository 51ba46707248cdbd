"""How many numbers have which exponent."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.figure import Figure

from courseware.showing.style import BLUE, drawn, new_axes

BIAS = 127
SHOWN = 20
"""The highest exponents that are drawn one by one; all below them share the first bar."""


@drawn
def weights_by_exponent(counts: Mapping[int, int]) -> tuple[Figure, str]:
    """Bars: how many numbers lie between one power of two and the next.

    Args:
        counts: numbers by their stored exponent, 0 ... 255.
    """
    highest = max(counts)
    lowest = max(min(counts), highest - SHOWN + 1)
    bars = {exponent: counts.get(exponent, 0) for exponent in range(lowest, highest + 1)}
    bars[lowest] = sum(count for exponent, count in counts.items() if exponent <= lowest)
    figure, axes = new_axes(7.6, 3.4)
    axes.bar(list(bars), list(bars.values()), color=BLUE, width=0.85)
    ticks = [exponent for exponent in bars if (highest - exponent) % 3 == 0]
    axes.set_xticks(ticks, labels=[f"{e}\n2^{e - BIAS}".replace("-", "−") for e in ticks])
    axes.set(xlabel="stored exponent, and the power of two", ylabel="number of weights")
    most = max(counts, key=lambda exponent: counts[exponent])
    total = sum(counts.values())
    alt = (
        f"{total:,} weights by their exponent, from {min(counts)} to {highest}; the most, "
        f"{counts[most]:,}, have {most}, which stands for 2 to the power of {most - BIAS}."
    )
    return figure, alt.replace("-", "−")
