"""A course in a folder whose name a C locale cannot spell."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.tracked import ROOT


def test_nbgrader_makes_a_gradebook_in_a_c_locale(tmp_path: Path) -> None:
    course = tmp_path / "課程 für Ann"
    course.mkdir()
    shutil.copy(ROOT / "nbgrader_config.py", course)
    # As if the environment lay in this folder, too: alembic is told the path of nbgrader.
    packages = course / "packages"
    packages.symlink_to(sysconfig.get_path("purelib"))
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONPATH": str(packages)}
    command = [sys.executable, "-m", "nbgrader", "db", "assignment", "add", "01_one"]
    run = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert (course / "gradebook.db").is_file()
