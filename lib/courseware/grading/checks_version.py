"""Which checks a mark comes from: a fix in them does not reach what was graded before."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from courseware.checks.follow import Policy
from courseware.registry import EXERCISES

LIB = Path(__file__).parents[2]


def judged_by(exercise: str, follow: Policy) -> str:
    """What a mark belongs to: the checks, and the policy for tasks that call failing ones."""
    return f"{checks_version(exercise)} {follow.counts} {follow.most:g}"


@cache
def checks_version(exercise: str) -> str:
    """A digest of all that judges an exercise: the engine, the chapter's tasks, the references.

    >>> checks_version("01_number_formats") == checks_version("02_integer_scaling")
    False
    """
    folders = [LIB / "courseware" / "checks", LIB / "model_compression"]
    if exercise in EXERCISES:
        room = EXERCISES[exercise].room.split(".")
        folders.append(LIB.joinpath(*room, "tasks"))
    found = hashlib.sha256()
    for path in sorted(path for folder in folders for path in folder.rglob("*.py")):
        found.update(f"{path.relative_to(LIB)}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()
