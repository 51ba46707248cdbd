"""The process that workers are forked from: Python with torch and NumPy loaded, nothing else.

It runs inside the sandbox, never runs a student's code, and knows nothing worth reading. Requests
come over a control socket, one packet each:

    "start" with a socket   fork a worker that serves this socket, without these ready-made
                            functions; the answer carries a pidfd of it
    "ended" with a number   how that worker ended; waits for it, so ask after its end

    python -I -S zygote.py {"control": 3, "paths": […], …}
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import socket
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from courseware.grading.split.withholding import Withholding

PACKET = 1 << 16

LOOK_MILLISECONDS = 50
"""How often a guardian counts the threads of its worker: the kernel sets no limit to root's."""


@dataclass(frozen=True)
class Settings:
    """What the trusted side tells the zygote when it starts it."""

    control: int
    paths: list[str]
    preload: list[str]
    caps: dict[str, int]
    isolated: bool
    functions: list[str]
    withheld: dict[str, str]
    request: dict[str, int]
    reply: dict[str, int]


def main() -> None:
    """Load the libraries, then serve until the control socket closes."""
    settings = Settings(**json.loads(sys.argv[1]))
    sys.path += settings.paths
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=settings.control)
    try:
        withholding = _warm_up(settings.preload, settings.functions)
        Zygote(control, settings, withholding).serve()
    except Exception as error:
        control.send(json.dumps({"error": f"{type(error).__name__}: {error}"}).encode())
        raise


def _warm_up(modules: list[str], functions: list[str]) -> Withholding:
    """Load once what workers would load when they first use it, and what they do without."""
    import gc
    import importlib
    import site

    gc.disable()  # until all is loaded: it would look through ever more that stays

    import torch

    from courseware.grading.split import worker
    from courseware.grading.split.withholding import Withholding

    site.sethelper()  # `help`, which -S leaves out
    torch.set_num_threads(1)
    worker.reseed()
    for module in modules:
        importlib.import_module(module)
    # The first of such operations look at the processor, by way of /proc.
    for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
        x = torch.ones(4, 4, dtype=dtype)
        torch.nn.functional.linear(x * 2, x).softmax(-1)
        torch.nn.functional.conv2d(x[None, None], x[None, None])
    if len(os.listdir("/proc/self/task")) > 1:
        raise RuntimeError("a library has started a thread, which does not survive a fork")
    withholding = Withholding(functions)
    # What is there now is never collected, so that a worker does not copy its pages to look at it.
    gc.collect()
    gc.freeze()
    gc.enable()
    return withholding


class Zygote:
    """Forks workers on request."""

    def __init__(
        self, control: socket.socket, settings: Settings, withholding: Withholding
    ) -> None:
        from courseware.grading.split.lockdown import Caps, memory_in_use

        self._control = control
        self._settings = settings
        self._caps = Caps(**settings.caps)
        self._memory = memory_in_use()
        self._withholding = withholding

    def serve(self) -> None:
        """Answer requests until the trusted side is gone."""
        self._answer({"ready": os.getpid()})
        while True:
            packet, fds, _, _ = socket.recv_fds(self._control, PACKET, 1)
            if not packet:
                return
            request = json.loads(packet)
            if request["do"] == "start":
                self._start(fds[0], tuple(request["without"]))
            else:
                _, status = os.waitpid(request["worker"], 0)
                self._answer({"ended": os.waitstatus_to_exitcode(status)})

    def _start(self, connection: int, without: tuple[str, ...]) -> None:
        try:
            pid = os.fork()
        except OSError as error:
            self._answer({"error": f"no further process: {error}"})
            pid = -1
        if pid == 0:
            self._become_guardian(connection, without)
        os.close(connection)

    def _become_guardian(self, connection: int, without: tuple[str, ...]) -> None:
        """In a child: start the worker, which is this one's child, and watch it until its end."""
        from courseware.grading.split.lockdown import isolate

        code = 1
        try:
            proc = os.open("/proc", os.O_RDONLY)  # which is hidden soon
            if self._settings.isolated:
                isolate(self._caps, self._withholding.files(without))
            pid = os.fork()
            if pid == 0:
                self._become_worker(connection, without)
            started = json.dumps({"worker": os.getpid()}).encode()
            pidfd = os.pidfd_open(pid)
            socket.send_fds(self._control, [started], [pidfd])
            self._control.close()
            os.close(connection)
            _watch(pid, pidfd, proc, self._caps.threads)
            code = _how_it_ended(pid, self._caps.cpu_seconds)
        except BaseException as error:
            self._answer({"error": f"{type(error).__name__}: {error}"})
        finally:
            os._exit(code)

    def _become_worker(self, connection: int, without: tuple[str, ...]) -> None:
        from courseware.grading.split import worker
        from courseware.grading.split.lockdown import give_up_rights
        from courseware.grading.split.protocol import Channel, Size

        try:
            self._control.detach()
            os.dup2(connection, 3)
            os.closerange(4, os.sysconf("SC_OPEN_MAX"))
            nothing = os.open("/dev/null", os.O_RDWR)
            for number in range(3):
                os.dup2(nothing, number)
            os.close(nothing)
            os.chdir(os.environ["TMPDIR"])
            sys.argv = [""]
            request, reply = Size(**self._settings.request), Size(**self._settings.reply)
            self._withholding.take_away(without)
            channel = Channel(socket.socket(fileno=3), sends=reply, reads=request)
            try:
                give_up_rights(self._caps, self._memory)
            except OSError as error:
                channel.send({"error": str(error)})
                return
            worker.serve(channel, self._settings.withheld)
        finally:
            os._exit(0)

    def _answer(self, message: dict[str, Any]) -> None:
        self._control.send(json.dumps(message).encode())


def _watch(pid: int, pidfd: int, proc: int, threads: int) -> None:
    """Until a process ends: kill it when it has more than so many threads besides its first."""
    from courseware.grading.split.lockdown import thread_count

    waiting = select.poll()
    waiting.register(pidfd, select.POLLIN)
    while not waiting.poll(LOOK_MILLISECONDS):
        if thread_count(pid, proc) > threads + 1:
            os.kill(pid, signal.SIGKILL)


def _how_it_ended(pid: int, cpu_seconds: int) -> int:
    """An exit code for: by itself (0), by this signal (its number), by its CPU limit (SIGXCPU)."""
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    if code == -signal.SIGKILL and used.ru_utime + used.ru_stime >= cpu_seconds - 1:
        return int(signal.SIGXCPU)
    return -code if code < 0 else 0


if __name__ == "__main__":
    main()
