"""Several calls of a student's function as one outcome."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from courseware.checks.call import Outcome
from courseware.checks.chapter_08.random_mask import RANDOM_MASK
from courseware.checks.run import run_task
from courseware.checks.states import Words, all_of


@pytest.mark.parametrize(
    "stop", [Outcome(error=OSError()), Outcome(1, changed=(0,)), Outcome(Words("a mask"))]
)
def test_the_first_call_that_fails_stands_for_all(stop: Outcome) -> None:
    def calls() -> Iterator[Outcome]:
        yield Outcome(1)
        yield stop
        raise AssertionError("one call too many")

    assert all_of(calls()) is stop


def test_what_several_calls_used_is_known() -> None:
    def with_a_shortcut(shape, sparsity, seed):  # type: ignore[no-untyped-def]
        import torch

        return getattr(torch, "drop" + "out")(torch.ones(shape), sparsity, True) > 0

    report = run_task(RANDOM_MASK, with_a_shortcut, "tests")
    assert all("torch.dropout" in result.case.got.used for result in report.results if result.case)
    assert any(result.case for result in report.results)
