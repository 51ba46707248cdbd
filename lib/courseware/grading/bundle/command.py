"""What `course bundle` does."""

from __future__ import annotations

import argparse
import re

from courseware.checks.points import problems
from courseware.grading.bundle.contents import Files, not_there
from courseware.grading.bundle.making import Wishes, found_in, make, write
from courseware.grading.course import open_course
from courseware.grading.named import CourseError
from courseware.grading.plain_lines import in_one_line

MOST = 20
"""Leaks that are listed."""


def bundle(options: argparse.Namespace) -> int:
    """Make what students get, search it, and write it if nothing was found."""
    root = options.course_dir.resolve()
    api = open_course(root)
    wishes = Wishes(options.until, options.quiz == "reasons", not options.open_library)
    files = make(root, wishes)
    if missing := not_there(files):
        raise CourseError(f"the bundle would lack a module: {missing[0]}")
    if stale := other_points(files):
        raise CourseError(f"{stale[0]}: run `make exercises` first", stale[1:])
    if found := found_in(files, api, wishes):
        for line in found[:MOST]:
            print(f"  {in_one_line(line)}")
        raise CourseError(f"nothing was written: {len(found)} leaks were found, see above")
    out = options.out or root / "build" / "model_compression.zip"
    write(files, out)
    size = sum(map(len, files.values())) / 1e6
    print(f"{len(files)} files, {size:.1f} MB, searched for leaks: {out}")
    print(f"What it gives away all the same: {gives_away(wishes)} (docs/teaching.md)")
    return 0


def other_points(files: Files) -> list[str]:
    """Where the exercises of a bundle say other points than its tasks."""
    exercises = (path for path in files if re.fullmatch(r"exercises/(\w+)/\1\.ipynb", path))
    return [
        f"{path}: {problem}"
        for path in exercises
        for problem in problems(files[path].decode("utf-8"), path.split("/")[1], handed_out=True)
    ]


def gives_away(wishes: Wishes) -> str:
    """In a line, what a student can find in it."""
    how = "sealed, not secret" if wishes.sealed else "to be read by anybody"
    keys = "the quizzes' keys, by trying" if wishes.keys else "no key of a quiz"
    return f"the references of its chapters, {how}; {keys}"
