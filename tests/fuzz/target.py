"""What can be fuzzed, and how a batch of inputs is drawn and tried."""

from __future__ import annotations

import contextlib
import resource
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from courseware.grading.limited import BOUNDS
from courseware.grading.memory import limited_memory

GRADED, REFUSED = "graded", "refused"


@dataclass(frozen=True)
class Target:
    """Something that reads what others wrote.

    `check` tries one input and says `GRADED` or `REFUSED` for each hand-in in it; what it raises is
    a finding.
    """

    name: str
    inputs: SearchStrategy[Any]
    check: Callable[[Any], list[str]]
    batch: int = 200
    """Inputs of one round."""
    shrinks: bool = True
    """Whether a finding is made smaller, which takes many further inputs."""
    bounded: bool = True
    """Whether the limits are kept here; what has limits of its own is not to be given others."""


@dataclass
class Tally:
    """What came of the inputs of one target."""

    ends: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    @property
    def inputs(self) -> int:
        """How many hand-ins were tried."""
        return self.ends.total()


def try_batch(target: Target, seed: int | None, size: int, tally: Tally) -> None:
    """Draw and try some inputs; raises what the first finding raised. No seed: always the same."""

    def tried(drawn: Any) -> None:
        with _bounds() if target.bounded else contextlib.nullcontext():
            ends = target.check(drawn)
        assert set(ends) <= {GRADED, REFUSED}, f"ended as {ends}"
        tally.ends.update(ends)

    chosen = settings(
        max_examples=size,
        derandomize=seed is None,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, *([Phase.shrink] if target.shrinks else [])],
    )
    run = chosen(given(target.inputs)(tried))
    if seed is not None:
        run = hypothesis.seed(seed)(run)
    run()


@contextlib.contextmanager
def _bounds() -> Iterator[None]:
    """The limits of `courseware.grading.limited`, passed by no input on its own."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise AssertionError(f"takes more than {BOUNDS.processor_seconds} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, BOUNDS.processor_seconds)
    try:
        with limited_memory(BOUNDS.memory):
            yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def peak_memory() -> int:
    """The most bytes that this process has taken so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
