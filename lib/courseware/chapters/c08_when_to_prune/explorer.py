"""Schedule explorer: how much the cubic schedule has pruned at a step.

`ScheduleSetting` says what is looked at, `read_schedule` computes it and knows nothing of widgets;
`ScheduleExplorer` puts controls in front of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ipywidgets

from courseware.chapters.c08_when_to_prune.plots import sparsity_schedule
from courseware.showing.explorer import Explorer, Readings, View, wide
from courseware.showing.say import cell_text
from model_compression.masks import pruned_count
from model_compression.pruning_schedules import cubic_sparsity

N_WEIGHTS = 64 * 64 + 64 * 10
LAST = 400
EVERY = 40


@dataclass(frozen=True)
class ScheduleSetting:
    """A schedule, and the step at which it is read.

    Attributes:
        final: sparsity at the end, 0 ... 1.
        begin: update at which pruning starts.
        end: update at which it ends, after `begin`.
        step: update at which the schedule is read.
    """

    final: float = 0.9
    begin: int = 0
    end: int = 280
    step: int = 80


@dataclass(frozen=True)
class ScheduleReading:
    """What the schedule asks for, in a network of N_WEIGHTS weights.

    Attributes:
        sparsity: total share that is pruned at the step.
        pruned: weights pruned in all.
        next_taken: weights that the EVERY updates after the step will take.
        share_done: pruned weights, as a share of all that will be pruned; 1 if none will.
    """

    sparsity: float
    pruned: int
    next_taken: int
    share_done: float


def read_schedule(setting: ScheduleSetting) -> ScheduleReading:
    """Read the schedule at a step.

    Raises: ValueError for an end that is not after begin, or a sparsity outside 0 ... 1.
    """

    def pruned(step: int) -> int:
        sparsity = cubic_sparsity(step, setting.begin, setting.end, 0.0, setting.final)
        return pruned_count(N_WEIGHTS, sparsity)

    now, in_the_end = pruned(setting.step), pruned(setting.end)
    return ScheduleReading(
        sparsity=cubic_sparsity(setting.step, setting.begin, setting.end, 0.0, setting.final),
        pruned=now,
        next_taken=pruned(setting.step + EVERY) - now,
        share_done=now / in_the_end if in_the_end else 1.0,
    )


class ScheduleExplorer(Explorer[ScheduleSetting]):
    """The widget: controls, readings, picture.

    CSS classes: schedule-explorer; schedule-explorer-final, -begin, -end, -step (controls);
    -sparsity, -pruned, -next, -done (numbers, in `data-value`); -picture, -message.
    """

    def __init__(self, setting: ScheduleSetting | None = None) -> None:
        super().__init__(
            ScheduleSetting, "schedule-explorer", _controls(setting or ScheduleSetting()), _READINGS
        )

    def view(self) -> View:
        """What the present setting comes to."""
        setting = self.setting
        found = read_schedule(setting)
        picture = sparsity_schedule(
            setting.begin, setting.end, setting.final, setting.step, float(LAST)
        )
        return View(found, picture, _in_words(setting, found))


def _in_words(setting: ScheduleSetting, found: ScheduleReading) -> str:
    if setting.step <= setting.begin:
        return "Pruning has not started: the network trains as a dense one."
    if setting.step >= setting.end:
        return "The goal is reached: from here on only the weights change, not the masks."
    gone = (setting.step - setting.begin) / (setting.end - setting.begin)
    done = 100 * found.share_done
    return f"{100 * gone:.0f} % of the way, and {done:.0f} % of the pruning is done."


def _percent(value: float) -> str:
    return f"{100 * value:.1f}%"


_READINGS: Readings = {
    "sparsity": ("sparsity", lambda found: found.sparsity, _percent),
    "pruned": (f"pruned, of {cell_text(N_WEIGHTS)} weights", lambda found: found.pruned, cell_text),
    "next": (f"taken by the next {EVERY} updates", lambda found: found.next_taken, cell_text),
    "done": ("share of the pruning that is done", lambda found: found.share_done, _percent),
}


def _controls(setting: ScheduleSetting) -> dict[str, Any]:
    """One control for each field of `ScheduleSetting`, by its name."""
    live: dict[str, Any] = {"continuous_update": False, **wide(110)}
    final = ipywidgets.FloatSlider(
        value=setting.final, min=0.0, max=1.0, step=0.01, description="final sparsity", **live
    )
    controls = {"final": final} | {
        name: ipywidgets.IntSlider(
            value=getattr(setting, name), min=0, max=LAST, step=10, description=name, **live
        )
        for name in ("begin", "end", "step")
    }
    return controls
