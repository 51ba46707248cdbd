"""Who runs the hand-ins: processes of this machine, or the workers of a Dask scheduler."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

import torch

import courseware
from courseware.grading.limited import be_expendable
from courseware.grading.named import CourseError
from courseware.grading.scratch import sweep_scratch
from courseware.grading.split.sandbox import InfrastructureError
from courseware.grading.split.sandboxes import Place, sandbox_for

T = TypeVar("T")


class Crew(Protocol):
    """Runs functions elsewhere; `size` is how many at a time."""

    size: int

    def submit(self, function: Callable[..., T], *arguments: Any) -> Future[T]:
        """Call a function of a module with these arguments, some time, somewhere."""

    def renew(self) -> None:
        """Make a crew that has lost a process fit for work again."""


class LocalCrew:
    """Processes forked from this one, which has torch loaded. Use as a context manager.

    Each begins by starting the sandbox of `place`, if one is named, and ends with the thread that
    makes the crew. One that is lost costs what it had in work, and nothing of the others. Fork
    before threads are started and gradebooks are opened.
    """

    def __init__(self, processes: int, place: Place | None = None) -> None:
        self.size = processes
        self._place = place
        self._lock = threading.RLock()
        self._waiting: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._lost: list[_Process] = []
        # What is loaded stays: here and there the collector would look through it again and again.
        gc.freeze()
        available = sorted(os.sched_getaffinity(0))
        self._all = [self._started(available[i % len(available)]) for i in range(processes)]
        self._idle = list(self._all)

    def submit(self, function: Callable[..., T], *arguments: Any) -> Future[T]:
        """Call a function in one of the processes."""
        future: Future[T] = Future()
        with self._lock:
            self._waiting.append((future, partial(function, *arguments)))
        self._give_out()
        return future

    def renew(self) -> None:
        """Start a new process for each that was lost."""
        with self._lock:
            lost, self._lost = self._lost, []
            started = [self._started(process.core) for process in lost]
            self._all += started
            self._idle += started
        self._give_out()

    def __enter__(self) -> LocalCrew:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _started(self, core: int) -> _Process:
        fork = multiprocessing.get_context("fork")
        begin = (self._place, core, os.getpid())
        pool = ProcessPoolExecutor(1, fork, initializer=_begin, initargs=begin)
        pool.submit(len, "")  # with the first task the process is forked
        return _Process(pool, core)

    def _give_out(self) -> None:
        """Give what waits to the processes that have nothing to do."""
        with self._lock:
            while self._idle and self._waiting:
                process = self._idle.pop()
                future, work = self._waiting.popleft()
                if not future.set_running_or_notify_cancel():
                    self._idle.append(process)
                    continue
                try:
                    done = process.pool.submit(work)
                except BrokenExecutor as error:  # it was lost while it had nothing to do
                    self._lost.append(process)
                    future.set_exception(error)
                    continue
                done.add_done_callback(partial(self._take_back, process, future))

    def _take_back(self, process: _Process, future: Future[Any], done: Future[Any]) -> None:
        error = CancelledError() if done.cancelled() else done.exception()
        with self._lock:
            (self._lost if isinstance(error, BrokenExecutor) else self._idle).append(process)
        if error is None:
            future.set_result(done.result())
        else:
            future.set_exception(error)
        self._give_out()

    def _stop(self) -> None:
        """Without waiting for what runs: a hand-in may take minutes until its time is used up."""
        with self._lock:
            for future, _ in self._waiting:
                future.cancel()
            self._waiting.clear()
        for process in self._all:
            process.pool.shutdown(wait=False, cancel_futures=True)
        children = multiprocessing.active_children()
        for child in children:
            child.kill()
        for child in children:
            child.join()
        sweep_scratch()


@dataclass(frozen=True)
class _Process:
    """A pool of one process, and the core that it runs on."""

    pool: ProcessPoolExecutor
    core: int


def _begin(place: Place | None, core: int, parent: int) -> None:
    """In each process: Ctrl-C is for the one that started it, and there is one core for each.

    Its sandbox stays on that core as well, so that a hand-in with many threads takes nothing from
    the others.
    """
    be_expendable(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.sched_setaffinity(0, {core})
    torch.set_num_threads(1)
    if place is not None:
        # What keeps it from starting is told by the first hand-in that is run.
        with contextlib.suppress(InfrastructureError):
            sandbox_for(place)


class DaskCrew:
    """The workers of a Dask scheduler, which runs again elsewhere what a lost worker had."""

    def __init__(self, scheduler: str) -> None:
        # An extra of the course: only who asks for a scheduler needs it.
        try:
            from distributed import Client
        except ImportError as error:
            raise CourseError("--scheduler needs Dask: pip install distributed") from error
        try:
            self._client = Client(scheduler, timeout="10s", set_as_default=False)
        except (OSError, ValueError) as error:
            raise CourseError(f"no Dask scheduler answers at {scheduler}: {error}") from error
        try:
            self._check_workers(scheduler)
        except CourseError:
            self._client.close()
            raise
        self.size = sum(self._client.nthreads().values())
        self._executor = self._client.get_executor(pure=False)

    def submit(self, function: Callable[..., T], *arguments: Any) -> Future[T]:
        """Call a function on one of the workers."""
        future: Future[T] = self._executor.submit(function, *arguments)
        return future

    def renew(self) -> None:
        """Nothing to do: the scheduler sees to its workers."""

    def __enter__(self) -> DaskCrew:
        return self

    def __exit__(self, *_: object) -> None:
        self._executor.shutdown(wait=False)
        self._client.close()

    def _check_workers(self, scheduler: str) -> None:
        """Marks must not depend on where a hand-in is run."""
        try:
            theirs = self._client.run(version)
        except Exception as error:  # whatever a worker without the course raises
            raise CourseError(f"a worker of {scheduler} cannot run the course: {error}") from error
        if not theirs:
            raise CourseError(f"the scheduler {scheduler} has no workers")
        others = sorted(worker for worker, found in theirs.items() if found != version())
        if others:
            names = ", ".join(others)
            raise CourseError(f"workers have another version of the course than this one: {names}")


def version() -> str:
    """A fingerprint of the course's library as it is installed here."""
    folder = Path(courseware.__path__[0]).parent
    files = sorted(folder.glob("courseware/**/*.py")) + sorted(
        folder.glob("model_compression/*.py")
    )
    digest = hashlib.sha256(torch.__version__.encode())
    for file in sorted(files):
        digest.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
