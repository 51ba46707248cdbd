"""Who shares a scale: blocks of a weight matrix, and where the error goes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from courseware.showing.style import (
    BLUE,
    CARD,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PALE,
    PURPLE,
    drawn,
    new_canvas,
)
from model_compression.granularity import Granularity, block_shape, grid_shape

COLOURS = (BLUE, ORANGE, GREEN, PURPLE)


@drawn
def blocks_of(shape: tuple[int, int], granularities: Sequence[Granularity]) -> tuple[Figure, str]:
    """A weight matrix once for each granularity; weights of one colour and frame share a scale."""
    n_rows, n_columns = shape
    width = n_columns + 1.4
    figure, axes = new_canvas(0.6 + width * len(granularities), n_rows + 3.0, 0.5)
    described = []
    for number, granularity in enumerate(granularities):
        x0 = 0.8 + width * number
        block = block_shape(shape, granularity)
        _draw_weights(axes, x0, shape, block)
        _draw_frames(axes, x0, shape, block)
        name = granularity if isinstance(granularity, str) else f"group of {granularity}"
        n_blocks = math.prod(grid_shape(shape, block))
        count = f"{n_blocks} scale" + ("s" if n_blocks > 1 else "")
        axes.text(x0, n_rows + 2.2, f"one scale per {name}", weight="bold", size=12, va="center")
        axes.text(x0, n_rows + 1.45, f"block {block}, {count}", color=MUTED, va="center")
        described.append(f"one scale per {name}: block {block}, {count}")
    middle: dict[str, Any] = {"ha": "center", "va": "center", "color": MUTED}
    axes.text(0.8 + n_columns / 2, 0.35, "inputs", **middle)
    axes.text(0.35, 0.9 + n_rows / 2, "outputs", rotation=90, **middle)
    alt = f"A weight matrix of {n_rows} by {n_columns}, cut into blocks. " + "; ".join(described)
    return figure, alt + "."


def _draw_weights(axes: Axes, x0: float, shape: tuple[int, int], block: Sequence[int]) -> None:
    """One square a weight; neighbouring blocks differ in colour, in a row and in a column."""
    n_rows, n_columns = shape
    _, blocks_in_a_row = grid_shape(shape, block)
    shift = 1 if blocks_in_a_row == 1 else blocks_in_a_row + 1
    for row, column in product(range(n_rows), range(n_columns)):
        number = row // block[0] * shift + column // block[1]
        corner = (x0 + column + 0.06, 0.9 + n_rows - 1 - row + 0.06)
        colour = PALE[COLOURS[number % len(COLOURS)]]
        axes.add_patch(Rectangle(corner, 0.88, 0.88, facecolor=colour, edgecolor="none"))


def _draw_frames(axes: Axes, x0: float, shape: tuple[int, int], block: Sequence[int]) -> None:
    n_rows, n_columns = shape
    for top, left in product(range(0, n_rows, block[0]), range(0, n_columns, block[1])):
        corner = (x0 + left + 0.03, 0.9 + n_rows - top - block[0] + 0.03)
        width, height = block[1] - 0.06, block[0] - 0.06
        axes.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=INK, linewidth=1.3))


@drawn
def error_maps(errors: Mapping[str, torch.Tensor]) -> tuple[Figure, str]:
    """The size of the error at every weight of a matrix, dark where it is large; one map a title.

    All maps share one colour scale, which ends at the largest error.
    """
    colours = LinearSegmentedColormap.from_list("errors", [CARD, PALE[ORANGE], ORANGE, INK])
    figure = Figure(figsize=(3.5 * len(errors) + 0.6, 4.0), layout="constrained")
    panels = figure.subplots(1, len(errors), squeeze=False)[0]
    largest = max(error.abs().max().item() for error in errors.values())
    for axes, (title, error) in zip(panels, errors.items(), strict=True):
        image = axes.imshow(
            error.abs().numpy(), cmap=colours, vmin=0, vmax=largest, interpolation="nearest"
        )
        axes.set_title(title, size=10.5)
        axes.set(xticks=[], yticks=[], xlabel="inputs")
        for spine in axes.spines.values():
            spine.set(visible=True, color=MUTED)
    panels[0].set_ylabel("outputs")
    figure.colorbar(image, ax=list(panels), label="|error|", shrink=0.8, pad=0.015)
    alt = "Maps of the rounding error of a weight matrix. " + "; ".join(
        f"{title}: mean {error.abs().mean():.3g}".replace("\n", ", ")
        for title, error in errors.items()
    )
    return figure, alt + "."
