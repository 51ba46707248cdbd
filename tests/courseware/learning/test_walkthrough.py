"""The way through the course: every chapter has its stage, and its minutes have one source."""

import re

import pytest

from courseware.learning.exercises import exercise, notebook_cells, predictions
from courseware.learning.lecture_time import BASIS, lecture_minutes
from courseware.learning.minutes import told
from courseware.learning.page import page
from courseware.learning.walkthrough import SHORT_FORMS, STAGES
from courseware.registry import CHAPTERS, EXERCISES, Chapter
from tests.tracked import ROOT

HOURS = {
    "an hour": 60,
    "an hour and a half": 90,
    "an hour and three quarters": 105,
    "two hours": 120,
    "two hours and three quarters": 165,
}
LEGS = [leg for form in SHORT_FORMS for leg in form.legs]


def cells(path: str) -> list[str]:
    return ["".join(cell["source"]) for cell in notebook_cells(ROOT / path)]


def test_every_chapter_has_its_stage_and_builds_on_earlier_ones() -> None:
    assert list(STAGES) == [chapter.number for chapter in CHAPTERS]
    assert all(before < number for number, stage in STAGES.items() for before in stage.builds_on)


@pytest.mark.parametrize("folder", EXERCISES)
def test_an_exercise_is_read_from_its_notebook(folder: str) -> None:
    room = EXERCISES[folder].part("tasks")
    asked = exercise(folder)
    assert [(t.name, t.points) for t in asked.tasks] == [(t.name, t.points) for t in room.TASKS]
    assert [(q.name, q.points) for q in asked.questions] == [(q.name, q.points) for q in room.QUIZ]
    assert asked.points + asked.written.points == 100
    assert all(task.minutes for task in asked.tasks) and asked.question_minutes


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.folder)
def test_a_lecture_says_the_minutes_of_its_stage(chapter: Chapter) -> None:
    opening = cells(f"lectures/{chapter.folder}.ipynb")[0]
    said = [int(minutes) for minutes in re.findall(r"(\d+) minutes", opening)]
    assert said == [STAGES[chapter.number].minutes]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.folder)
def test_the_minutes_of_a_lecture_are_what_they_rest_on(chapter: Chapter) -> None:
    """To the nearest five, and a little more: a sentence more or less changes nothing."""
    found = lecture_minutes(notebook_cells(ROOT / "lectures" / f"{chapter.folder}.ipynb"))
    assert abs(found - STAGES[chapter.number].minutes) < 4, f"by its cells {found:.0f} minutes"


def test_the_minutes_of_a_part_of_a_lecture_are_what_they_rest_on() -> None:
    for leg in LEGS:
        if leg.chapter is not None and (section := re.search(r"stop at \*([^*]+)\*", leg.what)):
            lecture = notebook_cells(ROOT / "lectures" / f"{CHAPTERS[leg.chapter].folder}.ipynb")
            heading = f"## {section[1]}\n"
            end = next(i for i, cell in enumerate(lecture) if heading in cell["source"])
            assert abs(lecture_minutes(lecture[:end]) - leg.minutes) < 4, leg.what


@pytest.mark.parametrize("folder", EXERCISES)
def test_an_exercise_says_the_minutes_of_its_tasks(folder: str) -> None:
    opening = cells(f"exercises/{folder}/{folder}.ipynb")[0].replace("\n", " ")
    found = re.search(r"take about (?:(\d+) minutes|([a-z ]+)), the questions", opening)
    said = (int(found[1]) if found[1] else HOURS[found[2]]) if found else None
    asked = exercise(folder)
    tasks = sum(task.minutes for task in asked.tasks)
    # Chapter 11 tells its capstone apart; estimates are rounded to a quarter of an hour.
    assert folder.startswith("11_") if said is None else abs(said - tasks) <= 10


def test_the_home_page_says_the_same_minutes() -> None:
    text = "\n".join(cells("home.ipynb"))
    rows = dict(re.findall(r"^\| (\d\d) (\| .*) \|$", text, re.M))
    for chapter in CHAPTERS:
        row = rows[f"{chapter.number:02}"]
        assert f" | {told(STAGES[chapter.number].minutes)} | " in row
        if chapter.has_exercise:
            assert row.endswith(f", about {told(exercise(chapter.folder).minutes)}")


def test_the_map_of_lecture_00_says_the_same_minutes() -> None:
    text = "\n".join(cells("lectures/00_why_compress.ipynb"))
    found = re.findall(r"^\| (\d\d) (.+?) \| .+ \| (\d+)(?: minutes)? \|$", text, re.M)
    assert [(int(number), title, int(minutes)) for number, title, minutes in found] == [
        (chapter.number, chapter.title.lower(), STAGES[chapter.number].minutes)
        for chapter in CHAPTERS[1:]
    ]


def test_what_is_named_of_an_exercise_is_in_it() -> None:
    for number, stage in STAGES.items():
        asked = {task.name for task in exercise(CHAPTERS[number].folder).tasks}
        assert set(re.findall(r"`(\w+)`", stage.solve)) <= asked
    for leg in LEGS:
        if leg.chapter is not None:
            assert set(leg.tasks) <= {t.name for t in exercise(CHAPTERS[leg.chapter].folder).tasks}
        assert leg.minutes


def test_a_section_where_a_short_form_stops_is_in_the_lecture() -> None:
    for leg in LEGS:
        for section in re.findall(r"\*([^*]+)\*", leg.what):
            assert leg.chapter is not None
            assert f"## {section}\n" in "\n".join(
                cells(f"lectures/{CHAPTERS[leg.chapter].folder}.ipynb")
            )


def test_predictions_are_found_in_lectures() -> None:
    assert predictions("02_integer_scaling")[0] == "02-rounded"
    assert len(predictions("02_integer_scaling")) == 8


def test_the_page_is_what_the_walkthrough_says() -> None:
    stored = (ROOT / "docs" / "self_study.md").read_text(encoding="utf-8")
    assert stored == page().rstrip() + "\n", "python -m courseware.learning > docs/self_study.md"


def test_the_page_says_what_the_minutes_rest_on() -> None:
    assert BASIS in page()


def test_links_of_the_page_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([\w./]+)\)", page()):
        assert (ROOT / "docs" / target).exists(), target
