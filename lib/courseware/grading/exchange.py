"""nbgrader's exchange between the accounts of one machine: hand-ins come, and pages go back.

nbgrader's own way copies what students left there by path, as the teacher: it follows their links
to the solutions, takes what one of them left under another's name, and stops at a name that is
odd. So collecting goes the way of archives of strangers. For the way back, `release_feedback`
wants files of the student's beside the pages, where there are only pages; here the secret of a
hand-in, from which nbgrader makes the name of a page, is read where the hand-in lies.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import Exchange, ExchangeCollect, ExchangeReleaseFeedback
from nbgrader.utils import notebook_hash
from traitlets.config import Config

from courseware.grading.copies import IntakeError, assignment_of
from courseware.grading.lms.archives import entries
from courseware.grading.lms.collect import SECRET, Target, put_all, sort_out
from courseware.grading.lms.roster import members_of
from courseware.grading.named import CourseError
from courseware.grading.plain_lines import in_one_line
from courseware.grading.untrusted import Refused, open_folder, read_file, top_folder
from courseware.grading.whole_file import whole_file

MOST = 1000
"""Bytes of a secret; nbgrader's has 128."""


def exchange_folder(coursedir: CourseDirectory, config: Config) -> Path:
    """Where the exchange has this course; raises a CourseError where it has not."""
    exchange = Exchange(coursedir=coursedir, config=config)
    folder = Path(exchange.root, coursedir.course_id)
    if not (folder / "inbound").is_dir():
        raise CourseError(
            f"nbgrader's exchange has no {folder / 'inbound'}: run `nbgrader release_assignment` "
            "first, or set c.Exchange.root"
        )
    return folder


def collect(app: ExchangeCollect) -> None:
    """What nbgrader's `collect` does in a course of ours, on the command line and in formgrader."""
    coursedir = app.coursedir
    try:
        wanted = assignment_of(coursedir, coursedir.assignment_id, app.config)
        inbound = exchange_folder(coursedir, app.config) / "inbound"
        target = Target(Path(coursedir.root), wanted.submitted, wanted.exercise, wanted.notebooks)
        members = members_of(NbGraderAPI(coursedir=coursedir, config=app.config))
        found = sort_out(entries(inbound, f"+{wanted.exercise}+"), members, target)
        fates = put_all(found, target)
    except (CourseError, IntakeError) as error:
        app.fail(str(error))
    for student, fate in fates.items():
        app.log.info("%s %s: %s", student, wanted.exercise, fate)
    for path, why in found.not_placed:
        app.log.warning("not placed: %s: %s", path, in_one_line(why))


def release_pages(app: ExchangeReleaseFeedback) -> None:
    """The same for `release_feedback`, which was started and has found the exchange."""
    coursedir = app.coursedir
    students = coursedir.student_id or "*"
    given = give_back(coursedir, app.config, coursedir.assignment_id, students)
    app.log.info("Pages of %s students can be fetched now", len(given.students))
    for student in given.elsewhere:
        app.log.warning("%s: not collected from the exchange, so there is no way back", student)


@dataclass(frozen=True)
class GivenBack:
    """Whose pages can be fetched now, and whose hand-in did not come through the exchange."""

    students: tuple[str, ...]
    elsewhere: tuple[str, ...]


def give_back(
    coursedir: CourseDirectory, config: Config, exercise: str, students: str = "*"
) -> GivenBack:
    """Put feedback pages where `nbgrader fetch_feedback` and the list of assignments find them."""
    out = exchange_folder(coursedir, config) / "feedback"
    out.mkdir(exist_ok=True)
    out.chmod(0o711)  # a page is found by who knows its name, and by nobody else
    given: dict[str, bool] = {}
    for student, page in _pages(coursedir, exercise, students):
        secret = _secret(coursedir, student, exercise)
        given[student] = bool(secret)
        if secret:
            name = notebook_hash(secret=secret, notebook_id=page.stem)
            with whole_file(out / f"{name}.html") as new:
                new.write_bytes(page.read_bytes())
                new.chmod(0o644)
    return GivenBack(
        tuple(one for one, there in given.items() if there),
        tuple(one for one, there in given.items() if not there),
    )


def _pages(coursedir: CourseDirectory, exercise: str, students: str) -> Iterator[tuple[str, Path]]:
    for page in sorted(Path(coursedir.root, coursedir.feedback_directory).glob("*/*/*.html")):
        student, of = page.parts[-3:-1]
        if of == exercise and (student == students or fnmatch.fnmatchcase(student, students)):
            yield student, page


def _secret(coursedir: CourseDirectory, student: str, exercise: str) -> str:
    try:
        with (
            top_folder(Path(coursedir.root, coursedir.submitted_directory)) as submitted,
            open_folder(student, submitted) as folder,
            open_folder(exercise, folder) as inside,
        ):
            return read_file((SECRET,), inside, MOST)[0].decode("ascii", "replace").strip()
    except Refused:
        return ""
