"""What quantization does to the embeddings of an encoder, and which matrices cause it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.figure import Figure

from courseware.chapters.c03_post_training_quantization.searches import Point
from courseware.showing.style import BLUE, CARD, GREEN, INK, MUTED, ORANGE, PALE, drawn

COLOURS = {"tensor": ORANGE, "channel": BLUE, "group": GREEN}
MARKERS = {"tensor": "s", "channel": "o", "group": "^"}


@drawn
def quality_by_bits_per_weight(
    series: Mapping[str, Sequence[Point]], float_share: float
) -> tuple[Figure, str]:
    """Cosine to the float embeddings, and the share of searches that succeed with its 95% interval,
    against size.

    Args:
        series: by "tensor", "channel" and "group".
        float_share: share found with float32 weights.
    """
    figure = Figure(figsize=(8.8, 4.0), layout="constrained")
    left, right = figure.subplots(1, 2)
    described = []
    for name, points in series.items():
        for axes, column in ((left, 2), (right, 3)):
            values = [point[column] for point in points]
            sizes = [point[1] for point in points]
            axes.errorbar(
                *(sizes, values),
                yerr=[point[4] for point in points] if axes is right else None,
                fmt=f"{MARKERS[name]}-",
                color=COLOURS[name],
                markersize=7,
                linewidth=1.4,
                capsize=3,
                label=name,
            )
        described += [
            f"{name}, {label}: cosine {cosine:.3f}, found {found:.1%} ± {margin:.1%}"
            for label, _, cosine, found, margin in points
        ]
    _finish(left, "cosine to the float embedding", 1.0)
    _finish(right, "searches that find the right line", float_share)
    right.text(
        *(0.02, float_share, "float32"),
        transform=right.get_yaxis_transform(),
        va="bottom",
        color=INK,
    )
    figure.legend(
        *left.get_legend_handles_labels(),
        title="one scale per",
        loc="outside upper center",
        ncols=len(series),
    )
    return figure, "Quality against bits per weight. " + "; ".join(described) + "."


def _finish(axes: Axes, label: str, reference: float) -> None:
    axes.axhline(reference, color=INK, linewidth=1.2, linestyle="--", zorder=0)
    axes.set(xlabel="bits per weight, with the scales", ylabel=label)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.grid(True, axis="y")


@drawn
def loss_by_matrix(
    losses: Sequence[Sequence[float]], columns: Sequence[str], title: str
) -> tuple[Figure, str]:
    """A map of losses: one row a layer, one column a kind of matrix, the number in each cell.

    Args:
        losses: > 0; rows of equal length.
        columns: names of the columns.
        title: what was done.
    """
    figure = Figure(figsize=(7.6, 0.52 * len(losses) + 1.4), layout="constrained")
    axes = figure.add_subplot()
    smallest = min(min(row) for row in losses)
    largest = max(max(row) for row in losses)
    colours = LinearSegmentedColormap.from_list("losses", [CARD, PALE[ORANGE], ORANGE])
    norm = LogNorm(smallest, largest)
    axes.imshow(losses, cmap=colours, norm=norm, aspect="auto")
    for row, values in enumerate(losses):
        for column, value in enumerate(values):
            dark = norm(value) > 0.8
            axes.text(
                *(column, row, f"{value:.4f}" if value < 0.01 else f"{value:.3f}"),
                ha="center",
                va="center",
                color=CARD if dark else INK,
                weight="bold" if dark else "normal",
            )
    axes.set_xticks(range(len(columns)), labels=columns)
    axes.set_yticks(range(len(losses)), labels=[f"layer {row}" for row in range(len(losses))])
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set(visible=True, color=MUTED)
    axes.set_title(title)
    row, column = max(
        ((r, c) for r in range(len(losses)) for c in range(len(columns))),
        key=lambda place: losses[place[0]][place[1]],
    )
    alt = (
        f"{title}: a map of {len(losses)} layers by {len(columns)} matrices; the largest loss is "
        f"{largest:.3f}, in {columns[column]} of layer {row}, the smallest {smallest:.4f}."
    )
    return figure, alt
