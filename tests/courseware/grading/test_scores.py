"""Saving the scores of a hand-in."""

from __future__ import annotations

from unittest import mock

from nbformat import NotebookNode
from nbgrader.utils import determine_grade

from courseware.grading.course import open_course
from tests.courseware.grading import toy
from tests.courseware.grading.conftest import Course


def test_all_scores_or_none(course: Course, good: NotebookNode) -> None:
    toy.hand_in(course.root, "ada", good)
    api = open_course(course.root)
    calls = []

    def breaking(*arguments: object) -> object:
        calls.append(arguments)
        if len(calls) == 2:
            raise OSError("disk full")
        return determine_grade(*arguments)

    with mock.patch("nbgrader.utils.determine_grade", breaking):
        assert not api.autograde(toy.EXERCISE, "ada", create=True)["success"]
    assert len(calls) == 2
    assert course.scores("ada") == {"test_square": None, "test_cube": None, "why": None}
    assert api.autograde(toy.EXERCISE, "ada", create=True)["success"]
    assert course.scores("ada") == {"test_square": 4.0, "test_cube": 2.0, "why": None}
