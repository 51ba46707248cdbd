"""`python -m courseware.notebooks`: exit codes and messages."""

from pathlib import Path

import pytest

from courseware.notebooks.__main__ import main
from tests.notebooks.making import code, write


def test_check_and_normalise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "x.ipynb", code("1"))
    assert main(["check", str(path)]) == 1
    assert capsys.readouterr().out.startswith(f"{path}: not in its stored form")
    assert main(["normalise", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{path}: normalised\n"
    assert main(["check", str(path)]) == 0
    assert capsys.readouterr().out == "1 notebooks are in order\n"


def test_execute(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "x.ipynb", code("1 / 0"))
    assert main(["execute", str(tmp_path)]) == 1
    assert "1 run, 1 with an error" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["no-such-command"],
        ["check"],
        ["check", "no-such-file"],
        ["execute", "x", "--budget=much"],
        ["release"],
        ["release", "no-such-assignment"],
    ],
    ids=" ".join,
)
def test_a_wrong_command_is_answered_in_one_line(
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as left:
        main(arguments)
    captured = capsys.readouterr()
    assert left.value.code == 2
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("python -m courseware.notebooks")


@pytest.mark.parametrize("arguments", [[], ["check"], ["normalise"], ["execute"], ["release"]])
def test_help(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([*arguments, "--help"])
    assert left.value.code == 0
    assert "usage: python -m courseware.notebooks" in capsys.readouterr().out
