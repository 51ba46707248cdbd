"""What an exercise consists of, read from its notebook, and what was written in it.

The notebooks are read as files: who asks for the progress waits for no chapter to be loaded.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

COURSE = Path(__file__).resolve().parents[3]
UNCHANGED = Path(__file__).resolve().parents[1] / "unchanged"

TIME = re.compile(r"points · (?:about )?(?:(\d+) minutes|(an|two|three) hours?)")
QUESTIONS = re.compile(r"the questions at the end (?:(\d+) minutes|a quarter of an hour)")
HOURS = {"an": 1, "two": 2, "three": 3}
PREDICTION = re.compile(r'\bpredict\(\s*"([^"]+)"')
QUIZ, TEST, WRITTEN = "quiz_", "test_", "explain"


@dataclass(frozen=True)
class Item:
    """A task or a question: what it is called, what it is worth, how long it takes."""

    name: str
    points: float
    minutes: int = 0


@dataclass(frozen=True)
class Exercise:
    """All that an exercise asks for.

    Attributes:
        question_minutes: for the quiz and the answer in one's own words.
    """

    tasks: tuple[Item, ...]
    questions: tuple[Item, ...]
    written: Item
    placeholder: str
    question_minutes: int

    @property
    def minutes(self) -> int:
        """What all of it takes."""
        return sum(task.minutes for task in self.tasks) + self.question_minutes

    @property
    def points(self) -> float:
        """What checks give for it; the written answer has its points from a person."""
        return sum(item.points for item in (*self.tasks, *self.questions))


@cache
def exercise(folder: str, below: Path = UNCHANGED) -> Exercise:
    """The exercise of a chapter as it was handed out."""
    cells = notebook_cells(below / folder / f"{folder}.ipynb")
    tasks, questions, minutes, question_minutes = [], [], 0, 0
    written, placeholder = Item(WRITTEN, 0), ""
    for cell in cells:
        about = cell.get("metadata", {}).get("nbgrader", {})
        text = "".join(cell["source"])
        if found := TIME.search(text):
            minutes = int(found[1]) if found[1] else 60 * HOURS[found[2]]
        if found := QUESTIONS.search(" ".join(text.split())):
            question_minutes = int(found[1] or 15)
        name = about.get("grade_id", "")
        if not about.get("grade"):
            continue
        if name == WRITTEN:
            written, placeholder = Item(WRITTEN, about["points"]), text.strip()
        elif name.startswith(TEST + QUIZ):
            questions.append(Item(name.removeprefix(TEST), about["points"]))
        else:
            tasks.append(Item(name.removeprefix(TEST), about["points"], minutes))
    return Exercise(tuple(tasks), tuple(questions), written, placeholder, question_minutes)


def written_words(folder: str, course: Path = COURSE) -> int:
    """How many words the written answer has, in whichever notebook of the exercise has most.

    A notebook may have another name, as browsers give it; what is no notebook counts for nothing.
    """
    placeholder = exercise(folder).placeholder
    most = 0
    for path in sorted((course / "exercises" / folder).glob("*.ipynb")):
        for cell in notebook_cells(path):
            about = cell.get("metadata", {}).get("nbgrader", {})
            text = "".join(cell.get("source", "")).strip()
            if about.get("grade_id") == WRITTEN and text != placeholder:
                most = max(most, word_count(text.replace(placeholder, "")))
    return most


def word_count(text: str) -> int:
    """Words, and characters of Chinese, which writes none between them.

    >>> word_count("Adding is easy."), word_count("加法很簡單：int8")
    (3, 6)
    """
    return len(re.findall(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff][^\s\u3400-\u9fff]*", text))


@cache
def predictions(folder: str, course: Path = COURSE) -> tuple[str, ...]:
    """The names of the predictions that a lecture asks for, in order."""
    names: list[str] = []
    for cell in notebook_cells(course / "lectures" / f"{folder}.ipynb"):
        if cell.get("cell_type") == "code":
            names += PREDICTION.findall("".join(cell["source"]))
    return tuple(names)


def notebook_cells(path: Path) -> list[dict[str, Any]]:
    """The cells of a notebook; none if it cannot be read as one."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return [cell for cell in cells if isinstance(cell, dict)]
    except (OSError, ValueError, KeyError, TypeError):
        return []
