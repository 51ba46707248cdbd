"""The `course` command: mistakes, Ctrl-C, going on, grading again."""

from __future__ import annotations

import argparse
import contextlib
import errno
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from courseware.checks.follow import Policy
from courseware.grading import commands
from courseware.grading.checks_version import judged_by
from courseware.grading.cli import main
from courseware.grading.named import CourseError, look, source_directory
from tests.courseware.grading import toy
from tests.courseware.grading.conftest import Course

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
COURSE = "courseware.grading.cli"
GRADE = (COURSE, "grade", toy.EXERCISE, "--workers", "1")
ENDLESS = "while True:\n    pass"


def modified(course: Course, student: str) -> int:
    """When the graded notebook was written."""
    path = course.root / "autograded" / student / toy.EXERCISE / f"{toy.EXERCISE}.ipynb"
    return path.stat().st_mtime_ns


def graded_by_older_checks(course: Course, student: str) -> None:
    """Make a graded notebook look as if a change in the checks had come after it."""
    path = course.root / "autograded" / student / toy.EXERCISE / f"{toy.EXERCISE}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert notebook["metadata"]["courseware"]["checks"] == judged_by(toy.EXERCISE, Policy())
    notebook["metadata"]["courseware"]["checks"] = "before"
    path.chmod(0o644)
    path.write_text(json.dumps(notebook), encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["grade"], "the following arguments are required: EXERCISE"),
        (["grade", "02_nothing"], "no exercise '02_nothing' in solutions/; there are: 01_toy"),
        (["grade", "01_tyo"], "there are: 01_toy; did you mean 01_toy?"),
        (["grade", "01_toy"], "nothing was handed in"),
        (["report", "01_toy", "--course-dir", "/"], "/ is not a course folder"),
        (["report", "01_toy", "--students", "eve"], "no hand-in to 01_toy by eve"),
        (["prove", "01_toy", "02_nothing"], "no exercise '02_nothing' in solutions/"),
        (["doctor", "--course-dir", "gone"], "gone is not a course folder"),
        (["roster", "list.csv"], "list.csv is not there"),
        (["collect", "1", "moodle.zip"], "moodle.zip is not there"),
        (["export", "--canvas", "exported.csv"], "exported.csv is not there"),
        (["move", "sqlite:////proc/none/x.db"], "the gradebook sqlite:////proc/none/x.db cannot"),
    ],
)
def test_mistakes_are_told_in_one_line(
    released_course: Course,
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(released_course.root)
    monkeypatch.setattr(os, "environ", {**os.environ})  # `move` sets the gradebook in it
    try:
        code = main(arguments)
    except SystemExit as stopped:  # argparse
        code = stopped.code
    assert code == 2
    assert message in capsys.readouterr().err.splitlines()[-1]


NAMES_THAT_ARE_NONE = (
    ("grade", "02_nothing"),
    ("grade", "1", "--students", "eve"),
    ("collect", "1", "moodle.zip"),
    ("report", "1", "--course-dir", "gone"),
)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("", True),
        ("c = get_config()\nc.Late.per_day = 10\n", True),
        ('load_subconfig("more.py")', False),
        ('c.CourseDirectory.source_directory = "elsewhere"', False),
    ],
)
def test_a_class_with_settings_of_its_own_is_told_a_wrong_name_at_once_too(
    tmp_path, settings, told
):
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    (tmp_path / "solutions" / "01_toy").mkdir(parents=True)
    (tmp_path / "class_settings.py").write_text(settings)
    asked = argparse.Namespace(course_dir=tmp_path, command="grade", exercise="02_nothing")
    with pytest.raises(CourseError) if told else contextlib.nullcontext():
        look(asked)


@pytest.mark.parametrize("arguments", NAMES_THAT_ARE_NONE, ids=" ".join)
def test_a_name_that_is_none_is_told_before_anything_heavy_is_loaded(
    arguments: tuple[str, ...], released_course: Course
) -> None:
    program = (
        "import sys; from courseware.grading.cli import main; code = main(sys.argv[1:]); "
        "sys.exit(code + 10 * len({'torch', 'nbgrader', 'sqlalchemy'} & {*sys.modules}))"
    )
    command = [sys.executable, "-c", program, *arguments]
    told = subprocess.run(command, cwd=released_course.root, capture_output=True, text=True)
    assert told.returncode == 2, told.stderr
    assert len(told.stderr.splitlines()) == 1 and told.stderr.startswith("course: error: ")


def test_where_the_folder_has_gone_one_line_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (gone := tmp_path / "gone").mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert main(["grade", "01_toy"]) == 2
    told = "course: error: the folder that you are in is gone: cd into the course's\n"
    assert capsys.readouterr().err == told


@pytest.mark.parametrize(
    ("config", "directory"),
    [
        ("", "source"),
        ("c.CourseDirectory.source_directory = 'mine'", "mine"),
        ("c.CourseDirectory.source_directory = name", None),
        ("if x:\n    c.CourseDirectory.source_directory = 'mine'", None),
        ("c.A.source_directory = 'a'\nc.A.source_directory = 'b'", None),
        ("load_subconfig('more.py')", None),
        ("c.CourseDirectory.directory_structure = 'x'", None),
        ("this is no Python", None),
    ],
)
def test_the_folder_of_the_exercises_is_told_only_where_it_is_sure(
    config: str, directory: str | None
) -> None:
    assert source_directory(config.encode()) == directory


def test_interrupted_and_continued(course: Course) -> None:
    good = toy.solved(course.root)
    toy.hand_in(course.root, "ada", good)
    toy.hand_in(course.root, "bob", toy.with_cell(good, "square", ENDLESS))
    command = [sys.executable, "-m", COURSE, "grade", toy.EXERCISE, "--workers", "2"]
    process = subprocess.Popen(
        command, cwd=course.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    # The page is there before the mark is: only the progress bar tells that a hand-in is done.
    seen = ""
    while "1/2" not in seen:
        seen += (one := process.stderr.read(1))
        assert one, seen
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate()
    assert process.returncode == 1
    assert "interrupted, 1 left" in errors
    assert "1 of 2 hand-ins graded" in output
    assert course.scores("ada")["test_square"] == 4.0
    assert not (course.root / "autograded" / "bob").exists()

    before = modified(course, "ada")
    toy.hand_in(course.root, "bob", good)
    result = course.run(COURSE, "grade", toy.EXERCISE)
    assert result.returncode == 0, result.stderr
    assert "2 of 2 hand-ins graded" in result.stdout
    assert modified(course, "ada") == before


def test_after_an_interrupted_force_it_is_said_who_is_left() -> None:
    options = argparse.Namespace(exercise="01_toy", force=True)
    assert commands.how_to_go_on(options, ["ann", "b o"]) == (
        "2 left as they were: course grade 01_toy --force --students ann 'b o'"
    )
    options = argparse.Namespace(exercise="01_toy", force=False)
    assert commands.how_to_go_on(options, ["ann"]) == "1 left: the same command goes on"


def test_a_full_disk_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(options: argparse.Namespace) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", "gradebook.db")

    monkeypatch.setitem(commands.COMMANDS, "report", full)
    assert main(["report", "02_integer_scaling"]) == 2
    assert capsys.readouterr().err == (
        "course: error: No space left on device for gradebook.db; make room: the same command "
        "goes on, and marks that are in the gradebook are kept\n"
    )


def test_a_reader_that_has_seen_enough_gets_no_traceback() -> None:
    program = (
        "import sys\nfrom courseware.grading import cli, commands\n"
        "commands.COMMANDS['report'] = lambda options: print('x\\n' * 100_000) or 0\n"
        "sys.exit(cli.main(['report', '02_integer_scaling']))"
    )
    command = f"{shlex.quote(sys.executable)} -c {shlex.quote(program)} | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("x\n", "")


def test_what_is_graded_again(course: Course) -> None:
    good = toy.solved(course.root)
    for student in ("ada", "bob"):
        toy.hand_in(course.root, student, good)
    assert course.run(*GRADE).returncode == 0
    first = modified(course, "ada"), modified(course, "bob")

    toy.hand_in(course.root, "ada", toy.with_cell(good, "square", "def square(x):\n    return 0"))
    (course.root / "submitted" / "cem" / toy.EXERCISE).mkdir(parents=True)
    misnamed = toy.hand_in(course.root, "dan", good) / f"{toy.EXERCISE}.ipynb"
    misnamed.rename(misnamed.with_name("homework.ipynb"))
    toy.hand_in(course.root, "e[v]e", good)
    toy.hand_in(course.root, "fay", json.dumps({"cells": [{"source": "1"}]}).encode())
    result = course.run(*GRADE, "--csv", "out/table.csv")
    assert result.returncode == 1
    assert course.scores("ada")["test_square"] == 0.0
    assert modified(course, "ada") > first[0] and modified(course, "bob") == first[1]
    assert "cem: no file 01_toy.ipynb was handed in, but no notebook" in result.stdout
    assert "dan: no file 01_toy.ipynb was handed in, but homework.ipynb" in result.stdout
    assert "e[v]e: nbgrader takes * ? [ in the name" in result.stdout
    assert "fay: no cell could be recognised" in result.stdout
    assert (course.root / "out" / "table.csv").is_file()

    table = ("--csv", "out/table.csv")
    before = (course.root / "out" / "table.csv").read_text(encoding="utf-8").splitlines()
    result = course.run(*GRADE, "--force", "--students", "bob", *table)
    assert result.returncode == 0
    assert modified(course, "bob") > first[1]
    after = (course.root / "out" / "table.csv").read_text(encoding="utf-8").splitlines()
    assert after == before  # all of the class, though one was graded

    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        gradebook.add_student("zoe", first_name="Zoe", last_name="Zuse")
    listed = course.run(COURSE, "report", toy.EXERCISE)
    assert re.search(r"^zoe +Zuse, Zoe .* no hand-in$", listed.stdout, re.MULTILINE)

    graded_by_older_checks(course, "ada")
    why = "why", "01_toy", toy.EXERCISE, "ada"
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        gradebook.find_grade(*why).manual_score = 0.5
        gradebook.find_grade(*why).needs_manual_grade = False
        gradebook.db.commit()
    first = modified(course, "ada"), modified(course, "bob")
    kept = course.run(*GRADE, "--students", "ada", "bob")
    assert (modified(course, "ada"), modified(course, "bob")) == first
    assert "Graded under older checks: 1 (course grade 01_toy --regrade" in kept.stdout
    regraded = course.run(*GRADE, "--regrade", "--students", "ada", "bob")
    assert modified(course, "ada") > first[0] and modified(course, "bob") == first[1]
    assert "older checks" not in regraded.stdout
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        assert not gradebook.find_grade(*why).needs_manual_grade  # the same answer, the same mark


def test_a_fresh_copy_of_the_course_needs_no_other_command(tmp_path: Path) -> None:
    course = Course(toy.make_course(tmp_path))
    toy.hand_in(course.root, "ada", toy.source_notebook())
    not_yet = course.run(COURSE, "report", toy.EXERCISE)
    assert not_yet.returncode == 2 and "run `course grade 01_toy`" in not_yet.stderr
    assert not (course.root / "gradebook.db").exists()
    result = course.run_cold(COURSE, "grade", toy.EXERCISE)
    assert result.returncode == 0, result.stdout
    assert "Entered 01_toy into the gradebook." in result.stdout
    assert course.scores("ada")["test_square"] == 4.0
    assert not (course.root / "exercises").exists()
    secret = course.root / "class_secret.txt"
    assert len(secret.read_text(encoding="utf-8")) > 30
    for private in (secret, course.root / "gradebook.db"):
        assert private.stat().st_mode & 0o077 == 0
