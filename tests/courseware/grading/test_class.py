"""A class of mangled hand-ins, graded by `course grade` through nbgrader, and its feedback."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import nbgrader
import pytest
from nbconvert.exporters import HTMLExporter
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from courseware.grading.cli import main
from courseware.languages.catalogues import phrases_of_feedback
from courseware.languages.matching import Search
from courseware.languages.names import TRANSLATED
from tests.courseware.grading import toy
from tests.courseware.grading.conftest import GradedClass
from tests.courseware.grading.hand_ins import EXPECTED, FULL

pytestmark = pytest.mark.slow


def test_none_stops_the_class(graded_class: GradedClass) -> None:
    assert graded_class.result.returncode == 0, graded_class.result.stderr
    assert f"{len(EXPECTED)} of {len(EXPECTED)} hand-ins graded" in graded_class.result.stdout


@pytest.mark.parametrize("student", EXPECTED)
def test_points_and_anomalies(graded_class: GradedClass, student: str) -> None:
    points, kinds = EXPECTED[student]
    scores = graded_class.course.scores(student)
    scores.pop("why")
    assert scores == points
    assert sorted(graded_class.course.kinds(student)) == sorted(kinds)


def test_written_answers(graded_class: GradedClass) -> None:
    scores = {student: graded_class.course.scores(student)["why"] for student in EXPECTED}
    unanswered = {student for student, points in scores.items() if points == 0}
    no_notebook = {s for s, (_, kinds) in EXPECTED.items() if "unreadable" in kinds}
    untouched = {"untouched", "tagged", "test_edited", "outputs_forged"}
    assert unanswered == no_notebook | untouched
    assert all(points in (0, None) for points in scores.values())
    assert toy.by_id(graded_class.course.graded("good"), "why").source == "It is x times *x*."


def test_only_the_masters_files_are_there(graded_class: GradedClass) -> None:
    folder = graded_class.course.root / "autograded" / "shadows_numpy" / toy.EXERCISE
    assert sorted(path.name for path in folder.rglob("*")) == ["01_toy.ipynb", "data.txt"]
    assert (folder / "data.txt").read_text(encoding="utf-8") == "of the master"
    pages = (graded_class.course.root / "feedback").rglob("*")
    assert {path.suffix for path in pages if path.is_file()} == {".html"}


def test_test_cells_are_the_masters(graded_class: GradedClass) -> None:
    for student in EXPECTED:
        cell = toy.by_id(graded_class.course.graded(student), "test-square")
        assert "(10, 100)" in cell.source and cell.metadata.nbgrader.points == 4


def test_notes_stand_on_top(graded_class: GradedClass) -> None:
    for student, (_, kinds) in EXPECTED.items():
        first = graded_class.course.graded(student).cells[0].source
        assert first.startswith("## Notes from the grader") == bool(kinds), student


def test_table(graded_class: GradedClass) -> None:
    output = graded_class.result.stdout
    row = re.search(r"^partly_right +(.*)$", output, re.M)
    assert row and row[1].split()[:5] == ["3", "2", "–", "5", "71"]
    assert "feedback/partly_right/01_toy/01_toy.html" in row[1]
    assert "raises_at_once: square raised ZeroDivisionError" in output
    assert "own_cell_needed: The cell square uses helper" in output
    assert "answered_in_own_cell: The cell square is still the stub, but an added" in output
    assert "test_deleted: The cell test_square is missing" in output


def test_chatter_is_in_the_log(graded_class: GradedClass) -> None:
    result = graded_class.result
    assert "INFO" not in result.stdout + result.stderr
    log = re.search(r"^Log: (.*)$", result.stdout, re.M)
    assert log
    with open(log[1], encoding="utf-8") as file:
        assert "Autograding" in file.read()


def test_csv(graded_class: GradedClass) -> None:
    path = graded_class.course.root / "build" / "grades_01_toy.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert rows.keys() == EXPECTED.keys()
    assert rows["good"]["test_square"] == "4.0" and rows["good"]["why"] == ""
    assert float(rows["good"]["total"]) == sum(FULL.values())


def test_report_shows_the_same_table(
    graded_class: GradedClass, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(graded_class.course.root)
    assert main(["report", toy.EXERCISE]) == 0
    assert capsys.readouterr().out.strip() in graded_class.result.stdout


def text_of(page: str) -> str:
    """The page without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<style.*?</style>|<[^>]*>", " ", page, flags=re.S))


def test_points_per_task(graded_class: GradedClass) -> None:
    text = text_of(graded_class.course.feedback("partly_right"))
    assert "5 of 7 points; 1 still to be marked by a person" in text
    assert "square 3 of 4" in text and "cube 2 of 2" in text and "why – of 1 · not final" in text
    assert "Task 1: square" in text and "In your own words" in text


def test_notes_and_answers(graded_class: GradedClass) -> None:
    text = text_of(graded_class.course.feedback("own_cell_needed"))
    assert "Notes from the grader" in text and "uses helper, defined in an added" in text
    assert "return x * * 3".replace(" ", "") in text.replace(" ", "")
    assert "Notes from the grader" not in text_of(graded_class.course.feedback("good"))


@pytest.mark.parametrize("language", TRANSLATED)
def test_notes_leave_no_english_in_other_languages(
    graded_class: GradedClass, language: str
) -> None:
    phrases = phrases_of_feedback(language)
    assert phrases is not None
    about = [graded_class.course.graded(student).metadata.courseware for student in EXPECTED]
    notes = {found["text"] for each in about for found in each.anomalies}
    assert len(notes) > 5
    for text in notes:
        without_tags = re.sub(r"changed \(.*?\)", "changed ()", text)
        assert Search(phrases).best(without_tags)[0] < 1, text


@pytest.mark.parametrize("student", EXPECTED)
def test_hidden_tests_are_not_shown(graded_class: GradedClass, student: str) -> None:
    page = graded_class.course.feedback(student)
    text = text_of(page)
    assert ("HIDDEN" in page) == (student == "markers")
    assert "100 )" not in text and "(10, 100)" not in text
    assert "cases" in text


@pytest.mark.parametrize("student", EXPECTED)
def test_nothing_is_loaded_or_run(graded_class: GradedClass, student: str) -> None:
    page = graded_class.course.feedback(student)
    assert not re.search(r"<script|<iframe|<img|<link|<object|\son\w+=|https?://", page)
    assert "default-src 'none'" in page


def test_a_students_markup_is_shown_as_text(graded_class: GradedClass) -> None:
    page = graded_class.course.feedback("scripts")
    assert "&lt;script&gt;" in page and "<strong>My</strong> answer" in page


def test_formgrader_runs_no_script_of_a_student(graded_class: GradedClass) -> None:
    root = graded_class.course.root
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    templates = Path(nbgrader.__file__).parent / "server_extensions/formgrader/templates"
    config.merge(
        Config(
            HTMLExporter={"template_name": "formgrade", "extra_template_basedirs": [str(templates)]}
        )
    )
    path = root / "autograded" / "scripts" / toy.EXERCISE / f"{toy.EXERCISE}.ipynb"
    ids = {"assignment_id": "a", "notebook_id": "n", "submission_id": "s", "student": "x"}
    more = {"index": 0, "total": 1, "base_url": "", "last_name": "", "first_name": ""}
    resources = {**ids, **more, "notebook_path": "n"}
    page, _ = HTMLExporter(config=config).from_filename(str(path), resources=resources)
    assert "alert(" in page
    assert "<script>alert" not in page and "onerror" not in page
