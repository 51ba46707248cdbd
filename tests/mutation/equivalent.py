"""Mutants that are right, each with its reason: the data of `equivalent.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

from tests.mutation.mutants import Mutant

FILE = Path(__file__).with_name("equivalent.toml")

Key = tuple[str, str, str, str]


def listed(text: str | None = None) -> dict[Key, str]:
    """The reason of every mutant that is listed, by the mutant's key.

    >>> listed('''
    ... [[double]]
    ... why = "the order of a sum"
    ... line = "return x + y"
    ... operands_swapped = ["return y + x"]
    ... ''')
    {('double', 'operands_swapped', 'return x + y', 'return y + x'): 'the order of a sum'}
    """
    tables = tomllib.loads(FILE.read_text(encoding="utf-8") if text is None else text)
    reasons: dict[Key, str] = {}
    for task, entries in tables.items():
        for entry in entries:
            why, line = entry.pop("why"), entry.pop("line")
            for operator, results in entry.items():
                for result in results:
                    key = task, operator, line, result
                    if key in reasons:
                        raise ValueError(f"equivalent.toml must name a mutant once, got {key}")
                    reasons[key] = why
    return reasons


def stale(reasons: Iterable[Key], mutants: Iterable[Mutant]) -> list[Key]:
    """The listed mutants of these tasks that no operator makes any more."""
    made = {mutant.key for mutant in mutants}
    tasks = {task for task, *_ in made}
    return [key for key in reasons if key[0] in tasks and key not in made]
