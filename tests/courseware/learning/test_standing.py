"""What a learner has done is counted from the progress and the notebooks, and shown."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from courseware.grading.cli import main
from courseware.learning.cards import show_short_forms, show_way
from courseware.learning.exercises import UNCHANGED, exercise, predictions, written_words
from courseware.learning.standing import Standing, days, standings
from courseware.learning.walkthrough import STAGES
from courseware.progress import store
from courseware.registry import CHAPTERS

NAME = "01_number_formats"


@pytest.fixture
def progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "progress.json"
    monkeypatch.setenv(store.ENVIRONMENT, str(path))
    return path


def note(name: str, points: float, when: str = "2026-11-01T10:00:00") -> None:
    store.keep_progress("tasks", name, {"points": points, "when": when})


def one(number: int = 1) -> Standing:
    return standings()[number]


def test_at_first_all_is_open(progress: Path) -> None:
    assert {each.word for each in standings()} == {"open"}
    assert one().minutes_left == STAGES[1].minutes + exercise(NAME).minutes
    assert not progress.exists()


def test_tasks_and_questions_with_full_points_are_done(progress: Path) -> None:
    note("negate", 12)
    note("to_bits", 13)
    note("quiz_01_abs", 4)
    standing = one()
    assert str(standing.tasks) == "1 of 7" and str(standing.questions) == "1 of 3"
    assert standing.points == 29 and standing.word == "started"
    assert standing.minutes_left == exercise(NAME).minutes - 10


def test_a_chapter_is_done_with_all_of_them(progress: Path) -> None:
    for item in (*exercise(NAME).tasks, *exercise(NAME).questions):
        note(item.name, item.points)
    assert one().word == "done" and one().minutes_left == 0
    assert one(2).word == "open"


def test_predictions_are_counted_and_those_whose_result_was_seen(progress: Path) -> None:
    for name, fields in {
        "02-ties": {"said": "a"},
        "02-order": {"said": "a", "came": "a", "right": True},
        "02-range": {"said": "a", "came": "b", "right": False},
        "02-gone-from-the-lecture": {"said": "a", "right": True},
    }.items():
        store.keep_progress("predictions", name, fields)
    assert str(one(2).predicted) == "3 of 8" and str(one(2).came) == "1 of 2"


def test_a_lecture_without_exercise_is_done_with_its_predictions(progress: Path) -> None:
    for name in predictions(CHAPTERS[0].folder):
        assert one(0).word != "done"
        store.keep_progress("predictions", name, {"said": "a"})
    assert one(0).word == "done"


@pytest.mark.parametrize("entry", [None, 3, {"points": "all"}, {"points": None}])
def test_entries_of_another_form_count_for_nothing(progress: Path, entry: object) -> None:
    progress.write_text(json.dumps({"tasks": {"negate": entry}, "predictions": {"02-ties": entry}}))
    assert one().points == 0 and one(2).predicted.done == 0


def answered(folder: Path, name: str, text: str) -> None:
    notebook = json.loads((UNCHANGED / NAME / f"{NAME}.ipynb").read_text())
    for cell in notebook["cells"]:
        if cell["id"] == "explain-answer":
            cell["source"] = text
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(notebook))


def test_the_written_answer_is_found_in_a_renamed_notebook(tmp_path: Path) -> None:
    folder = tmp_path / "exercises" / NAME
    shutil.copytree(UNCHANGED / NAME, folder)
    assert written_words(NAME, tmp_path) == 0
    answered(folder, f"{NAME} (1).ipynb", "*Your answer here, in your own words.*\n\nAdd as if.")
    assert written_words(NAME, tmp_path) == 3
    (folder / "broken.ipynb").write_text("{")
    (folder / "list.ipynb").write_text("[]")
    assert written_words(NAME, tmp_path) == 3


def test_the_days_at_work(progress: Path) -> None:
    note("negate", 3, "2026-11-02T23:59:00")
    note("to_bits", 3, "2026-11-01T10:00:00")
    note("to_bits", 14, "2026-11-02T10:00:00")
    store.keep_progress("predictions", "02-ties", {"said": 1, "when": "2026-11-05T10:00:00"})
    assert days(store.read_progress()) == ["2026-11-02", "2026-11-05"]


def test_course_progress_in_a_terminal(progress: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["progress"]) == 0
    assert "Nothing is done yet" in capsys.readouterr().out
    note("negate", 12)
    assert main(["progress"]) == 0
    out = capsys.readouterr().out
    [line] = [line for line in out.splitlines() if line.startswith("01")]
    assert "started" in line and "1 of 7" in line and "12 of 90" in line
    assert f"You worked on one day, last on 2026-11-01. All of it is in {progress}." in out


def test_progress_is_exported_once_and_reset(
    progress: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note("negate", 12)
    table = tmp_path / "table.csv"
    assert main(["progress", "export", str(table)]) == 0
    rows = list(csv.DictReader(table.open(encoding="utf-8")))
    assert len(rows) == len(CHAPTERS) and rows[1]["tasks"] == "1 of 7"
    assert main(["progress", "export", str(table)]) == 2
    assert main(["progress", "reset"]) == 0
    assert one().word == "open" and (tmp_path / "progress.1.json").exists()
    capsys.readouterr()


@pytest.mark.parametrize("arguments", [["export"], ["reset", "x"], ["show", "x"]])
def test_a_wrong_command_is_told_in_one_line(
    progress: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["progress", *arguments]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("course: error: FILE: expected with export")


def test_a_file_that_is_no_progress_is_told(
    progress: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    progress.write_text("[<b>]")
    assert main(["progress"]) == 2
    assert str(progress) in capsys.readouterr().err
    for shown in (show_way(), show_short_forms()):
        assert 'role="alert"' in shown.data and str(progress) in shown.data


def test_the_cards_know_what_is_done(progress: Path) -> None:
    for item in (*exercise(NAME).tasks, *exercise(NAME).questions):
        note(item.name, item.points)
    note("quantize", 2)
    way = show_way().data
    states = [way.split(f'data-chapter="{n:02}" data-state="')[1].split('"')[0] for n in range(12)]
    assert states[:4] == ["open", "done", "started", "open"]
    assert "✓ done" in way and "7 of 7 tasks, 3 of 3 questions, 90 of 90 points" in way
    assert "0 of 0" not in way
    for chapter in CHAPTERS:
        assert f'href="lectures/{chapter.folder}.ipynb"' in way
    forms = show_short_forms().data
    assert "Quantization in an evening" in forms and "0 of 3" in forms
    stop = 'lectures/01_number_formats.ipynb#Invert,-then-add-one">Invert, then add one</a></em>'
    assert f'stop at <em><a href="{stop}' in forms
    for task in exercise("02_integer_scaling").tasks:
        note(task.name, task.points)
    assert "✓ 3 of 3" in show_short_forms().data
