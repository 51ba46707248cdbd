"""What a misconception explains of an answer, and of what a case can say nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeGuard

from courseware.checks.afterwards import Composite
from courseware.checks.call import Outcome
from courseware.checks.cases import Case, judged_anew
from courseware.checks.matching import values_right
from courseware.checks.task import Misconception

MOST_OF_IT = 0.75
HALF = 0.5
NEARLY_ALL = 0.9


@dataclass(frozen=True)
class Explanation:
    """A misconception, the failed cases of one check that it explains, and how well it fits.

    `agreement` is the share of all inputs on which it comes to what the answer comes to.
    """

    misconception: Misconception
    cases: tuple[Case, ...]
    precision: float = 1.0
    agreement: float = 0.0

    @property
    def is_sure(self) -> bool:
        """It errs where the answer errs, or it comes to the same nearly everywhere."""
        return self.precision >= MOST_OF_IT or self.agreement >= NEARLY_ALL


HIDING = "wrong-type", "wrong-length", "wrong-shape", "layer-without-scores", "layer-without-mask"
"""Kinds of failures behind which values cannot be seen, as behind an error."""


def hides_values(case: Case) -> bool:
    """Whether what came on a valid input says nothing about values."""
    if case.found is None or case.expected.error is not None:
        return False
    return case.got.error is not None or case.found.kind in HIDING


def is_of_its_dtype(case: Case) -> bool:
    """Whether the values of a result are right, in another dtype."""
    if case.found is None or case.found.kind != "wrong-dtype":
        return False
    return values_right(case, case.got)


def is_named(known: Misconception, case: Case) -> bool:
    """Whether a judge has recognised the mistake; that says nothing of what is done behind it."""
    named = case.found is not None and case.found.kind == known.name
    return named and not isinstance(known, Composite)


def says_something(outcome: Outcome | None) -> TypeGuard[Outcome]:
    """Of an input for which a model returns None it says nothing."""
    return outcome is not None and (outcome.error is not None or outcome.value is not None)


def judged_besides(case: Case) -> Case | None:
    """The case, judged as if no argument had been changed; None where the result is right."""
    left_alone = judged_anew(case, replace(case.got, changed=()))
    return left_alone if left_alone.found else None
