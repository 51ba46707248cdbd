"""Below a report: a button for the course's own solution, once there was an attempt.

A class gets its exercises without `solutions/`, and then there is no button. What it shows is in no
notebook before it is pressed.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from IPython.display import display

from courseware.checks.conditions import unnoticed
from courseware.checks.report import unwritten
from courseware.checks.run import Report
from courseware.languages.matching import Told
from courseware.learning.compare import Solution, solution, was_tried
from courseware.learning.exercises import WRITTEN

if TYPE_CHECKING:
    import ipywidgets

CODE = "white-space: pre-wrap; overflow-wrap: anywhere; margin: 2px 0 8px 16px"


def offer_solution(report: Report, told: Told) -> None:
    """A button below the report on an attempt."""
    name = report.task.name
    if not report.refusal and not unwritten(report) and solution(name) is not None:
        display(solution_button(name, "Compare with the course's own solution", told))


def offer_model_answer(exercise: str, told: Told) -> None:
    """A button for the written answer, below the last report of an exercise."""
    name = f"{WRITTEN}_{exercise[:2]}"
    if solution(name) is not None:
        display(solution_button(name, "Compare your own words with a model answer", told))


def solution_button(name: str, label: str, told: Told) -> ipywidgets.VBox:
    """A button that shows a solution below itself, and takes it away again."""
    import ipywidgets  # takes a while, and only learners need it

    button = ipywidgets.Button(
        description=told(label), layout=ipywidgets.Layout(width="auto", max_width="100%")
    )
    shown = ipywidgets.HTML()

    def pressed(_: ipywidgets.Button) -> None:
        with unnoticed():
            shown.value = "" if shown.value else _shown(name, told)
        button.description = told("Hide it again") if shown.value else told(label)

    button.on_click(pressed)
    box = ipywidgets.VBox([button, shown])
    box.add_class("course-solution")
    return box


def _shown(name: str, told: Told) -> str:
    found = solution(name)
    if found is None or (name.startswith(f"{WRITTEN}_") and not was_tried(name)):
        text = told("Write an answer of 30 words or more first, and save the notebook.")
        return f'<p role="status">{html.escape(text)}</p>'
    return solution_html(found, told)


def solution_html(found: Solution, told: Told) -> str:
    """A solution, and the library's function; headings are ours, the rest is shown as it stands."""
    parts = [(told("The course's own answer:"), found.answer)]
    if found.file:
        parts.append((told(f"In the library, {found.file}:"), found.function))
    return "".join(
        f'<p><em>{html.escape(head)}</em></p><pre style="{CODE}">{html.escape(text)}</pre>'
        for head, text in parts
    )
