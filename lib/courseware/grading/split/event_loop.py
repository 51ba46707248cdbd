"""An event loop for cells that `await` something, in a process that may make no sockets."""

from __future__ import annotations

import asyncio
import contextlib
import os


class PipeLoop(asyncio.SelectorEventLoop):
    """Wakes itself by a pipe; asyncio's own loop makes a pair of sockets for that.

    >>> with asyncio.Runner(loop_factory=PipeLoop) as runner:
    ...     runner.run(asyncio.to_thread(lambda: 3))
    3
    """

    def __init__(self) -> None:
        super().__init__()
        self._ends = os.pipe()
        for end in self._ends:
            os.set_blocking(end, False)
        self.add_reader(self._ends[0], self._empty_pipe)

    def _make_self_pipe(self) -> None:
        """Too early for a reader: the base class is not ready yet."""

    def _close_self_pipe(self) -> None:
        self.remove_reader(self._ends[0])
        for end in self._ends:
            os.close(end)

    def _empty_pipe(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._ends[0], 4096)

    def _write_to_self(self) -> None:
        # A full pipe wakes the loop as well.
        with contextlib.suppress(BlockingIOError):
            os.write(self._ends[1], b"\0")
