"""The catalogues of translations: gettext's .po files, a few for each chapter and language.

`languages/vi/c01_number_formats/messages.po` has what the checks of a chapter say, `quiz.po` why an
answer is right or wrong, `statement.po` the text of the exercise; `languages/vi/checks.po` has what
the checks of several chapters share, `statements.po` the lines that several exercises have, and
`feedback.po` what the page that a student gets back says around the reports.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from courseware.languages.matching import Phrases
from courseware.languages.names import ENGLISH, TRANSLATED
from courseware.registry import CHAPTERS

FOLDER = Path(__file__).parent
MESSAGES, QUIZ, STATEMENT = "messages", "quiz", "statement"
CHECKS, STATEMENTS, FEEDBACK = "checks", "statements", "feedback"
WIDTH = 100

HEAD = """\
# {language}: {name}
# CONTRIBUTING.md says how to translate; `python -m courseware.languages check` reads this over.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


@dataclass(frozen=True)
class Entry:
    """A phrase: where it stands, and what translators are told of it."""

    phrase: str
    places: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Translation:
    """A phrase with its meaning, empty where there is none; `remarks` are the translator's."""

    phrase: str
    meaning: str
    fuzzy: bool = False
    remarks: tuple[str, ...] = field(default=())


def path_of(language: str, name: str, folder: Path = FOLDER) -> Path:
    """The file of a catalogue such as `checks` or `c01_number_formats/quiz`."""
    return folder / language.replace("-", "_") / f"{name}.po"


def read_catalogue(path: Path) -> list[Translation]:
    """All phrases of a file; none where there is none. Raises ValueError for what is no .po."""
    try:
        content = _content(path)
        catalogue = read_po(io.BytesIO(content), abort_invalid=True) if content else Catalog()
    except Exception as error:  # babel's own, and what an encoding raises
        raise ValueError(f"{path}: {error}") from error
    return [
        Translation(str(one.id), str(one.string or ""), one.fuzzy, tuple(one.user_comments))
        for one in catalogue
        if one.id
    ]


SEALED = ".z"
"""Behind the name of a file that is packed: `course bundle` seals what exercises ask for."""


def _content(path: Path) -> bytes:
    if path.is_file():
        return path.read_bytes()
    packed = path.with_name(path.name + SEALED)
    return zlib.decompress(packed.read_bytes()) if packed.is_file() else b""


def meanings(language: str, names: Iterable[str], folder: Path = FOLDER) -> dict[str, str]:
    """Phrase → meaning, from several catalogues; of what is sure, and translated."""
    return {
        one.phrase: one.meaning
        for name in names
        for one in read_catalogue(path_of(language, name, folder))
        if one.meaning and not one.fuzzy
    }


def merged(
    language: str, name: str, entries: Iterable[Entry], old: bytes, known: Mapping[str, str]
) -> bytes:
    """A file with these entries and the meanings that an old one has.

    A phrase that has changed keeps its meaning, marked fuzzy; one that is gone goes to the end,
    behind `#~`. What other files know (`known`) is taken from there.
    """
    fresh = Catalog()
    for one in entries:
        fresh.add(
            one.phrase, locations=[(place, 0) for place in one.places], auto_comments=one.notes
        )
    kept = read_po(io.BytesIO(old)) if old else Catalog()
    kept.update(fresh, update_creation_date=False)
    for message in kept:
        if message.id and (not message.string or message.fuzzy) and known.get(str(message.id)):
            message.string = known[str(message.id)]
            message.flags.discard("fuzzy")
    head = HEAD.format(language=language.replace("-", "_"), name=name)
    return head.encode() + _written(kept)


NOT_THE_TERM = "not the term"


def filled(old: bytes, meanings: Mapping[str, str | Mapping[str, str]]) -> bytes:
    """A file with meanings put in; one may come as `{"meaning": …, "not the term": …}`.

    Raises: ValueError for a phrase that the file has not.
    """
    catalogue = read_po(io.BytesIO(old))
    for phrase, given in meanings.items():
        message = catalogue.get(phrase)
        if message is None:
            raise ValueError(f"meanings: expected phrases of the file, got {phrase!r}")
        given = {"meaning": given} if isinstance(given, str) else given
        message.string = given["meaning"]
        message.flags.discard("fuzzy")
        if NOT_THE_TERM in given:
            message.user_comments = [f"{NOT_THE_TERM}: {given[NOT_THE_TERM]}"]
    head, blank, _ = old.partition(b"\n\n")
    return head + blank + _written(catalogue)


def _written(catalogue: Catalog) -> bytes:
    for message in catalogue:  # what looks like a format of Python's, and is none
        message.flags -= {"python-format", "python-brace-format"}
    written = io.BytesIO()
    write_po(written, catalogue, width=WIDTH, omit_header=True, include_lineno=False)
    return written.getvalue().strip() + b"\n"


@cache
def phrases_of(language: str, chapter: str) -> Phrases | None:
    """What is needed to say the reports of a chapter (`01_number_formats`); None for English."""
    if language == ENGLISH:
        return None
    names = (CHECKS, f"c{chapter}/{MESSAGES}", f"c{chapter}/{QUIZ}")
    return Phrases(meanings(language, names))


@cache
def phrases_of_all(language: str) -> Phrases | None:
    """What is needed to say what belongs to no chapter; None for English."""
    return None if language == ENGLISH else Phrases(meanings(language, (CHECKS,)))


@cache
def phrases_of_feedback(language: str) -> Phrases | None:
    """What is needed to say the page that a student gets back, without its reports."""
    return Phrases(meanings(language, (FEEDBACK,))) if language in TRANSLATED else None


@cache
def statement_of(language: str, chapter: str) -> Mapping[str, str]:
    """What is needed to say the statement of a chapter; nothing for English."""
    if language not in TRANSLATED:
        return {}
    return meanings(language, (STATEMENTS, f"c{chapter}/{STATEMENT}"))


@cache
def every_statement(language: str) -> Mapping[str, str]:
    """What is needed to say the statement of any chapter."""
    chapters = (chapter.folder for chapter in CHAPTERS if chapter.has_exercise)
    return {
        phrase: meaning
        for chapter in chapters
        for phrase, meaning in statement_of(language, chapter).items()
    }
