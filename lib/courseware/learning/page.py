"""The walkthrough as a page, for who has not installed the course: docs/self_study.md."""

from __future__ import annotations

import re
from collections.abc import Iterator

from courseware.learning.cards import next_after
from courseware.learning.exercises import exercise
from courseware.learning.lecture_time import BASIS
from courseware.learning.minutes import told
from courseware.learning.walkthrough import SHORT_FORMS, STAGES, Leg, with_links
from courseware.registry import CHAPTERS, Chapter

BEGINNING = """\
# Learning on your own

This page is the way through the course for who has no class: for each chapter what to read, what
to predict, what to try and what to solve, how long it takes, what it builds on and what comes next.
The whole course takes about {all}, of which {read} are for the lectures. The times are estimates;
nobody was timed. A lecture's rest on {basis};
an exercise's are what it says of its tasks and of its questions. The pace is fitted to what three
learners (language models in a student's place) said of seven lectures, 75 to 120 minutes each, and
lies in the lower half of that; exercises took them less than stated.

**How to go through a chapter.** Run the lecture from top to bottom, and answer before you run on: a
wrong guess teaches more than none. Move what can be moved. Then solve the exercise; its checks are
those that a class is graded with. When a task is done, or after an honest attempt, a button below
the report shows the course's own solution, with the function of the same name in the library; in a
terminal, `course compare negate` does. The answer in your own words is not judged by a machine:
after yours, the button below the last check, or `course compare explain_01`, shows a model answer
and the list of points that a good one makes.

**Without the course on your machine**, on a phone, say: the pages of the lectures show them as they
ran. Where one says *Predict*, choose before you read on. Exercises can be read, in 繁體中文 and
Tiếng Việt as well, and wait for a computer.

**What is done** stands on the home page, as cards, and in a terminal: `course progress` counts what
you predicted, what came as predicted, the tasks and questions with full points, the words of your
own, and what is left. The checks and predictions are in one readable file in the course folder,
`progress.json`; nothing is sent anywhere. `course progress export FILE` writes the table for a
spreadsheet, `course progress reset` begins anew and keeps the old file. (Type
`source .venv/bin/activate` before, so that the terminal knows `course`.)

## Three short forms
"""


def page() -> str:
    """The page, in Markdown."""
    reading = sum(stage.minutes for stage in STAGES.values())
    solving = sum(exercise(chapter.folder).minutes for chapter in CHAPTERS)
    beginning = BEGINNING.format(all=_hours(reading + solving), read=_hours(reading), basis=BASIS)
    return "\n".join([beginning, *_short_forms(), "## Chapter by chapter\n", *_chapters()])


def _hours(minutes: int) -> str:
    return f"{round(minutes / 60)} hours"


def _short_forms() -> Iterator[str]:
    for form in SHORT_FORMS:
        yield f"### {form.title}\n"
        yield f"{form.for_whom} About {told(form.minutes)}.\n"
        for number, leg in enumerate(form.legs, start=1):
            functions = ", ".join(_task(leg, name) for name in leg.tasks)
            which = f" ({functions})" if functions else ""
            yield f"{number}. {with_links(leg.what, '../')}{which}: {told(leg.minutes)}"
        yield ""


def _task(leg: Leg, name: str) -> str:
    """A function of an exercise, with a link to its task."""
    assert leg.chapter is not None
    folder = CHAPTERS[leg.chapter].folder
    number = [task.name for task in exercise(folder).tasks].index(name) + 1
    return f"[`{name}`](../exercises/{folder}/{folder}.ipynb#Task-{number}-·-{name})"


def _chapters() -> Iterator[str]:
    for chapter in CHAPTERS:
        stage = STAGES[chapter.number]
        yield f"### {chapter.number:02} · {chapter.title}\n"
        yield f"- **Read** {_lecture(chapter)}, {told(stage.minutes)}: {stage.read}."
        yield f"- **Predict:** {stage.predict}"
        yield f"- **Try** {stage.try_it}{'' if stage.try_it.endswith('?') else '.'}"
        if chapter.has_exercise:
            link = f"[the exercise](../exercises/{chapter.folder}/{chapter.folder}.ipynb)"
            yield f"- **Solve** {link}, {told(exercise(chapter.folder).minutes)}: {stage.solve}."
        if stage.builds_on:
            yield f"- **Builds on** {_numbers(stage.builds_on)}."
        if after := next_after(chapter.number):
            yield f"- **Next:** {_numbers(after)}."
        yield ""


def _lecture(chapter: Chapter) -> str:
    return f"[the lecture](../lectures/{chapter.folder}.ipynb)"


def _numbers(chapters: tuple[int, ...]) -> str:
    """Chapters by number and title, each a link to its heading on this page."""
    shown = []
    for number in chapters:
        title = f"{number:02} {CHAPTERS[number].title.lower()}"
        place = re.sub(r"[^\w-]", "", title.replace(" ", "--", 1).replace(" ", "-"))
        shown.append(f"[{title}](#{place})")
    return ", ".join(shown)
