"""The libraries that a solution may use when it is graded, and where they are installed."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LIBRARIES = ("torch", "numpy", "matplotlib", "ipython")
"""What a student has besides Python: torch and NumPy to solve tasks with, the others to look at
results; a picture that was left in a cell costs nothing."""


def importable(module: str) -> bool:
    """Whether a module of the top level is Python's, or belongs to one of the libraries.

    >>> importable("math"), importable("torch"), importable("sympy"), importable("sklearn")
    (True, True, True, False)
    """
    if module in sys.stdlib_module_names or module in LIBRARIES:
        return True
    return module in {path.name.partition(".")[0] for path in visible_packages()}


@cache
def visible_packages() -> tuple[Path, ...]:
    """What `LIBRARIES` are made of, and nothing else that is installed.

    Neither the course with its solutions, nor data sets on which a student's network is judged.
    """
    return tuple(path for path in _installed(LIBRARIES) if path.exists())


def _installed(names: Iterable[str]) -> list[Path]:
    """Files and folders of installed distributions and of those that they need."""
    waiting, seen, found = list(names), set(), dict[Path, None]()
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in seen:
            continue
        seen.add(name)
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # needed on other platforms only
        top = {Path(file).parts[0] for file in distribution.files or []} - {"..", "__pycache__"}
        found |= dict.fromkeys(Path(str(distribution.locate_file(part))) for part in sorted(top))
        needed = map(Requirement, distribution.requires or [])
        waiting += [one.name for one in needed if not one.marker or one.marker.evaluate()]
    return list(found)
