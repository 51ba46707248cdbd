"""Mistakes in values and in gradients, looked at apart: a model of the one errs not in the other.

Where a result and its gradient are both wrong, no model of a single mistake gives both. So either
one is put right in turn, and the answer is judged once more for the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from courseware.checks.cases import Case, judged_anew
from courseware.checks.gradients import asks_for_gradients

Judged = Mapping[str, Sequence[Case]]


def apart(judged: Judged) -> tuple[Judged, Judged]:
    """The cases with all gradients put right, and with all values."""

    def with_right(part: int) -> Judged:
        return {name: [_righted(case, part) for case in cases] for name, cases in judged.items()}

    return with_right(1), with_right(0)


def both_wrong(case: Case) -> bool:
    """Whether value and gradient of a result are wrong, each of them by itself."""
    return (
        case.found is not None
        and _has_parts(case)
        and all(_righted(case, part).found is not None for part in (0, 1))
    )


def _has_parts(case: Case) -> bool:
    expected, got = case.expected.value, case.got.value
    if not asks_for_gradients(case.check.probe) or case.got.error or case.expected.error:
        return False
    return isinstance(got, tuple) and isinstance(expected, tuple) and len(got) == len(expected)


def _righted(case: Case, part: int) -> Case:
    """The case with the right values (0) or gradients (1), judged anew."""
    if not _has_parts(case):
        return case
    expected, got = case.expected.value, case.got.value
    value: tuple[Any, ...] = (*got[:1], *expected[1:]) if part else (*expected[:1], *got[1:])
    return judged_anew(case, replace(case.got, value=value))
