"""After an attempt: the course's own solution beside the learner's, and the library's function.

from courseware.learning.compare import compare
compare("negate")          # in a notebook; in a terminal: course compare negate
compare("explain_01")      # the written answer of exercise 01: a model answer, a checklist
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from courseware.learning.exercises import (
    COURSE,
    TEST,
    UNCHANGED,
    WRITTEN,
    exercise,
    notebook_cells,
    word_count,
)
from courseware.registry import EXERCISES, Chapter

LEAST_WORDS = 30
"""Of a written answer before there is something to compare."""

MARK = re.compile(r"### (BEGIN|END) SOLUTION")
"""Lines of a solution that say to nbgrader what students do not get."""


def compare(name: str, course: Path = COURSE) -> None:
    """Print what `compared` finds."""
    print(compared(name, course))


@dataclass(frozen=True)
class Solution:
    """The course's own answer, and the library's function of the same name where there is one."""

    name: str
    answer: str
    file: str = ""
    function: str = ""


def compared(name: str, course: Path = COURSE) -> str:
    """The solution of a task, of a quiz question or of a written answer (`explain_01`), in text.

    Raises: ValueError for an unknown name, where nothing was tried yet, or without solutions/.
    """
    folder = _chapter(name).folder
    if not was_tried(name, course):
        least = f", {LEAST_WORDS} words at least" if _is_written(name) else ""
        raise ValueError(f"{name}: expected an attempt of yours first{least}, got none in {folder}")
    found = solution(name, course)
    if found is None:
        raise ValueError(f"{name}: this copy of the course came without solutions/{folder}")
    parts = [f"The course's own answer to {name}:", found.answer]
    if found.file:
        parts += [f"In the library, {found.file}:", found.function]
    return "\n\n".join(parts)


def was_tried(name: str, course: Path = COURSE) -> bool:
    """Whether some notebook of the exercise has another answer than the one handed out.

    Raises: ValueError for an unknown name.
    """
    folder, graded = _chapter(name).folder, _graded(name)
    untouched = _answers(UNCHANGED / folder / f"{folder}.ipynb", graded)
    for path in sorted((course / "exercises" / folder).glob("*.ipynb")):
        answers = _answers(path, graded)
        if graded == WRITTEN:
            if word_count(" ".join(answers)) >= LEAST_WORDS:
                return True
        elif answers and answers != untouched:
            return True
    return False


def solution(name: str, course: Path = COURSE) -> Solution | None:
    """What there is to compare with, tried or not; None where this copy came without solutions/.

    Raises: ValueError for an unknown name.
    """
    chapter = _chapter(name)
    folder = chapter.folder
    answers = _answers(course / "solutions" / folder / f"{folder}.ipynb", _graded(name))
    if not answers:
        return None
    answer = "\n\n".join(map(_without_marks, answers))
    return Solution(name, answer, *_reference(name, chapter))


def _graded(name: str) -> str:
    return WRITTEN if _is_written(name) else f"{TEST}{name}"


def _is_written(name: str) -> bool:
    return re.fullmatch(rf"{WRITTEN}_\d\d", name) is not None


def _chapter(name: str) -> Chapter:
    for folder, chapter in EXERCISES.items():
        asked = exercise(folder)
        known = {item.name for item in (*asked.tasks, *asked.questions)}
        if name in known | {f"{WRITTEN}_{folder[:2]}"}:
            return chapter
    raise ValueError(
        f"name: expected that of a task, of a question or of a written answer, such as negate, "
        f"quiz_01_abs or explain_01, got {name!r}"
    )


def _answers(path: Path, graded: str) -> list[str]:
    """The sources of the cells that one grade is for: those since the grade before."""
    sources: list[str] = []
    for cell in notebook_cells(path):
        about: dict[str, Any] = cell.get("metadata", {}).get("nbgrader", {})
        if about.get("solution"):
            sources.append("".join(cell.get("source", "")).strip())
        if about.get("grade"):
            if about.get("grade_id") == graded:
                return sources
            sources = []
    return []


def _without_marks(source: str) -> str:
    return "\n".join(line for line in source.splitlines() if not MARK.fullmatch(line.strip()))


def _reference(name: str, chapter: Chapter) -> tuple[str, str] | tuple[()]:
    """The function of the same name in the library, and its file, where there is one."""
    library = Path(__file__).resolve().parents[2] / "model_compression"
    for module in chapter.modules:
        text = (library / f"{module}.py").read_text(encoding="utf-8")
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef) and node.name == name:
                file = f"lib/model_compression/{module}.py"
                return file, ast.get_source_segment(text, node) or ""
    return ()
