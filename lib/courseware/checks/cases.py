"""One input of a check, what is known of it, and a call of a student's function, judged."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

import torch

from courseware.checks.call import OURS, Outcome, TimeLimit
from courseware.checks.contents import content_of
from courseware.checks.gradients import ANOTHER_SHAPE, CUT_OFF, SWITCHED_OFF
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import Difference, show

Known = TypeVar("Known")

KEPT = 64
"""Inputs of so many checks are kept: a student who tries again meets the same ones."""


OURS_BY_TEXT = {
    CUT_OFF: "no-gradient",
    ANOTHER_SHAPE: "wrong-shape",
    SWITCHED_OFF: "gradient-switched-off",
}
"""Errors that our probes raise: how they begin, and the kind of failure."""


@dataclass(frozen=True, eq=False)
class Input:
    """The arguments of one call, and what the course's own functions give for them."""

    check: Check
    arguments: tuple[Any, ...]
    _known: dict[Callable[..., Any], Outcome] = field(default_factory=dict)
    _answers: dict[Hashable, Any] = field(default_factory=dict)
    _kinds: dict[Hashable, Outcome] = field(default_factory=dict)

    def outcome(self, function: Callable[..., Any]) -> Outcome:
        """What a reference or the model of a mistake gives, called once."""
        if function not in self._known:
            self._known[function] = self.same(self.check.probe(function, self.arguments, OURS))
        return self._known[function]

    def same(self, outcome: Outcome) -> Outcome:
        """The first outcome on this input that holds what this one holds: what is asked of the one
        need not be asked of the other.
        """
        content = content_of(outcome)
        return outcome if content is None else self._kinds.setdefault(content, outcome)

    def once(self, question: Hashable, answer: Callable[[], Known]) -> Known:
        """The answer to a question about a function of ours on this input, looked for once.

        It depends on nothing else: a student who tries again is told the same.
        """
        if question not in self._answers:
            self._answers[question] = answer()
        known: Known = self._answers[question]
        return known


@lru_cache(KEPT)
def inputs(check: Check, seed: str) -> tuple[Input, ...]:
    """What a check draws from a seed. Functions are called on copies, so these stay as they are."""
    return tuple(Input(check, arguments) for arguments in check.draw(Draw(seed)))


@dataclass(frozen=True, eq=False)
class Case:
    """One call of the student's function, judged: `found` is None where it is right."""

    input: Input
    expected: Outcome
    got: Outcome
    found: Difference | None

    @property
    def check(self) -> Check:
        """The check that it belongs to."""
        return self.input.check

    @property
    def arguments(self) -> tuple[Any, ...]:
        """What the function was called with."""
        return self.input.arguments


def judge(task: Task, given: Input, got: Outcome) -> Case:
    """Compare one outcome with the reference's on the same arguments."""
    expected = given.outcome(given.check.reference or task.reference)
    return Case(given, expected, got, find(given.check, given.arguments, expected, got))


def judged_anew(case: Case, got: Outcome) -> Case:
    """The case with another outcome in place of what came."""
    return Case(
        case.input, case.expected, got, find(case.check, case.arguments, case.expected, got)
    )


def not_written(error: BaseException | None) -> bool:
    """Whether it is the error of a task that nobody has begun.

    torch raises one of the same type for an operator that a dtype lacks, as `^` for floats.
    """
    return isinstance(error, NotImplementedError) and "not implemented for" not in str(error)


def kind_of_ours(error: BaseException | None) -> str:
    """The kind of failure that an error of our probes stands for; empty for any other.

    >>> kind_of_ours(TypeError(f"{ANOTHER_SHAPE} (2,)")), kind_of_ours(TypeError("of torch"))
    ('wrong-shape', '')
    """
    text = str(error) if isinstance(error, TypeError) else ""
    return next((kind for begins, kind in OURS_BY_TEXT.items() if text.startswith(begins)), "")


def find(
    check: Check, arguments: tuple[Any, ...], expected: Outcome, got: Outcome
) -> Difference | None:
    """What is wrong with an outcome, by its error or by the check's judge; None if nothing is."""
    if isinstance(got.error, TimeLimit):
        return Difference("time-limit", str(got.error))
    if not_written(got.error):
        return Difference("not-written", "NotImplementedError")
    if expected.error is not None:
        if isinstance(got.error, type(expected.error)):
            return None
        came = type(got.error).__name__ if got.error else "a value"
        text = f"expected {type(expected.error).__name__}, got {came}"
        return Difference("other-error" if got.error else "no-error", text)
    if got.error is not None:
        kind = kind_of_ours(got.error) or "raises"
        return Difference(kind, f"{type(got.error).__name__}: {got.error}")
    if got.changed:
        return Difference("changes-input", f"argument {got.changed[0] + 1} was changed")
    try:
        return check.judge(arguments, expected.value, got.value)
    except Exception as error:  # an object that fails when it is looked at, a number out of reach
        text = f"{show(got.value)} cannot be compared ({type(error).__name__})"
        return Difference("wrong-type", text)


def several_are_right(case: Case) -> bool:
    """Whether the judge asks for a property, which other results than the expected one may have.

    It takes the expected result for right, even with the student's in its place.
    """
    if case.got.error is not None or case.expected.error is not None:
        return False
    if case.found is not None and case.found.kind == "float-for-integer":
        return False  # an integer would do for a float, and not the other way round
    swapped = find(case.check, case.arguments, case.got, case.expected)
    return swapped is None


def size(value: Any) -> float:
    """How much there is to read in an input: numbers, characters.

    >>> size((torch.zeros(2, 3), "abc", 4)), size([{"w": torch.zeros(5)}])
    (10.0, 5.0)
    """
    if isinstance(value, torch.Tensor):
        return float(value.numel())
    if isinstance(value, dict):
        return sum((size(item) for item in value.values()), 0.0)
    if isinstance(value, tuple | list):
        return sum(map(size, value), 0.0)
    return float(len(value)) if isinstance(value, str) else 1.0
