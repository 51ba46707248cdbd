"""What the intake takes of folders that hold anything, and what it refuses, by name."""

from __future__ import annotations

import os
import pickle
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from courseware.grading import intake, untrusted
from courseware.grading.arrival import BY_MODIFICATION, BY_TIMESTAMP
from courseware.grading.class_secret import make_secret
from courseware.grading.copies import open_copies
from courseware.grading.intake import Assignment, hand_ins, take
from courseware.grading.untrusted import Refused

NAME = "01_toy"
FILE = f"{NAME}.ipynb"
WORK = b'{"cells": [{"source": "1"}]}'
LEFT_OUT = "Only the notebook is graded; other files were left out: "


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of one hand-in, empty."""
    made = tmp_path / "submitted" / "ada" / NAME
    made.mkdir(parents=True)
    return made


def looked_for(folder: Path, arrival: str = "unknown") -> Assignment:
    """The exercise, with the folder of one hand-in among its own."""
    ignore = (".ipynb_checkpoints", ".DS_Store")
    return Assignment(folder.parents[1], NAME, (NAME,), ignore, arrival)


def link(to: str | Path) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(to)


def in_place_of(level: int, make: Callable[[Path], None]) -> Callable[[Path], None]:
    """Put something in place of the exercise's folder (0) or of the student's (1)."""

    def build(folder: Path) -> None:
        path = (folder, folder.parent)[level]
        path.rename(folder.parents[2] / "elsewhere")
        make(path)

    return build


def at(name: str, make: Callable[[Path], object]) -> Callable[[Path], None]:
    def build(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        make(folder / name)

    return build


def wrote(content: bytes = WORK) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def twice(path: Path) -> None:
    other = path.parents[3] / "somewhere"
    other.write_bytes(WORK)
    os.link(other, path)


REFUSED: dict[str, tuple[Callable[[Path], None], str]] = {
    "a link to a student": (in_place_of(1, link("../elsewhere")), "ada is a link, where a folder"),
    "a link to nowhere": (in_place_of(1, link("nowhere")), "ada is a link, where a folder"),
    "a file for a student": (in_place_of(1, Path.touch), "ada is a file, where a folder"),
    "a pipe for a student": (in_place_of(1, os.mkfifo), "ada is a pipe, where a folder"),
    "a link to an exercise": (in_place_of(0, link("../../elsewhere")), f"{NAME} is a link"),
    "a file for an exercise": (in_place_of(0, Path.touch), f"{NAME} is a file, where a folder"),
    "a link to a notebook": (at(FILE, link("/etc/passwd")), f"{FILE} is a link, where a file"),
    "a link to no notebook": (at(FILE, link("nowhere")), f"{FILE} is a link, where a file"),
    "a folder": (at(FILE, Path.mkdir), f"{FILE} is a folder, where a file belongs"),
    "a pipe": (at(FILE, os.mkfifo), f"{FILE} is a pipe, where a file belongs"),
    "two names": (at(FILE, twice), f"{FILE} is there under 2 names"),
    "nothing": (lambda folder: None, f"no file {FILE} was handed in, but no notebook"),
    "another name": (at("homework.ipynb", wrote()), "handed in, but homework.ipynb"),
    "a zip": (at(f"{NAME}.zip", wrote(b"PK")), f"handed in, but {NAME}.zip"),
    "no folder": (
        lambda folder: (folder.rmdir(), wrote()(folder.parent / FILE))[0],
        f"there is no folder {NAME} in it, but {FILE}",
    ),
    "a folder of almost the name": (
        lambda folder: folder.rename(folder.parent / "01-Toy (1)") and None,
        f"there is no folder {NAME} in it, but 01-Toy (1)",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(folder: Path, case: str) -> None:
    build, reason = REFUSED[case]
    build(folder)
    there = hand_ins(looked_for(folder))
    assert list(there) == ["ada"]
    if there["ada"]:
        assert reason in there["ada"]
    else:
        with pytest.raises(Refused) as refused:
            take(looked_for(folder), "ada")
        assert reason in str(refused.value)


TAKEN: dict[str, tuple[dict[str, Callable[[Path], object]], str]] = {
    "as it should be": ({FILE: wrote()}, ""),
    "with what Jupyter leaves": (
        {FILE: wrote(), f".ipynb_checkpoints/{NAME}-checkpoint.ipynb": wrote(b"old")},
        "",
    ),
    "as nbgrader collects": (
        {FILE: wrote(), "timestamp.txt": os.mkfifo, "submission_secret.txt": link("/etc/passwd")},
        "",
    ),
    "beside links and pipes": (
        {FILE: wrote(), ".#x": link("me@host:1"), "y": os.mkfifo, "z": link("/dev/zero")},
        f"{LEFT_OUT}.?x, y, z.",
    ),
    "beside a name of another encoding": (
        {FILE: wrote(), os.fsdecode(b"caf\xe9"): wrote()},
        f"{LEFT_OUT}caf?.",
    ),
    "beside many": (
        {FILE: wrote(), **{f"{number}.py": wrote() for number in range(9)}},
        f"{LEFT_OUT}0.py, 1.py, 2.py, 3.py, 4.py and 4 more.",
    ),
    "beside a link to work": (
        {FILE: wrote(b""), f"{NAME} (1).ipynb": link("/etc/passwd"), f"{NAME} (2).ipynb": wrote()},
        f"{NAME} (2).ipynb was graded, as {FILE} is missing or empty.",
    ),
    "beside an empty download": (
        {FILE: wrote(b""), f"{NAME} (1).ipynb": wrote()},
        f"{NAME} (1).ipynb was graded, as {FILE} is missing or empty.",
    ),
    "beside half a download": (
        {FILE: wrote(WORK[:-5]), f"{NAME}-Copy1.ipynb": wrote()},
        f"{NAME}-Copy1.ipynb was graded, as {FILE} is missing or empty.",
    ),
    "beside a copy": (
        {FILE: wrote(), f"{NAME} copy 2.ipynb": wrote(b'{"source": 2}')},
        f"{LEFT_OUT}{NAME} copy 2.ipynb.",
    ),
    "as a text": ({f"{FILE}.txt": wrote()}, f"{FILE}.txt was graded, as {FILE} is missing"),
    "in capitals": ({"01_TOY.IPYNB": wrote()}, f"01_TOY.IPYNB was graded, as {FILE} is missing"),
    "in UTF-16": ({f"{NAME}.json": wrote(WORK.decode().encode("utf-16"))}, f"{NAME}.json was"),
    "in a folder": ({f"in/{FILE}": wrote()}, f"in/{FILE} was graded, as {FILE} is missing"),
}


@pytest.mark.parametrize("case", TAKEN)
def test_taken(folder: Path, case: str) -> None:
    files, note = TAKEN[case]
    for name, make in files.items():
        at(name, make)(folder)
    found = take(looked_for(folder), "ada")
    assert found.notebooks[NAME].replace(b"\0", b"").endswith(WORK[-5:])
    assert found.arrived is None
    assert note in (found.notes[0].text if found.notes else "")
    assert len(found.notes) <= 2 and (note or not found.notes)


def test_of_several_that_may_be_meant_none_is_taken(folder: Path) -> None:
    for number in (1, 2):
        (folder / f"{NAME} ({number}).ipynb").write_bytes(WORK)
    with pytest.raises(Refused, match=r"01_toy \(1\).ipynb, 01_toy \(2\).ipynb: leave"):
        take(looked_for(folder), "ada")


def test_an_empty_file_that_is_alone_is_what_was_handed_in(folder: Path) -> None:
    (folder / FILE).touch()
    assert take(looked_for(folder), "ada").notebooks == {NAME: b""}


@pytest.mark.parametrize("place", [f"{NAME}/{FILE}", f"{NAME}/a/b.txt", ".hidden/x", NAME, ""])
def test_a_link_to_a_classmates_file_costs_the_classmate_nothing(folder: Path, place: str) -> None:
    (folder / FILE).write_bytes(WORK)
    time.sleep(0.05)  # the system's clock for files goes in steps
    mallory = folder.parents[1] / "mallory" / place
    mallory.parent.mkdir(parents=True, exist_ok=True)
    os.link(folder / FILE, mallory)
    assert take(looked_for(folder), "ada").notebooks == {NAME: WORK}
    with pytest.raises(Refused):
        take(looked_for(folder), "mallory")
    elsewhere = folder.parents[2] / FILE
    os.link(folder / FILE, elsewhere)
    for student in ("ada", "mallory"):
        with pytest.raises(Refused):
            take(looked_for(folder), student)
    elsewhere.unlink()  # both folders are older than the file's last change now
    assert take(looked_for(folder), "ada").notebooks == {NAME: WORK}
    with pytest.raises(Refused):
        take(looked_for(folder), "mallory")
    time.sleep(0.05)
    (folder / "later.txt").touch()  # now the link may have been there first
    with pytest.raises(Refused, match="under 2 names"):
        take(looked_for(folder), "ada")


def test_such_a_link_cannot_hide_behind_many_files(folder: Path) -> None:
    (folder / FILE).write_bytes(WORK)
    time.sleep(0.05)
    inside = folder.parents[1] / "mallory" / NAME / "last"
    inside.mkdir(parents=True)
    for number in range(intake.MAX_ENTRIES):
        (inside.parent / f"{number}").touch()
    os.link(folder / FILE, inside / "x")
    assert take(looked_for(folder), "ada").notebooks == {NAME: WORK}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        (b"honest ", r"honest\x20"),
        (b" honest", r"\x20honest"),
        (b"new\nline", r"new\nline"),
        (b"caf\xe9", r"caf\xe9"),
        (b"caf\\xe9", r"caf\\xe9"),
        (b"\x1b[31mred", r"\x1b[31mred"),
        ("right\u202eleft".encode(), r"right\u202eleft"),
        ("honest\ufe0f".encode(), r"honest\ufe0f"),
        (b"[ab]*", "[ab]*"),
        (b".hidden", ".hidden"),
        (b"<b>", "<b>"),
        (b'a"b', 'a"b'),
    ],
)
def test_names_that_are_refused_are_shown_in_one_line(folder: Path, name: bytes, key: str) -> None:
    shutil.copytree(folder, folder.parents[1] / os.fsdecode(name) / NAME)
    there = hand_ins(looked_for(folder))
    assert there.keys() == {"ada", key} and there["ada"] == ""
    assert there[key].endswith("rename the folder")
    for shown in (key, os.fsdecode(name)):
        with pytest.raises(Refused):
            take(looked_for(folder), shown)


@pytest.mark.parametrize(
    "name", ["Ada", "ADA", "Ann O. Nym", "--help", "{student_id}", "é", "学生"]
)
def test_names_that_are_taken(folder: Path, name: str) -> None:
    other = folder.parents[1] / name / NAME
    other.mkdir(parents=True)
    (folder / FILE).write_bytes(WORK)
    (other / FILE).write_bytes(b"{}")
    assert hand_ins(looked_for(folder)) == {"ada": "", name: ""}
    assert take(looked_for(folder), name).notebooks == {NAME: b"{}"}


def test_who_handed_in_other_exercises_is_not_there(folder: Path) -> None:
    folder.rename(folder.with_name("02_other"))
    (folder.parents[1] / ".DS_Store").touch()
    assert hand_ins(looked_for(folder)) == {}


def test_sizes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (folder / FILE).open("wb") as file:
        file.truncate(intake.MAX_FILE_BYTES + 1)
    with pytest.raises(Refused, match="has 20 MB, more than the 20 MB allowed"):
        take(looked_for(folder), "ada")
    read = os.read
    monkeypatch.setattr(untrusted.os, "read", lambda fd, size: read(fd, size) or b"\0" * size)
    (folder / FILE).write_bytes(WORK)  # a file that grows while it is read
    with pytest.raises(Refused, match="more than the 20 MB allowed"):
        take(looked_for(folder), "ada")


def test_many_entries(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_ENTRIES", 20)
    for number in range(15):
        (folder / f"{number:02}" / "in").mkdir(parents=True)
        (folder / f"{number:02}" / "in" / "x").touch()
    (folder / FILE).write_bytes(WORK)
    found = take(looked_for(folder), "ada")
    assert found.notebooks == {NAME: WORK} and found.notes == ()


def test_a_fault_of_the_machine_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / FILE).write_bytes(WORK)

    def fail(*arguments: object, **more: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    for function in ("read", "open", "scandir", "stat"):
        with monkeypatch.context() as patch:
            patch.setattr(untrusted.os, function, fail)
            with pytest.raises(Refused, match=r"Permission denied|cannot be opened"):
                take(looked_for(folder), "ada")


def test_what_is_swapped_while_it_is_looked_at_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link or a pipe that was a file a moment ago is neither followed nor waited for."""
    monkeypatch.setattr(intake, "kind", lambda *a: "a file")
    monkeypatch.setattr(untrusted, "kind", lambda name, _: "a file" if "." in name else "a folder")
    for make in (link("/etc/passwd"), os.mkfifo):
        make(folder / FILE)
        with pytest.raises(Refused, match=r"cannot be opened|was changed"):
            take(looked_for(folder), "ada")
        (folder / FILE).unlink()


def test_times(folder: Path) -> None:
    (folder / FILE).write_bytes(WORK)
    os.utime(folder / FILE, (0, 1_700_000_000))
    stamp = folder / "timestamp.txt"
    stamp.write_text("2001-02-03 04:05:06.5 UTC", encoding="ascii")
    claimed = datetime(2001, 2, 3, 4, 5, 6, 500_000)
    changed = datetime.fromtimestamp(1_700_000_000, UTC).replace(tzinfo=None)
    assert take(looked_for(folder), "ada").arrived is None
    assert take(looked_for(folder, BY_TIMESTAMP), "ada").arrived == claimed
    assert take(looked_for(folder, BY_MODIFICATION), "ada").arrived == changed
    for content in (b"today?", b"", b"\xff", b"1" * 300, b"2001-99-99 00:00:00"):
        stamp.write_bytes(content)
        found = take(looked_for(folder, BY_TIMESTAMP), "ada")
        assert found.arrived is None and found.notes[-1].kind == "unknown time"


def test_a_copy_holds_the_notebook_and_the_time_and_nothing_else(folder: Path) -> None:
    (folder / FILE).write_bytes(WORK)
    (folder / "timestamp.txt").write_text("2001-02-03 04:05:06 UTC and more", encoding="ascii")
    (folder / "numpy.py").touch()
    for stamp, files in (("2001-02-03 04:05:06 UTC", [FILE, "timestamp.txt"]), ("?", [FILE])):
        (folder / "timestamp.txt").write_text(stamp, encoding="ascii")
        with open_copies() as copies:
            copies.add(NAME, "ada", take(looked_for(folder, BY_TIMESTAMP), "ada"))
            made = [path.name for path in (copies.place / "ada" / NAME).iterdir()]
            assert sorted(made) == files
        assert not copies.place.exists()


def test_what_is_taken_of_a_large_class_lies_on_disk(folder: Path) -> None:
    (folder / FILE).write_bytes(WORK)
    taken = take(looked_for(folder), "ada")
    large = replace(taken, notebooks={NAME: b"x" * 1_000_000})
    with open_copies() as copies:
        copies.add(NAME, "ada", large)
        assert copies.notebook(NAME, "ada", NAME).stat().st_size == 1_000_000
        assert len(pickle.dumps(copies)) < 1000


def test_of_several_that_make_the_secret_at_once_all_have_the_same(tmp_path: Path) -> None:
    made = []
    threads = [threading.Thread(target=lambda: made.append(make_secret(tmp_path))) for _ in "1234"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [False, False, False, True]
    assert (tmp_path / "class_secret.txt").stat().st_mode & 0o077 == 0
