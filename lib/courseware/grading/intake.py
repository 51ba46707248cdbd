"""The intake: what of a student's folder is taken, and what is refused by name.

`submitted/` is written by others, and it is read here alone. A hand-in is read by `untrusted`,
which follows no link, waits for nothing and reads no more than it has to. Taken are the notebooks,
and the time at which they came, where that can be known. All that follows (grading, pages, the
steps and commands of nbgrader) sees a copy made of these: see `copies`.

* A name that cannot be kept apart from others (not UTF-8, with a line break, with a blank at its
  end, which nbgrader takes away) is refused, and shown with escapes.
* What is refused is not graded, which is not a 0: a person has to look.
* What is taken and then is no notebook counts as not answered: see `reading`.
"""

from __future__ import annotations

import contextlib
import fnmatch
import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from courseware.grading.anomalies import OTHER_NAME, SIDE_FILE, UNKNOWN_TIME, Anomaly, name
from courseware.grading.arrival import (
    BY_MODIFICATION,
    BY_TIMESTAMP,
    TIMESTAMP,
    UNKNOWN,
    time_in,
    time_of_file,
)
from courseware.grading.folder_names import is_alike, is_variant, name_obstacle, shown
from courseware.grading.reading import MAX_FILE_BYTES, holds_cells
from courseware.grading.untrusted import (
    Place,
    Refused,
    entries,
    has_one_name,
    identity,
    kind,
    open_folder,
    read_file,
    top_folder,
    walk,
)

MAX_STUDENTS = 100_000
MAX_ENTRIES = 500
"""Files and folders of one hand-in that are looked at."""
MAX_SEARCHED = 100_000
"""Files and folders of one student in which a link to a classmate's file is looked for."""

FROM_NBGRADER: tuple[Place, ...] = ((TIMESTAMP,), ("submission_secret.txt",))
"""Files that nbgrader's exchange puts beside a notebook; nothing is said about them."""


@dataclass(frozen=True)
class Assignment:
    """What is looked for: an exercise and its notebooks; and what means nothing."""

    submitted: Path
    exercise: str
    notebooks: tuple[str, ...]
    ignore: tuple[str, ...] = ()
    arrival: str = UNKNOWN


@dataclass(frozen=True)
class HandIn:
    """What was taken: the bytes of each notebook, by its id, and when it came, if that is known."""

    notebooks: Mapping[str, bytes]
    notes: tuple[Anomaly, ...] = ()
    arrived: datetime | None = None


def hand_ins(assignment: Assignment) -> dict[str, str]:
    """Everybody who handed something in, and what keeps it from being taken, or "".

    Each entry of `submitted/` that may be a hand-in to the exercise is there, under a name that can
    be printed; a folder that holds other exercises is not.
    """
    found: dict[str, str] = {}
    if not assignment.submitted.is_dir():
        return found
    with top_folder(assignment.submitted) as submitted:
        for entry in entries(submitted, MAX_STUDENTS):
            if _is_ignored(assignment, entry):
                continue
            problem = _obstacle(entry, submitted, assignment)
            if problem is not None:
                found[shown(entry)] = problem
    return found


def take(assignment: Assignment, student: str) -> HandIn:
    """Read what a student handed in; raises `Refused`."""
    if problem := name_obstacle(student):
        raise Refused(problem)
    with (
        top_folder(assignment.submitted) as submitted,
        open_folder(student, submitted) as folder,
        open_folder(assignment.exercise, folder) as inside,
    ):
        return _take(assignment, inside, _Class(assignment, submitted))


def arrived(assignment: Assignment, student: str) -> datetime | None:
    """When a hand-in came, if that can be known; the notebooks stay unread."""
    try:
        return take(assignment, student).arrived if assignment.arrival != UNKNOWN else None
    except Refused:
        return None


def _obstacle(student: str, submitted: int, assignment: Assignment) -> str | None:
    """What keeps a hand-in from being taken; None if there is none to this exercise."""
    try:
        with open_folder(student, submitted) as folder:
            if not kind(assignment.exercise, folder):
                there = [e for e in entries(folder, MAX_ENTRIES) if _is_meant(e, assignment)]
                names = ", ".join(map(shown, there))
                missing = f"there is no folder {assignment.exercise} in it, but {names}"
                return missing if there else None
    except Refused as reason:
        return str(reason)
    return name_obstacle(student)


def _is_meant(entry: str, assignment: Assignment) -> bool:
    """Whether an entry of a student's folder may be the hand-in, put into the wrong place."""
    return is_alike(entry, assignment.exercise) or any(
        is_variant(entry, notebook) for notebook in assignment.notebooks
    )


def _is_ignored(assignment: Assignment, entry: str) -> bool:
    return any(fnmatch.fnmatchcase(entry, pattern) for pattern in assignment.ignore)


@dataclass(frozen=True)
class _Class:
    """All hand-ins, in the open folder `submitted`."""

    assignment: Assignment
    submitted: int

    def is_own(self, folder: int, status: os.stat_result) -> bool:
        """Whether a notebook belongs to a hand-in: the file is nowhere else, or was here first.

        A link to a classmate's file must not cost the classmate's marks, wherever and under which
        name it lies. Making it changes the time of the file and of the folder that the link is put
        into, and the system alone sets these. So the file belongs to the folder that has not been
        changed for longest, and not since the file was, if all of its names are in hand-ins.
        """
        if has_one_name(status):
            return True
        holders = list(itertools.islice(self._holders(status), status.st_nlink))
        here = os.fstat(folder)
        others = [one.st_ctime_ns for one in holders if not os.path.samestat(one, here)]
        return (
            len(holders) == status.st_nlink
            and here.st_ctime_ns < status.st_ctime_ns
            and all(here.st_ctime_ns < changed for changed in others)
        )

    def _holders(self, status: os.stat_result) -> Iterator[os.stat_result]:
        """The folders in which a file has its names: that of all hand-ins, and all in these."""
        for student in entries(self.submitted, MAX_STUDENTS):
            if identity(student, self.submitted) == (status.st_dev, status.st_ino):
                yield os.fstat(self.submitted)
            with contextlib.suppress(Refused), open_folder(student, self.submitted) as own:
                for _, entry, folder in walk(own, MAX_SEARCHED):
                    if identity(entry, folder) == (status.st_dev, status.st_ino):
                        yield os.fstat(folder)


def _take(assignment: Assignment, inside: int, everybody: _Class) -> HandIn:
    there = _files(assignment, inside)
    notebooks: dict[str, bytes] = {}
    notes: list[Anomaly] = []
    used: dict[Place, float] = {}
    for notebook in assignment.notebooks:
        is_own = partial(everybody.is_own, inside)
        place, content, changed = _notebook(notebook, assignment, inside, there, is_own)
        if place is not None:
            notebooks[notebook], used[place] = content, changed
            if place != (f"{notebook}.ipynb",):
                text = f"{_named([place])} was graded, as {notebook}.ipynb is missing or empty."
                notes.append(Anomaly(OTHER_NAME, "", text))
    if not notebooks:
        wanted = " or ".join(f"{notebook}.ipynb" for notebook in assignment.notebooks)
        raise Refused(f"no file {wanted} was handed in, but {_named(there) or 'no notebook'}")
    known = {*used, *((f"{notebook}.ipynb",) for notebook in notebooks), *FROM_NBGRADER}
    if left := [place for place in there if place not in known]:
        text = f"Only the notebook is graded; other files were left out: {_named(left)}."
        notes.append(Anomaly(SIDE_FILE, "", text))
    came = _came(assignment, inside, used.values())
    if assignment.arrival != UNKNOWN and came is None:
        text = f"When it was handed in is not known: there is no {TIMESTAMP} with a time."
        notes.append(Anomaly(UNKNOWN_TIME, "", text))
    return HandIn(notebooks, tuple(notes), came)


def _files(assignment: Assignment, inside: int) -> list[Place]:
    """Places of all that is no folder, level by level."""
    return [
        (*above, entry)
        for above, entry, folder in walk(inside, MAX_ENTRIES, partial(_is_ignored, assignment))
        if kind(entry, folder) != "a folder"
    ]


def _notebook(
    notebook: str,
    assignment: Assignment,
    inside: int,
    there: list[Place],
    is_own: Callable[[os.stat_result], bool],
) -> tuple[Place | None, bytes, float]:
    """A notebook's place, bytes and time: the file of its name, or the only one meant for it."""
    exact: Place = (f"{notebook}.ipynb",)
    own: tuple[Place | None, bytes, float] = (None, b"", 0.0)
    if kind(exact[0], inside):
        own = (exact, *read_file(exact, inside, MAX_FILE_BYTES, is_own))
        if holds_cells(own[1]):
            return own
    others = []
    for place in _variants(notebook, assignment, there):
        try:
            content, changed = read_file(place, inside, MAX_FILE_BYTES)
        except Refused:
            continue
        if holds_cells(content):
            others.append((place, content, changed))
    if len(others) > 1:
        names = _named([place for place, _, _ in others])
        raise Refused(f"{exact[0]} is missing or empty, but there are {names}: leave the right one")
    return others[0] if others else own


def _variants(notebook: str, assignment: Assignment, there: list[Place]) -> list[Place]:
    """Files of almost the same name beside a notebook; else those of such a name in folders."""
    exact = {(f"{other}.ipynb",) for other in assignment.notebooks}
    alike = [place for place in there if is_variant(place[-1], notebook) and place not in exact]
    return [place for place in alike if len(place) == 1] or alike


def _came(assignment: Assignment, inside: int, changed: Iterable[float]) -> datetime | None:
    if assignment.arrival == BY_MODIFICATION:
        return time_of_file(max(changed))
    if assignment.arrival == BY_TIMESTAMP:
        try:
            return time_in(read_file((TIMESTAMP,), inside, most=200)[0])
        except Refused:
            return None
    return None


def _named(places: list[Place]) -> str:
    """Some files by name, harmless in any text."""
    names = ", ".join(name("/".join(place)) for place in places[:5])
    return f"{names} and {len(places) - 5} more" if len(places) > 5 else names
