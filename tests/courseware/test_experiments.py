"""`python -m courseware.experiments`: what there is, and what it runs."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from courseware.experiments import MODULES, NEEDS_GPU
from courseware.experiments.__main__ import main
from courseware.experiments.records import (
    NOT_KEPT,
    exit_code,
    machine,
    missing,
    processor,
    read_record,
)
from tests.tracked import ROOT, tracked

Command = list[str]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Command]:
    """The commands that would have been run; that of qat_digits fails."""
    commands: list[Command] = []

    def run(command: Command, check: bool) -> subprocess.CompletedProcess[bytes]:
        commands.append(command)
        return subprocess.CompletedProcess(command, int("qat_digits" in command[2]))

    monkeypatch.setattr(subprocess, "run", run)
    return commands


def names(commands: list[Command]) -> list[str]:
    return [command[2].rpartition(".")[2] for command in commands]


def test_every_experiment_is_listed_and_recorded() -> None:
    rooms = ROOT / "lib" / "courseware" / "chapters"
    runnable = {
        path.stem
        for path in rooms.glob("*/experiments/[!_]*.py")
        if any(
            isinstance(node, ast.FunctionDef) and node.name == "main"
            for node in ast.parse(path.read_text(encoding="utf-8")).body
        )
    }
    recorded = {path.stem for path in (ROOT / "lectures" / "results").glob("*.json")}
    assert runnable == recorded == set(NEEDS_GPU)


def test_the_list_names_what_needs_a_gpu(
    started: list[Command], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--list"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert list(lines) == list(NEEDS_GPU)
    assert {name: "GPU" in line for name, line in lines.items()} == NEEDS_GPU
    assert started == []


def test_all_without_a_gpu_run_and_a_failure_is_told(
    started: list[Command], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--folder", str(tmp_path)]) == 1
    assert names(started) == [name for name, needs_gpu in NEEDS_GPU.items() if not needs_gpu]
    for name, command in zip(names(started), started, strict=True):
        out = str(tmp_path / f"{name}.json")
        assert command == [sys.executable, "-m", MODULES[name], "--out", out]
    output = capsys.readouterr()
    assert "left out, for a GPU is needed: decoder_7b" in output.out
    assert output.err.splitlines() == ["experiments: failed: qat_digits"]


def test_only_runs_what_is_named(started: list[Command], tmp_path: Path) -> None:
    assert main(["--folder", str(tmp_path), "--only", "decoder_7b", "minilm_quantization"]) == 0
    assert names(started) == ["decoder_7b", "minilm_quantization"]


@pytest.mark.parametrize(
    "arguments", [["--only", "unknown"], ["--folder", "/no/such/folder"], ["--only"]]
)
def test_bad_arguments_are_refused(
    started: list[Command], arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "error:" in capsys.readouterr().err
    assert started == []


@pytest.mark.parametrize("name", NEEDS_GPU)
def test_a_record_is_found_from_any_folder(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = ROOT / "lectures" / "results" / f"{name}.json"
    monkeypatch.chdir(tmp_path)
    assert read_record(name) == json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NEEDS_GPU)
def test_a_record_says_what_it_was_made_on_with_which_seeds(name: str) -> None:
    assert missing(read_record(name)) == []


def test_the_model_of_one_processor_was_not_kept() -> None:
    """Of no other, and none that is made from now on where the system tells it."""
    told = {name: str(read_record(name).get("machine", "")) for name in NEEDS_GPU}
    assert [name for name, machine in told.items() if NOT_KEPT in machine] == ["distillation_mnist"]


@pytest.mark.parametrize(
    ("without", "said"),
    [
        ({"machine": {}}, ["processor's model"]),
        ({"machine": {"processor": "aarch64"}}, ["processor's model"]),
        ({"machine": {"processor": f"arm64, {NOT_KEPT}"}}, []),
        ({"draws": None}, ["seeds"]),
        ({"versions": {"python": "3.11"}}, ["versions"]),
    ],
)
def test_what_a_record_lacks_is_named(without: dict[str, object], said: list[str]) -> None:
    assert missing(read_record("minilm_methods") | without) == said


def test_a_processor_that_is_not_told_is_called_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missing({"machine": machine(), "seed": 0, "torch": "2", "date": "today"}) == []
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: "processor\t: 0\n")
    assert processor().endswith(f", {NOT_KEPT}")


def test_a_record_that_nobody_made_is_named() -> None:
    with pytest.raises(ValueError, match=r"name: expected one of minilm_.*, got 'qat'"):
        read_record("qat")


def test_an_interrupted_experiment_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("sys.argv", ["/course/experiments/qat_digits.py", "--out", "record.json"])
    said = "qat_digits: interrupted; the same command goes on from here"
    assert exit_code(interrupted) == said
    assert exit_code(lambda: 0) == 0


LECTURES = tracked("lectures/*.ipynb")
PRINTED = re.compile(r"`python -m courseware\.experiments ([^`]*)`")


def test_commands_that_lectures_print_work_as_printed(started: list[Command]) -> None:
    texts = [path.read_text(encoding="utf-8") for path in LECTURES]
    printed = {arguments for text in texts for arguments in PRINTED.findall(text)}
    assert "--only minilm_quantization" in printed
    for arguments in printed - {"--only qat_digits"}:  # which fails here, on purpose
        assert main(arguments.split()) == 0
    assert "minilm_quantization" in names(started)
