"""Who is in a class: the list of participants that Moodle or Canvas exports, or any CSV file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI

from courseware.grading.course import gradebook_file
from courseware.grading.folder_names import name_obstacle
from courseware.grading.lms.tables import Table, read_table
from courseware.grading.named import CourseError
from courseware.grading.plain_lines import in_one_line, some

IDS = (
    *("student", "id number", "username", "sis login id", "sis user id", "student id", "id"),
    *("id-nummer", "學號", "số id"),
)
"""Columns that may hold a student's id, the most telling first; then the e-mail address.

Behind the English names stand those of Moodle's language packs, in German, 繁體中文, Tiếng Việt.
"""
EMAIL = (
    *("email address", "email", "e-mail", "e-mail address"),
    *("e-mail-adresse", "電子郵件信箱", "địa chỉ email"),
)
FIRST = ("first name", "given name", "forename", "vorname", "名字", "tên")
LAST = ("last name", "surname", "family name", "nachname", "姓氏", "họ")
WHOLE = (
    "full name",
    "name",
    "user full name",
    "vollständiger name",
    "用戶全名",
    "tên đầy đủ của người dùng",
)
REVERSED = ("student",)
"""Canvas writes “Doe, Ann” here; elsewhere a column of this name holds ids."""
OF_LMS = ("id", "identifier")
ROLES = ("roles", "role")
STUDENT = "student"


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
class Roster:
    """A list as it was read.

    Attributes:
        members: the students.
        column: whose ids were taken.
        by_address: ids out of e-mail addresses, of those for whom nothing stands in that column.
        left_out: who is no student, and by which role.
        lacking: what no column was recognised for, names or e-mail addresses.
    """

    members: tuple[Member, ...]
    column: str
    by_address: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()

    @property
    def no_numbers(self) -> set[str]:
        """Ids that are no ID numbers: user names, and parts of addresses."""
        names = {one.replace(" ", "") for one in (*EMAIL, "username")}
        whole = self.column.casefold().replace("_", " ").replace(" ", "") in names
        return {one.id for one in self.members} if whole else set(self.by_address)


@dataclass(frozen=True)
class Entered:
    """What became of a list in the gradebook: ids."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    not_listed: tuple[str, ...]


def read_roster(path: Path, id_column: str | None = None) -> Roster:
    """The students that a CSV file lists.

    Who has no id there is known by the e-mail address, and nobody else is, unless the column was
    asked for. Raises a `CourseError` where ids are missing, doubled, or no names of folders.
    """
    table = read_table(path)
    canvas = _is_canvas(table)
    rows, left_out = _students(table, canvas)
    column = table.need([id_column], "ids") if id_column else _id_column(table, rows, canvas)
    members = [_member(row, table, column, canvas) for row in rows]
    lacking = [place for place, row in enumerate(rows) if not row[column]]
    if not id_column:
        for place in lacking:
            prefix = members[place].email.partition("@")[0]
            members[place] = replace(members[place], id=prefix)
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
    by_address = tuple(members[place].id for place in lacking)
    names = (*FIRST, *LAST, *(REVERSED if canvas else WHOLE))
    there = {"names": table.find(names), "e-mail addresses": table.find(EMAIL)}
    unknown = tuple(what for what, found in there.items() if found is None)
    return Roster(tuple(members), column, by_address, left_out, unknown)


def check_for_other_ids(gradebook: Gradebook, members: Sequence[Member]) -> None:
    """Raise a `CourseError` where a list has somebody of the gradebook under another id."""
    before = [member_of(one) for one in gradebook.students]
    known = {one.id for one in before}
    ids = {mark: one.id for one in before for mark in _marks_of(one)}
    twice = [
        (ids[mark], member.id)
        for member in members
        if member.id not in known
        for mark in _marks_of(member)
        if mark in ids
    ]
    if twice:
        pairs = dict.fromkeys(f"{there} (here {here})" for there, here in twice)
        raise CourseError(
            f"in the gradebook already, under another id: {some(pairs)}; name the column of those "
            "ids by --id-column, or take them out by `course roster --remove ID ...` first"
        )


def remove(gradebook: Gradebook, ids: Sequence[str], with_marks: bool = False) -> None:
    """Take students out of the gradebook: all of them, or with a `CourseError` nobody."""
    known = {one.id for one in gradebook.students}
    if unknown := [one for one in ids if one not in known]:
        raise CourseError(f"not in the gradebook: {some(unknown)}")
    marked = [one for one in ids if gradebook.student_submissions(one)]
    if marked and not with_marks:
        raise CourseError(
            f"there are marks of {some(marked)}; --with-marks takes them out all the same, "
            "and deletes these"
        )
    for one in dict.fromkeys(ids):
        gradebook.remove_student(one)


def enter(gradebook: Gradebook, members: Sequence[Member]) -> Entered:
    """Put members into the gradebook; nobody is taken out of it.

    What a list does not have of somebody stays as it was.
    """
    before = {one.id: member_of(one) for one in gradebook.students}
    for member in members:
        fields = {
            "first_name": member.first_name,
            "last_name": member.last_name,
            "email": member.email,
            "lms_user_id": member.lms_id,
        }
        told = {field: value for field, value in fields.items() if value}
        gradebook.update_or_create_student(member.id, **told)
    after = {one.id: member_of(one) for one in gradebook.students}
    ids = {member.id for member in members}
    return Entered(
        tuple(member.id for member in members if member.id not in before),
        tuple(m.id for m in members if m.id in before and before[m.id] != after[m.id]),
        tuple(sorted(before.keys() - ids)),
    )


def member_of(student: object) -> Member:
    """The gradebook's student as a member."""
    fields = ("id", "first_name", "last_name", "email", "lms_user_id")
    return Member(*(str(getattr(student, field, None) or "") for field in fields))


def _is_canvas(table: Table) -> bool:
    return bool(table.find(["student"]) and table.find(["sis login id", "sis user id", "section"]))


def _students(table: Table, canvas: bool) -> tuple[list[Mapping[str, str]], tuple[str, ...]]:
    """The rows of students, and who is none by their role; empty roles say nothing."""
    if canvas:  # which has a line of points possible, and one for “Student, Test”
        column = table.need(["id"], "Canvas's ids")
        return [row for row in table.rows if row[column]], ()
    roles = table.find(ROLES)
    if roles is None:
        return list(table.rows), ()
    others = [row for row in table.rows if row[roles] and STUDENT not in row[roles].casefold()]
    rows = [row for row in table.rows if row not in others]
    if not rows:
        there = in_one_line(", ".join(dict.fromkeys(row[roles] for row in others)))
        raise CourseError(
            f"{table.path}: nobody is a “Student” in the column {roles}, but {there}; leave that "
            "column out if these are students"
        )
    left_out = []
    for row in others:
        one = _member(row, table, table.columns[0], canvas)
        left_out.append(f"{one.name or one.email or one.id} ({row[roles]})")
    return rows, tuple(left_out)


def _id_column(table: Table, rows: Sequence[Mapping[str, str]], canvas: bool) -> str:
    """The column in which most have an id; addresses, which all have, where nobody has one."""
    names = [name for name in IDS if not (canvas and name == "student")]
    for several in (names, EMAIL):
        columns = [column for name in several if (column := table.find([name]))]
        filled = {column: sum(bool(row[column]) for row in rows) for column in columns}
        if any(filled.values()):
            return max(filled, key=lambda column: filled[column])  # of equals the most telling
    return table.need(IDS[1:], "ids")


def _marks_of(member: Member) -> set[str]:
    """What nobody else has, besides the id."""
    numbers = {f"number {member.lms_id}"} if member.lms_id else set()
    return numbers | ({member.email.casefold()} if member.email else set())


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
