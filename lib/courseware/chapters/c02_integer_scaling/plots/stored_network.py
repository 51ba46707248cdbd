"""A network stored in fewer and fewer bits: one unit's weights, its bytes, what it reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from courseware.showing.byte_text import byte_text
from courseware.showing.style import drawn


@dataclass(frozen=True, eq=False)
class Stored:
    """One way to store a network.

    Attributes:
        name: such as "4 bits".
        n_bytes: of all weights.
        accuracy: on new digits.
        weights: (64,) of one unit, one a pixel.
    """

    name: str
    n_bytes: int
    accuracy: float
    weights: torch.Tensor


@drawn
def stored_network(ways: Sequence[Stored]) -> tuple[Figure, str]:
    """The weights that one unit gives to each of 8 x 8 pixels, once a way to store them."""
    figure = Figure(figsize=(2.1 * len(ways), 2.9), layout="constrained")
    reach = float(ways[0].weights.abs().max())
    described = []
    for axes, way in zip(figure.subplots(1, len(ways)), ways, strict=True):
        axes.imshow(way.weights.reshape(8, 8).numpy(), cmap="RdBu", vmin=-reach, vmax=reach)
        axes.set(xticks=[], yticks=[], xlabel=f"{byte_text(way.n_bytes)}\nreads {way.accuracy:.1%}")
        axes.set_title(way.name)
        values = len(way.weights.unique())
        described.append(
            f"{way.name}: {byte_text(way.n_bytes)}, {values} different weights in this unit, "
            f"{way.accuracy:.1%} of new digits read"
        )
    return figure, "The weights of one unit, a pixel each. " + "; ".join(described) + "."
