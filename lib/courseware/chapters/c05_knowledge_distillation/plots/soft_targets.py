"""A teacher's answers at several temperatures, and the gradients that come of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from courseware.showing.style import (
    BLUE,
    CARD,
    FAINT,
    GREEN,
    MUTED,
    ORANGE,
    PALE,
    Picture,
    drawn,
    new_axes,
)
from courseware.subjects.data import MNIST_SHAPE
from model_compression.distillation import softmax


@drawn
def softened_answer(
    logits: torch.Tensor,
    temperature: float,
    names: Sequence[str],
    title: str,
    image: torch.Tensor | None = None,
) -> tuple[Figure, str]:
    """The probabilities of one answer at temperature 1 and at another one.

    Args:
        logits: (C,).
        temperature: > 0.
        names: of the C classes.
        title: what is shown.
        image: (784,), drawn beside the bars if given.
    """
    figure = Figure(figsize=(8.0, 3.3), layout="constrained")
    if image is None:
        axes = figure.add_subplot()
    else:
        left, axes = figure.subplots(1, 2, width_ratios=(1.0, 2.6))
        _draw_digit(left, image)
    sharp, soft = softmax(logits, 1.0), softmax(logits, temperature)
    places = torch.arange(len(names))
    bars = [("T = 1", sharp, -0.2, PALE[ORANGE], ORANGE)]
    bars += [(f"T = {temperature:g}", soft, 0.2, BLUE, BLUE)]
    for label, heights, offset, face, edge in bars:
        axes.bar(
            (places + offset).tolist(),
            heights.tolist(),
            width=0.4,
            color=face,
            edgecolor=edge,
            label=label,
        )
    for place, height in zip(places.tolist(), soft.tolist(), strict=True):
        if height >= 0.0005:  # smaller ones cannot be seen, and their labels run into each other
            text = _percent(height)
            axes.text(place + 0.2, height + 0.015, text, ha="center", size=8, color=BLUE)
    axes.set_xticks(places.tolist(), labels=list(names))
    axes.set(ylim=(0, 1.08), ylabel="probability")
    axes.set_title(title)
    axes.grid(True, axis="y", color=FAINT)
    # Beside the title: inside the axes a bar could stand behind it.
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.0)
    values = ", ".join(
        f"{name} {_percent(a)} and {_percent(b)}"
        for name, a, b in zip(names, sharp.tolist(), soft.tolist(), strict=True)
    )
    return figure, f"{title}. Probabilities at T = 1 and at T = {temperature:g}: {values}."


@drawn
def digits_and_answers(
    images: torch.Tensor, logits: torch.Tensor, labels: torch.Tensor, temperature: float
) -> tuple[Figure, str]:
    """Digits, and below each what the teacher answers at temperature 1 and at another one.

    Args:
        images: (N, 784).
        logits: (N, 10), the teacher's.
        labels: (N,).
    """
    n = len(images)
    figure = Figure(figsize=(2.15 * n, 4.6), layout="constrained")
    rows = figure.subplots(3, n, squeeze=False, sharey="row", height_ratios=(1.3, 1.0, 1.0))
    described = []
    for i in range(n):
        _draw_digit(rows[0, i], images[i])
        rows[0, i].set_title(f"label {labels[i]}", loc="center", size=11)
        for row, t, colour in ((1, 1.0, ORANGE), (2, temperature, BLUE)):
            p = softmax(logits[i], t)
            rows[row, i].bar(range(len(p)), p.tolist(), color=colour, width=0.8)
            rows[row, i].set(ylim=(0, 1))
            rows[row, i].set_xticks(range(len(p)), labels=[str(k) for k in range(len(p))], size=8)
        second = int(logits[i].topk(2).indices[1])
        p = softmax(logits[i], temperature)
        described.append(
            f"label {labels[i]}: {_percent(p[labels[i]].item())} on it, the next is {second} "
            f"with {_percent(p[second].item())}"
        )
        rows[2, i].set_xlabel("class")
    rows[1, 0].set_ylabel("probability\nat T = 1", color=ORANGE)
    rows[2, 0].set_ylabel(f"probability\nat T = {temperature:g}", color=BLUE)
    alt = f"{n} digits and the teacher's answers at T = 1 and T = {temperature:g}. At the latter: "
    return figure, alt + "; ".join(described) + "."


@drawn
def gradients_by_temperature(
    temperatures: Sequence[float], sizes: Mapping[str, Sequence[float]]
) -> tuple[Figure, str]:
    """Length of the gradient of several losses against the temperature, both logarithmic.

    Args:
        sizes: by name of the loss, one value for each temperature.
    """
    figure, axes = new_axes(7.2, 3.6)
    for (name, values), colour, marker in zip(
        sizes.items(), (ORANGE, BLUE, GREEN), "os^", strict=False
    ):
        axes.plot(temperatures, values, f"{marker}-", color=colour, label=name, markersize=6)
    axes.set(xscale="log", yscale="log")
    axes.set(xlabel="temperature T (logarithmic)", ylabel="length of the gradient (logarithmic)")
    axes.set_xticks(list(temperatures), labels=[f"{t:g}" for t in temperatures])
    axes.minorticks_off()
    axes.grid(True)
    axes.legend()
    last = f"{temperatures[0]:g} to {temperatures[-1]:g}"
    ends = ", ".join(f"{name}: {v[0]:.3g} to {v[-1]:.3g}" for name, v in sizes.items())
    return figure, f"Length of the gradient from T = {last}. {ends}."


def example_of_softening() -> Picture:
    """A made-up answer to a 2 that resembles a 7: the temperature explorer, as a file."""
    logits = torch.tensor([-2.0, 1.0, 11.0, 4.0, -6.0, -5.0, -7.0, 7.0, 2.0, -1.0])
    names = [str(digit) for digit in range(len(logits))]
    return softened_answer(logits, 4.0, names, "an example: a 2 that resembles a 7")


def _draw_digit(axes: Axes, image: torch.Tensor) -> None:
    axes.imshow(image.reshape(MNIST_SHAPE).numpy(), cmap="gray_r", vmin=0, vmax=1)
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set(color=MUTED, visible=True)
    axes.set_facecolor(CARD)


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.095 else f"{share:.1%}" if share >= 0.0005 else "<0.1%"
