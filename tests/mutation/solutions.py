"""The solutions that are changed: those of the exercises, as a student would write them.

The functions of the library would do worse. They are off limits where their task is graded, they
check arguments that no task sends, and they leave the work to each other.
"""

from __future__ import annotations

import json
import linecache
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from courseware.checks import all_tasks
from courseware.registry import EXERCISES
from tests.tracked import ROOT


@dataclass(frozen=True)
class Solution:
    """The cell that answers one task, and the names that the cells before it leave."""

    task: str
    source: str
    names: dict[str, Any]

    def function(self, source: str | None = None) -> Any:
        """What the cell defines, or `source` in its place."""
        names = dict(self.names)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # `1[0]`, and other mutants like that
            code = compile(self.source if source is None else source, "<solution>", "exec")
        exec(code, names)
        return names[self.task]


def solutions() -> dict[str, Solution]:
    """The solution of every task by its name, in the order of the exercises."""
    found: dict[str, Solution] = {}
    for exercise in EXERCISES:
        path = ROOT / "solutions" / exercise / f"{exercise}.ipynb"
        found |= {solution.task: solution for solution in solutions_of(path)}
    return found


def solutions_of(notebook: Path) -> Iterator[Solution]:
    """The graded functions of one exercise. Its cells run, but for tests and the pay-off."""
    names: dict[str, Any] = {}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        shows = marks.get("grade") or marks.get("grade_id") == "pay-off"
        if cell["cell_type"] != "code" or shows:
            continue
        source = "".join(cell["source"])
        task = marks.get("grade_id", "")
        if marks.get("solution") and task in all_tasks():
            yield Solution(task, source, dict(names))
        # A check may ask for the source of a cell before.
        file = f"<{task or cell['id']} of {notebook.name}>"
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
        exec(compile(source, file, "exec"), names)
