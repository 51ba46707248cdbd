"""Programs that grade a made-up class leave the gradebook of a real one alone."""

import os
import subprocess
import sys

from tests.tracked import ROOT

PROGRAMS = sorted(path.parent.name for path in (ROOT / "tests").glob("*/__main__.py"))

SEEN = f"""
import importlib, os, sys
from traitlets.config.loader import PyFileConfigLoader
for program in sys.argv[1:]:
    importlib.import_module("tests." + program)
config = PyFileConfigLoader("nbgrader_config.py", path={str(ROOT)!r}).load_config()
print("db_url" in config.CourseDirectory, "root" in config.Exchange)
"""


def test_a_gradebook_and_an_exchange_that_are_set_are_not_taken():
    assert {"sample_class", "cheats", "fuzz", "bench", "hub", "defects"} <= {*PROGRAMS}
    real = {"COURSE_DB_URL": "sqlite:///real.db", "COURSE_EXCHANGE": "/srv/exchange"}
    run = subprocess.run(
        [sys.executable, "-c", SEEN, *PROGRAMS],
        cwd=ROOT,
        env={**os.environ, **real},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == "False False\n"
