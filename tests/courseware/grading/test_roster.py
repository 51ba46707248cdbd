"""Lists of students as Moodle and Canvas export them, and as people write them."""

import pytest
from nbgrader.api import Gradebook

from courseware.grading.course import CourseError
from courseware.grading.lms.roster import Member, enter, read_roster

MOODLE = """\ufeff"First name","Last name","ID number","Email address",Groups
Ann,"Van der Doe",s001,ann@school.example,"Group A"
"小明",王,s002,ming@school.example,
"""
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,01_toy (77)
    Points Possible,,,,,7
"Doe, Ann",321,u1,ann,Section 1,
"王, 小明",322,u2,ming,Section 1,
"Student, Test",,,,Section 1,
"""
PLAIN = "student;first name;last name\nann;Ann;Doe\n"


@pytest.fixture
def file(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "list.csv"
        path.write_text(text, encoding=encoding)
        return path

    return write


def test_moodle(file):
    assert read_roster(file(MOODLE)) == [
        Member("s001", "Ann", "Van der Doe", "ann@school.example"),
        Member("s002", "小明", "王", "ming@school.example"),
    ]


def test_moodle_without_id_numbers_takes_the_address(file):
    text = MOODLE.replace("s002", "")
    assert [member.id for member in read_roster(file(text))] == ["ann", "ming"]


def test_canvas(file):
    assert read_roster(file(CANVAS)) == [
        Member("ann", "Ann", "Doe", "", "321"),
        Member("ming", "小明", "王", "", "322"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_any_file(file, encoding):
    assert read_roster(file(PLAIN, encoding)) == [Member("ann", "Ann", "Doe")]


def test_a_column_can_be_named(file):
    assert [one.id for one in read_roster(file(MOODLE), "Email address")] == ["ann", "ming"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("student\n", "expected a line of headings"),
        ("colour\nred\n", "no column for ids"),
        ("student\n../etc\n", "cannot be an id"),
        ("student\n*\n", "cannot be an id"),
        ("student,name\na,Ann Doe\na,Bob Doe\n", "is there twice: a"),
    ],
)
def test_a_list_that_cannot_be_used_is_told_in_one_line(file, text, told):
    with pytest.raises(CourseError, match=told) as caught:
        read_roster(file(text))
    assert "\n" not in str(caught.value)


def test_the_gradebook_gains_and_loses_nobody(course):
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        enter(gradebook, [Member("ann", "Ann", "Doe"), Member("bob")])
        entered = enter(gradebook, [Member("ann", "Ann", "Roe"), Member("eve", lms_id="7")])
        assert (entered.added, entered.changed, entered.not_listed) == (
            ("eve",),
            ("ann",),
            ("bob",),
        )
        assert gradebook.find_student("ann").last_name == "Roe"
        assert len(gradebook.students) == 3
