"""A course folder with its exercises and its gradebook, as the `course` command sees it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.utils import temp_attrs
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from traitlets.config.loader import PyFileConfigLoader

from courseware.checks.follow import Policy, read_policy
from courseware.grading.checks_version import judged_by
from courseware.grading.copies import IntakeError, assignment_of
from courseware.grading.intake import Assignment, HandIn, arrived, hand_ins, take
from courseware.grading.late.rule import Rule, read_rule
from courseware.grading.master import (
    MasterChanged,
    Solutions,
    check_against_gradebook,
    digest,
    read_master,
    read_own_solutions,
    source_folder,
)
from courseware.grading.named import CONFIG, CourseError, the_one_meant
from courseware.grading.preprocessors import RECORD, fingerprint
from courseware.grading.rebuild import grade_id
from courseware.grading.scores import due_date, has_auto_scores
from courseware.grading.split.sandboxes import Place

MOVED = ".moved"
"""What the name of a gradebook's file has behind it in that of the note where it is by now."""


@dataclass(frozen=True)
class Exercise:
    """An exercise of a course and the way to nbgrader."""

    api: NbGraderAPI
    name: str
    masters: dict[str, str]
    """The fingerprint of each source notebook by its id."""
    cells: dict[str, list[str]]
    """The nbgrader ids of its cells, in order, by the same."""
    sources: dict[str, str]
    """The notebooks themselves with hidden tests and without solutions, as JSON, by the same."""

    own: dict[str, Solutions]
    """The course's own solutions by cell, by the same."""

    def folder(self, step: str, student: str) -> Path:
        """The folder of one hand-in in one of nbgrader's steps: submitted, autograded, feedback."""
        coursedir = self.api.coursedir
        directory = getattr(coursedir, f"{step}_directory")
        return Path(coursedir.format_path(directory, student, self.name))

    @property
    def allow_unprotected(self) -> bool:
        """Whether hand-ins may be run without a sandbox, by `c.SplitExecute` or by option."""
        return bool(self.api.config.SplitExecute.get("allow_unprotected", False))

    @property
    def place(self) -> Place:
        """The sandbox that hand-ins are run in."""
        return Place(self.name, (Path(self.api.coursedir.root),), self.allow_unprotected)

    def handed_in(self) -> dict[str, str]:
        """Everybody who handed something in, and what keeps it from being graded, or ""."""
        return hand_ins(self._assignment())

    def not_graded_yet(self) -> list[str]:
        """Whose hand-ins lie there, and nothing that is graded."""

        def is_graded(student: str) -> bool:
            folder = self.folder("autograded", student)
            return any((folder / f"{notebook}.ipynb").is_file() for notebook in self.masters)

        return [student for student in self.handed_in() if not is_graded(student)]

    def take(self, student: str) -> HandIn:
        """Read what a student handed in; raises `Refused`."""
        return take(self._assignment(), student)

    def untimed(self, students: Iterable[str]) -> list[str]:
        """Those for whom there is a due date, and nobody says when their hand-ins came."""
        rule = self.late_rule()
        return [
            one
            for one in students
            if rule.extensions.get(one, rule.due) is not None
            and one not in rule.came
            and self.arrived(one) is None
        ]

    def late_rule(self) -> Rule:
        """When it is due and what lateness costs, by the settings of now."""
        due = due_date(self.api.coursedir.db_url, self.name) if self.is_in_gradebook() else None
        try:
            return read_rule(self.api.config.Late, self.name, due)
        except ValueError as error:
            raise CourseError(str(error)) from error

    def follow_through(self) -> Policy:
        """What is made of a task that calls a failing one, by the settings of now."""
        try:
            return read_policy(self.api.config.FollowThrough)
        except ValueError as error:
            raise CourseError(str(error)) from error

    def arrived(self, student: str) -> datetime | None:
        """When the hand-in that lies in submitted/ came, where that can be known."""
        return arrived(self._assignment(), student)

    def _assignment(self) -> Assignment:
        try:
            return assignment_of(self.api.coursedir, self.name, self.api.config)
        except IntakeError as error:
            raise CourseError(str(error)) from error

    def is_in_gradebook(self) -> bool:
        """Whether the gradebook knows the exercise; makes no gradebook where there is none."""
        path = gradebook_file(self.api.coursedir.db_url)
        if path is not None and not path.exists():
            return False
        with self.gradebook() as gradebook:
            return self.name in [assignment.name for assignment in gradebook.assignments]

    def gradebook(self) -> Gradebook:
        """The gradebook; to be used as a context manager."""
        return Gradebook(self.api.coursedir.db_url, self.api.course_id)

    def graded_notebook(self, student: str, notebook_id: str) -> NotebookNode | None:
        """The graded notebook of a student, if there is one."""
        path = self.folder("autograded", student) / f"{notebook_id}.ipynb"
        return nbformat.read(path, as_version=4) if path.is_file() else None

    def is_current(self, student: str, hand_in: HandIn, to_these_checks: bool = False) -> bool:
        """Whether the grades belong to the very files that are handed in, and to this master.

        A change in the checks is no reason to grade again, unless they are asked for as well.
        """
        if not has_auto_scores(self.api.coursedir.db_url, self.name, student):
            return False
        for notebook_id, master in self.masters.items():
            graded = self.graded_notebook(student, notebook_id)
            came = hand_in.notebooks.get(notebook_id)
            if graded is None and came is None:
                continue
            record = graded.metadata.get(RECORD, {}) if graded is not None else {}
            if to_these_checks and self.is_of_older_checks(graded):
                return False
            if (record.get("graded"), record.get("submitted"), record.get("master")) != (
                True,
                came is not None and fingerprint(came),
                master,
            ):
                return False
        return True

    def is_of_older_checks(self, graded: NotebookNode | None) -> bool:
        """Whether a notebook was graded here, by other checks than those of now."""
        record = graded.metadata.get(RECORD) if graded is not None else None
        now = judged_by(self.name, self.follow_through())
        return record is not None and record.get("checks") != now


def open_course(root: Path, allow_unprotected: bool = False) -> NbGraderAPI:
    """nbgrader's API with the configuration of a course folder."""
    if not (root / CONFIG).is_file():
        raise CourseError(f"{root} is not a course folder: it has no {CONFIG}")
    try:
        config = PyFileConfigLoader(CONFIG, path=str(root)).load_config()
    except Exception as error:
        raise CourseError(f"{root / CONFIG} cannot be read: {error}") from error
    config.CourseDirectory.root = str(root)
    if allow_unprotected:
        config.SplitExecute.allow_unprotected = True
    api = NbGraderAPI(config=config)
    file = gradebook_file(api.coursedir.db_url)
    if file is not None and (note := file.with_name(file.name + MOVED)).is_file():
        where = note.read_text(encoding="utf-8").strip()
        back = f"to go back to {file.name}, remove {note.name}"
        raise CourseError(f"the gradebook was moved to {where}: set COURSE_DB_URL to it; {back}")
    return api


def gradebook_file(url: str) -> Path | None:
    """The file of a gradebook that is one.

    >>> gradebook_file("sqlite:////srv/course/gradebook.db")
    PosixPath('/srv/course/gradebook.db')
    >>> gradebook_file("postgresql://ann@host/course")
    """
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


def check_gradebook(api: NbGraderAPI) -> None:
    """Raise a `CourseError` unless there is a gradebook at its URL, or one can be made there.

    A file that is made is nobody else's to read: on a shared server other accounts are students.
    """
    url = api.coursedir.db_url
    try:
        shown = make_url(url).render_as_string(hide_password=True)
        path = gradebook_file(url)
        if path is not None and not path.exists():
            path.touch(mode=0o600)
        create_engine(url).connect().close()
    except ModuleNotFoundError as error:
        advice = "for PostgreSQL: pip install 'psycopg[binary]'"
        raise CourseError(
            f"the gradebook needs {error.name}, which is missing; {advice}"
        ) from error
    except ArgumentError as error:
        raise CourseError(
            "the URL of the gradebook is none, such as postgresql://user@host/name"
        ) from error
    except (SQLAlchemyError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise CourseError(f"the gradebook {shown} cannot be opened: {reason}") from error


def open_exercise(api: NbGraderAPI, name: str) -> Exercise:
    """An exercise by its name; its source notebooks are read."""
    there = api.get_source_assignments()
    name = the_one_meant(name, there, api.coursedir.source_directory)
    try:
        masters = _read_masters(api, name)
    except Exception as error:
        raise CourseError(f"the source notebooks of {name} cannot be used: {error}") from error
    fingerprints = {key: digest(master) for key, master in masters.items()}
    cells = {key: [grade_id(cell) for cell in master.cells] for key, master in masters.items()}
    sources = {key: nbformat.writes(master) for key, master in masters.items()}
    own = {key: read_own_solutions(api.coursedir, name, key) for key in masters}
    return Exercise(api, name, fingerprints, cells, sources, own)


def bring_gradebook_up_to_date(exercise: Exercise) -> bool:
    """Enter the source notebooks into the gradebook, if they changed; returns whether they had.

    The same as `nbgrader generate_assignment`, but for the release folder, which stays untouched.
    """
    if _difference(exercise) is None:
        return False
    api = exercise.api
    with (
        tempfile.TemporaryDirectory() as scratch,
        temp_attrs(api.coursedir, release_directory=scratch),
    ):
        result = api.generate_assignment(exercise.name)
    if not result["success"] or (left := _difference(exercise)):
        why = why_it_failed(result) if not result["success"] else left
        raise CourseError(f"the gradebook cannot take {exercise.name}: {why}")
    return True


def why_it_failed(result: dict[str, Any]) -> str:
    """The one line out of nbgrader's log that says what went wrong."""
    lines = [line.strip() for line in result.get("log", "").splitlines()]
    errors = [line for line in lines if _is_exception(line)]
    return errors[-1] if errors else "see the log"


def _is_exception(line: str) -> bool:
    head, separator, _ = line.partition(": ")
    last = head.rpartition(".")[2]
    return bool(separator) and last.isidentifier() and last[0].isupper() and head == head.strip()


def _read_masters(api: NbGraderAPI, name: str) -> dict[str, NotebookNode]:
    paths = sorted(source_folder(api.coursedir, name).glob("*.ipynb"))
    return {path.stem: read_master(api.coursedir, name, path.stem, parent=api) for path in paths}


def _difference(exercise: Exercise) -> str | None:
    db = exercise.api.coursedir.db_url
    try:
        for notebook_id, master in _read_masters(exercise.api, exercise.name).items():
            check_against_gradebook(master, exercise.name, notebook_id, db)
    except MasterChanged as change:
        return str(change)
    return None
