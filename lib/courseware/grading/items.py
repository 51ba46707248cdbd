"""Item analysis: what a class got wrong, task by task, check by check, mistake by mistake.

All of it is read from the graded notebooks, whose test cells carry their reports as data. Nothing
is graded, and no student's code is looked at.
"""

from __future__ import annotations

import itertools
import json
import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

import nbformat
from nbgrader.utils import compute_checksum, is_grade, is_solution

from courseware.checks.facts import MIME_TYPE
from courseware.grading.scores import Task

NOT_WRITTEN = "not-written"
FEW = 3
"""Students: mistakes that fewer share are not said to go together."""


@dataclass(frozen=True)
class HandIn:
    """What is counted of one student: points by task, and the reports of the test cells by task."""

    student: str
    points: Mapping[Task, float | None]
    reports: Mapping[str, Mapping[str, Any]]
    untouched: Collection[str] = ()
    """Cells with written answers in which nothing was written, by nbgrader id."""


@dataclass
class CauseItem:
    """A misconception: who has it, and what they are told."""

    name: str
    message: str
    students: list[str] = field(default_factory=list)


@dataclass
class CheckItem:
    """A check: of how many who wrote something it was failed, why, and on which input most."""

    name: str
    tried: int = 0
    failed: list[str] = field(default_factory=list)
    causes: dict[str, CauseItem] = field(default_factory=dict)
    inputs: Counter[str] = field(default_factory=Counter)
    calling: dict[str, list[str]] = field(default_factory=dict)
    """Whose function is right and calls others of theirs, which fail; by these. Nobody failed."""

    @property
    def without_cause(self) -> int:
        """How many failed and were told no cause."""
        return len({*self.failed} - {s for one in self.causes.values() for s in one.students})


@dataclass(frozen=True)
class QuizItem:
    """A question: how many chose which letter; "" is no answer."""

    right: str
    options: Mapping[str, str]
    chosen: Mapping[str, int]


@dataclass(frozen=True)
class Item:
    """A graded cell over a class.

    Attributes:
        difficulty: the mean share of its points; the lower, the harder.
        discrimination: correlation of its points with those of all other tasks, None where either
            is the same for all.
        not_written: how many left it as it was.
    """

    task: Task
    n: int
    difficulty: float | None
    discrimination: float | None
    full: int
    nothing: int
    not_written: int
    checks: tuple[CheckItem, ...] = ()
    quiz: QuizItem | None = None


@dataclass(frozen=True)
class Together:
    """Two mistakes that the same students make: how many have both, the one, the other."""

    first: str
    second: str
    both: int
    of_first: int
    of_second: int


@dataclass(frozen=True)
class ItemReport:
    """The analysis of one exercise; `without_reports` were graded before reports were kept."""

    exercise: str
    n: int
    items: tuple[Item, ...]
    together: tuple[Together, ...]
    hand_ins: tuple[HandIn, ...]
    without_reports: int


def analyse(exercise: str, tasks: Sequence[Task], hand_ins: Sequence[HandIn]) -> ItemReport:
    """Count over a class."""
    items = tuple(_item(task, hand_ins) for task in tasks)
    silent = sum(not one.reports for one in hand_ins)
    pairs = tuple(_together(hand_ins))
    return ItemReport(exercise, len(hand_ins), items, pairs, tuple(hand_ins), silent)


def reports_in(notebook: Path) -> dict[str, dict[str, Any]]:
    """The reports that a graded notebook carries, by the name of their task or question."""
    found = {}
    for cell in json.loads(notebook.read_bytes()).get("cells", []):
        for output in cell.get("outputs", []):
            facts = output.get("data", {}).get(MIME_TYPE)
            if facts:
                found[facts.get("task") or facts["question"]] = facts
    return found


def untouched_in(notebook: Path) -> set[str]:
    """The written answers of a graded notebook that are empty, or as they were handed out."""
    return {
        cell.metadata.nbgrader.grade_id
        for cell in nbformat.read(notebook, as_version=4).cells
        if cell.cell_type == "markdown" and is_grade(cell) and is_solution(cell)
        if not cell.source.strip()
        or cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
    }


def _item(task: Task, hand_ins: Sequence[HandIn]) -> Item:
    given = [(one, points) for one in hand_ins if (points := one.points.get(task)) is not None]
    shares = [points / task.points for _, points in given] if task.points else []
    rest = [
        sum(other or 0.0 for key, other in one.points.items() if key != task) for one, _ in given
    ]
    reports = {
        one.student: report
        for one in hand_ins
        if (report := one.reports.get(task.label)) is not None
    }
    return Item(
        task,
        len(given),
        fmean(shares) if shares else None,
        correlation(shares, rest),
        sum(share >= 1 for share in shares),
        sum(share <= 0 for share in shares),
        sum(map(_is_not_written, reports.values()))
        + sum(task.grade_id in one.untouched for one in hand_ins),
        tuple(_checks(reports)),
        _quiz(reports.values()),
    )


def _checks(reports: Mapping[str, Mapping[str, Any]]) -> Iterator[CheckItem]:
    items: dict[str, CheckItem] = {}
    for student, report in reports.items():
        if _is_not_written(report):
            continue
        for check in report.get("checks", []):
            item = items.setdefault(check["name"], CheckItem(check["name"]))
            item.tried += 1
            if check["kept"] >= 1:
                continue
            if calls := report.get("calls"):
                item.calling.setdefault(", ".join(calls), []).append(student)
                continue
            item.failed.append(student)
            if "input" in check:
                item.inputs[check["input"]] += 1
            for cause in check["causes"]:
                known = item.causes.setdefault(
                    cause["name"], CauseItem(cause["name"], cause["message"])
                )
                known.students.append(student)
    yield from items.values()


def _is_not_written(report: Mapping[str, Any]) -> bool:
    if "question" in report:
        return not report["letter"]
    causes = (one for check in report.get("checks", []) for one in check["causes"])
    return any(cause["name"] == NOT_WRITTEN for cause in causes)


def _quiz(reports: Iterable[Mapping[str, Any]]) -> QuizItem | None:
    questions = [report for report in reports if "question" in report]
    if not questions:
        return None
    chosen = Counter(report["letter"] for report in questions)
    return QuizItem(questions[0]["right"], questions[0]["options"], chosen)


def _together(hand_ins: Sequence[HandIn]) -> Iterator[Together]:
    """Pairs of mistakes in two tasks, those first that tell most of each other."""
    who: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in hand_ins:
        for task, report in one.reports.items():
            for check in report.get("checks", []):
                for cause in check["causes"]:
                    if cause["name"] != NOT_WRITTEN:
                        who[task, cause["name"]].add(one.student)
    pairs = []
    for (first, a), (second, b) in itertools.combinations(who.items(), 2):
        if first[0] != second[0] and len(a & b) >= FEW:
            shared = len(a & b) / len(a | b)
            a_name, b_name = (f"{task}: {name}" for task, name in (first, second))
            pairs.append((shared, Together(a_name, b_name, len(a & b), len(a), len(b))))
    pairs.sort(key=lambda pair: (-pair[0], pair[1].first, pair[1].second))
    yield from (pair for shared, pair in pairs[:10] if shared >= 0.5)


def correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Pearson's; None where there is none.

    >>> correlation([0, 1, 1], [1, 2, 2]), correlation([1, 1], [0, 1])
    (1.0, None)
    """
    if len(first) < 2:
        return None
    one, other = ([value - fmean(values) for value in values] for values in (first, second))
    size = math.sqrt(sum(x * x for x in one) * sum(y * y for y in other))
    if size < 1e-12:
        return None
    return round(sum(x * y for x, y in zip(one, other, strict=True)) / size, 6)
