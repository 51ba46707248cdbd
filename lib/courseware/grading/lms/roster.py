"""Who is in a class: the list of participants that Moodle or Canvas exports, or any CSV file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI

from courseware.grading.course import CourseError, gradebook_file
from courseware.grading.folder_names import name_obstacle
from courseware.grading.lms.tables import Table, read_table
from courseware.grading.plain_lines import in_one_line

IDS = ("student", "id number", "username", "sis login id", "sis user id", "student id", "id")
"""Columns that may hold a student's id, the most telling first; then the e-mail address."""
EMAIL = ("email address", "email", "e-mail", "e-mail address")
FIRST = ("first name", "given name", "forename")
LAST = ("last name", "surname", "family name")
WHOLE = ("full name", "name", "user full name")
REVERSED = ("student",)
"""Canvas writes “Doe, Ann” here; elsewhere a column of this name holds ids."""
OF_LMS = ("id", "identifier")


@dataclass(frozen=True)
class Member:
    """A student of a class. `lms_id` is the number that the other system knows them by."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""

    @property
    def name(self) -> str:
        """As a list has it.

        >>> Member("a1", "Ann", "Doe").name
        'Doe, Ann'
        """
        return ", ".join(part for part in (self.last_name, self.first_name) if part)


def members_of(api: NbGraderAPI) -> list[Member]:
    """Who the gradebook has; makes none where there is none yet."""
    path = gradebook_file(api.coursedir.db_url)
    if path is not None and not path.exists():
        return []
    with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
        return [member_of(one) for one in gradebook.students]


@dataclass(frozen=True)
class Entered:
    """What became of a list in the gradebook: ids."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    not_listed: tuple[str, ...]


def read_roster(path: Path, id_column: str | None = None) -> list[Member]:
    """The members that a CSV file lists.

    Raises a `CourseError` where ids are missing, doubled, or no names of folders.
    """
    table = read_table(path)
    canvas = _is_canvas(table)
    column = table.need([id_column], "ids") if id_column else _id_column(table, canvas)
    rows = [row for row in table.rows if not canvas or _is_student(row, table)]
    members = [_member(row, table, column, canvas) for row in rows]
    for member, row in zip(members, rows, strict=True):
        if not member.id:
            who = member.name or in_one_line(", ".join(row.values()))
            raise CourseError(f"{path}: {who} has no {column}; --id-column names another column")
        if problem := name_obstacle(member.id) or ("a slash in it" if "/" in member.id else ""):
            raise CourseError(f"{path}: {in_one_line(member.id)!r} cannot be an id: {problem}")
    doubled = [one for one, count in Counter(m.id for m in members).items() if count > 1]
    if doubled:
        raise CourseError(
            f"{path}: {column} is there twice: {', '.join(map(in_one_line, doubled))}"
        )
    return members


def enter(gradebook: Gradebook, members: Sequence[Member]) -> Entered:
    """Put members into the gradebook; nobody is taken out of it."""
    before = {one.id: member_of(one) for one in gradebook.students}
    for member in members:
        fields = {
            "first_name": member.first_name or None,
            "last_name": member.last_name or None,
            "email": member.email or None,
            "lms_user_id": member.lms_id or None,
        }
        gradebook.update_or_create_student(member.id, **fields)
    ids = {member.id for member in members}
    return Entered(
        tuple(member.id for member in members if member.id not in before),
        tuple(m.id for m in members if m.id in before and before[m.id] != m),
        tuple(sorted(before.keys() - ids)),
    )


def member_of(student: object) -> Member:
    """The gradebook's student as a member."""
    fields = ("id", "first_name", "last_name", "email", "lms_user_id")
    return Member(*(str(getattr(student, field, None) or "") for field in fields))


def _is_canvas(table: Table) -> bool:
    return bool(table.find(["student"]) and table.find(["sis login id", "sis user id", "section"]))


def _is_student(row: Mapping[str, str], table: Table) -> bool:
    """Canvas has a line of points possible, and one for “Student, Test”."""
    return bool(row[table.need(["id"], "Canvas's ids")])


def _id_column(table: Table, canvas: bool) -> str:
    names = [name for name in IDS if not (canvas and name == "student")]
    for name in [*names, *EMAIL]:
        column = table.find([name])
        rows = [row for row in table.rows if not canvas or _is_student(row, table)]
        if column and all(row[column] for row in rows):
            return column
    return table.need(IDS[1:], "ids that everybody has")


def _member(row: Mapping[str, str], table: Table, id_column: str, canvas: bool) -> Member:
    def cell(names: Sequence[str]) -> str:
        column = table.find(names)
        return row[column] if column else ""

    first, last = cell(FIRST), cell(LAST)
    if not (first or last):
        first, last = _split(cell(REVERSED if canvas else WHOLE))
    email = cell(EMAIL)
    found = row[id_column]
    if id_column == table.find(EMAIL):
        found = found.partition("@")[0]
    lms_id = cell(("id",)) if canvas else ""
    return Member(found, first, last, email, lms_id)


def _split(whole: str) -> tuple[str, str]:
    """First and last name: “Doe, Ann”, or “Ann Doe”, of which the last word is the last name."""
    if "," in whole:
        last, _, first = whole.partition(",")
        return first.strip(), last.strip()
    first, _, last = whole.rpartition(" ")
    return first.strip(), last.strip()
