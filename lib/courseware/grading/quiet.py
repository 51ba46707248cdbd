"""Keeping nbgrader's chatter, and that of the kernels it starts, out of the terminal."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TextIO


@contextlib.contextmanager
def chatter_to(log: Path) -> Iterator[TextIO]:
    """Send what is written to stdout and stderr to a file; yields the terminal's stderr.

    Done for the file descriptors: kernels and their libraries inherit those.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    kept = {number: os.dup(number) for number in (1, 2)}
    with log.open("w", encoding="utf-8") as file:
        try:
            for number in kept:
                os.dup2(file.fileno(), number)
            encoding = sys.stderr.encoding
            with open(
                os.dup(kept[2]), "w", encoding=encoding, errors="backslashreplace"
            ) as terminal:
                yield terminal
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for number, saved in kept.items():
                os.dup2(saved, number)
                os.close(saved)


class Interruption:
    """Notices Ctrl-C: nbgrader's API catches every exception, KeyboardInterrupt too."""

    def __init__(self) -> None:
        self.came = False

    def __enter__(self) -> Interruption:
        self._before = signal.signal(signal.SIGINT, self._notice)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _notice(self, number: int, frame: FrameType | None) -> None:
        self.came = True
        raise KeyboardInterrupt

    def check(self) -> None:
        """Raise the KeyboardInterrupt that was swallowed."""
        if self.came:
            raise KeyboardInterrupt
