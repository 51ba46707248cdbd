"""The planted defects fit the course as it is, and `make defects` tells caught from missed."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.defects.__main__ import main, run
from tests.defects.defect import Defect
from tests.defects.ground import Ground
from tests.defects.planted import PLANTED
from tests.tracked import ROOT


@cache
def functions(path: str) -> set[str]:
    """The names of all functions of a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_there_are_enough_and_each_has_a_name_of_its_own() -> None:
    assert len({defect.name for defect in PLANTED}) == len(PLANTED) >= 40


@pytest.mark.parametrize("defect", PLANTED, ids=lambda defect: defect.name)
def test_a_defect_fits_its_file_and_its_tests_are_there(defect: Defect) -> None:
    source = (ROOT / defect.file).read_text(encoding="utf-8")
    planted = defect.planted(source)
    assert planted != source
    ast.parse(planted)
    assert defect.tests
    for test in defect.tests:
        path, _, function = test.partition("::")
        assert (ROOT / path).is_file(), path
        assert not function or function.partition("[")[0] in functions(path), test


def test_a_text_that_is_not_there_exactly_once_is_refused() -> None:
    defect = Defect("x", "It.", "a.py", "one", "two", ("test_a.py",))
    for source in ("one + one", "three"):
        with pytest.raises(ValueError, match=r"a\.py: expected the text before exactly once"):
            defect.planted(source)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of a few lines, with all that `make defects` needs in it."""
    root = tmp_path_factory.mktemp("small")
    for name in ("courseware", "model_compression"):
        (root / "lib" / name).mkdir(parents=True)
        (root / "lib" / name / "__init__.py").touch()
    code = "def double(n):\n    return 2 * n\n\n\nDOUBLED = 2\n"
    (root / "lib/courseware/numbers.py").write_text(code)
    (root / "tests/defects").mkdir(parents=True)
    for name in ("__init__.py", "tracked.py", "defects/__init__.py", "defects/inside.py"):
        (root / "tests" / name).write_bytes((ROOT / "tests" / name).read_bytes())
    (root / "tests/test_numbers.py").write_text(
        "from courseware.numbers import double\n\n\ndef test_double():\n    assert double(3) == 6\n"
    )
    (root / "pytest.ini").write_text("[pytest]\n")
    return root


def planted(before: str, after: str, name: str) -> Defect:
    file = "lib/courseware/numbers.py"
    return Defect(name, "It.", file, before, after, ("tests/test_numbers.py::test_double",))


def test_caught_and_missed_are_told_apart_and_nothing_else_is_changed(
    small: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    files = [path for path in small.rglob("*") if path.is_file()]
    before = {path: path.read_bytes() for path in files}
    defects = [
        planted("return 2 * n", "return 3 * n", "noticed"),
        planted("DOUBLED = 2", "DOUBLED = 3", "unnoticed"),
        planted("return 4 * n", "return 5 * n", "elsewhere"),
        planted("return 2 * n", "return 2 *", "no-python"),
    ]
    assert run(Ground(tmp_path, small, files), defects, 1) == 1
    lines = capfd.readouterr().out.splitlines()
    told = {words[0]: words[1] for line in lines if len(words := line.split()) > 1}
    expected = {"noticed": "caught", "unnoticed": "MISSED", "elsewhere": "not", "no-python": "not"}
    assert {name: told[name] for name in expected} == expected
    assert lines[-1] == "defects caught 1/4"
    assert {path: path.read_bytes() for path in small.rglob("*") if path.is_file()} == before


def test_tests_that_fail_without_a_defect_show_nothing(
    small: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "course").mkdir()
    subprocess.run(["cp", "-r", f"{small}/.", tmp_path / "course"], check=True)
    (tmp_path / "course/lib/courseware/numbers.py").write_text("def double(n):\n    return n\n")
    (tmp_path / "ground").mkdir()
    files = [path for path in (tmp_path / "course").rglob("*") if path.is_file()]
    ground = Ground(tmp_path / "ground", tmp_path / "course", files)
    assert run(ground, [planted("return n", "return 2", "any")], 1) == 1
    captured = capfd.readouterr()
    assert "have to pass without a defect" in captured.err
    assert "defects caught" not in captured.out


def test_nothing_is_tested_in_another_copy(small: Path, tmp_path: Path) -> None:
    files = [path for path in small.rglob("*.*") if path.parent.name != "model_compression"]
    ground = Ground(tmp_path, small, [path for path in files if path.is_file()])
    code, written = ground.test(ground.clean, ["tests/test_numbers.py"])
    assert code == pytest.ExitCode.USAGE_ERROR
    assert "model_compression is imported from" in written


def test_a_wrong_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    name = PLANTED[0].name
    for arguments, told in (
        (["--only", f"{name}s"], f"did you mean {name}"),
        (["--workers", "0"], "--workers must be 1 or more, not 0"),
        (["--unknown"], "unrecognized arguments"),
    ):
        with pytest.raises(SystemExit) as refused:
            main(arguments)
        assert refused.value.code == 2
        assert told in capsys.readouterr().err


def test_the_list_says_what_each_one_breaks(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    listed = capsys.readouterr().out
    assert all(f"{defect.name} " in listed and defect.breaks in listed for defect in PLANTED)
