"""Starting an exercise over, without git, and without losing anything."""

from pathlib import Path

import pytest

from courseware import start_over as module
from courseware.start_over import COURSE, UNCHANGED, main, start_over

NAME = "01_number_formats"


def notebook(folder: Path) -> Path:
    return folder / f"{NAME}.ipynb"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course in which the exercise is worked on, with a file beside it."""
    folder = tmp_path / "exercises" / NAME
    folder.mkdir(parents=True)
    notebook(folder).write_text("my answers")
    (folder / "my notes.txt").write_text("my notes")
    return tmp_path


def test_it_is_as_it_was_handed_out_and_the_answers_are_kept(course: Path) -> None:
    kept = start_over(NAME, course)
    assert kept == course / "kept" / f"{NAME}_1"
    assert notebook(kept).read_text() == "my answers"
    assert (kept / "my notes.txt").read_text() == "my notes"
    folder = course / "exercises" / NAME
    assert [path.name for path in folder.iterdir()] == [f"{NAME}.ipynb"]
    assert notebook(folder).read_bytes() == notebook(UNCHANGED / NAME).read_bytes()


def test_nothing_that_was_kept_is_overwritten(course: Path) -> None:
    start_over(NAME, course)
    notebook(course / "exercises" / NAME).write_text("other answers")
    assert start_over(NAME, course) == course / "kept" / f"{NAME}_2"
    kept = [notebook(course / "kept" / f"{NAME}_{n}").read_text() for n in (1, 2)]
    assert kept == ["my answers", "other answers"]


def test_a_lost_exercise_comes_back(tmp_path: Path) -> None:
    assert start_over(NAME, tmp_path) is None
    assert notebook(tmp_path / "exercises" / NAME).is_file()


def test_an_unknown_exercise_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["1"]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("start_over: exercise: expected one of 01_number_formats, ")
    assert line.endswith(", got '1'")


def test_the_command_says_where_the_answers_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "start_over", lambda exercise: COURSE / "kept" / f"{exercise}_1")
    assert main([NAME]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "exercises/01_number_formats is as it was handed out.",
        "What was there before lies in kept/01_number_formats_1.",
    ]
