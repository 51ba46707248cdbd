"""The list of chapters is that of the folders, and of the home page."""

import json
import re
from pathlib import Path

from courseware.registry import CHAPTERS, EXERCISES
from tests.tracked import ROOT, tracked

ROOMS = ROOT / "lib" / "courseware" / "chapters"
FOLDERS = [chapter.folder for chapter in CHAPTERS]


def folders_below(name: str) -> list[str]:
    """Of the files of the repository below a folder, the next folders on their way."""
    below = {path.relative_to(ROOT / name).parts[0] for path in tracked(f"{name}/*/*")}
    return sorted(part for part in below if (ROOT / name / part).is_dir())


def test_chapters_are_numbered_from_0_without_a_gap() -> None:
    assert [chapter.number for chapter in CHAPTERS] == list(range(len(CHAPTERS)))


def test_every_chapter_has_its_lecture_and_its_room_and_there_are_no_others() -> None:
    assert [path.stem for path in tracked("lectures/*.ipynb")] == FOLDERS
    assert folders_below("lib/courseware/chapters") == [f"c{folder}" for folder in FOLDERS]


def test_every_exercise_has_its_folders_and_its_tasks_and_there_are_no_others() -> None:
    assert folders_below("solutions") == folders_below("exercises") == list(EXERCISES)
    assert sorted(path.parents[1].name for path in ROOMS.glob("*/tasks/__init__.py")) == [
        f"c{exercise}" for exercise in EXERCISES
    ]


def test_the_home_page_lists_the_chapters() -> None:
    cells = json.loads((ROOT / "home.ipynb").read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells)
    rows = re.findall(
        r"^\| (\d\d) \| \[(.+?)\]\(lectures/(\w+)\.ipynb\) \|.*\| (.+) \|$", text, re.M
    )
    assert [(int(number), title, lecture) for number, title, lecture, _ in rows] == [
        (chapter.number, chapter.title, chapter.folder) for chapter in CHAPTERS
    ]
    for chapter, (*_, exercise) in zip(CHAPTERS, rows, strict=True):
        link = f"(exercises/{chapter.folder}/{chapter.folder}.ipynb)"
        assert (link in exercise) == chapter.has_exercise


def test_tests_of_a_chapter_stand_in_a_folder_of_its_name() -> None:
    rooms = {f"c{folder}" for folder in FOLDERS}
    assert {path.name for path in Path(__file__).with_name("chapters").iterdir()} <= rooms | {
        "__pycache__"
    }
