"""Follow-through: a task that calls a failing one is judged a second time with a right one."""

from __future__ import annotations

import json
import re

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from courseware.checks.follow import BETTER, OWN, Policy, read_policy
from courseware.grading.checks_version import judged_by
from courseware.grading.jobs import Place, run_rebuilt
from courseware.grading.split.notebook import student_names
from tests.courseware.grading.toy import meta

NAME = "01_number_formats"
OWN_SOLUTION = """def unsigned_value(bits):
    secret = int(bits, 2)
    return secret"""
WRONG = """def helper(bits):
    return len(bits)

def unsigned_value(bits):
    return helper(bits)"""
SIGNED = """def signed_value(bits):
    value = unsigned_value(bits)
    return value - 2 ** helper(bits) if bits[0] == "1" else value"""
TELLS = """def signed_value(bits):
    told = unsigned_value.__code__.co_varnames
    print(told)
    return str(told)"""


def graded(unsigned: str, signed: str, policy: Policy) -> tuple[float, str]:
    """Points and report of `signed_value`."""
    solution = {"solution": True}
    test = meta("test_signed_value", grade=True, locked=True, points=14)
    cells = [
        new_code_cell("from courseware.checks import check", metadata=meta("setup", locked=True)),
        new_code_cell(unsigned, metadata=meta("unsigned_value", **solution)),
        new_code_cell(signed, metadata=meta("signed_value", **solution)),
        new_code_cell('check("signed_value", signed_value, seed="x")', metadata=test),
    ]
    notebook = new_notebook(cells=cells)
    names = student_names(notebook)
    own = {"unsigned_value": OWN_SOLUTION}
    run = run_rebuilt(notebook, names, Place(NAME), "ada", "secret", own, policy)
    *_, report, result = json.loads(run.outputs)[-1]
    return float(result["data"]["text/plain"]), report["data"]["text/plain"]


@pytest.mark.parametrize(
    ("policy", "points", "told"),
    [
        (Policy(), 14.0, "the better one counts, which makes 14."),
        (Policy(most=50), 7.0, "the second one up to 50 % of the points, which makes 7."),
        (Policy(OWN), 0.0, "the first one counts, which makes 0."),
    ],
)
def test_both_results_are_told_and_the_policy_says_which_counts(policy, points, told):
    earned, report = graded(WRONG, SIGNED, policy)
    assert earned == points
    assert report.startswith("signed_value: 0 of 14 points")
    assert "It calls your own `unsigned_value`, whose check fails, too" in report
    assert "With the course's own `unsigned_value` in place of yours it gets 14 of 14" in report
    assert told in report


def test_a_right_one_that_calls_a_wrong_one_is_told_no_cause():
    ones = "def helper(bits):\n    return len(bits)\n\ndef unsigned_value(bits):\n"
    _, report = graded(f"{ones}    return bits.count('1')", SIGNED, Policy())
    assert "repair that first" in report and re.search(r"^ +input +signed_value\(", report, re.M)
    assert not re.search(r"^ +(likely|perhaps|where) ", report, re.M)


def test_a_mistake_of_its_own_costs_what_it_costs():
    wrong = SIGNED.replace("2 ** helper(bits)", "1")
    earned, report = graded(WRONG, wrong, Policy())
    assert 0 < earned < 14
    assert f"in place of yours it gets {earned:g} of 14 points" in report


def test_what_calls_a_right_one_is_judged_once():
    right = WRONG.replace("    return helper(bits)", "    return int(bits, 2)")
    earned, report = graded(right, SIGNED.replace("2 **", "3 **"), Policy())
    assert earned < 14 and "in place of yours" not in report


def test_the_second_judging_tells_nothing_of_the_courses_own_solution():
    earned, report = graded(WRONG, TELLS, Policy())
    assert earned == 0 and "in place of yours it gets 0 of 14" in report
    assert "secret" not in report


def test_without_a_policy_nothing_is_judged_twice():
    earned, report = graded(WRONG, SIGNED, read_policy({"counts": "off"}))
    assert earned == 0 and "repair that first" in report and "in place of yours" not in report


@pytest.mark.parametrize(
    "settings", [{"count": BETTER}, {"counts": "best"}, {"most": 120}, {"most": True}]
)
def test_a_policy_that_cannot_be_meant_is_refused(settings):
    with pytest.raises(ValueError, match=r"^c\.FollowThrough"):
        read_policy(settings)


def test_a_mark_belongs_to_its_policy():
    assert judged_by(NAME, Policy()) != judged_by(NAME, Policy(most=50))
