"""Measured quantization errors: how they are spread, and how they fall with every bit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean, stdev

import torch
from matplotlib.figure import Figure

from courseware.showing.spread import spread
from courseware.showing.style import BLUE, GREEN, INK, MUTED, ORANGE, PALE, PURPLE, drawn, new_axes

COLOURS = (BLUE, ORANGE, GREEN, PURPLE)
MARKERS = ("o", "s", "^", "D")


@drawn
def errors_in_steps(errors: Mapping[str, torch.Tensor]) -> tuple[Figure, str]:
    """Histograms of errors in units of one step; a flat line marks an even spread.

    Args:
        errors: (x - x_hat) / scale by title, between -0.5 and 0.5 unless values were clipped.
    """
    figure = Figure(figsize=(2.7 * len(errors) + 0.4, 3.0), layout="constrained")
    panels = figure.subplots(1, len(errors), squeeze=False, sharey=True)[0]
    for axes, (title, error) in zip(panels, errors.items(), strict=True):
        counts = torch.histc(error.float().flatten(), bins=20, min=-0.5, max=0.5)
        density = counts / counts.sum() * 20
        edges = torch.linspace(-0.5, 0.5, 21)
        axes.stairs(
            *(density.tolist(), edges.tolist()),
            fill=True,
            facecolor=PALE[BLUE],
            edgecolor=BLUE,
        )
        axes.axhline(1, color=ORANGE, linewidth=1.6, linestyle="--")
        axes.set_title(title)
        axes.set(xlabel="error, in steps", xticks=[-0.5, 0, 0.5])
    panels[0].set_ylabel("density")
    alt = "Errors in units of a step; 0.289 is the RMSE of an even spread. " + "; ".join(
        f"{title}: RMSE {error.double().square().mean().sqrt():.3f} steps"
        for title, error in errors.items()
    )
    return figure, alt + "."


@drawn
def sqnr_by_bits(
    bits: Sequence[int],
    measured: Mapping[str, Sequence[Sequence[float]]],
    slope: float,
) -> tuple[Figure, str]:
    """SQNR of several kinds of data against the number of bits, and the slope of the rule.

    Args:
        bits: numbers of bits, ascending.
        measured: by name, one sequence of SQNRs over `bits` for every seed.
        slope: dB per bit of the dashed lines, drawn through the last point.
    """
    figure, axes = new_axes(7.2, 4.2)
    ends = []
    for (name, runs), colour, marker in zip(measured.items(), COLOURS, MARKERS, strict=False):
        means = [fmean(values) for values in zip(*runs, strict=True)]
        deviations = [stdev(values) for values in zip(*runs, strict=True)]
        rule = [means[-1] - slope * (bits[-1] - n_bits) for n_bits in bits]
        axes.plot(bits, rule, color=colour, linestyle=(0, (4, 3)), linewidth=1.1)
        axes.errorbar(
            *(bits, means, deviations),
            fmt=marker,
            color=colour,
            markersize=7,
            capsize=3,
            label=name,
        )
        ends.append(f"{name} from {means[0]:.1f} to {means[-1]:.1f} dB")
    axes.plot([], [], color=MUTED, linestyle=(0, (4, 3)), label=f"{slope:.2f} dB per bit")
    axes.set(xlabel="bits per code", ylabel="SQNR, dB", xticks=list(bits))
    axes.grid(True, axis="y")
    axes.legend(loc="upper left")
    alt = f"SQNR from {bits[0]} to {bits[-1]} bits: " + ", ".join(ends)
    return figure, alt + f". Dashed lines rise by {slope:.2f} dB per bit."


Results = Mapping[tuple[str, int], tuple[float, Sequence[float]]]
"""By way to scale and bits of a code: true bits per weight, and the accuracies of networks."""


@drawn
def errors_by_bits_per_weight(
    results: Results, float_accuracies: Sequence[float]
) -> tuple[Figure, str]:
    """Wrong digits in a hundred, on a logarithmic axis, against what a weight really takes.

    One line a way to scale, one point a width of codes (written beside it), bars of the 95%
    interval over the networks.
    """
    figure, axes = new_axes(7.6, 4.6)
    reference = 100 * (1 - fmean(float_accuracies))
    axes.axhline(reference, color=INK, linewidth=1.2, linestyle="--")
    described = []
    ways = dict.fromkeys(way for way, _ in results)
    for k, (way, colour, marker) in enumerate(zip(ways, COLOURS, MARKERS, strict=False)):
        aside = 0.02 * (k - 1.5)  # so that bars of equal bits do not hide one another
        points = {n_bits: found for (name, n_bits), found in results.items() if name == way}
        sizes = [size for size, _ in points.values()]
        wrong = [spread([100 * (1 - a) for a in found]) for _, found in points.values()]
        axes.errorbar(
            [size + aside for size in sizes],
            [of_all.mean for of_all in wrong],
            [of_all.margin for of_all in wrong],
            fmt=f"{marker}-",
            color=colour,
            markersize=7,
            capsize=3,
            linewidth=1.4,
            label=way,
        )
        for n_bits, size, of_all in zip(points, sizes, wrong, strict=True):
            axes.annotate(
                *(str(n_bits), (size, of_all.mean)),
                xytext=(7, 5),
                textcoords="offset points",
                color=colour,
                weight="bold",
            )
            described.append(
                f"{way}, {n_bits} bits: {of_all.mean:.2f} at {size:.2f} bits per weight"
            )
    axes.text(
        *(0.01, reference * 0.97, f"float32: {reference:.2f}"),
        transform=axes.get_yaxis_transform(),
        va="top",
    )
    axes.set(xlabel="bits per weight, with the scales", ylabel="wrong digits in 100")
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter("{x:g}")
    axes.grid(True, axis="y", which="both")
    axes.legend(title="one scale per, stored as", loc="upper right")
    return figure, "Wrong digits in a hundred: " + "; ".join(described) + "."
