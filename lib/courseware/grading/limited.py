"""Steps that work on what a student wrote, with limits of time and memory.

Reading a notebook, taking names out of code, laying out Markdown, colouring code: libraries do
these, and were not written for text that means harm. A step that takes too much, or ends its
process, costs the hand-in at work and nothing else.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import Any, NoReturn

from courseware.grading.memory import limited_memory


@dataclass(frozen=True)
class Bounds:
    """What one step may take. An honest one takes a second, and some ten megabytes."""

    memory: int = 1 << 30
    processor_seconds: int = 30
    seconds: int = 300
    """On the clock: for what cannot be interrupted, and a machine that is busy."""
    result: int = 64 << 20
    """Characters of what it returns, where that crosses between processes."""


BOUNDS = Bounds()


class LimitExceeded(Exception):
    """What a step took too much of."""


def limited(
    what: str,
    function: Callable[..., Any],
    *arguments: Any,
    raises: type[Exception] = LimitExceeded,
    bounds: Bounds = BOUNDS,
) -> Any:
    """What `function` returns: plain values, such as JSON has.

    Raises `LimitExceeded`, which begins with `what`, for a limit that is passed. Called in a forked
    process, unless this one is there to be lost (`be_expendable`); of exceptions only `raises`
    comes from there as it is, with its text.
    """
    if _expendable:
        return _within(what, function, arguments, bounds)
    return _forked(what, partial(_within, what, function, arguments, bounds), raises, bounds)


_expendable = False


def be_expendable(parent: int) -> None:
    """Say that this process may be lost with what it works on, and end it with its parent."""
    global _expendable
    _expendable = True
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _within(
    what: str, function: Callable[..., Any], arguments: tuple[Any, ...], bounds: Bounds
) -> Any:
    try:
        with limited_memory(bounds.memory), _limited_time(what, bounds):
            return function(*arguments)
    except MemoryError:
        raise LimitExceeded(f"{what} takes more than {bounds.memory >> 20} MB of memory") from None


@contextlib.contextmanager
def _limited_time(what: str, bounds: Bounds) -> Iterator[None]:
    """Interrupt what takes too long on the processor; end the process if that does not help."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise LimitExceeded(f"{what} takes more than {bounds.processor_seconds} s")

    before, hard = resource.getrlimit(resource.RLIMIT_CPU)
    seconds = int(time.process_time()) + bounds.processor_seconds + 1
    limits = [seconds, *(limit for limit in (before, hard) if limit >= 0)]
    handlers = [
        (number, signal.signal(number, handler))
        for number, handler in ((signal.SIGXCPU, interrupt), (signal.SIGALRM, signal.SIG_DFL))
    ]
    timer = signal.setitimer(signal.ITIMER_REAL, bounds.seconds)
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (min(limits), hard))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, (before, hard))
        signal.setitimer(signal.ITIMER_REAL, *timer)
        for number, handler in handlers:
            signal.signal(number, handler)


def _forked(what: str, function: Callable[[], Any], raises: type[Exception], bounds: Bounds) -> Any:
    reading, writing = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if not child:
        _work(parent, writing, function, raises)
    os.close(writing)
    try:
        with os.fdopen(reading, "rb", buffering=0) as pipe:
            data = _read(what, pipe.fileno(), bounds)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if not data:
        raise LimitExceeded(f"{what} ended its process (exit code {code})")
    answer = json.loads(data)
    if "limit" in answer:
        raise LimitExceeded(answer["limit"])
    if "raised" in answer:
        raise raises(answer["raised"])
    if "error" in answer:
        raise RuntimeError(f"{what} failed: {answer['error']}")
    return answer["result"]


def _work(
    parent: int, writing: int, function: Callable[[], Any], raises: type[Exception]
) -> NoReturn:
    """What the forked process does."""
    try:
        be_expendable(parent)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(json.dumps(_answer(function, raises)).encode())
    finally:
        os._exit(0)


def _answer(function: Callable[[], Any], raises: type[Exception]) -> dict[str, Any]:
    try:
        return {"result": function()}
    except LimitExceeded as error:
        return {"limit": str(error)}
    except raises as error:
        return {"raised": str(error)}
    except BaseException as error:
        return {"error": f"{type(error).__name__}: {error}"[:2000]}


def _read(what: str, pipe: int, bounds: Bounds) -> bytes:
    """All that comes through the pipe until it is closed."""
    data = bytearray()
    end = time.monotonic() + bounds.seconds
    waiting = select.poll()
    waiting.register(pipe, select.POLLIN)
    while waiting.poll(max(0.0, end - time.monotonic()) * 1000):
        came = os.read(pipe, 1 << 16)
        if not came:
            return bytes(data)
        data += came
        if len(data) > bounds.result:
            raise LimitExceeded(f"{what} makes more than {bounds.result >> 20} MB of text")
    raise LimitExceeded(f"{what} takes more than {bounds.seconds} s on the clock")
