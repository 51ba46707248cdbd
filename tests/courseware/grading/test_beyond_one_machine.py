"""Hand-ins on the workers of a Dask scheduler, the gradebook on a PostgreSQL server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from courseware.grading import moving
from courseware.grading.crew import DaskCrew
from courseware.grading.named import CourseError
from tests.courseware.grading import toy
from tests.courseware.grading.conftest import Course

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    # The warning is about nbgrader's own way of using its database.
    pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning"),
]
STUDENTS = 12
Scores = dict[str, dict[str, float | None]]


def wait_for(what: Callable[[], bool], running: subprocess.Popen[str] | None = None) -> None:
    """Until it is so; fails after a quarter of an hour, or when the process has ended before."""
    end = time.monotonic() + 900
    while not what():
        ended = running is not None and running.poll() is not None
        assert time.monotonic() < end and not ended, running and running.communicate()
        time.sleep(0.05)


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Path, Path]]:
    """The programs of PostgreSQL, and the folder of a server's socket file."""
    [programs] = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    as_user = []
    if os.getuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    data = str(folder / "data")
    make = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"]
    make += ["--locale=C", "--encoding=SQL_ASCII"]  # what a server in the C locale has
    subprocess.run([*as_user, *map(str, make)], check=True, capture_output=True, cwd="/")
    run = [programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses="]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([*as_user, *map(str, run)], stdout=log, stderr=log, cwd="/")
    ready = [str(programs / "pg_isready"), "-q", "-h", str(folder)]
    wait_for(lambda: subprocess.run(ready, check=False).returncode == 0)
    yield programs, folder
    process.terminate()
    process.wait()
    shutil.rmtree(folder)


@pytest.fixture
def database(server: tuple[Path, Path], request: pytest.FixtureRequest) -> str:
    """The URL of an empty database."""
    programs, folder = server
    name = request.node.name[:60]
    make = [programs / "createdb", "-h", folder, "-U", "postgres", name]
    subprocess.run([*map(str, make)], check=True)
    return f"postgresql://postgres@/{name}?host={folder}"


@contextmanager
def dask(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A scheduler or a worker."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler's address, and its two workers."""
    file = tmp_path / "scheduler.json"
    name = ["--scheduler-file", str(file), "--no-dashboard"]
    with ExitStack() as stack:
        stack.enter_context(dask("scheduler", "--port", "0", "--host", "127.0.0.1", *name))
        wait_for(file.exists)
        started = [
            stack.enter_context(dask("worker", "--no-nanny", "--nthreads", "1", *name))
            for _ in range(2)
        ]
        wait_for(lambda: bool(file.read_text()))
        address = str(json.loads(file.read_text())["address"])
        yield address, started


def hand_ins(root: Path) -> None:
    """Good ones, wrong ones, and two that are no notebooks."""
    good = toy.solved(root)
    for number in range(STUDENTS):
        wrong = toy.with_cell(good, "square", f"def square(x):\n    return {number}")
        toy.hand_in(root, f"student_{number:02}", good if number % 3 else wrong)
    toy.hand_in(root, "cut_off", toy.as_bytes(good)[:300])
    toy.hand_in(root, "empty", b"")


def scores(url: str) -> Scores:
    """All that was given, by student."""
    if url.startswith("postgresql"):
        url += "&client_encoding=utf8"
    with Gradebook(url) as gradebook:
        return {
            submission.student.id: {
                grade.name: grade.auto_score
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in gradebook.find_assignment(toy.EXERCISE).submissions
        }


def test_a_lost_worker_changes_no_mark(
    course: Course, database: str, workers: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    address, started = workers
    hand_ins(course.root)
    command = ["courseware.grading.cli", "grade", toy.EXERCISE]
    process = subprocess.Popen(
        [sys.executable, "-m", *command, "--scheduler", address, "--db", database],
        cwd=course.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    graded = course.root / "autograded"
    wait_for(lambda: graded.is_dir() and len(list(graded.iterdir())) >= 2, process)
    started[0].kill()
    output, _ = process.communicate(timeout=900)
    assert process.returncode == 0, output
    there = scores(database)
    assert there["student_01"] == {"test_square": 4.0, "test_cube": 2.0, "why": None}

    for processes in ("1", "3"):
        again = course.run(*command, "--force", "--workers", processes)
        assert again.returncode == 0, again.stderr
        assert scores(f"sqlite:///{course.root}/gradebook.db") == there


def test_a_scheduler_that_does_not_answer(course: Course) -> None:
    toy.hand_in(course.root, "ada", toy.solved(course.root))
    command = ["courseware.grading.cli", "grade", toy.EXERCISE]
    result = course.run(*command, "--scheduler", "tcp://127.0.0.1:9")
    assert result.returncode == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in result.stderr.splitlines()[-1]


def test_a_scheduler_without_workers(tmp_path: Path) -> None:
    file = tmp_path / "scheduler.json"
    with dask("scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)):
        wait_for(lambda: file.exists() and bool(file.read_text()))
        with pytest.raises(CourseError, match="has no workers"):
            DaskCrew(str(json.loads(file.read_text())["address"]))


def marked_by_hand(course: Course) -> str:
    """A gradebook with a name, a mark and a comment that a person gave."""
    url = f"sqlite:///{course.root}/gradebook.db"
    with Gradebook(url) as gradebook:
        gradebook.add_student("ann", first_name="Ann", last_name="Đặng")
        gradebook.add_submission(toy.EXERCISE, "ann")
        grade = gradebook.find_grade("why", toy.EXERCISE, toy.EXERCISE, "ann")
        grade.manual_score, grade.needs_manual_grade = 0.75, False
        comment = gradebook.find_comment("why", toy.EXERCISE, toy.EXERCISE, "ann")
        comment.manual_comment = "Gut, 好!"
        gradebook.db.commit()
    return url


def given_by_hand(url: str) -> tuple[str, float, str]:
    """The same three."""
    with Gradebook(url) as gradebook:
        name = gradebook.find_student("ann").last_name
        grade = gradebook.find_grade("why", toy.EXERCISE, toy.EXERCISE, "ann")
        comment = gradebook.find_comment("why", toy.EXERCISE, toy.EXERCISE, "ann")
        return name, grade.manual_score, comment.manual_comment


def test_a_gradebook_moves_with_all_that_a_person_gave(course: Course, database: str) -> None:
    old = marked_by_hand(course)
    moved = course.run("courseware.grading.cli", "move", database)
    assert moved.returncode == 0, moved.stderr
    assert "1 students" in moved.stdout
    there = given_by_hand(f"{database}&client_encoding=utf8")
    assert there == given_by_hand(old) == ("Đặng", 0.75, "Gut, 好!")

    for command in (("grade", toy.EXERCISE), ("mark", toy.EXERCISE), ("move", database)):
        refused = course.run("courseware.grading.cli", *command)
        assert refused.returncode == 2
        assert "the gradebook was moved to postgresql://postgres@/test_a_" in refused.stderr
    marked = course.run("courseware.grading.cli", "export", "--db", database)
    assert marked.returncode == 0, marked.stderr
    (course.root / "gradebook.db.moved").unlink()
    again = course.run("courseware.grading.cli", "move", database)
    assert again.returncode == 2
    assert "holds a gradebook already" in again.stderr


def test_a_copy_that_is_not_the_same_leaves_nothing_there(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = marked_by_hand(course), f"sqlite:///{tmp_path}/new.db"
    contents = iter("abcd")
    monkeypatch.setattr(moving, "_content", lambda *_: next(contents))
    with pytest.raises(CourseError, match="is not the same"):
        moving.move_gradebook(old, new, "model_compression")
    with Gradebook(new) as gradebook:
        assert gradebook.students == []
    monkeypatch.undo()
    assert moving.move_gradebook(old, new, "model_compression")["student"] == 1
    assert given_by_hand(new) == given_by_hand(old)
