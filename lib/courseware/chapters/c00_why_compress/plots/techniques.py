"""One map of the three techniques: which factor of `weights × bits` each of them changes."""

from __future__ import annotations

from collections.abc import Collection
from itertools import product

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from courseware.showing.style import BLUE, CARD, GREEN, INK, MUTED, ORANGE, drawn, new_canvas

Edge = tuple[int, int, int]
"""Layer, unit in it, unit in the next layer."""

LAYERS = (3, 4, 2)
CUT = {(0, 0, 1), (0, 1, 0), (0, 1, 3), (0, 2, 2), (0, 2, 0), (1, 1, 0), (1, 0, 1), (1, 3, 0)}
"""The connections that the picture shows as pruned."""


@drawn
def three_techniques() -> tuple[Figure, str]:
    """A network, and the same after quantization, pruning and distillation."""
    figure, axes = new_canvas(21.0, 8.4, 0.4)
    columns: tuple[tuple[str, str, str, tuple[int, ...], float, Collection[Edge]], ...] = (
        ("trained network", INK, "bytes = weights × bits / 8", LAYERS, 3.2, ()),
        ("quantization", BLUE, "fewer bits per weight", LAYERS, 0.9, ()),
        ("pruning", ORANGE, "fewer weights", LAYERS, 3.2, CUT),
        ("distillation", GREEN, "another, smaller network", (3, 2, 2), 3.2, ()),
    )
    for column, (name, colour, change, layers, line_width, cut) in enumerate(columns):
        x = 0.6 + 5.2 * column
        axes.text(
            x + 2.1, 7.75, name, ha="center", va="center", size=13, color=colour, weight="bold"
        )
        _draw_network(axes, x, layers, line_width, cut, colour)
        axes.text(x + 2.1, 1.75, change, ha="center", va="center", color=colour)
        if column > 0:
            _draw_formula(axes, x + 2.1, name, colour)
    alt = (
        "Four small networks. Quantization keeps every connection and stores it in fewer bits; "
        "pruning removes connections; distillation trains another, smaller network. "
        "Bytes are weights times bits per weight, divided by 8: quantization makes the second "
        "factor smaller, pruning and distillation the first."
    )
    return figure, alt


def _draw_network(
    axes: Axes,
    x: float,
    layers: tuple[int, ...],
    line_width: float,
    cut: Collection[Edge],
    colour: str,
) -> None:
    places = [
        [(x + 2.1 * layer, 4.7 + 1.35 * (unit - (size - 1) / 2)) for unit in range(size)]
        for layer, size in enumerate(layers)
    ]
    for layer in range(len(layers) - 1):
        for start, end in product(range(layers[layer]), range(layers[layer + 1])):
            (x0, y0), (x1, y1) = places[layer][start], places[layer + 1][end]
            gone = (layer, start, end) in cut
            axes.plot(
                [x0, x1],
                [y0, y1],
                color=MUTED if gone else colour,
                linewidth=1.0 if gone else line_width,
                linestyle=(0, (1, 4)) if gone else "-",
                alpha=0.9,
                zorder=1,
            )
    for layer_places in places:
        for unit_x, unit_y in layer_places:
            axes.plot(
                [unit_x], [unit_y], "o", markersize=15, color=CARD, markeredgecolor=INK, zorder=2
            )


def _draw_formula(axes: Axes, x: float, name: str, colour: str) -> None:
    """weights × bits, with the factor that the technique changes marked."""
    marked = {"quantization": "bits", "pruning": "weights", "distillation": "weights"}.get(name)
    for word, offset, side in (("weights", -0.3, "right"), ("bits", 0.3, "left")):
        changed = word == marked
        axes.text(
            x + offset,
            0.85,
            f"{word} ↓" if changed else word,
            ha=side,
            va="center",
            color=colour if changed else MUTED,
            weight="bold" if changed else "normal",
        )
    axes.text(x, 0.85, "×", ha="center", va="center", color=MUTED)
