"""Places on a leaderboard: by what was lost on draws common to the class, then by size.

Whose means differ by no more than chance would have it are equal, and among them the smaller file
is ahead. Of a group of equals none is worse than its best by more than that: so a long row of small
steps is not one group.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, TypeVar

T = TypeVar("T")

NOT_MEASURED = "–"


@dataclass(frozen=True)
class Figures:
    """One file: its bytes, those of the decoder's code among them, and the points that it lost."""

    n_bytes: int
    code: int
    lost: float


@dataclass(frozen=True)
class Entry:
    """A hand-in, or a strategy of the course, on all draws.

    Attributes:
        name: as it is shown.
        files: by budget: one for each draw, None where a draw brought no valid file.
        literals: bytes of numbers and texts in the cells that compress; None if unknown.
        reference: a strategy of the course.
    """

    name: str
    files: Mapping[int, Sequence[Figures | None]]
    literals: int | None = None
    reference: bool = False

    def lost(self, budgets: Sequence[int]) -> list[float] | None:
        """Points lost, mean over these budgets, one a draw; None if a file is missing."""
        found = []
        for files in zip(*(self.files[budget] for budget in budgets), strict=True):
            if None in files:
                return None
            found.append(fmean(one.lost for one in files if one is not None))
        return found

    def n_bytes(self, budgets: Sequence[int]) -> float:
        """Mean bytes over budgets and draws."""
        return fmean(one.n_bytes for budget in budgets for one in self.files[budget] if one)


@dataclass(frozen=True)
class Place:
    """An entry and its place: "1", or "2 =" where others have it as well; "–" without files."""

    entry: Entry
    place: str
    lost: tuple[float, ...] = ()
    n_bytes: float = 0.0


def standings(entries: Iterable[Entry], budgets: Sequence[int], equal: float) -> list[Place]:
    """Places by mean loss over some budgets, equal within `equal` points, then by mean bytes.

    References take part: their place says how many are ahead of them. Entries that lack a file
    come last, by name.
    """
    valid, lacking = [], []
    for entry in sorted(entries, key=lambda one: one.name):
        lost = entry.lost(budgets)
        if lost is None:
            lacking.append(Place(entry, NOT_MEASURED))
        else:
            valid.append(Place(entry, "", tuple(lost), entry.n_bytes(budgets)))
    found: list[Place] = []
    for group in _groups(valid, equal):
        for tied in _alike(sorted(group, key=lambda one: (one.n_bytes, one.entry.name)), _size):
            place = f"{len(found) + 1}{' =' if len(tied) > 1 else ''}"
            found += [Place(one.entry, place, one.lost, one.n_bytes) for one in tied]
    return found + lacking


def _size(place: Place) -> float:
    return place.n_bytes


def _groups(places: list[Place], equal: float) -> Iterator[list[Place]]:
    """Groups of equals, the best first; a little is added for sums that floats do not hit."""
    rest = sorted(places, key=lambda one: fmean(one.lost))
    while rest:
        limit = fmean(rest[0].lost) + equal + 1e-9
        group = [one for one in rest if fmean(one.lost) <= limit]
        yield group
        rest = rest[len(group) :]


def _alike(ordered: Sequence[T], key: Callable[[T], float]) -> Iterator[list[T]]:
    group: list[T] = []
    for one in ordered:
        if group and key(one) != key(group[0]):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def files_of(measured: Sequence[Sequence[Mapping[str, Any]]]) -> dict[int, list[Figures | None]]:
    """By budget, out of what was measured on each draw.

    >>> valid = {"budget": 9, "bytes": 8, "code": 3, "lost": 1.0}
    >>> files_of([[valid], [{"budget": 9, "failed": "late"}]])
    {9: [Figures(n_bytes=8, code=3, lost=1.0), None]}
    """
    found: dict[int, list[Figures | None]] = {}
    for draw in measured:
        for one in draw:
            valid = None if "failed" in one else Figures(one["bytes"], one["code"], one["lost"])
            found.setdefault(one["budget"], []).append(valid)
    return found


ADJECTIVES = (
    *("amber", "brave", "calm", "dapper", "eager", "fabled", "gentle", "hidden", "ivory", "jolly"),
    *("keen", "lucid", "mellow", "nimble", "olive", "plain", "quiet", "rapid", "silver", "tidy"),
)
ANIMALS = (
    *("badger", "crane", "dolphin", "egret", "finch", "gecko", "heron", "ibis", "jackdaw", "kite"),
    *("lynx", "marten", "newt", "otter", "plover", "quail", "robin", "stoat", "tern", "vole"),
)


def pseudonyms(students: Iterable[str], secret: str) -> dict[str, str]:
    """A name for each student that nobody can tell who does not know the class's secret.

    It depends on the secret and the student alone, but for two who would have the same one: those
    get numbers, in the order of a digest that tells nothing either.

    >>> of_two = pseudonyms(["ada", "bob"], "secret")
    >>> of_two == pseudonyms(["bob", "ada"], "secret"), len({*of_two.values()})
    (True, 2)
    """
    found: dict[str, str] = {}
    for digest, student in sorted((_digest(secret, one), one) for one in students):
        name = f"{ADJECTIVES[digest[0] % 20]} {ANIMALS[digest[1] % 20]} {digest[2] % 100:02}"
        n = sum(other.partition(" #")[0] == name for other in found.values())
        found[student] = f"{name} #{n + 1}" if n else name
    return found


def _digest(secret: str, student: str) -> bytes:
    return hashlib.sha256(f"{secret}/pseudonym/{student}".encode()).digest()
