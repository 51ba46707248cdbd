"""How many errors students make, by what they were taught from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from courseware.showing.style import BLUE, GREEN, INK, LINES, MUTED, ORANGE, drawn, new_axes

Runs = Sequence[float]


@drawn
def errors_by_temperature(
    students: Mapping[str, Mapping[float, Runs]], labels: Mapping[str, Runs], teacher: Runs
) -> tuple[Figure, str]:
    """Errors of students against the temperature that they were distilled at, one panel a size.

    Args:
        students: by size, by temperature, one number for each seed.
        labels: by size: the same students, taught from the labels alone.
        teacher: errors of the teachers.
    """
    figure = Figure(figsize=(4.1 * len(students) + 0.4, 3.8), layout="constrained")
    panels = figure.subplots(1, len(students), squeeze=False, sharey=True)[0]
    described = []
    for axes, (size, by_temperature) in zip(panels, students.items(), strict=True):
        places = range(1, len(by_temperature) + 1)
        _draw_runs(axes, 0, labels[size], ORANGE)
        for place, runs in zip(places, by_temperature.values(), strict=True):
            _draw_runs(axes, place, runs, BLUE)
        means = [fmean(runs) for runs in by_temperature.values()]
        axes.plot(places, means, color=BLUE, linewidth=1.4)
        axes.axhline(fmean(teacher), color=GREEN, linestyle="--", linewidth=1.6)
        axes.axhline(fmean(labels[size]), color=ORANGE, linestyle=":", linewidth=1.2)
        ticks = ["labels", *(f"{t:g}" for t in by_temperature)]
        axes.set_xticks([0, *places], labels=ticks)
        axes.set(xlabel="temperature of the lesson", ylim=(0, None))
        axes.set_title(size)
        axes.grid(True, axis="y")
        means_text = ", ".join(
            f"T = {t:g}: {mean:.1f}" for t, mean in zip(by_temperature, means, strict=True)
        )
        described.append(f"{size}: labels {fmean(labels[size]):.1f}, {means_text}")
    panels[0].set_ylabel("errors on the test images")
    panels[-1].annotate(
        f"teacher {fmean(teacher):.1f}",
        (len(ticks) - 1, fmean(teacher)),
        xytext=(0, -13),
        textcoords="offset points",
        ha="right",
        color=GREEN,
    )
    alt = f"Mean errors of students. {'; '.join(described)}. Their teachers: {fmean(teacher):.1f}."
    return figure, alt


@drawn
def errors_by_lesson(
    students: Mapping[str, Mapping[str, Runs]], baseline: str, goal: str
) -> tuple[Figure, str]:
    """Errors of students by the name of their lesson, one panel a size, every run a dot.

    Args:
        students: by size, by lesson, one number for each seed; all sizes have the same lessons.
        baseline, goal: the lessons whose means are drawn as lines through all rows.
    """
    names = list(next(iter(students.values())))
    figure = Figure(figsize=(9.2, 0.42 * len(names) + 1.3), layout="constrained")
    panels = figure.subplots(1, len(students), squeeze=False, sharey=True)[0]
    described = []
    for axes, (size, by_lesson) in zip(panels, students.items(), strict=True):
        for row, name in enumerate(names):
            colour = {baseline: ORANGE, goal: BLUE}.get(name, INK)
            axes.plot(by_lesson[name], [row] * len(by_lesson[name]), "o", color=colour, alpha=0.35)
            mean = fmean(by_lesson[name])
            axes.plot([mean], [row], "|", color=colour, markersize=18, markeredgewidth=3)
        for name, colour in ((baseline, ORANGE), (goal, BLUE)):
            axes.axvline(fmean(by_lesson[name]), color=colour, linestyle=":", linewidth=1.2)
        axes.set(xlabel="errors on the test images", ylim=(len(names) - 0.5, -0.5))
        axes.set_title(size)
        axes.grid(True, axis="x")
        means = ", ".join(f"{name} {fmean(by_lesson[name]):.1f}" for name in names)
        described.append(f"{size}: {means}")
    panels[0].set_yticks(range(len(names)), labels=names)
    return figure, "Mean errors by lesson. " + "; ".join(described) + "."


@drawn
def errors_by_bias(
    biases: Sequence[float], errors: Mapping[str, Sequence[float]], chosen: float
) -> tuple[Figure, str]:
    """Errors against what is added to the bias of some classes.

    Args:
        errors: by group of images, one number for each bias; percent of the group.
        chosen: the bias that was chosen, on other images.
    """
    figure, axes = new_axes(7.2, 3.6)
    for (name, values), colour, line in zip(
        errors.items(), (ORANGE, BLUE, INK), LINES, strict=False
    ):
        axes.plot(biases, values, color=colour, linestyle=line, linewidth=2, label=name)
    axes.axvline(chosen, color=GREEN, linestyle="--", linewidth=1.6)
    axes.axvline(0.0, color=MUTED, linestyle=":", linewidth=1.2)
    axes.annotate(
        f"chosen: {chosen:+g}".replace("-", "−"),
        (chosen, 97),
        xytext=(6, 0),
        textcoords="offset points",
        va="top",
        color=GREEN,
    )
    axes.set(xlabel="added to the bias", ylabel="errors, % of the images", ylim=(0, 100))
    axes.grid(True)
    axes.legend(loc="upper right")
    at = list(biases).index(chosen)
    parts = "; ".join(f"{name} {v[at]:.1f}%" for name, v in errors.items())
    return figure, f"Errors against the added bias; at the chosen {chosen:+g}: {parts}."


@drawn
def errors_by_steps(students: Mapping[str, Mapping[int, Runs]]) -> tuple[Figure, str]:
    """Mean errors against the length of the training, both logarithmic, every run a dot.

    Args:
        students: by lesson, by number of steps, one number for each seed.
    """
    figure, axes = new_axes(7.2, 3.6)
    described = []
    looks = ((ORANGE, "s"), (BLUE, "o"))
    for (name, by_steps), (colour, marker) in zip(students.items(), looks, strict=False):
        for steps, runs in by_steps.items():
            axes.plot([steps] * len(runs), runs, marker, color=colour, alpha=0.3, markersize=5)
        means = [fmean(runs) for runs in by_steps.values()]
        axes.plot(list(by_steps), means, f"{marker}-", color=colour, linewidth=2.2, label=name)
        parts = ", ".join(f"{s} steps {m:.1f}" for s, m in zip(by_steps, means, strict=True))
        described.append(f"{name}: {parts}")
    lengths = list(next(iter(students.values())))
    axes.set(xscale="log", yscale="log", xlabel="training steps (logarithmic)")
    axes.set_ylabel("errors on the test images\n(logarithmic)")
    axes.set_xticks(lengths, labels=[str(n) for n in lengths])
    ticks = (50, 75, 100, 150, 200, 300)
    axes.set_yticks(ticks, labels=[str(n) for n in ticks])
    axes.minorticks_off()
    axes.grid(True)
    axes.legend()
    return figure, "Mean errors after training. " + "; ".join(described) + "."


def _draw_runs(axes: Axes, place: float, runs: Runs, colour: str) -> None:
    axes.plot([place] * len(runs), runs, "o", color=colour, alpha=0.35, markersize=6)
    axes.plot([place], [fmean(runs)], "_", color=colour, markersize=18, markeredgewidth=3)
