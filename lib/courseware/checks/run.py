"""Running a task's checks on a function."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from courseware.checks import where as only_where
from courseware.checks.alone import afresh
from courseware.checks.call import Outcome, TimeLimit, silent_descriptors
from courseware.checks.cases import Case, Input, inputs, judge, not_written, size
from courseware.checks.diagnose import diagnose
from courseware.checks.findings import Finding
from courseware.checks.follow import Followed
from courseware.checks.general import GENERAL, Diagnosis
from courseware.checks.matching import alike
from courseware.checks.off_limits import EVERYWHERE, among, called_names, shortcuts
from courseware.checks.ready_made import taken_by
from courseware.checks.states import Measured
from courseware.checks.taking_away import find, refused_name, taken_away
from courseware.checks.task import Check, Task

AT_ONCE = 10.0
"""Seconds that a task allows for a call at most for the call to be made once more."""

CALLS_DIFFER = "calls-differ"

AFTER_A_HANG = 0.25
"""Seconds for each further call once one has hung: the loop is found, the student waits."""


@dataclass(frozen=True)
class Result:
    """How one check ended; `case` is the smallest failing input.

    `kept` is the share of its weight that was earned, less than all of it where it failed.
    `figures` are what was measured where it passed.
    """

    check: Check
    passed: bool
    case: Case | None = None
    causes: tuple[Diagnosis, ...] = ()
    kept: float = 0.0
    figures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """All that is known about a function: the score is a float from 0 to `task.points`.

    It calls the graded functions of `builds_on`; those of `to_repair` fail their own checks.
    `followed` is what it came to with right ones in their place, where that was looked at.
    """

    task: Task
    results: tuple[Result, ...]
    refusal: str = ""
    builds_on: tuple[str, ...] = ()
    to_repair: tuple[str, ...] = ()
    followed: Followed | None = None

    @property
    def counted(self) -> float:
        """The points that count: the score, or what a second judging and a policy make of it."""
        return self.score if self.followed is None else self.followed.counted

    @property
    def score(self) -> float:
        """Points: what was earned of all the checks' weight."""
        if self.refusal:
            return 0.0
        total = sum(result.check.weight for result in self.results)
        earned = sum(result.check.weight * result.kept for result in self.results)
        return float(min(self.task.points, round(self.task.points * earned / total, 4)))

    @property
    def diagnoses(self) -> tuple[Diagnosis, ...]:
        """The distinct causes named, in the order of the checks."""
        found = (cause for result in self.results for cause in result.causes)
        return tuple(dict.fromkeys(found))


def run_task(task: Task, function: Callable[..., Any], seed: str) -> Report:
    """Judge `function` on inputs drawn from `seed`. Never raises for what the function does."""
    if not callable(function):
        return Report(task, (), refusal=f"`{task.name}` is not a function but {function!r:.60}")
    off_limits = EVERYWHERE + task.off_limits
    used = shortcuts(function, off_limits)
    if used:
        return Report(task, (), refusal=_refusal(task, used))
    taken = taken_by(off_limits)
    without = getattr(function, "__course_without__", None)
    if without is not None:
        function, taken = without(taken), ()
    with silent_descriptors():
        judged = _judge_all(task, function, seed, taken)
        everything = [case for cases in judged.values() for case in cases]
        used = among({refused_name(case.got.error) for case in everything}, off_limits)
        if used:
            return Report(task, (), refusal=_refusal(task, used))
        with _without_warnings():
            found = diagnose(task, judged)
        if task.seconds <= AT_ONCE:
            found = _with_moods(task, found, function, taken)
    results = tuple(
        _result(check, judged[check.name], found.get(check.name)) for check in task.checks
    )
    builds_on = tuple(name for name in task.calls if name in called_names(function))
    return Report(task, results, builds_on=builds_on)


def _with_moods(
    task: Task,
    found: dict[str, Finding],
    function: Callable[..., Any],
    taken: tuple[str, ...],
) -> dict[str, Finding]:
    """Where no cause is known: whether the same input gives another result each time."""
    silent = {
        name: one
        for name, one in found.items()
        if all(cause.name == only_where.NAME for cause in one.causes)
    }
    if not silent:
        return found
    case = next(iter(silent.values())).cases[0]
    if case.got.error or case.expected.error:
        return found
    with taken_away(find(taken)):
        again = case.check.probe(function, case.arguments, task.seconds)
        if not again.error and not alike(case.got.value, again.value):
            name = CALLS_DIFFER
        else:
            first = afresh(function, task.name)
            again = case.check.probe(first, case.arguments, task.seconds) if first else case.got
            if judge(task, case.input, again).found:
                return found
            name = "calls-remembered"
    cause = Diagnosis(name, GENERAL[name], name)
    return found | {check: replace(one, causes=(cause,)) for check, one in silent.items()}


def _result(check: Check, cases: Sequence[Case], found: Finding | None) -> Result:
    if found is None:
        values = (case.got.value for case in cases)
        figures = (value.figures for value in values if isinstance(value, Measured))
        return Result(check, True, kept=1.0, figures=tuple(figures))
    smallest = min(found.cases, key=lambda case: size(case.arguments))
    kept = min(case.found.kept for case in found.failing if case.found)
    return Result(check, False, smallest, found.causes, kept)


@contextlib.contextmanager
def _without_warnings() -> Iterator[None]:
    """References, judges and models of mistakes may warn, with paths of our own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _judge_all(
    task: Task, function: Callable[..., Any], seed: str, taken: tuple[str, ...] = ()
) -> dict[str, list[Case]]:
    drawn = [inputs(check, f"{seed}/{task.name}/{check.name}") for check in task.checks]
    seconds = task.seconds
    outcomes = []
    # References and judges may use what is ready-made: they work before and after.
    with contextlib.ExitStack() as away:
        found = None
        for of_check in drawn:
            if (now := find(taken)) != found:  # a call may have loaded more of it
                away.close()
                away.enter_context(taken_away(now))
                found = now
            came = _outcomes(function, of_check, seconds)
            outcomes.append(came)
            if any(isinstance(got.error, TimeLimit) for _, got in came):
                seconds = min(AFTER_A_HANG, seconds)
    with _without_warnings():
        return {
            check.name: [judge(task, *pair) for pair in came]
            for check, came in zip(task.checks, outcomes, strict=True)
        }


def _outcomes(
    function: Callable[..., Any], drawn: Sequence[Input], seconds: float
) -> list[tuple[Input, Outcome]]:
    """All calls of one check, up to one that hangs or is not written."""
    outcomes = []
    for one in drawn:
        got = one.check.probe(function, one.arguments, seconds)
        outcomes.append((one, got))
        if isinstance(got.error, TimeLimit) or not_written(got.error):
            break
    return outcomes


def _refusal(task: Task, used: list[str]) -> str:
    return (
        f"{used[0]} is off limits in this task: it does the very thing that `{task.name}` is to "
        f"teach you. Write it from simpler operations; {task.lecture} shows the way."
    )
