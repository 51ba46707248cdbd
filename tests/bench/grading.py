"""Throughput of grading: stock `nbgrader autograde` against `course grade`, on the same class."""

from __future__ import annotations

import gc
import itertools
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SAWarning

from courseware.grading.course import (
    Exercise,
    bring_gradebook_up_to_date,
    open_course,
    open_exercise,
)
from courseware.grading.engines import kept_engines
from courseware.grading.grade_class import write_page
from courseware.grading.jobs import Job, Place, prepare, run_job
from courseware.grading.split.sandboxes import close_sandboxes
from tests.mutants import table
from tests.sample_class.handing_in import ROOT, answer_with, released, solved

EXERCISE = "02_integer_scaling"
TARGET = 20.0
FIXED_TARGET = 0.3
STOCK_CONFIG = 'c = get_config()\nc.CourseDirectory.source_directory = "solutions"\n'


@dataclass(frozen=True)
class Measured:
    """Seconds a hand-in: stock nbgrader's, and ours, in every round."""

    stock: list[float]
    ours: list[float]
    with_pages: list[float]

    @property
    def ratio(self) -> float:
        """How many hand-ins we grade, pages and all, while stock nbgrader grades one without."""
        return statistics.mean(self.stock) / statistics.mean(self.with_pages)


def run(size: int, rounds: int) -> bool:
    """Measure, print, and say whether the targets were reached."""
    # Stock nbgrader starts `alembic` by its bare name.
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        folder = Path(scratch)
        class_of = dict(hand_ins(size))
        print(f"A class of {size} hands in {EXERCISE}: right, half right and untouched notebooks.")
        print("Stock nbgrader and ours grade it in turn, each from its command line.")
        found = measure(folder, class_of, rounds)
        _print_rates(found)
        fixed = stages(folder / "stages", class_of)
    reached = found.ratio >= TARGET and fixed <= FIXED_TARGET
    print(f"grading: {found.ratio:.1f}x the throughput of stock nbgrader (target {TARGET:.0f}x),")
    print("         its own without pages, ours with them;")
    print(f"         fixed cost {fixed:.2f} s a notebook (target {FIXED_TARGET} s)")
    return reached


def hand_ins(size: int) -> Iterator[tuple[str, bytes]]:
    """A third solved, a third with a few wrong functions in it, the rest untouched or half done."""
    table.load()
    tasks = [cell["metadata"].get("nbgrader", {}).get("grade_id", "") for cell in _cells()]
    wrong = [entry for entry in table.WRONG if entry.task in tasks]
    for number in range(size):
        draw = random.Random(number)
        if number % 3 == 0:
            notebook = solved(EXERCISE)
        elif number % 3 == 1:
            chosen = [entry.function.__name__ for entry in draw.sample(wrong, 4)]
            notebook = answer_with(solved(EXERCISE), *chosen)
        else:
            left = tuple(draw.sample(tasks, draw.choice([4, 8, len(tasks)])))
            notebook = solved(EXERCISE, leave=left)
        yield f"student_{number:03}", json.dumps(notebook).encode()


def _cells() -> list[dict[str, object]]:
    return [
        cell
        for cell in released(EXERCISE)["cells"]
        if cell["metadata"].get("nbgrader", {}).get("solution") and cell["cell_type"] == "code"
    ]


def make_course(root: Path, class_of: dict[str, bytes], stock: bool) -> Path:
    """A course folder with the hand-ins of these students, its gradebook ready."""
    root.mkdir(parents=True)
    shutil.copytree(ROOT / "solutions" / EXERCISE, root / "solutions" / EXERCISE)
    if stock:
        (root / "nbgrader_config.py").write_text(STOCK_CONFIG, encoding="utf-8")
    else:
        shutil.copy(ROOT / "nbgrader_config.py", root)
        (root / "class_secret.txt").write_text("bench", encoding="utf-8")
    for student, content in class_of.items():
        place = root / "submitted" / student / EXERCISE
        place.mkdir(parents=True)
        (place / f"{EXERCISE}.ipynb").write_bytes(content)
    bring_gradebook_up_to_date(open_exercise(open_course(root), EXERCISE))
    return root


def measure(folder: Path, class_of: dict[str, bytes], rounds: int) -> Measured:
    """Alternate: a part of the class with stock nbgrader, then all of it with ours."""
    found = Measured([], [], [])
    names = sorted(class_of)
    parts = [names[number::rounds] for number in range(rounds)]
    for number, part in enumerate(parts):
        some = {name: class_of[name] for name in part}
        root = make_course(folder / f"stock_{number}", some, stock=True)
        found.stock.append(_seconds(root, "nbgrader", "autograde", EXERCISE) / len(part))
        print(f"  round {number + 1}: stock nbgrader {found.stock[-1]:.2f} s a hand-in", end="")
        grade = ("courseware.grading.cli", "grade", EXERCISE)
        for times, options in ((found.ours, ["--no-pages"]), (found.with_pages, [])):
            root = make_course(folder / f"ours_{number}_{len(options)}", class_of, stock=False)
            times.append(_seconds(root, *grade, *options) / len(class_of))
        print(f", ours {found.ours[-1]:.2f} s, with feedback pages {found.with_pages[-1]:.2f} s")
    return found


def _seconds(root: Path, *command: str) -> float:
    """How long a module's command takes; its failure is an error."""
    begun = time.perf_counter()
    run = subprocess.run([sys.executable, "-m", *command], cwd=root, capture_output=True, text=True)
    taken = time.perf_counter() - begun
    if run.returncode:
        raise RuntimeError(
            f"{' '.join(command)} failed:\n{run.stdout[-2000:]}\n{run.stderr[-2000:]}"
        )
    return taken


def stages(root: Path, class_of: dict[str, bytes]) -> float:
    """Print where the time goes, one process doing everything; returns the fixed cost.

    The fixed cost is that of a notebook in which nothing was answered: rebuilding, a worker, a
    test cell each, files, scores.
    """
    empty = {f"empty_{number}": json.dumps(released(EXERCISE)).encode() for number in range(5)}
    exercise = open_exercise(
        open_course(make_course(root, class_of | empty, stock=False)), EXERCISE
    )
    gc.freeze()  # as `course grade` does before it begins
    seconds: dict[str, list[float]] = {"run": [], "write": [], "page": [], "fixed": []}
    with kept_engines(), warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # of nbgrader's
        for student in [*empty, *sorted(class_of)[:12]]:
            run, write, page = _seconds_of_stages(exercise, student)
            if student in empty:
                seconds["fixed"].append(run + write)
            else:
                for name, value in zip(("run", "write", "page"), (run, write, page), strict=True):
                    seconds[name].append(value)
    close_sandboxes()
    # The first one starts the sandbox, which is then kept for the class.
    start, *fixed = seconds.pop("fixed")
    median = {name: statistics.median(values) for name, values in seconds.items()}
    print("  where the time goes, in one process (median of 12 hand-ins):")
    print(f"    run in the sandbox and judge {median['run']:.3f} s  (any of the processes)")
    print(f"    nbgrader writes files and scores {median['write']:.3f} s  (one process)")
    print(f"    feedback page {median['page']:.3f} s  (any of the processes)")
    print(f"    sandbox, once a class and process {start - statistics.median(fixed):.2f} s")
    return statistics.median(fixed)


def _seconds_of_stages(exercise: Exercise, student: str) -> list[float]:
    path = exercise.folder("submitted", student) / f"{EXERCISE}.ipynb"
    job = Job(student, EXERCISE, path.read_bytes(), exercise.sources[EXERCISE], "", Place(EXERCISE))
    times = [time.perf_counter()]
    prepare(EXERCISE, student, EXERCISE, run_job(job))
    times.append(time.perf_counter())
    if not exercise.api.autograde(EXERCISE, student, force=True, create=True)["success"]:
        raise RuntimeError(f"{student} was not graded")
    times.append(time.perf_counter())
    write_page(Path(exercise.api.coursedir.root), EXERCISE, student)
    times.append(time.perf_counter())
    return [after - before for before, after in itertools.pairwise(times)]


def _print_rates(found: Measured) -> None:
    for name, times in (
        ("stock nbgrader", found.stock),
        ("ours", found.ours),
        ("ours, with feedback pages", found.with_pages),
    ):
        mean = statistics.mean(times)
        ratio = statistics.mean(found.stock) / mean
        print(f"  {name}: {60 / mean:.0f} hand-ins a minute, {ratio:.1f}x")
