"""Lists of students as Moodle and Canvas export them, and as people write them."""

from dataclasses import replace

import pytest
from nbgrader.api import Gradebook

from courseware.grading.lms.roster import (
    Member,
    check_for_other_ids,
    enter,
    member_of,
    read_roster,
    remove,
)
from courseware.grading.named import CourseError

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
    assert list(read_roster(file(MOODLE)).members) == [
        Member("s001", "Ann", "Van der Doe", "ann@school.example"),
        Member("s002", "小明", "王", "ming@school.example"),
    ]


def test_who_has_no_id_number_is_known_by_the_address_and_nobody_else_is(file):
    read = read_roster(file(MOODLE.replace("s002", "")))
    assert [member.id for member in read.members] == ["s001", "ming"]
    assert (read.column, read.by_address) == ("ID number", ("ming",))


def test_without_id_numbers_all_are_known_by_the_address(file):
    read = read_roster(file(MOODLE.replace("s002", "").replace("s001", "")))
    assert [member.id for member in read.members] == ["ann", "ming"]
    assert (read.column, read.by_address) == ("Email address", ())


def test_one_row_with_an_id_number_does_not_change_the_ids_of_others(file):
    read = read_roster(file("ID number,Username,First name,Last name\n7,ann,A,D\n,bob,B,D\n"))
    assert [member.id for member in read.members] == ["ann", "bob"]


IN_OTHER_LANGUAGES = [
    "Vorname;Nachname;ID-Nummer;E-Mail-Adresse\nAnn;Doe;s001;ann@x\n",
    "名字,姓氏,學號,電子郵件信箱\nAnn,Doe,s001,ann@x\n",
    "Tên,Họ,Số ID,Địa chỉ email\nAnn,Doe,s001,ann@x\n",
]


@pytest.mark.parametrize("text", IN_OTHER_LANGUAGES, ids=["de", "zh_tw", "vi"])
def test_moodle_in_other_languages(file, text):
    read = read_roster(file(text))
    assert read.members == (Member("s001", "Ann", "Doe", "ann@x"),)
    assert read.lacking == ()


def test_columns_that_nobody_knows_are_told(file):
    read = read_roster(file("Nombre,Correo,ID number\nAnn,ann@x,s001\n"))
    assert read.lacking == ("names", "e-mail addresses")


def test_user_names_and_parts_of_addresses_are_no_id_numbers(file):
    assert read_roster(file(MOODLE)).no_numbers == set()
    assert read_roster(file(MOODLE.replace("s002", ""))).no_numbers == {"ming"}
    nobody = file(MOODLE.replace("s002", "").replace("s001", ""))
    assert read_roster(nobody).no_numbers == {"ann", "ming"}
    assert read_roster(file("Username,First name\nann,Ann\n")).no_numbers == {"ann"}


ROLES = """First name,Last name,ID number,Email address,Roles
Ann,Doe,s001,ann@x,Student
Tea,Cher,,tea@x,Teacher
Tom,Two,s003,tom@x,"Student, Non-editing teacher"
"""


def test_who_is_no_student_is_left_out_and_named(file):
    read = read_roster(file(ROLES))
    assert [member.id for member in read.members] == ["s001", "s003"]
    assert read.left_out == ("Cher, Tea (Teacher)",)


def test_canvas(file):
    assert list(read_roster(file(CANVAS)).members) == [
        Member("ann", "Ann", "Doe", "", "321"),
        Member("ming", "小明", "王", "", "322"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_any_file(file, encoding):
    assert read_roster(file(PLAIN, encoding)).members == (Member("ann", "Ann", "Doe"),)


def test_a_column_can_be_named(file):
    read = read_roster(file(MOODLE), "Email address")
    assert [one.id for one in read.members] == ["ann", "ming"]


def test_a_column_that_was_asked_for_is_not_replaced_for_anybody(file):
    with pytest.raises(CourseError, match="王, 小明 has no ID number"):
        read_roster(file(MOODLE.replace("s002", "")), "ID number")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("student\n", "expected a line of headings"),
        ("colour\nred\n", "no column for ids"),
        ("student\n../etc\n", "cannot be an id"),
        ("student\n*\n", "cannot be an id"),
        ("# On pruning, and more\nOf masks, of rows, and of columns\n", "no CSV table: 2 headings"),
        ("student,roles\na,Teacher\n", "nobody is a “Student” in the column roles, but Teacher"),
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


def test_what_a_list_does_not_have_stays_in_the_gradebook(course):
    whole = Member("ann", "Ann", "Doe", "ann@x", "7")
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        enter(gradebook, [whole])
        assert enter(gradebook, [Member("ann")]).changed == ()
        assert member_of(gradebook.find_student("ann")) == whole
        assert enter(gradebook, [Member("ann", "Anne")]).changed == ("ann",)
        assert member_of(gradebook.find_student("ann")) == replace(whole, first_name="Anne")


@pytest.mark.parametrize(
    "again", [Member("ann", email="Ann@x"), Member("ann", lms_id="7")], ids=["address", "number"]
)
def test_nobody_is_entered_under_a_second_id(course, again):
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        enter(gradebook, [Member("s001", "Ann", "Doe", "ann@x", "7"), Member("s002")])
        check_for_other_ids(gradebook, [Member("s001", email="ann@x"), Member("s003")])
        with pytest.raises(CourseError, match=r"another id: s001 \(here ann\); name the column"):
            check_for_other_ids(gradebook, [Member("s002"), again])


def test_students_are_taken_out_and_with_marks_only_where_that_is_said(course):
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        enter(gradebook, [Member("ann"), Member("bob"), Member("eve")])
        gradebook.add_assignment("x")
        gradebook.add_submission("x", "ann")
        for ids, told in ((["bob", "zed"], "gradebook: zed"), (["bob", "ann"], "marks of ann")):
            with pytest.raises(CourseError, match=told):
                remove(gradebook, ids)
        assert len(gradebook.students) == 3
        remove(gradebook, ["bob"])
        remove(gradebook, ["ann"], with_marks=True)
        assert [one.id for one in gradebook.students] == ["eve"]
