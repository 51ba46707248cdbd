"""Building a task's misconceptions: several ways of one, and all of them in a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import combinations
from typing import Any

from courseware.checks.task import Misconception


def ways(name: str, message: str, *behaviours: Callable[..., Any]) -> tuple[Misconception, ...]:
    """One misconception that shows in several ways."""
    return tuple(Misconception(name, message, behaves) for behaves in behaviours)


def both(
    first: tuple[str, str], second: tuple[str, str], *behaviours: Callable[..., Any]
) -> tuple[Misconception, ...]:
    """Two mistakes in one answer, each as a name and a message: models that make both."""
    return tuple(
        Misconception(*first, behaves, Misconception(*second, behaves)) for behaves in behaviours
    )


Knob = Iterable[tuple[tuple[str, str], Mapping[str, Any]]]
"""A place for mistakes, each with a name, a message, and the settings that it comes to."""


def products(make: Callable[..., Callable[..., Any]], *knobs: Knob) -> tuple[Misconception, ...]:
    """Each two mistakes of different knobs; `make(**settings)` is right but for its settings."""
    return several(
        *(
            both(first, second, make(**one, **other))
            for ones, others in combinations(map(tuple, knobs), 2)
            for first, one in ones
            for second, other in others
            if first[0] != second[0]
        )
    )


def followed_by(
    second: tuple[str, str], change: Callable[..., Any], known: Iterable[Misconception]
) -> tuple[Misconception, ...]:
    """Each known mistake with another one behind it: `change(result, *arguments)`."""

    def behind(behaves: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *arguments: change(behaves(*arguments), *arguments)

    return several(
        *(
            both((one.name, one.message), second, behind(one.behaves))
            for one in known
            if one.behaves is not None and one.also is None and one.name != second[0]
        )
    )


def several(*groups: Iterable[Misconception]) -> tuple[Misconception, ...]:
    """The misconceptions of all groups in one tuple."""
    return tuple(misconception for group in groups for misconception in group)


def except_where(
    when: Callable[..., bool], instead: Any, otherwise: Callable[..., Any]
) -> Callable[..., Any]:
    """`otherwise`, but on the arguments that `when` picks the value or the error `instead`."""

    def behaves(*arguments: Any) -> Any:
        if not when(*arguments):
            return otherwise(*arguments)
        if isinstance(instead, type) and issubclass(instead, Exception):
            raise instead
        return instead

    return behaves


def each_instead(
    when: Callable[..., bool], instead: Iterable[Any], otherwise: Callable[..., Any]
) -> tuple[Callable[..., Any], ...]:
    """`except_where` with each of several values or errors.

    >>> [way(0) for way in each_instead(lambda n: n == 0, (7, -7), abs)]
    [7, -7]
    """
    return tuple(except_where(when, one, otherwise) for one in instead)
