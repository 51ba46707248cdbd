"""What became of the mutants of each task."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tqdm import tqdm

from tests.mutation.equivalent import Key, stale
from tests.mutation.judging import Ground, judged
from tests.mutation.mutants import Mutant, mutants_of


@dataclass
class Score:
    """The mutants of one task, counted. `faults` are texts: survivors, and entries that are off."""

    task: str
    killed: int = 0
    equivalent: int = 0
    survivors: list[Mutant] = field(default_factory=list)
    wrongly_listed: list[Mutant] = field(default_factory=list)
    stale: list[Key] = field(default_factory=list)

    @property
    def mutants(self) -> int:
        """How many were judged."""
        return self.killed + self.equivalent + len(self.survivors)

    @property
    def row(self) -> str:
        """A row of the table."""
        return (
            f"{self.task:<24} {self.mutants:>8} {self.killed:>7}"
            f" {self.equivalent:>11} {len(self.survivors):>10}"
        )

    @property
    def faults(self) -> list[str]:
        """What must be mended, one text each."""
        found = [f"{mutant.task} survives\n{mutant.diff}" for mutant in self.survivors]
        found += [
            f"{mutant.task} is listed as equivalent, and loses points\n{mutant.diff}"
            for mutant in self.wrongly_listed
        ]
        found += [
            f"{task} has no such mutant any more; it is listed as equivalent\n"
            f"{operator}\n-{removed}\n+{added}"
            for task, operator, removed, added in self.stale
        ]
        return found


def fill(
    score: Score,
    ground: Ground,
    reasons: Mapping[Key, str],
    limit: int | None = None,
    jobs: int = 1,
) -> None:
    """Judge the mutants of one solution, or `limit` of them that its seed draws.

    What is known after each of them is in `score`, should the rest be interrupted.
    """
    mutants = list(mutants_of(ground.solution))
    score.stale = stale(reasons, mutants)
    if limit is not None and limit < len(mutants):
        mutants = random.Random(f"{ground.seed}/{score.task}").sample(mutants, limit)
    with contextlib.closing(judged(ground, mutants, jobs)) as verdicts:
        bar = tqdm(verdicts, score.task, len(mutants), leave=False, disable=None)
        for mutant, survived in bar:
            known = mutant.key in reasons
            if survived and not known:
                score.survivors.append(mutant)
            else:
                score.equivalent += survived
                score.killed += not survived
            if known and not survived:
                score.wrongly_listed.append(mutant)


def summary(done: Iterable[Score]) -> str:
    """The closing line."""
    rows = list(done)
    return (
        f"mutants killed {sum(score.killed for score in rows)}"
        f"/{sum(score.mutants for score in rows)}"
        f" · equivalent {sum(score.equivalent for score in rows)}"
        f" · survivors {sum(len(score.survivors) for score in rows)}"
    )
