"""Sizes: bytes against bits per weight, what scales add, what fits into which memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from courseware.showing.byte_text import GB, byte_text
from courseware.showing.style import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    LINES,
    MUTED,
    ORANGE,
    PURPLE,
    drawn,
    new_axes,
)


@drawn
def size_bars(sizes: Mapping[str, int], title: str) -> tuple[Figure, str]:
    """One bar per name, as long as its bytes."""
    figure, axes = new_axes(7.2, 0.5 * len(sizes) + 0.9)
    names = list(sizes)
    values = [sizes[name] / GB for name in names]
    bars = axes.barh(range(len(names)), values, height=0.62, color=BLUE)
    axes.bar_label(
        bars, labels=[byte_text(sizes[name]) for name in names], padding=6, weight="bold"
    )
    axes.set_yticks(range(len(names)), labels=names)
    axes.set(xlim=(0, 1.16 * max(values)), xlabel="GB", title=title)
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    alt = f"{title}: " + ", ".join(f"{name} {byte_text(sizes[name])}" for name in names)
    return figure, alt + "."


@drawn
def overhead_curves(
    n_bits: int, scale_bits: Sequence[int], known: Mapping[str, tuple[int, float]]
) -> tuple[Figure, str]:
    """Bits per weight against group size, one curve per width of the scale; known formats as dots.

    `known` maps a name to (group size, bits per weight).
    """
    figure, axes = new_axes(7.6, 3.8)
    sizes = [2**k for k in range(4, 11)]
    for width, colour, line in zip(scale_bits, (BLUE, ORANGE, GREEN), LINES, strict=False):
        curve = [n_bits + width / size for size in sizes]
        label = f"one {width}-bit scale per group"
        axes.plot(sizes, curve, color=colour, linestyle=line, linewidth=2, label=label)
    axes.axhline(n_bits, color=MUTED, linestyle="--", linewidth=1.2)
    plain = f"{n_bits} bits and nothing else"
    axes.text(sizes[-1], n_bits - 0.06, plain, ha="right", va="top", color=MUTED)
    for name, (size, bits) in known.items():
        above = bits > n_bits + min(scale_bits) / size
        axes.plot([size], [bits], "o", color=INK, markersize=7)
        axes.annotate(
            f"{name}: {bits:.4g}",
            (size, bits),
            xytext=(8, 6) if above else (-9, -1),
            textcoords="offset points",
            ha="left" if above else "right",
            va="bottom" if above else "center",
        )
    axes.set_xscale("log", base=2)
    axes.set_xticks(sizes, labels=[str(size) for size in sizes])
    axes.set(xlabel="weights that share one scale", ylabel="bits per weight")
    axes.set_ylim(n_bits - 0.35, None)
    axes.grid(True)
    axes.legend()
    alt = f"Bits per weight of {n_bits}-bit codes against group size: small groups cost more. "
    return figure, alt + ", ".join(f"{name} {bits:.4g}" for name, (_, bits) in known.items()) + "."


@drawn
def memory_map(
    sizes: Mapping[str, Mapping[str, int]], devices: Mapping[str, int]
) -> tuple[Figure, str]:
    """Bytes of each model, one dot per width, on a logarithmic axis; device memories as lines.

    `sizes` maps a model to {width: bytes}, `devices` a name to its bytes.
    """
    figure, axes = new_axes(7.6, 0.5 * len(sizes) + 2.0)
    widths = list(next(iter(sizes.values())))
    for row, by_width in enumerate(sizes.values()):
        values = [n_bytes / GB for n_bytes in by_width.values()]
        axes.plot([min(values), max(values)], [row, row], color=FAINT, linewidth=5, zorder=1)
    for place, (width, colour) in enumerate(
        zip(widths, (BLUE, ORANGE, GREEN, PURPLE), strict=False)
    ):
        values = [by_width[width] / GB for by_width in sizes.values()]
        marker = "oDs^"[place % 4]
        axes.plot(
            values, range(len(sizes)), marker, color=colour, markersize=9, label=width, zorder=3
        )
    _draw_flags(axes, {name: n_bytes / GB for name, n_bytes in devices.items()})
    axes.set_yticks(range(len(sizes)), labels=list(sizes))
    axes.set(xscale="log", xlabel="GB of weights (logarithmic)", ylim=(len(sizes) - 0.5, -0.6))
    ticks = [0.1, 1, 10, 100, 1000]
    axes.set_xticks(ticks, labels=[f"{tick:g}" for tick in ticks])
    axes.tick_params(axis="y", length=0)
    axes.grid(True, axis="x", color=FAINT)
    figure.legend(loc="outside lower center", ncols=len(widths))
    alt = "Weights of models at several widths against memory: " + "; ".join(
        f"{model}: " + ", ".join(f"{width} {byte_text(n)}" for width, n in by_width.items())
        for model, by_width in sizes.items()
    )
    return figure, alt + "."


def _draw_flags(axes: Axes, places: Mapping[str, float]) -> None:
    """A dashed line per place, with its name above; each name one line higher than the next."""
    top = axes.get_xaxis_transform()
    for level, (name, x) in enumerate(reversed(list(places.items()))):
        axes.plot(
            [x, x],
            [0, 1.06 + 0.065 * level],
            color=INK,
            linestyle="--",
            linewidth=1.1,
            transform=top,
            clip_on=False,
            zorder=2,
        )
        axes.annotate(
            name,
            (x, 1.02 + 0.065 * level),
            xycoords=top,
            xytext=(4, 0),
            textcoords="offset points",
            va="bottom",
            size=9,
        )
