"""The course's own exercises: solved ones get all points that need no reader, untouched ones none.

With our configuration, and with a stock nbgrader that knows nothing of it.
"""

import os
import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from courseware.grading.course import open_course
from courseware.registry import EXERCISES

ROOT = Path(__file__).parents[3]
OURS = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "stock"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
# 30 and 4 seconds by the clock are too few where the machine is busy.
c.ExecutePreprocessor.timeout = 300
c.ExecutePreprocessor.iopub_timeout = 60
"""

AFTERWARDS = ("pay-off", "at-work-picture")
"""Cells that show what the functions do, and count for nothing; they have tests of their own."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module", params=[OURS, STOCK], ids=["ours", "stock"])
def graded(request, tmp_path_factory):
    """The gradebook of a course in which `solved` and `untouched` handed in every exercise."""
    course = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "solutions", course / "solutions")
    if request.param == STOCK:  # ours computes nothing there
        for path in course.glob("solutions/*/*.ipynb"):
            leave_out_what_comes_afterwards(path)
    (course / "nbgrader_config.py").write_text(request.param, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        # Stock nbgrader starts `alembic` by its bare name.
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        grade(course)
    return f"sqlite:///{course}/gradebook.db"


def grade(course):
    api = open_course(course)
    for exercise in EXERCISES:
        assert api.generate_assignment(exercise)["success"]
        for student, step in (("solved", "solutions"), ("untouched", "exercises")):
            folder = course / "submitted" / student / exercise
            folder.mkdir(parents=True)
            shutil.copy(course / step / exercise / f"{exercise}.ipynb", folder)
            result = api.autograde(exercise, student)
            assert result["success"], result["log"]


def leave_out_what_comes_afterwards(path):
    notebook = nbformat.read(path, as_version=4)
    afterwards = [cell for cell in notebook.cells if cell.id in AFTERWARDS]
    assert afterwards, path
    for cell in afterwards:
        cell.source = "pass"
    nbformat.write(notebook, path)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_solutions_get_all_points_and_releases_none(graded, exercise):
    with Gradebook(graded) as gradebook:
        solved, untouched = (
            {
                grade.name: (grade.auto_score, grade.max_score)
                for grade in gradebook.find_submission_notebook(exercise, exercise, student).grades
            }
            for student in ("solved", "untouched")
        )
    read_by_a_person = [name for name, (score, _) in solved.items() if score is None]
    assert len(read_by_a_person) == 1
    assert sum(points for _, points in solved.values()) == 100
    short = {k: v for k, v in solved.items() if v[0] != v[1] and k not in read_by_a_person}
    assert short == {}
    assert {score for score, _ in untouched.values()} == {0.0}
