"""The course's own solution is shown after an attempt, and not before."""

import json
import shutil
from pathlib import Path

import pytest

from courseware.grading.cli import main
from courseware.learning import compare as module
from courseware.learning.compare import compared
from courseware.learning.exercises import UNCHANGED, exercise
from courseware.registry import EXERCISES
from tests.tracked import ROOT

NAME = "01_number_formats"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course as it was handed out to a learner, with its solutions."""
    shutil.copytree(UNCHANGED / NAME, tmp_path / "exercises" / NAME)
    shutil.copytree(ROOT / "solutions" / NAME, tmp_path / "solutions" / NAME)
    return tmp_path


def answer(course: Path, cell_id: str, text: str) -> None:
    path = course / "exercises" / NAME / f"{NAME}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["id"] == cell_id:
            cell["source"] = text
    path.unlink()
    path.with_name("mine (1).ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def test_nothing_is_shown_before_an_attempt(course: Path) -> None:
    for name in ("negate", "quiz_01_abs", "explain_01"):
        with pytest.raises(ValueError, match=f"{name}: expected an attempt of yours first"):
            compared(name, course)


def test_after_an_attempt_solution_and_reference_are_shown(course: Path) -> None:
    answer(course, "negate", "def negate(bits):\n    return bits")
    text = compared("negate", course)
    assert 'inverted = "".join(' in text and "### BEGIN" not in text
    assert "In the library, lib/model_compression/number_formats.py:\n\ndef negate(" in text
    with pytest.raises(ValueError, match="to_bits: expected an attempt"):
        compared("to_bits", course)


def test_a_written_answer_gets_a_model_answer_and_a_checklist(course: Path) -> None:
    answer(course, "explain-answer", "A few words.")
    with pytest.raises(ValueError, match="30 words at least"):
        compared("explain_01", course)
    path = course / "exercises" / NAME / "mine (1).ipynb"
    path.rename(path.with_name(f"{NAME}.ipynb"))
    answer(course, "explain-answer", "Adding is easy. " * 10)
    text = compared("explain_01", course)
    assert "**Model answer.**" in text and "**Rubric** (10 points)" in text


def test_a_course_without_solutions_says_so(course: Path) -> None:
    answer(course, "negate", "def negate(bits):\n    return bits")
    shutil.rmtree(course / "solutions")
    with pytest.raises(ValueError, match="came without solutions/01_number_formats"):
        compared("negate", course)


@pytest.mark.parametrize("folder", EXERCISES)
def test_every_task_and_answer_has_a_solution_to_show(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "was_tried", lambda *_: True)
    asked = exercise(folder)
    for item in (*asked.tasks, *asked.questions):
        text = compared(item.name)
        assert f"def {item.name}(" in text and "NotImplementedError" not in text
    assert "**Rubric**" in compared(f"explain_{folder[:2]}")


def test_a_wrong_name_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "negat"]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("course: error: name: expected that of a task") and "'negat'" in line
