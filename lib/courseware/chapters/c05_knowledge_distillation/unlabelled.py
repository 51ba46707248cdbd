"""What the record of unlabelled images says."""

from __future__ import annotations

from courseware.chapters.c05_knowledge_distillation.experiments.distillation_lessons import HALVES
from courseware.experiments.records import Result
from courseware.showing.spread import spread


class Unlabelled:
    """The record of `distillation_unlabelled`, read by lesson and by hidden units."""

    LESSONS = tuple(HALVES)

    def __init__(self, record: Result) -> None:
        self._runs = record["runs"]
        self.steps: int = record["steps"]
        self.n_seeds: int = record["seeds"]
        self._sizes: list[int] = record["sizes"]

    @property
    def teachers(self) -> list[float]:
        """Errors of the teachers, one a seed."""
        return [run["teacher"]["errors"] for run in self._runs]

    def errors(self, lesson: str, hidden: int) -> list[float]:
        """Of the students of a lesson, one a seed."""
        return [run["students"][lesson][str(hidden)]["errors"] for run in self._runs]

    def fewer(self, lesson: str, *, than: str, hidden: int) -> list[float]:
        """By how many errors a lesson is better than another, seed by seed."""
        pairs = zip(self.errors(than, hidden), self.errors(lesson, hidden), strict=True)
        return [b - a for b, a in pairs]

    def table(self) -> list[dict[str, str]]:
        """Errors of the students, mean and deviation."""
        rows = []
        for lesson in self.LESSONS:
            row = {"what the student is given": lesson.removeprefix("half labelled: ")}
            for hidden in self._sizes:
                found = spread(self.errors(lesson, hidden))
                row[f"{hidden} units"] = f"{found.mean:.1f} ± {found.deviation:.1f}"
            rows.append(row)
        return rows
