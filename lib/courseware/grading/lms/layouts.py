"""Whose file it is, by where it lies in an archive.

Moodle      Ann Doe_1234_assignsubmission_file_/work.ipynb; without folders, one name in a row;
            groups in front ("Group A-Ann Doe_…", or a folder of the group)
Canvas      doeann_LATE_321_98765_work-1.ipynb: name, late or not, the student's number, the
            hand-in's, and the number of the attempt
nbgrader    ann+01_toy+2026-03-01 10:00:00.000000 UTC+…/01_toy.ipynb, as its exchange keeps them
files       ann/work.ipynb, ann.ipynb, 01_toy_ann.ipynb
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from courseware.grading.lms.roster import Member

MOODLE, CANVAS, EXCHANGE, FILES = LAYOUTS = ("moodle", "canvas", "nbgrader", "files")

_MOODLE = re.compile(
    r"(?P<who>.+)_(?P<number>\d+)_assignsubmission_(?P<kind>file|onlinetext)_?(?P<file>.*)"
)
_CANVAS = re.compile(
    r"(?P<who>[^_]+)(?P<late>_late)?_(?P<number>\d+)_\d+_(?P<file>.+)", re.IGNORECASE
)
_EXCHANGE = re.compile(
    r"(?P<who>[^+]+)\+(?P<exercise>[^+]+)\+"
    r"(?P<time>\d{4}-\d\d-\d\d \d\d[:_]\d\d[:_]\d\d\.\d+ [A-Z]+)(?:\+.*)?"
)
_ATTEMPT = re.compile(r"-(?P<attempt>\d+)(?=\.[^.]+$)")


@dataclass(frozen=True)
class Place:
    """What a path in an archive says of a file.

    Attributes:
        layout: one of `LAYOUTS`.
        who: the name or id that stands there, whatever the layout writes.
        file: the file's own name, without what the layout put in front of or behind it.
        number: the other system's number of the student (Canvas) or of the hand-in (Moodle).
        way_back: where a page for the same student has to lie, less its name.
        late: whether the other system says so.
        attempt: the later the larger.
        moment: when it was handed in, where the layout vouches for it.
    """

    layout: str
    who: str
    file: str
    number: str = ""
    way_back: str = ""
    late: bool = False
    attempt: int = 0
    moment: str = ""


def place_of(path: PurePosixPath, exercise: str) -> Place | None:
    """What is known of a file; None for one that none of the layouts explains.

    >>> place_of(PurePosixPath("Ann Doe_12_assignsubmission_file_/toy.ipynb"), "01").who
    'Ann Doe'
    >>> place_of(PurePosixPath("doeann_LATE_3_45_toy-2.ipynb"), "01").attempt
    2
    """
    parts = [part for part in path.parts if part not in ("/", "..", ".")]
    if not parts:
        return None
    return (
        _of_moodle(parts) or _of_exchange(parts, exercise) or _of_canvas(parts) or _of_files(parts)
    )


def _of_moodle(parts: Sequence[str]) -> Place | None:
    for position, part in enumerate(parts):
        if not (found := _MOODLE.fullmatch(part)):
            continue
        file = parts[-1] if position < len(parts) - 1 else found["file"]
        folder = part if position < len(parts) - 1 else part.removesuffix(found["file"])
        back = "/".join([*parts[:position], folder])
        return Place(MOODLE, found["who"], file, found["number"], back)
    return None


def _of_exchange(parts: Sequence[str], exercise: str) -> Place | None:
    for part in parts[:-1]:
        if (found := _EXCHANGE.fullmatch(part)) and found["exercise"] == exercise:
            moment = found["time"].replace("_", ":")
            order = int(re.sub(r"\D", "", moment))
            return Place(EXCHANGE, found["who"], parts[-1], attempt=order, moment=moment)
    return None


def _of_canvas(parts: Sequence[str]) -> Place | None:
    if not (found := _CANVAS.fullmatch(parts[-1])):
        return None
    attempt = _ATTEMPT.search(found["file"])
    file = _ATTEMPT.sub("", found["file"])
    back = parts[-1].removesuffix(found["file"])
    return Place(
        CANVAS,
        found["who"],
        file,
        found["number"],
        back,
        late=found["late"] is not None,
        attempt=int(attempt["attempt"]) if attempt else 0,
    )


def _of_files(parts: Sequence[str]) -> Place:
    if len(parts) > 1:
        return Place(FILES, parts[0], parts[-1])
    return Place(FILES, parts[0].partition(".")[0], parts[0])


def is_of_another(path: PurePosixPath, exercise: str) -> bool:
    """Whether nbgrader's exchange has a file as a hand-in to another exercise.

    >>> is_of_another(PurePosixPath("ann+02_toy+2026-03-01 10:00:00.0 UTC+x/a.ipynb"), "01_toy")
    True
    """
    found = [_EXCHANGE.fullmatch(part) for part in path.parts[:-1]]
    return any(one is not None and one["exercise"] != exercise for one in found)


def match(place: Place, members: Iterable[Member], exercise: str) -> list[Member]:
    """The members that a file may be from: one, if all is well."""
    ways = {
        MOODLE: _by_name,
        CANVAS: _by_canvas,
        EXCHANGE: _by_id,
        FILES: _by_id,
    }
    return ways[place.layout](place, list(members), exercise)


def _by_id(place: Place, members: Sequence[Member], exercise: str) -> list[Member]:
    for who in _without_exercise(place.who, exercise):
        if found := [one for one in members if one.id == who]:
            return found
    letters = {_letters(who) for who in _without_exercise(place.who, exercise)}
    return [one for one in members if letters & {_letters(one.id), *_names(one)}]


def _without_exercise(who: str, exercise: str) -> Iterator[str]:
    yield who
    for joint in "_-+ ":
        yield who.removeprefix(f"{exercise}{joint}")
        yield who.removesuffix(f"{joint}{exercise}")


def _by_canvas(place: Place, members: Sequence[Member], exercise: str) -> list[Member]:
    if found := [one for one in members if one.lms_id == place.number]:
        return found
    return [one for one in members if _letters(place.who) in _names(one)]


def _by_name(place: Place, members: Sequence[Member], exercise: str) -> list[Member]:
    """By the whole name; else by what is behind a hyphen, in front of which a group may stand."""
    pieces = place.who.split("-")
    for start in range(len(pieces)):
        letters = _letters("-".join(pieces[start:]))
        if found := [one for one in members if letters in _names(one)]:
            return found
    return []


def _names(member: Member) -> set[str]:
    """A member's name in letters alone, in both orders. Nobody is found by an empty one."""
    first, last = _letters(member.first_name), _letters(member.last_name)
    return {first + last, last + first} - {""}


def _letters(name: str) -> str:
    """Letters and digits alone, without accents: archives lose these.

    >>> _letters("Đặng Thị Ánh-Nguyệt"), _letters("王小明")
    ('đangthianhnguyet', '王小明')
    """
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in apart if letter.isalnum())
