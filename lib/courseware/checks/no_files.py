"""A while without files: what must do with its arguments alone finds none of those it wrote.

In the sandbox a process without a past has no such files. In a student's Jupyter they are there,
and code that reads them would pass where it fails when it is graded.
"""

from __future__ import annotations

import builtins
import io
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def without_files() -> Iterator[None]:
    """Files outside of Python's own folders cannot be opened, in this thread.

    >>> with without_files():
    ...     open("/etc/hostname")
    Traceback (most recent call last):
    FileNotFoundError: there are no files here: '/etc/hostname'
    """
    opened = builtins.open
    thread = threading.get_ident()

    def refuse(file: Any, *options: Any, **named: Any) -> Any:
        if threading.get_ident() == thread and not _is_pythons_own(file):
            raise FileNotFoundError(f"there are no files here: {file!r}")
        return opened(file, *options, **named)

    builtins.open = io.open = refuse
    try:
        yield
    finally:
        builtins.open = io.open = opened


def _is_pythons_own(file: Any) -> bool:
    try:
        path = Path(os.fsdecode(file)).resolve()
    except TypeError:  # a number of a file that is open
        return False
    return any(path.is_relative_to(Path(p).resolve()) for p in (sys.prefix, sys.base_prefix))
