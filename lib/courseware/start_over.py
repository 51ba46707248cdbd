"""Start an exercise over: it is as it was handed out again, and what was there is kept.

course restart 01
python -m courseware.start_over 01_number_formats
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from courseware.languages.exercises import bring_notebook_into
from courseware.languages.names import chosen_language

COURSE = Path(__file__).resolve().parents[2]
UNCHANGED = Path(__file__).with_name("unchanged")
"""A second copy of exercises/, in which nobody works; `make exercises` writes both."""


def start_over(exercise: str, course: Path = COURSE) -> Path | None:
    """Put `exercise` back; return the folder with what was there, None if there was nothing.

    Nothing is overwritten: the folder of the exercise as it is moves to a new name below kept/.
    """
    exercise = full_name(exercise)
    folder, kept = course / "exercises" / exercise, None
    if folder.exists():
        names = (course / "kept" / f"{exercise}_{number}" for number in count(1))
        kept = next(name for name in names if not name.exists())
        kept.parent.mkdir(exist_ok=True)
        folder.rename(kept)
    shutil.copytree(UNCHANGED / exercise, folder)
    bring_notebook_into(chosen_language(), folder / f"{exercise}.ipynb", exercise)
    return kept


def full_name(exercise: str) -> str:
    """The exercise that is meant by its name, or by the number in it.

    >>> full_name("01")
    '01_number_formats'
    """
    known = sorted(folder.name for folder in UNCHANGED.iterdir())
    meant = [name for name in known if exercise in (name, name.partition("_")[0])]
    if not meant:
        raise ValueError(f"exercise: expected one of {', '.join(known)}, got {exercise!r}")
    return meant[0]


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m courseware.start_over", description="Start an exercise over."
    )
    parser.add_argument("exercise", metavar="EXERCISE", help="such as 01_number_formats")
    exercise = parser.parse_args(arguments).exercise
    try:
        kept = start_over(exercise)
        exercise = full_name(exercise)
    except (ValueError, OSError) as error:
        print(f"start_over: {error}", file=sys.stderr)
        return 2
    print(f"exercises/{exercise} is as it was handed out.")
    if kept:
        print(f"What was there before lies in {kept.relative_to(COURSE).as_posix()}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
