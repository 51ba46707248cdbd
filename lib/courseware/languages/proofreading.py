"""Reading translations over: what is the same in both languages, and the words of the glossary.

A translator answers for what is right all the same in a remark above the entry, in the .po itself:
`# not the term: code, scale` where the English word does not mean what the glossary explains.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from courseware.languages.catalogues import Translation
from courseware.languages.matching import CODE, FIELD, english_words
from courseware.languages.statements import FORMULA, TAG, has_words

GLOSSARY = Path(__file__).parents[3] / "docs" / "glossary.md"
COLUMNS = {"zh-TW": 1, "vi": 2}
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
WRITTEN_OUT = re.compile(r"has not: \d$")
"""A digit where English has a word: “two”, “one”."""
LINK = re.compile(r"\]\(([^)]*)\)")
REMARK = re.compile(r"not the terms?: (.+)")
EVERYDAY = {"carry", "control", "english", "gap", "index", "query", "static", "step", "switch"}
"""Words that mostly mean something else than the glossary's term."""

SPANS = {
    "field": FIELD,
    "code": CODE,
    "formula": FORMULA,
    "tag": TAG,
    "address of a link": LINK,
}
"""What is copied as it stands."""


@dataclass(frozen=True)
class Term:
    """An English term with what may stand for it."""

    english: re.Pattern[str]
    name: str
    meanings: tuple[str, ...]


def faults(one: Translation, language: str) -> Iterator[str]:
    """What is wrong with a translation, or to be answered for; an empty one has no faults."""
    if one.fuzzy:
        yield "is fuzzy: the English has changed; mend the meaning, and take `#, fuzzy` away"
    if not one.meaning or one.fuzzy:
        return
    for what, pattern in SPANS.items():
        yield from _differences(what, pattern.findall(one.phrase), pattern.findall(one.meaning))
    numbers = [NUMBER.findall(_plain(text)) for text in (one.phrase, one.meaning)]
    for fault in _differences("number", *numbers):
        if not WRITTEN_OUT.search(fault):
            yield fault
    if one.meaning == one.phrase and has_words(one.phrase) and english_words(one.phrase) >= 2:
        yield "is not translated"
    yield from _terms(one, language)


def _differences(what: str, wanted: list[str], came: list[str]) -> Iterator[str]:
    missing, added = Counter(wanted) - Counter(came), Counter(came) - Counter(wanted)
    yield from (f"lacks the {what} {one}" for one in missing.elements())
    yield from (f"has a {what} that the English has not: {one}" for one in added.elements())


def _plain(text: str) -> str:
    """A text without what is copied."""
    for pattern in SPANS.values():
        text = pattern.sub(" ", text)
    return text


def _terms(one: Translation, language: str) -> Iterator[str]:
    """Terms of the glossary that are translated otherwise; of those within others, the longest."""
    answered = {
        term.strip()
        for remark in one.remarks
        if (found := REMARK.match(remark.strip()))
        for term in found[1].split(",")
    }
    text, meaning = _plain(one.phrase), one.meaning.lower()
    for term in terms(language):
        if not term.english.search(text):
            continue
        text = term.english.sub(" ", text)
        said = any(word.lower() in meaning for word in term.meanings)
        if not said and term.name not in answered:
            yield f"says “{term.name}” otherwise than the glossary: {' or '.join(term.meanings)}"


@cache
def terms(language: str, path: Path = GLOSSARY) -> tuple[Term, ...]:
    """The glossary's terms, the longest first; one that has several meanings allows each."""
    found: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if (
            line.startswith("|")
            and len(cells) > COLUMNS[language]
            and not cells[0].startswith("--")
        ):
            for english, meaning in _pairs(cells[0], cells[COLUMNS[language]]):
                found.setdefault(english, []).append(meaning)
    return tuple(
        Term(_pattern(name), name, tuple(dict.fromkeys(meanings)))
        for name, meanings in sorted(found.items(), key=lambda item: -len(item[0]))
        if name not in EVERYDAY
    )


def _pairs(english: str, meaning: str) -> Iterable[tuple[str, str]]:
    """One row's terms: “a, b” with “x、y” are two; what stands in brackets is no part of them."""
    names, meanings = re.split(r",\s*", english), re.split(r"[,、]\s*", meaning)
    if len(names) != len(meanings):
        names, meanings = names, [" ".join(meanings)] * len(names)
    for name, said in zip(names, meanings, strict=True):
        for bare in {said, re.sub(r"[（(].*?[)）]", "", said).strip()}:
            yield re.sub(r"\s*\(.*?\)", "", name).strip().lower(), bare


def _pattern(name: str) -> re.Pattern[str]:
    """The term as a word, also in the plural."""
    return re.compile(rf"\b{re.escape(name)}(?:s|es)?\b", re.IGNORECASE)
