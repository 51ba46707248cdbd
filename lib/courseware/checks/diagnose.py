"""From failed cases to the causes behind them.

A misconception is a wrong function. It is a likely cause of a check's failures when it returns on
them just what the student's function returned, and errs nowhere else in ways that the student's
does not. An answer may have two mistakes: what one explains is set aside, and the rest is looked
at again; a mistake may have a slip behind it. Where most of what was lost has no explanation, a
cause is told as a guess. Some causes need no model: they show in the kind of the failure (nothing
returned, an argument changed, …). Where there is none, the inputs may tell where it goes wrong.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from courseware.checks.afterwards import Composite
from courseware.checks.beneath import PAIRS_SWAPPED, SIGNED, hides, put_right, told_of
from courseware.checks.cases import Case
from courseware.checks.explanation import HALF, MOST_OF_IT, Explanation, is_of_its_dtype
from courseware.checks.findings import Finding, model_of, where_each_shows, with_beneath
from courseware.checks.general import Diagnosis, besides, dtype_alone, dtype_besides, general
from courseware.checks.gradients import asks_for_gradients
from courseware.checks.model_fits import Models
from courseware.checks.positions import explained_one_by_one
from courseware.checks.task import Misconception, Task
from courseware.checks.value_and_gradient import apart, both_wrong
from courseware.checks.where import only_where

CHANGES_INPUT = "changes-input"
FOR_THE_WHOLE_CHECK = "not-written", "time-limit", CHANGES_INPUT, "returns-none"
"""Kinds after which no other cause is looked for; but values may be wrong in place as well."""


def diagnose(task: Task, judged: Mapping[str, Sequence[Case]]) -> dict[str, Finding]:
    """What is found for each check that failed, by the check's name."""
    models, everything = Models(task, judged), itertools.chain(*judged.values())
    twice = [case for case in everything if both_wrong(case)]
    if twice and not any(
        all(models.explains(known, case) for case in twice) for known in task.misconceptions
    ):
        of_values, of_gradients = (_of_all(task, each) for each in apart(judged))
        if of_parts := _of_parts(of_values, of_gradients):
            return of_parts
    return _of_all(task, judged)


def _of_parts(
    of_values: dict[str, Finding], of_gradients: dict[str, Finding]
) -> dict[str, Finding] | None:
    """What the values alone come from, and what the gradients alone do; None if that is unknown."""
    found = {}
    for name in {**of_values, **of_gradients}:
        both = [part[name] for part in (of_values, of_gradients) if name in part]
        if not asks_for_gradients(both[0].failing[0].check.probe):
            both = [of_values[name]]
        causes = {cause.name: cause for one in both for cause in _modelled(one)}
        if not causes:
            return None
        found[name] = replace(both[0], causes=tuple(causes.values()))
    return found


def _modelled(one: Finding) -> list[Diagnosis]:
    """The causes that are sure and have a model."""
    return [cause for cause in one.causes if cause.sure and model_of(cause)]


def _of_all(task: Task, judged: Mapping[str, Sequence[Case]]) -> dict[str, Finding]:
    """What is found for each check that failed, from whole results."""
    models = Models(task, judged)
    beneath = _beneath(task, judged)
    every = {check.name: _finding(task, judged, check.name, models) for check in task.checks}
    found = {name: one for name, one in every.items() if one is not None}
    found = _as_sure_everywhere(_without_coincidences(task, found, models))
    told = {cause.name: cause for one in found.values() for cause in one.causes if cause.sure}
    for name, (form, causes) in beneath.items():
        form = tuple(told.get(cause.name, cause) for cause in form)
        found[name] = with_beneath(found[name], form, causes)
    found = _without_covered(_with_doubts(task, found))
    found = where_each_shows(task, found, models)
    return _with_places(task, found, [case for cases in judged.values() for case in cases])


def _beneath(
    task: Task, judged: Mapping[str, Sequence[Case]]
) -> dict[str, tuple[tuple[Diagnosis, ...], tuple[Diagnosis, ...]]]:
    """By the check's name, the form of results, and what is wrong once it is put right."""
    hidden = next(filter(None, map(hides, itertools.chain(*judged.values()))), ())
    if not hidden or (hidden == SIGNED and not told_of(task, hidden)):
        return {}
    told = model_of if hidden != PAIRS_SWAPPED else _known
    righted = {name: [put_right(case, hidden) for case in cases] for name, cases in judged.items()}
    form = tuple(Diagnosis(one.name, one.message, one.name) for one in told_of(task, hidden))
    beneath = diagnose(task, righted)
    return {
        name: (form, tuple(cause for cause in beneath[name].causes if told(cause)))
        for name, cases in judged.items()
        if name in beneath and any(hides(case) == hidden for case in cases)
    }


def _finding(
    task: Task, everything: Mapping[str, Sequence[Case]], check: str, models: Models
) -> Finding | None:
    """The causes of one check's failures; what is let through may be another mistake than values.

    Then both are told, on an input that is let through.
    """
    failing = tuple(case for case in everything[check] if case.found)
    if not failing:
        return None
    whole = _of_cases(task, everything, failing, models)
    invalid = tuple(case for case in failing if case.expected.error is not None)
    valid = tuple(case for case in failing if case not in invalid)
    known = [one for one in map(model_of, whole.causes) if one]
    alike = any(models.explains(one, case) for one in known for case in invalid)
    if not invalid or not valid or alike:
        return whole
    let_through, values = (_of_cases(task, everything, cases, models) for cases in (invalid, valid))
    causes = {cause.name: cause for cause in (*let_through.causes, *values.causes)}
    return Finding(failing, let_through.cases, tuple(causes.values()))


def _of_cases(
    task: Task,
    everything: Mapping[str, Sequence[Case]],
    failing: tuple[Case, ...],
    models: Models,
) -> Finding:
    """The causes of some failed cases of one check, that of the smallest input first."""
    at_once = general(failing[0])
    if at_once and at_once.name in FOR_THE_WHOLE_CHECK:
        beside = models.besides(failing) if at_once.name == CHANGES_INPUT else ()
        return Finding(failing, failing, (at_once, *beside))
    found = models.explanations(failing)
    # Where nothing but a dtype is wrong, nothing is to be explained.
    telling = tuple(case for case in failing if not is_of_its_dtype(case)) or failing
    if not (covered := _cover(found, telling)) and (composed := models.composed(failing)):
        found, covered = composed, True
    if not covered and (single := explained_one_by_one(task, everything, failing)):
        found, covered = single, _cover(single, telling)
    causes: list[Diagnosis] = []
    shown = failing
    for one in found:
        known = one.misconception
        judged = known.behaves is None
        if judged or covered or len(one.cases) >= HALF * len(telling):
            shown = shown if causes else one.cases
            most = covered or len(one.cases) > HALF * len(telling)
            sure = judged or (most and one.is_sure)
            causes.append(Diagnosis(known.name, known.message, known, sure))
            if isinstance(known, Composite) and known.first is not None and known.slip is not None:
                slip = known.slip
                causes.append(Diagnosis(slip.name, slip.message, slip.name, sure))
            if known.also:
                causes.append(Diagnosis(known.also.name, known.also.message, known.also, sure))
            of_values = models.is_of_values(known)
            for case in one.cases:
                outcome = models.outcome(known, case)
                causes += besides(case, outcome, of_values)
                causes += dtype_besides(case, outcome, models.of_forms)
    if at_once and not causes:
        causes.append(at_once)
    elif telling != failing:
        causes.append(dtype_alone())
    return Finding(failing, shown, tuple({cause.name: cause for cause in causes}.values()))


def _cover(found: Sequence[Explanation], failing: Sequence[Case]) -> bool:
    """Whether most of what failed is explained."""
    explained = {case for explanation in found for case in explanation.cases}
    return len(explained) >= MOST_OF_IT * len(failing)


def _without_coincidences(
    task: Task, found: dict[str, Finding], models: Models
) -> dict[str, Finding]:
    """Without what explains only inputs on which the mistake that cost most errs as well.

    An answer that made both would show both there, and not the lesser one alone.
    """
    cost: Counter[Misconception] = Counter()
    for check in task.checks:
        for cause in found[check.name].causes if check.name in found else ():
            if cause.sure and (known := model_of(cause)):
                cost[known] += check.weight
    if not cost:
        return found
    main = max(cost, key=lambda known: cost[known])
    of_main = {known.name for known in (main, main.also) if known}

    def coincides(cause: Diagnosis, one: Finding) -> bool:
        known = model_of(cause)
        if known is None or known.name in of_main or cost[known] == cost[main]:
            return False
        if known.also is not None and known.also.name == main.name:
            return False  # a model of both
        explained = [case for case in one.failing if models.explains(known, case)]
        if any(case.got.error is not None for case in explained):
            return False  # who raises an error shows nothing else
        return bool(explained) and all(models.errs(main, case) for case in explained)

    kept = {}
    for name, one in found.items():
        causes = tuple(cause for cause in one.causes if not coincides(cause, one))
        cases = one.cases if causes[:1] == one.causes[:1] else one.failing
        at_once = general(cases[0])
        kept[name] = Finding(one.failing, cases, causes or ((at_once,) if at_once else ()))
    return kept


def _as_sure_everywhere(found: dict[str, Finding]) -> dict[str, Finding]:
    """What is sure in one check is so in others where it shows in another way."""
    sure = {cause.name: cause for one in found.values() for cause in one.causes if cause.sure}

    def surer(cause: Diagnosis) -> Diagnosis:
        known = sure.get(cause.name)
        return replace(cause, sure=cause.sure or (known is not None and known.shows != cause.shows))

    return {name: replace(one, causes=tuple(map(surer, one.causes))) for name, one in found.items()}


def _without_covered(found: dict[str, Finding]) -> dict[str, Finding]:
    """Without what follows from a cause that is sure: that one stands in its place.

    Another one stands in the place of two that contradict each other.
    """
    told = {cause.name: cause for one in found.values() for cause in one.causes}
    pairs = [
        (name, *cause.shows.contradicts)
        for name, cause in told.items()
        if isinstance(cause.shows, Misconception) and cause.shows.contradicts
    ]
    covering = {
        name: Diagnosis(instead.name, instead.message, instead)
        for one, other, instead in pairs
        if other in told
        for name in (one, other)
    }
    covering |= {
        name: cause
        for one in found.values()
        for cause in one.causes
        if cause.sure and isinstance(cause.shows, Misconception)
        for name in cause.shows.covers
    }
    if not covering:
        return found
    return {
        name: replace(
            one, causes=tuple(dict.fromkeys(covering.get(each.name, each) for each in one.causes))
        )
        for name, one in found.items()
    }


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


def _known(cause: Diagnosis) -> Misconception | None:
    """The mistake, also one that a judge recognises."""
    return cause.shows if isinstance(cause.shows, Misconception) else None


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
    return replace(cause, sure=False) if model_of(cause) else cause
