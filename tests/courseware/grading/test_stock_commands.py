"""nbgrader's own commands and API in a course folder."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI

from courseware.grading.course import open_course
from courseware.grading.split import sandbox
from tests.courseware.grading import toy
from tests.courseware.grading.conftest import Course

# The warning is about nbgrader's own way of using its database.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning"),
]

EMPTY = {"test_square": None, "test_cube": None, "why": None}


def autograde(course: Course, student: str, api: NbGraderAPI | None = None) -> bool:
    """Grade one hand-in as formgrader does."""
    api = api or open_course(course.root)
    return bool(api.autograde(toy.EXERCISE, student, force=True)["success"])


def test_the_commands(tmp_path: Path) -> None:
    course = Course(toy.make_course(tmp_path))

    def nbgrader(*arguments: str) -> str:
        run = course.run_cold if arguments[0] == "autograde" else course.run
        result = run("nbgrader", *arguments)
        assert result.returncode == 0, result.stderr
        return result.stdout

    nbgrader("generate_assignment", toy.EXERCISE)
    exercise = toy.released(course.root)
    assert "HIDDEN" not in nbformat.writes(exercise)
    assert 'raise NotImplementedError("this' in toy.by_id(exercise, "square").source
    path = f"exercises/{toy.EXERCISE}/{toy.EXERCISE}.ipynb"
    assert "VALIDATION FAILED ON 3 CELL(S)" in nbgrader("validate", path)
    toy.hand_in(course.root, "ada", toy.solved(course.root))
    toy.hand_in(course.root, "bob", b"{")
    nbgrader("autograde", toy.EXERCISE)
    assert (course.root / "class_secret.txt").stat().st_mode & 0o077 == 0
    assert course.scores("ada") == {"test_square": 4.0, "test_cube": 2.0, "why": None}
    assert course.scores("bob") == {"test_square": 0.0, "test_cube": 0.0, "why": 0.0}
    nbgrader("generate_feedback", toy.EXERCISE)
    assert "6 of 7 points" in course.feedback("ada")
    nbgrader("export")
    with (course.root / "grades.csv").open(encoding="utf-8") as file:
        rows = {row["student_id"]: row["score"] for row in csv.DictReader(file)}
    assert rows == {"ada": "6.0", "bob": "0.0"}


def test_a_new_hand_in_replaces_the_grade(course: Course) -> None:
    good = toy.solved(course.root)
    toy.hand_in(course.root, "ada", good)
    assert autograde(course, "ada")
    worse = toy.with_cell(
        toy.without(good, "test-square"), "square", "def square(x):\n    return 0"
    )
    toy.hand_in(course.root, "ada", worse)
    assert autograde(course, "ada")
    assert course.scores("ada")["test_square"] == 0.0


def test_a_failure_leaves_no_old_grade(course: Course) -> None:
    folder = toy.hand_in(course.root, "ada", toy.solved(course.root))
    assert autograde(course, "ada")
    (folder / f"{toy.EXERCISE}.ipynb").unlink()
    (folder / f"{toy.EXERCISE}.ipynb").symlink_to("nowhere")
    assert not autograde(course, "ada")
    assert course.scores("ada") == EMPTY


def test_a_missing_sandbox_is_no_zero(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    toy.hand_in(course.root, "ada", toy.solved(course.root))
    monkeypatch.setattr(sandbox.shutil, "which", lambda program: None)
    assert not autograde(course, "ada")
    assert course.scores("ada") == EMPTY
    api = open_course(course.root, allow_unprotected=True)
    assert autograde(course, "ada", api)
    assert course.scores("ada")["test_square"] == 4.0


def test_points_of_a_person_stay(course: Course) -> None:
    toy.hand_in(course.root, "ada", toy.solved(course.root))
    assert autograde(course, "ada")
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        names = ("why", toy.EXERCISE, toy.EXERCISE, "ada")
        gradebook.find_grade(*names).manual_score = 0.5
        gradebook.db.commit()
        assert autograde(course, "ada")
        gradebook.db.expire_all()
        assert gradebook.find_grade(*names).score == 0.5


def test_a_master_that_the_gradebook_does_not_know_is_refused(course: Course) -> None:
    toy.hand_in(course.root, "ada", toy.solved(course.root))
    path = course.root / "solutions" / toy.EXERCISE / f"{toy.EXERCISE}.ipynb"
    changed = toy.with_cell(toy.source_notebook(), "test-cube", "score(cube, [(2, 8)], points=2)")
    nbformat.write(changed, path)
    result = open_course(course.root).autograde(toy.EXERCISE, "ada")
    assert not result["success"]
    assert "run `nbgrader generate_assignment 01_toy --force`" in result["log"]


def test_the_exporter_does_not_work_alone(course: Course) -> None:
    toy.hand_in(course.root, "ada", toy.solved(course.root))
    api = open_course(course.root)
    api.config.Autograde.sanitize_preprocessors = ["nbgrader.preprocessors.CheckCellMetadata"]
    result = api.autograde(toy.EXERCISE, "ada")
    assert not result["success"]
    assert "must begin with courseware.grading.preprocessors.RebuildFromMaster" in result["log"]


def test_a_command_that_nbgrader_starts_is_found(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin")
    for _ in range(2):
        open_course(course.root)
    paths = os.environ["PATH"].split(os.pathsep)
    assert len(paths) == 2 and (Path(paths[0]) / "alembic").is_file()
