"""An archive of hand-ins → `submitted/`: everybody's notebook at its place, and nothing elsewhere.

What is replaced is kept in `collected/older/`, what cannot be placed is named. Which notebook is
whose is worked out for all of the archive before a single file is written.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from courseware.grading.arrival import TIMESTAMP
from courseware.grading.folder_names import is_variant, name_obstacle
from courseware.grading.lms.archives import Entry, shown_path
from courseware.grading.lms.layouts import (
    EXCHANGE,
    FILES,
    Place,
    is_of_another,
    match,
    place_of,
)
from courseware.grading.lms.record import FOLDER, Collected, read_record, write_record
from courseware.grading.lms.roster import Member
from courseware.grading.plain_lines import in_one_line
from courseware.grading.whole_file import whole_file

SECRET = "submission_secret.txt"
"""The file in which nbgrader's exchange hands in what a page finds its way back by."""

_SECRET = re.compile(rb"[0-9A-Za-z]{1,1000}")

NEW, NEWER, SAME, OLDER = "new", "in place of an older one", "there already", "older: left out"


@dataclass(frozen=True)
class Target:
    """Where hand-ins to an exercise go."""

    root: Path
    submitted: Path
    exercise: str
    notebooks: tuple[str, ...]


@dataclass(frozen=True)
class Piece:
    """A notebook of an archive, and what its place says."""

    place: Place
    entry: Entry


@dataclass(frozen=True)
class HandedIn:
    """What will be taken of one student: a piece for each notebook, and what was odd."""

    student: str
    pieces: Mapping[str, Piece]
    remarks: tuple[str, ...]
    secret: bytes = b""
    """By which nbgrader's exchange finds the way back for a feedback page."""

    @property
    def late(self) -> bool:
        """Whether the other system says that it came late."""
        return any(piece.place.late for piece in self.pieces.values())


@dataclass(frozen=True)
class Sorted:
    """An archive that was looked through: hand-ins by student, and what could not be placed."""

    hand_ins: tuple[HandedIn, ...]
    not_placed: tuple[tuple[str, str], ...]


def sort_out(
    entries: Iterable[Entry],
    members: Sequence[Member],
    target: Target,
    known: Mapping[str, str] | None = None,
) -> Sorted:
    """Say whose each file is. Without members, folders named by ids say it themselves.

    `known` has the ids of those whom the teacher knows by the other system's number.
    """
    by_student: dict[str, list[Piece]] = {}
    not_placed: list[tuple[str, str]] = []
    others: dict[str, list[str]] = {}
    secrets: dict[PurePosixPath, bytes] = {}
    for entry in entries:
        if entry.path.name == SECRET and _SECRET.fullmatch(entry.content):
            secrets[entry.path.parent] = entry.content
        if _is_by_the_way(entry.path) or is_of_another(entry.path, target.exercise):
            continue
        place = place_of(entry.path, target.exercise)
        if place is not None and place.number in (known or {}):
            found, why = [(known or {})[place.number]], ""
        else:
            found, why = _students(place, members, target.exercise)
        if place is None or len(found) != 1:
            not_placed.append((shown_path(entry.path), why))
        elif place.layout == EXCHANGE and entry.owner not in ("", place.who):
            why = f"is {in_one_line(place.who)}'s by its name, and belongs to {entry.owner}"
            not_placed.append((shown_path(entry.path), why))
        elif entry.problem:
            not_placed.append((shown_path(entry.path), entry.problem))
        elif not _is_notebook(place.file):
            others.setdefault(found[0], []).append(in_one_line(place.file))
        else:
            by_student.setdefault(found[0], []).append(Piece(place, entry))
    for student, pieces in list(by_student.items()):
        numbers = sorted({piece.place.number for piece in pieces} - {""})
        if len(numbers) > 1:  # two people: the later one's work would stand in for the other's
            del by_student[student]
            why = f"{' and '.join(numbers)} cannot both be {student}: `--is NUMBER=ID` says who"
            not_placed += [(shown_path(piece.entry.path), why) for piece in pieces]
    for student in others.keys() - by_student.keys():
        files = ", ".join(others[student][:3])
        not_placed.append((student, f"no notebook among what was handed in: {files}"))
    hand_ins = [
        _choose(student, pieces, target, secrets) for student, pieces in sorted(by_student.items())
    ]
    return Sorted(tuple(hand_ins), tuple(sorted(not_placed)))


def _is_by_the_way(path: PurePosixPath) -> bool:
    """What systems add that nobody handed in, and nbgrader's own small files."""
    names = {"__MACOSX", ".DS_Store", "Thumbs.db", TIMESTAMP, SECRET}
    return bool(names & {*path.parts}) or ".ipynb_checkpoints" in path.parts


def _is_notebook(file: str) -> bool:
    return ".ipynb" in file.casefold() or file.casefold().endswith(".json")


def _students(
    place: Place | None, members: Sequence[Member], exercise: str
) -> tuple[list[str], str]:
    if place is None:
        return [], "its place does not say whose it is"
    who = in_one_line(place.who)
    if place.layout == FILES and f"+{exercise}+" in place.who:
        return [], "its folder has no name that nbgrader's exchange gives"
    if not members and place.layout in (FILES, EXCHANGE):
        problem = name_obstacle(place.who)
        return ([], problem) if problem else ([place.who], "")
    found = [member.id for member in match(place, members, exercise)]
    if not found:
        return [], f"nobody in the roster is {who!r}"
    way = f"`--is {place.number}=ID` says who" if place.number else "rename in the archive"
    several = f"{who!r} may be {' or '.join(found)}: {way}"
    return found, several if len(found) > 1 else ""


def _choose(
    student: str,
    pieces: Sequence[Piece],
    target: Target,
    secrets: Mapping[PurePosixPath, bytes],
) -> HandedIn:
    """For each notebook of the exercise the piece that counts: the right name, the last attempt."""
    remarks: list[str] = []
    chosen: dict[str, Piece] = {}
    only = target.notebooks[0] if len(target.notebooks) == 1 else None
    for notebook in target.notebooks:
        named = [p for p in pieces if is_variant(p.place.file, notebook)]
        candidates = named or (list(pieces) if only else [])
        if not candidates:
            remarks.append(f"{notebook}.ipynb was not handed in")
            continue
        last = max(candidates, key=_order(notebook))
        chosen[notebook] = last
        different = {piece.entry.content for piece in candidates}
        if len(different) > 1:
            remarks.append(f"{len(different)} notebooks, taken: {in_one_line(last.place.file)}")
        elif last.place.file != f"{notebook}.ipynb":
            remarks.append(f"was called {in_one_line(last.place.file)}")
    first = next(iter(chosen.values()), None)
    is_from_exchange = first is not None and first.place.layout == EXCHANGE
    secret = secrets.get(first.entry.path.parent, b"") if first and is_from_exchange else b""
    return HandedIn(student, chosen, tuple(remarks), secret)


def _order(notebook: str) -> Callable[[Piece], tuple[int, float, bool]]:
    """Later attempts, later files, and the right name last."""
    return lambda piece: (
        piece.place.attempt,
        piece.entry.modified,
        piece.place.file == f"{notebook}.ipynb",
    )


def put_all(found: Sorted, target: Target) -> dict[str, str]:
    """Write what was sorted out, and the record of it; says what became of each student's."""
    record = read_record(target.root, target.exercise)
    fates = {}
    try:
        for one in found.hand_ins:
            fates[one.student], record[one.student] = put(one, target)
    finally:
        write_record(target.root, target.exercise, record)
    return fates


def put(hand_in: HandedIn, target: Target) -> tuple[str, Collected]:
    """Write one student's notebooks; says what became of them.

    A file is there whole or not at all, and what it takes the place of is kept.
    """
    folder = target.submitted / hand_in.student / target.exercise
    folder.mkdir(parents=True, exist_ok=True)
    fates = {
        _put_file(folder / f"{notebook}.ipynb", piece.entry.content, hand_in.student, target)
        for notebook, piece in hand_in.pieces.items()
    }
    fate = next(one for one in (NEWER, NEW, OLDER, SAME) if one in fates or one == SAME)
    first = next(iter(hand_in.pieces.values()))
    if fate in (NEW, NEWER):
        # Those of another hand-in say when that one came, and lead elsewhere.
        for name in (TIMESTAMP, SECRET):
            (folder / name).unlink(missing_ok=True)
        if first.place.moment:
            (folder / TIMESTAMP).write_text(first.place.moment, encoding="ascii")
        if hand_in.secret:
            (folder / SECRET).write_bytes(hand_in.secret)
    return fate, Collected(
        hand_in.student,
        first.place.layout,
        first.place.way_back,
        first.place.file,
        "late" if hand_in.late else "",
        first.place.moment,
        "; ".join(hand_in.remarks),
    )


def _put_file(path: Path, content: bytes, student: str, target: Target) -> str:
    kept = target.root / FOLDER / "older" / target.exercise / student
    name = f"{path.stem}.{hashlib.sha256(content).hexdigest()[:12]}.ipynb"
    there = _content(path)
    if there == content:
        return SAME
    if (kept / name).exists():
        return OLDER
    if there is not None:
        digest = hashlib.sha256(there).hexdigest()[:12]
        with whole_file(kept / f"{path.stem}.{digest}.ipynb") as new:
            new.write_bytes(there)
    with whole_file(path) as new:
        new.write_bytes(content)
    return NEW if there is None else NEWER


def _content(path: Path) -> bytes | None:
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(handle, "rb") as file:
            return file.read()
    return None
