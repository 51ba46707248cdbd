"""How many points a function or an answer earns."""

import pytest

from courseware.checks import all_questions
from courseware.checks.quiz import judge_answer
from courseware.checks.report import as_text
from courseware.checks.report_html import as_html
from courseware.checks.run import run_task
from courseware.checks.task import Check, Misconception, Task
from courseware.checks.values import Difference


@pytest.mark.parametrize(("right", "score"), [((), 0.0), ((1,), 2.0), ((3,), 6.0), ((1, 3), 8.0)])
def test_a_check_gives_its_weight_s_share_of_the_points(right, score):
    checks = [Check(f"of weight {n}", n, lambda draw, n=n: [(n,)]) for n in (1, 3)]
    task = Task("same", 8, lambda n: n, tuple(checks), (), "lecture 01, “Two's complement”")
    assert run_task(task, lambda n: n if n in right else -n, "weights").score == score


def test_a_judge_may_leave_a_part_of_a_check_s_weight():
    def judge(arguments, expected, got):
        return (
            None if got == expected else Difference("near", f"{got} is near", kept=got / expected)
        )

    checks = [
        Check("one", 1, lambda draw: [(4,)], judge),
        Check("three", 3, lambda draw: [(4,)], judge),
    ]
    near = Misconception("near", "Go on.")
    task = Task("same", 8, lambda n: n, tuple(checks), (near,), "lecture 01, “Two's complement”")
    report = run_task(task, lambda n: n - 1, "parts")
    assert report.score == 6.0
    assert "part one (weight 1, 75% of it earned)" in as_text(report)
    assert "(weight 1, 75% of it earned)" in as_html(report)
    assert run_task(task, lambda n: 0, "parts").score == 0.0


@pytest.mark.parametrize("question", all_questions().values(), ids=lambda one: one.name)
def test_the_right_letter_alone_earns_the_points_of_a_question(question):
    earned = {
        letter: judge_answer(question, lambda letter=letter: letter).score
        for letter in (*question.options, "z", "")
    }
    assert earned.pop(question.right) == question.points
    assert not any(earned.values())
