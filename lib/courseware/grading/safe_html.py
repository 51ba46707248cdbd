"""Keeping scripts of students out of the pages that teachers and students open.

nbgrader shows a student's HTML outputs and raw HTML in written answers as they are, with the
rights of the reader: in formgrader those of the teacher.
"""

from __future__ import annotations

from typing import Any

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution

# fmt: off
TAGS = [
    "a", "b", "blockquote", "br", "code", "dd", "details", "div", "dl", "dt", "em", "h1", "h2",
    "h3", "h4", "h5", "h6", "hr", "i", "li", "ol", "p", "pre", "s", "span", "strong", "sub",
    "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
]
STYLES = [
    "border-left", "color", "font-style", "font-weight", "margin", "opacity", "padding",
    "text-align", "vertical-align", "white-space",
]
# fmt: on
ATTRIBUTES = {"*": ["class", "style"], "a": ["href", "title"]}
SHOWN_TYPES = ("text/plain", "image/png", "image/jpeg")

_sanitizer = SanitizeHTML(tags=TAGS, styles=STYLES, attributes=ATTRIBUTES, strip=True)


def clean(html: str) -> str:
    """HTML without scripts, frames, images and everything else that is not plain formatting.

    >>> clean('<b onclick="x()">bold</b><img src="x" onerror="y()">')
    '<b>bold</b>'
    """
    return str(_sanitizer.sanitize_html_tags(html))


def safe_markdown(source: str) -> str:
    """Markdown as clean HTML: the `markdown2html` filter of formgrader and feedback."""
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
    return clean(MarkdownWithMath(renderer=renderer).render(source))


class SafeOutputs(NbGraderPreprocessor):
    """Reduce outputs to text and pictures; a test cell's report may keep its formatting."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Clean the whole notebook."""
        nb.metadata.pop("widgets", None)
        return super().preprocess(nb, resources)

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Clean one cell."""
        is_test = is_grade(cell) and not is_solution(cell)
        for output in cell.get("outputs", []):
            if "data" in output:
                output["metadata"] = {}
                output["data"] = _safe_data(output["data"], keep_html=is_test)
        return cell, resources


def _safe_data(data: dict[str, Any], keep_html: bool) -> dict[str, Any]:
    safe = {kind: data[kind] for kind in SHOWN_TYPES if isinstance(data.get(kind), str)}
    if keep_html and isinstance(data.get("text/html"), str):
        safe["text/html"] = clean(data["text/html"])
    return safe or {"text/plain": "(an output of a kind that is not shown here)"}
