"""Saving the scores of a hand-in."""

from __future__ import annotations

from unittest import mock

from nbformat import NotebookNode
from nbgrader.utils import determine_grade

from courseware.grading.course import open_course
from courseware.grading.scores import Score, StudentScores, Task
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


def test_who_is_late_loses_the_penalty_and_no_more_than_there_is() -> None:
    scores = {Task("01", "a", 4.0): Score(3.0), Task("01", "b", 2.0): Score(None, open=True)}
    totals = [StudentScores("ada", scores, charged=penalty).total for penalty in (0.0, 1.5, 9.0)]
    assert totals == [3.0, 1.5, 0.0]
