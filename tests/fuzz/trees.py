"""Folders of a class in which anything lies, at every level, under any name."""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from courseware.grading.arrival import BY_MODIFICATION, BY_TIMESTAMP, UNKNOWN
from courseware.grading.intake import Assignment, hand_ins, take
from courseware.grading.reading import MAX_FILE_BYTES
from courseware.grading.untrusted import Refused
from tests.courseware.grading.toy import EXERCISE
from tests.fuzz.ground import CANARY, CANARY_PATH, Ground
from tests.fuzz.target import GRADED, REFUSED, Target

NOTEBOOK = f"{EXERCISE}.ipynb"
CLASSMATES = ("ada", "zoe")
"""Honest hand-ins, one before and one behind most others."""


@dataclass(frozen=True)
class Entry:
    """Something in a folder: a kind that `KINDS` lists, and what belongs to it."""

    kind: str
    content: bytes = b""
    target: str = ""
    inside: Mapping[bytes, Entry] = field(default_factory=dict)


ODD_NAMES: tuple[bytes, ...] = (
    *(
        b"ada ",
        b" ada",
        b"Ada",
        b"ada\n",
        b"\n",
        b" ",
        b"-",
        b"--force",
        b"~",
        b"*",
        b"[a]",
        b"{a}",
        b"%s",
    ),
    *(
        b".hidden",
        b"..a",
        b"a:b",
        b"a;b",
        b"a'b",
        b'a"b',
        b"<b>",
        b"a\\b",
        b"a|b",
        b"$(x)",
        b"=1+1",
        b"+",
    ),
    *(b"caf\xe9", b"\xff", b"\xed\xa0\x80", "café".encode(), "cafe\u0301".encode(), "王".encode()),
    *(
        "\u202ea".encode(),
        "\u200b".encode(),
        b"\x1b[2J",
        b"\x7f",
        b"\t",
        b"a\rb",
        b"x" * 255,
        b"nul",
    ),
    *(b"..", b"submission_secret.txt", b"gradebook.db", b"nbgrader_config.py", b"honest: graded"),
)
NEAR_EXERCISE = (
    b"01_Toy",
    b"01_toy ",
    b"01-toy",
    b"01_toy (1)",
    b"01_toy.zip",
    b"02_toy",
    b"__MACOSX",
)
NEAR_NOTEBOOK = (
    *(
        b"01_toy (1).ipynb",
        b"01_toy-Copy1.ipynb",
        b"01_TOY.ipynb",
        b"01_toy.ipynb.txt",
        b"01_toy.json",
    ),
    *(b"timestamp.txt", b"data.txt", b"numpy.py", b".ipynb_checkpoints", b"submission_secret.txt"),
    *(b"01_toy.ipynb~", b"x.ipynb", b"02_toy.ipynb"),
)
TARGETS = (
    *("CANARY", "SOURCE", "SECRET", "GRADEBOOK", "CLASSMATE", "CLASSMATES_FOLDER", "SUBMITTED"),
    *("/dev/zero", "/proc/self/environ", "/proc/self/mem", "/", ".", "..", "nowhere", NOTEBOOK),
)


def names(*meant: bytes) -> SearchStrategy[bytes]:
    """Names of a level: often the ones that mean something there."""
    anything = st.binary(min_size=1, max_size=30) | st.text(min_size=1, max_size=60).map(
        lambda text: text.encode("utf-8", "surrogatepass")
    )
    return st.sampled_from([*meant] * 3 + [*ODD_NAMES]) | anything


def students(contents: SearchStrategy[bytes], most: int = 4) -> SearchStrategy[dict[bytes, Entry]]:
    """Entries of `submitted/`, most of them folders with a folder for the exercise."""
    times = st.sampled_from(
        [b"2026-01-01 10:00:00 UTC", b"9999-99-99 00:00", b"2026-01-01 10:00 +9999"]
    )
    odd = (
        st.builds(Entry, st.just("file"), contents | times | st.binary(max_size=30))
        | st.builds(Entry, st.sampled_from(["link", "hard link"]), target=st.sampled_from(TARGETS))
        | st.builds(
            Entry, st.sampled_from(["pipe", "socket", "sparse", "locked", "crowd", "chain"])
        )
    )
    good = st.builds(Entry, st.just("file"), contents)
    notebook = names(NOTEBOOK.encode(), *NEAR_NOTEBOOK)
    deeper = st.dictionaries(notebook, odd, max_size=3).map(lambda inside: _folder(inside))
    files = st.dictionaries(notebook, good | odd | deeper, max_size=3)
    own = st.builds(lambda one, files: {**files, NOTEBOOK.encode(): one}, good | odd, files)
    exercise = st.builds(_folder, own | own | files) | odd
    level = names(EXERCISE.encode(), EXERCISE.encode(), *NEAR_EXERCISE)
    student = st.builds(_folder, st.dictionaries(level, exercise, max_size=2)) | odd
    usual = st.builds(lambda inside: _folder({EXERCISE.encode(): inside}), exercise)
    return st.dictionaries(
        names(b"eve", b"mallory"), usual | usual | student, min_size=1, max_size=most
    )


def _folder(inside: Mapping[bytes, Entry]) -> Entry:
    return Entry("folder", inside=inside)


def lay_out(ground: Ground, course: Path, drawn: Mapping[bytes, Entry]) -> None:
    """Make `submitted/`: the honest classmates first, then what was drawn."""
    submitted = course / "submitted"
    for student in CLASSMATES:
        folder = submitted / student / EXERCISE
        folder.mkdir(parents=True)
        (folder / NOTEBOOK).write_bytes(ground.content)
    time.sleep(0.02)  # the system's clock for files goes in steps
    there = {
        "CANARY": ground.canary,
        "SOURCE": course / "solutions" / EXERCISE / NOTEBOOK,
        "SECRET": course / "class_secret.txt",
        "GRADEBOOK": course / "gradebook.db",
        "CLASSMATE": submitted / "ada" / EXERCISE / NOTEBOOK,
        "CLASSMATES_FOLDER": submitted / "ada" / EXERCISE,
        "SUBMITTED": submitted,
    }
    _make(os.fsencode(submitted), drawn, {key: str(path) for key, path in there.items()})


def _make(folder: bytes, entries: Mapping[bytes, Entry], there: Mapping[str, str]) -> None:
    for name, entry in entries.items():
        path = os.path.join(folder, name.replace(b"/", b"_").replace(b"\0", b"_"))
        # Some names no system takes, and a classmate's stays the classmate's.
        with contextlib.suppress(OSError):
            if entry.kind == "folder":
                os.mkdir(path)
                _make(path, entry.inside, there)
            elif not os.path.lexists(path):
                _make_one(path, entry, there)


def _make_one(path: bytes, entry: Entry, there: Mapping[str, str]) -> None:
    target = there.get(entry.target, entry.target)
    match entry.kind:
        case "file" | "sparse" | "locked":
            with open(path, "wb") as file:
                file.write(entry.content.replace(CANARY_PATH.encode(), there["CANARY"].encode()))
                if entry.kind == "sparse":
                    file.truncate(10 * MAX_FILE_BYTES)
            os.chmod(path, 0 if entry.kind == "locked" else 0o644)
        case "link":
            os.symlink(target, path)
        case "hard link":
            os.link(target, path)
        case "pipe":
            os.mkfifo(path)
        case "socket":
            with socket.socket(socket.AF_UNIX) as made:
                made.bind(path)
        case "crowd":
            os.mkdir(path)
            for number in range(600):
                open(os.path.join(path, b"%d.ipynb" % number), "wb").close()
        case "chain":
            for _ in range(30):
                os.mkdir(path)
                path = os.path.join(path, b"d" * 100)


def tree_target(ground: Ground, contents: SearchStrategy[bytes]) -> Target:
    """The intake: it takes or refuses everybody by name, and the classmates as they are."""
    drawn = st.tuples(students(contents), st.sampled_from([UNKNOWN, BY_TIMESTAMP, BY_MODIFICATION]))
    return Target("file trees", drawn, partial(check_tree, ground))


def check_tree(ground: Ground, drawn: tuple[Mapping[bytes, Entry], str]) -> list[str]:
    tree, arrival = drawn
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        lay_out(ground, place, tree)
        assignment = Assignment(place / "submitted", EXERCISE, (EXERCISE,), (), arrival)
        found = hand_ins(assignment)
        ends = list(_ends(ground, assignment, found))
        assert os.access(place / "submitted" / "ada" / EXERCISE / NOTEBOOK, os.R_OK)
    return ends


def _ends(ground: Ground, assignment: Assignment, found: Mapping[str, str]) -> Iterator[str]:
    assert {found.get(student) for student in CLASSMATES} == {""}
    for student, problem in found.items():
        assert student.isprintable() and problem.isprintable()
        if problem:
            yield REFUSED
            continue
        try:
            taken = take(assignment, student)
        except Refused as reason:
            assert student not in CLASSMATES and str(reason).isprintable()
            yield REFUSED
            continue
        assert student not in CLASSMATES or taken.notebooks == {EXERCISE: ground.content}
        assert all(CANARY.encode() != content.strip() for content in taken.notebooks.values())
        assert all(note.text.isprintable() for note in taken.notes)
        yield GRADED
