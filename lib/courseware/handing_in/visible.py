"""What a worker may import of the course: which files are in its sandbox, and which are not."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from pkgutil import iter_modules

import courseware
import model_compression
from courseware.registry import CHAPTERS

FIRST_EXERCISE = {name: chapter.number for chapter in CHAPTERS for name in chapter.modules}
"""Module of the reference library → the exercise that asks for what is in it. A module that no
chapter of the registry names is in no sandbox."""

FIRST_TRAINING = 4
"""The first exercise in which solutions use gradients."""

WORKER = (
    "checks/call.py",
    "checks/conditions.py",
    "checks/gradients.py",
    "checks/off_limits.py",
    "checks/ready_made.py",
    "checks/taking_away.py",
    "checks/task.py",
    "checks/own_time.py",
    "checks/text_hashes.py",
    "checks/values.py",
    "grading/__init__.py",
    "grading/split/__init__.py",
    "grading/split/absent.py",
    "grading/split/encoding.py",
    "grading/split/event_loop.py",
    "grading/split/facts.py",
    "grading/split/lockdown.py",
    "grading/split/protocol.py",
    "grading/split/seccomp.py",
    "grading/split/shell.py",
    "grading/split/withholding.py",
    "grading/split/worker.py",
    "grading/split/zygote.py",
    "handing_in/__init__.py",
    "handing_in/canonical.py",
    "handing_in/runnable.py",
)
"""Of `courseware`: what a worker is made of."""


def number_of(exercise: str) -> int:
    """The number of an exercise; 0, for which all of the library is withheld, if it has none.

    >>> number_of("02_integer_scaling"), number_of("toy")
    (2, 0)
    """
    digits = re.match(r"\d+", exercise)
    return int(digits[0]) if digits else 0


def copy_to(folder: Path, exercise: str) -> None:
    """Copy the files that a worker of this exercise may read, as packages, into a folder."""
    ours, library = Path(courseware.__path__[0]), Path(model_compression.__path__[0])
    number = number_of(exercise)
    earlier = [f"{name}.py" for name, first in FIRST_EXERCISE.items() if first < number]
    for name in ("__init__.py", *WORKER):
        _copy(ours / name, folder / "courseware" / name)
    _copy(ours / "grading/split/inside_checks.py", folder / "courseware/checks/__init__.py")
    for name in ("__init__.py", *earlier):
        _copy(library / name, folder / "model_compression" / name)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    elif source.is_file():
        shutil.copyfile(source, target)


def preloaded(exercise: str) -> list[str]:
    """What torch imports at the first gradient and the first optimizer, in seconds."""
    trains = number_of(exercise) >= FIRST_TRAINING
    return ["torch.fx.experimental.symbolic_shapes", "torch._dynamo"] if trains else []


def withheld(exercise: str) -> dict[str, str]:
    """Module → why it is not there, as the end of a sentence."""
    number = number_of(exercise)
    names = {module.name for module in iter_modules(model_compression.__path__)}
    why = "is what this exercise asks for: it is not there while a hand-in is graded"
    later = "belongs to a later chapter: it is not there while a hand-in is graded"
    return {
        f"model_compression.{name}": why if FIRST_EXERCISE.get(name) == number else later
        for name in sorted(names)
        if FIRST_EXERCISE.get(name, number) >= number
    } | {
        f"courseware.{path.stem}": "is no part of a hand-in: use Python, torch and NumPy"
        for path in sorted(Path(courseware.__path__[0]).iterdir())
        if not path.stem.startswith("_") and path.stem not in ("checks", "grading", "handing_in")
    }
