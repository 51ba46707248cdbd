"""A limit for the process that judges: what it is made to take must not cost others theirs."""

from __future__ import annotations

import contextlib
import re
import resource
from collections.abc import Iterator
from pathlib import Path

JUDGING = 2 << 30
"""Bytes that judging one hand-in may take, over what Python and torch do. It takes a tenth."""


@contextlib.contextmanager
def limited_memory(extra: int = JUDGING) -> Iterator[None]:
    """Within the block, what would take more than so many bytes fails with a MemoryError.

    Without it the kernel would end a process of its choice. Works where Linux says how much there
    is in use; elsewhere there is no limit.
    """
    in_use = _data_in_use()
    before, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if not in_use:
        yield
        return
    limits = [in_use + extra, *(limit for limit in (before, hard) if limit >= 0)]
    resource.setrlimit(resource.RLIMIT_DATA, (min(limits), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, hard))


def _data_in_use() -> int:
    """Bytes that count towards the limit, or 0 where nothing says so."""
    try:
        found = re.search(r"VmData:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    except OSError:
        return 0
    return int(found[1]) << 10 if found else 0
