"""What teachers and students see of a hand-in, and what could act in there.

The pages are made as formgrader and `nbgrader generate_feedback` make them, with the settings of
the course folder. What the page of an honest classmate holds as well belongs to the page.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config.loader import PyFileConfigLoader

# fmt: off
ACTING = frozenset([
    "script", "iframe", "frame", "object", "embed", "applet", "form", "input", "button", "select",
    "textarea", "img", "picture", "video", "audio", "source", "svg", "math", "link", "meta", "base",
    "style", "template", "portal", "dialog",
])
# fmt: on
OUTSIDE = re.compile(r"(https?://|mailto:)[^\s]+|#[\w-]*", re.IGNORECASE)
PLACED = re.compile(r"position|z-index|transform|inset|url|expression|(^|;)\s*(top|left|width|h)")
COVERS = frozenset({"modal", "fade", "affix", "popover", "tooltip", "hidden", "container", "close"})
TEX = re.compile(r"\\(?:href|url|class|cssId|style|require|def|let|newcommand|bbox|unicode)\b")
UNREAD = frozenset({"pre", "code", "script", "style", "textarea"})
"""Where MathJax reads no formulas."""


def formgrader_page(course: Path, exercise: str, student: str) -> str:
    """A graded hand-in in formgrader."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    resources = {"assignment_id": exercise, "notebook_id": exercise, "index": 0, "total": 1}
    resources |= {"base_url": "", "student": student, "submission_id": "1", "notebook_path": ""}
    path = course / "autograded" / student / exercise / f"{exercise}.ipynb"
    return str(HTMLExporter(config=config).from_filename(str(path), resources=resources)[0])


def feedback_page(course: Path, exercise: str, student: str) -> str:
    """The page that a student gets back; empty if there is none."""
    path = course / "feedback" / student / exercise / f"{exercise}.html"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def deeds(course: Path, exercise: str, student: str, classmate: str) -> set[str]:
    """What in the pages of a hand-in could act, cover the page, or lead into the teacher's site."""
    found: set[str] = set()
    for page in (formgrader_page, feedback_page):
        honest = Acting(page(course, exercise, classmate)).found
        found |= Acting(page(course, exercise, student)).found - honest
    return found


class Acting(HTMLParser):
    """All of a page that could act."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self._open: list[tuple[str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        classes = set(attributes.get("class", "").split())
        if tag in ACTING:
            self.found.add(f"<{tag}>")
        for name, value in attributes.items():
            if name.startswith(("on", "data-")) or name in (
                "id",
                "name",
                "src",
                "srcdoc",
                "action",
            ):
                self.found.add(f"{name}={value}")
            if name == "href" and not OUTSIDE.fullmatch(value):
                self.found.add(f"href={value}")
            if name == "style" and PLACED.search(value):
                self.found.add(f"style={value}")
        for name in classes:
            if name in COVERS or ("-" in name and not name.startswith(("ansi-", "celltag_"))):
                self.found.add(f"class={name}")
        ignored = tag in UNREAD or "tex2jax_ignore" in classes or (self._open and self._open[-1][1])
        self._open.append((tag, bool(ignored)))

    def handle_endtag(self, tag: str) -> None:
        while tag in [name for name, _ in self._open] and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not (self._open and self._open[-1][1]):
            self.found |= {f"TeX {command}" for command in TEX.findall(data)}
