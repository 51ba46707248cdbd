"""Generate the students' exercises from the solutions, with nbgrader, without a grade book.

nbgrader works in a throw-away copy of the course and with no database at all, so that nothing is
touched, an instructor's grade book least of all, until the finished release is written.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from courseware.checks.points import problems
from courseware.notebooks.stored_form import normalise

SOLUTIONS, EXERCISES, CONFIG = "solutions", "exercises", "nbgrader_config.py"
UNCHANGED = "lib/courseware/unchanged"
"""A second copy of the exercises, from which a student can start one over."""

LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__")


def assignments(course: Path) -> list[str]:
    """Return the names of the assignments in solutions/, in the order of the chapters."""
    return sorted(path.name for path in (course / SOLUTIONS).glob("[0-9][0-9]_*") if path.is_dir())


def released(course: Path, assignment: str) -> dict[Path, bytes]:
    """Return what nbgrader releases for `assignment`: the files by path, notebooks normalised.

    Raises ValueError for an unknown assignment, RuntimeError if nbgrader refuses it.
    """
    if assignment not in assignments(course):
        known = ", ".join(assignments(course)) or "nothing"
        raise ValueError(f"there is no assignment {assignment} in {SOLUTIONS}/, which has {known}")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "course"
        shutil.copytree(
            course / SOLUTIONS / assignment, copy / SOLUTIONS / assignment, ignore=LEFT_OUT
        )
        shutil.copy(course / CONFIG, copy)
        _generate(copy, assignment)
        release = copy / EXERCISES / assignment
        for notebook in release.rglob("*.ipynb"):
            normalise(notebook)
        return {
            path.relative_to(release): path.read_bytes()
            for path in sorted(release.rglob("*"))
            if path.is_file()
        }


def _generate(copy: Path, assignment: str) -> None:
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", assignment]
    command += ["--no-db", f"--course-dir={copy}"]
    # The user's own Jupyter configuration must not shape the release.
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(copy / "no-configuration"),
        "JUPYTER_CONFIG_PATH": "",
    }
    run = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)
    if run.returncode != 0 or not (copy / EXERCISES / assignment).is_dir():
        raise RuntimeError(f"nbgrader could not release {assignment}:\n{run.stderr.strip()}")


def update(course: Path, assignment: str) -> list[Path]:
    """Write the release of `assignment` and its second copy; return the files that this changed.

    Raises RuntimeError, with nothing written, where the notebook and its tasks differ in points.
    """
    source = course / SOLUTIONS / assignment / f"{assignment}.ipynb"
    wrong = problems(source.read_text(encoding="utf-8"), assignment) if source.is_file() else []
    if wrong:
        raise RuntimeError("\n".join(f"{assignment}: {problem}" for problem in wrong))
    changed = []
    for path, content in released(course, assignment).items():
        for folder in (EXERCISES, UNCHANGED):
            target = course / folder / assignment / path
            if not target.is_file() or target.read_bytes() != content:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
                changed.append(target)
    return changed
