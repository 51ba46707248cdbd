"""What is found for a check that failed, and which of two mistakes shows where.

A model of two mistakes explains inputs on which only one of them is felt. There that one alone is
told; and an input is shown on which what is told can be seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from courseware.checks.beneath import hides
from courseware.checks.cases import Case
from courseware.checks.general import Diagnosis
from courseware.checks.model_fits import Models
from courseware.checks.task import Misconception, Task


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


def model_of(cause: Diagnosis) -> Misconception | None:
    """The mistake that a cause stands for, if it has a model."""
    known = cause.shows
    return known if isinstance(known, Misconception) and known.behaves is not None else None


def with_beneath(one: Finding, form: Sequence[Diagnosis], causes: Sequence[Diagnosis]) -> Finding:
    """With a form that hides something, told once, and what it hides; seen in an input of both."""
    hidden = {cause.name for cause in form}
    seen = [cause for cause in one.causes if cause.name in hidden or cause.shows not in hidden]
    told = {cause.name: cause for cause in (*seen, *form, *causes)}
    cases = tuple(case for case in one.cases if hides(case)) or one.cases
    return replace(one, cases=cases, causes=tuple(told.values()))


def where_each_shows(
    task: Task, found: Mapping[str, Finding], models: Models
) -> dict[str, Finding]:
    """Each of two mistakes that a model makes at once only in the checks where it is felt."""
    single = [one for one in task.misconceptions if one.behaves and one.also is None]

    def alone(cause: Diagnosis, cases: Sequence[Case]) -> set[Case]:
        """Those that the mistake gives without the other one, in the way that gives most."""
        same = (one for one in single if one.name == cause.name)
        given = ({case for case in cases if models.explains(one, case)} for one in same)
        return max(given, key=len, default=set())

    def shown(first: Diagnosis, second: Diagnosis, one: Finding) -> Finding:
        both = model_of(first)
        cases = [case for case in one.failing if both and models.explains(both, case)]
        by_first, by_second = alone(first, cases), alone(second, cases)
        unfelt = {second.name} if len(by_first) == len(cases) else set()
        if not unfelt and len(by_second) == len(cases):
            unfelt = {first.name}
        felt = [case for case in cases if case not in by_first]
        together = [case for case in felt if case not in by_second]
        seen = tuple(one.cases) if unfelt == {second.name} else tuple(together or felt)
        causes = tuple(cause for cause in one.causes if cause.name not in unfelt)
        return replace(one, cases=seen or one.cases, causes=causes)

    changed = {
        name: shown(*pair, one) for name, one in found.items() if (pair := _made_at_once(one))
    }
    told = {cause.name for name, one in found.items() for cause in changed.get(name, one).causes}
    return {
        name: changed[name]
        if name in changed and told >= {cause.name for cause in _made_at_once(one)}
        else one
        for name, one in found.items()
    }


def _made_at_once(one: Finding) -> tuple[Diagnosis, Diagnosis] | tuple[()]:
    """Two causes of a check that one model makes."""
    for first in one.causes:
        both = model_of(first)
        if both is None or both.also is None:
            continue
        for second in one.causes:
            if second.name == both.also.name and second.name != first.name:
                return first, second
    return ()
