"""What a search finds first, by the format that the searching network is stored in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from courseware.showing.style import BLUE, GREEN, INK, drawn

N_SHOWN = 3
LONGEST = 46
"""Letters of a line that are shown."""


@drawn
def best_matches(
    cosines: Mapping[str, Sequence[float]], lines: Sequence[str], right: int
) -> tuple[Figure, str]:
    """The three lines with the highest cosines in each format; the right one is green
    and has a tick.

    Args:
        cosines: by format, one for each line.
        lines: texts that were searched.
        right: number of the line that was asked for.
    """
    figure = Figure(figsize=(7.8, 1.15 * len(cosines) + 0.3), layout="constrained")
    panels = figure.subplots(len(cosines), 1, sharex=True, squeeze=False)[:, 0]
    described = []
    for axes, (name, found) in zip(panels, cosines.items(), strict=True):
        best = sorted(range(len(found)), key=lambda i: -found[i])[:N_SHOWN]
        heights = range(len(best), 0, -1)
        colours = [GREEN if i == right else BLUE for i in best]
        axes.barh(heights, [found[i] for i in best], color=colours, height=0.7)
        labels = [f"✓ {_short(lines[i])}" if i == right else _short(lines[i]) for i in best]
        axes.set_yticks(heights, labels=labels)
        axes.tick_params(axis="y", length=0, labelsize=8.5, labelcolor=INK)
        axes.set_title(name, size=10)
        place = sorted(found, reverse=True).index(found[right]) + 1
        described.append(f"{name}: the right line is number {place}, first is “{lines[best[0]]}”")
    panels[-1].set_xlabel("cosine to the description")
    return figure, f"The best of {len(lines)} lines. " + "; ".join(described) + "."


def _short(line: str) -> str:
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
