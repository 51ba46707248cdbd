"""The files of an archive that strangers made: a zip, a tar or a folder.

Read are plain files inside, one after the other, and never more of them than there may be: no link
is followed, nothing is unpacked to disk, a name says nothing but whose a file is.
"""

from __future__ import annotations

import os
import pwd
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from courseware.grading.named import CourseError
from courseware.grading.plain_lines import in_one_line
from courseware.grading.reading import MAX_FILE_BYTES

MAX_ENTRIES = 100_000
MAX_TOTAL = 2 << 30
"""Bytes of all files together: 500 hand-ins of 4 MB, which is a lot for a notebook."""


@dataclass(frozen=True)
class Entry:
    """A file of an archive: its path inside, its content, the time that the archive gives it.

    `problem` says why there is no content; `owner` whose file it is on this machine, where that is
    another account than the one that looks.
    """

    path: PurePosixPath
    content: bytes = b""
    modified: float = 0.0
    problem: str = ""
    owner: str = ""


def entries(path: Path, only: str = "") -> Iterator[Entry]:
    """All files, in the order of the archive; of a folder, those in folders with `only` in a name.

    Raises a `CourseError` for what is no archive, or holds too much.
    """
    if path.is_dir():
        found = _of_folder(path, only)
    elif not path.is_file():
        raise CourseError(f"{path} is neither an archive nor a folder")
    elif zipfile.is_zipfile(path):
        found = _of_zip(path)
    elif tarfile.is_tarfile(path):
        found = _of_tar(path)
    else:
        raise CourseError(f"{path} is no zip and no tar: is the download complete?")
    total = 0
    for number, entry in enumerate(found, start=1):
        total += len(entry.content)
        if number > MAX_ENTRIES or total > MAX_TOTAL:
            raise CourseError(
                f"{path} holds more than {MAX_ENTRIES} files or {MAX_TOTAL >> 30} GB: "
                "nothing of it was collected"
            )
        yield entry


def _of_zip(path: Path) -> Iterator[Entry]:
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if info.is_dir():
                    continue
                name, mode = PurePosixPath(info.filename), info.external_attr >> 16
                if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                    yield Entry(name, problem="a link, or another thing that is no plain file")
                    continue
                try:
                    with archive.open(info) as file:
                        content = file.read(MAX_FILE_BYTES + 1)
                except (zipfile.BadZipFile, zlib.error, RuntimeError, OSError, EOFError) as error:
                    yield Entry(name, problem=f"broken, or with a password: {error}")
                    continue
                yield _limited(name, content, _seconds(info.date_time))
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise CourseError(f"{path} cannot be read: {error}; load it down again") from error


def _of_tar(path: Path) -> Iterator[Entry]:
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                name = PurePosixPath(member.name)
                if member.isdir():
                    continue
                file = archive.extractfile(member) if member.isreg() else None
                if file is None:
                    yield Entry(name, problem="a link, or another thing that is no plain file")
                    continue
                yield _limited(name, file.read(MAX_FILE_BYTES + 1), float(member.mtime))
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise CourseError(f"{path} cannot be read: {error}; load it down again") from error


def _of_folder(path: Path, only: str) -> Iterator[Entry]:
    """By open folders, never by paths: nobody puts a link in one's place meanwhile."""
    for folder, names, files, inside in os.fwalk(path):
        below = PurePosixPath(Path(folder).relative_to(path))
        names[:] = sorted(one for one in names if below.parts or only in one)
        for file in sorted(files):
            name = below / file
            try:
                entry = _plain_file(name, inside)
            except OSError as error:
                entry = Entry(name, problem=f"cannot be read: {error.strerror}")
            yield entry


def _plain_file(name: PurePosixPath, inside: int) -> Entry:
    handle = os.open(name.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=inside)
    try:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            return Entry(name, problem="a link, or another thing that is no plain file")
        with open(handle, "rb", closefd=False) as stream:
            entry = _limited(name, stream.read(MAX_FILE_BYTES + 1), facts.st_mtime)
        return replace(entry, owner=_other_owner(facts))
    finally:
        os.close(handle)


def _other_owner(facts: os.stat_result) -> str:
    """The account that a file belongs to; empty if it is the one that looks, or root."""
    if facts.st_uid in (0, os.geteuid()):
        return ""
    try:
        return pwd.getpwuid(facts.st_uid).pw_name
    except KeyError:
        return f"account {facts.st_uid}"


def _limited(name: PurePosixPath, content: bytes, modified: float) -> Entry:
    if len(content) > MAX_FILE_BYTES:
        return Entry(name, problem=f"larger than {MAX_FILE_BYTES >> 20} MB")
    return Entry(name, content, modified)


def _seconds(moment: tuple[int, int, int, int, int, int]) -> float:
    """A zip's time as a number that grows with it; what it is in seconds does not matter."""
    value = 0.0
    for part, size in zip(moment, (1, 13, 32, 24, 60, 62), strict=True):
        value = value * size + part
    return value


def shown_path(path: PurePosixPath) -> str:
    """A path as it can be printed."""
    return in_one_line(str(path))
