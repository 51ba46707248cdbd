"""Opening what others put on the disk: nothing is followed, waited for, or read without end.

Every name is opened inside a folder that is open already, and never by a path: so no link at any
level, and no change while it is looked at, leads out of there. What is opened is a folder, or a
regular file that has this one name; a pipe or a device is not even opened.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from courseware.grading.folder_names import shown

FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC

Place = tuple[str, ...]
"""A path in a folder, name by name."""

KINDS = (
    (stat.S_ISREG, "a file"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISLNK, "a link"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
)


class Refused(Exception):
    """Says in a sentence without a full stop why something is not taken."""


def kind(name: str, inside: int) -> str:
    """What an entry of a folder is: "a file", "a folder", "a link", …; empty if it is not there."""
    try:
        mode = os.stat(name, dir_fd=inside, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise _fault(name, error) from error
    return next((word for test, word in KINDS if test(mode)), "a device")


def identity(name: str, inside: int) -> tuple[int, int] | None:
    """What tells the file of a name from all other files, whatever they are called."""
    try:
        status = os.stat(name, dir_fd=inside, follow_symlinks=False)
    except OSError:
        return None
    return status.st_dev, status.st_ino


@contextlib.contextmanager
def top_folder(path: Path) -> Iterator[int]:
    """The folder to begin in, which is ours: its path may lead over links."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise _fault(path.name, error) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def open_folder(name: str, inside: int) -> Iterator[int]:
    """A folder in a folder."""
    found = kind(name, inside)
    if found != "a folder":
        raise Refused(f"{shown(name)} is {found or 'not there'}, where a folder belongs")
    try:
        descriptor = os.open(name, FLAGS | os.O_DIRECTORY, dir_fd=inside)
    except OSError as error:
        raise _fault(name, error) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def open_folders(path: Place, inside: int) -> Iterator[int]:
    """A folder in folders in a folder; that folder itself if the path is empty."""
    with contextlib.ExitStack() as opened:
        for name in path:
            inside = opened.enter_context(open_folder(name, inside))
        yield inside


def entries(folder: int, most: int) -> list[str]:
    """The names in a folder, sorted; no more than `most`."""
    try:
        with os.scandir(folder) as found:
            return sorted(entry.name for entry in itertools.islice(found, most))
    except OSError as error:
        raise Refused(f"its folder cannot be read ({error.strerror})") from error


def walk(
    inside: int, most: int, is_left_out: Callable[[str], bool] = lambda name: False
) -> Iterator[tuple[Place, str, int]]:
    """All in a folder, level by level: the path above, the name, and the open folder it is in.

    No more than `most`. A folder within it that cannot be looked into holds nothing.
    """
    folders: list[Place] = [()]
    seen = 0
    while folders and seen < most:
        above = folders.pop(0)
        try:
            with open_folders(above, inside) as folder:
                for entry in entries(folder, most - seen):
                    seen += 1
                    if is_left_out(entry):
                        continue
                    if kind(entry, folder) == "a folder":
                        folders.append((*above, entry))
                    yield above, entry, folder
        except Refused:
            if not above:
                raise


def has_one_name(status: os.stat_result) -> bool:
    """Whether a file is in one place only."""
    return status.st_nlink == 1


def read_file(
    path: Place, inside: int, most: int, is_own: Callable[[os.stat_result], bool] = has_one_name
) -> tuple[bytes, float]:
    """The bytes of a file in a folder, or in folders within it, and when it was last changed.

    A file for which `is_own` is false is another's.
    """
    *above, name = path
    with open_folders(tuple(above), inside) as folder:
        found = kind(name, folder)
        if found != "a file":
            raise Refused(f"{shown(name)} is {found or 'not there'}, where a file belongs")
        try:
            descriptor = os.open(name, FLAGS, dir_fd=folder)
            with os.fdopen(descriptor, "rb", buffering=0) as file:
                return _content(name, file.fileno(), most, is_own)
        except OSError as error:
            raise _fault(name, error) from error


def _content(
    name: str, descriptor: int, most: int, is_own: Callable[[os.stat_result], bool]
) -> tuple[bytes, float]:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise Refused(f"{shown(name)} was changed while it was looked at")
    if not is_own(status):
        text = f"{shown(name)} is there under {status.st_nlink} names (hard links)"
        raise Refused(f"{text}: put a copy of its own in its place")
    pieces, size = [], 0
    # One byte more than allowed tells a file that grows, or that is longer than it says.
    while size <= most and (piece := os.read(descriptor, min(1 << 20, most + 1 - size))):
        pieces.append(piece)
        size += len(piece)
    if size > most:
        there = f"{max(status.st_size, size) / 1e6:.3g} MB"
        raise Refused(f"{shown(name)} has {there}, more than the {most / 1e6:.3g} MB allowed")
    return b"".join(pieces), status.st_mtime


def _fault(name: str, error: OSError) -> Refused:
    return Refused(f"{shown(name)} cannot be opened ({error.strerror})")
