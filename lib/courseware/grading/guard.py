"""Stock nbgrader commands, kept away from `submitted/`.

nbgrader's `autograde`, its API and formgrader go into the folders of students before any hook of
theirs is called: they follow links, copy files that never end, and wait at pipes. So some methods
are replaced, when `nbgrader_config.py` is read where grading is done:

* `Autograde.start` works on copies (`copies`) of what the intake takes, and names what it refuses;
* `GenerateFeedback.init_assignment` puts no other file beside the pages;
* the API's list of who handed in, and both ways in which nbgrader reads a `timestamp.txt`;
* `ExchangeCollect.start` and `ExchangeReleaseFeedback.copy_files` (`exchange`);
* `ValidateApp.start` refuses hand-ins: it would run them outside of the sandbox, as the teacher.

Courses with other settings in the same process are graded as ever.
"""

from __future__ import annotations

import fnmatch
import glob
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.apps import ValidateApp
from nbgrader.apps.api import NbGraderAPI
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeCollect, ExchangeReleaseFeedback

from courseware.grading.arrival import NOBODY_IS_LATE, TIMESTAMP, UNKNOWN, time_in
from courseware.grading.copies import (
    Copies,
    IntakeError,
    assignment_of,
    copies_in_use,
    in_place_of_submitted,
    open_copies,
)
from courseware.grading.intake import Assignment, arrived, hand_ins, take
from courseware.grading.late.rule import read_rule
from courseware.grading.scores import clear_auto_scores, due_date, has_auto_scores
from courseware.grading.untrusted import Refused, read_file, top_folder

EXPORTER = "courseware.grading.exporter.SubmissionExporter"
"""The setting by which a course is known to be one of ours."""

_start = Autograde.start
_copy_files = GenerateFeedback.init_assignment
_validate = ValidateApp.start
_collect = ExchangeCollect.start
_release_pages = ExchangeReleaseFeedback.copy_files
_submitted_students = NbGraderAPI.get_submitted_students
_submitted_timestamp = NbGraderAPI.get_submitted_timestamp


def guard_nbgrader() -> None:
    """Put the replacements in place; again has no effect."""
    Autograde.start = start
    GenerateFeedback.init_assignment = init_assignment
    ValidateApp.start = start_validation
    ExchangeCollect.start = collect
    ExchangeReleaseFeedback.copy_files = release_pages
    NbGraderAPI.get_submitted_students = get_submitted_students
    NbGraderAPI.get_submitted_timestamp = get_submitted_timestamp
    CourseDirectory.get_existing_timestamp = get_existing_timestamp


def _is_ours(configured: Any) -> bool:
    return configured.config.Autograde.get("exporter_class") == EXPORTER


def start(converter: Autograde) -> None:
    """Grade what the intake takes; raises at the end if it refused anything."""
    coursedir = converter.coursedir
    if not _is_ours(converter) or copies_in_use(coursedir) is not None:
        _start(converter)
        return
    with open_copies() as copies:
        try:
            refused = [*_take_in(converter, copies)]
        except (IntakeError, ValueError) as error:
            raise NbGraderException(str(error)) from error
        if not copies.notes and not refused:
            who = f"{coursedir.student_id} to {coursedir.assignment_id}"
            raise NbGraderException(f"nothing was handed in by {who}")
        if copies.notes:
            with in_place_of_submitted(copies, coursedir):
                _start(converter)
    if refused:
        raise NbGraderException(f"not graded: {'; '.join(refused)}")


def _take_in(converter: Autograde, copies: Copies) -> Iterator[str]:
    """Copy the hand-ins that were asked for; yields whose are refused, and why."""
    coursedir = converter.coursedir
    for exercise in _exercises(coursedir, coursedir.assignment_id):
        assignment = assignment_of(coursedir, exercise, converter.config)
        rule = read_rule(converter.config.Late, exercise, due_date(coursedir.db_url, exercise))
        if assignment.arrival == UNKNOWN and rule.due is not None and not rule.came:
            converter.log.warning("%s %s", exercise, NOBODY_IS_LATE)
        for student, problem in _asked_for(coursedir, assignment).items():
            try:
                if problem:
                    raise Refused(problem)
                copies.add(exercise, student, take(assignment, student))
                if not has_auto_scores(coursedir.db_url, exercise, student):
                    _grade_anew(coursedir, exercise, student)
            except Refused as reason:
                for notebook in assignment.notebooks:
                    clear_auto_scores(coursedir.db_url, exercise, student, notebook)
                converter.log.error("%s/%s is not graded: %s", student, exercise, reason)
                yield f"{student}: {reason}"


def _grade_anew(coursedir: CourseDirectory, exercise: str, student: str) -> None:
    """Take away the graded copy, as long as which nbgrader takes a hand-in for graded."""
    graded = coursedir.format_path(coursedir.autograded_directory, student, exercise)
    shutil.rmtree(graded, ignore_errors=True)


def _exercises(coursedir: CourseDirectory, pattern: str) -> list[str]:
    sources = Path(coursedir.root, coursedir.source_directory)
    there = sorted(folder.name for folder in sources.iterdir() if folder.is_dir())
    return fnmatch.filter(there, pattern)


def _asked_for(coursedir: CourseDirectory, assignment: Assignment) -> dict[str, str]:
    there = hand_ins(assignment)
    pattern, excluded = coursedir.student_id, coursedir.student_id_exclude.split(",")
    return {
        student: problem
        for student, problem in there.items()
        if student == pattern or (fnmatch.fnmatchcase(student, pattern) and student not in excluded)
    }


def init_assignment(converter: GenerateFeedback, assignment_id: str, student_id: str) -> None:
    """nbgrader copies all files beside a graded notebook; a page needs none of them."""
    if not _is_ours(converter):
        _copy_files(converter, assignment_id, student_id)


def start_validation(app: ValidateApp) -> None:
    """Run notebooks with the rights of whoever asks for it, as long as none is a student's."""
    root = Path(app.coursedir.root)
    theirs = (app.coursedir.submitted_directory, app.coursedir.autograded_directory)
    named = (name for pattern in app.extra_args for name in glob.glob(pattern))
    for path in (Path(name).resolve() for name in named):
        if _is_ours(app) and any(path.is_relative_to((root / one).resolve()) for one in theirs):
            app.fail(
                f"{path.name} is a hand-in: `nbgrader validate` runs it outside of the sandbox, "
                "where it can do all that you can. `course grade` runs it inside."
            )
    _validate(app)


def collect(app: ExchangeCollect) -> None:
    """Take hand-ins out of the exchange as out of any archive of strangers."""
    if not _is_ours(app):
        _collect(app)
        return
    from courseware.grading.exchange import collect  # loads torch: not for every command

    collect(app)


def release_pages(app: ExchangeReleaseFeedback) -> None:
    """Put pages where students fetch them."""
    if not _is_ours(app):
        _release_pages(app)
        return
    from courseware.grading.exchange import release_pages

    release_pages(app)


def get_submitted_students(api: NbGraderAPI, assignment_id: str) -> set[str]:
    """Who handed something in, under names that can be printed."""
    if not _is_ours(api):
        students: set[str] = _submitted_students(api, assignment_id)
        return students
    exercises = _exercises(api.coursedir, assignment_id)
    return {s for e in exercises for s in hand_ins(assignment_of(api.coursedir, e, api.config))}


def get_submitted_timestamp(
    api: NbGraderAPI, assignment_id: str, student_id: str
) -> datetime | None:
    """When a hand-in came, as the intake sees it."""
    if not _is_ours(api):
        moment: datetime | None = _submitted_timestamp(api, assignment_id, student_id)
        return moment
    return arrived(assignment_of(api.coursedir, assignment_id, api.config), student_id)


def get_existing_timestamp(coursedir: CourseDirectory, dest_path: str) -> datetime | None:
    """The time in the `timestamp.txt` of a folder, if there is one that holds a time."""
    try:
        with top_folder(Path(dest_path)) as folder:
            return time_in(read_file((TIMESTAMP,), folder, most=200)[0])
    except Refused:
        return None
