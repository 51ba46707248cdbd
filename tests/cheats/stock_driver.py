"""The process that grades with stock nbgrader: a student after the other, by nbgrader's own API.

python -m tests.cheats.stock_driver COURSE EXERCISE STUDENT …
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

from nbgrader.apps.api import NbGraderAPI
from traitlets.config.loader import PyFileConfigLoader

AFTERWARDS = 3.0
"""Seconds for what a hand-in may have left behind to write into the grade book."""

MEMORY = 16 << 30
"""For each process: the machine is not to go down with a kernel."""


def main() -> None:
    """Grade; say on standard output with whom it begins."""
    course, exercise, *students = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    root = Path(course)
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    config.CourseDirectory.root = str(root)
    api = NbGraderAPI(config=config)
    for student in students:
        print("begin", student, flush=True)
        api.autograde(exercise, student, force=True, create=True)
    time.sleep(AFTERWARDS)


if __name__ == "__main__":
    main()
