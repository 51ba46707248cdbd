"""What the repository must hold, and what it must not."""

import os
import re
import subprocess
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.tracked import ROOT, tracked

# Put together here, so that this file names none of them itself.
REGISTRY_HOSTS = [
    ".".join(parts)
    for parts in [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("download", "pytorch", "org"),
        ("conda", "anaconda", "org"),
        ("repo", "anaconda", "com"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("deb", "debian", "org"),
        ("jsdelivr", "net"),
        ("unpkg", "com"),
        ("cloudflare", "com"),
    ]
]


def test_no_file_names_a_registry() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in tracked()
        for host in REGISTRY_HOSTS
        if host.encode() in path.read_bytes()
    ]
    assert found == []


def test_licences() -> None:
    code, text = (ROOT / "LICENSE").read_text(), (ROOT / "LICENSE-text").read_text()
    assert code.startswith("MIT License")
    assert "2026 the authors of Model compression, taught by doing" in code
    assert "CC-BY-4.0" in text
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["license"] == "MIT AND CC-BY-4.0"
    assert project["license-files"] == ["LICENSE", "LICENSE-text"]


def test_the_readme_names_both_commands_and_both_licences() -> None:
    readme = (ROOT / "README.md").read_text()
    for wanted in ["make lab", "make test", "environment.yml", "LICENSE", "LICENSE-text"]:
        assert wanted in readme


@pytest.mark.parametrize(
    "name",
    [
        "gradebook.db",
        "class_secret.txt",
        "submitted/ann/x.ipynb",
        "autograded/x",
        "feedback/x",
        "kept/x",
    ],
)
def test_grades_and_submissions_are_ignored_by_git(name: str) -> None:
    run = subprocess.run(["git", "check-ignore", "-q", "--no-index", name], cwd=ROOT, check=False)
    assert run.returncode == 0


def test_ci_runs_make_test_from_anywhere(tmp_path: Path) -> None:
    make = tmp_path / "make"
    make.write_text('#!/bin/sh\necho "$PWD: make $*"\n')
    make.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    command = ["bash", str(ROOT / ".ci" / "run")]
    run = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout == f"{ROOT}: make test\n"
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_hand_out_holds_no_solutions_and_all_that_students_open(tmp_path: Path) -> None:
    """Made by the command of the README, in a repository of what is here."""
    [command] = re.findall("`(git archive .*?)`", (ROOT / "README.md").read_text())
    course = tmp_path / "course"
    for path in tracked():
        copy = course / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    for line in ([*git, "init", "-q"], [*git, "add", "-A"], [*git, "commit", "-qm", "all"]):
        subprocess.run(line, cwd=course, check=True)
    subprocess.run(command, shell=True, cwd=course, check=True)
    with zipfile.ZipFile(course / "handout.zip") as handout:
        names = {name.removeprefix("model_compression/") for name in handout.namelist()}
        home = handout.read("model_compression/home.ipynb").decode()
    assert {name.split("/")[0] for name in names}.isdisjoint({"solutions", "tests", ".git", ".ci"})
    assert set(re.findall(r"\]\(([\w/.]+)\)", home)) <= names
    wanted = {"Makefile", "README.md", "constraints.txt", "environment.yml", "nbgrader_config.py"}
    wanted |= {"pyproject.toml", "weights.txt", ".jupyter/jupyter_lab_config.py"}
    assert wanted <= names
    folders = ("exercises", "lectures", "lib")
    assert {str(path.relative_to(ROOT)) for path in tracked(*folders)} <= names
