"""Whose hand-in was late, kept in the gradebook: a table of ours beside those of nbgrader.

There it goes wherever the marks go (`course move`), and several machines see the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from nbgrader.api import Base, Gradebook, MissingEntry
from sqlalchemy import Column, String, Table, Text, delete, insert, select

from courseware.grading.late.rule import Lateness

LATE = Table(
    "courseware_late",
    Base.metadata,
    Column("assignment", String(128), primary_key=True),
    Column("student", String(128), primary_key=True),
    Column("lateness", Text(), nullable=False),
)
"""nbgrader makes it with its own tables, whenever a gradebook is opened."""


def read_lateness(gradebook: Gradebook, assignment: str) -> dict[str, Lateness]:
    """By student, for those who were late when their hand-in was settled."""
    rows = gradebook.db.execute(
        select(LATE.c.student, LATE.c.lateness).where(LATE.c.assignment == assignment)
    )
    return {student: Lateness.from_json(text) for student, text in rows}


def write_lateness(
    gradebook: Gradebook, assignment: str, student: str, lateness: Lateness | None
) -> None:
    """Settle one hand-in, and charge it."""
    of_student = (LATE.c.assignment == assignment) & (LATE.c.student == student)
    before = gradebook.db.execute(delete(LATE).where(of_student)).rowcount
    if lateness is not None:
        row = {"assignment": assignment, "student": student, "lateness": lateness.to_json()}
        gradebook.db.execute(insert(LATE).values(row))
    gradebook.db.commit()
    if before or lateness is not None:
        charge(gradebook, assignment, {student: lateness})


def charge(gradebook: Gradebook, assignment: str, late: Mapping[str, Lateness | None]) -> None:
    """Bring nbgrader's own field for penalties up to date: formgrader shows it.

    Points of a person may have come in since. What others have written there stays.
    """
    for student, lateness in late.items():
        try:
            submission = gradebook.find_submission(assignment, student)
        except MissingEntry:
            continue
        for notebook in submission.notebooks:
            penalty = share(lateness, float(submission.score), float(notebook.score))
            notebook.late_submission_penalty = penalty
    gradebook.db.commit()


def share(lateness: Lateness | None, total: float, part: float) -> float | None:
    """A notebook's share of a penalty, all of which make up the whole; None where there is none.

    >>> share(None, 10.0, 4.0)
    """
    if lateness is None:
        return None
    return lateness.penalty(total) * part / total if total else 0.0
