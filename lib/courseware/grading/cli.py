"""The `course` command: grade a class, and show its results."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

EXAMPLES = """\
examples:
  course grade 01_number_formats                  grade what is new or was handed in again
  course grade 01_number_formats --students ada bob
  course grade 01_number_formats --force          grade everything again
  course report 01_number_formats --csv grades.csv

Hand-ins lie in submitted/STUDENT/EXERCISE/ of the course folder. Exit codes: 0 all graded,
1 some are not (the table says why), 2 a mistake in the command or in the set-up.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = _parser().parse_args(arguments)
    # Takes seconds to import: not for --help.
    from courseware.grading.commands import run

    return run(options)


def _parser() -> argparse.ArgumentParser:
    parser = _described(argparse.ArgumentParser(prog="course"), __doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    grade = commands.add_parser("grade", help="grade a class and write its feedback pages")
    _described(grade, "Grade the hand-ins to an exercise, write feedback pages, show the table.")
    grade.add_argument("--force", action="store_true", help="grade again what is graded already")
    report = commands.add_parser("report", help="show the table of a graded class")
    _described(report, "Show the table out of the gradebook; nothing is graded.")
    here = Path()
    for command in (grade, report):
        command.add_argument("exercise", metavar="EXERCISE", help="such as 01_number_formats")
        command.add_argument("--students", nargs="+", metavar="ID", help="only these students")
        command.add_argument("--csv", type=Path, metavar="FILE", help="write the table there")
        command.add_argument(
            "--course-dir", type=Path, default=here, metavar="DIR", help="default: this folder"
        )
    return parser


def _described(parser: argparse.ArgumentParser, description: str) -> argparse.ArgumentParser:
    parser.description = description
    parser.epilog = EXAMPLES
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    return parser


if __name__ == "__main__":
    sys.exit(main())
