"""Feedback pages → an archive that a learning management system gives to each student."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from courseware.grading.lms.layouts import CANVAS, MOODLE
from courseware.grading.lms.record import Collected
from courseware.grading.scores import StudentScores, in_brief
from courseware.grading.whole_file import whole_file

MARKS = re.compile(r'<p class="total"><!-- marks (.*?) -->')


def name_in_archive(page: Path, student: str, collected: Collected | None) -> str:
    """Where a page has to lie, for the system that the hand-in came from to know whose it is.

    >>> of_moodle = Collected("a", "moodle", "Ann Doe_12_assignsubmission_file_", "toy.ipynb")
    >>> name_in_archive(Path("01.html"), "a", of_moodle)
    'Ann Doe_12_assignsubmission_file_/01.html'
    >>> of_canvas = Collected("a", "canvas", "doeann_3_45_", "toy.ipynb")
    >>> name_in_archive(Path("01.html"), "a", of_canvas)
    'doeann_3_45_01.html'
    >>> name_in_archive(Path("01.html"), "a", None)
    'a/01.html'
    """
    if collected is None or not collected.way_back:
        return f"{student}/{page.name}"
    if collected.layout == CANVAS:
        return f"{collected.way_back}{page.name}"
    return f"{collected.way_back}/{page.name}"


def from_before(
    pages: Mapping[str, Sequence[Path]], everybody: Sequence[StudentScores]
) -> list[str]:
    """Whose pages show other points than the gradebook has by now, or more left to be marked."""
    found = []
    for one in everybody:
        for page in pages.get(one.student, ()):
            of_notebook = [
                score for task, score in one.scores.items() if task.notebook == page.stem
            ]
            shown = MARKS.search(page.read_text(encoding="utf-8"))
            if shown and shown[1] != in_brief(of_notebook):
                found.append(one.student)
    return list(dict.fromkeys(found))


def pack(
    pages: Mapping[str, list[Path]], collected: Mapping[str, Collected], path: Path
) -> tuple[int, list[str]]:
    """Write the archive; returns how many pages are in it, and who cannot be found by the system.

    The archive is there whole or not at all.
    """
    count, elsewhere = 0, []
    systems = {MOODLE, CANVAS} & {one.layout for one in collected.values()}
    with whole_file(path) as new, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
        for student, files in sorted(pages.items()):
            record = collected.get(student)
            if systems and (record is None or not record.way_back):
                elsewhere.append(student)
            for file in files:
                archive.write(file, name_in_archive(file, student, record))
                count += 1
    return count, elsewhere
