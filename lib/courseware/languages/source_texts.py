"""What checks say to students, read from their source.

Every string of two words or more is taken for a message, and every f-string: its fields become
numbered ones, and where a field is one of two words, both texts are. By rule no messages are:
docstrings, errors that are raised, regular expressions, markup, lines of code. Names of checks and
what is handed to `told` are messages whatever they are.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

WHOLE = {"Check", "told"}
"""Calls whose first argument is a message, even if it is a single word."""

LATER = {"Option": 1, "compile": 1, "fullmatch": 1, "search": 1, "match": 1, "sub": 1}
"""Calls whose first arguments are none: what an option says is in the statement."""

QUOTED = {"Unreadable"}
"""Errors whose text stands in a note to a student."""

KEYWORDS = {"text", "name", "lecture", "lectures"}
"""Arguments that are none."""

NO_MESSAGE = re.compile(
    r"\\|\(\?|\w\|\w|^<|style=|--jp-|\n|^\s*(def|return|raise|import) |^white-space|^text-align"
)
"""Regular expressions, markup, styles, code."""

FIELD = re.compile(r"\{\w+\}")
CODE = re.compile(r"`[^`]*`")


@dataclass(frozen=True)
class Message:
    """A text with numbered fields; `fields` says for translators what stands in them."""

    text: str
    fields: tuple[str, ...] = ()


def messages(source: str, left_out: Iterable[str] = ()) -> list[Message]:
    """The messages in a source, each once, in their order.

    >>> [one.text for one in messages("f(f'{n} unit{\\"s\\" if n else \\"\\"} of {m:.2f}')")]
    ['{0} units of {1}', '{0} unit of {1}']
    """
    reader = _Reader()
    reader.visit(ast.parse(source))
    left_out = set(left_out)
    by_text = {one.text: one for one in reversed(reader.found) if one.text not in left_out}
    return list(reversed(by_text.values()))


def is_message(text: str) -> bool:
    """Whether a string is something to read.

    >>> is_message("the result is {0}"), is_message("{0}.weight"), is_message("wrong-value")
    (True, False, False)
    """
    said = CODE.sub(" ", FIELD.sub(" ", text))
    words = re.findall(r"[A-Za-z]{2,}", said)
    return " " in text.strip() and bool(words) and not NO_MESSAGE.search(text)


class _Reader(ast.NodeVisitor):
    def __init__(self) -> None:
        self.found: list[Message] = []

    def visit_Raise(self, node: ast.Raise) -> None:
        """Errors of ours are no reports, but for those that a note quotes."""
        if isinstance(node.exc, ast.Call) and getattr(node.exc.func, "id", "") in QUOTED:
            self.visit(node.exc)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        self.visit(node.func)
        for place, argument in enumerate(node.args):
            if name in WHOLE and place == 0:
                self._take(argument, whole=True)
            elif place >= LATER.get(name, 0):
                self.visit(argument)
        for keyword in node.keywords:
            if keyword.arg not in KEYWORDS:
                self.visit(keyword.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        self._take(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._take(node)

    def _take(self, node: ast.expr, whole: bool = False) -> None:
        for one in texts_of(node):
            if is_message(one.text) or (whole and re.search("[A-Za-z]", one.text)):
                self.found.append(Message(one.text.strip(), one.fields))
        if isinstance(node, ast.JoinedStr):
            for part in node.values:
                if isinstance(part, ast.FormattedValue) and _choice(part) is None:
                    self.visit(part.value)
        elif not isinstance(node, ast.Constant):
            self.visit(node)


def texts_of(node: ast.expr) -> Iterator[Message]:
    """A literal, or all texts that an f-string may be, with fields for what is computed."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield Message(node.value)
    elif isinstance(node, ast.JoinedStr):
        ways: list[tuple[str, tuple[str, ...]]] = [("", ())]
        for part in node.values:
            ways = [_joined(text, fields, piece) for text, fields in ways for piece in _parts(part)]
        for text, fields in ways:
            yield Message(text, fields)


def _parts(part: ast.expr) -> tuple[str | ast.FormattedValue, ...]:
    if isinstance(part, ast.Constant):
        return (str(part.value),)
    assert isinstance(part, ast.FormattedValue)
    return _choice(part) or (part,)


def _choice(part: ast.FormattedValue) -> tuple[str, ...] | None:
    """Both texts of a field that is one of two."""
    value = part.value
    if not isinstance(value, ast.IfExp):
        return None
    ends = [value.body, value.orelse]
    if not all(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in ends):
        return None
    return tuple(str(one.value) for one in ends if isinstance(one, ast.Constant))


def _joined(
    text: str, fields: tuple[str, ...], piece: str | ast.FormattedValue
) -> tuple[str, tuple[str, ...]]:
    if isinstance(piece, str):
        return text + piece, fields
    return f"{text}{{{len(fields)}}}", (*fields, ast.unparse(piece.value))
