"""The course's own solution beside a learner's attempt: a button in Jupyter, where there is one."""

import json
import shutil
from pathlib import Path

import pytest

from courseware.checks import all_tasks, solution_button
from courseware.checks.run import Report, run_task
from courseware.checks.solution_button import solution_button as button_of
from courseware.languages.catalogues import phrases_of
from courseware.learning import compare
from courseware.learning.exercises import UNCHANGED
from tests.tracked import ROOT

NAME = "01_number_formats"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course that the button looks into, with its solutions."""
    shutil.copytree(UNCHANGED / NAME, tmp_path / "exercises" / NAME)
    shutil.copytree(ROOT / "solutions" / NAME, tmp_path / "solutions" / NAME)
    for function in (compare.solution, compare.was_tried):
        monkeypatch.setattr(
            solution_button,
            function.__name__,
            lambda name, function=function: function(name, tmp_path),
        )
    return tmp_path


def test_it_shows_solution_and_reference_and_hides_them_again(course: Path) -> None:
    button, shown = button_of("negate", "Compare", str).children
    assert shown.value == ""
    button.click()
    assert "inverted" in shown.value and "### BEGIN" not in shown.value
    assert "In the library, lib/model_compression/number_formats.py:" in shown.value
    assert "-&gt; str:" in shown.value
    button.click()
    assert shown.value == "" and button.description == "Compare"


def test_it_is_labelled_in_the_language_that_is_chosen(course: Path) -> None:
    told = phrases_of("zh-TW", NAME)
    assert told is not None
    button, shown = button_of("negate", "Compare with the course's own solution", told).children
    assert button.description == "和課程自己的解答比較"
    button.click()
    assert "課程自己的解答：" in shown.value and "lib/model_compression/" in shown.value


def test_a_model_answer_waits_for_an_answer(course: Path) -> None:
    button, shown = button_of("explain_01", "Compare", str).children
    button.click()
    assert "Write an answer of 30 words or more first" in shown.value
    button.click()
    path = course / "exercises" / NAME / f"{NAME}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["id"] == "explain-answer":
            cell["source"] = "加法器只要一個。" * 5  # Chinese has no spaces between its words
    path.write_text(json.dumps(notebook), encoding="utf-8")
    button.click()
    assert "**Rubric**" in shown.value


@pytest.mark.parametrize("attempt", ["unwritten", "refused"])
def test_there_is_no_button_before_an_attempt(
    attempt: str, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[object] = []
    monkeypatch.setattr(solution_button, "display", offered.append)

    def negate(bits):
        raise NotImplementedError

    task = all_tasks()["negate"]
    report = run_task(task, negate, "practice")
    if attempt == "refused":
        report = Report(task, (), refusal="It will not work.")
    solution_button.offer_solution(report, str)
    assert offered == []
    solution_button.offer_solution(run_task(task, lambda bits: bits, "practice"), str)
    assert len(offered) == 1
    shutil.rmtree(course / "solutions")
    solution_button.offer_solution(run_task(task, lambda bits: bits, "practice"), str)
    assert len(offered) == 1
