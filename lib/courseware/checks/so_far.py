"""What the checks of an exercise have given in this Jupyter, all together."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime

from courseware.progress.store import keep_progress

TOTAL = 100
"""Points of an exercise; what tasks and quiz leave of them is for the written answer."""

SECTION = "tasks"

_points: dict[str, float] = {}


def note_points(name: str, score: float, points: float, exercise: str) -> None:
    """Remember what a task or question gave, in the reader's progress as well."""
    _points[name] = score
    now = datetime.now().isoformat(timespec="seconds")
    entry = {"points": score, "of": points, "exercise": exercise, "when": now}
    # A check is worth more than its record: another file at this place must not stop it.
    with contextlib.suppress(OSError, ValueError):
        keep_progress(SECTION, name, entry)


def is_last(name: str, worth: Mapping[str, float]) -> bool:
    """Whether this is the last task or question of its exercise."""
    return name == list(worth)[-1]


def summary(exercise: str, worth: Mapping[str, float], quiz_is_told: bool = True) -> str:
    """The sum over an exercise, what is missing from it, and what has not been run.

    `worth` are the points of its tasks and questions, in order; of tasks alone where a quiz says
    nothing before it is graded.
    """
    found = {name: _points[name] for name in worth if name in _points}
    of_all = f"{sum(found.values()):g} of {sum(worth.values()):g} points"
    text = f"{exercise}, all checks together: {of_all}"
    below = [name for name, score in found.items() if score < worth[name]]
    if below:
        text += f"; some are missing in {', '.join(below)}"
    not_run = [name for name in worth if name not in found]
    if not_run:
        text += f"; not run since Jupyter was started: {', '.join(not_run)}"
    left = TOTAL - sum(worth.values())
    for_what = "the answer in your own words" if quiz_is_told else "the quiz and your own words"
    return f"{text}. {left:g} more are given for {for_what}."
