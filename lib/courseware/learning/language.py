"""The language of exercises and reports: a command, and a menu on the home page."""

from __future__ import annotations

from pathlib import Path

import ipywidgets
from IPython.display import display

from courseware.languages.catalogues import phrases_of_all
from courseware.languages.exercises import COURSE, bring_into
from courseware.languages.names import (
    ENVIRONMENT,
    LANGUAGES,
    chosen_language,
    keep_language,
    language,
    language_of_environment,
)


def choose(name: str | None = None, course: Path = COURSE) -> str:
    """Keep a choice, bring the exercises into it, and say so.

    Raises: ValueError for an unknown name, or one that the environment overrules.
    """
    if name is not None:
        said = language_of_environment()
        if said not in (None, language(name, "NAME")):
            raise ValueError(f"NAME: expected {said}, which {ENVIRONMENT} says, got {name!r}")
        keep_language(name)
    now = chosen_language()
    changed = bring_into(now, course)
    how_many = f"{len(changed)} of them changed" if changed else "they were so already"
    return _told(f"Exercises and reports are in {LANGUAGES[now]} ({now}): {how_many}.")


def _told(text: str) -> str:
    """A text in the language that is chosen."""
    phrases = phrases_of_all(chosen_language())
    return phrases.say(text) if phrases else text


def show_language_menu() -> None:
    """A menu of the languages; what is chosen is kept, and the exercises are brought into it."""
    menu = ipywidgets.Dropdown(
        options=[(label, name) for name, label in LANGUAGES.items()],
        value=chosen_language(),
        description="Language",
        layout=ipywidgets.Layout(max_width="22rem"),
    )
    line = ipywidgets.HTML()

    def chosen(change: dict[str, str]) -> None:
        try:
            told = choose(change["new"])
            told += " " + _told("If one is open, close its tab and open it again.")
        except (ValueError, OSError) as error:
            told = str(error)
        line.value = f'<span role="status">{told}</span>'

    menu.observe(chosen, names="value")
    display(ipywidgets.VBox([menu, line]))
