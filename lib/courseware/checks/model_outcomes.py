"""What models of misconceptions give on the cases of an answer, and whether that is what came."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import partial

from courseware.checks.afterwards import Composite, Slip, changed
from courseware.checks.call import Outcome
from courseware.checks.cases import Case, find
from courseware.checks.explanation import is_named, says_something
from courseware.checks.factors import SAME, Change, change_between
from courseware.checks.matching import Came, came, leaves_open, matches, values_right
from courseware.checks.task import Misconception


class Outcomes:
    """What the models of misconceptions give on the cases of one answer."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self._everything = cases
        self._came: dict[Case, Came] = {}
        # By what models come to, which their input keeps: `Input.same`.
        self._matches: dict[tuple[int, Case], bool] = {}
        self._choices: dict[tuple[Misconception, Case], bool] = {}
        self._elsewhere: dict[Misconception, Change | None] = {}

    def outcome(self, known: Misconception, case: Case) -> Outcome | None:
        """What the model gives on the case's input; None where judges alone recognise it."""
        if isinstance(known, Composite):
            return self._composed(known, case)
        if known.behaves is None:
            return None
        return case.input.outcome(known.behaves)

    def _composed(self, known: Composite, case: Case) -> Outcome | None:
        first = (known.first and self.outcome(known.first, case)) or case.expected
        return self._behind(first, known.second, case)

    def _behind(self, first: Outcome, second: Slip | Misconception, case: Case) -> Outcome | None:
        """What the second of two mistakes makes of what the first gives on the case's input.

        Looked for once for all that come to the same.
        """
        if isinstance(second, Slip):
            which: Hashable = second.change
            change: Change | None = second.change
        else:
            which, change = id(self.outcome(second, case)), self._change(second, case)
            if change is None:
                which, change = second.behaves, self._change_elsewhere(second)
        if change is None:
            return None
        made = partial(self._changed, change, first, case)
        return case.input.once(("changed", which, id(first)), made)

    def _changed(self, change: Change, first: Outcome, case: Case) -> Outcome | None:
        came = changed(change, first)
        return came and case.input.same(came)

    def explains(self, known: Misconception, case: Case) -> bool:
        """Whether the misconception gives the student's result on this case."""
        if case.found is None:
            return False
        if known.behaves is None or is_named(known, case):
            return case.found.kind == known.name
        outcome = self.outcome(known, case)
        return self._given(outcome, case) or self._chooses_otherwise(known, outcome, case)

    def _chooses_otherwise(self, known: Misconception, outcome: Outcome | None, case: Case) -> bool:
        """Whether the mistake leaves a choice open, and the student's result is another one."""
        if outcome is None:
            return False
        if (known, case) not in self._choices:
            otherwise = leaves_open(known.behaves, case, outcome)
            self._choices[known, case] = otherwise and self._is_wrong(outcome, case)
        return self._choices[known, case]

    def _given(self, outcome: Outcome | None, case: Case) -> bool:
        """Whether an outcome of ours is the student's, wrong as that is."""
        if outcome is None:
            return False
        if (id(outcome), case) not in self._matches:
            self._matches[id(outcome), case] = self._same(outcome, case)
        return self._matches[id(outcome), case]

    def _same(self, outcome: Outcome, case: Case) -> bool:
        """Whether what a model gives is what the student's function gave, wrong as that is."""
        if case not in self._came:
            self._came[case] = came(case)
        if not matches(self._came[case], outcome):
            return False
        return outcome.error is not None or self._is_wrong(outcome, case)

    def _is_wrong(self, outcome: Outcome, case: Case) -> bool:
        """Whether what a model gives on the case's input is wrong."""
        return case.input.once(
            ("wrong", id(outcome)),
            lambda: find(case.check, case.arguments, case.expected, outcome) is not None,
        )

    def errs(self, known: Misconception, case: Case) -> bool:
        """Whether the values that the model gives on the case's input are wrong."""
        outcome = self.outcome(known, case)
        if not says_something(outcome) or not self._is_wrong(outcome, case):
            return False
        return case.input.once(
            ("wrong values", id(outcome)), lambda: not values_right(case, outcome)
        )

    def is_of_values(self, known: Misconception) -> bool:
        """Whether the values that the model gives on some input are wrong."""
        return any(self.errs(known, case) for case in self._everything)

    def _change(self, known: Misconception, case: Case) -> Change | None:
        outcome = self.outcome(known, case)
        if not outcome or outcome.error is not None or case.expected.error is not None:
            return None
        return case.input.once(
            ("change", id(outcome)), lambda: change_between(case.expected.value, outcome.value)
        )

    def _change_elsewhere(self, known: Misconception) -> Change | None:
        """What the model does to right results, if that is the same factor wherever it errs.

        Zeros are the same times anything, and say nothing about it.
        """
        if known not in self._elsewhere:
            wrong = (self._change(known, one) for one in self._everything if self.errs(known, one))
            changes = [change for change in wrong if change]
            factors = [change(number) / number for change in changes for number in (1.0, 2.0)]
            same = bool(factors) and max(factors) - min(factors) <= SAME * abs(factors[0])
            self._elsewhere[known] = changes[0] if same else None
        return self._elsewhere[known]
