"""Two results at once: whether both came, and which of them is wrong."""

from __future__ import annotations

from typing import Any

from courseware.checks.values import Difference, difference


def pair_of(expected: tuple[Any, Any], got: Any) -> Difference | None:
    """Whether two values came back, whatever they are."""
    if isinstance(got, tuple | list) and len(got) == 2:
        return None
    return difference(expected, got)


def at(position: int, found: Difference | None) -> Difference | None:
    """A difference in one value of several."""
    return Difference(found.kind, f"value {position}: {found.text}") if found else None
