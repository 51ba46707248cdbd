"""What `course mark` does: the way through the answers to a question, one line at a time."""

from __future__ import annotations

import argparse
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace

from courseware.grading.course import Exercise, check_gradebook, open_course, open_exercise
from courseware.grading.marking.desk import (
    Answer,
    MarkedMeanwhile,
    Question,
    answers,
    give,
    open_tasks,
    questions,
)
from courseware.grading.marking.screen import page, state
from courseware.grading.named import CourseError
from courseware.grading.plain_lines import in_one_line, some

HELP = """\
  7            7 points, and on to the next answer
  7 well put   the same with a comment, which the student reads
  c well put   only the comment
  =            the points that stand there are right
  Enter        on to the next, nothing is changed
  b            back to the one before
  r            what is asked
  q            end; all that was typed is in the gradebook
"""
PROMPT = "points, comment (? for help): "
POINTS = re.compile(r"(\d+(?:[.,]\d+)?)(?:\s+(.*))?", re.S)

Ask = Callable[[str], str]
Say = Callable[[str], None]


def mark(options: argparse.Namespace) -> int:
    """Go through the written answers of an exercise, question by question."""
    exercise = open_exercise(open_course(options.course_dir.resolve()), options.exercise)
    check_gradebook(exercise.api)
    asked = [one for one in questions(exercise) if options.question in (None, one.cell)]
    if not asked:
        raise CourseError(f"{exercise.name} has no question {options.question or 'to mark'}")
    if not exercise.is_in_gradebook():
        raise CourseError(f"{exercise.name} is not graded yet: run `course grade {exercise.name}`")
    for question in asked:
        everybody = answers(exercise, question)
        wanted = [one for one in everybody if options.all or one.given.open]
        width = shutil.get_terminal_size().columns
        way = Way(exercise, question, wanted, options.blind, width)
        if not go_through(way, input, print):
            break
    left = sum(one.given.open for question in asked for one in answers(exercise, question))
    told = "1 answer is" if left == 1 else f"{left} answers are"
    print(f"{exercise.name}: {told} still to be marked.")
    for task, students in open_tasks(exercise).items():
        again = "points by hand, and graded again since; formgrader shows and settles them"
        print(f"{in_one_line(task)}: {again}: {some(students)}")
    print(f"Next: course grade {exercise.name} puts marks and comments on the pages.")
    return 0


@dataclass
class Way:
    """The answers to one question, and how they are shown."""

    exercise: Exercise
    question: Question
    answers: list[Answer]
    blind: bool
    width: int


def go_through(way: Way, ask: Ask, say: Say) -> bool:
    """Show answer after answer and write what is typed; returns False if the person ends it."""
    if not way.answers:
        say(f"{way.question.cell}: nothing to mark")
        return True
    say(f"\n{way.question.asked}\n\n{HELP}")
    at, moved = 0, True
    while at < len(way.answers):
        if moved:  # else what was said would be pushed off the screen
            place = f"answer {at + 1} of {len(way.answers)}"
            say(page(way.question, way.answers[at], place, way.width, way.blind))
        try:
            typed = ask(PROMPT).strip()
        except EOFError:
            return False
        if typed == "q":
            return False
        step = _step(way, at, typed, say)
        at, moved = max(at + step, 0), step != 0
    return True


def _step(way: Way, at: int, typed: str, say: Say) -> int:
    """Do what was typed; returns how far to go from here."""
    answer = way.answers[at]
    points = POINTS.fullmatch(typed)
    if typed in ("", "n"):
        return 1
    if typed == "b":
        return -1
    if typed == "=" and answer.given.points is not None:
        return _give(way, at, answer.given.points, answer.given.comment, say)
    if points:
        comment = answer.given.comment if points[2] is None else points[2].strip()
        return _give(way, at, float(points[1].replace(",", ".")), comment, say)
    if typed[:2] == "c ":
        if _give(way, at, None, typed[2:].strip(), say):
            say(state(way.answers[at], way.question.points))
        return 0
    say(way.question.asked if typed == "r" else HELP)
    return 0


def _give(way: Way, at: int, points: float | None, comment: str, say: Say) -> int:
    answer = way.answers[at]
    try:
        given = give(way.exercise, way.question, answer, points, comment)
    except ValueError as error:
        say(f"Nothing was written: {in_one_line(str(error))}.")
        return 0
    except MarkedMeanwhile:
        there = answers(way.exercise, way.question)
        way.answers[at] = next(one for one in there if one.student == answer.student)
        say("Nothing was written: somebody marked this answer in between. There stands:")
        say(state(way.answers[at], way.question.points))
        return 0
    way.answers[at] = replace(answer, given=given)
    return 1
