"""What a notebook says of points is what its tasks give."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from courseware.checks.points import problems
from courseware.notebooks.release import update
from courseware.registry import EXERCISES

ROOT = Path(__file__).parents[2]
CHAPTER = "01_number_formats"


def source_of(exercise: str) -> str:
    return (ROOT / "solutions" / exercise / f"{exercise}.ipynb").read_text(encoding="utf-8")


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_exercises_agree_with_their_tasks(exercise: str) -> None:
    assert problems(source_of(exercise), exercise) == []


def test_a_folder_that_is_no_chapters_is_left_alone() -> None:
    assert problems(source_of(CHAPTER), "01_toy") == []


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("8 points · about 5", "7 points · about 5", "the text of {} says 7 points, not 8"),
        ("8 points · about 5", "about 5", "the text of {} names no points, expected 8"),
        ("### Question 1 · 2", "### Question 1 · 3", "the text of {} says 3 points, not 2"),
        ("## Quiz · ", "## Quiz · 1", "the heading of the quiz says 1"),
        ("own words · ", "own words · 2", "the heading of the written answer says 2"),
        ("**Rubric** (", "**Rubric** (3", "the rubric says 3"),
        ("\n- 2 points: ", "\n- 4 points: ", "the lines of the rubric together says"),
    ],
)
def test_a_text_that_says_something_else(before: str, after: str, told: str) -> None:
    notebook = json.loads(source_of("07_structured_pruning"))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    [cell, *_] = [cell for cell in notebook["cells"] if before in cell["source"]]
    cell["source"] = cell["source"].replace(before, after, 1)
    [problem] = problems(json.dumps(notebook), "07_structured_pruning")
    start, _, end = told.partition("{}")
    assert problem.startswith(start) and end in problem


def changed(edit: str) -> str:
    """The exercise with the metadata of one graded cell edited."""
    notebook = nbformat.reads(source_of(CHAPTER), as_version=4)
    marks = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in notebook.cells}
    if edit == "left out":
        notebook.cells.remove(marks["test_negate"])
    else:
        marks[edit].metadata.nbgrader.points += 1
    return nbformat.writes(notebook)


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ("test_negate", "nbgrader's metadata of negate says"),
        ("explain", "points must add to 100: tasks and quiz make "),
        ("left out", "there is no test cell test_negate"),
    ],
)
def test_metadata_that_say_something_else(edit: str, told: str) -> None:
    [problem] = problems(changed(edit), CHAPTER)
    assert problem.startswith(told)


def test_nothing_is_released_before_they_agree(tmp_path: Path) -> None:
    folder = tmp_path / "solutions" / CHAPTER
    folder.mkdir(parents=True)
    (folder / f"{CHAPTER}.ipynb").write_text(changed("test_negate"), encoding="utf-8")
    with pytest.raises(RuntimeError, match=f"^{CHAPTER}: nbgrader's metadata of negate says"):
        update(tmp_path, CHAPTER)
    assert not (tmp_path / "exercises").exists()
