"""Commands in forks of one process: as if each had an interpreter of its own."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from tests import warm

LEAVES = """
import json, os, sys
print(sys.argv[1:], os.getcwd(), os.environ["NAME"], hasattr(json, "x"))
json.x = 1
print("told", file=sys.stderr)
sys.exit(int(sys.argv[1]))
"""


def test_a_command_finds_its_own_folder_and_variables_and_nothing_of_another(tmp_path):
    (tmp_path / "leaves.py").write_text(LEAVES)
    for number in ("3", "0"):
        environment = {**os.environ, "NAME": number}
        done = warm.run("leaves", number, cwd=tmp_path, env=environment)
        assert (done.returncode, done.stderr) == (int(number), "told\n")
        assert done.stdout == f"{[number]} {tmp_path} {number} False\n"


def works_in(folder: Path) -> bool:
    """Whether a process is there whose folder this is."""
    places = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            places.append(os.readlink(link))
        except OSError:
            continue
    return str(folder) in places


def test_a_command_that_takes_too_long_is_ended(tmp_path):
    (tmp_path / "sleeps.py").write_text("import time\ntime.sleep(600)\n")
    with pytest.raises(subprocess.TimeoutExpired):
        warm.run("sleeps", cwd=tmp_path, timeout=1.0)
    while works_in(tmp_path):
        time.sleep(0.05)
