"""Real sentences that every student has: the docstrings of NumPy, SciPy and scikit-learn.

Their first lines serve as sentences. A first line and the description that follows it make a task
with a right answer: find the first line that belongs to a description.
"""

import inspect
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module

_UNDERLINE = re.compile(r"[-=~]{3,}")
_DIRECTIVES = ("..", ">>>", ":")
_SHORTEST_FIRST_LINE = 3
_SHORTEST_DESCRIPTION = 10


@dataclass(frozen=True)
class Documented:
    """What the docstring of a function or class says before its first heading.

    Attributes:
        name: with its module, numpy.linalg.solve.
        first_line: what it does, in a sentence.
        description: the paragraphs after the first line, as one line; empty if there are none.
    """

    name: str
    first_line: str
    description: str


def documented(modules: Iterable[str]) -> list[Documented]:
    """The public functions and classes of some modules, in order, that say in words what they do.

    A first line of fewer than three words, or one that an earlier entry has, is left out. So are
    signatures, directives and examples.

    >>> [found] = [entry for entry in documented(["numpy.linalg"]) if entry.name.endswith(".inv")]
    >>> found.first_line
    'Compute the inverse of a matrix.'
    """
    found: dict[str, Documented] = {}
    for module_name in modules:
        module = import_module(module_name)
        for name in sorted(module.__all__):
            member = getattr(module, name)
            paragraphs = _paragraphs(member, name) if callable(member) else []
            if paragraphs and len(paragraphs[0].split()) >= _SHORTEST_FIRST_LINE:
                first, *others = paragraphs
                entry = Documented(f"{module_name}.{name}", first, " ".join(others))
                found.setdefault(first, entry)
    return list(found.values())


def with_descriptions(entries: Iterable[Documented]) -> list[Documented]:
    """The entries whose description has at least ten words."""
    return [entry for entry in entries if len(entry.description.split()) >= _SHORTEST_DESCRIPTION]


def _paragraphs(member: object, name: str) -> list[str]:
    """Paragraphs of prose before the first heading of a docstring, each as one line."""
    text = inspect.cleandoc(getattr(member, "__doc__", None) or "")
    paragraphs = []
    for paragraph in re.split(r"\n\s*\n", text):
        lines = paragraph.strip().splitlines()
        if len(lines) > 1 and _UNDERLINE.fullmatch(lines[1].strip()):
            break
        is_prose = lines and not lines[0].strip().startswith((f"{name}(", *_DIRECTIVES))
        if is_prose and not re.match(r"\w+\(", lines[0].strip()):
            paragraphs.append(" ".join(paragraph.split()))
    return paragraphs
