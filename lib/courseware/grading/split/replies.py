"""What workers answer, checked: an `Outcome`, a `CellResult`, facts, or `Malformed`."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from courseware.checks.call import Outcome, TimeLimit
from courseware.grading.split.encoding import MAX_TEXT, Malformed, decode, memory_of, readable, word
from courseware.grading.split.facts import Facts
from courseware.handing_in.canonical import Canonical

MAX_PRINTED = 20_100
"""A little over what an honest worker keeps."""

TOO_LARGE = "the results of this task are too large, taken together"

Message = dict[str, Any]


class Function:
    """The value of a name that stands for something to be called."""


FUNCTION: Final = Function()


@dataclass(frozen=True)
class CellResult:
    """What running a cell came to; `names` maps the names asked for to their values."""

    printed: str = ""
    error: BaseException | None = None
    at: str = ""
    names: Mapping[str, Any] = field(default_factory=dict)


class ResultTooLarge(Exception):
    """What a student is told whose results are more than can be kept."""


@dataclass
class Room:
    """What the replies to the calls of one test cell may take: they are kept until it is judged.

    `memory` is in bytes; `printed` in characters, which cost nothing and are cut off.
    """

    memory: int
    printed: int

    def read_outcome(self, message: Message, data: bytearray, arguments: int) -> Outcome:
        """The outcome of a call, as far as there is room for it."""
        outcome = read_outcome(message, data, arguments)
        printed = outcome.printed[: self.printed]
        self.printed -= len(printed)
        self.memory -= memory_of(message["value"], data)
        if self.memory <= 0:
            return Outcome(error=ResultTooLarge(TOO_LARGE), printed=printed)
        return replace(outcome, printed=printed)


def read_outcome(message: Message, data: bytearray, arguments: int) -> Outcome:
    """The outcome of a call."""
    match message:
        case {
            "value": node,
            "printed": str(printed),
            "error": error,
            "changed": list(changed),
            **rest,
        }:
            raised, at = _error(error)
            return Outcome(
                value=decode(node, data),
                error=raised,
                printed=readable(printed[:MAX_PRINTED]),
                changed=_places(changed, arguments),
                at=at,
                shares=_places(rest.get("shares"), arguments),
            )
    raise Malformed("not the outcome of a call")


def _places(said: Any, arguments: int) -> tuple[int, ...]:
    """Which arguments are meant; what is no place of one is passed over."""
    places = said if type(said) is list else []
    return tuple(sorted({p for p in places if type(p) is int and 0 <= p < arguments}))


def read_cell_result(message: Message, data: bytearray, names: tuple[str, ...]) -> CellResult:
    """The result of a cell."""
    match message:
        case {"printed": str(printed), "error": error, "functions": list(functions), **rest}:
            values = decode(rest.get("values"), data)
            if type(values) is not dict or not values.keys() <= {*names}:
                raise Malformed("not the names that were asked for")
            found = {key: FUNCTION if key in functions else value for key, value in values.items()}
            raised, at = _error(error)
            return CellResult(readable(printed[:MAX_PRINTED]), raised, at, found)
    raise Malformed("not the result of a cell")


def read_facts(message: Message, data: bytearray) -> Facts:
    """The facts of a cell."""
    match message:
        case {"uses": dict(uses), "aliases": dict(aliases)}:
            texts = [*aliases.values()]
            for names in uses.values():
                texts += names if type(names) is list else [None]
            if all(type(text) is str for text in texts):
                return Facts({name: frozenset(used) for name, used in uses.items()}, aliases)
    raise Malformed("not the facts of a cell")


def read_text(message: Message, data: bytearray, cell: str = "") -> Outcome:
    """A source that was rewritten, or why it cannot be."""
    match message:
        case {"text": str(text), "places": [*places], "error": error} if all(
            type(place) is int for place in places
        ):
            return Outcome(Canonical.of(text, cell, places), _error(error)[0])
    raise Malformed("not a text")


def _error(message: Any) -> tuple[BaseException | None, str]:
    match message:
        case None:
            return None, ""
        case {"kind": str(kind), "base": str(base), "text": str(text), "at": str(at)}:
            text, at = readable(text[:MAX_TEXT]), readable(at[:MAX_TEXT])
            if (kind, base) == ("TimeLimit", "BaseException"):
                return TimeLimit(text), at
            return rebuild_error(kind, base, text), at
    raise Malformed("not an error")


def rebuild_error(kind: str, base: str, text: str) -> Exception:
    """An error of a builtin type, or of a type made up here that has the name and a builtin base.

    >>> rebuild_error("KeyError", "KeyError", "x"), rebuild_error("Oops", "ValueError", "no")
    (KeyError('x'), Oops('no'))
    >>> isinstance(rebuild_error("SystemExit", "SystemExit", "0"), SystemExit)
    False
    """
    kind, builtin = word(kind), getattr(builtins, base, None)
    if not (isinstance(builtin, type) and issubclass(builtin, Exception)):
        builtin = Exception
    for parent in builtin.__mro__:
        # Some builtin errors take other arguments than a text.
        try:
            made = parent if parent.__name__ == kind else type(kind, (parent,), {})
            error = made(text)
        except TypeError:
            continue
        if isinstance(error, Exception):
            return error
    raise AssertionError("an Exception can be made of any text")
