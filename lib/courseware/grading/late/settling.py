"""Settling how late hand-ins came: when they are graded, and again when the teacher asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.preprocessors import NbGraderPreprocessor

from courseware.grading.course import Exercise
from courseware.grading.late.ledger import charge, read_lateness, write_lateness
from courseware.grading.late.rule import Lateness, read_rule, text_of

Resources = dict[str, Any]


class SettleLateness(NbGraderPreprocessor):
    """Last in `c.Autograde.autograde_preprocessors`, in place of nbgrader's `AssignLatePenalties`.

    nbgrader works a penalty out once: it is wrong as soon as a person gives points.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Settle the hand-in that is being graded, by the rule of now."""
        converter, ids = self.parent.parent, resources["nbgrader"]
        assert isinstance(converter, Autograde)
        assignment, student = ids["assignment"], ids["student"]
        with Gradebook(ids["db_url"]) as gradebook:
            due = gradebook.find_assignment(assignment).duedate
            came: datetime | None = gradebook.find_submission(assignment, student).timestamp
            lateness = read_rule(converter.config.Late, assignment, due).lateness(student, came)
            write_lateness(gradebook, assignment, student, lateness)
        if lateness is not None:
            self.log.warning("%s/%s is %s", student, assignment, lateness.told())
        return nb, resources


@dataclass(frozen=True)
class Begun:
    """Who was graded before a class is graded, and who of them was late how much."""

    graded: frozenset[str]
    late: Mapping[str, Lateness]


def settled(exercise: Exercise) -> dict[str, Lateness]:
    """How late hand-ins are, as it was settled; those that were on time are not in it."""
    with exercise.gradebook() as gradebook:
        return read_lateness(gradebook, exercise.name)


def settled_otherwise(exercise: Exercise, students: Iterable[str]) -> dict[str, Lateness | None]:
    """Those of some graded students that the rule of now would settle in another way, and how."""
    before, rule = settled(exercise), exercise.late_rule()
    now = {one: rule.lateness(one, exercise.arrived(one)) for one in students}
    return {one: lateness for one, lateness in now.items() if lateness != before.get(one)}


def settle(exercise: Exercise, lateness: Mapping[str, Lateness | None]) -> None:
    """Settle graded hand-ins anew; nothing is run again."""
    with exercise.gradebook() as gradebook:
        for student, one in lateness.items():
            try:
                gradebook.find_submission(exercise.name, student)
            except MissingEntry:
                continue
            write_lateness(gradebook, exercise.name, student, one)


def begin(exercise: Exercise, students: Iterable[str], anew: bool) -> Begun:
    """Before a class is graded: `anew` settles what is graded already by the rule of now."""
    with exercise.gradebook() as gradebook:
        there = {one.student.id for one in gradebook.assignment_submissions(exercise.name)}
    graded = frozenset(there & {*students})
    begun = Begun(graded, settled(exercise))
    if anew:
        settle(exercise, settled_otherwise(exercise, graded))
    charge_all(exercise)
    return begun


def charge_all(exercise: Exercise) -> None:
    """Take off what late hand-ins lose of the points that they have by now."""
    with exercise.gradebook() as gradebook:
        charge(gradebook, exercise.name, read_lateness(gradebook, exercise.name))


def changes(begun: Begun, exercise: Exercise) -> list[str]:
    """One line for each student who was graded before, and is settled in another way now."""
    before, after = begun.late, settled(exercise)
    return [
        f"{one}: {_told(before.get(one))} before, {_told(after.get(one))} now"
        for one in sorted(begun.graded)
        if before.get(one) != after.get(one)
    ]


def _told(lateness: Lateness | None) -> str:
    if lateness is None:
        return "on time, or not known"
    policy = lateness.policy
    return f"{lateness.told()} (due {text_of(lateness.due)}, {policy.told()})"
