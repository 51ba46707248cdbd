"""What the record of rivals says: teachers without shifts, and networks in few bits."""

from __future__ import annotations

from courseware.chapters.c05_knowledge_distillation.experiments.distillation_rivals import (
    ABSMAX,
    LABELS,
    LEAST_ERROR,
    SCALES,
    SHIFTED,
    SHIFTED_LABELS,
    STILL,
    STILL_SOFTER,
    STUDENTS,
)
from courseware.experiments.records import Result
from courseware.showing.byte_text import byte_text
from courseware.showing.say import interval
from courseware.showing.spread import spread
from courseware.subjects.data import N_CLASSES
from courseware.subjects.models import count_parameters, mlp


class Rivals:
    """The record of `distillation_rivals`, read by lesson and by hidden units."""

    LESSONS = STUDENTS
    LABELS, SHIFTED_LABELS, SHIFTED = LABELS, SHIFTED_LABELS, SHIFTED
    STILL, STILL_SOFTER = STILL, STILL_SOFTER
    SCALES = tuple(SCALES)

    def __init__(self, record: Result) -> None:
        self._runs = record["runs"]
        self.steps: int = record["steps"]
        self.n_seeds: int = record["seeds"]
        self.sizes: list[int] = record["sizes"]
        self.bits: list[int] = record["bits"]
        self._teacher_hidden: int = record["teacher_hidden"]

    def teachers(self, name: str, figure: str = "errors") -> list[float]:
        """Errors, or another figure, of the teachers of a kind, one a seed."""
        return [run["teachers"][name][figure] for run in self._runs]

    def errors(self, lesson: str, hidden: int, *, moved: bool = False) -> list[float]:
        """Of the students of a lesson, one a seed; on digits as they are, or moved."""
        figure = "shifted_errors" if moved else "errors"
        return [run["students"][lesson][str(hidden)][figure] for run in self._runs]

    def fewer(
        self, lesson: str, hidden: int, *, than: str = LABELS, moved: bool = False
    ) -> list[float]:
        """By how many errors a lesson is better than another, seed by seed."""
        worse, better = (self.errors(name, hidden, moved=moved) for name in (than, lesson))
        return [a - b for a, b in zip(worse, better, strict=True)]

    def table(self) -> list[dict[str, str]]:
        """What each lesson saves against labels, on digits as they are and moved."""
        rows = []
        for lesson in self.LESSONS[1:]:
            row = {"what the student is given": lesson}
            for moved, where in ((False, "as they are"), (True, "moved")):
                for hidden in self.sizes:
                    saved = self.fewer(lesson, hidden, moved=moved)
                    row[f"{hidden} units, {where}"] = interval(saved)
            rows.append(row)
        return rows

    def rounded(
        self, network: str, bits: int, figure: str = "errors", scales: str = LEAST_ERROR
    ) -> list[float]:
        """Errors, or bytes, of the teacher ("teacher") or of a student (its hidden units)."""
        return [run["rounded"][scales][network][str(bits)][figure] for run in self._runs]

    def in_as_few_bytes(self, hidden: int, bits: int) -> list[float]:
        """Fewer errors of a student than of its teacher in some bits, seed by seed.

        The student is in the most bits that take no more bytes.
        """
        room = self.rounded("teacher", bits, "bytes")[0]
        student = str(hidden)
        most = max(b for b in self.bits if self.rounded(student, b, "bytes")[0] <= room)
        pairs = zip(self.rounded("teacher", bits), self.rounded(student, most), strict=True)
        return [of_teacher - of_student for of_teacher, of_student in pairs]

    def table_of_bits(self) -> list[dict[str, str]]:
        """Errors of every network, in float32 and in fewer and fewer bits, with its bytes."""
        columns = [("teacher", LEAST_ERROR), ("teacher", ABSMAX)]
        columns += [(str(hidden), LEAST_ERROR) for hidden in reversed(self.sizes)]
        rows = [{"weights in": "float32"} | {_named(*c): self._as_trained(c[0]) for c in columns}]
        for bits in self.bits:
            row = {"weights in": f"{bits} bits"}
            for network, scales in columns:
                n_bytes = self.rounded(network, bits, "bytes")[0]
                found = self.rounded(network, bits, scales=scales)
                row[_named(network, scales)] = _told(found, n_bytes)
            rows.append(row)
        return rows

    def _as_trained(self, network: str) -> str:
        if network == "teacher":
            hidden, errors = [self._teacher_hidden] * 2, self.teachers(SHIFTED)
        else:
            hidden, errors = [int(network)], self.errors(SHIFTED, int(network))
        return _told(errors, 4 * count_parameters(mlp([784, *hidden, N_CLASSES], seed=0)))


def _named(network: str, scales: str) -> str:
    name = network if network == "teacher" else f"student, {network} units"
    return name if scales == LEAST_ERROR else f"{name}, {scales}"


def _told(errors: list[float], n_bytes: float) -> str:
    found = spread(errors)
    return f"{found.mean:.1f} ± {found.deviation:.1f} ({byte_text(n_bytes)})"
