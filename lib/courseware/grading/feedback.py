"""The page that a student gets back: points, notes, answers, reports, comments.

How it looks (width, colours, fonts) stands in `templates/feedback_page.html.j2`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import GetGrades
from nbgrader.utils import is_grade, is_solution, is_task
from pygments.formatters import HtmlFormatter
from traitlets import default

from courseware.grading.anomalies import NOTES_ID, from_metadata, notes_cell
from courseware.grading.at_once import AtOnce
from courseware.grading.late.ledger import read_lateness, share
from courseware.grading.late.rule import Lateness, text_of
from courseware.grading.limited import limited
from courseware.grading.preprocessors import RECORD
from courseware.grading.rebuild import grade_id, without_hidden_parts
from courseware.grading.safe_html import safe_highlight
from courseware.grading.scores import Score, Task, in_brief, score_of, shown_points
from courseware.languages.catalogues import every_statement, phrases_of_feedback
from courseware.languages.matching import Told
from courseware.languages.names import language_of_grading
from courseware.languages.statements import translated

TEMPLATES = Path(__file__).with_name("templates")


class _KeptTemplates(BytecodeCache):
    """Templates that are compiled once a process: nbgrader makes an exporter for every page."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key, bucket.checksum] = bucket.code


_templates = _KeptTemplates()


class FeedbackExporter(HTMLExporter):
    """`c.GenerateFeedback.exporter_class`: the page, which loads nothing and runs no script."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.optimistic_validation = True  # after the last step, not after each

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Fill in the template.

        `HTMLExporter` then reads the whole page once more, for images without a text and for boxes
        of JupyterLab's template, and writes it anew. There are none, and it takes as long as all
        the rest.
        """
        resources = self._init_resources(resources)
        shown_kind = WidgetsDataTypeFilter(
            notebook_metadata=self._nb_metadata, parent=self, resources=resources
        )
        self.register_filter("highlight_code", self.filters.get("highlight_code", safe_highlight))
        self.register_filter("filter_data_type", shown_kind)
        return TemplateExporter.from_notebook_node(self, nb, resources, **kw)

    def _create_environment(self) -> Environment:
        environment = super()._create_environment()
        environment.bytecode_cache = _templates
        return environment

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Make the page in a process with limits: it shows what a student wrote and printed."""
        resources = resources or {}

        def page() -> str:
            return super(FeedbackExporter, self).from_filename(filename, dict(resources), **kw)[0]

        html = limited("making the page", page)
        return html, {**resources, "output_extension": self.file_extension}

    @default("template_file")
    def _template_file_default(self) -> str:
        return "feedback_page.html.j2"

    @default("template_paths")
    def _template_paths(self, prune: bool = True, root_dirs: list[str] | None = None) -> list[str]:
        return [str(TEMPLATES), *super()._template_paths(prune, root_dirs)]


class PrepareFeedback(GetGrades, AtOnce):
    """nbgrader's `GetGrades`; then keep what a student should see, and sum it up.

    The statement of the exercise is left out, as are hidden tests, and what a failing test says
    about its own source. The page is in the language in which the class is graded.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Reduce the notebook and put the summary for the template into the resources."""
        self._scores: dict[str, Score] = {}
        nb, resources = super().preprocess(nb, resources)
        nb = without_hidden_parts(nb)
        language = language_of_grading()
        told = phrases_of_feedback(language) or str
        _say_around(nb, language, told)
        title = _first_title(nb.cells) or resources["nbgrader"]["notebook"]
        shown, heading = [], ""
        for cell in nb.cells:
            if cell.get("id") == NOTES_ID or is_grade(cell) or is_solution(cell) or is_task(cell):
                cell.metadata["heading"], heading = heading, ""
                shown.append(_without_traceback(cell))
            elif cell.cell_type == "markdown":
                heading = _last_heading(cell.source) or heading
        nb.cells = shown
        ids = resources["nbgrader"]
        tasks = _summary(shown, ids["notebook"], self._scores, told)
        late = told(_charge(ids))
        total = f"{shown_points(ids['score'])} of {shown_points(ids['max_score'])} points"
        if still := _open(shown, self._scores):
            total = f"{total}; {shown_points(still)} still to be marked by a person"
        resources["feedback"] = {
            "language": language,
            "words": _words(told),
            "tasks": tasks,
            "total": told(total),
            "marks": in_brief(self._scores.values()),
            "penalty": shown_points(ids["late_penalty"]) if ids["late_penalty"] else "",
            "late": late,
            "title": title,
            "css": _colours("default"),
            "dark_css": _colours("github-dark"),
        }
        return nb, resources

    def _get_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        super()._get_score(cell, resources)
        grade = self.gradebook.find_grade(
            grade_id(cell), self.notebook_id, self.assignment_id, self.student_id
        )
        self._scores[grade_id(cell)] = score_of(grade)


def _say_around(nb: NotebookNode, language: str, told: Told) -> None:
    """Headings of the exercise, and the notes on top, in the language of the page."""
    anomalies = from_metadata(nb.metadata.get(RECORD, {}).get("anomalies"))
    for cell in nb.cells:
        if cell.get("id") == NOTES_ID and anomalies:
            cell.source = notes_cell(anomalies, told).source
        elif cell.cell_type == "markdown" and not is_solution(cell):
            cell.source = translated(cell.source, every_statement(language))


def _words(told: Told) -> dict[str, str]:
    """What the template says by itself."""
    return {
        "task": told("Task"),
        "points": told("Points"),
        "open": told("not final"),
        "comment": told("Comment"),
        "answer": told("Your answer"),
        "code": told("Your code"),
        "check": told("Check"),
        "test": told("the test, without its hidden part"),
    }


def _summary(
    cells: list[NotebookNode], notebook: str, scores: Mapping[str, Score], told: Told
) -> list[dict[str, Any]]:
    graded = [cell for cell in cells if is_grade(cell) or is_task(cell)]
    rows = []
    for cell in graded:
        points = float(cell.metadata.nbgrader["points"])
        task, score = Task(notebook, grade_id(cell), points), scores[grade_id(cell)]
        got, most = shown_points(score.points), shown_points(points)
        cell.metadata["label"] = task.label
        cell.metadata["score"] = told(f"{task.label}, {got} of {most} points")
        rows.append(
            {
                "id": task.grade_id,
                "label": task.label,
                "score": told(f"{got} of {most}"),
                "state": "open" if score.open else _state(score.points or 0.0, points),
            }
        )
    return rows


def _open(cells: list[NotebookNode], scores: Mapping[str, Score]) -> float:
    """The points that a person has yet to give or to keep back."""
    graded = [cell for cell in cells if is_grade(cell) or is_task(cell)]
    return sum(float(c.metadata.nbgrader["points"]) for c in graded if scores[grade_id(c)].open)


def _charge(ids: dict[str, Any]) -> str:
    """Take off what lateness costs of the points of now; says how late the hand-in was."""
    with Gradebook(ids["db_url"]) as gradebook:
        late = read_lateness(gradebook, ids["assignment"]).get(ids["student"])
        if late is None:
            return "Handed in late" if ids["late_penalty"] else ""
        total = float(gradebook.find_submission(ids["assignment"], ids["student"]).score)
    reached = ids["score"] + ids["late_penalty"]
    ids["late_penalty"] = share(late, total, reached)
    ids["score"] = reached - ids["late_penalty"]
    return handed_in(late)


def handed_in(late: Lateness) -> str:
    """When, and what that costs."""
    when = f"{late.told()}: due {text_of(late.due)}, came {text_of(late.came)}"
    return f"Handed in {when}; {late.policy.told()}"


def _state(score: float, points: float) -> str:
    if score >= points:
        return "full"
    return "part" if score > 0 else "none"


def _without_traceback(cell: NotebookNode) -> NotebookNode:
    """A test cell's errors without the source lines in them."""
    if is_grade(cell) and not is_solution(cell):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                output.traceback = [f"{output.ename}: {output.evalue}"]
    return cell


@cache
def _colours(style: str) -> str:
    """The style sheet of highlighted code, whose box has the page's own background."""
    rules = HtmlFormatter(style=style).get_style_defs(".highlight").splitlines()
    return "\n".join(rule for rule in rules if not rule.startswith((".highlight {", "pre {")))


def _first_title(cells: Iterable[NotebookNode]) -> str:
    for cell in cells:
        found = re.match(r"#[ \t]+(.+)", cell.source) if cell.cell_type == "markdown" else None
        if found:
            return re.sub(r"[`*]", "", found[1]).strip()
    return ""


def _last_heading(markdown: str) -> str:
    headings = re.findall(r"^#+[ \t]+(.+?)[ \t#]*$", markdown, flags=re.MULTILINE)
    return re.sub(r"[`*]", "", headings[-1]) if headings else ""
