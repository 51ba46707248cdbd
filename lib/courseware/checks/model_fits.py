"""How well the models of a task's misconceptions fit an answer, and what they explain of it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TypeGuard

from courseware.checks.afterwards import Composite, Gives, Slip, changed, composites, pairs
from courseware.checks.call import Outcome
from courseware.checks.cases import Case, find, judged_anew
from courseware.checks.factors import SAME, Change, change_between
from courseware.checks.general import Diagnosis, general
from courseware.checks.matching import Came, came, leaves_open, matches, values_right
from courseware.checks.task import Misconception, Task

CAUSES = 2
"""How many causes one check names at most."""

TRIES = 2
"""How many failed cases without an explanation are looked at."""

BY_THE_WAY = 4
"""How much less a model counts for a wrong dtype that it has by the way: it is about values."""

MOST_OF_IT = 0.75
HALF = 0.5
NEARLY_ALL = 0.9
ALL_OF_IT = 0.999
"""But for what adding up shares loses."""


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


def _hides_values(case: Case) -> bool:
    """Whether what came on a valid input says nothing about values."""
    if case.found is None or case.expected.error is not None:
        return False
    return case.got.error is not None or case.found.kind in HIDING


def is_of_its_dtype(case: Case) -> bool:
    """Whether the values of a result are right, in another dtype."""
    if case.found is None or case.found.kind != "wrong-dtype":
        return False
    return values_right(case, case.got)


def _is_named(known: Misconception, case: Case) -> bool:
    """Whether a judge has recognised the mistake; that says nothing of what is done behind it."""
    named = case.found is not None and case.found.kind == known.name
    return named and not isinstance(known, Composite)


def _says_something(outcome: Outcome | None) -> TypeGuard[Outcome]:
    """Of an input for which a model returns None it says nothing."""
    return outcome is not None and (outcome.error is not None or outcome.value is not None)


def _besides(case: Case) -> Case | None:
    """The case, judged as if no argument had been changed; None where the result is right."""
    left_alone = judged_anew(case, replace(case.got, changed=()))
    return left_alone if left_alone.found else None


class Models:
    """What the models of a task's misconceptions give on the cases of one answer."""

    def __init__(self, task: Task, judged: Mapping[str, Sequence[Case]]) -> None:
        self._misconceptions = task.misconceptions
        self._candidates: tuple[Misconception, ...] | None = None
        self.of_forms = tuple(one for one in task.misconceptions if one.behaves is None)
        self._everything = [case for cases in judged.values() for case in cases]
        self._shares = {
            case: check.weight / len(judged[check.name])
            for check in task.checks
            for case in judged[check.name]
        }
        self._came: dict[Case, Came] = {}
        # By what models come to, which their input keeps: `Input.same`.
        self._matches: dict[tuple[int, Case], bool] = {}
        self._choices: dict[tuple[Misconception, Case], bool] = {}
        self._fits: dict[Misconception, tuple[float, float]] = {}
        self._hidden = frozenset(filter(_hides_values, self._everything))
        self._elsewhere: dict[Misconception, Change | None] = {}
        self._changing: tuple[Misconception, ...] | None = None

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
        if known.behaves is None or _is_named(known, case):
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
        if not _says_something(outcome) or not self._is_wrong(outcome, case):
            return False
        return case.input.once(
            ("wrong values", id(outcome)), lambda: not values_right(case, outcome)
        )

    def is_of_values(self, known: Misconception) -> bool:
        """Whether the values that the model gives on some input are wrong."""
        return any(self.errs(known, case) for case in self._everything)

    def besides(self, failing: Sequence[Case]) -> tuple[Diagnosis, ...]:
        """What makes values or dtypes wrong that are returned beside a change in place."""
        wrong = list(filter(None, map(_besides, failing)))
        dtypes = (general(case) for case in wrong if is_of_its_dtype(case))
        return (
            tuple(
                Diagnosis(one.misconception.name, one.misconception.message, one.misconception)
                for one in self.explanations(wrong)
                if one.misconception.behaves is None
                or (one.precision >= MOST_OF_IT and self.errs(one.misconception, one.cases[0]))
            )
            or tuple(filter(None, dtypes))[:1]
        )

    def composed(self, failing: Sequence[Case]) -> list[Explanation]:
        """A mistake with a slip behind it, or a slip alone, that explains failed cases."""
        if failing[0].got.error is not None:
            return []
        least = max(2, MOST_OF_IT * len(failing))
        gives = self._two_give(failing[0])
        slips = composites(self._misconceptions, failing[0].got.value, gives)
        for known in slips, self._pairs(gives):
            best = self._best(failing[0], failing, tuple(known), least)
            if best is not None and best.precision >= MOST_OF_IT:
                return [best]
        return []

    def _two_give(self, case: Case) -> Gives:
        """Whether two mistakes give the student's result on a case, asked once for all alike."""
        known: dict[tuple[int, int], bool] = {}

        def gives(first: Misconception | None, second: Slip | Misconception) -> bool:
            of_first = (first and self.outcome(first, case)) or case.expected
            pair = id(of_first), id(second)
            if pair not in known:
                known[pair] = self._given(self._behind(of_first, second, case), case)
            return known[pair]

        return gives

    def _pairs(self, gives: Gives) -> Iterator[Composite]:
        """Two of the task's own mistakes, of which one only multiplies what the other gives."""
        if self._changing is None:
            self._changing = tuple(filter(self._only_changes, self._misconceptions))
        return pairs(self._misconceptions, self._changing, gives)

    def _only_changes(self, known: Misconception) -> bool:
        """Whether the model's results, where they are wrong, are right ones changed as a whole."""
        if known.behaves is None or known.also is not None:
            return False
        wrong = (case for case in self._everything if self.errs(known, case))
        first = next(wrong, None)
        return first is not None and all(self._change(known, one) for one in chain([first], wrong))

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

    def explanations(self, failing: Sequence[Case]) -> list[Explanation]:
        """A few misconceptions that explain failed cases of one check, the first one first."""
        found: list[Explanation] = []
        left = list(failing)
        # Where nothing but a dtype is wrong, it hides what is wrong elsewhere.
        of_values = [case for case in failing if not is_of_its_dtype(case)]
        for case in dict.fromkeys((*failing[:TRIES], *of_values[:TRIES])):
            if case in left and len(found) < CAUSES:
                best = self._best(case, left, self._worth_a_look())
                if best is not None:
                    found.append(best)
                    left = [one for one in left if one not in best.cases]
        return found

    def _best(
        self,
        target: Case,
        left: Sequence[Case],
        candidates: Sequence[Misconception],
        least: float = 1,
    ) -> Explanation | None:
        """The candidate that fits best, of those that explain so many cases and the target."""
        best, most = None, 0.0
        seen = None
        only_its_dtype = is_of_its_dtype(target)
        for known in candidates:
            if not self.explains(known, target):
                continue
            cases = tuple(case for case in left if self.explains(known, case))
            if _is_named(known, target):
                if not known.unless_explained:
                    return Explanation(known, cases)
                seen = seen or Explanation(known, cases)
                continue
            if len(cases) < least or not self._shows(known, cases) or self._is_refuted(known):
                continue
            precision, agreement = self.fit(known)
            if precision < HALF and self.seen(known) < HALF:
                continue
            weight = len(cases) / len(left) + precision + agreement
            if only_its_dtype and self.is_of_values(known):
                weight /= BY_THE_WAY
            if weight > most:
                best, most = Explanation(known, cases, precision, agreement), weight
        return best or seen

    def _worth_a_look(self) -> tuple[Misconception, ...]:
        """Two mistakes at once only where no single one explains just what failed."""
        if self._candidates is None:
            failed = [case for case in self._everything if case.found]
            single = tuple(known for known in self._misconceptions if known.also is None)
            explained = any(
                known.behaves is not None
                and all(self.explains(known, case) for case in failed)
                and self.fit(known)[1] >= ALL_OF_IT
                for known in single
            )
            self._candidates = single if explained else self._misconceptions
        return self._candidates

    def _is_refuted(self, known: Misconception) -> bool:
        """Whether a model of two mistakes errs where the answer is right: one is not made."""
        return known.also is not None and any(
            case.found is None and self.errs(known, case) for case in self._everything
        )

    def _shows(self, known: Misconception, cases: Sequence[Case]) -> bool:
        """Whether the first of two mistakes makes one of these results wrong."""
        if not isinstance(known, Composite) or known.first is None:
            return True
        return any(self._errs_at_all(known.first, case) for case in cases)

    def _errs_at_all(self, known: Misconception, case: Case) -> bool:
        outcome = self.outcome(known, case)
        return _says_something(outcome) and self._is_wrong(outcome, case)

    def fit(self, known: Misconception) -> tuple[float, float]:
        """How well the model fits all of the answer; see `_fit_of`."""
        if known not in self._fits:
            self._fits[known] = self._fit_of(known)
        return self._fits[known]

    def seen(self, known: Misconception) -> float:
        """The first of both where values can be seen: elsewhere another mistake hides them."""
        telling = [
            case for case in self._everything if case not in self._hidden and self.errs(known, case)
        ]
        same = [case for case in telling if self.explains(known, case)]
        otherwise = [case for case in telling if case.found and case not in same]
        against = self._weight(telling) - self._weight(otherwise) / 2
        return self._weight(same) / (against or 1) if self._hidden else 0.0

    def _fit_of(self, known: Misconception) -> tuple[float, float]:
        """Two shares: of where the model errs, that where it errs as the student's function does;
        and of all cases, those where both come to the same.

        The model of a mistake in the values may be careless of their form.
        """
        pairs = [(case, self.outcome(known, case)) for case in self._everything]
        there = [(case, outcome) for case, outcome in pairs if _says_something(outcome)]
        errs = [case for case, outcome in there if self._is_wrong(outcome, case)]
        values = [case for case, _ in there if self.errs(known, case)]
        telling = values or errs
        same = [case for case in telling if self.explains(known, case)]
        agrees = [
            case
            for case, _ in there
            if self.explains(known, case) or (case.found is None and case not in telling)
        ]
        # A failure of another kind speaks less against it than a right result: it may be a second
        # mistake.
        otherwise = [case for case in telling if case.found and case not in same]
        against = self._weight(telling) - self._weight(otherwise) / 2
        everything = self._weight(self._everything)
        return self._weight(same) / (against or 1), self._weight(agrees) / everything

    def _weight(self, cases: Iterable[Case]) -> float:
        return sum(self._shares[case] for case in cases)
