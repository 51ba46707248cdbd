"""The way through the course as cards on the home page; they know what is done."""

from __future__ import annotations

import html
import re

from IPython.display import HTML

from courseware.learning.exercises import exercise
from courseware.learning.minutes import told
from courseware.learning.standing import Standing, standings
from courseware.learning.walkthrough import SHORT_FORMS, STAGES, Leg, with_links
from courseware.registry import CHAPTERS

MARKS = {"done": "✓ done", "started": "◐ started", "open": "○ open"}
"""No state is told by its colour alone."""

GRID = (
    "display: grid; gap: 12px; list-style: none; margin: 0; padding: 0; "
    "grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr))"
)
CARD = "border: 1px solid var(--jp-border-color1, #8a8a8a); border-radius: 6px; padding: 10px 14px"


def show_way() -> HTML:
    """A card for each chapter: what to do, how long it takes, what is done, what comes next."""
    try:
        cards = [_card(one) for one in standings()]
    except ValueError as error:
        return HTML(f'<p role="alert">{html.escape(str(error))}</p>')
    return HTML(f'<ul style="{GRID}">{"".join(cards)}</ul>')


def show_short_forms() -> HTML:
    """A card for each short form, its parts with a mark where they are done."""
    try:
        passed = {one.chapter.number: one.passed for one in standings()}
    except ValueError as error:
        return HTML(f'<p role="alert">{html.escape(str(error))}</p>')
    cards = []
    for form in SHORT_FORMS:
        legs = "".join(f"<li>{_leg(leg, passed)}</li>" for leg in form.legs)
        cards.append(
            f'<li style="{CARD}"><strong>{html.escape(form.title)}</strong> · '
            f"{told(form.minutes)}<br>{html.escape(form.for_whom)}<ol>{legs}</ol></li>"
        )
    return HTML(f'<ul style="{GRID}">{"".join(cards)}</ul>')


def _card(one: Standing) -> str:
    chapter, stage = one.chapter, STAGES[one.chapter.number]
    lecture = f"lectures/{chapter.folder}.ipynb"
    right = f", {one.came} right" if one.came.of else ""
    made = f" <em>({one.predicted} made{right})</em>" if one.predicted.of else ""
    lines = [
        (
            "Read",
            f'<a href="{lecture}">the lecture</a>, {told(stage.minutes)}: {_text(stage.read)}',
        ),
        ("Predict", f"{_text(stage.predict)}{made}"),
        ("Try", _text(stage.try_it)),
    ]
    if chapter.has_exercise:
        file = f"exercises/{chapter.folder}/{chapter.folder}.ipynb"
        words = f", {one.words} words of your own" if one.words else ""
        lines.append(
            (
                "Solve",
                f'<a href="{file}">the exercise</a>, {told(exercise(chapter.folder).minutes)}: '
                f"{_text(stage.solve)} <em>({one.tasks} tasks, {one.questions} questions, "
                f"{one.points:g} of {one.points_of:g} points{words})</em>",
            )
        )
    if stage.builds_on:
        lines.append(("Builds on", _numbers(stage.builds_on)))
    if after := next_after(chapter.number):
        lines.append(("Next", _numbers(after)))
    rows = "".join(f"<li><strong>{name}:</strong> {text}</li>" for name, text in lines)
    return (
        f'<li style="{CARD}" data-chapter="{chapter.number:02}" data-state="{one.word}">'
        f"<strong>{chapter.number:02} · {html.escape(chapter.title)}</strong> · {MARKS[one.word]}"
        f'<ul style="margin: 6px 0 0; padding-left: 1.1em">{rows}</ul></li>'
    )


def next_after(number: int) -> tuple[int, ...]:
    """The chapters that build on one; where none does, the one that follows it."""
    built = tuple(n for n, stage in STAGES.items() if number in stage.builds_on)
    return built or ((number + 1,) if number + 1 < len(CHAPTERS) else ())


def _leg(leg: Leg, passed: dict[int, frozenset[str]]) -> str:
    text = f"{_text(with_links(leg.what))}, {told(leg.minutes)}"
    if leg.chapter is None or not leg.tasks:
        return text
    done = sum(task in passed[leg.chapter] for task in leg.tasks)
    return (
        f"{text} <em>({'✓ ' if done == len(leg.tasks) else ''}{done} of {len(leg.tasks)} done)</em>"
    )


def _numbers(chapters: tuple[int, ...]) -> str:
    return ", ".join(f"{number:02} {html.escape(CHAPTERS[number].title)}" for number in chapters)


def _text(markdown: str) -> str:
    """Code and links of a line of Markdown as HTML; a page that is named alone lies in docs/."""
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(markdown))
    text = re.sub(r"\*([^*]+)\*", r"<em>\1</em>", text)
    text = re.sub(r"\]\((\w+\.md)\)", r"](docs/\1)", text)
    return re.sub(r"\[([^\]]+)\]\(([\w./]+(?:#[^)]+)?)\)", r'<a href="\2">\1</a>', text)
