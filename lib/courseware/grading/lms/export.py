"""Marks → a file that a learning management system takes, or that a spreadsheet opens."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook

from courseware.grading.lms.roster import Member, member_of
from courseware.grading.lms.tables import Table, read_table
from courseware.grading.named import CourseError
from courseware.grading.plain_lines import in_a_cell
from courseware.grading.scores import half_up, read_scores, read_tasks
from courseware.grading.whole_file import whole_file

OPEN, NOTHING, NOT_GRADED = "to be marked by hand", "no hand-in", "not graded"
NOT_YET = "handed in, and not graded yet"

CANVAS_HEAD = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")


@dataclass(frozen=True)
class Mark:
    """What one student has for one exercise; `points` is None while it is not known.

    `why` says why it is not known, or how late the hand-in was.
    """

    points: float | None
    penalty: float = 0.0
    why: str = ""


@dataclass(frozen=True)
class Marks:
    """The marks of a class: by exercise and student, and the most points of each exercise."""

    members: tuple[Member, ...]
    of: Mapping[str, Mapping[str, Mark]]
    most: Mapping[str, float]
    waiting: Mapping[str, Collection[str]]
    """Whose hand-ins lie there, by exercise."""

    def get(self, exercise: str, student: str) -> Mark:
        """The mark of a student; that there is none is one, too."""
        none = NOT_YET if student in self.waiting.get(exercise, ()) else NOTHING
        return self.of[exercise].get(student, Mark(None, why=none))

    def late(self) -> Iterator[tuple[str, str, str]]:
        """Exercise, student and how late, where a hand-in with points was late."""
        for exercise, marks in self.of.items():
            for student, mark in marks.items():
                if mark.points is not None and mark.why:
                    yield exercise, student, mark.why

    def missing(self) -> Iterator[tuple[str, str, str]]:
        """Exercise, student and reason where there are no points."""
        for exercise in self.of:
            for member in self.members:
                mark = self.get(exercise, member.id)
                if mark.points is None:
                    yield exercise, member.id, mark.why


def read_marks(
    gradebook: Gradebook, exercises: Sequence[str], waiting: Mapping[str, Collection[str]]
) -> Marks:
    """The marks of everybody in the gradebook, by id, where no person has still to mark.

    `waiting` are those whose hand-ins lie there, by exercise.
    """
    everybody = map(member_of, gradebook.students)
    members = tuple(sorted(everybody, key=lambda one: one.id))
    of: dict[str, dict[str, Mark]] = {}
    most: dict[str, float] = {}
    for exercise in exercises:
        most[exercise] = sum(task.points for task in read_tasks(gradebook, exercise))
        of[exercise] = {}
        for one in read_scores(gradebook, exercise):
            scores = one.scores.values()
            if all(score.points is None for score in scores):
                mark = Mark(None, why=NOT_GRADED)
            elif any(score.open for score in scores):
                mark = Mark(None, why=OPEN)
            else:
                late = f"{one.late.told()}, {one.penalty:g} points taken off" if one.late else ""
                mark = Mark(one.total, one.penalty, late)
            of[exercise][one.student] = mark
    return Marks(members, of, most, waiting)


def write_csv(marks: Marks, path: Path, digits: int) -> None:
    """One row a student: points, penalty for lateness and a remark, for each exercise."""
    head = ["student", "last_name", "first_name", "email"]
    for exercise in marks.of:
        head += [exercise, f"{exercise}_late_penalty", f"{exercise}_remark"]
    rows = []
    for member in marks.members:
        row = [member.id, member.last_name, member.first_name, member.email]
        for exercise in marks.of:
            mark = marks.get(exercise, member.id)
            row += [_shown(mark.points, digits), _shown(mark.penalty or None, digits), mark.why]
        rows.append(row)
    _write(path, head, rows, encoding="utf-8-sig")  # else Excel spoils every name beyond ASCII


def write_moodle(marks: Marks, path: Path, digits: int, no_numbers: Collection[str] = ()) -> None:
    """What Moodle's *Grades → Import → CSV file* takes; map “email” or “idnumber” to the users.

    `no_numbers` are ids that are no ID numbers there.
    """
    head = ["idnumber", "firstname", "lastname", "email", *marks.of]
    rows = [
        [
            *(
                "" if member.id in no_numbers else member.id,
                member.first_name,
                member.last_name,
                member.email,
            ),
            *(_shown(marks.get(one, member.id).points, digits) for one in marks.of),
        ]
        for member in marks.members
    ]
    _write(path, head, rows)


def write_worksheet(
    marks: Marks, exercise: str, worksheet: Path, path: Path, digits: int
) -> list[str]:
    """Moodle's grading worksheet of an assignment with its column Grade filled in.

    Points are scaled to the worksheet's maximum. Returns those who stand in it and nowhere here.
    """
    table = read_table(worksheet)
    grade = table.need(("grade",), "grades")
    most = table.find(("maximum grade",))
    strangers, rows = [], []
    for row in table.rows:
        student = _student_of(row, table, marks.members)
        if student is None:
            strangers.append(row[table.find(("full name",)) or table.columns[0]])
        mark = marks.get(exercise, student) if student else Mark(None)
        if mark.points is not None:
            there = float(row[most].replace(",", ".") or 0) if most else 0.0
            scale = there / marks.most[exercise] if there and marks.most[exercise] else 1.0
            row = {**row, grade: _shown(mark.points * scale, digits)}
        rows.append([row[column] for column in table.columns])
    _write(path, table.columns, rows)
    return strangers


def write_canvas(
    marks: Marks,
    path: Path,
    digits: int,
    template: Path | None = None,
    called: str | None = None,
) -> list[str]:
    """What Canvas's *Grades → Import* takes.

    With the file that Canvas exports as a template, its students and the columns that begin with
    the names of exercises, or with what the one is `called` there; without, those of the gradebook.
    Returns those who stand in it only.
    """
    if template is None:
        names = [f"{m.last_name}, {m.first_name}".strip(", ") for m in marks.members]
        rows = [
            [name, member.lms_id, "", member.id, "", *_of_all(marks, member.id, digits)]
            for name, member in zip(names, marks.members, strict=True)
        ]
        _write(path, [*CANVAS_HEAD, *marks.of], rows)
        return []
    table = read_table(template)
    columns = {one: _canvas_column(table, called or one) for one in marks.of}
    head = [*(one for one in table.columns if one in CANVAS_HEAD), *columns.values()]
    strangers, rows = [], []
    for row in table.rows:
        if not row.get("ID"):
            rows.append([row[one] for one in head])  # "Points Possible"
            continue
        student = _student_of(row, table, marks.members)
        if student is None:
            strangers.append(row["Student"])
            continue
        filled = dict(zip(columns.values(), _of_all(marks, student, digits), strict=True))
        rows.append([{**row, **filled}[one] for one in head])
    _write(path, head, rows)
    return strangers


def _canvas_column(table: Table, exercise: str) -> str:
    for column in table.columns:
        if column.casefold().startswith(exercise.casefold()):
            return column
    raise CourseError(
        f"{table.path} has no column that begins with {exercise!r}; "
        "--column says how the assignment is called there"
    )


def _of_all(marks: Marks, student: str, digits: int) -> list[str]:
    return [_shown(marks.get(one, student).points, digits) for one in marks.of]


def _student_of(row: Mapping[str, str], table: Table, members: Sequence[Member]) -> str | None:
    """By an id or an address; else by a name that only one has."""
    columns = ("id number", "username", "sis login id", "sis user id", "email address", "id")
    for column in filter(None, (table.find([one]) for one in columns)):
        found = [m.id for m in members if row[column] and row[column] in (m.id, m.email, m.lms_id)]
        if len(found) == 1:
            return found[0]
    whole = row[name] if (name := table.find(("full name",))) else ""
    same = [m.id for m in members if whole and whole == f"{m.first_name} {m.last_name}"]
    return same[0] if len(same) == 1 else None


def _shown(points: float | None, digits: int) -> str:
    return "" if points is None else half_up(points, digits)


def _write(
    path: Path, head: Sequence[str], rows: Sequence[Sequence[str]], encoding: str = "utf-8"
) -> None:
    with whole_file(path) as new, new.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows([head, *([in_a_cell(cell) for cell in row] for row in rows)])
