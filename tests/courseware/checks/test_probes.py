"""The ways of calling a function that tasks on training and on chance need."""

import random

import numpy as np
import pytest
import torch

from courseware.checks import gradients
from courseware.checks.call import shuffled_call
from courseware.checks.report import as_text
from courseware.checks.run import run_task
from courseware.checks.task import Check, Misconception, Task
from courseware.checks.values import Difference

LONG = 30.0
"""The first gradient in a process makes torch import sympy: seconds on a busy machine."""


@pytest.mark.parametrize(
    "draw",
    [lambda: random.random(), lambda: np.random.rand(), lambda: torch.rand(()).item()],  # noqa: NPY002
    ids=["random", "numpy", "torch"],
)
def test_a_draw_from_a_global_generator_does_not_repeat_itself(draw):
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    torch.manual_seed(0)
    first = shuffled_call(draw, (), 1.0).value
    assert shuffled_call(draw, (), 1.0).value != first
    before = draw()
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    torch.manual_seed(0)
    assert draw() == before  # the caller's generators were left alone


def test_gradients_come_with_the_result():
    x, w = torch.tensor([2.0, 3.0]), torch.tensor([5.0, 7.0])
    outcome = gradients.probe(0, 1)(lambda x, w: x * w, (x, w, torch.tensor([1.0, 10.0])), LONG)
    result, to_x, to_w = outcome.value
    assert result.tolist() == [10.0, 21.0]
    assert to_x.tolist() == [5.0, 70.0] and to_w.tolist() == [2.0, 30.0]


def test_a_result_that_is_cut_off_is_an_error_and_an_unused_argument_a_zero():
    arguments = (torch.ones(2), torch.ones(2), torch.ones(2))
    cut = gradients.probe(0)(lambda x, w: (x * w).detach(), arguments, LONG)
    assert isinstance(cut.error, TypeError)
    unused = gradients.probe(0, 1)(lambda x, w: 2 * x, arguments, LONG)
    assert unused.value[2].tolist() == [0.0, 0.0]


def test_a_judge_may_name_the_misconception_and_need_no_reference():
    def judge(arguments, expected, got):
        assert expected is None
        return Difference("too-small", f"{got} is below 3") if got < 3 else None

    nothing_expected = Check("size", 1, lambda draw: [(1,)], judge, reference=lambda n: None)
    task = Task(
        name="anything",
        points=2,
        reference=lambda n: 1 / 0,
        checks=(nothing_expected,),
        misconceptions=(Misconception("too-small", "Make it larger."),),
        lecture="lecture 01, “Two's complement”",
    )
    report = run_task(task, lambda n: n, "probe")
    assert report.score == 0.0 and [d.name for d in report.diagnoses] == ["too-small"]
    assert "Make it larger." in as_text(report)
    assert run_task(task, lambda n: 3, "probe").score == 2.0
