"""What was collected for an exercise, kept in `collected/` for reports and for the way back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from courseware.grading.whole_file import whole_file

FOLDER = "collected"
KNOWN = ".is.json"
NO_NUMBERS = "no_id_numbers.json"
"""Whose ids are user names or parts of addresses."""


@dataclass(frozen=True)
class Collected:
    """One student's hand-in as it was collected, all of it text.

    Attributes:
        student: the id.
        layout: of the archive.
        way_back: where the archive had it, for feedback to go back to.
        file: its name there.
        late: "late" where the other system says so.
        moment: when it was handed in, if that is known.
        remark: what was odd.
    """

    student: str
    layout: str
    way_back: str
    file: str
    late: str = ""
    moment: str = ""
    remark: str = ""


def record_file(root: Path, exercise: str) -> Path:
    """Where it lies in a course folder."""
    return root / FOLDER / f"{exercise}.json"


def read_record(root: Path, exercise: str) -> dict[str, Collected]:
    """By student; empty where nothing was collected."""
    path = record_file(root, exercise)
    if not path.is_file():
        return {}
    rows = json.loads(path.read_text(encoding="utf-8"))
    return {row["student"]: Collected(**row) for row in rows}


def write_record(root: Path, exercise: str, collected: Mapping[str, Collected]) -> None:
    """Write all rows, in place of those that there were."""
    path = record_file(root, exercise)
    rows = [asdict(collected[student]) for student in sorted(collected)]
    with whole_file(path) as new:
        new.write_text(json.dumps(rows, indent=1, ensure_ascii=True) + "\n", encoding="utf-8")


def read_no_numbers(root: Path) -> set[str]:
    """Ids of students that are no ID numbers of the other system, as lists had them."""
    path = root / FOLDER / NO_NUMBERS
    return set(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else set()


def write_no_numbers(root: Path, ids: Iterable[str]) -> None:
    """Keep them, in place of those that there were."""
    with whole_file(root / FOLDER / NO_NUMBERS) as new:
        new.write_text(json.dumps(sorted(ids)) + "\n", encoding="utf-8")


def read_known(root: Path, exercise: str) -> dict[str, str]:
    """Whose folders of an exercise are, as the teacher has said before: ids by number."""
    path = root / FOLDER / f"{exercise}{KNOWN}"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def write_known(root: Path, exercise: str, known: Mapping[str, str]) -> None:
    """Keep that for the next archive."""
    with whole_file(root / FOLDER / f"{exercise}{KNOWN}") as new:
        new.write_text(json.dumps(dict(known), indent=1) + "\n", encoding="utf-8")


def late_ones(collected: Iterable[Collected]) -> list[str]:
    """The students whose hand-in is late, as the other system says."""
    return sorted(one.student for one in collected if one.late)
