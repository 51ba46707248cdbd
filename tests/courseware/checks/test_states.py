"""Several calls of a student's function as one outcome."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from courseware.checks.call import Outcome
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
