"""What a report says, as data: for counting over a class, never for a student's eye."""

from __future__ import annotations

from typing import Any

from courseware.checks.quiz import Answer
from courseware.checks.run import Report, Result
from courseware.checks.values import show

MIME_TYPE = "application/vnd.model-compression.report+json"
"""Under which the output of a test cell carries it."""

MAX_INPUT = 300


def report_facts(report: Report) -> dict[str, Any]:
    """A task's checks: what each weighs and kept, its causes, the smallest input that failed.

    Where it was judged a second time, what both came to; where nothing but functions that it calls
    is wrong, these.
    """
    found = {
        "task": report.task.name,
        "refused": bool(report.refusal),
        "checks": [_of_check(report, result) for result in report.results],
    }
    if report.followed is not None:
        found["followed"] = {"own": report.score, "second": report.followed.second}
        if report.followed.second == report.task.points:
            found["calls"] = list(report.followed.names)
    return found


def answer_facts(answer: Answer) -> dict[str, Any]:
    """The letter of a quiz answer, "" if there is none, and the right one."""
    question = answer.question
    return {
        "question": question.name,
        "letter": answer.letter,
        "right": question.right,
        "options": {letter: option.text for letter, option in question.options.items()},
    }


def _of_check(report: Report, result: Result) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": result.check.name,
        "weight": result.check.weight,
        "kept": result.kept,
        "causes": [{"name": one.name, "message": one.message} for one in result.causes],
    }
    if result.case is not None:
        arguments = ", ".join(show(argument) for argument in result.case.arguments)
        found["input"] = f"{report.task.name}({arguments})"[:MAX_INPUT]
    return found
