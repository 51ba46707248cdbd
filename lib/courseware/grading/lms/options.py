"""The options of the commands that speak with a learning management system."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

EXAMPLES = """\
examples:
  course roster participants.csv                  who is in the class: Moodle's list, or Canvas's
  course collect 01_number_formats moodle.zip     all hand-ins that were loaded down
  course export 01_number_formats --moodle        marks, to build/marks_moodle.csv
  course export 01_number_formats --worksheet grades.csv
  course export --canvas canvas_grades.csv        all exercises, into Canvas's own columns
  course return 01_number_formats                 feedback pages, to build/feedback_….zip
"""


def add_commands(add: Callable[..., argparse.ArgumentParser]) -> list[argparse.ArgumentParser]:
    """Add `roster`, `collect`, `export` and `return` to the commands; returns their parsers."""
    roster = add("roster", help="enter the list of a class into the gradebook")
    roster.description = (
        "Enter the students of a CSV file into the gradebook: Moodle's list of participants or "
        "grades, Canvas's gradebook, or columns such as id, first name, last name, email."
    )
    roster.add_argument("file", type=Path, nargs="?", metavar="FILE")
    roster.add_argument("--id-column", metavar="NAME", help="default: ID number, username, …")
    roster.add_argument("--remove", nargs="+", metavar="ID", help="take these students out instead")
    roster.add_argument(
        "--with-marks", action="store_true", help="with --remove: those who have marks, too"
    )

    collect = add("collect", help="put the hand-ins of an archive into submitted/")
    collect.description = (
        "Find out whose the notebooks of an archive are (Moodle's or Canvas's download, nbgrader's "
        "exchange, a folder of files), and put them into submitted/."
    )
    collect.add_argument("exercise", metavar="EXERCISE", help="such as 01_number_formats")
    collect.add_argument(
        "archive",
        type=Path,
        nargs="?",
        metavar="ARCHIVE",
        help="a zip, a tar or a folder; default: nbgrader's exchange on this machine",
    )
    collect.add_argument(
        "--is",
        dest="known",
        action="append",
        default=[],
        metavar="NUMBER=ID",
        help="whose the folder with this number is, where two have one name",
    )
    collect.add_argument(
        "--dry-run", action="store_true", help="say what would be done, and do nothing"
    )

    export = add("export", help="write marks for Moodle, Canvas or a spreadsheet")
    export.description = (
        "Write the marks of some or all exercises. A mark that is not known yet (no hand-in, "
        "still to be marked by hand) stays empty, and is named."
    )
    export.add_argument("exercises", nargs="*", metavar="EXERCISE", help="default: all graded ones")
    form = export.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="for a spreadsheet (the default)")
    form.add_argument("--moodle", action="store_true", help="for Moodle's import of grades")
    form.add_argument(
        "--worksheet", type=Path, metavar="FILE", help="fill in Moodle's grading worksheet"
    )
    form.add_argument(
        "--canvas",
        type=Path,
        nargs="?",
        const=Path(),
        metavar="FILE",
        help="for Canvas; FILE: its exported gradebook, of which the columns are filled in",
    )
    export.add_argument(
        "--column", metavar="NAME", help="with --canvas: how its column begins, if not as EXERCISE"
    )
    export.add_argument("--out", type=Path, metavar="FILE", help="default: build/marks_….csv")
    export.add_argument(
        "--digits", type=int, choices=range(5), default=1, help="decimal places; default: 1"
    )

    give_back = add("return", help="pack feedback pages for Moodle or Canvas to give back")
    give_back.description = (
        "Pack the feedback pages of an exercise: where hand-ins were collected from Moodle or "
        "Canvas, so that it finds out whose each page is; else one folder a student."
    )
    give_back.add_argument("exercise", metavar="EXERCISE")
    give_back.add_argument(
        "--exchange", action="store_true", help="put them where students fetch them on this machine"
    )
    give_back.add_argument("--out", type=Path, metavar="FILE", help="default: build/feedback_….zip")
    return [roster, collect, export, give_back]
