"""From failed cases to the misconception behind them.

A misconception is a wrong function. It is the likely cause when it returns, on every failing
case of a check, just what the student's function returned. Where several do, the one that
explains most of the other cases wins. Some causes need no model: they show in the kind of the
failure (nothing returned, an argument changed, …).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from courseware.checks.call import TRUSTED_SECONDS, Outcome
from courseware.checks.task import Check, Misconception, Task
from courseware.checks.values import Difference, difference

GENERAL = {
    "not-written": "This function still raises NotImplementedError: replace that line by your own.",
    "returns-none": "Nothing came back. Is a `return` missing, or did you print the result?",
    "changes-input": "Your function changes its argument in place, so the caller's data is lost. "
    "Work on a new tensor or a copy.",
    "time-limit": "Your function did not come to an end. Look for a loop whose condition never "
    "changes.",
    "no-error": "This input is not valid, and your function returned a value for it. Raise a "
    "ValueError instead: a wrong answer that looks right is worse than an error.",
    "raises": "Your function raised an error on a valid input.",
    "other-error": "This input is not valid, and your function stops, but not with the ValueError "
    "asked for. Look at the input first and say what is wrong with it.",
    "float-for-integer": "The value is right for a float, but an integer is asked for: "
    "`/` always gives a float in Python.",
    "wrong-type": "The value came back as another kind of object than the one asked for.",
    "wrong-length": "The number of returned values is not the one asked for.",
    "wrong-shape": "The values came back in another shape than the one asked for.",
    "wrong-dtype": "The values are right, but stored in another dtype than the one asked for.",
    "not-finite": "There is a division by zero or an overflow on the way: the result is inf or "
    "nan.",
}
"""Causes that show in the kind of failure, by that kind."""


@dataclass(frozen=True, eq=False)
class Case:
    """One call of the student's function, judged: `found` is None where it is right."""

    check: Check
    arguments: tuple[Any, ...]
    expected: Outcome
    got: Outcome
    found: Difference | None


@dataclass(frozen=True)
class Diagnosis:
    """A name for tests and tables, and what the student reads."""

    name: str
    message: str


Explains = Callable[[Misconception, Case], bool]


def diagnose(
    task: Task, failing: Sequence[Case], all_cases: Sequence[Case], explains: Explains
) -> Diagnosis | None:
    """The likely cause of the failing cases of one check, or None."""
    found = failing[0].found
    if found and found.kind in ("not-written", "time-limit", "changes-input", "returns-none"):
        return Diagnosis(found.kind, GENERAL[found.kind])
    for known in task.misconceptions:
        if found and known.behaves is None and known.name == found.kind:
            return Diagnosis(known.name, known.message)
    best, most = None, 0.0
    for candidate in task.misconceptions:
        # The smallest failing input is the one shown, so its result must be explained.
        if candidate.behaves is None or not explains(candidate, failing[0]):
            continue
        explained = sum(explains(candidate, case) for case in failing)
        if explained < 0.75 * len(failing):
            continue
        rest = sum(explains(candidate, case) for case in all_cases)
        weight = explained / len(failing) + rest / len(all_cases)
        if weight > most:
            best, most = candidate, weight
    if best:
        return Diagnosis(best.name, best.message)
    if found and found.kind in GENERAL:
        return Diagnosis(found.kind, GENERAL[found.kind])
    return None


def explains(candidate: Misconception, case: Case) -> bool:
    """Whether the misconception gives the student's result on this case."""
    assert candidate.behaves is not None
    outcome = case.check.probe(candidate.behaves, case.arguments, TRUSTED_SECONDS)
    if outcome.error is not None or case.got.error is not None:
        return type(outcome.error) is type(case.got.error)
    if outcome.value is None or case.got.value is None:
        return False
    try:
        return difference(_plain(outcome.value), case.got.value) is None
    except Exception:  # what cannot be compared is not explained
        return False


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
