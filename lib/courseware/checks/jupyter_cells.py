"""What this Jupyter kernel knows of the cells that ran in it: sources, processor time, files."""

from __future__ import annotations

import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from IPython import get_ipython

from courseware.checks.conditions import notice_files


class JupyterCells:
    """A record that begins when the checks are imported. Cells are known by their number."""

    def __init__(self, shell: Any) -> None:
        self.seconds: dict[int, float] = {}
        self._read: dict[int, set[Path]] = defaultdict(set)
        self._written: dict[int, set[Path]] = defaultdict(set)
        self._shell = shell
        self._begun, self._number = 0.0, 0
        shell.events.register("pre_run_cell", self._begin)
        shell.events.register("post_run_cell", self._end)
        notice_files(self._notice)

    @property
    def sources(self) -> list[str]:
        """What was run so far, the cell at hand included; the place is the number."""
        return list(self._shell.history_manager.input_hist_raw)

    @property
    def namespace(self) -> dict[str, Any]:
        """What these cells defined."""
        names: dict[str, Any] = self._shell.user_ns
        return names

    def files_read(self, number: int) -> list[str]:
        """Files that were there before the cell and that it read, by their names."""
        return sorted({path.name for path in self._read[number] - self._written[number]})

    def _begin(self, info: Any) -> None:
        self._begun, self._number = time.process_time(), len(self.sources)

    def _end(self, result: Any) -> None:
        self.seconds[self._number] = time.process_time() - self._begun

    def _notice(self, path: Path, writes: bool) -> None:
        record = self._written if writes else self._read
        record[self._number].add(path)


_record: list[JupyterCells] = []


def cells_of_this_kernel() -> JupyterCells | None:
    """The record, which begins with the first call; None outside of Jupyter."""
    shell = get_ipython()
    if shell is None:
        return None
    if not _record or _record[0]._shell is not shell:
        _record[:] = [JupyterCells(shell)]
    return _record[0]
