"""An item analysis as one HTML page: it loads nothing, runs no script, and prints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from courseware.grading.items import HandIn, ItemReport
from courseware.grading.items_text import causes_of, percent
from courseware.grading.scores import Task

TEMPLATES = Path(__file__).with_name("templates")


def as_page(reports: Sequence[ItemReport]) -> str:
    """The page of one exercise, or of several."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    environment.filters.update(
        percent=percent, causes=causes_of, by_points=_by_points, missing=_missing
    )
    names = ", ".join(report.exercise for report in reports)
    template = environment.get_template("items.html.j2")
    return template.render(reports=reports, title=f"What the class got wrong: {names}")


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
