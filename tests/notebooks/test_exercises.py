"""exercises/ is what nbgrader makes of solutions/."""

import re
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest

from courseware.notebooks import released
from courseware.notebooks.release import EXERCISES, UNCHANGED, assignments
from courseware.registry import EXERCISES as CHAPTERS
from tests import warm
from tests.tracked import ROOT, tracked

ASSIGNMENTS = assignments(ROOT)
NUMBERS = [
    "none",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
AUTHORS_ONLY = ["### BEGIN", "### END"]


def stored(assignment: str, below: str = EXERCISES) -> dict[Path, bytes]:
    folder = ROOT / below / assignment
    return {
        path.relative_to(folder): path.read_bytes() for path in tracked(f"{below}/{assignment}")
    }


def test_every_exercise_has_a_solution() -> None:
    assert ASSIGNMENTS
    for below in (EXERCISES, UNCHANGED):
        folders = {path.relative_to(ROOT / below).parts[0] for path in tracked(below)}
        assert sorted(folders) == ASSIGNMENTS


def run_warm(
    command: list[str], cwd: Path, env: dict[str, str], **_: Any
) -> subprocess.CompletedProcess[str]:
    module, *arguments = command[2:]
    return warm.run(module, *arguments, cwd=cwd, env=env)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_exercise_is_the_release_of_its_solution(
    assignment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = SimpleNamespace(run=run_warm)
    monkeypatch.setattr("courseware.notebooks.release.subprocess", here)
    release = released(ROOT, assignment)
    assert sorted(release) == sorted(stored(assignment)), "run: make exercises"
    different = [path for path, content in release.items() if stored(assignment)[path] != content]
    assert different == [], "run: make exercises"


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_one_starts_over_from_the_exercise(assignment: str) -> None:
    assert stored(assignment, UNCHANGED) == stored(assignment), "run: make exercises"


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_nothing_for_authors_only_is_released(assignment: str) -> None:
    texts = [
        content.decode() for path, content in stored(assignment).items() if path.suffix == ".ipynb"
    ]
    assert texts
    assert [marker for marker in AUTHORS_ONLY for text in texts if marker in text] == []


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_tasks_are_numbered_and_counted_as_they_are(assignment: str) -> None:
    notebook = nbformat.reads(stored(assignment)[Path(f"{assignment}.ipynb")].decode(), 4)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    tasks = len(CHAPTERS[assignment].part("tasks").TASKS)
    numbers = re.findall(r"^## Task (\d+)", text, re.MULTILINE)
    assert numbers == [str(number) for number in range(1, tasks + 1)]
    told = re.findall(r"You write (\w+) (?:small )?functions", text)
    assert told in ([], [NUMBERS[tasks]])
