"""How a forked process becomes a worker: on its own, with limits, and without any rights.

Two steps. `isolate` cuts a process off from its siblings: own namespaces, nothing in /proc, and a
folder to write to that no other one sees. `give_up_rights` is for its child, the worker, just
before it runs a student's code; there is no way back from it.
"""

from __future__ import annotations

import ctypes
import os
import resource
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from courseware.grading.split import seccomp

SCRATCH = "/scratch"
"""The only place in the sandbox to write to, every worker's own. Not /tmp: Python may lie there."""

_NAMESPACES = 0x00020000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000  # ns ipc user pid net
_NO_SUID_DEV_EXEC = 2 | 4 | 8
_MS_BIND = 4096
_PR_SET_PDEATHSIG, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 24, 38
_CAPABILITY_VERSION_3 = 0x20080522
_LAST_CAPABILITY = 63
_SIGKILL = 9


@dataclass(frozen=True)
class Caps:
    """What one worker may use at most. Times are limited from outside, in `session`."""

    memory_bytes: int = 1 << 30
    """On top of what Python, torch and NumPy take."""
    disk_bytes: int = 64 << 20
    """In `SCRATCH`; it counts as memory of the machine, not of the worker."""
    open_files: int = 64
    threads: int = 64
    """At a time. A `ThreadPoolExecutor` starts up to 32."""
    cpu_seconds: int = 120
    """Processor time in a worker's life. A backstop: the clock stops it long before."""


def isolate(caps: Caps, hidden: Iterable[Path] = ()) -> None:
    """New user, mount, process, network and IPC namespaces; the next child is their first process.

    For a process with a single thread that sees /proc. `hidden` are folders and files that are
    empty from here on.
    """
    uid, gid = os.getuid(), os.getgid()
    _check(_libc().unshare(_NAMESPACES), "new namespaces")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {uid} 1")
    _write("/proc/self/gid_map", f"{gid} {gid} 1")
    _mount_empty(SCRATCH, f"size={caps.disk_bytes},nr_inodes=4096,mode=0700")
    for path in hidden:
        if path.is_dir():
            _mount_empty(str(path), "size=4096,nr_inodes=2,mode=0500")
        else:
            _check(_libc().mount(b"/dev/null", bytes(path), None, _MS_BIND, None), "an empty file")
    # Later than the mappings, which are written there. A new /proc is not allowed in here.
    _mount_empty("/proc", "size=4096,nr_inodes=2,mode=0500")


def give_up_rights(caps: Caps, memory_in_use: int) -> None:
    """Set the limits, drop every capability, filter system calls."""
    limits = {
        resource.RLIMIT_AS: memory_in_use + caps.memory_bytes,
        resource.RLIMIT_CPU: caps.cpu_seconds,
        resource.RLIMIT_FSIZE: caps.disk_bytes,
        resource.RLIMIT_NOFILE: caps.open_files,
        # Counted in the namespace: its parent and the process itself come on top.
        resource.RLIMIT_NPROC: caps.threads + 2,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for kind, limit in limits.items():
        _, hard = resource.getrlimit(kind)
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (limit, limit))
    libc = _libc()
    _check(libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0), "to end with its parent")
    _check(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "to gain no privileges")
    for capability in range(_LAST_CAPABILITY + 1):
        # An error: not one of this kernel's, or no right to drop it because there is none.
        libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    _check(libc.capset(header, (ctypes.c_uint32 * 6)()), "to drop its capabilities")
    seccomp.install()


def memory_in_use() -> int:
    """Bytes of address space of this process."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def thread_count(pid: int, proc: int | None = None) -> int:
    """How many threads a process has; 0 if it is gone. `proc` is an open /proc, if not this one's.

    >>> thread_count(os.getpid()) >= 1, thread_count(2**31 - 1)
    (True, 0)
    """
    path = f"/proc/{pid}/status" if proc is None else f"{pid}/status"
    try:
        with open(os.open(path, os.O_RDONLY, dir_fd=proc), encoding="ascii") as file:
            lines = file.read().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("Threads:"))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _mount_empty(path: str, options: str) -> None:
    args = (b"tmpfs", path.encode(), b"tmpfs", _NO_SUID_DEV_EXEC, options.encode())
    _check(_libc().mount(*args), f"an empty {path}")


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def _check(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"a worker could not get {what}: {os.strerror(number)}")
