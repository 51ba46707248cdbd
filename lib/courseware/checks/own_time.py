"""How long something took by its own doing: what it computed and what it waited for.

A clock on the wall counts other programs as well. So limits count processor time, and time spent
waiting (asleep, for a lock, for a file) apart from it; the time in which a process was ready to run
and others had the processor counts for nothing, where the system tells it (Linux).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 10
"""Times the limit: for waiting, where it cannot be told from a busy machine."""

SHORTEST_WAIT = 2.0
"""Seconds of waiting that are allowed in any case: a cold disk takes as long."""


TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
"""Of processor time in a second, as Linux counts it for others."""


@dataclass(frozen=True)
class Reading:
    """A moment: seconds on the clock, of processor time, and of being kept from the processor.

    `delayed` is None where the system does not tell.
    """

    clock: float
    computed: float
    delayed: float | None


@dataclass(frozen=True)
class Spent:
    """Seconds between two moments."""

    clock: float
    computed: float
    waited: float
    delay_known: bool

    @property
    def own(self) -> float:
        """What it took by its own doing."""
        return self.computed + (self.waited if self.delay_known else 0.0)

    def excess(self, seconds: float, grace: float = 0.0) -> str:
        """Why this is over a limit and some grace, or empty.

        >>> Spent(9.0, computed=3.0, waited=0.5, delay_known=True).excess(3.0)
        'it has used up its 3 s of processor time'
        >>> Spent(90.0, computed=2.9, waited=0.5, delay_known=True).excess(3.0)
        ''
        >>> Spent(4.0, computed=0.1, waited=3.9, delay_known=True).excess(3.0)
        'it waited for 4 s without computing: for a sleep, a lock or a file'
        """
        if self.computed >= seconds + grace:
            return f"it has used up its {seconds:.2g} s of processor time"
        if self.waited < wait_limit(seconds, self.delay_known) + grace:
            return ""
        busy = "" if self.delay_known else ", or because the machine is busy"
        waited = f"it waited for {self.waited:.0f} s without computing"
        return f"{waited}: for a sleep, a lock or a file{busy}"


def wait_limit(seconds: float, delay_known: bool) -> float:
    """How long one may wait whose processor time is limited to so many seconds."""
    return max(seconds, SHORTEST_WAIT) * (1 if delay_known else PATIENCE)


class Stopwatch:
    """Begins to run when it is made. `read` says None where the process is gone."""

    def __init__(self, read: Callable[[], Reading | None]) -> None:
        self._read = read
        self._first = self._last = read() or Reading(time.monotonic(), 0.0, None)

    def spent(self) -> Spent:
        """What was spent since the beginning."""
        self._last = self._read() or self._last
        return self.so_far()

    def so_far(self) -> Spent:
        """What was spent until it was last asked."""
        first, last = self._first, self._last
        clock, computed = last.clock - first.clock, last.computed - first.computed
        if first.delayed is None or last.delayed is None:
            return Spent(clock, computed, max(clock - computed, 0.0), delay_known=False)
        waited = clock - computed - (last.delayed - first.delayed)
        return Spent(clock, computed, max(waited, 0.0), delay_known=True)


def of_this_process() -> Reading:
    """Of the process and thread that asks."""
    try:
        delays = Path("/proc/thread-self/schedstat").read_bytes()
    except OSError:
        delays = b""
    return Reading(time.monotonic(), time.process_time(), _delay(delays))


class OtherProcess:
    """Another process with one busy thread.

    Its files in /proc are opened once, which takes longer than to read them: a worker is asked
    hundreds of times. They stay that process's, whoever gets its number next.
    """

    def __init__(self, number: int) -> None:
        self._times, self._delays = (_opened(f"/proc/{number}/{f}") for f in ("stat", "schedstat"))

    def reading(self) -> Reading | None:
        """The moment; None where the process is gone.

        >>> OtherProcess(os.getpid()).reading() is None, OtherProcess(2**31 - 1).reading() is None
        (False, True)
        """
        # The name of the program comes second, in brackets, and may hold anything.
        fields = _read(self._times).rpartition(b")")[2].split()
        if not fields:
            return None
        ticks = int(fields[11]) + int(fields[12])
        return Reading(time.monotonic(), ticks / TICKS, _delay(_read(self._delays)))

    def close(self) -> None:
        """Close the files."""
        for file in (self._times, self._delays):
            if file is not None:
                os.close(file)
        self._times = self._delays = None


def _opened(path: str) -> int | None:
    try:
        return os.open(path, os.O_RDONLY)
    except OSError:
        return None


def _read(file: int | None) -> bytes:
    """All that a file of /proc says now; nothing where it has come to its end."""
    try:
        return b"" if file is None else os.pread(file, 4096, 0)
    except OSError:
        return b""


def _delay(schedstat: bytes) -> float | None:
    """Seconds for which a thread was ready to run and others had the processor."""
    try:
        return int(schedstat.split()[1]) / 1e9
    except (IndexError, ValueError):
        return None
