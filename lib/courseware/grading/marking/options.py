"""The options of `course mark`."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def add_command(add: Callable[..., argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add `mark` to the commands; returns its parser."""
    mark = add("mark", help="mark written answers, one question over all students")
    mark.description = (
        "Show the written answers of a graded exercise, one question over all students, beside the "
        "model answer and the rubric. Points and comments go into the gradebook as they are typed."
    )
    mark.add_argument("exercise", metavar="EXERCISE", help="such as 01_number_formats")
    mark.add_argument("--question", metavar="CELL", help="only this one, such as explain")
    mark.add_argument("--all", action="store_true", help="show what is marked already, too")
    mark.add_argument("--blind", action="store_true", help="do not show whose answer it is")
    return mark
