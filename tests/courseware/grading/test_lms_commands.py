"""A class from its list to marks and pages, by the commands."""

import csv
import shutil
import zipfile
from dataclasses import replace

import pytest
from nbgrader.api import Gradebook

from courseware.grading.changed import changed_marks, marks_of_now
from courseware.grading.course import open_course, open_exercise
from courseware.grading.lms.commands import _known
from courseware.grading.lms.record import read_known, record_file, write_known
from courseware.grading.lms.roster import Member
from courseware.grading.named import CourseError
from tests.courseware.grading import toy

COURSE = "courseware.grading.cli"
LIST = "First name,Last name,ID number,Email address\nAda,Bell,ada,a@x\nBob,Coe,bob,b@x\n"
WORKSHEET = """Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade
Participant 11,Ada Bell,ada,a@x,Submitted,,14.00
Participant 12,Bob Coe,bob,b@x,No submission,,14.00
"""
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,01_toy (77),Current Score
    Points Possible,,,,,7,
"Bell, Ada",321,,ada,S,,
"Dee, Eve",329,,eve,S,,
"""


def rows(path):
    encoding = "utf-8-sig" if path.name == "marks_csv.csv" else "utf-8"
    with path.open(newline="", encoding=encoding) as file:
        return list(csv.reader(file))


@pytest.fixture(scope="module")
def collected(released_course, tmp_path_factory):
    """Ada's hand-in came in Moodle's archive and is graded; Bob handed nothing in."""
    root = tmp_path_factory.mktemp("lms") / "course"
    course = replace(released_course, root=shutil.copytree(released_course.root, root))
    (root / "list.csv").write_text(LIST)
    with zipfile.ZipFile(root / "all.zip", "w") as archive:
        good = toy.as_bytes(toy.solved(root))
        archive.writestr("Ada Bell_11_assignsubmission_file_/toy.ipynb", good)
        archive.writestr("Zed Nobody_19_assignsubmission_file_/toy.ipynb", good)
    said = [
        course.run(COURSE, "roster", "list.csv"),
        course.run(COURSE, "collect", toy.EXERCISE, "all.zip"),
        course.run(COURSE, "grade", toy.EXERCISE),
    ]
    return course, said


def test_each_step_says_what_it_did(collected):
    _, (roster, collect, grade) = collected
    assert roster.stdout.startswith("2 students: 2 new")
    assert collect.returncode == 1
    assert "ada" in collect.stdout and "Bell, Ada" in collect.stdout
    assert "nobody in the roster is 'Zed Nobody'" in collect.stdout
    assert "Nothing of: bob (Coe, Bob)" in collect.stdout
    assert grade.returncode == 0 and "1 of 1 hand-ins graded" in grade.stdout


def test_a_time_of_files_that_is_that_of_collecting_is_warned_of(collected):
    course, (_, collect, _) = collected
    assert "c.Intake.arrival" not in collect.stderr
    settings = course.root / "nbgrader_config.py"
    before = settings.read_text()
    settings.write_text(f"{before}\nc.Intake.arrival = 'modified'\n")
    again = course.run(COURSE, "collect", toy.EXERCISE, "all.zip", "--dry-run")
    settings.write_text(before)
    assert "counts as handed in now" in again.stderr and "c.Late.came" in again.stderr


def test_marks_that_are_not_complete_stay_empty_and_are_named(collected):
    course, _ = collected
    result = course.run(COURSE, "export")
    assert f"{toy.EXERCISE}, to be marked by hand: ada" in result.stdout
    assert f"{toy.EXERCISE}, no hand-in: bob" in result.stdout
    table = rows(course.root / "build" / "marks_csv.csv")
    assert [row[4] for row in table] == [toy.EXERCISE, "", ""]


@pytest.fixture
def marked(collected):
    course, _ = collected
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        grade = gradebook.find_grade("why", toy.EXERCISE, toy.EXERCISE, "ada")
        grade.manual_score, grade.needs_manual_grade = 0.5, False
        gradebook.db.commit()
    return course


def test_moodle_and_canvas_take_the_marks(marked):
    assert marked.run(COURSE, "export", "--moodle", "--digits", "2").returncode == 0
    assert rows(marked.root / "build" / "marks_moodle.csv")[1] == [
        "ada",
        "Ada",
        "Bell",
        "a@x",
        "6.50",
    ]

    (marked.root / "list2.csv").write_text(LIST.replace("bob,b@x", ",bob@x"))
    assert "e-mail address: bob" in marked.run(COURSE, "roster", "list2.csv").stdout
    marked.run(COURSE, "export", "--moodle")
    ids = [row[0] for row in rows(marked.root / "build" / "marks_moodle.csv")]
    assert ids == ["idnumber", "ada", ""]  # Moodle has no such number of his

    (marked.root / "work.csv").write_text(WORKSHEET)
    marked.run(COURSE, "export", toy.EXERCISE, "--worksheet", "work.csv", "--out", "full.csv")
    assert [row[5] for row in rows(marked.root / "full.csv")] == ["Grade", "13.0", ""]

    (marked.root / "canvas.csv").write_text(CANVAS)
    result = marked.run(COURSE, "export", "--canvas", "canvas.csv", "--out", "c.csv")
    assert "In that file and not in the gradebook: Dee, Eve" in result.stdout
    head, possible, ada = rows(marked.root / "c.csv")
    assert (head[-1], possible[-1], ada[-1]) == ("01_toy (77)", "7", "6.5")

    (marked.root / "canvas.csv").write_text(CANVAS.replace("01_toy", "Homework 1"))
    command = (COURSE, "export", "1", "--canvas", "canvas.csv", "--out", "c.csv")
    result = marked.run(*command)
    assert result.returncode == 2 and "--column says how the assignment" in result.stderr
    assert marked.run(*command, "--column", "homework 1").returncode == 0
    assert [row[-1] for row in rows(marked.root / "c.csv")] == ["Homework 1 (77)", "7", "6.5"]


def test_who_handed_in_and_is_not_graded_yet_is_not_said_to_have_handed_in_nothing(marked):
    toy.hand_in(marked.root, "bob", toy.solved(marked.root))
    (marked.root / "work.csv").write_text(WORKSHEET)
    told = marked.run(COURSE, "export", "1", "--worksheet", "work.csv").stdout
    assert f"{toy.EXERCISE}, handed in, and not graded yet: bob" in told
    assert told.endswith(f"2 students, {toy.EXERCISE}: {marked.root}/build/marks_worksheet.csv\n")
    for command in ("report", "1", "--items"), ("similar", "1"):
        told = marked.run(COURSE, *command).stdout
        assert f"{toy.EXERCISE}: left out, as they are not graded yet: bob\n" in told
    shutil.rmtree(marked.root / "submitted" / "bob")


def test_pages_go_back_to_where_the_hand_in_came_from(marked):
    course = marked
    result = course.run(COURSE, "return", toy.EXERCISE)
    assert result.stdout.startswith("Pages from before marks that are in the gradebook: ada\n")
    assert course.run(COURSE, "grade", toy.EXERCISE).returncode == 0
    result = course.run(COURSE, "return", toy.EXERCISE)
    assert result.stdout.startswith("1 pages of 1 students")
    with zipfile.ZipFile(course.root / "build" / f"feedback_{toy.EXERCISE}.zip") as archive:
        assert archive.namelist() == [f"Ada Bell_11_assignsubmission_file_/{toy.EXERCISE}.html"]


def test_what_cannot_be_done_is_told_in_one_line(collected):
    course, _ = collected
    for command, told in [
        (["collect", toy.EXERCISE, "none.zip"], "none.zip is not there"),
        (["roster", "none.csv"], "none.csv is not there"),
        (["collect", toy.EXERCISE, "all.zip", "--is", "7=zed"], "NUMBER=ID, with an id of"),
        (["roster"], "a list, or --remove"),
        (["roster", "--remove", "ada"], "there are marks of ada"),
        (["export", "02_none"], "not graded: 02_none"),
        (["export", "--worksheet", "list.csv"], "no column for grades"),
    ]:
        result = course.run(COURSE, *command)
        assert result.returncode == 2
        assert told in result.stderr.splitlines()[-1]


def test_whose_marks_are_others_than_before_is_said(collected):
    course, (*_, first) = collected
    assert "Other marks than before" not in first.stdout
    api = open_course(course.root)
    exercise = open_exercise(api, toy.EXERCISE)
    before = marks_of_now(exercise)
    assert before.keys() == {"ada"} and changed_marks(exercise, before) == []
    told = f"ada (Bell, Ada): 99 before, {before['ada']:g} now"
    assert changed_marks(exercise, {"ada": 99.0}) == [told]
    toy.hand_in(course.root, "ada", toy.with_cell(toy.solved(course.root), "cube", "cube = 1"))
    said = course.run(COURSE, "grade", toy.EXERCISE).stdout
    assert f"ada (Bell, Ada): {before['ada']:g} before, {before['ada'] - 2:g} now" in said


def test_whose_a_folder_is_need_be_said_once():
    class_of_two = [Member("ada"), Member("bob")]
    assert _known(["7=ada"], class_of_two, {"8": "bob", "9": "gone"}) == {"7": "ada", "8": "bob"}
    assert _known(["7=ada"], class_of_two, {"8": "ada"}) == {"7": "ada"}
    with pytest.raises(CourseError, match="ada cannot be both 7 and 8"):
        _known(["7=ada", "8=ada"], class_of_two, {})


def test_answers_to_whose_it_is_are_kept(collected):
    course, _ = collected
    said = course.run(COURSE, "collect", toy.EXERCISE, "all.zip", "--is", "19=bob", "--dry-run")
    assert said.returncode == 0
    assert read_known(course.root, toy.EXERCISE) == {}  # nothing was done
    write_known(course.root, toy.EXERCISE, {"19": "bob"})
    said = course.run(COURSE, "collect", toy.EXERCISE, "all.zip", "--dry-run")
    assert said.returncode == 0 and "0 files not placed" in said.stdout
    record_file(course.root, toy.EXERCISE).with_name(f"{toy.EXERCISE}.is.json").unlink()


def test_the_report_names_who_came_late(collected):
    course, _ = collected
    record = course.root / "collected" / f"{toy.EXERCISE}.json"
    record.write_text(record.read_text().replace('"late": ""', '"late": "late"'))
    result = course.run(COURSE, "report", toy.EXERCISE)
    assert "Late, as the system says that they were collected from: ada" in result.stdout
