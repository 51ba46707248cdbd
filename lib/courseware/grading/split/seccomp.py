"""The system calls that a worker gives up: a filter for Linux's seccomp.

A worker computes, reads its libraries and answers on one socket. It may start threads, but needs
no second process, no signal to others, no new socket, no memory that its limit does not count,
nothing of which a user has so many in all, and none of the kernel's large interfaces, where most
holes were found. Calls that are newer than this table are answered as an older kernel would;
libraries then take another way.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

# name: numbers on x86-64 and on 64-bit ARM; None where there is no such call.
DENIED: dict[str, tuple[int | None, int | None]] = {
    # processes, other programs
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    # signals to others, their memory, their limits
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "pidfd_getfd": (438, 438),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "sched_setscheduler": (144, 119),
    "sched_setattr": (314, 274),
    "sched_setaffinity": (203, 122),
    # memory that RLIMIT_AS does not count
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    # of these a user, or the whole machine, has so many in all
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "timer_create": (222, 107),
    "io_setup": (206, 0),
    # sockets: the worker has the one it needs
    "socket": (41, 198),
    "socketpair": (53, 199),
    # namespaces and mounts
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    # large interfaces of the kernel
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "bpf": (321, 280),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    "quotactl": (179, 60),
    "modify_ldt": (154, None),
}
CLONE = (56, 220)
"""Allowed with `THREAD`, the flags that the C library starts a thread with, and no others: every
other one makes a process, or something of its own for a thread, such as a namespace."""

THREAD = 0x003D0F00
CLONE3 = 435
"""Answered as unknown, so that the C library falls back on `clone`."""

FIRST_UNKNOWN = 451
"""Numbers from here on came with Linux 6.5 or later; the x32 calls of x86-64 lie here too."""

ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
"""Machine → the kernel's constant for it, the column of `DENIED`."""

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ARCHITECTURE, _NUMBER, _FLAGS = 4, 0, 16  # where these are in what the filter is given
_KILL, _ERROR, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_PR_SET_SECCOMP, _FILTER = 22, 2


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def supported() -> bool:
    """Whether there is a table for this machine."""
    return platform.machine() in ARCHITECTURES


def program() -> bytes:
    """The filter in the kernel's byte code, for this machine."""
    constant, column = ARCHITECTURES[platform.machine()]
    numbers = [pair[column] for pair in DENIED.values()]
    lines = [(_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, constant), (_RETURN, 0, 0, _KILL)]
    lines.append((_LOAD, 0, 0, _NUMBER))
    lines += _answer(_AT_LEAST, FIRST_UNKNOWN, errno.ENOSYS)
    lines += _answer(_EQUAL, CLONE3, errno.ENOSYS)
    for number in numbers:
        if number is not None:
            lines += _answer(_EQUAL, number, errno.EPERM)
    # The kernel looks at the lower half of the flags only, which comes first in memory.
    lines += [(_EQUAL, 0, 3, CLONE[column]), (_LOAD, 0, 0, _FLAGS), (_EQUAL, 1, 0, THREAD)]
    lines += [(_RETURN, 0, 0, _ERROR | errno.EPERM), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _answer(test: int, number: int, error: int) -> list[tuple[int, int, int, int]]:
    return [(test, 0, 1, number), (_RETURN, 0, 0, _ERROR | error)]


def install() -> None:
    """Put the filter on the calling thread, for good. Needs PR_SET_NO_NEW_PRIVS."""
    code = program()
    filter_ = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_SECCOMP, _FILTER, ctypes.byref(filter_), 0, 0):
        raise OSError(ctypes.get_errno(), "the filter of system calls was refused")
