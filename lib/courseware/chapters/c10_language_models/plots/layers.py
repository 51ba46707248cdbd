"""Errors of the matrices of MiniLM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from matplotlib.figure import Figure

from courseware.showing.style import BLUE, ORANGE, drawn, new_axes
from courseware.subjects.sentence_encoder import N_LAYERS


@drawn
def layer_errors(errors: Mapping[str, Sequence[float]]) -> tuple[Figure, str]:
    """Error of the outputs of MiniLM's matrices, in percent of their size, on a logarithmic axis.

    Args:
        errors: by the way of rounding, one for each matrix, in the order of the six layers.
    """
    figure, axes = new_axes(7.2, 3.4)
    for (name, values), colour, marker in zip(
        errors.items(), (ORANGE, BLUE), ("o", "s"), strict=True
    ):
        axes.plot(range(len(values)), values, marker, color=colour, label=name, markersize=5)
    count = len(next(iter(errors.values())))
    width = count / N_LAYERS
    for layer in range(1, N_LAYERS):
        axes.axvline(layer * width - 0.5, color="0.85", linewidth=1)
    axes.set_xticks(
        [(layer + 0.5) * width - 0.5 for layer in range(N_LAYERS)],
        [f"layer {layer}" for layer in range(N_LAYERS)],
    )
    axes.set(yscale="log", ylabel="error of the outputs, %")
    axes.grid(True, axis="y")
    axes.legend()
    means = ", ".join(f"{name} {fmean(values):.1f} %" for name, values in errors.items())
    return figure, f"Error of the outputs of {count} matrices, on average: {means}."
