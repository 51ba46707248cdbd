"""How notebooks are executed: where, with which kernel, and what is said when a cell fails."""

import json
import sys
from pathlib import Path

import pytest

from courseware.notebooks import execute
from courseware.notebooks.execution import print_time_table
from tests.notebooks.making import code, write


def test_it_runs_in_its_own_folder_and_is_not_written(tmp_path: Path) -> None:
    where = "from pathlib import Path\nassert Path.cwd() == Path({!r})\nPath('x').write_text('')"
    path = write(tmp_path / "deep" / "x.ipynb", code(where.format(str(tmp_path / "deep"))))
    before = path.read_bytes()
    outcome = execute(path)
    assert outcome.error is None
    assert outcome.seconds > 0
    assert path.read_bytes() == before
    assert (tmp_path / "deep" / "x").exists()


def test_the_kernel_is_our_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = tmp_path / "data" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    spec = {"argv": ["/bin/false"], "display_name": "foreign", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "data"))
    source = f"import sys, courseware, model_compression\nassert sys.prefix == {sys.prefix!r}"
    assert execute(write(tmp_path / "x.ipynb", code(source))).error is None


def test_a_users_start_up_files_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_up = tmp_path / "ipython" / "profile_default" / "startup"
    start_up.mkdir(parents=True)
    (start_up / "00.py").write_text("foreign = 1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    path = write(tmp_path / "x.ipynb", code("assert 'foreign' not in globals()"))
    assert execute(path).error is None


def test_an_error_names_its_cell(tmp_path: Path) -> None:
    path = write(tmp_path / "x.ipynb", code("x = 0", "zero"), code("1 / x", "divide"))
    error = execute(path).error
    assert error is not None
    assert error.startswith("cell 2 (divide): ZeroDivisionError: division by zero\n")
    assert "1 / x" in error
    assert "\x1b" not in error


def test_an_error_that_is_shown_on_purpose_is_none(tmp_path: Path) -> None:
    cell = code("1 / 0", metadata={"tags": ["raises-exception"]})
    assert execute(write(tmp_path / "x.ipynb", cell)).error is None


def test_a_cell_without_end_and_a_dead_kernel_are_errors(tmp_path: Path) -> None:
    endless = write(tmp_path / "x.ipynb", code("while True: pass", "endless"))
    error = execute(endless, cell_timeout=1).error
    assert error is not None
    assert error.startswith("cell 1 (endless): A cell timed out")
    dead = write(tmp_path / "y.ipynb", code("import os\nos._exit(1)", "dead"))
    error = execute(dead).error
    assert error is not None
    assert error.startswith("cell 1 (dead): Kernel died")


def test_one_failing_notebook_does_not_hide_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = write(tmp_path / "a.ipynb", code("1 / 0"))
    good = write(tmp_path / "b.ipynb", code("1"))
    assert not print_time_table([bad, good], budget=0)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].endswith(f"s  {bad}  over 0 s  ERROR")
    assert lines[2].endswith(f"s  {good}  over 0 s")
    assert lines[3].endswith("2 run, 1 with an error")
    assert lines[5].startswith(f"{bad}: cell 1 (a-cell): ZeroDivisionError")
    assert print_time_table([good], budget=0), "time alone is no failure"
