"""What the `course` command does: grade a class, show its results, try the sandbox."""

from __future__ import annotations

import argparse
import errno
import os
import shlex
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import make_url
from tqdm import tqdm

from courseware.grading.bundle.command import bundle
from courseware.grading.changed import changed_marks, marks_of_now
from courseware.grading.class_csv import write_csv
from courseware.grading.class_report import ClassReport, as_text, make_report
from courseware.grading.class_secret import SECRET, make_secret
from courseware.grading.course import (
    MOVED,
    Exercise,
    bring_gradebook_up_to_date,
    check_gradebook,
    gradebook_file,
    open_course,
    open_exercise,
)
from courseware.grading.crew import Crew, DaskCrew, LocalCrew
from courseware.grading.doctor import examine, sandbox_obstacle
from courseware.grading.engines import kept_engines
from courseware.grading.grade_class import Again, grade_class
from courseware.grading.jobs import run_job
from courseware.grading.late import settling
from courseware.grading.league_command import leaderboard
from courseware.grading.lms import commands as lms
from courseware.grading.marking.command import mark
from courseware.grading.moving import move_gradebook
from courseware.grading.named import CourseError, check_students, say_error
from courseware.grading.page_commands import items, similar
from courseware.grading.plain_lines import in_lines, in_one_line
from courseware.grading.quiet import chatter_to
from courseware.grading.split.sandbox import UNPROTECTED
from courseware.grading.truth import prove

GOES_ON = "make room: the same command goes on, and marks that are in the gradebook are kept"


def run(options: argparse.Namespace) -> int:
    """Run a parsed command; returns its exit code."""
    try:
        if getattr(options, "db", None):
            os.environ["COURSE_DB_URL"] = options.db  # read by nbgrader_config.py
        return COMMANDS[options.command](options)
    except CourseError as error:
        say_error(error)
        return 2
    except KeyboardInterrupt:
        print("course: interrupted", file=sys.stderr)
        return 1
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        place = f" for {error.filename}" if error.filename else ""
        print(f"course: error: {error.strerror}{place}; {GOES_ON}", file=sys.stderr)
        return 2


def grade(options: argparse.Namespace) -> int:
    """Grade the hand-ins to an exercise, write feedback pages, show the table."""
    root = options.course_dir.resolve()
    exercise = open_exercise(open_course(root, options.without_sandbox), options.exercise)
    students = _students(exercise, options.students)
    if make_secret(root):
        print(f"Made {SECRET}: the class is graded on inputs drawn from it. Keep it to yourself.")
    _check_sandbox(options, exercise, root)
    check_gradebook(exercise.api)
    exercise.late_rule()  # a setting that cannot be meant is told before anything is done
    exercise.follow_through()
    log = root / "build" / f"grade_{exercise.name}.log"
    problems: dict[str, str] = {}
    left = dict(students)
    with chatter_to(log) as terminal, ExitStack() as open_crews:
        open_crews.enter_context(kept_engines())
        # First, so that sandboxes start there while the gradebook is looked at here.
        runners, pages = _crews(options, exercise, len(students), open_crews)
        prove(exercise, lambda job: runners.submit(run_job, job).result())
        before = marks_of_now(exercise)
        changed = bring_gradebook_up_to_date(exercise)
        late = settling.begin(exercise, students, anew=_again(options) is Again.OF_OLDER_CHECKS)
        with tqdm(
            total=len(students), desc=exercise.name, unit=" hand-ins", file=terminal, smoothing=0.1
        ) as bar:
            try:
                for student, problem in grade_class(
                    exercise, students, _again(options), runners, pages, _write_log
                ):
                    problems |= {student: problem} if problem else {}
                    del left[student]
                    bar.update()
            except KeyboardInterrupt:
                pass
    if changed:
        print(f"Entered {exercise.name} into the gradebook.")
    if moved := settling.changes(late, exercise):
        print("Settled in another way, by the rule for late work of now:")
        print("\n".join(f"  {in_one_line(line)}" for line in moved))
    if others := changed_marks(exercise, before):
        print("Other marks than before:")
        print("\n".join(f"  {line}" for line in others))
    made = make_report(exercise, students, problems, whole_class=not options.students)
    csv = options.csv or root / "build" / f"grades_{exercise.name}.csv"
    _show(made, csv, rest=bool(options.students))
    print(f"Log: {log}")
    if left:
        print(f"course: interrupted, {how_to_go_on(options, left)}", file=sys.stderr)
        return 1
    return _exit_code(made)


def report(options: argparse.Namespace) -> int:
    """Show the table out of the gradebook, or what the class got wrong."""
    if options.items:
        return items(options)
    if options.exercise is None:
        raise CourseError("which exercise? Without one, only --items can be shown")
    exercise = open_exercise(open_course(options.course_dir.resolve()), options.exercise)
    if options.db:
        check_gradebook(exercise.api)
    if not exercise.is_in_gradebook():
        raise CourseError(f"{exercise.name} is not graded yet: run `course grade {exercise.name}`")
    students = _students(exercise, options.students)
    made = make_report(exercise, students, students, whole_class=not options.students)
    _show(made, options.csv)
    return _exit_code(made)


def prove_exercises(options: argparse.Namespace) -> int:
    """Run the course's own solutions as hand-ins."""
    api = open_course(options.course_dir.resolve(), options.without_sandbox)
    failed = 0
    for name in options.exercises or sorted(api.get_source_assignments()):
        exercise = open_exercise(api, name)
        _check_sandbox(options, exercise, options.course_dir.resolve())
        try:
            again = prove(exercise)
            print(f"{name}: full marks{'' if again else ', as before'}", flush=True)
        except CourseError as error:
            say_error(error)
            failed += 1
    return 2 if failed else 0


def move(options: argparse.Namespace) -> int:
    """Move the gradebook to another database."""
    api = open_course(options.course_dir.resolve())
    source = api.coursedir.db_url
    check_gradebook(api)
    if source == options.url:
        raise CourseError("the gradebook is there already")
    os.environ["COURSE_DB_URL"] = options.url
    target = open_course(options.course_dir.resolve())
    check_gradebook(target)
    counts = move_gradebook(source, options.url, api.course_id)
    students, grades = counts.get("student", 0), counts.get("grade", 0)
    print(f"Moved and compared: {sum(counts.values())} rows, {students} students, {grades} marks.")
    if (old := gradebook_file(source)) is not None:
        where = make_url(options.url).render_as_string(hide_password=True)
        old.with_name(old.name + MOVED).write_text(f"{where}\n", encoding="utf-8")
    print("The old gradebook is as it was. From now on set COURSE_DB_URL to the new address:")
    print("without it `course` refuses, so that nobody marks in the old one by mistake.")
    return 0


def doctor(options: argparse.Namespace) -> int:
    """Say what works on this machine, and what to do about what does not."""
    findings = examine(options.course_dir.resolve())
    for finding in findings:
        print(f"{'ok      ' if finding.fine else 'PROBLEM '}{finding.text}")
        for line in finding.advice:
            print(f"        {line}")
    return 0 if all(finding.fine for finding in findings) else 1


COMMANDS = {
    "grade": grade,
    "report": report,
    "similar": similar,
    "leaderboard": leaderboard,
    "mark": mark,
    "move": move,
    "prove": prove_exercises,
    "doctor": doctor,
    "bundle": bundle,
    "roster": lms.roster,
    "collect": lms.collect,
    "export": lms.export,
    "return": lms.give_back,
}


def _check_sandbox(options: argparse.Namespace, exercise: Exercise, root: Path) -> None:
    """Refuse to begin what would fail hand-in by hand-in; say aloud what is not protected."""
    if getattr(options, "scheduler", None):
        return
    obstacle = sandbox_obstacle(root)
    if obstacle and not exercise.allow_unprotected:
        raise CourseError(f"{obstacle} (`course doctor` says more)")
    if obstacle:
        print(f"course: warning: {UNPROTECTED}", file=sys.stderr)


def _crews(
    options: argparse.Namespace, exercise: Exercise, hand_ins: int, stack: ExitStack
) -> tuple[Crew, Crew | None]:
    """Who runs hand-ins, and who writes feedback pages: processes here, if anybody.

    Not more than have something to do: each starts a sandbox.
    """
    place = exercise.place if options.scheduler is None else None
    wanted = options.workers or os.cpu_count() or 1
    local = stack.enter_context(LocalCrew(min(wanted, hand_ins * len(exercise.masters)), place))
    pages = None if options.no_pages else local
    if options.scheduler is None:
        return local, pages
    return stack.enter_context(DaskCrew(options.scheduler)), pages


def _students(exercise: Exercise, wanted: list[str] | None) -> dict[str, str]:
    """Who handed something in, and what keeps it from being graded, or ""."""
    there = exercise.handed_in()
    check_students(wanted or (), there, exercise.name)
    if not there:
        raise CourseError(f"nothing was handed in: there is no {exercise.folder('submitted', '*')}")
    return {student: why for student, why in there.items() if not wanted or student in wanted}


def _again(options: argparse.Namespace) -> Again:
    if options.force:
        return Again.EVERYTHING
    return Again.OF_OLDER_CHECKS if options.regrade else Again.NOTHING


def how_to_go_on(options: argparse.Namespace, left: Iterable[str]) -> str:
    """What to do after Ctrl-C for the students that are left."""
    names = [shlex.quote(student) for student in left]
    if not options.force:
        return f"{len(names)} left: the same command goes on"
    # To that command, those that were graded anew are no other than those that were not.
    command = f"course grade {options.exercise} --force --students {' '.join(names)}"
    return f"{len(names)} left as they were: {in_one_line(command)}"


def _write_log(text: str) -> None:
    print(in_lines(text))


def _show(made: ClassReport, csv: Path | None, rest: bool = False) -> None:
    print(as_text(made))
    if csv:
        write_csv(made, csv, rest)
        print(f"CSV: {csv}")


def _exit_code(made: ClassReport) -> int:
    return 1 if any(row.problem for row in made.rows) else 0
