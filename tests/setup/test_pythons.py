"""The lock can be installed with the oldest and the newest Python that the course is used with."""

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from tests.setup.lock import HERE, LOCK, PYTHONS, closure, only_under


def refused(python: str, distributions: list[metadata.Distribution]) -> list[str]:
    """Return the distributions that say of themselves that they do not run on that Python."""
    return [
        f"{found.name}=={found.version} needs Python {needed}"
        for found in distributions
        if (needed := found.metadata.get("Requires-Python"))
        and not SpecifierSet(needed).contains(python)
    ]


@pytest.mark.parametrize("python", PYTHONS)
def test_every_pin_allows_it(python: str) -> None:
    assert refused(python, list(closure(python).values())) == []


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_covers_it(python: str) -> None:
    assert sorted((closure(python).keys() | only_under(python)) - LOCK.keys()) == []


def test_a_pin_that_is_too_new_is_found(tmp_path: Path) -> None:
    (tmp_path / "METADATA").write_text("Name: new\nVersion: 1\nRequires-Python: >=3.11.5\n")
    new = metadata.PathDistribution(tmp_path)
    assert refused("3.11.2", [new]) == ["new==1 needs Python >=3.11.5"]
    assert refused("3.13.0", [new]) == []


def built_for_one_python(distribution: metadata.Distribution) -> bool:
    """Whether other versions of Python need another wheel than the one that is installed."""
    tags = re.findall("^Tag: (.+)$", distribution.read_text("WHEEL") or "", re.MULTILINE)
    return not any(tag.split("-")[1] in ("none", "abi3") for tag in tags)


@pytest.mark.parametrize("python", [python for python in PYTHONS if python[:4] != HERE[:4]])
def test_the_index_has_wheels_for_it(python: str, tmp_path: Path) -> None:
    names = [name for name, found in closure().items() if built_for_one_python(found)]
    pins = [f"{name}=={LOCK[name]}" for name in {*names, *only_under(python)}]
    assert "numpy" in " ".join(pins)
    command = [sys.executable, "-m", "pip", "install", "-q", "--dry-run", "--ignore-installed"]
    command += ["--no-deps", "--only-binary=:all:", "--python-version", python]
    command += ["--ignore-requires-python"]  # which pip compares with the Python that runs it
    run = subprocess.run([*command, "--target", str(tmp_path), *pins], stderr=subprocess.PIPE)
    errors = [line for line in run.stderr.decode().splitlines() if line.startswith("ERROR")]
    assert (run.returncode, errors) == (0, [])
