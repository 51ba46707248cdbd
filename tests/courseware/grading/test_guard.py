"""nbgrader's own commands and API see copies of hand-ins alone, whatever lies in `submitted/`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from traitlets.config import Config

from courseware.grading.arrival import NOBODY_IS_LATE
from courseware.grading.course import open_course, open_exercise
from courseware.grading.named import CourseError
from tests.courseware.grading import toy
from tests.courseware.grading.conftest import Course

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning"),
]

FILE = f"{toy.EXERCISE}.ipynb"
DUE = datetime(2020, 1, 1)


@pytest.fixture(scope="module")
def odd(released_course: Course, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A class of odd hand-ins after `nbgrader autograde` and `generate_feedback` for all."""
    root = tmp_path_factory.mktemp("odd") / "course"
    course = Course(shutil.copytree(released_course.root, root))
    good, submitted = toy.solved(root), root / "submitted"
    (root / "class_secret.txt").write_text("the-secret-of-the-class\n", encoding="utf-8")
    toy.hand_in(root, "honest", good)
    toy.hand_in(root, "honest ", toy.released(root))
    toy.hand_in(root, "*", good)
    (submitted / "link").symlink_to("honest")
    kept = toy.hand_in(root, "kept", good)
    (kept / "submission_secret.txt").symlink_to(root / "class_secret.txt")
    (kept / "gradebook.db").symlink_to(root / "gradebook.db")
    waits = toy.hand_in(root, "waits", good)
    os.mkfifo(waits / "timestamp.txt")
    (waits / "endless").symlink_to("/dev/zero")
    os.mkdir(os.fsencode(submitted) + b"/caf\xe9")
    shutil.copytree(submitted / "honest" / toy.EXERCISE, submitted / "caf\udce9" / toy.EXERCISE)
    (toy.hand_in(root, "text", good) / FILE).rename(submitted / "text" / toy.EXERCISE / "a.txt")
    with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
        gradebook.update_or_create_assignment(toy.EXERCISE, duedate=DUE)
    for command, code in ((("autograde", toy.EXERCISE), 1), (("generate_feedback", "01_toy"), 0)):
        done = course.run("nbgrader", *command)
        assert done.returncode == code, done.stderr
        with (root / "log").open("a", encoding="utf-8") as log:
            log.write(done.stderr)
    return course


def test_who_can_be_graded_is(odd: Course) -> None:
    for student in ("honest", "kept", "waits"):
        assert odd.scores(student) == {"test_square": 4.0, "test_cube": 2.0, "why": None}
    there = {path.name for path in (odd.root / "autograded").iterdir()}
    assert there == {"honest", "kept", "waits"}


def test_who_cannot_is_named(odd: Course) -> None:
    log = (odd.root / "log").read_text(encoding="utf-8")
    for student, reason in {
        r"honest\x20": "a blank at the end",
        "*": "takes * ? [ in the name of a folder for a pattern",
        "link": "link is a link, where a folder",
        r"caf\xe9": "not in UTF-8",
        "text": "no file 01_toy.ipynb was handed in, but a.txt",
    }.items():
        [line] = [line for line in log.splitlines() if f" {student}/01_toy is not graded" in line]
        assert reason in line
    assert NOBODY_IS_LATE in log


@pytest.mark.parametrize("way", ["nbgrader autograde", "courseware.grading.cli grade"])
def test_marks_that_a_refusal_takes_come_back_when_the_reason_is_gone(
    course: Course, way: str
) -> None:
    notebook = toy.hand_in(course.root, "ada", toy.solved(course.root)) / FILE
    full = {"test_square": 4.0, "test_cube": 2.0, "why": None}
    assert course.run(*way.split(), toy.EXERCISE).returncode == 0
    other_name = course.root / "elsewhere"
    os.link(notebook, other_name)
    assert course.run(*way.split(), toy.EXERCISE).returncode == 1
    assert set(course.scores("ada").values()) == {None}
    other_name.unlink()
    assert course.run(*way.split(), toy.EXERCISE).returncode == 0
    assert course.scores("ada") == full


def test_nothing_travels(odd: Course) -> None:
    graded = {path.name for path in (odd.root / "autograded").glob("*/*/*")}
    assert graded == {FILE, "data.txt"}
    pages = [path for path in (odd.root / "feedback").rglob("*") if path.is_file()]
    assert {path.suffix for path in pages} == {".html"} and len(pages) == 3
    assert not any("the-secret-of-the-class" in page.read_text("utf-8") for page in pages)


def test_formgraders_lists_neither_wait_nor_fail(odd: Course) -> None:
    api = open_course(odd.root)
    there = {"honest", r"honest\x20", "*", "link", "kept", "waits", r"caf\xe9", "text"}
    assert api.get_submitted_students(toy.EXERCISE) == there
    assert api.get_submitted_students("*") == there
    assert api.get_autograded_students(toy.EXERCISE) == {"honest", "kept", "waits"}
    assert {one["student"] for one in api.get_submissions(toy.EXERCISE)} == there
    assert {api.get_submitted_timestamp(toy.EXERCISE, student) for student in there} == {None}
    refused = api.autograde(toy.EXERCISE, r"honest\x20")
    assert not refused["success"] and "a blank at the end" in refused["log"]
    nobody = api.autograde(toy.EXERCISE, "nobody")
    assert "nothing was handed in by nobody to 01_toy" in nobody["error"]


@pytest.mark.parametrize(("way", "late"), [("unknown", False), ("modified", True)])
def test_a_time_stamp_of_ones_own_makes_nobody_be_on_time(
    course: Course, way: str, late: bool
) -> None:
    folder = toy.hand_in(course.root, "ada", b"{}")
    (folder / "timestamp.txt").write_text("2001-01-01 00:00:00 UTC", encoding="ascii")
    moment = (DUE + timedelta(days=2)).timestamp()
    os.utime(folder / FILE, (moment, moment))
    api = open_course(course.root)
    api.config.Intake.arrival = way
    database = f"sqlite:///{course.root}/gradebook.db"
    with Gradebook(database) as gradebook:
        gradebook.update_or_create_assignment(toy.EXERCISE, duedate=DUE)
    assert api.autograde(toy.EXERCISE, "ada")["success"]
    with Gradebook(database) as gradebook:
        submission = gradebook.find_submission(toy.EXERCISE, "ada")
        assert (submission.total_seconds_late > 0) == late
        assert api.get_submitted_timestamp(toy.EXERCISE, "ada") == submission.timestamp
        gradebook.update_or_create_submission(toy.EXERCISE, "ada", timestamp=datetime(2001, 1, 1))
    api.autograde(toy.EXERCISE, "ada")
    with Gradebook(database) as gradebook:
        left = gradebook.find_submission(toy.EXERCISE, "ada").timestamp
        assert left != datetime(2001, 1, 1)
    exercise = open_exercise(api, toy.EXERCISE)
    assert exercise.untimed(["ada"]) == ([] if late else ["ada"])
    api.config.Late.came = {toy.EXERCISE: {"bob": "2026-01-01 10:00 Z"}}
    untimed = open_exercise(api, toy.EXERCISE).untimed(["ada", "bob"])
    assert untimed == ([] if late else ["ada"])


def test_a_hand_in_is_not_validated(course: Course, tmp_path: Path) -> None:
    """It would run outside of the sandbox, whatever way leads to it."""
    trace = tmp_path / "trace"
    cell = f"open({str(trace)!r}, 'w').close()\ndef square(x):\n    return x * x"
    folder = toy.hand_in(course.root, "ada", toy.with_cell(toy.solved(course.root), "square", cell))
    (course.root / "elsewhere").symlink_to(folder)
    for path in (folder / FILE, Path("submitted/*/*") / FILE, Path("elsewhere") / FILE):
        done = course.run("nbgrader", "validate", str(path))
        assert done.returncode == 1 and "is a hand-in" in done.stderr
    assert not trace.exists()


def test_settings_that_cannot_be(course: Course) -> None:
    toy.hand_in(course.root, "ada", b"{}")
    api = open_course(course.root)
    api.config.Intake.arrival = "tomorrow"
    reason = "c.Intake.arrival must be one of unknown, timestamp, modified, not 'tomorrow'"
    assert reason in api.autograde(toy.EXERCISE, "ada")["error"]
    with pytest.raises(CourseError, match=r"c.Intake.arrival must be one of"):
        open_exercise(api, toy.EXERCISE).handed_in()
    api.config.Intake = Config()
    api.coursedir.directory_structure = "{nbgrader_step}/{assignment_id}/{student_id}"
    assert "directory_structure must be" in api.autograde(toy.EXERCISE, "ada")["error"]


def test_without_the_guard_nothing_is_graded(course: Course) -> None:
    toy.hand_in(course.root, "ada", b"{}")
    config = course.root / "nbgrader_config.py"
    text = config.read_text(encoding="utf-8").replace("    guard_nbgrader()", "    pass")
    config.write_text(text, encoding="utf-8")
    done = course.run("nbgrader", "autograde", toy.EXERCISE)
    assert done.returncode == 1
    assert "nbgrader_config.py must call courseware.grading.guard.guard_nbgrader()" in done.stderr


def test_where_no_solutions_are_no_code_for_grading_is_imported(tmp_path: Path) -> None:
    shutil.copy(toy.REPOSITORY / "nbgrader_config.py", tmp_path)
    code = (
        "import sys; from traitlets.config.loader import PyFileConfigLoader\n"
        f"PyFileConfigLoader('nbgrader_config.py', path={str(tmp_path)!r}).load_config()\n"
        "print([name for name in sys.modules if name.startswith('courseware')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
