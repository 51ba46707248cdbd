"""Starting the sandbox, and workers in it.

The first rung is bubblewrap: a zygote in namespaces of its own that sees Python, its libraries
and a few files of the course (`visible`), and forks workers that are cut off from each other. The
second, a plain process with limits, has to be asked for; `UNPROTECTED` says what it lacks.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from courseware.checks.own_time import OtherProcess, Reading
from courseware.grading.scratch import scratch_folder
from courseware.grading.split import seccomp
from courseware.grading.split.bubblewrap import (
    COURSE,
    ENVIRONMENT,
    command,
    python,
    site_packages,
    visible_trees,
)
from courseware.grading.split.encoding import Malformed
from courseware.grading.split.lacking import FURTHER, functions_withheld
from courseware.grading.split.lockdown import Caps, thread_count
from courseware.grading.split.protocol import Channel, Closed, Late, Size
from courseware.handing_in import visible
from courseware.handing_in.libraries import visible_packages

UNPROTECTED = (
    "Hand-ins are graded WITHOUT a sandbox. Their code can read and write every file that you can: "
    "solutions, hidden tests, hand-ins of others, the grade book. Only its time, memory, "
    "processes and network are limited."
)
NO_BUBBLEWRAP = (
    "bubblewrap (the command bwrap) is not installed, so there is no sandbox to grade hand-ins in: "
    "sudo apt-get install bubblewrap. To grade code that you trust without one, set "
    "c.SplitExecute.allow_unprotected = True."
)

PLAIN_ENVIRONMENT = ENVIRONMENT | {"HOME": "/", "TMPDIR": tempfile.gettempdir()}


class InfrastructureError(Exception):
    """A fault of the machine or the set-up, not of a submission: never a reason for a 0."""


REQUEST = Size(text=2 << 20, data=64 << 20)
REPLY = Size(text=256 << 10, data=1 << 20)


@dataclass(frozen=True)
class Limits:
    """What submissions may take: a worker's caps, sizes of messages, seconds of its own time."""

    caps: Caps = field(default_factory=Caps)
    request: Size = REQUEST
    reply: Size = REPLY
    """Small: right answers take up to 150 KB, the states of `find_ticket`."""
    task_replies: int = 32 << 20
    """Bytes of memory for the replies to all calls of one test cell, which are kept until they are
    judged. Right answers take up to 2 MB, the 1,000 masks of `random_mask`."""
    task_printed: int = 100_000
    """Characters that are kept of what all calls of one test cell print."""
    cell_seconds: float = 20.0
    cells_seconds: float = 60.0
    """All solution cells of a notebook together."""
    task_seconds: float = 90.0
    """All calls of one test cell together, with the restarts that they make necessary."""
    call_seconds: float = 10.0
    """A call from a test cell that sets no limit of its own."""
    deaths: int = 8
    """How many workers one test cell may cost."""
    worn_seconds: float = 30.0
    """After so much work a worker is replaced, so that every task has its CPU time."""
    start_seconds: float = 120.0


@dataclass
class Worker:
    """A worker, seen from the trusted side."""

    channel: Channel
    pidfd: int
    number: int

    def __post_init__(self) -> None:
        self._times = OtherProcess(self._pid())

    def kill(self) -> None:
        """Kill it and wait until it is gone, with all that it may have started."""
        self._signal(signal.SIGKILL)
        if not self.has_ended(seconds=30.0):
            raise InfrastructureError("a worker could not be killed")

    def freeze(self) -> None:
        """Let all of its threads stand still: none computes on while nobody asks."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def threads(self) -> int:
        """How many threads it has; 0 where that cannot be seen."""
        return thread_count(self._pid())

    def reading(self) -> Reading | None:
        """Its processor time so far, and how long it was kept from the processor."""
        return self._times.reading()

    def close(self) -> None:
        """Let go of what is held of it."""
        self.channel.close()
        self._times.close()
        os.close(self.pidfd)

    def _pid(self) -> int:
        with open(f"/proc/self/fdinfo/{self.pidfd}", encoding="ascii") as file:
            lines = dict(line.split(":", 1) for line in file)
        return int(lines["Pid"])

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, number)

    def has_ended(self, seconds: float) -> bool:
        """Whether it is gone; waits for it up to so many seconds."""
        waiting = select.poll()
        waiting.register(self.pidfd, select.POLLIN)
        return bool(waiting.poll(seconds * 1000))


class Sandbox:
    """A running zygote for one exercise. Use as a context manager, or call `close`.

    `can_lack` names the ready-made functions that a worker can be started without.

    It ends with the thread that started it. `secret` are folders that must not be seen in it.
    """

    def __init__(
        self,
        exercise: str,
        limits: Limits | None = None,
        secret: tuple[Path, ...] = (),
        isolated: bool = True,
    ) -> None:
        self.limits = limits or Limits()
        self.isolated = isolated
        check_machine(secret, isolated)
        self._lock = threading.Lock()
        self.can_lack = FURTHER | {*functions_withheld(exercise)}
        self._open = contextlib.ExitStack()
        try:
            self._process = self._start(exercise)
            self._answer()
        except OSError as error:
            self.close()
            raise InfrastructureError(f"the sandbox could not be started: {error}") from error
        except InfrastructureError:
            self.close()
            raise

    def _start(self, exercise: str) -> subprocess.Popen[bytes]:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._open.enter_context(self._control).settimeout(self.limits.start_seconds)
        folder = self._open.enter_context(scratch_folder())
        files, self._log = folder / "course", folder / "log"
        visible.copy_to(files, exercise)
        course = COURSE if self.isolated else str(files)
        settings = {
            "control": theirs.fileno(),
            "paths": [*map(str, site_packages()), course],
            "preload": visible.preloaded(exercise),
            "caps": asdict(self.limits.caps),
            "isolated": self.isolated,
            "functions": functions_withheld(exercise),
            "withheld": visible.withheld(exercise),
            "request": asdict(self.limits.request),
            "reply": asdict(self.limits.reply),
        }
        zygote = f"{course}/courseware/grading/split/zygote.py"
        program = [str(python()), "-I", "-S", "-B", zygote, json.dumps(settings)]
        with theirs, self._log.open("wb") as log:
            process = subprocess.Popen(
                [*command(files), "--", *program] if self.isolated else program,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[theirs.fileno()],
                env=os.environ if self.isolated else PLAIN_ENVIRONMENT,
                start_new_session=True,
            )
        self._open.callback(_kill, process)
        return process

    def start_worker(self, without: tuple[str, ...] = ()) -> Worker:
        """A fresh worker, before any code of a student's; it lacks what `without` names."""
        try:
            ours, theirs = socket.socketpair()
        except OSError as error:
            raise InfrastructureError(f"no connection to a worker: {error}") from error
        with self._lock, theirs:
            self._ask({"do": "start", "without": without}, theirs.fileno())
            answer, fds = self._answer()
        channel = Channel(ours, sends=self.limits.request, reads=self.limits.reply)
        worker = Worker(channel, fds[0], answer["worker"])
        try:
            message, _ = worker.channel.receive(time.monotonic() + self.limits.start_seconds)
        except (Closed, Late, Malformed) as error:
            message = {"error": f"it does not answer ({type(error).__name__})"}
        if "error" in message:
            self.end(worker)
            raise InfrastructureError(f"a worker could not be locked in: {message['error']}")
        return worker

    def end(self, worker: Worker) -> int:
        """Kill a worker, unless it has ended; returns the signal that ended it, or 0."""
        worker.kill()
        worker.close()
        with self._lock:
            self._ask({"do": "ended", "worker": worker.number})
            answer, _ = self._answer()
        return int(answer["ended"])

    def is_alive(self) -> bool:
        """Whether workers can be started."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the zygote and every worker."""
        self._open.close()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, request: dict[str, Any], *fds: int) -> None:
        try:
            socket.send_fds(self._control, [json.dumps(request).encode()], fds)
        except OSError as error:
            raise self._gone(str(error)) from None

    def _answer(self) -> tuple[dict[str, Any], list[int]]:
        try:
            packet, fds, _, _ = socket.recv_fds(self._control, 1 << 16, 1)
        except OSError as error:
            raise self._gone(str(error)) from None
        if not packet:
            raise self._gone("no reason given")
        answer = json.loads(packet)
        if "error" in answer:
            raise InfrastructureError(f"no worker could be started: {answer['error']}")
        return answer, fds

    def _gone(self, otherwise: str) -> InfrastructureError:
        """The error for a zygote that is gone, or so late that it has to go."""
        _kill(self._process)
        lines = self._log.read_bytes()[-2000:].decode(errors="replace").strip().splitlines()
        return InfrastructureError(f"the sandbox ended: {lines[-1] if lines else otherwise}")


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def open_sandbox(
    exercise: str,
    limits: Limits | None = None,
    secret: tuple[Path, ...] = (),
    allow_unprotected: bool = False,
) -> Sandbox:
    """The ladder: bubblewrap, or where it does not work and that is allowed, plain processes."""
    try:
        return Sandbox(exercise, limits, secret)
    except InfrastructureError as error:
        if not allow_unprotected:
            raise
        print(f"{UNPROTECTED} The reason: {error}", file=sys.stderr)
        return Sandbox(exercise, limits, isolated=False)


def _seen() -> list[Path]:
    return [*visible_trees(), *visible_packages()]


def check_machine(secret: tuple[Path, ...], isolated: bool = True) -> None:
    """Raise an `InfrastructureError` where hand-ins would not run, or would see what is secret."""
    if sys.platform != "linux" or not seccomp.supported():
        raise InfrastructureError("split grading needs Linux on x86-64 or 64-bit ARM")
    if isolated and not shutil.which("bwrap"):
        raise InfrastructureError(NO_BUBBLEWRAP)
    shown = [(tree, path) for tree in _seen() for path in secret if isolated]
    for tree, path in shown:
        if path.resolve().is_relative_to(tree.resolve()):
            raise InfrastructureError(f"{path} lies in {tree}, which hand-ins can read: move it")
