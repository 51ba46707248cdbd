"""From the course to its catalogues: which phrases there are, and in which file each stands."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from courseware.languages.catalogues import (
    CHECKS,
    FEEDBACK,
    FOLDER,
    MESSAGES,
    QUIZ,
    STATEMENT,
    STATEMENTS,
    Entry,
    merged,
    path_of,
    read_catalogue,
)
from courseware.languages.names import TRANSLATED
from courseware.languages.source_texts import messages
from courseware.languages.statements import is_statement, phrases
from courseware.registry import CHAPTERS, Chapter

ROOT = Path(__file__).parents[1]

NOT_FOR_STUDENTS = {"alone", "conditions", "points", "ready_made", "taking_away"}
"""Modules of `checks` whose texts are for teachers, for Python, or the text of an error."""

LEFT_OUT = {
    "not implemented for",
    "math domain error",
    "wrong values",
    "tensor of shape {0}, dtype={1}",
    "{0}tensor of shape {1}, dtype={2}{3}",
    "tensor({0}, dtype={1})",
    ", device={0}",
    "an object of type {0}",
    "line {0} of your cell:",
    "line {0} of your cell: {1}",
    "<{name} alone>",
    "making the page",
    ".highlight {",
    "pre {",
    '"2026-10-05 23:59 +02:00" (or Z, or a zone such as Europe/Berlin)',
    "takes no",
    "{0} UTC",
    "there is no folder {0} in it, but {1}",
    "a folder",
}
"""Texts by whose words something is recognised, and how values are shown: no sentences. And what
modules of the feedback page say to teachers."""

OF_FEEDBACK = ("feedback.py", "late/rule.py", "rebuild.py", "reading.py", "intake.py")
"""Modules of `grading` whose texts stand on the page that a student gets back."""

BESIDES = {
    CHECKS: (
        *(
            "{0} and {1}",
            "“{0}”",
            "lecture {0}, “{1}”",
            "line {0} of your cell",
            "likely",
            "perhaps",
            "where",
            "input",
        ),
        *("expected", "got", "at", "printed", "measured", "row", "group", "channel", "block"),
        *("weight", "magnitude", "score", "tensor", "scale", "code"),
    ),
    FEEDBACK: (
        "Notes from the grader",
        "This hand-in was not quite in the form in which the exercise was handed out:",
        *("points", "percent"),
    ),
}
"""Messages that are a single word, or made by another module."""


def catalogues(root: Path = ROOT) -> dict[str, list[Entry]]:
    """Every catalogue's entries, in the order of the course."""
    made: dict[str, list[Entry]] = {CHECKS: _of_checks(root)}
    made[FEEDBACK] = _of_feedback(root)
    shared = {one.phrase for one in made[CHECKS]}
    statements = {chapter.folder: _of_statement(root, chapter) for chapter in _with_exercise()}
    in_how_many: dict[str, list[Entry]] = defaultdict(list)
    for entries in statements.values():
        for one in entries:
            in_how_many[one.phrase].append(one)
    common = {phrase: found for phrase, found in in_how_many.items() if len(found) > 1}
    made[STATEMENTS] = [Entry(phrase, found[0].places) for phrase, found in common.items()]
    for folder, entries in statements.items():
        own = f"c{folder}"
        files = sorted((root / "chapters" / own / "tasks").glob("*.py"))
        of_quiz = [file for file in files if file.stem == QUIZ]
        said = [file for file in files if file.stem != QUIZ]
        made[f"{own}/{MESSAGES}"] = [*_entries(root, said, shared, BESIDES.get(own, ()))]
        known = shared | {one.phrase for one in made[f"{own}/{MESSAGES}"]}
        made[f"{own}/{QUIZ}"] = [*_entries(root, of_quiz, known)]
        made[f"{own}/{STATEMENT}"] = [one for one in entries if one.phrase not in common]
    return made


def update(root: Path = ROOT, folder: Path = FOLDER) -> list[Path]:
    """Bring all .po files up to the course; returns those that this changed."""
    made, changed = catalogues(root), []
    for language in TRANSLATED:
        paths = {name: path_of(language, name, folder) for name in made}
        known = {
            one.phrase: one.meaning
            for path in paths.values()
            for one in read_catalogue(path)
            if one.meaning and not one.fuzzy
        }
        for name, path in paths.items():
            old = path.read_bytes() if path.is_file() else b""
            new = merged(language, name, made[name], old, known)
            if new != old:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(new)
                changed.append(path)
    return changed


def _with_exercise() -> Iterator[Chapter]:
    return (chapter for chapter in CHAPTERS if chapter.has_exercise)


def _of_checks(root: Path) -> list[Entry]:
    files = sorted((root / "checks").glob("*.py"))
    files = [file for file in files if file.stem not in NOT_FOR_STUDENTS]
    files += [root / "handing_in" / "visible.py", root / "learning" / "language.py"]
    return [*_entries(root, files, set(), BESIDES[CHECKS])]


def _of_feedback(root: Path) -> list[Entry]:
    files = [root / "grading" / name for name in OF_FEEDBACK]
    return [*_entries(root, files, set(), BESIDES[FEEDBACK])]


def _entries(
    root: Path, files: Iterable[Path], known: set[str], besides: Iterable[str] = ()
) -> Iterator[Entry]:
    """The messages of some files, each once, but for those that another catalogue knows."""
    found: dict[str, Entry] = {}
    for file in files:
        place = file.relative_to(root).as_posix()
        for one in messages(file.read_text(encoding="utf-8"), LEFT_OUT):
            notes = [f"{{{number}}}: {text}" for number, text in enumerate(one.fields)]
            if one.text not in known:
                found.setdefault(one.text, Entry(one.text, (place,), tuple(notes)))
    for text in besides:
        if text not in known:
            found.setdefault(text, Entry(text))
    yield from found.values()


def _of_statement(root: Path, chapter: Chapter) -> list[Entry]:
    notebook = root / "unchanged" / chapter.folder / f"{chapter.folder}.ipynb"
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    found: dict[str, Entry] = {}
    for cell in filter(is_statement, cells):
        for phrase in phrases("".join(cell["source"])):
            found.setdefault(phrase, Entry(phrase, (f"unchanged/{chapter.folder}/#{cell['id']}",)))
    return list(found.values())
