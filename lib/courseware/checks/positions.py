"""Several results at once, each with a mistake of its own: the values below, the scale beside them.

A model of one mistake gives one of the results, and that of another mistake gives the other. So
each result is looked at alone, with right ones in place of the others, in the answer as in the
models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from courseware.checks.call import Outcome
from courseware.checks.cases import Case, judged_anew
from courseware.checks.explanation import HALF, MOST_OF_IT, Explanation
from courseware.checks.model_fits import Models
from courseware.checks.task import Misconception, Task


def explained_one_by_one(
    task: Task, judged: Mapping[str, Sequence[Case]], failing: Sequence[Case]
) -> list[Explanation]:
    """For each result that is wrong in failed cases of one check, what explains it best."""
    found: list[Explanation] = []
    for position in range(_number_of(failing[0])):
        alone = {name: [_alone(case, position) for case in cases] for name, cases in judged.items()}
        pairs = [pair for name in judged for pair in zip(alone[name], judged[name], strict=True)]
        wrong = [one for one, _ in pairs if one.found is not None]
        here = [one for one, case in pairs if one in wrong and case in failing]
        models, whole = OneResult(task, alone, position), dict(pairs)
        for best in models.explanations(here)[:1] if here else ():
            everywhere = [case for case in wrong if models.explains(best.misconception, case)]
            # One result alone has less to agree with: it has to agree nearly everywhere.
            agrees = len(best.cases) >= MOST_OF_IT * len(here) and best.precision >= MOST_OF_IT
            if agrees and len(everywhere) >= HALF * len(wrong):
                found.append(replace(best, cases=tuple(whole[case] for case in best.cases)))
    names = [one.misconception.name for one in found]
    return [one for i, one in enumerate(found) if one.misconception.name not in names[:i]]


class OneResult(Models):
    """What the models give for one of several results, the others being right."""

    def __init__(self, task: Task, judged: Mapping[str, Sequence[Case]], position: int) -> None:
        super().__init__(task, judged)
        self._position = position

    def outcome(self, known: Misconception, case: Case) -> Outcome | None:
        whole = super().outcome(known, case)
        if whole is None or whole.error is not None or _number_of(case) <= self._position:
            return None
        if not _is_one_of(whole.value, case.expected.value):
            return None
        return case.input.once(
            ("one result", id(whole), self._position),
            lambda: case.input.same(
                Outcome(_with(case.expected.value, self._position, whole.value))
            ),
        )


def _number_of(case: Case) -> int:
    """How many results there are, where they can be looked at one by one; else 0."""
    expected, got = case.expected, case.got
    if expected.error is not None or got.error is not None or got.changed:
        return 0
    if type(expected.value) is not tuple or not _is_one_of(got.value, expected.value):
        return 0
    return len(expected.value)


def _is_one_of(value: Any, expected: tuple[Any, ...]) -> bool:
    return type(value) in (tuple, list) and len(value) == len(expected)


def _with(expected: tuple[Any, ...], position: int, came: Sequence[Any]) -> tuple[Any, ...]:
    return (*expected[:position], came[position], *expected[position + 1 :])


def _alone(case: Case, position: int) -> Case:
    """The case with right results but for one; one without several results counts as right."""
    if _number_of(case) <= position:
        return Case(case.input, case.expected, case.got, None)
    return judged_anew(case, Outcome(_with(case.expected.value, position, case.got.value)))
