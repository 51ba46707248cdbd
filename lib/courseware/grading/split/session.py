"""One submission: a worker that ran its cells, replaced and brought up to date when it dies."""

from __future__ import annotations

import contextlib
import secrets
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from courseware.checks.call import Outcome, TimeLimit
from courseware.grading.split.encoding import Malformed, Refused, encode, refuse
from courseware.grading.split.facts import Facts
from courseware.grading.split.protocol import Closed, Late, TooLarge
from courseware.grading.split.replies import (
    TOO_LARGE,
    CellResult,
    Message,
    ResultTooLarge,
    Room,
    read_cell_result,
    read_facts,
)
from courseware.grading.split.sandbox import InfrastructureError, Sandbox, Worker

READ_SECONDS = 5.0
"""For reading the source of a cell; an honest one takes a hundredth of a second."""

MAX_SOURCE = 200_000
"""Characters of a cell."""

GRACE_SECONDS = 0.5
"""For a worker to stop by itself and to say where it was, before it is killed."""

CRASHED = "the process in which this code ran came to an end (a crash, or os._exit)"
BABBLED = "the process in which this code ran sent something that is no answer"
UNREADABLE = "this cell is too long or too deeply nested to be read"
USED_UP = "the time for this task is used up"

T = TypeVar("T")


class ProcessEnded(Exception):
    """What a student is told whose code took its process down."""


class WorkerLost(Exception):
    """A worker was given up; `error` is what the student is told.

    `babbled`: it sent something else than the answer, maybe because of what ran in it before.
    """

    def __init__(self, error: BaseException, babbled: bool = False) -> None:
        super().__init__(str(error))
        self.error = error
        self.babbled = babbled


@dataclass(frozen=True)
class Cell:
    """A cell that runs in the worker; `name` is unique in its notebook."""

    name: str
    source: str


class Session:
    """The cells of one submission in a worker. Use as a context manager.

    A worker that dies or hangs costs the cell or the call at hand; the next one gets a new worker
    in which the cells have run again, without any that took a worker down.
    `fault` keeps an `InfrastructureError`: a test cell may swallow exceptions, so look there.
    """

    def __init__(self, sandbox: Sandbox, cells: Sequence[Cell]) -> None:
        self.fault: InfrastructureError | None = None
        self._sandbox = sandbox
        self._limits = sandbox.limits
        self._worker: Worker | None = None
        self._done: list[Cell] = []
        self._broken: set[str] = set()
        self._cells_left = self._limits.cells_seconds
        self._worn = 0.0
        self.start_task()
        self._facts = {cell.name: self._read(cell) for cell in cells}

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker. A sandbox that is gone is noticed by whoever needs it next."""
        with contextlib.suppress(InfrastructureError):
            self._drop()

    def start_task(self) -> None:
        """A test cell begins: it gets a budget of its own, and a worker that is not worn out."""
        self._task_left = self._limits.task_seconds
        self._deaths_left = self._limits.deaths
        self._last_loss: BaseException = TimeLimit(USED_UP)
        self._room = Room(self._limits.task_replies, self._limits.task_printed)
        if self._worn > self._limits.worn_seconds or self._has_threads():
            self._drop()

    def renew(self) -> None:
        """See to it that the next call gets a worker in which none was made before."""
        self._drop()

    def facts(self) -> Facts:
        """What the sources of the cells that ran so far say."""
        facts = Facts()
        for cell in self._done:
            facts.add(self._facts[cell.name])
        return facts

    def run(self, cell: Cell, names: Sequence[str] = ()) -> CellResult:
        """Run the next cell; `names` are those whose values are wanted."""
        error: BaseException = ProcessEnded(UNREADABLE)
        begun = time.monotonic()
        try:
            if cell.name not in self._broken:
                seconds = min(self._limits.cell_seconds, self._cells_left)
                return _once_more(partial(self._run, cell, names, seconds))
        except WorkerLost as lost:
            self._broken.add(cell.name)
            error = lost.error
        finally:
            self._done.append(cell)
            self._cells_left -= time.monotonic() - begun
        try:
            names_left = self._run(Cell("names", ""), names, READ_SECONDS).names
        except WorkerLost:
            names_left = {}
        return CellResult(error=error, names=names_left)

    def call(
        self,
        name: str,
        arguments: Sequence[Any],
        keywords: Mapping[str, Any] | None = None,
        seconds: float | None = None,
        places: Sequence[int] = (),
    ) -> Outcome:
        """Call a function of the submission; whatever goes wrong in there is an outcome.

        With `places`, it is asked for the gradients with respect to these arguments, as by
        `courseware.checks.gradients.probe`.
        """
        request: Message = {"do": "call", "name": name, "places": list(places)}
        data = bytearray()
        try:
            request["arguments"] = encode([list(arguments), dict(keywords or {})], data, refuse)
        except Refused as error:
            raise self._failed(str(error)) from error
        read = partial(self._room.read_outcome, arguments=len(arguments))
        wanted = self._limits.call_seconds if seconds is None else seconds

        def attempt() -> Outcome:
            if self._deaths_left <= 0:
                raise WorkerLost(self._last_loss)
            if self._task_left <= 0:
                raise WorkerLost(TimeLimit(USED_UP))
            if self._room.memory <= 0:
                raise WorkerLost(ResultTooLarge(TOO_LARGE))
            begun = time.monotonic()
            try:
                self._bring_up_to_date(self._task_left)
                left = self._task_left - (time.monotonic() - begun)
                return self._ask(request, data, min(wanted, left), read)
            except WorkerLost as lost:
                self._deaths_left -= 1
                self._last_loss = lost.error
                raise
            finally:
                self._task_left -= time.monotonic() - begun
                self._worn += time.monotonic() - begun

        try:
            outcome = _once_more(attempt)
        except WorkerLost as lost:
            return Outcome(error=lost.error)
        if isinstance(outcome.error, TimeLimit) and self._has_threads():
            self._drop()  # what did not end in time would slow down the next call
        return outcome

    def _has_threads(self) -> bool:
        """Whether the worker has threads that outlived the call that started them."""
        return self._worker is not None and self._worker.threads() > 1

    def _read(self, cell: Cell) -> Facts:
        """The facts of a cell, from a worker that has run nothing yet."""
        try:
            if len(cell.source) > MAX_SOURCE:
                raise WorkerLost(ProcessEnded(UNREADABLE))
            return self._ask({"do": "read", "source": cell.source}, b"", READ_SECONDS, read_facts)
        except WorkerLost:
            self._broken.add(cell.name)
            return Facts()

    def _run(self, cell: Cell, names: Sequence[str], seconds: float) -> CellResult:
        self._bring_up_to_date(self._limits.cells_seconds)
        request = {"do": "run", "cell": cell.name, "source": cell.source, "names": list(names)}
        return self._ask(request, b"", seconds, partial(read_cell_result, names=tuple(names)))

    def _bring_up_to_date(self, seconds: float) -> None:
        """See to it that there is a worker in which all cells so far have run."""
        if self._worker is not None and self._worker.channel.is_quiet():
            return
        self._drop()
        end = time.monotonic() + seconds
        again = [cell for cell in self._done if cell.name not in self._broken]
        for cell in again:
            left = end - time.monotonic()
            request = {"do": "run", "cell": cell.name, "source": cell.source, "names": []}
            try:
                self._ask(request, b"", min(left, self._limits.cell_seconds), read_nothing)
            except WorkerLost as lost:
                if left < self._limits.cell_seconds:
                    raise WorkerLost(TimeLimit(USED_UP)) from lost
                self._broken.add(cell.name)
                return self._bring_up_to_date(end - time.monotonic())

    def _ask(
        self,
        request: Message,
        data: bytes | bytearray,
        seconds: float,
        read: Callable[[Message, bytearray], T],
    ) -> T:
        """One request to the worker and its answer, read; `WorkerLost` if there is none."""
        worker = self._worker = self._worker or self._start()
        number = secrets.token_hex(8)
        seconds = max(seconds, 0.01)
        end = time.monotonic() + seconds + GRACE_SECONDS
        request |= {"id": number, "milliseconds": int(seconds * 1000)}
        try:
            worker.thaw()
            worker.channel.send(request, data, end)
            message, values = worker.channel.receive(end)
            worker.freeze()
            if message.get("id") != number:
                raise Malformed("the answer to another question")
            return read(message, values)
        except Late:
            self._drop()
            raise WorkerLost(TimeLimit(f"no result after {seconds:.1g} s")) from None
        except Closed:
            raise WorkerLost(self._why_it_ended(worker)) from None
        except Malformed:
            self._drop()
            raise WorkerLost(ProcessEnded(BABBLED), babbled=True) from None
        except MemoryError:
            self._drop()
            raise WorkerLost(ResultTooLarge(TOO_LARGE)) from None
        except TooLarge as error:
            raise self._failed(f"a request to a worker is too large: {error}") from error

    def _start(self) -> Worker:
        self._worn = 0.0
        self._oom_kills = oom_kills()
        try:
            return self._sandbox.start_worker()
        except InfrastructureError as error:
            self.fault = error
            raise

    def _drop(self) -> int:
        """End the worker, if there is one; returns the signal that ended it."""
        worker, self._worker = self._worker, None
        if worker is None:
            return 0
        try:
            return self._sandbox.end(worker)
        except InfrastructureError as error:
            self.fault = error
            raise

    def _why_it_ended(self, worker: Worker) -> BaseException:
        worker.has_ended(seconds=1.0)
        number = self._drop()
        if number == signal.SIGXCPU:
            return TimeLimit(USED_UP)
        if number == signal.SIGKILL and oom_kills() > self._oom_kills:
            raise self._failed("the machine ran out of memory and killed a worker")
        return ProcessEnded(CRASHED)

    def _failed(self, why: str) -> InfrastructureError:
        self.fault = InfrastructureError(why)
        return self.fault


def _once_more(attempt: Callable[[], T]) -> T:
    """Try again where a worker babbled, in one without a past: no call pays for an earlier one."""
    try:
        return attempt()
    except WorkerLost as lost:
        if not lost.babbled:
            raise
    return attempt()


def read_nothing(message: Message, data: bytearray) -> None:
    """Of a cell that runs again, only that it came to an end."""


def oom_kills() -> int:
    """How many processes this machine has killed for want of memory; 0 where it does not say."""
    try:
        lines = Path("/proc/vmstat").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
