"""Pictures of lecture 11: the front, what bytes are for, where shared values lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from courseware.chapters.c11_deep_compression.results import Dot, front_of
from courseware.showing.style import (
    BLUE,
    CARD,
    FAINT,
    GREEN,
    HATCHES,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    drawn,
)

HAN_2016 = {"float32": (1_070_000, 98.36), "compressed": (27_000, 98.42)}
"""Bytes and accuracy of Han, Mao & Dally 2016, LeNet-300-100 on all of MNIST (their table 1)."""

KINDS = {"narrow": (ORANGE, "^"), "wide": (BLUE, "o"), "": (MUTED, "s")}
"""How the name of an arm begins → how it is drawn."""

NAMES_BESIDE = (12, 20), (-84, -14)
"""Where names stand beside their dots, in points."""

TOLD = {
    "narrow": "one hidden layer",
    "wide": "300 and 100 units, trained in the loop",
    "": "not trained in the loop",
}


@drawn
def size_and_accuracy(
    dots: Sequence[Dot],
    whole: float,
    tolerated: float,
    chosen: str = "",
    named: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Figure, str]:
    """Every arm by bytes and accuracy, with the front; beside it the paper's two points.

    Args:
        dots: of one record and coder.
        whole: accuracy of the float network, in percent.
        tolerated: points below it that still go for no loss.
        chosen: the arm to be marked.
        named: at most two arms whose names stand beside them → these names.
    """
    figure = Figure(figsize=(9.6, 4.8), layout="constrained")
    axes, beside = figure.subplots(1, 2, width_ratios=(3.2, 1.0))
    axes.axhspan(whole - tolerated, whole, color=FAINT, alpha=0.6, linewidth=0)
    axes.axhline(whole, color=INK, linestyle="--", linewidth=1.2, label="float, trained on")
    front = front_of([*dots])
    axes.plot(
        [dot.n_bytes for dot in front],
        [dot.accuracy for dot in front],
        drawstyle="steps-post",
        color=GREEN,
        linewidth=1.8,
        label="the front",
    )
    for begin, (colour, marker) in KINDS.items():
        of_kind = [dot for dot in dots if _kind(dot.arm) == begin]
        x, y = [dot.n_bytes for dot in of_kind], [dot.accuracy for dot in of_kind]
        axes.plot(x, y, marker, color=colour, markersize=6, label=TOLD[begin], alpha=0.85)
    told = [dot for dot in dots if dot.arm in named]
    for dot, beside_it in zip(told, NAMES_BESIDE, strict=False):
        axes.annotate(
            named[dot.arm],
            (dot.n_bytes, dot.accuracy),
            beside_it,
            textcoords="offset points",
            arrowprops={"arrowstyle": "-", "color": INK},
        )
    marked = [dot for dot in dots if dot.arm == chosen]
    for dot in marked:
        low, high = min(dot.accuracies), max(dot.accuracies)
        axes.plot([dot.n_bytes] * 2, [low, high], color=PURPLE, linewidth=2.5)
        axes.plot([dot.n_bytes], [dot.accuracy], "D", color=PURPLE, markersize=10, label=chosen)
    lowest = min([whole - 8, *(dot.accuracy - 0.5 for dot in marked)])
    _bytes_axis(axes, (600, 2e6))
    axes.set_ylim(lowest, whole + 1.2)
    axes.set_ylabel("accuracy on new digits, percent")
    axes.set_title("5,000 images, this lecture")
    _paper(beside)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    best = "; ".join(f"{dot.arm} {dot.n_bytes:,.0f} bytes {dot.accuracy:.1f}%" for dot in front)
    alt = f"Bytes and accuracy of {len(dots)} arms. The front: {best}. Float: {whole:.1f}%. "
    alt += "Beside it, Han et al. 2016 on all of MNIST: 1,070 kB 98.36%, 27 kB 98.42%."
    for dot in told:
        alt += f" {named[dot.arm]}: {dot.n_bytes:,.0f} bytes, {dot.accuracy:.1f}%."
    for dot in marked:
        alt += f" Marked: {dot.arm}, {dot.n_bytes:,.0f} bytes, {dot.accuracy:.1f}%."
    return figure, alt


def _kind(arm: str) -> str:
    return next(begin for begin in KINDS if arm.startswith(begin))


def _paper(axes: Axes) -> None:
    sizes, right = zip(*HAN_2016.values(), strict=True)
    axes.plot(sizes, right, "o-", color=GREEN)
    _bytes_axis(axes, (1e4, 3e6))
    axes.set_ylim(97.9, 98.7)
    axes.set_title("Han et al. 2016")


def _bytes_axis(axes: Axes, limits: tuple[float, float]) -> None:
    axes.set(xscale="log", xlim=limits, xlabel="bytes of the file")
    ticks = [n for n in (1e3, 1e4, 1e5, 1e6) if limits[0] <= n <= limits[1]]
    axes.set_xticks(ticks, labels=[f"{n / 1e3:,.0f} kB" for n in ticks])
    axes.grid(True, color=FAINT)


@drawn
def bytes_by_use(files: Mapping[str, Mapping[str, float]]) -> tuple[Figure, str]:
    """What the bytes of files are for, one bar a file.

    Args:
        files: by name of the file: bytes by use.
    """
    figure = Figure(figsize=(9.0, 0.9 + 0.5 * len(files)), layout="constrained")
    axes = figure.subplots()
    uses = [*next(iter(files.values()))]
    colours = (BLUE, ORANGE, GREEN, PURPLE, MUTED)
    looks: dict[str, dict[str, Any]] = {
        use: {"color": colour, "hatch": hatch, "edgecolor": CARD}
        for use, colour, hatch in zip(uses, colours, HATCHES, strict=False)
    }
    for row, sizes in enumerate(files.values()):
        left = 0.0
        for use in uses:
            axes.barh(row, sizes[use], left=left, **looks[use])
            left += sizes[use]
        axes.text(left, row, f"  {left:,.0f}", va="center")
    axes.set_yticks(range(len(files)), labels=[*files])
    axes.invert_yaxis()
    axes.set_xlim(0, 1.12 * max(sum(sizes.values()) for sizes in files.values()))
    axes.set_xlabel("bytes")
    for use in uses:
        axes.barh([0], [0], label=use, **looks[use])
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=len(uses))
    told = "; ".join(
        f"{name}: " + ", ".join(f"{use} {n:,.0f}" for use, n in sizes.items())
        for name, sizes in files.items()
    )
    return figure, f"Bytes by use. {told}."


@drawn
def shared_values(
    weights: Sequence[float], tables: Mapping[str, Sequence[float]]
) -> tuple[Figure, str]:
    """A histogram of weights, and where tables put their values.

    Args:
        weights: the kept ones of a layer.
        tables: by name, at most three.
    """
    figure = Figure(figsize=(8.4, 3.6), layout="constrained")
    axes, below = figure.subplots(2, 1, height_ratios=(2, 1), sharex=True)
    axes.hist(weights, bins=80, color=FAINT, edgecolor=MUTED, linewidth=0.3)
    axes.set_ylabel("kept weights")
    described = []
    for row, ((name, table), colour) in enumerate(
        zip(tables.items(), (ORANGE, BLUE, GREEN), strict=False)
    ):
        below.plot(table, [row] * len(table), "|", color=colour, markersize=16, markeredgewidth=2.5)
        described.append(f"{name}: " + ", ".join(f"{value:.3f}" for value in table))
    below.set_yticks(range(len(tables)), labels=[*tables])
    below.set_ylim(len(tables) - 0.4, -0.6)
    below.set_xlabel("value of a weight")
    return figure, f"Histogram of {len(weights)} weights. {'; '.join(described)}."


@drawn
def front_of_points(
    names: Sequence[str], points: Sequence[tuple[float, float]], front: Sequence[int]
) -> tuple[Figure, str]:
    """Points of bytes and accuracy, and those that are said to be on the front.

    Args:
        names: one a point.
        points: (bytes, accuracy in percent).
        front: positions, in the order in which they are joined.
    """
    figure = Figure(figsize=(8.4, 4.2), layout="constrained")
    axes = figure.subplots()
    axes.plot(*zip(*points, strict=True), "o", color=MUTED, alpha=0.6, label=f"{len(points)} files")
    chosen = [points[i] for i in front]
    if chosen:
        label = f"the front: {len(chosen)}"
        axes.plot(*zip(*chosen, strict=True), "D-", color=GREEN, label=label)
    axes.set(xscale="log", xlabel="bytes", ylabel="accuracy on new digits, percent")
    axes.set_xticks([], minor=True)
    ticks = [n for n in (200, 500, 1000, 2000, 5000) if any(n <= 1.5 * x for x, _ in points)]
    axes.set_xticks(ticks, labels=[f"{n:,}" for n in ticks])
    axes.grid(True, color=FAINT)
    axes.legend(loc="lower right")
    told = "; ".join(f"{names[i]}: {points[i][0]:,.0f} bytes, {points[i][1]:.1f}%" for i in front)
    return figure, f"{len(points)} files by bytes and accuracy. On the front: {told or 'none'}."
