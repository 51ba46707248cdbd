"""How far a learner is: what the checks, the predictions and the written answers say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from courseware.learning.exercises import COURSE, Exercise, exercise, predictions, written_words
from courseware.learning.walkthrough import STAGES
from courseware.progress.store import Sections, read_progress
from courseware.registry import CHAPTERS, Chapter

TASKS, PREDICTIONS = "tasks", "predictions"
"""Sections of the progress, as checks and lectures write them; questions are among the tasks."""


@dataclass(frozen=True)
class Count:
    """So many of so many."""

    done: int
    of: int

    @property
    def all(self) -> bool:
        """Whether none is missing."""
        return self.done >= self.of

    def __str__(self) -> str:
        return f"{self.done} of {self.of}"


@dataclass(frozen=True)
class Standing:
    """How far a learner is with a chapter.

    Attributes:
        predicted: predictions that were made.
        came: those of them whose result was seen, and how many of these are right.
        tasks, questions: those with all points.
        passed: their names.
        points: what the checks have given.
        words: of the written answer.
        minutes_left: what is not done yet takes about so long.
    """

    chapter: Chapter
    predicted: Count
    came: Count
    tasks: Count
    questions: Count
    passed: frozenset[str]
    points: float
    points_of: float
    words: int
    started: bool
    minutes_left: int

    @property
    def done(self) -> bool:
        """All tasks and questions; without an exercise all predictions."""
        asked = (self.tasks, self.questions) if self.chapter.has_exercise else (self.predicted,)
        return all(count.all for count in asked)

    @property
    def word(self) -> str:
        """Done, started or open."""
        return "done" if self.done else "started" if self.started else "open"


def standings(progress: Path | None = None, course: Path = COURSE) -> list[Standing]:
    """How far the learner of this machine is, chapter by chapter.

    Raises: ValueError if the file of progress cannot be read.
    """
    sections = read_progress(progress)
    return [_standing(chapter, sections, course) for chapter in CHAPTERS]


def days(sections: Sections) -> list[str]:
    """The days on which something was done, as dates, in order."""
    entries = (entry for section in sections.values() for entry in section.values())
    whens = (str(_fields(entry).get("when", "")) for entry in entries)
    return sorted({when[:10] for when in whens if when})


def _standing(chapter: Chapter, sections: Sections, course: Path) -> Standing:
    asked = exercise(chapter.folder)
    names = predictions(chapter.folder, course)
    kept = sections.get(PREDICTIONS, {})
    said = [entry for name in names if "said" in (entry := _fields(kept.get(name)))]
    came = [entry["right"] is True for entry in said if "right" in entry]
    results = {name: _fields(entry) for name, entry in sections.get(TASKS, {}).items()}
    items = (*asked.tasks, *asked.questions)
    words = written_words(chapter.folder, course) if chapter.has_exercise else 0
    passed = {item.name for item in items if _points(results, item.name) >= item.points}
    started = bool(said or words or any(item.name in results for item in items))
    return Standing(
        chapter=chapter,
        predicted=Count(len(said), len(names)),
        came=Count(sum(came), len(came)),
        tasks=Count(sum(item.name in passed for item in asked.tasks), len(asked.tasks)),
        questions=Count(sum(q.name in passed for q in asked.questions), len(asked.questions)),
        passed=frozenset(passed),
        points=sum(min(_points(results, item.name), item.points) for item in items),
        points_of=asked.points,
        words=words,
        started=started,
        minutes_left=_minutes_left(chapter, asked, passed, started),
    )


def _minutes_left(chapter: Chapter, asked: Exercise, passed: set[str], started: bool) -> int:
    """Whoever has begun with the predictions or the tasks has read the lecture, or reads it now."""
    lecture = 0 if started else STAGES[chapter.number].minutes
    if not chapter.has_exercise:
        return lecture
    tasks = sum(task.minutes for task in asked.tasks if task.name not in passed)
    questions = any(question.name not in passed for question in asked.questions)
    return lecture + tasks + (asked.question_minutes if questions else 0)


def _fields(entry: object) -> Mapping[str, Any]:
    return entry if isinstance(entry, dict) else {}


def _points(results: Mapping[str, Mapping[str, Any]], name: str) -> float:
    points = results.get(name, {}).get("points", 0)
    return float(points) if isinstance(points, int | float) else 0.0
