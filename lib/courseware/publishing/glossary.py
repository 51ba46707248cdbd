"""docs/glossary.md: the vocabulary tables of all lectures as one page, each term with its place.

python -m courseware.publishing glossary > docs/glossary.md
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from courseware.publishing.definitions import DEFINITIONS
from courseware.publishing.static_form import anchor
from courseware.registry import CHAPTERS, Chapter

BEGINNING = """\
# Glossary

What the lectures call things in English, 繁體中文 and Tiếng Việt, by the English word, and what it
means in a sentence. The last column leads to the section of a lecture where a term is explained.
The words are those of the vocabulary at the end of the lectures.

| English | 繁體中文 | Tiếng Việt | means | explained in |
|---|---|---|---|---|
"""
VOCABULARY = "Vocabulary"
NOT_EXPLAINING = ("What", VOCABULARY, "Further reading", "Common mistakes", "Next")
"""Headings that begin so are no place where a term is explained."""

PLACES = {
    "break-even point": "Where it breaks even",
    "carry": "One adder for both",
    "confidence interval": "Measured now",
    "cross-entropy": "A fair comparison",
    "control arm": "What exactly helps?",
    "dark knowledge": "What the wrong answers know",
    "data type": "A pattern has no value of its own",
    "dequantization": "Scale",
    "early-bird ticket": "How early can a ticket be seen",
    "hessian": "Errors that make up for each other",
    "inference": "Faster?",
    "iterative magnitude pruning": "Seven steps",
    "label smoothing": "What exactly helps?",
    "latency": "Sparse is not fast",
    "layer density": "The shuffled mask",
    "lottery ticket hypothesis": "Seven steps",
    "most significant bit": "Two's complement",
    "multiply-accumulate operation": "Weights are not MACs",
    "post-training quantization": "Finished networks",
    "quantization-aware training": "Training with the rounding in the loop",
    "residual connection": "A sum couples more layers",
    "semi-structured sparsity": "Two of four",
    "shared exponent": "Floats of four bits",
    "staircase function": "A gradient for a staircase",
    "transfer set": "Which images, and how many?",
    "unstructured pruning": "The mask is the connection",
    "wrap around": "Why the clamp comes before the cast",
}
"""Sections that explain a term without its very words, of the lecture that first has the term."""


@dataclass(frozen=True)
class Term:
    """A row of a vocabulary table."""

    english: str
    chinese: str
    vietnamese: str

    @property
    def name(self) -> str:
        """By which it is sorted and compared: without an explanation in parentheses.

        >>> Term("nibble (half a byte)", "", "").name, Term("bias (of an exponent)", "", "").name
        ('nibble', 'bias (of an exponent)')
        """
        return re.sub(r"\s*\((?!of )[^)]*\)", "", self.english).strip().lower()

    @property
    def words(self) -> list[str]:
        """What to look for in a text.

        >>> Term("clamp, clip", "", "").words, Term("KL divergence (of two)", "", "").words
        (['clamp', 'clip'], ['kl divergence'])
        """
        bare = re.sub(r"\s*\([^)]*\)", "", self.english).strip().lower()
        return [word.removeprefix("to ") for word in bare.split(", ")]


@dataclass(frozen=True)
class Section:
    """A heading of a lecture, and the text below it."""

    chapter: Chapter
    heading: str
    text: str


def glossary(course: Path) -> str:
    """The page.

    Raises: ValueError if two lectures translate a term differently.
    """
    found: dict[str, tuple[Term, Section]] = {}
    for chapter in CHAPTERS:
        sections = sections_of(chapter, course)
        for term in terms_of(sections):
            earlier = found.setdefault(term.name, (term, place_of(term, sections)))[0]
            if (earlier.chinese, earlier.vietnamese) != (term.chinese, term.vietnamese):
                raise ValueError(
                    f"vocabulary of {chapter.folder}: expected {earlier.chinese} and "
                    f"{earlier.vietnamese} for {term.english!r}, as in an earlier lecture, got "
                    f"{term.chinese} and {term.vietnamese}"
                )
    rows = [_row(*found[name]) for name in sorted(found)]
    return BEGINNING + "\n".join(rows) + "\n"


def sections_of(chapter: Chapter, course: Path) -> list[Section]:
    """The sections of a lecture, in order; what stands before the first heading is left out."""
    path = course / "lectures" / f"{chapter.folder}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sections: list[Section] = []
    for cell in cells:
        source = "".join(cell["source"])
        parts = [source]
        if cell["cell_type"] == "markdown":
            parts = re.split(r"^(?=#{1,4} )", source, flags=re.MULTILINE)
        for part in parts:
            head, _, text = part.partition("\n")
            if head.startswith("#") and cell["cell_type"] == "markdown":
                sections.append(Section(chapter, head.lstrip("# ").strip(), text))
            elif sections:
                last = sections.pop()
                sections.append(Section(chapter, last.heading, f"{last.text}\n{part}"))
    return sections


def terms_of(sections: Sequence[Section]) -> list[Term]:
    """The rows of the vocabulary of a lecture; none where it has none."""
    tables = [section.text for section in sections if section.heading == VOCABULARY]
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", "\n".join(tables), re.MULTILINE)
    return [Term(*row) for row in rows if row[0] != "English"]


def place_of(term: Term, sections: Sequence[Section]) -> Section:
    """Where the lecture explains a term.

    The one of `PLACES`, else the section that has it in bold, else in its heading, else in its text
    or what its cells say, else one that has all of its words; if none has, the vocabulary itself.
    """
    for section in sections:
        if section.heading == PLACES.get(term.name):
            return section
    able = [one for one in sections if not one.heading.startswith(NOT_EXPLAINING)]
    able = [one for one in able if not one.heading[:1].isdigit()]  # a title
    for look in (_bold, _heading, _text):
        for word in term.words:
            for section in able:
                if _has(word, look(section)):
                    return section
    for word in term.words:
        for section in able:
            if all(_has(part, _text(section)) for part in re.split(r"[ -]", word)):
                return section
    return next(section for section in sections if section.heading == VOCABULARY)


def _bold(section: Section) -> str:
    return " ".join(re.findall(r"\*\*?(.+?)\*\*?", section.text))


def _heading(section: Section) -> str:
    return section.heading


def _text(section: Section) -> str:
    return f"{section.heading} {section.text}"


def _has(word: str, text: str) -> bool:
    """Whether a word stands in a text, in whatever form: *rewinding* as *rewind*, too."""
    stem = re.sub(r"(?<=....)(ing|ion|isation|s)$", "", word)
    pattern = r"[\s-]+".join(map(re.escape, re.split(r"[\s-]+", stem)))
    return re.search(rf"\b{pattern}", text, re.IGNORECASE) is not None


def _row(term: Term, place: Section) -> str:
    number, address = f"{place.chapter.number:02}", f"../lectures/{place.chapter.folder}.ipynb"
    link = f"[{number} · {place.heading}]({address}#{anchor(place.heading)})"
    means = DEFINITIONS.get(term.name, "–")
    return f"| {term.english} | {term.chinese} | {term.vietnamese} | {means} | {link} |"
