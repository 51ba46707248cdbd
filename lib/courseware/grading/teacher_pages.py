"""Pages for teachers: they load nothing, run no script, and can be printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from courseware.grading.items import HandIn, ItemReport
from courseware.grading.items_text import causes_of, percent
from courseware.grading.scores import Task
from courseware.grading.similar import Pair, groups

TEMPLATES = Path(__file__).with_name("templates")


def items_page(reports: Sequence[ItemReport]) -> str:
    """What a class got wrong, in one exercise or several."""
    names = ", ".join(report.exercise for report in reports)
    title = f"What the class got wrong: {names}"
    return _page("items.html.j2", reports=reports, title=title)


def similar_page(exercise: str, n: int, pairs: Sequence[Pair]) -> str:
    """Hand-ins that are alike, side by side."""
    found = groups(pairs)
    return _page("similar.html.j2", exercise=exercise, n=n, pairs=pairs, groups=found)


def leaderboard_page(
    exercise: str,
    draws: int,
    equal: float,
    head: Sequence[str],
    tables: Mapping[str, Sequence[Sequence[str]]],
) -> str:
    """The places of a class, a table for each budget."""
    return _page(
        "leaderboard.html.j2",
        **{"exercise": exercise, "draws": draws, "equal": equal, "head": head, "tables": tables},
    )


def _page(template: str, **values: Any) -> str:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    environment.filters.update(
        percent=percent, causes=causes_of, by_points=_by_points, missing=_missing
    )
    return environment.get_template(template).render(**values)


def _by_points(report: ItemReport) -> list[HandIn]:
    return sorted(
        report.hand_ins, key=lambda one: (-sum(p or 0.0 for p in one.points.values()), one.student)
    )


def _missing(hand_in: HandIn, task: Task) -> int:
    """The share of a task's points that is missing, in percent."""
    points = hand_in.points.get(task)
    if points is None or not task.points:
        return 0
    return round(80 * (1 - min(1.0, points / task.points)))
