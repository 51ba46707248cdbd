"""Exercises in a language: as handed out, and in the folder where someone works on them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from courseware.languages.catalogues import every_statement, statement_of
from courseware.languages.names import LANGUAGES, TRANSLATED
from courseware.languages.statements import Cell, in_language, translated

COURSE = Path(__file__).resolve().parents[3]
UNCHANGED = Path(__file__).resolve().parents[1] / "unchanged"


def said_in(language: str, chapter: str) -> Callable[[str], str]:
    """What says the Markdown of a chapter's statement in a language."""
    return lambda markdown: translated(markdown, statement_of(language, chapter))


def in_every_language(markdown: str) -> set[str]:
    """A cell of any statement in all languages that it may be handed out in."""
    return {markdown, *(translated(markdown, every_statement(one)) for one in TRANSLATED)}


def bring_into(language: str, course: Path = COURSE) -> list[Path]:
    """Say the statements of all exercises of a course folder in a language; what this changed.

    Answers stay, as do statements that someone has written into. What is no notebook of an exercise
    is left alone.
    """
    return [
        path
        for folder in sorted(one for one in UNCHANGED.iterdir() if one.is_dir())
        for path in sorted((course / "exercises" / folder.name).glob("*.ipynb"))
        if bring_notebook_into(language, path, folder.name)
    ]


def bring_notebook_into(language: str, path: Path, chapter: str) -> bool:
    """Say the statement of one notebook in a language; whether that changed it."""
    given = _notebook(UNCHANGED / chapter / f"{chapter}.ipynb")
    notebook = _notebook(path)
    if given is None or notebook is None:
        return False
    others = [said_in(other, chapter) for other in LANGUAGES]
    cells = in_language(notebook["cells"], given["cells"], said_in(language, chapter), others)
    if cells == notebook["cells"]:
        return False
    text = json.dumps(notebook | {"cells": cells}, indent=1, ensure_ascii=False) + "\n"
    new = path.with_name(f"{path.name}.new")
    new.write_text(text, encoding="utf-8")
    os.replace(new, path)
    return True


def _notebook(path: Path) -> dict[str, list[Cell]] | None:
    """A notebook as it is stored; None for what is none."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        sound = all(isinstance(one.get("id", ""), str) for one in notebook["cells"])
        for cell in notebook["cells"]:
            "".join(cell["source"])
        return dict(notebook) if sound else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
