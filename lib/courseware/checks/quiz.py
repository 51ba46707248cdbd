"""Multiple choice: every option, right or wrong, is answered with a reason."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from courseware.checks.call import call
from courseware.languages.matching import Told

LATER = "Whether it is right, and why, you read when the exercise was graded."


@dataclass(frozen=True)
class Option:
    """One answer to choose: its text, as the exercise prints it, and why it is right or wrong."""

    text: str
    because: str


@dataclass(frozen=True)
class Question:
    """A question with lettered options, exactly one of which is right.

    In a bundle for students `right` may be "": then nobody learns from it what is.
    """

    name: str
    text: str
    options: dict[str, Option]
    right: str
    points: int = 1

    def __post_init__(self) -> None:
        if self.right not in ("", *self.options):
            raise ValueError(f"right must be one of {list(self.options)}, got {self.right!r}")


@dataclass(frozen=True)
class Answer:
    """A judged answer: its points and the sentence that goes with it."""

    question: Question
    score: float
    text: str
    letter: str = ""


def judge_answer(question: Question, function: Callable[[], Any]) -> Answer:
    """Judge the letter that a quiz function returns; anything else says how to answer.

    >>> q = Question("q", "1 + 1?", {"a": Option("2", "Count."), "b": Option("3", "No.")}, "a")
    >>> judge_answer(q, lambda: "A").score, judge_answer(q, lambda: None).score
    (1.0, 0.0)
    """
    letters = ", ".join(question.options)
    outcome = call(function, (), seconds=1.0)
    if outcome.error is not None or outcome.value is None:
        return Answer(question, 0.0, f"not answered yet: return one of the letters {letters}")
    letter = outcome.value.strip().lower() if isinstance(outcome.value, str) else ""
    if letter not in question.options:
        return Answer(question, 0.0, f"return one letter ({letters}), not {outcome.value!r:.40}")
    if not question.right:
        return Answer(question, 0.0, f"{letter}: noted. {LATER}", letter)
    right = letter == question.right
    text = f"{letter}: {'right' if right else 'not right'}. {question.options[letter].because}"
    return Answer(question, float(question.points) if right else 0.0, text, letter)


def answer_text(answer: Answer, told: Told = str) -> str:
    """One line of plain text."""
    return f"{answer.question.name}: {told(answer.text)}"


def answer_html(answer: Answer, told: Told = str) -> str:
    """The same with a mark in front."""
    good = answer.score > 0
    colour = "--jp-success-color1, #388e3c" if good else "--jp-warn-color1, #f57c00"
    return (
        f'<div style="border-left: 4px solid var({colour}); padding: 4px 12px">'
        f"{'✓' if good else '✗'} {html.escape(told(answer.text))}</div>"
    )
