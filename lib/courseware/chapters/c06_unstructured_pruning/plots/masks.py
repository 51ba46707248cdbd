"""Masks: connections that are cut, weights in the order of their size, whole layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from courseware.showing.say import with_minus_signs
from courseware.showing.style import (
    BLUE,
    CARD,
    FAINT,
    INK,
    MUTED,
    ORANGE,
    PALE,
    Picture,
    drawn,
    new_axes,
    new_canvas,
)
from model_compression.magnitude_pruning import global_magnitude_masks
from model_compression.masks import Mask


@drawn
def cut_connections(
    x: torch.Tensor, weight: torch.Tensor, mask: torch.Tensor
) -> tuple[Figure, str]:
    """A small layer y = x W twice, as lines between nodes and as a matrix; what is cut is dashed.

    Args:
        x: (n,) inputs.
        weight: (n, m).
        mask: torch.bool of the shape of `weight`.
    """
    outputs, kept_outputs = x @ weight, x @ Mask(mask).apply(weight)
    n, m = weight.shape
    figure, axes = new_canvas(9.0 + 1.7 * m, 6.6, 0.5)
    rows = [5.2 - 4.2 * i / max(n - 1, 1) for i in range(n)]
    columns = [5.9 - 5.2 * j / max(m - 1, 1) for j in range(m)]
    for i, y_in in enumerate(rows):
        for j, y_out in enumerate(columns):
            kept = bool(mask[i, j])
            line: dict[str, Any] = {
                "color": BLUE if kept else ORANGE,
                "linewidth": 1.7 if kept else 1.2,
            }
            axes.plot([1.0, 5.2], [y_in, y_out], "-" if kept else "--", **line, zorder=1)
        _draw_node(axes, 1.0, y_in, f"{x[i]:g}")
    for j, y_out in enumerate(columns):
        _draw_node(axes, 5.2, y_out, "")
        changed = not bool(mask[:, j].all())
        axes.text(5.7, y_out + 0.16, f"{outputs[j]:.1f}".replace("-", "−"), va="center", ha="left")
        after = f"→ {kept_outputs[j]:.1f}".replace("-", "−")
        colour = ORANGE if changed else MUTED
        axes.text(5.7, y_out - 0.3, after, va="center", ha="left", color=colour, weight="bold")
    _draw_matrix(axes, 8.2, weight, mask)
    before, after = (
        ", ".join(f"{value:.1f}" for value in values.tolist()) for values in (outputs, kept_outputs)
    )
    n_cut = Mask(mask).n_pruned
    alt = f"A layer of {n} inputs and {m} outputs; {n_cut} of {n * m} connections are cut. "
    return figure, with_minus_signs(alt + f"Outputs before: {before}; after: {after}.")


def _draw_node(axes: Axes, x: float, y: float, text: str) -> None:
    axes.add_patch(Circle((x, y), 0.4, facecolor=CARD, edgecolor=INK, linewidth=1.4, zorder=2))
    axes.text(x, y, text, ha="center", va="center", zorder=3)


def _draw_matrix(axes: Axes, left: float, weight: torch.Tensor, mask: torch.Tensor) -> None:
    n, m = weight.shape
    for i in range(n):
        for j in range(m):
            x, y, kept = left + 1.7 * j, 4.2 - 1.2 * i, bool(mask[i, j])
            face = PALE[BLUE] if kept else CARD
            axes.add_patch(Rectangle((x, y), 1.6, 1.1, facecolor=face, edgecolor=FAINT))
            text = f"{weight[i, j]:g}".replace("-", "−")
            colour = INK if kept else ORANGE
            axes.text(x + 0.8, y + 0.55, text, ha="center", va="center", color=colour, size=11)
            if not kept:
                axes.plot([x + 0.25, x + 1.35], [y + 0.2, y + 0.9], color=ORANGE, linewidth=1.4)


@drawn
def ranked_magnitudes(w: torch.Tensor, mask: torch.Tensor) -> tuple[Figure, str]:
    """The weights of a tensor from the smallest magnitude to the largest, pruned ones in orange."""
    values, kept = w.flatten(), mask.flatten()
    order = values.abs().argsort(stable=True)
    figure, axes = new_axes(7.2, 3.0)
    colours = [BLUE if kept[i] else ORANGE for i in order]
    axes.bar(range(len(order)), values.abs()[order].numpy(), color=colours, width=0.7)
    labels = [f"{values[i]:g}".replace("-", "−") for i in order]
    axes.set_xticks(range(len(order)), labels=labels)
    n_pruned = Mask(mask).n_pruned
    if 0 < n_pruned < len(order):
        axes.axvline(n_pruned - 0.5, color=INK, linestyle="--", linewidth=1.2)
    axes.set(xlabel="weight, by magnitude", ylabel="magnitude")
    axes.tick_params(axis="x", length=0)
    axes.set_title(f"{n_pruned} of {len(order)} go")
    gone = ", ".join(f"{values[i]:g}" for i in order if not kept[i])
    alt = f"{len(order)} weights by magnitude; {n_pruned} are pruned: {gone or 'none'}."
    return figure, with_minus_signs(alt)


@drawn
def masked_layers(
    weights: Mapping[str, torch.Tensor], masks: Mapping[str, torch.Tensor]
) -> tuple[Figure, str]:
    """The weights of each layer as a picture; what is pruned is left blank.

    All layers share one scale of colours: purple above 0, orange below.

    Args:
        weights: (out, in) by name of the layer.
        masks: torch.bool, the same names and shapes.
    """
    widths = [w.shape[1] + 8 for w in weights.values()]
    figure = Figure(figsize=(9.2, 3.7), layout="constrained")
    all_axes = figure.subplots(1, len(weights), squeeze=False, width_ratios=widths)[0]
    reach = max(w.abs().max().item() for w in weights.values()) or 1.0
    described = []
    for axes, (name, w) in zip(all_axes, weights.items(), strict=True):
        mask = Mask(masks[name])
        shown = torch.where(mask.kept, w, torch.nan).numpy()
        axes.set_facecolor("#ffffff")
        axes.imshow(shown, cmap="PuOr", vmin=-0.6 * reach, vmax=0.6 * reach)
        axes.set(xticks=[], yticks=[])
        for spine in axes.spines.values():
            spine.set(visible=True, color=MUTED)
        rows, columns = w.shape
        axes.set_xlabel(f"{rows} × {columns}", color=MUTED)
        axes.set_title(f"{name}\n{mask.density:.0%} kept", size=10.5)
        described.append(f"{name} keeps {mask.n_kept} of {mask.n_weights} ({mask.density:.0%})")
    return figure, "Weights that are left in each layer: " + "; ".join(described) + "."


def example_weights() -> dict[str, torch.Tensor]:
    """Bell-shaped weights of three layers, the later ones larger, as in a trained network."""
    generator = torch.Generator().manual_seed(0)
    shapes = {"0.weight": (64, 64, 0.1), "2.weight": (32, 64, 0.15), "4.weight": (10, 32, 0.25)}
    return {
        name: deviation * torch.randn(rows, columns, generator=generator)
        for name, (rows, columns, deviation) in shapes.items()
    }


def example_of_masks() -> Picture:
    """Bell-shaped layers, ranked together: what the pruning explorer shows, as a file."""
    weights = example_weights()
    return masked_layers(weights, global_magnitude_masks(weights, 0.8))
