"""What Sphinx makes the site of: pages in the folders of the course, so that links fit."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

import nbformat

from courseware.languages.names import LANGUAGES, TRANSLATED
from courseware.publishing.api_pages import api_pages
from courseware.publishing.executed import plain
from courseware.publishing.static_form import anchor, page_markdown, static_form
from courseware.publishing.translations import (
    WORDS,
    list_of_exercises,
    on_the_start_page,
    other_languages,
    path_of_exercise,
    translated_exercise,
)
from courseware.registry import CHAPTERS, EXERCISES

LAB = "http://localhost:8888/lab/tree"
"""Where `make lab` shows a notebook, as long as nothing else has taken its port."""

OPEN = "[Open in JupyterLab]({}), once `make lab` runs on your machine."
AS_IT_RAN = "Here the lecture stands as it ran: where it says *Predict*, choose before you read on."

GUIDES = (
    "self_study",
    "glossary",
    "slides",
    "teaching",
    "mistakes",
    "project",
    "grading",
    "threat_model",
)
BUILDING = ("architecture", "kernels")
"""Pages of docs/, in order: for who learns and teaches, and for who changes the course."""

HUB = "deploy/jupyterhub/README.md"
REPORT = "A notebook for the project's report <docs/project_report>"
MOVED = {"CONTRIBUTING.md": "contributing", "CHANGELOG.md": "changelog", HUB: "jupyterhub"}
"""Pages from elsewhere in the course, and what they are called in docs/ on the site."""

LINK = re.compile(r"\]\((?!\w+:)(?P<file>[^)#\s]+)(?P<anchor>[^)\s]*)\)")
"""A link to a file of the course, in Markdown."""

FROM_HOME = ("welcome", "chapters")
"""Cells of the home page that the start page has as well."""

CONFIGURATION = "from courseware.publishing.configuration import *  # noqa: F403\n"

Notebook = nbformat.NotebookNode


def write_source(course: Path, folder: Path, lecture: Callable[[Path], Notebook]) -> None:
    """Write all pages into `folder`, which must not exist; `lecture` gives what a lecture shows."""
    folder.mkdir(parents=True)
    (folder / "conf.py").write_text(CONFIGURATION)
    shutil.copytree(course / "lectures" / "figures", folder / "lectures" / "figures")
    shutil.copytree(course / "docs" / "images", folder / "docs" / "images")
    for chapter in CHAPTERS:
        path = f"lectures/{chapter.folder}.ipynb"
        above = f"{AS_IT_RAN} To run it: {OPEN.format(f'{LAB}/{path}')}"
        _write_notebook(lecture(course / path), folder / path, above)
    for name in EXERCISES:
        path = f"exercises/{name}/{name}.ipynb"
        exercise = plain(course / path)
        for language in LANGUAGES:
            words = WORDS[language].open if language in WORDS else OPEN
            above = f"{other_languages(name, language)}\n\n{words.format(f'{LAB}/{path}')}"
            place = folder / path_of_exercise(name, language)
            _write_notebook(translated_exercise(exercise, name, language), place, above)
    for language in TRANSLATED:
        text = list_of_exercises(language, [*EXERCISES])
        _write(folder / "exercises" / f"{language}.md", text)
    path = "docs/project_report.ipynb"
    _write_notebook(plain(course / path), folder / path, OPEN.format(f"{LAB}/{path}"))
    for page in (*GUIDES, *BUILDING):
        _write(folder / "docs" / f"{page}.md", _text(course, f"docs/{page}.md"))
    for path, name in MOVED.items():
        _write(folder / "docs" / f"{name}.md", _text(course, path))
    _write(folder / "index.md", _start_page(course))
    for name, text in api_pages(course / "lib" / "model_compression").items():
        _write(folder / "library" / name, text)


def _write_notebook(notebook: Notebook, place: Path, above: str) -> None:
    """As a page shows it, with a line below its title."""
    shown = static_form(notebook)
    first = shown.cells[0]
    first.source = re.sub(r"^(# .*)$", rf"\1\n\n{above}", first.source, count=1, flags=re.M)
    place.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(shown, place)


def _write(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")


def _text(course: Path, path: str) -> str:
    """The page at `path` of the course, with its links as they go from docs/ on the site."""
    here = PurePosixPath(path).parent

    def moved(link: re.Match[str]) -> str:
        target = os.path.normpath(here / link["file"])
        place = link["anchor"] and f"#{anchor(link['anchor'])}"
        if target in MOVED:
            return f"]({MOVED[target]}.md{place})"
        return f"]({os.path.relpath(target, 'docs')}{place})"

    return LINK.sub(moved, (course / path).read_text(encoding="utf-8"))


def _start_page(course: Path) -> str:
    home = json.loads((course / "home.ipynb").read_text(encoding="utf-8"))
    cells = {cell["id"]: "".join(cell["source"]) for cell in home["cells"]}
    parts = [page_markdown(cells[name]) for name in FROM_HOME]
    parts[1:1] = [on_the_start_page(), START]
    parts += [
        _contents("Lectures", (f"lectures/{chapter.folder}" for chapter in CHAPTERS)),
        _contents("Exercises", (f"exercises/{name}/{name}" for name in EXERCISES)),
        _contents("Guides", [*(f"docs/{page}" for page in (*GUIDES, MOVED[HUB])), REPORT]),
        _contents("The library", ["library/index"]),
        _contents(
            "How it is built",
            (f"docs/{page}" for page in (*BUILDING, "contributing", "changelog")),
        ),
        _contents("Other languages", (f"exercises/{language}" for language in TRANSLATED)),
    ]
    return "\n\n".join(parts) + "\n"


START = """\
![A lecture in JupyterLab: the bit flipper shows one pattern of bits read in three
ways](docs/images/lecture.png)

You read the lectures here as they ran, pictures and measurements included. To move what can be
moved, and to have your own functions checked, set the course up on your machine; it takes minutes,
and needs no GPU:

```
git clone ADDRESS model_compression
cd model_compression && make lab
```

ADDRESS is that of the course's repository: who showed you this page knows it. You need Python 3.11
or newer, pip, git and make.

New here? [Learning on your own](docs/self_study.md) says what to do first, and how long it takes.
You teach? [Teaching this course](docs/teaching.md). A word that you do not know is in the
[glossary](docs/glossary.md), in English, 繁體中文 and Tiếng Việt; in a lecture its definition is
shown where a word is underlined with dots."""


def _contents(caption: str, pages: Iterable[str]) -> str:
    names = "\n".join(pages)
    return f"```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{names}\n```"
