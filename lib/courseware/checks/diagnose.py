"""From failed cases to the causes behind them.

A misconception is a wrong function. It is a likely cause of a check's failures when it returns on
them just what the student's function returned, and errs nowhere else in ways that the student's
does not. An answer may have two mistakes: what one explains is set aside, and the rest is looked
at again; a mistake may have a slip behind it. Where most of what was lost has no explanation, a
cause is told as a guess. Some causes need no model: they show in the kind of the failure (nothing
returned, an argument changed, …). Where there is none, the inputs may tell where it goes wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

from courseware.checks.afterwards import Composite, composites
from courseware.checks.call import Outcome
from courseware.checks.cases import Case, find
from courseware.checks.general import Diagnosis, besides, general
from courseware.checks.matching import Came, came, matches, values_right
from courseware.checks.task import Misconception, Task
from courseware.checks.where import only_where

FOR_THE_WHOLE_CHECK = "not-written", "time-limit", "changes-input", "returns-none"
"""Kinds after which no other cause is looked for."""

CAUSES = 2
"""How many causes one check names at most."""

TRIES = 2
"""How many failed cases without an explanation are looked at."""

MOST_OF_IT = 0.75
HALF = 0.5


@dataclass(frozen=True)
class Finding:
    """One check's failed cases, their causes, and the cases that the first cause explains."""

    failing: tuple[Case, ...]
    cases: tuple[Case, ...]
    causes: tuple[Diagnosis, ...]

    @property
    def explains(self) -> bool:
        """Whether it says more than what can be seen: an error, another shape."""
        return any(cause.explains for cause in self.causes)


@dataclass(frozen=True)
class _Explanation:
    """A misconception, the failed cases of one check that it explains, and its precision."""

    misconception: Misconception
    cases: tuple[Case, ...]
    precision: float = 1.0


def diagnose(task: Task, judged: Mapping[str, Sequence[Case]]) -> dict[str, Finding]:
    """What is found for each check that failed, by the check's name."""
    models = _Models(task, judged)
    every = {check.name: _finding(judged[check.name], models) for check in task.checks}
    found = {name: one for name, one in every.items() if one is not None}
    found = _with_doubts(task, _without_coincidences(task, found, models))
    return _with_places(task, found, [case for cases in judged.values() for case in cases])


def _finding(cases: Sequence[Case], models: _Models) -> Finding | None:
    """The causes of one check's failures, that of the smallest failing input first."""
    failing = tuple(case for case in cases if case.found)
    if not failing:
        return None
    at_once = general(failing[0])
    if at_once and at_once.name in FOR_THE_WHOLE_CHECK:
        return Finding(failing, failing, (at_once,))
    found = models.explanations(failing) or models.composed(failing)
    explained = {case for explanation in found for case in explanation.cases}
    covered = len(explained) >= MOST_OF_IT * len(failing)
    causes: list[Diagnosis] = []
    shown = failing
    for one in found:
        known, case = one.misconception, one.cases[0]
        judged = known.behaves is None
        if judged or covered or len(one.cases) >= HALF * len(failing):
            shown = shown if causes else one.cases
            sure = judged or (covered and one.precision >= MOST_OF_IT)
            causes.append(Diagnosis(known.name, known.message, known, sure))
            if isinstance(known, Composite) and known.first is not None and known.slip is not None:
                slip = known.slip
                causes.append(Diagnosis(slip.name, slip.message, slip.name, sure))
            if known.also:
                causes.append(Diagnosis(known.also.name, known.also.message, known.also, sure))
            causes += besides(case, models.outcome(known, case))
    if not causes and at_once:
        causes.append(at_once)
    return Finding(failing, shown, tuple({cause.name: cause for cause in causes}.values()))


def _without_coincidences(
    task: Task, found: dict[str, Finding], models: _Models
) -> dict[str, Finding]:
    """Without what explains only inputs on which the mistake that cost most errs as well.

    An answer that made both would show both there, and not the lesser one alone.
    """
    cost: Counter[Misconception] = Counter()
    for check in task.checks:
        for cause in found[check.name].causes if check.name in found else ():
            if cause.sure and (known := _model_of(cause)):
                cost[known] += check.weight
    if not cost:
        return found
    main = max(cost, key=lambda known: cost[known])

    def coincides(cause: Diagnosis, one: Finding) -> bool:
        known = _model_of(cause)
        if known is None or known.name == main.name or cost[known] == cost[main]:
            return False
        return all(models.errs(main, case) for case in one.failing if models.explains(known, case))

    kept = {}
    for name, one in found.items():
        causes = tuple(cause for cause in one.causes if not coincides(cause, one))
        cases = one.cases if causes[:1] == one.causes[:1] else one.failing
        at_once = general(cases[0])
        kept[name] = Finding(one.failing, cases, causes or ((at_once,) if at_once else ()))
    return kept


def _with_places(
    task: Task, found: dict[str, Finding], cases: Sequence[Case]
) -> dict[str, Finding]:
    """Where no cause is known: where it goes wrong, if the inputs tell."""
    if all(one.explains for one in found.values()):
        return found
    place = only_where(task.reference, cases)
    if place is None:
        return found

    def is_told(one: Finding) -> bool:
        # The place is one of valid inputs.
        return not one.explains and any(case.expected.error is None for case in one.failing)

    return {
        name: replace(one, causes=(*one.causes, place)) if is_told(one) else one
        for name, one in found.items()
    }


def _model_of(cause: Diagnosis) -> Misconception | None:
    known = cause.shows
    return known if isinstance(known, Misconception) and known.behaves is not None else None


def _with_doubts(task: Task, found: dict[str, Finding]) -> dict[str, Finding]:
    """Models are coincidences more often where most of what was lost is explained by none."""
    weights = {check.name: check.weight for check in task.checks}
    silent = sum(weights[name] for name, one in found.items() if not one.explains)
    if 2 * silent <= sum(weights[name] for name in found):
        return found
    return {
        name: replace(one, causes=tuple(_doubted(cause) for cause in one.causes))
        for name, one in found.items()
    }


def _doubted(cause: Diagnosis) -> Diagnosis:
    return replace(cause, sure=False) if _model_of(cause) else cause


def _says_something(outcome: Outcome | None) -> TypeGuard[Outcome]:
    """Of an input for which a model returns None it says nothing."""
    return outcome is not None and (outcome.error is not None or outcome.value is not None)


class _Models:
    """What the models of a task's misconceptions give on the cases of one answer."""

    def __init__(self, task: Task, judged: Mapping[str, Sequence[Case]]) -> None:
        self._misconceptions = task.misconceptions
        self._everything = [case for cases in judged.values() for case in cases]
        self._shares = {
            case: check.weight / len(judged[check.name])
            for check in task.checks
            for case in judged[check.name]
        }
        self._came: dict[Case, Came] = {}
        self._matches: dict[tuple[Misconception, Case], bool] = {}
        self._fits: dict[Misconception, tuple[float, float]] = {}

    def outcome(self, known: Misconception, case: Case) -> Outcome | None:
        """What the model gives on the case's input; None where judges alone recognise it."""
        if isinstance(known, Composite):
            first = known.first and self.outcome(known.first, case)
            return known.outcome(first or case.expected)
        if known.behaves is None:
            return None
        return case.input.outcome(known.behaves)

    def explains(self, known: Misconception, case: Case) -> bool:
        """Whether the misconception gives the student's result on this case."""
        if case.found is None:
            return False
        if known.behaves is None or case.found.kind == known.name:
            return case.found.kind == known.name
        if (known, case) not in self._matches:
            self._matches[known, case] = self._same(known, case)
        return self._matches[known, case]

    def _same(self, known: Misconception, case: Case) -> bool:
        """Whether the model gives what the student's function gave, wrong as that is."""
        if case not in self._came:
            self._came[case] = came(case)
        outcome = self.outcome(known, case)
        if outcome is None or not matches(self._came[case], outcome):
            return False
        return outcome.error is not None or self._is_wrong(known, case)

    def _is_wrong(self, known: Misconception, case: Case) -> bool:
        """Whether what the model gives on the case's input is wrong."""
        outcome = self.outcome(known, case)
        if outcome is None:
            return False
        return self._once(
            "wrong",
            known,
            case,
            lambda: find(case.check, case.arguments, case.expected, outcome) is not None,
        )

    def errs(self, known: Misconception, case: Case) -> bool:
        """Whether the values that the model gives on the case's input are wrong."""
        outcome = self.outcome(known, case)
        if not _says_something(outcome) or not self._is_wrong(known, case):
            return False
        return self._once("wrong values", known, case, lambda: not values_right(case, outcome))

    def _once(
        self, question: str, known: Misconception, case: Case, answer: Callable[[], bool]
    ) -> bool:
        """The answer to a question about a model on an input, looked for once."""
        if isinstance(known, Composite) or known.behaves is None:
            return answer()
        return case.input.once(question, known.behaves, answer)

    def composed(self, failing: Sequence[Case]) -> list[_Explanation]:
        """A mistake with a slip behind it, or a slip alone, that explains failed cases."""
        if failing[0].got.error is not None:
            return []
        known = tuple(composites(self._misconceptions))
        best = self._best(failing[0], failing, known, max(2, MOST_OF_IT * len(failing)))
        return [best] if best is not None and best.precision >= MOST_OF_IT else []

    def explanations(self, failing: Sequence[Case]) -> list[_Explanation]:
        """A few misconceptions that explain failed cases of one check, the first one first."""
        found: list[_Explanation] = []
        left = list(failing)
        for case in failing[:TRIES]:
            if case in left and len(found) < CAUSES:
                best = self._best(case, left, self._misconceptions)
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
    ) -> _Explanation | None:
        """The candidate that fits best, of those that explain so many cases and the target."""
        best, most = None, 0.0
        seen = None
        for known in candidates:
            if not self.explains(known, target):
                continue
            cases = tuple(case for case in left if self.explains(known, case))
            if target.found and target.found.kind == known.name:
                if not known.unless_explained:
                    return _Explanation(known, cases)
                seen = seen or _Explanation(known, cases)
                continue
            if len(cases) < least:
                continue
            precision, agreement = self.fit(known)
            if precision < HALF:
                continue
            weight = len(cases) / len(left) + precision + agreement
            if weight > most:
                best, most = _Explanation(known, cases, precision), weight
        return best or seen

    def fit(self, known: Misconception) -> tuple[float, float]:
        """How well the model fits all of the answer; see `_fit_of`."""
        if known not in self._fits:
            self._fits[known] = self._fit_of(known)
        return self._fits[known]

    def _fit_of(self, known: Misconception) -> tuple[float, float]:
        """Two shares: of where the model errs, that where it errs as the student's function does;
        and of all cases, those where both come to the same.

        The model of a mistake in the values may be careless of their form.
        """
        pairs = [(case, self.outcome(known, case)) for case in self._everything]
        there = [(case, outcome) for case, outcome in pairs if _says_something(outcome)]
        errs = [case for case, _ in there if self._is_wrong(known, case)]
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
