"""The workers of one submission: asked, replaced when they die, one for each thing that is lacked.

What comes to a caller is an answer that was read, or `WorkerLost`.
"""

from __future__ import annotations

import secrets
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from courseware.checks.call import TimeLimit
from courseware.checks.own_time import Stopwatch
from courseware.grading.split.encoding import Malformed
from courseware.grading.split.protocol import Closed, Late, TooLarge
from courseware.grading.split.replies import TOO_LARGE, Message, ResultTooLarge
from courseware.grading.split.sandbox import InfrastructureError, Sandbox, Worker

GRACE_SECONDS = 0.5
"""For a worker to stop by itself and to say where it was, before it is killed."""

LISTENS = 10.0
"""Seconds for a worker to take a request, and to tell all of an answer that it has begun."""

LOOKS = 0.05
"""Seconds between two looks at what a worker has used."""

BUSY = 100
"""Times the limit, on the clock: a machine that gives a worker so little is at fault itself."""

CRASHED = "the process in which this code ran came to an end (a crash, or os._exit)"
BABBLED = "the process in which this code ran sent something that is no answer"
USED_UP = "the time for this task is used up"

PLAIN: tuple[str, ...] = ()
"""What the worker lacks in which cells are run first: no more than every worker."""

T = TypeVar("T")


class ProcessEnded(Exception):
    """What a student is told whose code took its process down."""


class WorkerLost(Exception):
    """A worker was given up; `error` is what the student is told.

    `babbled`: it sent something else than the answer, maybe because of what ran in it before.
    `inherited`: it came to an end, and calls of an earlier task may be why.
    """

    def __init__(
        self, error: BaseException, babbled: bool = False, inherited: bool = False
    ) -> None:
        super().__init__(str(error))
        self.error = error
        self.babbled = babbled
        self.inherited = inherited


@dataclass
class Seat:
    """A worker, the cells that have run in it, the seconds it has worked.

    `oom_kills` are those that the machine had seen when it started. `called`: functions were called
    in it; `inherited`: for something else than what is at hand.
    """

    worker: Worker
    oom_kills: int
    cells: set[str] = field(default_factory=set)
    worn: float = 0.0
    called: bool = False
    inherited: bool = False

    def has_threads(self) -> bool:
        """Whether threads outlived their call, or it is gone: for having had too many, maybe."""
        return self.worker.threads() != 1


class Seats:
    """The workers, by what they lack.

    `fault` keeps an `InfrastructureError`: a test cell may swallow exceptions, so look there.
    `used` are the seconds that all of them took by their own doing.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self.fault: InfrastructureError | None = None
        self.used = 0.0
        self._sandbox = sandbox
        self._seats: dict[tuple[str, ...], Seat] = {}

    def present(self) -> dict[tuple[str, ...], Seat]:
        """The workers that there are, by what they lack."""
        return dict(self._seats)

    def pass_on(self, worn_seconds: float) -> None:
        """Something else is at hand now: keep the workers that are not worn out, and are at rest.

        Threads that outlived their call would slow down what comes next, or be too many: then the
        worker is ended while it runs.
        """
        for without, seat in self.present().items():
            if seat.worn > worn_seconds or seat.has_threads():
                self.drop(without)
            seat.inherited = seat.called

    def ask(
        self,
        request: Message,
        data: bytes | bytearray,
        seconds: float,
        read: Callable[[Message, bytearray], T],
        without: tuple[str, ...] = PLAIN,
    ) -> T:
        """One request to the worker and its answer, read; `WorkerLost` if there is none."""
        if without not in self._seats:
            self._seats[without] = self._start(without)
        worker = self._seats[without].worker
        number = secrets.token_hex(8)
        seconds = max(seconds, 0.01)
        request |= {"id": number, "milliseconds": int(seconds * 1000)}
        watch = Stopwatch(worker.reading)
        try:
            worker.thaw()
            worker.channel.send(request, data, time.monotonic() + LISTENS)
            self._wait(worker, watch, seconds)
            message, values = worker.channel.receive(time.monotonic() + LISTENS)
            watch.spent()
            worker.freeze()
            if message.get("id") != number:
                raise Malformed("the answer to another question")
            return read(message, values)
        except Late as late:
            reason = str(late) or "it does not listen, or tells its answer too slowly"
            self.drop(without)
            raise WorkerLost(TimeLimit(reason)) from None
        except Closed:
            inherited = self._seats[without].inherited
            raise WorkerLost(self._why_it_ended(without), inherited=inherited) from None
        except Malformed:
            self.drop(without)
            raise WorkerLost(ProcessEnded(BABBLED), babbled=True) from None
        except MemoryError:
            self.drop(without)
            raise WorkerLost(ResultTooLarge(TOO_LARGE)) from None
        except TooLarge as error:
            raise self.failed(f"a request to a worker is too large: {error}") from error
        finally:
            self.used += watch.so_far().own

    def _wait(self, worker: Worker, watch: Stopwatch, seconds: float) -> None:
        """Until an answer begins; `Late` with the reason if the worker takes more than it may."""
        while not worker.channel.has_something(LOOKS):
            spent = watch.spent()
            if reason := spent.excess(seconds, GRACE_SECONDS):
                raise Late(reason)
            if spent.clock > BUSY * (seconds + GRACE_SECONDS) + LISTENS:
                raise self.failed("the machine is too busy to run this hand-in")

    def _start(self, without: tuple[str, ...]) -> Seat:
        killed = oom_kills()
        try:
            return Seat(self._sandbox.start_worker(without), killed)
        except InfrastructureError as error:
            self.fault = error
            raise

    def drop(self, without: tuple[str, ...] = PLAIN) -> int:
        """End a worker, if there is one; returns the signal that ended it."""
        seat = self._seats.pop(without, None)
        if seat is None:
            return 0
        try:
            return self._sandbox.end(seat.worker)
        except InfrastructureError as error:
            self.fault = error
            raise

    def _why_it_ended(self, without: tuple[str, ...]) -> BaseException:
        seat = self._seats[without]
        seat.worker.has_ended(seconds=1.0)
        number = self.drop(without)
        if number == signal.SIGXCPU:
            return TimeLimit(USED_UP)
        if number == signal.SIGKILL and oom_kills() > seat.oom_kills:
            raise self.failed("the machine ran out of memory and killed a worker")
        return ProcessEnded(CRASHED)

    def failed(self, why: str) -> InfrastructureError:
        """A fault of the machine, or of ours, for the caller to raise."""
        self.fault = InfrastructureError(why)
        return self.fault


def oom_kills() -> int:
    """How many processes this machine has killed for want of memory; 0 where it does not say."""
    try:
        lines = Path("/proc/vmstat").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
