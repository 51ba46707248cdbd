"""Grade the hand-ins of a class: run by many, written by one; none of them stops the others.

crew       rebuilds and runs hand-ins in sandboxes             (jobs.run_job)
here       nbgrader's own `autograde`, which finds each run prepared, writes files and scores
pages      processes of this machine write the feedback pages
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from nbgrader.apps.api import NbGraderAPI

from courseware.grading.class_secret import class_secret
from courseware.grading.copies import Copies, in_place_of_submitted, open_copies
from courseware.grading.course import Exercise, open_course, why_it_failed
from courseware.grading.crew import Crew
from courseware.grading.jobs import InfrastructureError, Job, Run, prepare, run_job
from courseware.grading.quiet import Interruption
from courseware.grading.rebuild import NotRecognised
from courseware.grading.scores import clear_auto_scores
from courseware.grading.standing import let_stand, marks_of
from courseware.grading.untrusted import Refused

ATTEMPTS = 3
"""How often a hand-in is given to a crew that loses the process it runs in."""

Log = Callable[[str], None]


@dataclass
class _HandIn:
    """On its way through the stages."""

    student: str
    runs_left: int = 0
    problem: str = ""


@dataclass
class _Desk:
    """What is under way, and by whom."""

    exercise: Exercise
    copies: Copies
    runners: Crew
    pages: Crew | None
    write_log: Log
    under_way: dict[Future[Any], tuple[_HandIn, Job | None, int]] = field(default_factory=dict)
    waiting: deque[tuple[_HandIn, str]] = field(default_factory=deque)
    """Notebooks to run."""

    def fill(self) -> None:
        """Keep the crew busy, and no more, so that pages need not wait behind a whole class."""
        while self.waiting and len(self.under_way) < 2 * self.runners.size:
            hand_in, notebook_id = self.waiting.popleft()
            self.run(hand_in, self._job(hand_in.student, notebook_id))

    def _job(self, student: str, notebook_id: str) -> Job:
        exercise = self.exercise
        copy = self.copies.notebook(exercise.name, student, notebook_id)
        secret = class_secret(Path(exercise.api.coursedir.root))
        master = exercise.sources[notebook_id]
        own, follow = exercise.own[notebook_id], exercise.follow_through()
        content = copy.read_bytes()
        return Job(student, notebook_id, content, master, secret, exercise.place, own, follow)

    def run(self, hand_in: _HandIn, job: Job, attempt: int = 1) -> None:
        self.under_way[self.runners.submit(run_job, job)] = hand_in, job, attempt

    def write_page(self, hand_in: _HandIn, attempt: int = 1) -> bool:
        """The last stage; returns whether the hand-in is done with, as no page is wanted."""
        if self.pages is None:
            return True
        api = self.exercise.api
        future = self.pages.submit(
            write_page, Path(api.coursedir.root), self.exercise.name, hand_in.student
        )
        self.under_way[future] = hand_in, None, attempt
        return False


class Again(Enum):
    """What is graded again though the same was handed in."""

    NOTHING = "nothing"
    OF_OLDER_CHECKS = "of older checks"
    EVERYTHING = "everything"


def grade_class(
    exercise: Exercise,
    students: Mapping[str, str],
    again: Again,
    runners: Crew,
    pages: Crew | None,
    write_log: Log,
) -> Iterator[tuple[str, str]]:
    """Grade students, then write their feedback; yields each with what went wrong, or "".

    `students` says of each what keeps the hand-in from being taken, or "". `runners` run the
    hand-ins; `pages`, if there are any, are processes that see the course folder.

    Grades that belong to the very file that is handed in are kept, but for what `again` asks to be
    graded anew: everything, or what other checks than those of now have graded. Feedback is
    written anew: points and comments of a person may have come in between. Raises
    KeyboardInterrupt on Ctrl-C: the students in work are left without a grade, the ones before keep
    theirs, and the next call goes on from there.
    """
    with open_copies() as copies, Interruption() as interruption:
        desk = _Desk(exercise, copies, runners, pages, write_log)
        for student, obstacle in students.items():
            hand_in = _HandIn(student)
            try:
                if obstacle:
                    raise Refused(obstacle)
                taken = exercise.take(student)
            except Refused as reason:
                _forget(exercise, student)
                yield student, str(reason)
                continue
            by_these = again is Again.OF_OLDER_CHECKS
            if again is Again.EVERYTHING or not exercise.is_current(student, taken, by_these):
                copies.add(exercise.name, student, taken)
                desk.waiting += [(hand_in, notebook_id) for notebook_id in taken.notebooks]
                hand_in.runs_left = len(taken.notebooks)
            elif desk.write_page(hand_in):
                yield student, ""
        desk.fill()
        while desk.under_way:
            done, _ = wait(desk.under_way, return_when=FIRST_COMPLETED)
            for future in done:
                hand_in = desk.under_way[future][0]
                if _settle(desk, future):
                    yield hand_in.student, hand_in.problem
                interruption.check()
            desk.fill()


def _settle(desk: _Desk, future: Future[Any]) -> bool:
    """Take what came back to its next stage; returns whether its hand-in is done with."""
    hand_in, job, attempt = desk.under_way.pop(future)
    try:
        came = future.result()
    except (BrokenExecutor, CancelledError):
        crew = desk.runners if job is not None else desk.pages
        assert crew is not None
        crew.renew()
        if attempt < ATTEMPTS:
            _again(desk, hand_in, job, attempt + 1)
            return False
        came = InfrastructureError(f"it ended the process that worked on it {ATTEMPTS} times")
    except NotRecognised as reason:
        _forget(desk.exercise, hand_in.student)
        hand_in.problem = str(reason)
        hand_in.runs_left -= 1
        return not hand_in.runs_left
    except Exception as error:  # of the machine or of the course, and never a reason for a 0
        came = InfrastructureError(f"{type(error).__name__}: {error}")
    if job is None:
        log, problem = ("", str(came)) if isinstance(came, Exception) else came
        desk.write_log(log)
        hand_in.problem = hand_in.problem or (problem and f"no feedback page: {problem}")
        return True
    return _graded(desk, hand_in, job, came)


def _graded(desk: _Desk, hand_in: _HandIn, job: Job, came: Run | InfrastructureError) -> bool:
    """A notebook was run; after the last one of a hand-in nbgrader takes over."""
    exercise, student = desk.exercise, hand_in.student
    prepare(exercise.name, student, job.notebook_id, came)
    hand_in.runs_left -= 1
    if hand_in.runs_left:
        return False
    if hand_in.problem:  # another notebook of it is not one of the exercise
        return True
    marks = marks_of(exercise, student)
    with in_place_of_submitted(desk.copies, exercise.api.coursedir):
        result = exercise.api.autograde(exercise.name, student, force=True, create=True)
    desk.write_log(log_of(f"autograde {student}", result))
    if not result["success"]:
        hand_in.problem = why_it_failed(result)
        return True
    let_stand(exercise, student, marks)
    return desk.write_page(hand_in)


def _again(desk: _Desk, hand_in: _HandIn, job: Job | None, attempt: int) -> None:
    """The process that worked on it was lost, by its fault or not: give it to a new one."""
    desk.write_log(f"\n===== {hand_in.student}: a process was lost, attempt {attempt}\n")
    if job is not None:
        desk.run(hand_in, job, attempt)
    else:
        desk.write_page(hand_in, attempt)


def _forget(exercise: Exercise, student: str) -> None:
    """What was graded before is not what is handed in now."""
    for notebook_id in exercise.masters:
        clear_auto_scores(exercise.api.coursedir.db_url, exercise.name, student, notebook_id)


@cache
def _api(root: Path) -> NbGraderAPI:
    return open_course(root)


def write_page(root: Path, exercise: str, student: str) -> tuple[str, str]:
    """Write the feedback page of a student; returns nbgrader's log, and what went wrong or ""."""
    result = _api(root).generate_feedback(exercise, student, force=True)
    log = log_of(f"generate_feedback {student}", result)
    return log, "" if result["success"] else why_it_failed(result)


def log_of(title: str, result: dict[str, Any]) -> str:
    """What nbgrader's API logged, under a title."""
    return f"\n===== {title}\n{result.get('log', '')}{result.get('error', '')}"
