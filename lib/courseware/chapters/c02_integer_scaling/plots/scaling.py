"""From floats to codes: values on a grid, what rounding and clamping do to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from courseware.showing.say import cell_text
from courseware.showing.style import (
    BLUE,
    CARD,
    FAINT,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PALE,
    drawn,
    new_axes,
    new_canvas,
)
from model_compression.integer_scaling import absmax_scale, quantize
from model_compression.number_formats import integer_range


@drawn
def two_symmetric_grids(values: torch.Tensor, n_bits: int) -> tuple[Figure, str]:
    """Values between two grids: the restricted range above, the full range below.

    Args:
        values: a handful of floats, 1-D.
        n_bits: of the codes.
    """
    figure, axes = new_canvas(23.6, 8.2, 0.42)
    absmax = values.abs().max().item()
    unit = 7.6 / absmax
    centre = 14.0
    axes.plot([centre - 1.14 * absmax * unit, centre + 1.14 * absmax * unit], [4.1, 4.1], color=INK)
    _side_label(axes, 4.1, "FP32 values", INK)
    parts = []
    for name, full_range, y, colour in (
        ("restricted range", False, 6.9, BLUE),
        ("full range", True, 1.3, ORANGE),
    ):
        scale = absmax_scale(values, n_bits, full_range).item()
        codes = quantize(values, scale, n_bits)
        _side_label(axes, y, f"{name}\nscale {scale:.4f}", colour)
        _draw_grid(axes, centre, unit * scale, n_bits, full_range, y, colour)
        for value, code in zip(values.tolist(), codes.tolist(), strict=True):
            start, end = centre + unit * value, centre + unit * scale * code
            gap = 0.45 if y > 4.1 else -0.45
            axes.plot([start, end], [4.1, y - gap], color=colour, linewidth=1.4, zorder=1)
        parts.append(
            f"{name}: scale {scale:.4f}, codes {', '.join(map(cell_text, codes.tolist()))}"
        )
    for value in values.tolist():
        axes.plot([centre + unit * value], [4.1], "o", color=INK, markersize=7, zorder=3)
        axes.text(
            *(centre + unit * value, 4.5, cell_text(value)),
            ha="center",
            weight="bold",
            bbox={"facecolor": CARD, "edgecolor": "none", "pad": 1.0},
            zorder=2,
        )
    names = ", ".join(map(cell_text, values.tolist()))
    return figure, f"The values {names} on two grids of {n_bits} bits. " + "; ".join(parts) + "."


def _side_label(axes: Axes, y: float, text: str, colour: str) -> None:
    axes.text(0.3, y, text, va="center", color=colour, weight="bold", linespacing=1.4)


def _draw_grid(
    axes: Axes, centre: float, step: float, n_bits: int, full_range: bool, y: float, colour: str
) -> None:
    """The codes as boxes at the values they stand for; codes that are left out are dashed."""
    lowest, highest = integer_range(n_bits, signed=True)
    used = range(lowest if full_range else -highest, highest + 1)
    for code in range(lowest, highest + 2):
        if code == lowest and not full_range:
            continue
        x = centre + step * code
        missing = code not in used
        if missing and not full_range:
            continue
        box = Rectangle(
            (x - 0.42, y - 0.42),
            *(0.84, 0.84),
            facecolor=CARD if missing else PALE[colour],
            edgecolor=MUTED if missing else colour,
            linestyle=(0, (2, 2)) if missing else "-",
        )
        axes.add_patch(box)
        axes.text(
            *(x, y - 0.03, cell_text(code)),
            ha="center",
            va="center",
            color=MUTED if missing else INK,
        )
    if full_range:
        x = centre + step * (highest + 1)
        axes.text(x, y - 0.95, "no such\ncode", ha="center", va="center", size=8.5, color=MUTED)


@drawn
def matrices(
    panels: Mapping[str, Sequence[Sequence[float]]], marked: Sequence[Sequence[bool]]
) -> tuple[Figure, str]:
    """Small matrices of the same shape side by side; marked cells stand out in each but the first.

    Args:
        panels: rows of numbers, by title.
        marked: rows of True where a cell is to stand out.
    """
    n_rows, n_columns = len(marked), len(marked[0])
    width = n_columns * 1.5
    figure, axes = new_canvas(0.5 + len(panels) * (width + 0.9), n_rows + 1.3, 0.55)
    for number, (title, rows) in enumerate(panels.items()):
        x0 = 0.5 + number * (width + 0.9)
        axes.text(x0, n_rows + 0.72, title, va="center", weight="bold")
        for row, numbers in enumerate(rows):
            for column, value in enumerate(numbers):
                colour = ORANGE if number > 0 and marked[row][column] else INK
                _draw_number(axes, x0 + 1.5 * column, n_rows - 0.75 - row, value, colour)
    alt = "; ".join(
        f"{title}: " + " / ".join(" ".join(map(cell_text, row)) for row in rows)
        for title, rows in panels.items()
    )
    return figure, f"Matrices side by side. {alt}."


def _draw_number(axes: Axes, x: float, y: float, value: float, colour: str) -> None:
    stands_out = colour != INK
    box = Rectangle(
        (x, y),
        *(1.42, 0.92),
        facecolor=PALE[colour] if stands_out else CARD,
        edgecolor=colour if stands_out else FAINT,
        linewidth=1.6 if stands_out else 1.0,
        zorder=2 if stands_out else 1,
    )
    axes.add_patch(box)
    axes.text(
        *(x + 0.71, y + 0.44, cell_text(value)),
        ha="center",
        va="center",
        size=12,
        weight="bold" if stands_out else "normal",
        color=INK,
        zorder=3,
    )


@drawn
def codes_by_value(
    values: torch.Tensor, codes: Mapping[str, torch.Tensor], xlabel: str
) -> tuple[Figure, str]:
    """The code that each of several rules gives to every value; one line a rule."""
    figure, axes = new_axes(7.6, 3.8)
    for (name, line), colour, width in zip(
        codes.items(), (ORANGE, BLUE, GREEN), (1.6, 3.2, 1.6), strict=False
    ):
        numbers = line.double()
        jumps = numbers.diff().abs() > 16
        numbers[1:][jumps] = torch.nan  # a jump is not a slope: lift the pen
        axes.plot(values.numpy(), numbers.numpy(), color=colour, linewidth=width, label=name)
    axes.axhline(0, color=FAINT, linewidth=1, zorder=0)
    axes.axvline(0, color=FAINT, linewidth=1, zorder=0)
    lowest, highest = integer_range(8, signed=True)
    axes.set_yticks([lowest, -64, 0, 64, highest])
    axes.set(xlabel=xlabel, ylabel="code")
    figure.legend(loc="outside upper left", ncols=len(codes))
    ends = "; ".join(
        f"{name}: from {cell_text(int(line[0]))} at the left to {cell_text(int(line[-1]))}"
        for name, line in codes.items()
    )
    low, high = (cell_text(end.item()) for end in (values[0], values[-1]))
    return figure, f"Codes for values from {low} to {high}. {ends}."
