"""Course folders to grade the corpus in, and what their grade books hold afterwards."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook

from tests.cheats.attack import EXERCISES, Attack, HandIn, tasks_of, write
from tests.cheats.viewers import deeds
from tests.sample_class.handing_in import ROOT

TRAINED = ("train_qat", "distill", "prune_and_finetune", "find_ticket", "compress")
HONEST = "honest"
"""A classmate who solved everything, and whose work is worth stealing."""


@dataclass(frozen=True)
class Points:
    """Points that an attack did nothing for, and how many honest tasks lost some."""

    undeserved: float
    lost: float = 0.0

    def __add__(self, other: Points) -> Points:
        return Points(self.undeserved + other.undeserved, self.lost + other.lost)


def make_course(folder: Path, config: str) -> Path:
    """A course folder with the exercises that are attacked, and a classmate in each."""
    folder.mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")
    for exercise in EXERCISES:
        for step in ("solutions", "exercises"):
            shutil.copytree(ROOT / step / exercise, folder / step / exercise)
        hand_in(folder, [classmate(exercise)])
    return folder


def classmate(exercise: str) -> Attack:
    """One who attacks nothing and solves everything, but for tasks that take their time."""
    honest = tuple(name for name in tasks_of(exercise) if name not in TRAINED)
    return Attack(HONEST, "", (HandIn(honest=honest),), exercise)


def hand_in(course: Path, attacks: Iterable[Attack], number: int = 0) -> list[str]:
    """Put the hand-ins of a round where nbgrader looks for them; returns whose they are."""
    students = []
    for attack in attacks:
        for i in attack.rounds[number] if number < len(attack.rounds) else ():
            student, submission = attack.students[i], attack.hand_ins[i]
            if submission.lesson is not None:
                earlier = dict.fromkeys(attack.students[:i])
                read = "".join(shown(course, attack.exercise, one) for one in earlier)
                submission = submission.lesson(read)
            write(course / "submitted" / student, attack.exercise, submission)
            students.append(student)
    return students


def number_of_rounds(attacks: Iterable[Attack]) -> int:
    """How often the class is graded."""
    return max((len(attack.rounds) for attack in attacks), default=1)


def shown(course: Path, exercise: str, student: str) -> str:
    """The outputs of a graded hand-in, which the page shows that its student gets back.

    Nothing, if it was not graded: stock nbgrader is ended by some, and has only so much time.
    """
    path = course / "autograded" / student / exercise / f"{exercise}.ipynb"
    if not path.is_file():
        return ""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    texts = [output.get("text", output.get("data", {}).get("text/plain", "")) for output in outputs]
    return "\n".join("".join(text) for text in texts) + "\n"


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a grading process: its own home folder, one thread, nbgrader's tools."""
    home.mkdir(parents=True, exist_ok=True)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    threads = {"OMP_NUM_THREADS": "1", "JUPYTER_PREFER_ENV_PATH": "1"}
    return {**os.environ, "HOME": str(home), "PATH": path, **threads, **more}


def generate(course: Path, exercise: str, home: Path) -> None:
    """Enter an exercise into the grade book, with nbgrader's own command."""
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", exercise, "--force"]
    subprocess.run(command, cwd=course, env=environment(home), capture_output=True, check=True)


def scores(course: Path, exercise: str) -> dict[str, dict[str, tuple[float, float]]]:
    """Student → test → points in the grade book and the most there are, whoever gave them."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        return {
            submission.student.id: {
                grade.name: (float(grade.score or 0.0), float(grade.max_score))
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in gradebook.find_assignment(exercise).submissions
        }


def points_of(attack: Attack, graded: dict[str, dict[str, tuple[float, float]]]) -> Points:
    """What an attack earned; a hand-in without any grade earned nothing."""
    undeserved = lost = 0.0
    # Of one student's attempts the last one.
    for student, submission in dict(zip(attack.students, attack.hand_ins, strict=True)).items():
        honest = {f"test_{name}" for name in submission.honest}
        found = graded.get(student, {})
        for test, (score, most) in found.items():
            earned = submission.partly.get(test.removeprefix("test_"), 0.0)
            undeserved += max(0.0, score - (most if test in honest else earned))
        kept = {test for test in honest if test in found and found[test][0] >= found[test][1]}
        lost += len(honest - kept)
    return Points(undeserved, lost)


def points_by_clicks(course: Path, attack: Attack) -> Points:
    """What an attack earns from a teacher who clicks anywhere on its pages: everything, if it acts.

    A hand-in that was not graded has no page.
    """
    graded = [s for s in attack.students if (course / "autograded" / s / attack.exercise).is_dir()]
    acting = [s for s in graded if attack.acts and deeds(course, attack.exercise, s, HONEST)]
    return Points(100.0 * len(acting))


def digests(folders: Iterable[Path]) -> dict[str, str]:
    """File → a digest of its content, for all files in some folders."""
    files = (path for folder in folders for path in sorted(folder.rglob("*")))
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.is_file() and not path.is_symlink() and "__pycache__" not in path.parts
    }
