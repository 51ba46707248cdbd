"""The demo from beginning to end: who gets what, and what the instructor is told."""

import csv
import re

import pytest

from courseware.grading.cli import main as course
from tests.browser.axe import CONTRAST, findings
from tests.browser.conftest import chromium, new_page
from tests.sample_class.__main__ import make_course
from tests.sample_class.students import EXERCISE, STUDENTS

# A class of 16, graded one after the other on a busy machine, outlasts the usual limit of a test.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

# Points without the written answer (10), which a person reads.
FULL = 90.0
TOTALS = {
    "ada": FULL,
    "bao": FULL,
    "chen": FULL - (14 - 1.4) - (14 - 5.6),  # negate builds on the broken to_bits, and is followed
    "dung": FULL - (14 - 1.4) - (14 - 7) - 12,
    "elif": 8 + 14 + 14,
    "fatima": FULL,
    "goran": FULL - 8,
    "hana": FULL - 8,
    "ivan": FULL,
    "jun": FULL,
    "kofi": 0.0,
    "linh": 0.0,
    "maya": FULL - 14 - 14,
    "otto": 0.0,
}
ODD = {
    "goran": "raised NameError",
    "hana": "ran out of time",
    "ivan": "test_to_bits is missing",
    "jun": "negate is there 2 times",
    "kofi": "not valid JSON",
    "noor": "Added cells are not run",
    "otto": "points, skip-execution",
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The graded class: exit code and folder."""
    folder = tmp_path_factory.mktemp("demo")
    make_course(folder)
    return course(["grade", EXERCISE, "--course-dir", str(folder)]), folder


@pytest.fixture(scope="module")
def rows(demo):
    """The rows of the CSV file by student."""
    with (demo[1] / "build" / f"grades_{EXERCISE}.csv").open(encoding="utf-8") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_every_student_is_graded(demo, rows):
    assert demo[0] == 0
    assert len(STUDENTS) >= 12 and rows.keys() == STUDENTS.keys()
    assert not any(row["problem"] for row in rows.values())


def test_the_points(rows):
    assert {name: float(rows[name]["total"]) for name in TOTALS} == pytest.approx(TOTALS)


def test_an_error_in_one_task_leaves_the_marks_of_the_others(rows):
    kept = [v for k, v in rows["goran"].items() if k.startswith("test_")]
    assert kept.count("0.0") == 1


def test_what_was_odd_is_told(rows):
    for name, text in ODD.items():
        assert text in rows[name]["odd"], name
    assert [name for name in ("ada", "bao", "chen", "dung", "fatima") if rows[name]["odd"]] == []


def test_everybody_gets_a_page_without_the_hidden_part_and_without_scripts(demo):
    for name in STUDENTS:
        page = demo[1] / "feedback" / name / EXERCISE / f"{EXERCISE}.html"
        text = page.read_text(encoding="utf-8")
        assert "class_seed" not in text, name
        assert not re.search(r"<script", text, re.I), name
        assert str(demo[1]) not in text, name


@pytest.mark.browser
def test_pages_of_an_ordinary_and_of_a_refused_hand_in_can_be_read_by_all(demo):
    with chromium() as browser, new_page(browser) as page:
        for name in ("dung", "kofi"):
            place = demo[1] / "feedback" / name / EXERCISE / f"{EXERCISE}.html"
            page.goto(place.as_uri())
            assert findings(page) == [], name
            page.emulate_media(color_scheme="dark")
            assert findings(page, rule=CONTRAST) == [], name
            page.set_viewport_size({"width": 390, "height": 844})
            assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), name


def test_a_second_run_grades_nothing_again(demo, capsys):
    assert course(["report", EXERCISE, "--course-dir", str(demo[1])]) == 0
    assert "16 of 16 hand-ins graded" in capsys.readouterr().out


def test_what_the_class_got_wrong(demo, capsys):
    _, folder = demo
    assert course(["report", "--items", "--course-dir", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "sign-magnitude ×1: dung" in told and "✓ c ×12" in told
    page = (folder / "build" / "items_course.html").read_text(encoding="utf-8")
    assert "unsigned-read ×1" in page


def test_who_wrote_alike(demo, capsys):
    _, folder = demo
    assert course(["similar", EXERCISE, "--course-dir", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "No verdict" in told and "hand-ins" in told
    assert (folder / "build" / f"similar_{EXERCISE}.html").is_file()
