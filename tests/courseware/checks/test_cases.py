"""What is kept of a check's inputs: answers of the course's own functions, never the student's."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from courseware.checks.cases import inputs
from courseware.checks.run import run_task
from courseware.checks.task import Check, Draw, Misconception, Task
from courseware.checks.values import same_values


class Counted:
    """A function, and how often it was called."""

    def __init__(self, function) -> None:
        self.function, self.calls = function, 0

    def __call__(self, *arguments):
        self.calls += 1
        return self.function(*arguments)


@pytest.fixture
def task() -> Task:
    """Double a tensor; one mistake is known."""

    def draw(d: Draw):
        yield (d.normal(3),)
        yield (d.normal(2, 2),)

    reference, plus_one = Counted(lambda x: 2 * x), Counted(lambda x: x + 1)
    known = Misconception("plus-one", "Multiply, and do not add.", plus_one)
    return Task("double", 4, reference, (Check("doubles", 1, draw),), (known,), "lecture 01, “x”")


def test_the_courses_functions_are_called_once_for_an_input(task: Task) -> None:
    for _ in range(2):
        report = run_task(task, lambda x: x + 1, "again")
        assert [cause.name for cause in report.diagnoses] == ["plus-one"]
    assert task.reference.calls == task.misconceptions[0].behaves.calls == 2
    run_task(task, lambda x: x + 1, "another seed")
    assert task.reference.calls == 4


def test_what_a_student_does_to_an_input_is_not_kept(task: Task) -> None:
    def spoils(x):
        x.zero_()
        return x

    before = [one.arguments[0].clone() for one in inputs(task.checks[0], "seed/double/doubles")]
    assert run_task(task, spoils, "seed").score == 0
    after = inputs(task.checks[0], "seed/double/doubles")
    assert all(torch.equal(a, b.arguments[0]) for a, b in zip(before, after, strict=True))
    assert run_task(task, lambda x: x * 2, "seed").score == 4


def test_a_result_that_is_changed_later_is_not_the_kept_one(task: Task) -> None:
    seen = []

    def remembers(x):
        seen.append(2 * x)
        for one in seen:
            one += 1
        return 2 * x

    assert run_task(task, remembers, "seed").score == 4
    assert run_task(task, lambda x: 2 * x, "seed").score == 4


def test_a_model_is_judged_once_for_an_input(task: Task) -> None:
    judge = Counted(same_values)
    (check,) = task.checks
    task = replace(task, checks=(replace(check, judge=judge),))
    calls = []
    for _ in range(2):
        before = judge.calls
        assert run_task(task, lambda x: x + 1, "judged").score == 0
        calls.append(judge.calls - before)
    # Whether the model's values are wrong, in their form and in any, is known the second time.
    assert calls[1] == calls[0] - 2 * 2
