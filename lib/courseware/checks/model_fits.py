"""How well the models of a task's misconceptions fit an answer, and what they explain of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from courseware.checks.afterwards import Composite, Gives, Slip, composites, pairs
from courseware.checks.cases import Case
from courseware.checks.explanation import (
    HALF,
    MOST_OF_IT,
    Explanation,
    hides_values,
    is_named,
    is_of_its_dtype,
    judged_besides,
    says_something,
)
from courseware.checks.general import Diagnosis, general
from courseware.checks.model_outcomes import Outcomes
from courseware.checks.task import Misconception, Task

CAUSES = 2
"""How many causes one check names at most."""

TRIES = 2
"""How many failed cases without an explanation are looked at."""

BY_THE_WAY = 4
"""How much less a model counts for a wrong dtype that it has by the way: it is about values."""

ALL_OF_IT = 0.999
"""But for what adding up shares loses."""


class Models(Outcomes):
    """How well the models of a task's misconceptions fit one answer, by what they give."""

    def __init__(self, task: Task, judged: Mapping[str, Sequence[Case]]) -> None:
        super().__init__([case for cases in judged.values() for case in cases])
        self._misconceptions = task.misconceptions
        self._candidates: tuple[Misconception, ...] | None = None
        self.of_forms = tuple(one for one in task.misconceptions if one.behaves is None)
        self._shares = {
            case: check.weight / len(judged[check.name])
            for check in task.checks
            for case in judged[check.name]
        }
        self._fits: dict[Misconception, tuple[float, float]] = {}
        self._hidden = frozenset(filter(hides_values, self._everything))
        self._changing: tuple[Misconception, ...] | None = None

    def besides(self, failing: Sequence[Case]) -> tuple[Diagnosis, ...]:
        """What makes values or dtypes wrong that are returned beside a change in place."""
        wrong = list(filter(None, map(judged_besides, failing)))
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
            if is_named(known, target):
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
        return says_something(outcome) and self._is_wrong(outcome, case)

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
        there = [(case, outcome) for case, outcome in pairs if says_something(outcome)]
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
