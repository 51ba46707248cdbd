"""Bit patterns: what every place is worth, the wheel of two's complement, negation in steps."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle

from courseware.showing.say import cell_text
from courseware.showing.style import BLUE, CARD, FAINT, INK, MUTED, ORANGE, PALE, drawn, new_canvas
from model_compression.number_formats import (
    negate,
    place_values,
    signed_value,
    to_bits,
    unsigned_value,
)

LABEL_WIDTH = 2.9
"""Units left of the first bit, for the names of rows; a bit takes 1 unit."""


def draw_bit(axes: Axes, x: float, y: float, bit: str, colour: str = INK) -> None:
    """One bit as a square with its lower left corner at (x, y); a 1 is filled."""
    face = PALE.get(colour, FAINT) if bit == "1" else CARD
    axes.add_patch(
        FancyBboxPatch(
            (x + 0.08, y + 0.08),
            0.84,
            0.84,
            boxstyle="round,pad=0,rounding_size=0.1",
            facecolor=face,
            edgecolor=colour if bit == "1" else MUTED,
        )
    )
    weight = "bold" if bit == "1" else "normal"
    colour = INK if bit == "1" else MUTED
    axes.text(
        x + 0.5, y + 0.48, bit, ha="center", va="center", size=14, weight=weight, color=colour
    )


@drawn
def two_readings(bits: str) -> tuple[Figure, str]:
    """One pattern between two rows of place values: unsigned above, two's complement below."""
    width = len(bits)
    figure, axes = new_canvas(LABEL_WIDTH + width + 1.9, 3.3, 0.6)
    axes.text(0.2, 1.65, "bits", va="center")
    for position, bit in enumerate(bits):
        draw_bit(axes, LABEL_WIDTH + position, 1.15, bit)
    for y, signed, colour in ((2.6, False, BLUE), (0.7, True, ORANGE)):
        name = "two's complement" if signed else "unsigned"
        value = signed_value(bits) if signed else unsigned_value(bits)
        axes.text(0.2, y, name, va="center", color=colour, weight="bold")
        _draw_weights(axes, bits, y, signed, colour)
        axes.text(
            LABEL_WIDTH + width + 0.25,
            y,
            f"= {cell_text(value)}",
            va="center",
            size=14,
            color=colour,
            weight="bold",
        )
    alt = (
        f"The pattern {bits} with the worth of every place: read as unsigned it adds up to "
        f"{unsigned_value(bits)}, read as two's complement to {signed_value(bits)}."
    )
    return figure, alt


def _draw_weights(axes: Axes, bits: str, y: float, signed: bool, colour: str) -> None:
    """What each place is worth; places that hold a 0 are faint, for they add nothing."""
    size = 11 if len(bits) <= 8 else 7.5
    for position, weight in enumerate(place_values(len(bits), signed)):
        counts = bits[position] == "1"
        axes.text(
            LABEL_WIDTH + position + 0.5,
            y,
            cell_text(weight),
            ha="center",
            va="center",
            size=size,
            weight="bold" if counts else "normal",
            color=colour if counts else MUTED,
            alpha=1.0 if counts else 0.75,
        )


@drawn
def number_wheel(width: int = 4) -> tuple[Figure, str]:
    """All patterns of a width in a circle: one step clockwise adds one, in both readings."""
    n_patterns = 2**width
    figure, axes = new_canvas(11.6, 11.6, 0.5)
    for pattern in range(n_patterns):
        bits = to_bits(pattern, width)
        direction = _direction(pattern / n_patterns)
        _ring_text(axes, direction, 3.75, bits, INK, size=10.5)
        _ring_text(axes, direction, 4.95, cell_text(unsigned_value(bits)), BLUE, size=13)
        _ring_text(axes, direction, 2.55, cell_text(signed_value(bits)), ORANGE, size=13)
    for turn, inner, outer, colour in (
        (-0.5 / n_patterns, 4.4, 5.5, BLUE),
        (0.5 - 0.5 / n_patterns, 1.9, 3.1, ORANGE),
    ):
        x, y = _direction(turn)
        axes.plot(
            [5.8 + inner * x, 5.8 + outer * x],
            [5.8 + inner * y, 5.8 + outer * y],
            color=colour,
            linewidth=4,
            solid_capstyle="round",
        )
    axes.text(5.8, 6.55, "outside: unsigned", ha="center", color=BLUE, weight="bold")
    axes.text(5.8, 5.85, "inside: signed", ha="center", color=ORANGE, weight="bold")
    axes.text(5.8, 5.1, "clockwise: add one", ha="center", color=MUTED)
    alt = (
        f"The {n_patterns} patterns of {width} bits in a circle. Clockwise both readings grow by "
        "one. The unsigned reading falls back to 0 after all ones; two's complement falls from "
        f"{2 ** (width - 1) - 1} to {cell_text(-(2 ** (width - 1)))} at the bottom."
    )
    return figure, alt


def _direction(turn: float) -> tuple[float, float]:
    """The unit vector after so many turns clockwise from the top."""
    return math.sin(2 * math.pi * turn), math.cos(2 * math.pi * turn)


def _ring_text(
    axes: Axes, direction: tuple[float, float], radius: float, text: str, colour: str, size: float
) -> None:
    x, y = 5.8 + radius * direction[0], 5.8 + radius * direction[1]
    weight = "normal" if colour == INK else "bold"
    axes.text(x, y, text, ha="center", va="center", size=size, color=colour, weight=weight)


@drawn
def negation_steps(bits: str) -> tuple[Figure, str]:
    """Three rows: a pattern, the same inverted, and with one added; each with its signed value."""
    inverted = "".join("1" if bit == "0" else "0" for bit in bits)
    steps = [("x", bits), ("invert every bit", inverted), ("add one", negate(bits))]
    width = len(bits)
    figure, axes = new_canvas(LABEL_WIDTH + width + 1.9, 3.9, 0.6)
    for row, (name, pattern) in enumerate(steps):
        y = 2.7 - 1.2 * row
        axes.text(0.2, y + 0.48, name, va="center")
        for position, bit in enumerate(pattern):
            changed = row > 0 and bit != steps[row - 1][1][position]
            draw_bit(axes, LABEL_WIDTH + position, y, bit, ORANGE if changed else INK)
            if changed:
                corner = (LABEL_WIDTH + position + 0.08, y - 0.02)
                axes.add_patch(Rectangle(corner, 0.84, 0.06, facecolor=ORANGE, edgecolor="none"))
        value = cell_text(signed_value(pattern))
        x = LABEL_WIDTH + width + 0.25
        axes.text(x, y + 0.48, f"= {value}", va="center", size=14, color=ORANGE, weight="bold")
    alt = "Negation of a pattern in steps: " + "; ".join(
        f"{name}: {pattern} = {cell_text(signed_value(pattern))}" for name, pattern in steps
    )
    return figure, alt + ". Bits that change in a step are underlined."
