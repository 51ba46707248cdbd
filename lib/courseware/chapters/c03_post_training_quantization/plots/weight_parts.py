"""What a weight takes, part by part."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.figure import Figure

from courseware.showing.style import (
    BLUE,
    CARD,
    GREEN,
    HATCHES,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    drawn,
    new_axes,
)


@drawn
def parts_of_a_weight(parts: Mapping[str, Mapping[str, float]]) -> tuple[Figure, str]:
    """Bits per weight as bars that are made of parts.

    Args:
        parts: by format, the bits of each part of it, in the order in which they are stacked; all
            formats have the same parts.
    """
    figure, axes = new_axes(7.6, 0.42 * len(parts) + 1.3)
    names = list(next(iter(parts.values())))
    left = [0.0] * len(parts)
    for name, colour, hatch in zip(names, (BLUE, ORANGE, GREEN, PURPLE), HATCHES, strict=False):
        widths = [by_part[name] for by_part in parts.values()]
        axes.barh(
            range(len(parts)),
            widths,
            left=left,
            height=0.6,
            color=colour,
            hatch=hatch,
            edgecolor=CARD,
            label=name,
        )
        left = [a + b for a, b in zip(left, widths, strict=True)]
    for row, total in enumerate(left):
        axes.text(total + 0.04, row, f"{total:.4g}", va="center", weight="bold", color=INK)
    axes.axvline(4, color=MUTED, linestyle="--", linewidth=1.2, zorder=0)
    axes.set_yticks(range(len(parts)), labels=list(parts))
    axes.set(xlabel="bits per weight", xlim=(0, max(left) + 0.5))
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    figure.legend(loc="outside upper left", ncols=len(names))
    alt = "Bits per weight of several formats: " + ", ".join(
        f"{name} {total:.4g}" for name, total in zip(parts, left, strict=True)
    )
    return figure, alt + "."
