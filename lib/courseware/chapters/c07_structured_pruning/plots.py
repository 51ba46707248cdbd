"""Whole units taken out of a network: their scores, the network without them, what it costs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from statistics import fmean

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from courseware.showing.style import BLUE, FAINT, GREEN, INK, MUTED, ORANGE, PURPLE, Picture, drawn

COLOURS = (BLUE, ORANGE, GREEN, PURPLE, MUTED)
MARKERS = "osD^v"


@drawn
def units_of_a_network(
    scores: Sequence[float], kept: Collection[int], n_outputs: int, criterion: str
) -> tuple[Figure, str]:
    """Scores of the units of a hidden layer as bars, and the network that is left.

    Args:
        scores: one a unit, >= 0.
        kept: numbers of the units that stay.
        n_outputs: of the network.
        criterion: what the scores are.
    """
    figure = Figure(figsize=(9.0, 4.4), layout="constrained")
    bars, network = figure.subplots(1, 2, width_ratios=(1.1, 1.0))
    _draw_bars(bars, scores, kept)
    bars.set(xlabel="hidden unit", ylabel=criterion)
    bars.set_title(f"{len(kept)} of {len(scores)} units stay")
    _draw_network(network, len(scores), kept, n_outputs)
    gone = [str(unit) for unit in range(len(scores)) if unit not in kept]
    alt = (
        f"Bars: {criterion} of {len(scores)} hidden units. Beside them the network: a block of "
        f"inputs, the hidden units, {n_outputs} outputs. "
        f"Taken out with all their connections: {', '.join(gone) or 'none'}."
    )
    return figure, alt


def _draw_bars(axes: Axes, scores: Sequence[float], kept: Collection[int]) -> None:
    for unit, score in enumerate(scores):
        if unit in kept:
            axes.bar(unit, score, color=BLUE)
        else:
            axes.bar(unit, score, color="none", edgecolor=ORANGE, linewidth=1.4, hatch="///")
    axes.bar([0], [0], color=BLUE, label="stays")
    axes.bar([0], [0], color="none", edgecolor=ORANGE, hatch="///", label="goes")
    axes.set_xticks(range(len(scores)))
    axes.set_ylim(0, 1.22 * max(*scores, 1e-9))
    axes.legend(loc="upper left", ncols=2)


def _draw_network(axes: Axes, n_units: int, kept: Collection[int], n_outputs: int) -> None:
    """Inputs as one block on the left, then a column of units, then one of outputs."""
    axes.axis("off")
    axes.set(xlim=(-0.35, 2.45), ylim=(-0.09, 1.1))
    heights = [1 - (unit + 0.5) / n_units for unit in range(n_units)]
    outputs = [1 - (output + 0.5) / n_outputs for output in range(n_outputs)]
    block = axes.fill([-0.25, 0.0, 0.0, -0.25], [0.0, 0.0, 1.0, 1.0], color=FAINT)[0]
    block.set_edgecolor(MUTED)
    for unit, height in enumerate(heights):
        there = unit in kept
        if there:
            axes.fill([0, 1, 0], [0.04, height, 0.96], color=BLUE, alpha=0.06, linewidth=0)
            for output in outputs:
                axes.plot([1, 2], [height, output], color=BLUE, linewidth=0.7, alpha=0.55)
        face, edge = (BLUE, BLUE) if there else ("none", ORANGE)
        line = "-" if there else ":"
        axes.scatter(
            [1], [height], s=90, facecolors=face, edgecolors=edge, linestyles=line, zorder=3
        )
    axes.scatter([2] * n_outputs, outputs, s=70, color=INK, zorder=3)
    for x, label in ((-0.125, "inputs"), (1, "units"), (2, "outputs")):
        axes.text(x, 1.04, label, ha="center", color=MUTED)


@drawn
def two_criteria(
    silence: Sequence[float], loudness: Sequence[float], kept: Mapping[str, Collection[int]]
) -> tuple[Figure, str]:
    """Every unit by APoZ and mean activation; marked by which of two criteria keeps it.

    Args:
        silence: APoZ of each unit, 0 ... 1.
        loudness: mean activation of each unit.
        kept: by name of the criterion, exactly two: the units that it keeps.
    """
    (first, of_first), (second, of_second) = kept.items()
    figure = Figure(figsize=(7.4, 4.4), layout="constrained")
    axes = figure.subplots()
    groups = {
        "both keep it": (set(of_first) & set(of_second), BLUE, "o"),
        f"only {first} keeps it": (set(of_first) - set(of_second), GREEN, "^"),
        f"only {second} keeps it": (set(of_second) - set(of_first), PURPLE, "v"),
        "both take it out": (
            set(range(len(silence))) - set(of_first) - set(of_second),
            ORANGE,
            "x",
        ),
    }
    described = []
    for label, (units, colour, marker) in groups.items():
        places = sorted(units)
        x, y = ([100 * silence[i] for i in places], [loudness[i] for i in places])
        axes.plot(x, y, marker, color=colour, markersize=7, label=f"{label} ({len(units)})")
        described.append(f"{label}: {len(units)}")
    axes.set(xlabel="APoZ: zeros among its outputs, in percent", ylabel="mean activation")
    axes.grid(True, color=FAINT)
    axes.legend(loc="upper right")
    return figure, f"{len(silence)} units by APoZ and mean activation. {'; '.join(described)}."


@drawn
def draws_and_criteria(draws: Sequence[float], chosen: Mapping[str, float]) -> tuple[Figure, str]:
    """How good a network is with units drawn by chance, many times, and with those of criteria.

    Args:
        draws: accuracies in percent, one a draw.
        chosen: by name of the criterion, up to three: accuracy in percent.
    """
    figure = Figure(figsize=(8.4, 2.8), layout="constrained")
    axes = figure.subplots()
    heights = [0.25 + 0.5 * ((7 * i) % len(draws)) / len(draws) for i in range(len(draws))]
    axes.plot(draws, heights, "o", color=MUTED, alpha=0.6, label=f"{len(draws)} draws by chance")
    axes.axvline(fmean(draws), color=INK, linestyle="--", linewidth=1.2, label="their mean")
    looks = zip((BLUE, GREEN, PURPLE), ("-", "-.", ":"), strict=True)
    described = [f"draws by chance {min(draws):.1f} to {max(draws):.1f}, mean {fmean(draws):.1f}"]
    for (name, accuracy), (colour, line) in zip(chosen.items(), looks, strict=False):
        axes.axvline(accuracy, color=colour, linestyle=line, linewidth=2.6, label=name)
        described.append(f"{name} {accuracy:.1f}")
    axes.set(xlim=(0, 100), ylim=(0, 1), yticks=[], xlabel="accuracy on new digits, percent")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return figure, f"Accuracy in percent, not fine-tuned: {'; '.join(described)}."


@drawn
def times_by_weights(
    shares: Sequence[float], panels: Mapping[str, Mapping[str, Sequence[float]]]
) -> tuple[Figure, str]:
    """Time against the share of weights that is left, both relative to the whole network.

    Args:
        shares: of the weights, 0 ... 1, one a point.
        panels: by title and by name of the way: time relative to the whole network, one a share.
    """
    figure = Figure(figsize=(9.0, 4.2), layout="constrained")
    all_axes = figure.subplots(1, len(panels), squeeze=False, sharey=True)[0]
    described = []
    for axes, (title, ways) in zip(all_axes, panels.items(), strict=True):
        axes.axhline(1, color=INK, linestyle="--", linewidth=1.2, label="whole network")
        axes.plot(shares, shares, color=MUTED, linestyle=":", label="time as weights")
        for (name, ratios), colour, marker in zip(ways.items(), COLOURS, MARKERS, strict=False):
            axes.plot(shares, ratios, f"{marker}-", color=colour, label=name)
            told = ", ".join(f"{ratio:.2g}" for ratio in ratios)
            described.append(f"{title}, {name}: {told}")
        axes.set(xscale="log", yscale="log", xlabel="share of the weights that is left")
        axes.set_xticks(list(shares), labels=[f"{share:.1%}" for share in shares])
        axes.set_xticks([], minor=True)
        axes.set_title(title)
        axes.grid(True, color=FAINT)
    ticks = [0.05, 0.1, 0.2, 0.5, 1, 2, 5]
    all_axes[0].set_yticks(ticks, labels=[f"{tick:g} ×" for tick in ticks])
    all_axes[0].set_yticks([], minor=True)
    all_axes[0].set_ylabel("time, relative (logarithmic)")
    figure.legend(*all_axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    of_shares = ", ".join(f"{share:.1%}" for share in shares)
    return figure, f"Relative time at {of_shares} of the weights. {'; '.join(described)}."


@drawn
def accuracy_at_equal_bytes(
    labels: Sequence[str], ways: Mapping[str, Sequence[Sequence[float]]], whole: Sequence[float]
) -> tuple[Figure, str]:
    """Accuracy of several ways at equal bytes: one dot a network, one bar the mean.

    Args:
        labels: of the sizes, from left to right.
        ways: by name: for each size the accuracies in percent, one a seed.
        whole: accuracies in percent of the networks that were not pruned.
    """
    figure = Figure(figsize=(9.0, 4.6), layout="constrained")
    axes = figure.subplots()
    axes.axhline(fmean(whole), color=INK, linestyle="--", linewidth=1.2, label="whole network")
    described = [f"whole network {fmean(whole):.1f}"]
    for k, (name, by_size) in enumerate(ways.items()):
        shift = 0.8 / len(ways) * (k - (len(ways) - 1) / 2)
        for place, runs in enumerate(by_size):
            dots = [place + shift] * len(runs)
            axes.plot(dots, runs, MARKERS[k], color=COLOURS[k], markersize=4.5, alpha=0.5)
            axes.plot(dots[:1], [fmean(runs)], "_", color=INK, markersize=13, markeredgewidth=2.2)
        axes.plot([], [], MARKERS[k], color=COLOURS[k], label=name)
        described.append(f"{name} " + ", ".join(f"{fmean(runs):.1f}" for runs in by_size))
    axes.set_xticks(range(len(labels)), labels=labels)
    axes.set_xlim(-0.5, len(labels) - 0.5)
    axes.set_ylabel("accuracy on new digits, percent")
    axes.grid(True, axis="y")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    sizes = "; ".join(" ".join(label.split()) for label in labels)
    return figure, f"Accuracy in percent at {sizes}. {'; '.join(described)}."


@drawn
def pay_off_of_pruning(
    labels: Sequence[str], n_bytes: Sequence[int], accuracies: Mapping[str, Sequence[float]]
) -> tuple[Figure, str]:
    """What networks of several sizes take (left) and how much they get right (right).

    Args:
        labels: of the networks, from top to bottom.
        n_bytes: one a network.
        accuracies: by moment, up to two: percentages, one a network.
    """
    figure = Figure(figsize=(9.0, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    places = range(len(labels))
    left.barh(places, n_bytes, color=BLUE, height=0.6)
    for place, size in zip(places, n_bytes, strict=True):
        left.text(size, place, f" {size:,}", va="center", size=9)
    left.set_yticks(places, labels=labels)
    left.invert_yaxis()
    left.set(xlabel="bytes", xlim=(0, 1.25 * max(n_bytes)))
    for (moment, shares), marker, colour in zip(
        accuracies.items(), "ox", (MUTED, BLUE), strict=False
    ):
        right.plot(shares, places, marker, color=colour, markersize=8, label=moment)
    right.set(xlabel="accuracy on new digits, percent", xlim=(0, 103))
    right.grid(True, axis="x")
    figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    described = [
        f"{label}: {size:,} bytes, "
        + ", ".join(f"{shares[i]:.1f}% right {moment}" for moment, shares in accuracies.items())
        for i, (label, size) in enumerate(zip(labels, n_bytes, strict=True))
    ]
    return figure, "; ".join(described) + "."


def example_of_units() -> Picture:
    """Twelve units, five of which go: what the unit explorer shows, as a file."""
    scores = [0.9, 0.2, 1.4, 0.0, 1.1, 0.6, 0.3, 1.7, 0.8, 0.1, 1.2, 0.4]
    return units_of_a_network(scores, [0, 2, 4, 5, 7, 8, 10], 10, "mean activation")
