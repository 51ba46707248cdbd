"""The project, its lock, and what is installed of them."""

import sys
import tomllib
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.tracked import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
COURSE = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
EXTRAS = PROJECT["project"]["optional-dependencies"]
TESTS = [Requirement(line) for line in EXTRAS["test"]]
CLASS = [Requirement(line) for line in EXTRAS["class"]]
GPU = [Requirement(line) for line in EXTRAS["gpu"]]
HUB = [Requirement(line) for line in EXTRAS["hub"]]
SITE = [Requirement(line) for line in EXTRAS["site"]]
LOCK_LINES = [
    line
    for line in (ROOT / "constraints.txt").read_text().splitlines()
    if line[:1] not in ("", "#")
]
LOCK = {canonicalize_name(line.partition("==")[0]): line.partition("==")[2] for line in LOCK_LINES}
HERE = ".".join(map(str, sys.version_info[:3]))
OLDEST = PROJECT["project"]["requires-python"].removeprefix(">=") + ".0"
PYTHONS = [OLDEST, "3.11.2", "3.13.0"]  # Debian 12 has 3.11.2


def closure(python: str = HERE) -> dict[str, metadata.Distribution]:
    """Return every distribution that the course and its tests lead to under a version of Python.

    What only another version needs is not installed here, and not in it: see `only_under`.
    """
    return _found(python)[0]


def only_under(python: str) -> set[str]:
    """Return the distributions that a version of Python needs, and the one that runs this not."""
    return _found(python)[1]


def _found(python: str) -> tuple[dict[str, metadata.Distribution], set[str]]:
    environment = {
        "python_version": ".".join(python.split(".")[:2]),
        "python_full_version": python,
    }
    found: dict[str, metadata.Distribution] = {}
    elsewhere: set[str] = set()
    open_requirements = [(requirement, "") for requirement in COURSE + TESTS]
    while open_requirements:
        requirement, extra = open_requirements.pop()
        if requirement.marker and not requirement.marker.evaluate(environment | {"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        seen = name in found
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            if python == HERE:
                raise
            elsewhere.add(name)
            continue
        if not seen or requirement.extras:
            further = [Requirement(line) for line in found[name].requires or []]
            open_requirements += [(r, e) for r in further for e in {"", *requirement.extras}]
    return found, elsewhere
