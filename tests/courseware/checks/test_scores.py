"""How many points a function or an answer earns."""

import pytest

from courseware.checks import all_questions
from courseware.checks.quiz import judge_answer
from courseware.checks.run import run_task
from courseware.checks.task import Check, Task


@pytest.mark.parametrize(("right", "score"), [((), 0.0), ((1,), 2.0), ((3,), 6.0), ((1, 3), 8.0)])
def test_a_check_gives_its_weight_s_share_of_the_points(right, score):
    checks = [Check(f"of weight {n}", n, lambda draw, n=n: [(n,)]) for n in (1, 3)]
    task = Task("same", 8, lambda n: n, tuple(checks), (), "lecture 01, “Two's complement”")
    assert run_task(task, lambda n: n if n in right else -n, "weights").score == score


@pytest.mark.parametrize("question", all_questions().values(), ids=lambda one: one.name)
def test_the_right_letter_alone_earns_the_points_of_a_question(question):
    earned = {
        letter: judge_answer(question, lambda letter=letter: letter).score
        for letter in (*question.options, "z", "")
    }
    assert earned.pop(question.right) == question.points
    assert not any(earned.values())
