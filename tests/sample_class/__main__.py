"""`make demo`: hand in a made-up class to a course of its own, and grade it.

Nothing of yours is touched: the course is a copy in build/demo, made anew each time.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

from courseware.grading.cli import main as course
from tests.sample_class.handing_in import ROOT
from tests.sample_class.students import EXERCISE, STUDENTS

COPIED = ("nbgrader_config.py", "solutions", "exercises")


def main() -> int:
    """Build the class, say who is in it, grade it with `course grade`."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "build" / "demo", help="default: build/demo"
    )
    folder = parser.parse_args().folder.resolve()
    make_course(folder)
    print(f"A class of {len(STUDENTS)} hands in exercise {EXERCISE}:\n")
    for name in STUDENTS:
        print(f"  {name:<8}{' '.join((STUDENTS[name].__doc__ or '').split())}")
    print(f"\n$ course grade {EXERCISE} --course-dir {folder}\n", flush=True)
    return course(["grade", EXERCISE, "--course-dir", str(folder)])


def make_course(folder: Path) -> None:
    """A copy of the course with the hand-ins of all students."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    for name, hand_in in STUDENTS.items():
        place = folder / "submitted" / name / EXERCISE / f"{EXERCISE}.ipynb"
        place.parent.mkdir(parents=True)
        content = hand_in()
        place.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())


if __name__ == "__main__":
    sys.exit(main())
