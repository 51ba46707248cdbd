"""Calling a student's function: on copies, for a limited time, and without a word on the screen.

Whatever a student prints or warns is kept and shown in the report. It must not reach the cell's
own output: stock nbgrader takes a test cell with any text on stderr for a failed one.
"""

from __future__ import annotations

import contextlib
import io
import math
import os
import random
import signal
import sys
import tempfile
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import numpy as np
import torch

from courseware.checks.own_time import SHORTEST_WAIT, Stopwatch, of_this_process
from courseware.checks.text_hashes import hashed_anew

OURS = math.inf
"""In place of a limit: a function of ours, which needs none and prints nothing."""


class TimeLimit(BaseException):
    """Raised inside a call that takes too long; no Exception, so that `except Exception` in a
    student's loop does not swallow it."""


@dataclass(frozen=True)
class Outcome:
    """What one call came to: a value or an error, what it printed, which arguments it changed.

    `at` is the line that raised, where the error itself no longer knows. `shares` are the arguments
    whose memory tensors of the value share.
    """

    value: Any = None
    error: BaseException | None = None
    printed: str = ""
    changed: tuple[int, ...] = ()
    at: str = ""
    shares: tuple[int, ...] = field(default=(), repr=False)


def call(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Outcome:
    """Call `function` on copies of `arguments`; an error or a time-out becomes an outcome.

    A function that lives in another process (`courseware.grading.split`) is asked to do the same
    there: it has a method `__course_call__`.

    >>> call(lambda x: x + 1, (1,), seconds=1.0).value
    2
    """
    elsewhere = getattr(function, "__course_call__", None)
    if elsewhere is not None:
        outcome: Outcome = elsewhere(arguments, seconds)
        return outcome
    given = tuple(copy_of(argument) for argument in arguments)
    value: Any = None
    error: BaseException | None = None
    printed = ""
    if seconds == OURS:
        try:
            value = function(*given)
        except Exception as caught:
            error = caught
    else:
        value, error, printed = _watched(function, given, seconds)
    changed = tuple(
        i for i, (a, b) in enumerate(zip(arguments, given, strict=True)) if changes(a, b)
    )
    return Outcome(value, error, printed, changed, shares=shared(value, given))


def _watched(
    function: Callable[..., Any], given: tuple[Any, ...], seconds: float
) -> tuple[Any, BaseException | None, str]:
    """The value or the error of a student's function, and what it printed."""
    value, error = None, None
    with captured_output() as printed:
        try:
            with one_thread(), time_limit(seconds):
                value = function(*given)
        except (Exception, SystemExit, TimeLimit) as caught:
            error = caught
    return value, error, printed.getvalue()


def shuffled_call(
    function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float
) -> Outcome:
    """A probe for functions that take a seed: `call`, from a random state of all generators.

    A function that ignores its seed and draws from a global generator then does not repeat itself.
    The caller's generators are left as they were.
    """
    # The legacy generator is just what students use.
    kept = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002
    seed = int.from_bytes(os.urandom(4), "big")
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    torch.manual_seed(seed)
    try:
        return call(function, arguments, seconds)
    finally:
        random.setstate(kept[0])
        np.random.set_state(kept[1])  # noqa: NPY002
        torch.set_rng_state(kept[2])


def call_anew(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Outcome:
    """A `shuffled_call` that finds nothing that earlier calls left behind.

    A function that keeps what it returned, and so only seems to repeat itself, is found out. That
    needs another process: one that lives in the notebook is called like any other time, but that
    texts have the hashes of another process.
    """
    renew = getattr(function, "__course_renew__", None)
    if renew is not None:
        renew()
    with hashed_anew():
        return shuffled_call(function, arguments, seconds)


def copy_of(argument: Any) -> Any:
    """A copy that shares no memory with the original, for the kinds of value that tasks take."""
    if isinstance(argument, torch.Tensor):
        return argument.clone()
    if isinstance(argument, list | tuple):
        return type(argument)(copy_of(item) for item in argument)
    if isinstance(argument, dict):
        return {key: copy_of(item) for key, item in argument.items()}
    return argument


def shared(value: Any, given: Sequence[Any]) -> tuple[int, ...]:
    """The places of the arguments whose memory a value shares: what changes one changes the other.

    >>> w = torch.ones(2, 3)
    >>> shared({"w": w[0]}, (torch.ones(2), [w])), shared({"w": w.clone()}, (w,))
    ((1,), ())
    """
    ours = _memory(value)
    return tuple(place for place, argument in enumerate(given) if ours & _memory(argument))


def _memory(value: Any) -> set[int]:
    """Where the tensors of a value begin in memory."""
    if type(value) is dict:
        value = [*value.values()]
    if type(value) in (list, tuple):
        return set().union(*map(_memory, value))
    try:
        return {torch.Tensor.untyped_storage(value).data_ptr()} - {0}
    except Exception:  # no tensor, one without memory, or one that fails when it is looked at
        return set()


def place_of(error: BaseException | None, is_own: Callable[[str], bool]) -> str:
    """The student's line that raised: the last frame of a file that is the student's own."""
    frames = traceback.extract_tb(error.__traceback__) if error is not None else []
    own = [frame for frame in frames if is_own(frame.filename)]
    return f"line {own[-1].lineno} of your cell: {own[-1].line}" if own and own[-1].line else ""


def changes(before: Any, after: Any) -> bool:
    """Whether an argument was changed in place."""
    if type(before) is not type(after):
        return True
    if isinstance(before, torch.Tensor):
        return before.shape != after.shape or not torch.equal(before, after)
    if isinstance(before, list | tuple):
        pairs = zip(before, after, strict=False)
        return len(before) != len(after) or any(changes(a, b) for a, b in pairs)
    if isinstance(before, dict):
        return before.keys() != after.keys() or any(changes(before[k], after[k]) for k in before)
    return bool(before != after)


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise `TimeLimit` in the main thread after so much processor time, or as long a wait.

    A busy machine counts for nothing; see `own_time`. Needs timers of Unix, so there is no limit on
    Windows and in other threads: there nbgrader's own limit per cell is the only one.
    """
    if not hasattr(signal, "SIGPROF") or threading.current_thread() is not threading.main_thread():
        yield
        return
    watch = Stopwatch(of_this_process)

    def stop(signum: int, frame: Any) -> None:
        if reason := watch.spent().excess(seconds):
            raise TimeLimit(reason)

    # Intervals repeat: a bare `except:` in a loop swallows one signal, and the next one comes.
    timers = (
        (signal.SIGPROF, signal.ITIMER_PROF, seconds),
        (signal.SIGALRM, signal.ITIMER_REAL, max(seconds, SHORTEST_WAIT)),
    )
    before = [signal.signal(number, stop) for number, _, _ in timers]
    for _, timer, first in timers:
        signal.setitimer(timer, first, 0.2)
    try:
        yield
    finally:
        for (number, timer, _), handler in zip(timers, before, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute on one thread: processor time is then the same on every machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@contextlib.contextmanager
def captured_output() -> Iterator[io.StringIO]:
    """Catch what Python code prints, warns and logs; see `silent_descriptors` for the rest."""
    buffer = io.StringIO()
    streams = [stream for stream in (sys.stdout, sys.stderr) if stream is not None]
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.redirect_stdout(buffer))
        stack.enter_context(contextlib.redirect_stderr(buffer))
        stack.enter_context(warnings_without_paths())
        for stream in streams:
            # A logging handler made earlier still holds the stream of Jupyter's kernel. Outside
            # Jupyter the stream is written in C and takes no such change.
            with contextlib.suppress(AttributeError):
                stack.enter_context(mock.patch.object(stream, "write", buffer.write))
        yield buffer


def warnings_without_paths() -> contextlib.AbstractContextManager[Any]:
    """Let warnings be written as a report may show them: a path is that of who grades."""
    return mock.patch.object(warnings, "formatwarning", _without_path)


def _without_path(
    message: Warning | str, category: type[Warning], file: str, line: int, code: str | None = None
) -> str:
    """A warning with its line, if that is one of a cell: in a library it is not the student's.

    >>> _without_path("Too small.", UserWarning, "/lib/torch/loss.py", 562)
    'UserWarning: Too small.\\n'
    >>> _without_path("Too small.", UserWarning, "<cell 3>", 2)
    'line 2 of your cell: UserWarning: Too small.\\n'
    """
    of_a_cell = file.startswith("<cell ") or "ipykernel_" in file
    place = f"line {line} of your cell: " if of_a_cell else ""
    return f"{place}{category.__name__}: {message}\n"


@contextlib.contextmanager
def silent_descriptors() -> Iterator[None]:
    """Send file descriptors 1 and 2 to a scratch file: C++ code warns there, past `sys.stderr`."""
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    with tempfile.TemporaryFile() as sink:
        kept = [(number, os.dup(number)) for number in (1, 2)]
        try:
            for number, _ in kept:
                os.dup2(sink.fileno(), number)
            yield
        finally:
            for number, saved in kept:
                os.dup2(saved, number)
                os.close(saved)
