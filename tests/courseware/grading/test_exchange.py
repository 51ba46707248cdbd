"""nbgrader's exchange: hand-ins of a class of accounts come in, and pages find their way back."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from nbgrader.apps.api import NbGraderAPI
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeFetchFeedback, ExchangeSubmit
from traitlets.config import Config

from courseware.grading.cli import main
from courseware.grading.course import open_course
from courseware.grading.lms import archives
from tests.courseware.grading import toy
from tests.courseware.grading.conftest import Course

FILE = f"{toy.EXERCISE}.ipynb"
LATER = "2099-01-01 10:00:00.000000 UTC"


class Class:
    """A course, the exchange of its machine, and students with folders of their own."""

    def __init__(self, root: Path, place: Path) -> None:
        self.root, self.place = root, place
        self.exchange = place / "exchange"
        self.inbound = self.exchange / "model_compression" / "inbound"

    def api(self) -> NbGraderAPI:
        return open_course(self.root)

    def student(self, kind: type[Any], name: str) -> Any:
        """One of nbgrader's commands, as a student runs it."""
        config = Config()
        config.Exchange.root = str(self.exchange)
        config.Exchange.assignment_dir = str(self.place / name)
        config.Exchange.cache = str(self.place / name / "cache")
        coursedir = CourseDirectory(
            course_id="model_compression", assignment_id=toy.EXERCISE, student_id=name
        )
        return kind(coursedir=coursedir, authenticator=Authenticator(), config=config)

    def submit(self, name: str) -> None:
        folder = self.place / name / toy.EXERCISE
        folder.mkdir(parents=True)
        (folder / FILE).write_bytes(toy.as_bytes(toy.solved(self.root)))
        self.student(ExchangeSubmit, name).start()

    def leave(self, name: str) -> Path:
        """A folder that anybody can put into the exchange under any name."""
        folder = self.inbound / name
        folder.mkdir()
        return folder

    def submitted(self) -> set[str]:
        return {path.name for path in (self.root / "submitted").iterdir()}


@pytest.fixture
def room(released_course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Class:
    room = Class(shutil.copytree(released_course.root, tmp_path / "course"), tmp_path)
    monkeypatch.setenv("COURSE_EXCHANGE", str(room.exchange))
    assert room.api().release_assignment(toy.EXERCISE)["success"]
    return room


def test_a_page_goes_back_the_way_that_the_hand_in_came(
    room: Class, capsys: pytest.CaptureFixture[str]
) -> None:
    room.submit("ada")
    course = ["--course-dir", str(room.root)]
    assert main(["collect", toy.EXERCISE, *course]) == 0
    for student in ("ada", "bob"):
        page = room.root / "feedback" / student / toy.EXERCISE / f"{toy.EXERCISE}.html"
        page.parent.mkdir(parents=True)
        page.write_text(f"for {student}")
        page.chmod(0o600)
    assert main(["return", toy.EXERCISE, "--exchange", *course]) == 0
    said = capsys.readouterr().out
    assert "Not collected from the exchange: bob\nPages of 1 students can be fetched now." in said

    room.student(ExchangeFetchFeedback, "ada").start()
    [fetched] = (room.place / "ada" / toy.EXERCISE / "feedback").glob("*/*.html")
    assert fetched.read_text() == "for ada"
    feedback = room.exchange / "model_compression" / "feedback"
    assert feedback.stat().st_mode & 0o777 == 0o711
    assert [page.stat().st_mode & 0o777 for page in feedback.iterdir()] == [0o644]


def test_nbgraders_own_commands_go_the_same_way(room: Class) -> None:
    room.submit("ada")
    api = room.api()
    assert api.collect(toy.EXERCISE)["success"] and room.submitted() == {"ada"}
    page = room.root / "feedback" / "ada" / toy.EXERCISE / f"{toy.EXERCISE}.html"
    page.parent.mkdir(parents=True)
    page.write_text("for ada")
    done = api.release_feedback(toy.EXERCISE)
    assert done["success"] and "Pages of 1 students" in done["log"]


def test_what_strangers_leave_is_named_and_nothing_is_followed(
    room: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = toy.as_bytes(toy.solved(room.root))
    room.submit("ada")
    forged = room.leave(f"bob+{toy.EXERCISE}+{LATER}+x") / FILE
    forged.write_bytes(good)
    forged.chmod(0o700)
    monkeypatch.setattr(
        archives, "_other_owner", lambda facts: "eve" if facts.st_mode & 0o100 else ""
    )
    link = room.leave(f"eve+{toy.EXERCISE}+{LATER}+x") / FILE
    link.symlink_to(room.root / "solutions" / toy.EXERCISE / FILE)
    (room.inbound / f"dan+{toy.EXERCISE}+{LATER}+x").symlink_to(room.root / "solutions" / "01_toy")
    (room.leave(f"eve+{toy.EXERCISE}+yesterday") / FILE).write_bytes(good)
    (room.leave(f"eve+02_other+{LATER}+x") / FILE).write_bytes(good)
    done = room.api().collect(toy.EXERCISE)
    assert done["success"] and room.submitted() == {"ada"}
    assert "its folder has no name that nbgrader's exchange gives" in done["log"]
    assert "is bob's by its name, and belongs to eve" in done["log"]
    assert f"not placed: eve+{toy.EXERCISE}+{LATER}+x/{FILE}: cannot be read" in done["log"]


def test_without_a_release_there_is_nothing_to_collect(
    room: Class, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(room.exchange)
    assert main(["collect", toy.EXERCISE, "--course-dir", str(room.root)]) == 2
    assert "run `nbgrader release_assignment` first" in capsys.readouterr().err


def test_whose_file_it_is() -> None:
    def owner(uid: int) -> str:
        return archives._other_owner(SimpleNamespace(st_uid=uid))  # type: ignore[arg-type]

    assert owner(0) == "" and owner(4_000_000) == "account 4000000"
