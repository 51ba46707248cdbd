"""Front explorer: choose how a network is pruned, rounded and written, and see where it lands.

`FrontSetting` says what is done, `read_front` finds it in the record and knows nothing of widgets;
`FrontExplorer` puts controls in front of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ipywidgets

from courseware.chapters.c11_deep_compression.plots import size_and_accuracy
from courseware.chapters.c11_deep_compression.results import (
    GRID,
    TOLERATED,
    TRIES,
    Dot,
    Record,
    beaten_by,
    dots_of,
    float_bytes,
    with_arms,
    with_networks,
)
from courseware.chapters.c11_deep_compression.streams import CODERS, RANGE
from courseware.experiments.records import read_record
from courseware.showing.explorer import Explorer, Readings, View, wide
from courseware.showing.say import cell_text

FLOAT16_LEVELS = 0

RECORDS = ("mnist", "widths", "hundred", "waves")


@dataclass(frozen=True)
class FrontSetting:
    """What is done to the network, and how it is written.

    Attributes:
        sparsity: share of the weights that is pruned, one of those that were run.
        levels: of the grid, -levels ... levels; 0 for float16.
        coder: one of `CODERS`.
    """

    sparsity: float = 0.95
    levels: int = 3
    coder: str = RANGE


@dataclass(frozen=True, eq=False)
class FrontReading:
    """The file and the network in it, and those that beat it."""

    dot: Dot
    dots: list[Dot]
    beaten_by: list[Dot]
    times_smaller: float
    lost: float
    whole: float


def all_arms() -> Record:
    """The records of every arm that can be compared, as one."""
    mnist, widths, *others = (read_record(f"deep_compression_{name}") for name in RECORDS)
    return with_networks(with_arms(mnist, widths), *others)


def read_front(record: Record, setting: FrontSetting) -> FrontReading:
    """Find a setting among all arms that were run.

    Raises: ValueError for a setting that was not run, or an unknown coder.
    """
    arm = GRID.get((setting.sparsity, setting.levels))
    if arm is None or setting.coder not in CODERS:
        raise ValueError(
            f"setting: expected a sparsity and levels of {sorted(GRID)} and one of "
            f"{', '.join(CODERS)}, got {setting}"
        )
    dots = dots_of(record, setting.coder)
    by_arm = {dot.arm: dot for dot in dots}
    dot, whole = by_arm[arm], by_arm[GRID[0.0, 0]].accuracy
    return FrontReading(
        dot=dot,
        dots=dots,
        beaten_by=beaten_by(dot, dots),
        times_smaller=float_bytes(record) / dot.n_bytes,
        lost=whole - dot.accuracy,
        whole=whole,
    )


class FrontExplorer(Explorer[FrontSetting]):
    """The widget: controls, readings, picture.

    Args:
        record: of the experiment; the stored one unless given.
        setting: to begin with.

    CSS classes: front-explorer; front-explorer-sparsity, -levels, -coder (controls); -bytes,
    -times, -accuracy, -lost, -beaten (numbers, in `data-value`); -picture, -message.
    """

    def __init__(self, record: Record | None = None, setting: FrontSetting | None = None) -> None:
        self._record = all_arms() if record is None else record
        super().__init__(
            FrontSetting, "front-explorer", _controls(setting or FrontSetting()), _READINGS
        )

    def view(self) -> View:
        """What the present setting comes to."""
        found = read_front(self._record, self.setting)
        picture = size_and_accuracy(found.dots, found.whole, TOLERATED, found.dot.arm, TRIES)
        if not found.beaten_by:
            text = "On the front: none of the others is as small and as good."
        else:
            best = max(found.beaten_by, key=lambda dot: (dot.accuracy, -dot.n_bytes))
            text = (
                f"Beaten by {len(found.beaten_by)}, such as “{best.arm}”: "
                f"{best.n_bytes:,.0f} bytes, {best.accuracy:.1f}%."
            )
        return View(found, picture, text)


_READINGS: Readings = {
    "bytes": ("bytes of the file", lambda found: round(found.dot.n_bytes), cell_text),
    "times": ("times smaller than float32", lambda found: found.times_smaller, "{:.1f}".format),
    "accuracy": ("accuracy, %", lambda found: found.dot.accuracy, "{:.1f}".format),
    "lost": ("points lost", lambda found: found.lost, "{:.1f}".format),
    "beaten": ("arms that beat it", lambda found: len(found.beaten_by), cell_text),
}


def _controls(setting: FrontSetting) -> dict[str, Any]:
    """One control for each field of `FrontSetting`, by its name."""
    size = wide()
    sparsities = sorted({sparsity for sparsity, _ in GRID})
    levels = sorted({levels for _, levels in GRID})
    return {
        "sparsity": ipywidgets.SelectionSlider(
            options=[(f"{sparsity:.0%}", sparsity) for sparsity in sparsities],
            value=setting.sparsity,
            description="pruned",
            continuous_update=False,
            **size,
        ),
        "levels": ipywidgets.Dropdown(
            options=[("float16" if k == FLOAT16_LEVELS else f"−{k} … {k}", k) for k in levels],
            value=setting.levels,
            description="values",
            **size,
        ),
        "coder": ipywidgets.Dropdown(
            options=[*CODERS], value=setting.coder, description="coder", **size
        ),
    }
