"""What a term means, where it stands on the site: by the mouse, by the keyboard, by a tap.

On a page of a lecture or an exercise the first mention of each term of the glossary leads to its
row there and shows its definition before; so does each row of a lecture's vocabulary.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from docutils import nodes

from courseware.publishing.definitions import DEFINITIONS
from courseware.publishing.glossary import VOCABULARY, Term, sections_of, terms_of
from courseware.publishing.static_form import anchor
from courseware.registry import CHAPTERS

GLOSSARY = "docs/glossary"
CHAPTER_PAGE = re.compile(r"(?:lectures|exercises/\w+)/(\d\d)_")
"""In English, which the terms are found by."""

EVERYDAY = {
    *("budget", "carry", "code", "control", "fraction", "group", "index", "kernel", "schedule"),
    *("sign", "step", "student", "switch", "teacher", "unit"),
}
"""Words that mean something else as well: terms only in chapters whose own vocabulary has them."""

OTHER_MEANINGS = (
    *("ends of the scale", "on any scale", "bit for bit", "with a weight", "controls"),
    *("a kernel runs", "value", "values"),
)
"""Phrases in which the words of a term are no term."""

NO_TERMS_IN = (VOCABULARY, "Further reading")
"""Sections with titles of papers, and with the terms themselves, which are marked row by row."""

NO_PROSE = (
    *(nodes.title, nodes.reference, nodes.literal, nodes.literal_block, nodes.FixedTextElement),
    *(nodes.caption, nodes.image, nodes.raw),
)
"""Parts of a page in which no term is marked."""


@dataclass(frozen=True)
class Known:
    """The terms that a page may use, by names and by words, and what finds them in a text."""

    by_name: Mapping[str, Term]
    by_word: Mapping[str, Term]
    pattern: re.Pattern[str]


def known_terms(vocabularies: Mapping[int, Sequence[Term]], chapter: int) -> Known:
    """The terms of a chapter and of those before it; of two that share a word, the later one.

    >>> early = [Term("bias (of an exponent)", "", ""), Term("code", "", ""), Term("bit", "", "")]
    >>> known = known_terms({1: early, 2: [Term("clamp, clip", "", "")]}, 2)
    >>> [*known.by_word], known.pattern.findall("Bits, clipped: clip them bit for bit.")
    (['bit', 'clamp', 'clip'], ['Bit', 'clip', ''])
    """
    so_far = {number: terms for number, terms in vocabularies.items() if number <= chapter}
    by_word = {
        word: term
        for number in sorted(so_far)
        for term in so_far[number]
        for word in term.words
        if number == chapter or not (word in EVERYDAY or "(of " in term.name)
    }
    longest_first = sorted(by_word, key=lambda word: (-len(word), word))
    others, words = _either(OTHER_MEANINGS), _either(longest_first)
    pattern = re.compile(rf"(?<![\w-])(?:{others}|({words})s?)(?![\w-])", re.IGNORECASE)
    return Known({term.name: term for terms in so_far.values() for term in terms}, by_word, pattern)


def _either(phrases: Sequence[str]) -> str:
    return "|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in phrases)


def place_in_glossary(term: Term) -> str:
    """The id of a term's row.

    >>> place_in_glossary(Term("bias (of an exponent)", "", ""))
    'term-bias-of-an-exponent'
    """
    return f"term-{anchor(term.name)}"


def setup(app: Any) -> None:
    """Sphinx's way to say what happens to each page."""
    vocabularies: dict[int, list[Term]] = {}

    def begun(app: Any) -> None:
        for chapter in CHAPTERS:
            vocabularies[chapter.number] = terms_of(sections_of(chapter, Path(app.srcdir)))

    def resolved(app: Any, page: nodes.document, name: str) -> None:
        if name == GLOSSARY:
            name_rows(page)
        elif chapter := CHAPTER_PAGE.match(name):
            address = app.builder.get_relative_uri(name, GLOSSARY)
            mark(page, known_terms(vocabularies, int(chapter[1])), address)

    app.connect("builder-inited", begun)
    app.connect("doctree-resolved", resolved)


def name_rows(page: nodes.document) -> None:
    """Give each row of the glossary the id of its term."""
    for row in page.findall(nodes.row):
        if isinstance(row.parent, nodes.tbody):
            term = Term(_straight(row.children[0].astext()), "", "")
            row["ids"].append(place_in_glossary(term))


def mark(page: nodes.document, known: Known, glossary: str) -> None:
    """Mark the first mention of each term, and each row of the vocabulary; `glossary` leads on."""
    seen: set[str] = set()
    for text in list(page.findall(nodes.Text)):
        above = list(_above(text))
        if any(isinstance(one, NO_PROSE) for one in above) or _in_formula(text):
            continue
        if _is_row(text, above):
            term = known.by_name[Term(_straight(text.parent.astext()), "", "").name]
            before, after = _around(term, f"row-{place_in_glossary(term)}", glossary)
            text.parent.replace(text, [before, nodes.Text(text), after])
        elif _section(above) not in NO_TERMS_IN:
            _mark_first(text, known, glossary, seen)


def _in_formula(text: nodes.Text) -> bool:
    """Whether a text stands between tags of MathML, as the name of a function does."""
    before = takewhile(lambda one: one is not text, text.parent.children)
    tags = "".join(one.astext() for one in before if isinstance(one, nodes.raw))
    return tags.count("<math") > tags.count("</math")


def _mark_first(text: nodes.Text, known: Known, glossary: str, seen: set[str]) -> None:
    """Mark the terms of a text that were not seen yet."""
    parts: list[nodes.Node] = []
    end = 0
    for found in known.pattern.finditer(_straight(text)):
        term = known.by_word.get(" ".join((found[1] or "").lower().split()))
        if term is not None and term.name not in seen:
            seen.add(term.name)
            before, after = _around(term, f"first-{place_in_glossary(term)}", glossary)
            word = nodes.Text(text[found.start() : found.end()])
            parts += [nodes.Text(text[end : found.start()]), before, word, after]
            end = found.end()
    if parts:
        text.parent.replace(text, [*parts, nodes.Text(text[end:])])


def _straight(text: str) -> str:
    """A text with the apostrophes that the vocabulary has; Sphinx sets others."""
    return text.replace("’", "'")


def _around(term: Term, name: str, glossary: str) -> tuple[nodes.raw, nodes.raw]:
    """What stands before and behind the words of a term."""
    address = html.escape(f"{glossary}#{place_in_glossary(term)}")
    before = f'<span class="term"><a href="{address}" aria-describedby="{name}">'
    means = html.escape(DEFINITIONS[term.name])
    after = (
        f'</a><span class="means" role="tooltip" id="{name}">{means} '
        f'<span lang="zh-TW">{html.escape(term.chinese)}</span> · '
        f'<span lang="vi">{html.escape(term.vietnamese)}</span></span></span>'
    )
    return nodes.raw("", before, format="html"), nodes.raw("", after, format="html")


def _above(node: nodes.Node) -> Iterator[nodes.Node]:
    while (node := node.parent) is not None:
        yield node


def _section(above: Sequence[nodes.Node]) -> str:
    """The heading under which something stands."""
    section = next((one for one in above if isinstance(one, nodes.section)), None)
    return "" if section is None else section.children[0].astext()


def _is_row(text: nodes.Text, above: Sequence[nodes.Node]) -> bool:
    """Whether a text begins a row of the table under *Vocabulary*."""
    entry = next((one for one in above if isinstance(one, nodes.entry)), None)
    return (
        entry is not None
        and _section(above) == VOCABULARY
        and not isinstance(entry.parent.parent, nodes.thead)
        and entry.parent.index(entry) == 0
        and next(iter(entry.findall(nodes.Text))) is text
    )
