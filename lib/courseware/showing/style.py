"""How every picture looks, and how it is shown.

A picture is dark ink on a light card of its own, so that it reads the same in JupyterLab's light
and dark theme, in a browser and on a projector. The colours are those of Okabe and Ito, darkened
until small text in them reads well on the card (a contrast of 4.5 at least), and moved until any
two are as far from each other as the nearest two of Okabe and Ito are, for people with any form of
colour blindness (`tests/courseware/showing/test_colours.py`). All the same nothing is told by its
colour alone: entries of a legend differ in dashes, marker or hatch as well.

The same call draws the same bytes: pictures do not depend on the user's matplotlib settings, and
carry no date.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import matplotlib.style
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure

CARD = "#fbfaf7"
INK = "#1b2530"
MUTED = "#576069"
FAINT = "#d5d9de"

BLUE = "#0072da"
ORANGE = "#b85000"
GREEN = "#00805c"
PURPLE = "#a85794"

PALE = {BLUE: "#d3e6f2", ORANGE: "#fbe0cd", GREEN: "#cfe8df", PURPLE: "#f0dcea"}
"""A pale tint of each colour, for areas with text on them."""

LINES = ("-", ":", "-.", (0, (5, 1.2, 1.2, 1.2, 1.2, 1.2)))
"""Of lines in one picture; the dashed one is for what they are compared with."""

HATCHES = ("", "///", "...", "xxx", "---")
"""Of areas in one picture."""

STYLE: dict[str, Any] = {
    "figure.facecolor": CARD,
    "axes.facecolor": CARD,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler(color=[BLUE, ORANGE, GREEN, PURPLE]),
    "grid.color": FAINT,
    "text.color": INK,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "font.family": "DejaVu Sans",
    "font.size": 10.5,
    "svg.hashsalt": "model-compression-course",
}

P = ParamSpec("P")


@dataclass(frozen=True)
class Picture:
    """A finished drawing, and what it shows in words: for screen readers, and as plain text."""

    svg: str
    alt: str

    @property
    def html(self) -> str:
        """The picture as an `<img>` that needs no other file."""
        data = base64.b64encode(self.svg.encode()).decode()
        return (
            f'<img alt="{html.escape(self.alt)}" src="data:image/svg+xml;base64,{data}" '
            'style="max-width: 100%; height: auto; border-radius: 6px">'
        )

    def write(self, path: Path) -> None:
        """Store the picture as an SVG file."""
        path.write_text(self.svg, encoding="utf-8", newline="\n")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.alt}

    def __repr__(self) -> str:
        return f"Picture: {self.alt}"


def drawn(draw: Callable[P, tuple[Figure, str]]) -> Callable[P, Picture]:
    """Turn a function that returns (figure, what it shows) into one that returns a `Picture`."""

    @wraps(draw)
    def picture(*args: P.args, **kwargs: P.kwargs) -> Picture:
        with matplotlib.style.context(["default", STYLE]):
            figure, alt = draw(*args, **kwargs)
            return Picture(_svg(figure, alt), alt)

    return picture


def new_axes(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure of so many inches with one pair of axes; it belongs to no pyplot state."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def new_canvas(width: float, height: float, inches_per_unit: float) -> tuple[Figure, Axes]:
    """Axes without lines for a drawing of `width` by `height` equal units, origin bottom left."""
    figure = Figure(figsize=(width * inches_per_unit, height * inches_per_unit))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    axes.axis("off")
    return figure, axes


def _svg(figure: Figure, alt: str) -> str:
    buffer = io.StringIO()
    metadata: dict[str, Any] = {"Date": None, "Creator": None, "Title": alt}
    figure.savefig(buffer, format="svg", metadata=metadata)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"
