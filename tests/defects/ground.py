"""Where defects are planted: copies of the repository that are thrown away."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

from tests.defects.defect import Defect

PLUGIN = "tests.defects.inside"
OPTIONS = ("-q", "--no-header", "--disable-warnings", "-p", "no:cacheprovider", "--timeout=120")


class Ground:
    """A folder with a clean copy of some files, and a copy of that for each defect.

    Every copy is the working directory of the tests that run on it, and all that they import of the
    course lies in it. What they leave in temporary folders lies below `folder` as well.
    """

    def __init__(self, folder: Path, root: Path, files: Iterable[Path]) -> None:
        self.clean = folder / "clean"
        self._folder = folder
        self._temporary = folder / "tmp"
        self._temporary.mkdir()
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self._stopped = False
        for file in files:
            target = self.clean / file.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)

    def copy_with(self, defect: Defect) -> Path:
        """A new copy of the clean one, in which the defect is planted.

        Bytecode is copied along, so that little is compiled anew; that of the changed file goes,
        as a change of the same length within a second would be taken for none.
        """
        copy = self._folder / defect.name
        shutil.copytree(self.clean, copy)
        file = copy / defect.file
        file.write_text(defect.planted(file.read_text(encoding="utf-8")), encoding="utf-8")
        for compiled in file.parent.glob(f"__pycache__/{file.stem}.*.pyc"):
            compiled.unlink()
        return copy

    def test(
        self, copy: Path, tests: Iterable[str], *options: str, show: bool = False
    ) -> tuple[int, str]:
        """Run tests on a copy; returns pytest's exit code, and what it wrote unless it is shown."""
        with self._lock:
            if self._stopped:
                raise InterruptedError
            process = subprocess.Popen(
                [sys.executable, "-m", "pytest", "-p", PLUGIN, *OPTIONS, *options, *tests],
                cwd=copy,
                env=self._environment(copy),
                stdin=subprocess.DEVNULL,
                stdout=None if show else subprocess.PIPE,
                stderr=None if show else subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
            )
            self._running.add(process)
        try:
            written, _ = process.communicate()
        finally:
            with self._lock:
                self._running.discard(process)
        return process.returncode, written or ""

    def stop(self) -> None:
        """End all tests that run, and let no other ones begin."""
        with self._lock:
            self._stopped = True
            running = [*self._running]
        for process in running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _environment(self, copy: Path) -> dict[str, str]:
        """The copy's lib/ comes before the one that is installed."""
        kept = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
        return kept | {"PYTHONPATH": str(copy / "lib"), "TMPDIR": str(self._temporary)}
