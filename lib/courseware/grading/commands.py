"""What the `course` command does: grade a class, show its results."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

from courseware.grading.class_report import ClassReport, as_text, make_report, write_csv
from courseware.grading.course import (
    SECRET,
    CourseError,
    Exercise,
    bring_gradebook_up_to_date,
    make_secret,
    open_course,
    open_exercise,
)
from courseware.grading.grade_class import grade_class
from courseware.grading.quiet import chatter_to


def run(options: argparse.Namespace) -> int:
    """Run a parsed command; returns its exit code."""
    try:
        return grade(options) if options.command == "grade" else report(options)
    except CourseError as error:
        print(f"course: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("course: interrupted", file=sys.stderr)
        return 1


def grade(options: argparse.Namespace) -> int:
    """Grade the hand-ins to an exercise, write feedback pages, show the table."""
    root = options.course_dir.resolve()
    exercise = open_exercise(open_course(root), options.exercise)
    students = _students(exercise, options.students)
    if make_secret(root):
        # The configuration reads the secret.
        exercise = open_exercise(open_course(root), options.exercise)
        print(f"Made {SECRET}: the class is graded on inputs drawn from it. Keep it to yourself.")
    log = root / "build" / f"grade_{exercise.name}.log"
    problems: dict[str, str] = {}
    done = 0
    with chatter_to(log) as terminal:
        changed = bring_gradebook_up_to_date(exercise)
        with tqdm(total=len(students), desc=exercise.name, unit=" hand-ins", file=terminal) as bar:
            try:
                for student, problem in grade_class(exercise, students, options.force, print):
                    problems |= {student: problem} if problem else {}
                    done += 1
                    bar.update()
            except KeyboardInterrupt:
                pass
    if changed:
        print(f"Entered {exercise.name} into the gradebook.")
    made = make_report(exercise, students, problems)
    _show(made, options.csv or root / "build" / f"grades_{exercise.name}.csv")
    print(f"Log: {log}")
    if done < len(students):
        left = len(students) - done
        print(f"course: interrupted, {left} left: the same command goes on", file=sys.stderr)
    return _exit_code(made)


def report(options: argparse.Namespace) -> int:
    """Show the table out of the gradebook."""
    exercise = open_exercise(open_course(options.course_dir.resolve()), options.exercise)
    if not exercise.is_in_gradebook():
        raise CourseError(f"{exercise.name} is not graded yet: run `course grade {exercise.name}`")
    made = make_report(exercise, _students(exercise, options.students))
    _show(made, options.csv)
    return _exit_code(made)


def _students(exercise: Exercise, wanted: list[str] | None) -> list[str]:
    there = exercise.handed_in()
    if unknown := sorted(set(wanted or []) - set(there)):
        raise CourseError(f"no hand-in to {exercise.name} by {', '.join(unknown)}")
    if not there:
        raise CourseError(f"nothing was handed in: there is no {exercise.folder('submitted', '*')}")
    return [student for student in there if not wanted or student in wanted]


def _show(made: ClassReport, csv: Path | None) -> None:
    print(as_text(made))
    if csv:
        write_csv(made, csv)
        print(f"CSV: {csv}")


def _exit_code(made: ClassReport) -> int:
    return 1 if any(row.problem for row in made.rows) else 0
