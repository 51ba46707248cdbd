"""A released toy course, and a whole class graded in it, once for all tests here."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from courseware.grading.course import open_course, open_exercise
from courseware.grading.master import read_master
from courseware.grading.truth import prove
from tests import warm
from tests.courseware.grading import toy
from tests.courseware.grading.hand_ins import mangled

warm.know_the_newest_gradebook()


@dataclass(frozen=True)
class Course:
    """A course folder and short ways to look into it."""

    root: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a Python module's command in the course folder."""
        return warm.run(*command, cwd=self.root)

    def run_cold(self, *command: str) -> subprocess.CompletedProcess[str]:
        """The same by an interpreter of its own, as a teacher's shell does it."""
        return subprocess.run(
            [sys.executable, "-m", *command], cwd=self.root, capture_output=True, text=True
        )

    def scores(self, student: str) -> dict[str, float | None]:
        """Points per nbgrader id; None where a person has still to give them."""
        with Gradebook(f"sqlite:///{self.root}/gradebook.db") as gradebook:
            notebook = gradebook.find_submission_notebook(toy.EXERCISE, toy.EXERCISE, student)
            return {
                grade.name: None if grade.auto_score is None else grade.score
                for grade in notebook.grades
            }

    def graded(self, student: str) -> NotebookNode:
        """The graded notebook."""
        return nbformat.read(self._file("autograded", student, "ipynb"), as_version=4)

    def feedback(self, student: str) -> str:
        """The feedback page."""
        return self._file("feedback", student, "html").read_text(encoding="utf-8")

    def kinds(self, student: str) -> list[str]:
        """The kinds of the anomalies that were found."""
        return [found["kind"] for found in self.graded(student).metadata.courseware.anomalies]

    def _file(self, step: str, student: str, suffix: str) -> Path:
        return self.root / step / student / toy.EXERCISE / f"{toy.EXERCISE}.{suffix}"


@pytest.fixture(scope="session")
def released_course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course whose exercise was released, by nbgrader's own API; for reading only."""
    root = toy.make_course(tmp_path_factory.mktemp("released"))
    api = open_course(root)
    assert api.generate_assignment(toy.EXERCISE)["success"]
    assert prove(open_exercise(api, toy.EXERCISE))  # once for all copies
    return Course(root)


@pytest.fixture(scope="session")
def master(released_course: Course) -> NotebookNode:
    """The master of the toy exercise."""
    api = open_course(released_course.root)
    return read_master(api.coursedir, toy.EXERCISE, toy.EXERCISE, parent=api)


@pytest.fixture(scope="session")
def good(released_course: Course) -> NotebookNode:
    """A good hand-in; to be copied, not changed."""
    return toy.solved(released_course.root)


@pytest.fixture
def course(released_course: Course, tmp_path: Path) -> Course:
    """A copy of the released course, to do anything with."""
    return Course(shutil.copytree(released_course.root, tmp_path / "course"))


@dataclass(frozen=True)
class GradedClass:
    """A class of mangled hand-ins after `course grade`."""

    course: Course
    result: subprocess.CompletedProcess[str]


@pytest.fixture(scope="session")
def graded_class(released_course: Course, tmp_path_factory: pytest.TempPathFactory) -> GradedClass:
    """Everything that goes wrong, in one class, graded by the `course` command."""
    root = tmp_path_factory.mktemp("class") / "course"
    course = Course(shutil.copytree(released_course.root, root))
    mangled(course.root)
    result = course.run("courseware.grading.cli", "grade", toy.EXERCISE)
    return GradedClass(course, result)
