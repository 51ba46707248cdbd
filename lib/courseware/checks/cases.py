"""One call of a student's function, judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from courseware.checks.call import TRUSTED_SECONDS, Outcome, TimeLimit
from courseware.checks.task import Check, Task
from courseware.checks.values import Difference, show


@dataclass(frozen=True, eq=False)
class Case:
    """One call of the student's function, judged: `found` is None where it is right."""

    check: Check
    arguments: tuple[Any, ...]
    expected: Outcome
    got: Outcome
    found: Difference | None


def judge(task: Task, check: Check, arguments: tuple[Any, ...], got: Outcome) -> Case:
    """Compare one outcome with the reference's on the same arguments."""
    reference = check.reference or task.reference
    expected = check.probe(reference, arguments, TRUSTED_SECONDS)
    return Case(check, arguments, expected, got, find(check, arguments, expected, got))


def find(
    check: Check, arguments: tuple[Any, ...], expected: Outcome, got: Outcome
) -> Difference | None:
    """What is wrong with an outcome, by its error or by the check's judge; None if nothing is."""
    if isinstance(got.error, TimeLimit):
        return Difference("time-limit", str(got.error))
    if isinstance(got.error, NotImplementedError):
        return Difference("not-written", "NotImplementedError")
    if expected.error is not None:
        if isinstance(got.error, type(expected.error)):
            return None
        came = type(got.error).__name__ if got.error else "a value"
        text = f"expected {type(expected.error).__name__}, got {came}"
        return Difference("other-error" if got.error else "no-error", text)
    if got.error is not None:
        return Difference("raises", f"{type(got.error).__name__}: {got.error}")
    if got.changed:
        return Difference("changes-input", f"argument {got.changed[0] + 1} was changed")
    try:
        return check.judge(arguments, expected.value, got.value)
    except Exception as error:  # an object that fails when it is looked at, a number out of reach
        text = f"{show(got.value)} cannot be compared ({type(error).__name__})"
        return Difference("wrong-type", text)
