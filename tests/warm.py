"""Commands of Python modules, each in a fork of a process that has loaded what they load.

`python -m courseware.grading.cli` spends four seconds on loading torch and nbgrader, before it does
anything. What is forked here has done that, and nothing else: no command finds anything of another.

    run("courseware.grading.cli", "grade", "01_toy", cwd=folder)   # like subprocess.run
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]

LOADED = (
    "courseware.grading.commands",
    "courseware.grading.split.execute",
    "nbgrader.apps.nbgraderapp",
)
"""What commands load first. None of them is itself run as a program."""

PACKET = 1 << 16


def run(
    module: str,
    *arguments: str,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    timeout: float | None = None,
    keep_errors: bool = True,
) -> subprocess.CompletedProcess[str]:
    """What `python -m module arguments` does; its output is kept, as text."""
    command = [sys.executable, "-m", module, *arguments]
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    request = {"module": module, "arguments": arguments, "cwd": str(cwd)}
    request |= {"env": dict(os.environ if env is None else env)}
    with ours, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        with theirs, tempfile.TemporaryFile() as asked:
            asked.write(json.dumps(request).encode("ascii"))
            asked.seek(0)
            fds = [file.fileno() for file in (theirs, asked, out)]
            fds += [errors.fileno() if keep_errors else 2]
            socket.send_fds(_server().control, [b"run"], fds)
        ours.settimeout(timeout)
        try:
            code = int(ours.recv(PACKET))
        except TimeoutError:
            raise subprocess.TimeoutExpired(command, timeout or 0.0) from None
        texts = [_text(file) for file in (out, errors)]
    return subprocess.CompletedProcess(command, code, *texts)


def _text(file: Any) -> str:
    """All of a file, with line ends as `subprocess` gives them."""
    file.seek(0)
    return str(file.read().decode()).replace("\r\n", "\n").replace("\r", "\n")


@dataclass(frozen=True)
class Server:
    """The process that forks, and the connection to it; it ends when this one does."""

    process: subprocess.Popen[bytes]
    control: socket.socket


@cache
def _server() -> Server:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        number = str(theirs.fileno())
        command = [sys.executable, "-m", "tests.warm", number]
        return Server(subprocess.Popen(command, pass_fds=[int(number)], cwd=ROOT), ours)


def know_the_newest_gradebook() -> None:
    """Ask once: nbgrader starts `alembic` for each new gradebook, which takes seconds."""
    from nbgrader import api

    if not hasattr(api.get_alembic_version, "cache_clear"):
        api.get_alembic_version = cache(api.get_alembic_version)


def serve(control: socket.socket) -> None:
    """Fork a command for each request; only a command returns, to end as any other does."""
    for module in LOADED:
        importlib.import_module(module)
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    from nbgrader import api

    know_the_newest_gradebook()
    api.get_alembic_version()
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who asks, whose end ends this
    while True:
        packet, fds, _, _ = socket.recv_fds(control, PACKET, 4)
        if not packet:
            os._exit(0)
        keeper = os.fork()
        if keeper == 0:
            control.close()
            if (command := os.fork()) == 0:
                return _become(fds)
            _keep(command, socket.socket(fileno=fds[0]))
        for number in fds:
            os.close(number)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _keep(command: int, connection: socket.socket) -> None:
    """Tell how a command ended; end it when nobody waits for it any more."""
    try:
        waiting = select.poll()
        waiting.register(os.pidfd_open(command), select.POLLIN)
        waiting.register(connection, select.POLLIN)
        if connection.fileno() in (ready for ready, _ in waiting.poll()):
            os.kill(command, signal.SIGKILL)
        _, status = os.waitpid(command, 0)
        connection.send(str(os.waitstatus_to_exitcode(status)).encode())
    finally:
        os._exit(0)


def _become(fds: list[int]) -> None:
    """Run the command that was asked for."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.close(fds[0])
    with os.fdopen(fds[1], "rb") as asked:
        request = json.loads(asked.read())
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, place in zip((nothing, *fds[2:]), range(3), strict=True):
        os.dup2(number, place)
        os.close(number)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    tempfile.tempdir = None
    sys.path[0] = request["cwd"]
    sys.argv = [request["module"], *request["arguments"]]
    runpy.run_module(request["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
