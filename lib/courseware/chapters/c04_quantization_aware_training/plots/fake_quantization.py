"""Rounding as a staircase, the slopes that stand in for its own, and what they do to a weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from courseware.chapters.c04_quantization_aware_training.surrogate_gradients import GRADIENTS
from courseware.showing.say import with_minus_signs
from courseware.showing.style import BLUE, FAINT, GREEN, INK, MUTED, ORANGE, PALE, Picture, drawn
from model_compression.fake_quantization import fake_quantize
from model_compression.number_formats import integer_range

REACH = 2.0
"""The staircase is drawn from -REACH to REACH."""


@drawn
def staircase(scale: float, n_bits: int, x: float, gradient: str) -> tuple[Figure, str]:
    """Fake quantization around 0, one value on it, and below it the slope that training uses.

    Args:
        scale: of the grid.
        n_bits: signed codes, -2^(b-1) ... 2^(b-1) - 1.
        x: the value that is marked, within -REACH ... REACH.
        gradient: one of `GRADIENTS`.
    """
    qmin, qmax = integer_range(n_bits, signed=True)
    figure = Figure(figsize=(7.6, 5.0), layout="constrained")
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(3.0, 1.0))
    values = torch.linspace(-REACH, REACH, 4001)
    rounded = fake_quantize(values, scale, qmin, qmax)
    slope = GRADIENTS[gradient](values, scale, qmin, qmax)
    marked = torch.tensor([x])
    x_hat = fake_quantize(marked, scale, qmin, qmax).item()
    slope_at_x = GRADIENTS[gradient](marked, scale, qmin, qmax).item()

    _shade_clipped(top, scale, qmin, qmax)
    _shade_clipped(bottom, scale, qmin, qmax)
    top.plot([-REACH, REACH], [-REACH, REACH], "--", color=MUTED, linewidth=1.2, label="x itself")
    top.plot(values.numpy(), rounded.numpy(), color=BLUE, linewidth=1.8, label="fake quantization")
    top.plot([x, x], [x, x_hat], color=ORANGE, linewidth=2)
    top.plot([x], [x_hat], "o", color=ORANGE, markersize=8, label="the value", zorder=4)
    top.set(ylabel="after rounding", ylim=(-1.05 * REACH, 1.05 * REACH))
    top.set_title(with_minus_signs(f"{n_bits} bits, scale {scale:.3g}: codes {qmin} … {qmax}"))
    top.legend(loc="upper left")
    bottom.plot(values.numpy(), slope.numpy(), color=GREEN, linewidth=1.8)
    bottom.plot([x], [slope_at_x], "o", color=ORANGE, markersize=8, zorder=4)
    bottom.set(xlabel="x", ylabel="gradient", ylim=(-0.15, 1.25), yticks=[0, 1])
    bottom.set_xlim(-REACH, REACH)
    bottom.set_title(f"gradient: {gradient}")
    for axes in (top, bottom):
        axes.grid(True, color=FAINT)
    alt = (
        f"A staircase of {2**n_bits} steps of width {scale:.3g} against the line of x itself; "
        f"{x:.3g} becomes {x_hat:.3g}. Below, the gradient ({gradient}): {slope_at_x:g} there."
    )
    return figure, with_minus_signs(alt)


def _shade_clipped(axes: Axes, scale: float, qmin: int, qmax: int) -> None:
    for border, edge in (((qmin - 0.5) * scale, -REACH), ((qmax + 0.5) * scale, REACH)):
        if abs(border) < REACH:
            axes.axvspan(*sorted((border, edge)), color=PALE[ORANGE], zorder=-1)


@drawn
def paths_of_a_weight(
    panels: Mapping[str, tuple[float, Mapping[str, Sequence[float]]]],
    grid: Sequence[float],
) -> tuple[Figure, str]:
    """A weight during training with several gradients: one panel a case.

    Args:
        panels: by title: what the rounded weight should become, and by name of the gradient the
            float weight after each step, from the start.
        grid: the values that a rounded weight can have.
    """
    figure = Figure(figsize=(8.8, 3.8), layout="constrained")
    styles = {"color": (INK, ORANGE, BLUE), "linestyle": ("-", "-", "--"), "width": (1.6, 1.6, 2.2)}
    described = []
    all_axes = figure.subplots(1, len(panels), squeeze=False, sharey=True)[0]
    for axes, (title, (target, paths)) in zip(all_axes, panels.items(), strict=True):
        axes.hlines(list(grid), 0, 1, transform=axes.get_yaxis_transform(), color=FAINT)
        axes.axhline(target, color=GREEN, linewidth=1.4, linestyle=":", label="target")
        for (name, path), colour, line, width in zip(paths.items(), *styles.values(), strict=False):
            axes.plot(path, color=colour, linestyle=line, linewidth=width, label=name)
            described.append(f"{title}, {name}: from {path[0]:.2f} to {path[-1]:.2f}")
        axes.set(xlabel="step")
        axes.set_title(title)
    all_axes[0].set_ylabel("float weight")
    figure.legend(*all_axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure, with_minus_signs("Paths of a weight. " + "; ".join(described) + ".")


@drawn
def neuron_pictures(rows: Mapping[str, torch.Tensor]) -> tuple[Figure, str]:
    """Weights of some neurons as pictures of 8 x 8 pixels: one line of pictures a network.

    Args:
        rows: by name of the network: (neurons, 64), the same number of neurons in each.
    """
    n_neurons = len(next(iter(rows.values())))
    figure = Figure(figsize=(1.05 * n_neurons + 1.6, 1.12 * len(rows) + 0.2), layout="constrained")
    grid = figure.subplots(len(rows), n_neurons, squeeze=False)
    described = []
    for line, (name, weights) in zip(grid, rows.items(), strict=True):
        for axes, weight in zip(line, weights, strict=True):
            reach = weight.abs().max().item()
            picture = weight.reshape(8, 8).numpy()
            axes.imshow(picture, cmap="PuOr", vmin=-reach, vmax=reach)
            axes.set(xticks=[], yticks=[])
            for spine in axes.spines.values():
                spine.set(visible=True, color=MUTED)
        line[0].set_ylabel(name, rotation=0, ha="right", va="center")
        values = [len(np.unique(weight.numpy())) for weight in weights]
        described.append(f"{name}: {min(values)} to {max(values)} different weights a neuron")
    alt = f"The weights of {n_neurons} neurons as pictures of 8 by 8 pixels. "
    return figure, alt + "; ".join(described) + "."


def example_of_a_staircase() -> Picture:
    """Three bits on a wide grid: what the staircase explorer shows, as a file."""
    return staircase(0.4, 3, 0.72, "straight-through, clipped")
