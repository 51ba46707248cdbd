"""The `course` command: from a list of students and their hand-ins to marks and feedback."""

from __future__ import annotations

import argparse
import gc
import io
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from courseware import start_over
from courseware.grading.bundle import options as bundling
from courseware.grading.lms import options as lms
from courseware.grading.marking import options as marking
from courseware.languages.names import language_of_environment
from courseware.learning import terminal

EXAMPLES = """\
examples:
  course grade 01_number_formats                  grade what is new or was handed in again
  course grade 01_number_formats --students ada bob
  course grade 01_number_formats --regrade        grade again what older checks have graded
  course grade 01_number_formats --force          grade everything again
  course grade 01_number_formats --workers 8
  course grade 01_number_formats --scheduler tcp://10.0.0.1:8786
  course report 01_number_formats --csv grades.csv
  course report 01_number_formats --items         what the class got wrong; without a name: in all
  course similar 01_number_formats                hand-ins that are alike, side by side
  course leaderboard 11_deep_compression          places by accuracy and bytes; also as a page
  course mark 01_number_formats                   written answers, question by question
  course move postgresql://user@host/name         the gradebook, with all marks, to a server
  course doctor
  course bundle                                   what students get, searched for leaks
  course restart 01                               an exercise as it was handed out; work is kept
  course progress                                 how far you are, if you learn on this machine
  course language vi                              exercises and reports in Tiếng Việt (zh-TW, en)
  course compare negate                           after your attempt: the course's own solution
  course roster participants.csv; course collect 01_number_formats moodle.zip
  course export 01_number_formats --moodle; course return 01_number_formats

Hand-ins lie in submitted/STUDENT/EXERCISE/ of the course folder. Exit codes: 0 all graded,
1 some are not (the table says why), 2 a mistake in the command or in the set-up.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(
            stream, io.TextIOWrapper
        ):  # what a terminal has no letters for is spelled out
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        language_of_environment()
    except ValueError as error:
        print(f"course: error: {error}", file=sys.stderr)
        return 2
    if options.command in terminal.COMMANDS:  # a learner's: it waits for nothing that grades
        return terminal.run(options)
    if options.command == "restart":
        return start_over.main([options.exercise])
    if find_spec("courseware.grading.commands") is None:
        print(
            "course: this is a copy for students: restart, progress and language work",
            file=sys.stderr,
        )
        return 2
    from courseware.grading.named import CourseError, look, say_error

    try:
        look(options)
    except CourseError as error:
        say_error(error)
        return 2
    # nbformat's library for JSON schemas would load it for checks of web addresses that no notebook
    # asks for; that takes longer than loading nbgrader.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    # Takes seconds to import: not for --help. The collector would find nothing to take away.
    gc.disable()
    from courseware.grading.commands import run

    gc.enable()

    try:
        code = run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # `course report … | head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = _described(argparse.ArgumentParser(prog="course"), __doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, what: str, description: str) -> argparse.ArgumentParser:
        return _described(commands.add_parser(name, help=what), description)

    grade = add(
        "grade",
        "grade a class and write its feedback pages",
        "Grade the hand-ins to an exercise, write feedback pages, show the table.",
    )
    grade.add_argument(
        "--regrade",
        action="store_true",
        help="grade again what was graded by older checks, before a change in the course",
    )
    grade.add_argument("--force", action="store_true", help="grade everything again")
    grade.add_argument(
        "--workers", type=_positive, metavar="N", help="hand-ins at a time; default: one a core"
    )
    grade.add_argument(
        "--scheduler", metavar="URL", help="run hand-ins on the workers of this Dask scheduler"
    )
    grade.add_argument(
        "--no-pages", action="store_true", help="points only: leave the feedback pages for later"
    )
    doctor = add(
        "doctor",
        "say whether this machine can grade safely",
        "Try the sandbox in which hand-ins run, and say what to do if it fails.",
    )
    report = add(
        "report",
        "show the table of a graded class",
        "Show the table out of the gradebook; nothing is graded.",
    )
    report.add_argument(
        "--items",
        action="store_true",
        help="what the class got wrong, task by task; as a page, too",
    )
    report.add_argument("--page", type=Path, metavar="FILE", help="default: build/items_….html")
    similar = add(
        "similar",
        "show which hand-ins are alike",
        "Compare the answers of a class with each other, with the solutions and with the library, "
        "by the shape of their code. No verdict: docs/grading.md says how to read it.",
    )
    similar.add_argument("exercise", metavar="EXERCISE", help="such as 01_number_formats")
    similar.add_argument(
        "--least",
        type=_positive,
        default=60,
        metavar="PERCENT",
        help="show pairs that share so much of what is not common; default: 60",
    )
    similar.add_argument("--page", type=Path, metavar="FILE", help="default: build/similar_….html")
    board = add(
        "leaderboard",
        "show who makes the best files",
        "Run again, on draws common to the class, all hand-ins that have all points for a task of "
        "files, with the course's own strategies among them; minutes each, and once.",
    )
    board.add_argument("exercise", metavar="EXERCISE", help="such as 11_deep_compression")
    board.add_argument(
        "--names",
        choices=("pseudonyms", "ids", "names"),
        default="pseudonyms",
        help="how students appear on the board; default: pseudonyms",
    )
    board.add_argument("--workers", type=_positive, metavar="N", help="hand-ins at a time")
    board.add_argument(
        "--page", type=Path, metavar="FILE", help="default: build/leaderboard_….html"
    )
    prove = add(
        "prove",
        "run the course's own solutions as hand-ins",
        "Run the solutions of exercises through the sandbox, to full marks, and compare points in "
        "tasks, metadata and text. `course grade` does so by itself after a change.",
    )
    prove.add_argument("exercises", nargs="*", metavar="EXERCISE", help="default: all")
    move = add(
        "move",
        "move the gradebook to another database",
        "Copy all of the gradebook into an empty database (marks given by hand, comments, names), "
        "and compare the copy row by row. The old one stays as it is.",
    )
    move.add_argument("url", metavar="URL", help="such as postgresql://user@host/name")
    terminal.add_arguments(
        add("progress", "show how far you are, if you learn here", terminal.DESCRIPTION)
    )
    terminal.add_language_arguments(
        add("language", "exercises and reports in another language", terminal.LANGUAGE)
    )
    terminal.add_compare_arguments(
        add("compare", "after your attempt: the course's own solution", terminal.COMPARE)
    )
    here = Path()
    others = [*lms.add_commands(commands.add_parser)]
    others += [one.add_command(commands.add_parser) for one in (bundling, marking)]
    restart = add(
        "restart",
        "start an exercise over, and keep what is there",
        "Put an exercise back as it was handed out. What is there moves into the folder kept.",
    )
    restart.add_argument("exercise", metavar="EXERCISE", help="such as 01")
    for command in others:
        _described(command, command.description or "", lms.EXAMPLES)
    for command in (grade, report):
        command.add_argument(
            "exercise",
            metavar="EXERCISE",
            nargs="?" if command is report else None,
            help="such as 01_number_formats",
        )
        command.add_argument("--students", nargs="+", metavar="ID", help="only these students")
        command.add_argument("--csv", type=Path, metavar="FILE", help="write the table there")
    for command in (grade, report, board, *others):
        command.add_argument(
            "--db",
            metavar="URL",
            help="gradebook, such as postgresql://user@host/name; default: $COURSE_DB_URL, "
            "else gradebook.db in the course folder",
        )
    for command in (grade, prove):
        command.add_argument(
            "--without-sandbox",
            action="store_true",
            help="where bubblewrap does not work: run code unprotected. Only for what you trust",
        )
    for command in (grade, report, similar, board, move, prove, doctor, *others):
        command.add_argument(
            "--course-dir", type=Path, default=here, metavar="DIR", help="default: this folder"
        )
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1 up, got {text!r}")
    return int(text)


def _described(
    parser: argparse.ArgumentParser, description: str, examples: str = EXAMPLES
) -> argparse.ArgumentParser:
    parser.description = description
    parser.epilog = examples
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    return parser


if __name__ == "__main__":
    sys.exit(main())
