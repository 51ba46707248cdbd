"""The languages of exercises and reports, and which one is chosen here.

`COURSE_LANGUAGE` says it for a process, also where a class is graded. What a learner chooses on the
home page is kept in the file of their progress, and holds where the environment says nothing.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from courseware.progress.store import keep_progress, read_progress

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "zh-TW": "繁體中文", "vi": "Tiếng Việt"}
"""What each is called by those who read it."""

TRANSLATED = tuple(name for name in LANGUAGES if name != ENGLISH)
ENVIRONMENT = "COURSE_LANGUAGE"
SECTION, ENTRY = "settings", "language"


def language(name: str, where: str) -> str:
    """The language of this name; `where` it was said is told in the error.

    >>> language("zh_tw", "here")
    'zh-TW'
    >>> language("fr", "COURSE_LANGUAGE")
    Traceback (most recent call last):
    ValueError: COURSE_LANGUAGE: expected one of en, zh-TW, vi, got 'fr'
    """
    for known in LANGUAGES:
        if name.strip().replace("_", "-").lower() == known.lower():
            return known
    raise ValueError(f"{where}: expected one of {', '.join(LANGUAGES)}, got {name!r}")


def language_of_environment() -> str | None:
    """What `COURSE_LANGUAGE` says; None where it says nothing."""
    name = os.environ.get(ENVIRONMENT, "")
    return language(name, ENVIRONMENT) if name.strip() else None


def language_of_grading() -> str:
    """The language of what a class gets back: only the environment chooses it.

    What the environment should not say costs nobody a point: `course` refuses it before.
    """
    with contextlib.suppress(ValueError):
        return language_of_environment() or ENGLISH
    return ENGLISH


def chosen_language(progress: Path | None = None) -> str:
    """The language of whoever learns here: the environment's, or the one that was kept."""
    said = language_of_environment()
    if said is not None:
        return said
    try:
        kept = read_progress(progress).get(SECTION, {}).get(ENTRY, {})
        return language(str(kept["name"]), ENTRY)
    except (ValueError, KeyError, TypeError, AttributeError):
        return ENGLISH  # a file of progress that is none is told elsewhere


def keep_language(name: str, progress: Path | None = None) -> None:
    """Keep a choice for later."""
    keep_progress(SECTION, ENTRY, {"name": language(name, ENTRY)}, progress)
