"""A quiz is not answered by the look of its options."""

import re
from math import comb

import pytest

from courseware.checks import all_questions
from courseware.languages.catalogues import every_statement
from courseware.languages.names import ENGLISH, TRANSLATED

QUESTIONS = all_questions().values()
OPTIONS = 4
IN_TWENTY = 1 / 20


def by_chance(right: int, questions: int) -> float:
    """How likely at least so many right answers are for who draws every letter: the binomial."""
    p = 1 / OPTIONS
    return sum(
        comb(questions, n) * p**n * (1 - p) ** (questions - n) for n in range(right, questions + 1)
    )


def lengths(language: str) -> list[tuple[int, list[int]]]:
    """Of every question the length of the right option, and of all options."""
    known = {} if language == ENGLISH else every_statement(language)
    found = []
    for question in QUESTIONS:
        lines = {k: f"- **{k}** {one.text}" for k, one in question.options.items()}
        shown = {k: re.sub(r"^- \*\*\w\*\* ", "", known.get(s, s)) for k, s in lines.items()}
        found.append((len(shown[question.right]), [len(text) for text in shown.values()]))
    return found


def score(choose: str, language: str) -> float:
    """Questions got by choosing the longest or shortest option; of equal ones, one is drawn."""
    pick = {"longest": max, "shortest": min}[choose]
    return sum(
        (right == pick(options)) / options.count(pick(options))
        for right, options in lengths(language)
    )


@pytest.mark.parametrize("choose", ["longest", "shortest"])
@pytest.mark.parametrize("language", [ENGLISH, *TRANSLATED])
def test_the_length_of_an_option_does_not_tell_that_it_is_right(choose: str, language: str) -> None:
    """Of 43 questions chance gets 10.75: 16 or more once in 19 times, 17 or more once in 40.

    So 17 are too many. Learners noticed when the longest option was right 20.6 times, in English.
    """
    assert all(len(options) == OPTIONS for _, options in lengths(language))
    got = score(choose, language)
    assert by_chance(int(got), len(QUESTIONS)) > IN_TWENTY, f"{got:.1f} of {len(QUESTIONS)}"
