"""Arms of a comparison on one axis, with their 95% intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from courseware.showing.say import with_minus_signs
from courseware.showing.spread import spread
from courseware.showing.style import BLUE, GREEN, ORANGE, PURPLE, drawn

COLOURS = (ORANGE, BLUE, GREEN, PURPLE)
MARKERS = ("o", "s", "^", "D")


@drawn
def cosines_of_arms(
    panels: Mapping[str, Mapping[str, Mapping[str, Sequence[float]]]],
) -> tuple[Figure, str]:
    """One panel a setting, one line an arm, one point for each series: mean and 95% interval.

    Args:
        panels: by title, then by name of the line, then by series: a cosine for each draw. All
            lines of all panels have the same series.
    """
    rows = max(len(lines) for lines in panels.values())
    figure = Figure(figsize=(4.4 * len(panels), 0.42 * rows + 1.6), layout="constrained")
    all_axes = figure.subplots(1, len(panels), squeeze=False)[0]
    described = []
    for axes, (title, lines) in zip(all_axes, panels.items(), strict=True):
        series = list(next(iter(lines.values())))
        for k, name in enumerate(series):
            found = [spread(line[name]) for line in lines.values()]
            axes.errorbar(
                [of_line.mean for of_line in found],
                [row + 0.16 * (k - (len(series) - 1) / 2) for row in range(len(lines))],
                xerr=[of_line.margin for of_line in found],
                fmt=MARKERS[k],
                color=COLOURS[k],
                capsize=3,
                label=name,
            )
            text = ", ".join(
                f"{line} {of_line.mean:.3f}" for line, of_line in zip(lines, found, strict=True)
            )
            described.append(f"{title}, {name}: {text}")
        axes.set_yticks(range(len(lines)), list(lines))
        axes.set_ylim(len(lines) - 0.5, -0.5)
        axes.set_title(title)
        axes.set_xlabel("cosine to the float embedding")
        axes.grid(True, axis="x")
    figure.legend(*all_axes[0].get_legend_handles_labels(), loc="outside upper right", ncols=4)
    return figure, with_minus_signs("Mean cosines: " + "; ".join(described) + ".")
