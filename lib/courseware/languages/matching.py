"""Saying an English text in another language, by the phrases that it is made of.

Checks compose what they say in English, from templates and fields. Nothing of that changes: where
a report is shown, its texts are taken apart again. A text is known as it stands, or by a template
whose fields are said in turn, or is cut in two behind a punctuation mark. Of all ways the one
counts that leaves the fewest English words. What is not known at all stays as it is: names,
figures, code.

The text may hold what a student wrote: whatever it is, the time that this takes is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

Told = Callable[[str], str]
"""A text of ours in another language, or as it is."""

FIELD = re.compile(r"\{\w+\}")
CODE = re.compile(r"`[^`]*`")
WORD = re.compile(r"(?<![\w.\\/=])[A-Za-z][a-z]+(?![\w\\/=(]|\.\w)")
CUT = re.compile(r"(?<=[.?!;:,)])(?= )|(?=; )|(?= \()|(?=, )")
MARKS = ":;,"
WIDE = "。，；：？！、）」』”"
"""Marks of punctuation that bring their own room."""

LONGEST = 1500
"""Characters of a text that is looked into: ours are shorter, a student's may be anything."""
MOST_CUTS = 24
MOST_PLACES = 8
MOST_PARTS = 300
DEEPEST = 8
A_NAME = 0.25


@dataclass(frozen=True)
class Template:
    """A phrase with fields, as the literal pieces around them."""

    pieces: tuple[str, ...]
    fields: tuple[str, ...]
    meaning: str

    @property
    def literal(self) -> int:
        """How much of it is said: the more, the surer is a match."""
        return sum(map(len, self.pieces))

    def matches(self, text: str) -> Iterator[dict[str, str]]:
        """What may stand in the fields: the first ones as short as they can be, or the last ones.

        >>> [*template("{0} {1} more", "").matches("the size is 8 more")]
        [{'{0}': 'the', '{1}': 'size is 8'}, {'{0}': 'the size is', '{1}': '8'}]
        """
        first, *middle, last = self.pieces
        if len(text) < len(first) + len(last) or not (
            text.startswith(first) and text.endswith(last)
        ):
            return
        inner = text[len(first) : len(text) - len(last)]
        ways = [_cut(inner, middle)]
        if middle:
            mirrored = _cut(inner[::-1], [piece[::-1] for piece in reversed(middle)])
            ways.append([value[::-1] for value in reversed(mirrored)])
        for number, found in enumerate(ways):
            if found and all(map(_is_whole, found)) and found not in ways[:number]:
                values = dict(zip(self.fields, found, strict=True))
                if found == [values[name] for name in self.fields]:
                    yield values


def _cut(text: str, pieces: Sequence[str]) -> list[str]:
    """A text cut at pieces, each at the first place behind a whole field; empty where it is not."""
    found, at = [], 0
    for piece in pieces:
        place = text.find(piece, at)
        for _ in range(MOST_PLACES):
            if place >= 0 and not _is_whole(text[at:place]):
                place = text.find(piece, place + 1)
        if place < 0:
            return []
        found.append(text[at:place])
        at = place + len(piece)
    return [*found, text[at:]]


def _is_whole(value: str) -> bool:
    """Whether a field cuts no code and no quotation in two."""
    return value.count("`") % 2 == 0 and value.count("“") == value.count("”")


def template(phrase: str, meaning: str) -> Template:
    """A phrase with numbered fields, and what it means with the same fields.

    >>> [*template("value {0}: {1}", "giá trị {0}: {1}").matches("value 2: nothing")]
    [{'{0}': '2', '{1}': 'nothing'}]
    """
    return Template(tuple(FIELD.split(phrase)), tuple(FIELD.findall(phrase)), meaning)


class Phrases:
    """Phrases of English with their meanings.

    >>> vi = Phrases({"the scale is {0}": "tỉ lệ là {0}", "a number": "một số", "No. ": ""})
    >>> vi.say("the scale is a number")
    'tỉ lệ là một số'
    >>> vi.say("the scale is 0.5; nothing else is known")
    'tỉ lệ là 0.5; nothing else is known'
    """

    def __init__(self, meanings: Mapping[str, str]) -> None:
        known = {key.strip(): value.strip() for key, value in meanings.items() if value.strip()}
        self.exact = {key: value for key, value in known.items() if not FIELD.search(key)}
        fielded = [template(key, value) for key, value in known.items() if FIELD.search(key)]
        self.templates = sorted(fielded, key=lambda one: -one.literal)

    def say(self, text: str) -> str:
        """The text in the other language, as far as it is known."""
        inner = text.strip()
        if not inner or len(inner) > LONGEST or not self.exact:
            return text
        before, _, after = text.partition(inner)
        return before + Search(self).best(inner)[1] + after

    __call__ = say


class Search:
    """One text that is looked for, its parts each once; no deeper and no longer than it may."""

    def __init__(self, phrases: Phrases) -> None:
        self.phrases = phrases
        self.known: dict[str, tuple[float, str]] = {}

    def best(self, text: str, depth: int = 0) -> tuple[float, str]:
        """How many English words are left, and the text."""
        if text in self.phrases.exact:
            return 0, self.phrases.exact[text]
        if text not in self.known:
            best = english_words(text), text
            if depth >= DEEPEST or len(self.known) >= MOST_PARTS:
                return best  # met again less deep, it is looked into
            self.known[text] = best
            for one in self._ways(text, depth + 1):
                if one[0] < best[0]:
                    best = one
                if best[0] == 0:
                    break
            self.known[text] = best
        return self.known[text]

    def _ways(self, text: str, depth: int) -> Iterator[tuple[float, str]]:
        if " " not in text:
            return
        for one in self.phrases.templates:
            for values in one.matches(text):
                yield self._filled(one, values, depth)
        for cut in [found.start() for found in CUT.finditer(text)][:MOST_CUTS]:
            left, right = self._before(text[:cut], depth), self.best(text[cut:].lstrip(), depth)
            room = text[cut] == " " and not left[1].endswith(tuple(WIDE))
            yield left[0] + right[0], left[1] + " " * room + right[1]

    def _before(self, text: str, depth: int) -> tuple[float, str]:
        """What stands before a cut, with the mark at its end or without."""
        found = self.best(text, depth)
        if found[0] and text[-1] in MARKS:
            left, said = self.best(text[:-1], depth)
            found = min(found, (left, said + text[-1]), key=lambda one: one[0])
        return found

    def _filled(self, one: Template, values: Mapping[str, str], depth: int) -> tuple[float, str]:
        said = {name: self._field(value, depth) for name, value in values.items()}
        left = sum(words for words, _ in said.values())
        return left, FIELD.sub(lambda found: said[found[0]][1], one.meaning)

    def _field(self, value: str, depth: int) -> tuple[float, str]:
        """A field with the room around it."""
        inner = value.strip()
        if not inner:
            return 0, value
        before, _, after = value.partition(inner)
        left, text = self.best(inner, depth)
        return left, before + text + after


def english_words(text: str) -> float:
    """How many words of English there are outside of code; one alone may be a name.

    >>> english_words("the scale is `a b`"), english_words("dict"), english_words("int8 (2, 3)")
    (3.0, 0.25, 0.0)
    """
    found = len(WORD.findall(CODE.sub(" ", text)))
    return float(found) if found > 1 else A_NAME * found
