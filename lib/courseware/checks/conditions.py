"""What a function cannot have when it is graded, refused with the reason; in Jupyter as well.

What keeps a graded function in is the sandbox, which says no more than “Operation not permitted”.
So Python's own audit events are listened to, in the worker and in the practice check alike: both
refuse the same, in the same words. This explains, and protects nothing.
"""

from __future__ import annotations

import builtins
import contextlib
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from functools import cache
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import SemLock
from pathlib import Path
from typing import Any, NoReturn
from unittest import mock

WHEN = "while a hand-in is graded"
PROCESS = f"no other process can be started {WHEN}: compute it here, or in threads"
NETWORK = f"there is no network {WHEN}"
INPUT = f"nobody answers input() {WHEN}"
FILE = f"a file of yours, which is not there {WHEN}"

EVENTS = {
    **dict.fromkeys(("os.fork", "os.forkpty", "os.exec", "os.spawn", "os.posix_spawn"), PROCESS),
    **dict.fromkeys(("os.system", "os.startfile", "subprocess.Popen", "pty.spawn"), PROCESS),
    **dict.fromkeys(("socket.__new__", "socket.connect", "socket.getaddrinfo"), NETWORK),
    **dict.fromkeys(("socket.gethostbyname", "socket.gethostbyaddr"), NETWORK),
}
"""Audit event → why what it announces is refused."""

ELSEWHERE = ("Library", "AppData")
"""Folders in a home that programs keep files of their own in; so are those with a dot in front."""

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class NotWhenGraded(PermissionError):
    """Raised in place of what is refused."""


def refuse_from_now_on() -> None:
    """For a worker, which has no files of anybody's in it."""
    _listen()
    _Conditions.on = True
    for place, name, reason, _ in REPLACED:
        setattr(place, name, _refusing(reason))


@contextlib.contextmanager
def as_when_graded() -> Iterator[None]:
    """Within the block this thread, and those that it starts, find what a graded function finds.

    The working directory is an empty one, as files beside the notebook are not handed in.

    >>> with as_when_graded():
    ...     os.system("ls")
    Traceback (most recent call last):
    ...
    courseware.checks.conditions.NotWhenGraded: no other process can be started while a ...
    """
    _listen()
    before = _here()
    with contextlib.ExitStack() as stack:
        for place, name, reason, _ in REPLACED:
            stack.enter_context(mock.patch.object(place, name, _refusing(reason)))
        scratch = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        _Conditions.own = (*before, Path.home())
        home = dict.fromkeys(("HOME", "USERPROFILE"), stack.enter_context(scratch))
        stack.enter_context(mock.patch.dict(os.environ, home))
        os.chdir(scratch.name)
        for folder in before:
            stack.callback(os.chdir, folder)
        beside = {thread.ident for thread in threading.enumerate()} - {threading.get_ident()}
        _Conditions.on, _Conditions.beside = True, frozenset(beside)
        try:
            yield
        finally:
            _Conditions.on = False


def notice_files(notice: Callable[[Path, bool], None]) -> None:
    """From now on tell of every file of the student's own that is opened, and if to write."""
    _listen()
    _Conditions.notice = notice


@contextlib.contextmanager
def unnoticed() -> Iterator[None]:
    """Within the block nothing is told: it is the checks themselves that read."""
    notice, _Conditions.notice = _Conditions.notice, None
    try:
        yield
    finally:
        _Conditions.notice = notice


class _Conditions:
    """Whether they hold, and for whom: an audit hook stays for good, so it looks here."""

    on = False
    beside: frozenset[int | None] = frozenset()
    own: tuple[Path, ...] = ()
    notice: Callable[[Path, bool], None] | None = None


@cache
def _listen() -> None:
    sys.addaudithook(_hear)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if _Conditions.on:
        if threading.get_ident() in _Conditions.beside:
            return
        if event in EVENTS:
            raise NotWhenGraded(EVENTS[event])
        if event == "open" and _Conditions.own and isinstance(arguments[0], str):
            path = Path(arguments[0])
            path = path.absolute() if path.exists() else _Conditions.own[0] / path
            if path.is_file() and _is_own(path, _Conditions.own):
                raise NotWhenGraded(f"{path.name} is {FILE}")
    elif event == "open" and _Conditions.notice is not None and isinstance(arguments[0], str):
        path, here, thread = Path(arguments[0]), _here(), threading.current_thread()
        if thread is not threading.main_thread() or not (here or path.is_absolute()):
            return
        if _is_own(path.absolute(), (*here, Path.home())):
            _Conditions.notice(path.absolute(), bool(arguments[2] & _WRITES))


def _here() -> tuple[Path, ...]:
    """The working directory; nothing where that has gone, as when a course was unpacked anew."""
    try:
        return (Path.cwd(),)
    except FileNotFoundError:
        return ()


def _is_own(path: Path, roots: tuple[Path, ...]) -> bool:
    """Whether a file lies below one of the roots and belongs to no program."""
    root = next((root for root in roots if root != Path("/") and path.is_relative_to(root)), path)
    first = "".join(path.relative_to(root).parts[:1])
    if not first or first.startswith(".") or first in ELSEWHERE:
        return False
    return not any(path.is_relative_to(place) for place in _of_programs())


@cache
def _of_programs() -> tuple[Path, ...]:
    installed = [place for place in sys.path if "packages" in place]
    places = [sys.prefix, sys.base_prefix, tempfile.gettempdir(), *installed]
    return Path(__file__).parents[2], *map(Path, places)


REPLACED: tuple[tuple[Any, str, str, Any], ...] = (
    (builtins, "input", INPUT, builtins.input),
    (BaseProcess, "start", PROCESS, BaseProcess.start),
    (SemLock, "__init__", PROCESS, SemLock.__init__),
)
"""What announces nothing, or fails before it does: where it is, its name, why not, and itself."""


def _refusing(reason: str) -> Callable[..., NoReturn]:
    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise NotWhenGraded(reason)

    return refuse
