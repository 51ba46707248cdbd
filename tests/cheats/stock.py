"""Grading the corpus with a stock nbgrader that knows nothing of ours, for comparison.

Here the attacks really run, with all rights that stock nbgrader gives them. For the sake of the
machine that happens in a sandbox around all of nbgrader: no network, nothing to write to but the
class, a home folder and a copy of the course's library. In there, nothing is held back.
"""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.cheats.attack import EXERCISES, Attack
from tests.cheats.course import (
    HONEST,
    Points,
    environment,
    generate,
    hand_in,
    make_course,
    number_of_rounds,
    points_by_clicks,
    points_of,
    scores,
)
from tests.sample_class.handing_in import ROOT

CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "stock"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
# So that an endless loop costs seconds, and a busy machine no honest cell.
c.Execute.timeout = 30
"""
SECONDS = 90.0
"""For one hand-in; after that the process that grades is killed, and the class goes on."""

SHARE = 45
"""About how many attacks go into one course folder."""

INSTALLED = """
import sys
from pathlib import Path

sys.path[:] = [path for path in sys.path if not Path(path, "courseware").is_dir()]
sys.path.append({lib!r})
"""
"""The copy of the library stands where installed packages do: behind the folder of the notebook."""

Progress = Callable[[str], None]


@dataclass
class StockRun:
    """Attack → points, for those that there was time for; how often the process came to its end."""

    points: dict[str, Points] = field(default_factory=dict)
    ended: int = 0


def grade_all(
    folder: Path, attacks: Sequence[Attack], seconds: float, workers: int, say: Progress
) -> StockRun:
    """Grade attacks in several course folders, some at a time, for so many seconds."""
    end = time.monotonic() + seconds
    shares = []
    for exercise in EXERCISES:
        there = [attack for attack in attacks if attack.exercise == exercise]
        shares += [there[at : at + SHARE] for at in range(0, len(there), SHARE)]
    with ThreadPoolExecutor(workers) as pool:
        runs = [
            pool.submit(grade_attacks, folder / f"stock-{i}", share, end, say)
            for i, share in enumerate(shares)
        ]
    whole = StockRun()
    for run in runs:
        whole.points |= run.result().points
        whole.ended += run.result().ended
    return whole


def grade_attacks(stage: Path, attacks: Sequence[Attack], end: float, say: Progress) -> StockRun:
    """Grade attacks on one exercise, one hand-in after the other, until the moment `end`."""
    exercise = attacks[0].exercise
    course, home = make_course(stage / "course", CONFIG), stage / "home"
    shutil.copytree(ROOT / "lib", stage / "lib", ignore=shutil.ignore_patterns("__pycache__"))
    (stage / "tmp").mkdir()
    (stage / "start").mkdir()
    installed = INSTALLED.format(lib=str(stage / "lib"))
    (stage / "start" / "sitecustomize.py").write_text(installed, encoding="utf-8")
    generate(course, exercise, home)
    run = StockRun()
    done: set[str] = set()
    rounds = 0
    while rounds < number_of_rounds(attacks) and time.monotonic() < end:
        students = hand_in(course, attacks, rounds) + [HONEST] * (rounds == 0)
        graded: set[str] = set()
        while len(graded) < len(students) and time.monotonic() < end:
            waiting = [student for student in students if student not in graded]
            graded |= _grade(stage, exercise, waiting, end, say)
            run.ended += len(graded) < len(students) and time.monotonic() < end
        done |= graded
        rounds += 1
    found = scores(course, exercise)
    run.points = {
        attack.name: points_of(attack, found) + points_by_clicks(course, attack)
        for attack in attacks
        if done.issuperset(attack.students) and len(attack.rounds) <= rounds
    }
    return run


def _grade(stage: Path, exercise: str, students: list[str], end: float, say: Progress) -> set[str]:
    """One process that grades; returns whom it came to, the one that ended it included."""
    driver = [sys.executable, "-m", "tests.cheats.stock_driver", str(stage / "course"), exercise]
    variables = {"PYTHONPATH": str(stage / "start"), "TMPDIR": str(stage / "tmp")}
    process = subprocess.Popen(
        [*confined(stage), *driver, *students],
        cwd=ROOT,
        env=environment(stage / "home", **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    begun: set[str] = set()
    try:
        while line := _line(process.stdout.fileno(), min(SECONDS, end - time.monotonic())):
            word, _, student = line.partition(" ")
            if word == "begin":
                begun.add(student)
                say(student)
    finally:
        process.kill()
        process.wait()
    return begun


def confined(stage: Path) -> list[str]:
    """bubblewrap's part of the command line: the machine read-only, `stage` to be written to."""
    line = ["bwrap", "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/"]
    line += ["--dev", "/dev", "--proc", "/proc", "--bind", str(stage), str(stage)]
    return [*line, "--chdir", str(ROOT), "--"]


def _line(descriptor: int, seconds: float) -> str:
    """The next line, or nothing if it does not come in time."""
    text = b""
    end = time.monotonic() + seconds
    while not text.endswith(b"\n"):
        ready, _, _ = select.select([descriptor], [], [], max(0.0, end - time.monotonic()))
        byte = os.read(descriptor, 1) if ready else b""
        if not byte:
            return ""
        text += byte
    return text.decode(errors="replace").strip()
