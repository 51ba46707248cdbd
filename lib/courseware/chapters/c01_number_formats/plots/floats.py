"""Floating-point numbers: their three fields, and how far apart neighbours are."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from courseware.showing.say import cell_text
from courseware.showing.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PALE,
    drawn,
    new_axes,
    new_canvas,
)
from model_compression.float_formats import (
    BFLOAT16,
    FLOAT16,
    FLOAT32,
    FloatFields,
    FloatFormat,
    float_bits,
    float_fields,
    float_value,
    spacing,
)

FORMATS = (FLOAT32, FLOAT16, BFLOAT16)
SIGN, EXPONENT, FRACTION = ORANGE, GREEN, BLUE


@drawn
def float_anatomy(x: float, formats: Sequence[FloatFormat] = FORMATS) -> tuple[Figure, str]:
    """One number in several formats: sign, exponent and fraction, and how they make the value."""
    row_height = 3.9
    figure, axes = new_canvas(38.6, row_height * len(formats) + 0.9, 0.2)
    for row, float_format in enumerate(formats):
        _draw_fields(axes, x, float_format, y=row_height * (len(formats) - row) - 1.7)
    alt = f"The number {cell_text(x)} stored as " + "; ".join(
        f"{f.name}: {_in_words(float_fields(x, f))}" for f in formats
    )
    return figure, alt + "."


def _in_words(fields: FloatFields) -> str:
    return f"sign {fields.sign}, exponent {fields.exponent}, fraction {fields.fraction}"


def _draw_fields(axes: Axes, x: float, float_format: FloatFormat, y: float) -> None:
    fields = float_fields(x, float_format)
    axes.text(0.6, y + 0.5, float_format.name, va="center", weight="bold")
    sizes = (1, float_format.exponent_bits, float_format.fraction_bits)
    colours = [
        c for c, size in zip((SIGN, EXPONENT, FRACTION), sizes, strict=True) for _ in range(size)
    ]
    for position, (bit, colour) in enumerate(
        zip(float_bits(x, float_format), colours, strict=True)
    ):
        corner = (6.0 + position, y)
        axes.add_patch(Rectangle(corner, 1, 1, facecolor=PALE[colour], edgecolor=colour))
        axes.text(6.5 + position, y + 0.46, bit, ha="center", va="center", size=9)
    top = y + 1.2
    axes.text(6.0, top, "±", color=SIGN, weight="bold", va="bottom")
    axes.text(7.1, top, f"exponent {fields.exponent}", color=EXPONENT, size=9, va="bottom")
    start = 7.1 + float_format.exponent_bits
    axes.text(start, top, f"fraction {fields.fraction:,}", color=FRACTION, size=9, va="bottom")
    axes.text(6.0, y - 0.35, _formula(fields, float_format), color=INK, size=10, va="top")


def _formula(fields: FloatFields, float_format: FloatFormat) -> str:
    """How the fields of a normal number make its value, with the numbers put in."""
    sign = "−" if fields.sign else "+"
    power = fields.exponent - float_format.bias
    significand = 1 + fields.fraction * float_format.epsilon
    value = exact_text(float_value(fields, float_format))
    return (
        f"{sign} (1 + {fields.fraction:,} / $2^{{{float_format.fraction_bits}}}$) "
        f"× $2^{{{fields.exponent} − {float_format.bias}}}$  =  "
        f"{sign} {significand:.8g} × $2^{{{power}}}$  =  {value}"
    ).replace("-", "−")


def exact_text(value: float) -> str:
    """A float with nine significant digits, enough to tell any two float32 apart."""
    return f"{value:.9g}".replace("-", "−")


@drawn
def number_line() -> tuple[Figure, str]:
    """All values of a 6-bit float from 0 up, over those of a 5-bit integer."""
    toy = FloatFormat("6-bit float", exponent_bits=3, fraction_bits=2, dtype=FLOAT16.dtype)
    figure, axes = new_axes(7.6, 2.2)
    step = 2**toy.fraction_bits
    for exponent in range(2**toy.exponent_bits - 1):
        colour, top = (
            (ORANGE, 1.3) if exponent == 0 else ((GREEN, 1.43), (BLUE, 1.55))[exponent % 2]
        )
        values = [float_value(FloatFields(0, exponent, i), toy) for i in range(step)]
        axes.vlines(values, 1.0, top, color=colour, linewidth=1.6)
    axes.vlines(range(math.ceil(toy.largest) + 1), 0.0, 0.55, color=MUTED, linewidth=1.6)
    axes.set(xlim=(-0.15, toy.largest + 0.3), ylim=(-0.1, 1.75), xlabel="value")
    axes.set_yticks([0.27, 1.27], labels=["integers", "6-bit floats"])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_title("A colour and a height per exponent; orange, low: subnormal")
    alt = (
        f"A number line from 0 to {toy.largest:g}. Integers are evenly spaced. The values of a "
        f"float with {toy.exponent_bits} exponent bits and {toy.fraction_bits} fraction bits "
        "crowd near 0; "
        "their distance doubles at every power of two."
    )
    return figure, alt


@drawn
def float_spacing(formats: Sequence[FloatFormat] = FORMATS) -> tuple[Figure, str]:
    """Distance between neighbours against the value itself, for each format."""
    figure, axes = new_axes(7.6, 4.0)
    for float_format, colour in zip(formats, (BLUE, ORANGE, GREEN), strict=False):
        highest = min(45, float_format.bias)
        exponents = range(-45, highest + 1)
        gaps = [spacing(2.0**e, float_format) for e in exponents]
        positive = [(2.0**e, gap) for e, gap in zip(exponents, gaps, strict=True)]
        axes.step(*zip(*positive, strict=True), where="post", color=colour, linewidth=2)
        x, y = positive[-1]
        axes.text(x * 3, y, float_format.name, color=colour, va="center", weight="bold")
        if highest == float_format.bias:
            axes.plot([x], [y], "o", color=colour)
    axes.set(xscale="log", yscale="log", xlabel="value", ylabel="distance to the next value")
    axes.set_xlim(2.0**-46, 2.0**58)
    axes.grid(True)
    alt = (
        "Distance between neighbouring floats against the value, both logarithmic. The distance "
        "grows in proportion to the value; float16 ends at "
        f"{FLOAT16.largest:g} and has a constant distance near zero; bfloat16 is the coarsest."
    )
    return figure, alt
