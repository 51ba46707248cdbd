"""Which hand-ins are alike, by the shape of their code.

Of each answer the syntax tree counts, without comments, annotations and the student's own names. It
is read as a row of nodes; every run of `RUN` of them is hashed, and of `WINDOW` hashes in a row the
lowest stays (winnowing: Schleimer, Wilkerson & Aiken 2003): what two answers share in one piece of
`RUN + WINDOW - 1` nodes leaves a print in both. Prints that most of a class leave say nothing and
are taken out, and so are those of the notebook as it was handed out.

This is no verdict. Short tasks have few ways to be solved, and a class that learned together writes
alike.
"""

from __future__ import annotations

import ast
import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from courseware.handing_in.canonical import canonical

RUN, WINDOW = 12, 4
COMMON = 0.3
"""Share of a class: prints that more of it leave are common."""
AT_LEAST_COMMON = 3
ENOUGH = 16
"""Prints that one task alone must share: a short one has few ways to be solved."""
MAX_SOURCE = 20_000
"""Characters of an answer; longer ones are not compared."""

Prints = frozenset[int]


@dataclass(frozen=True)
class Work:
    """One hand-in, or a reference: by task the source and its prints."""

    name: str
    sources: Mapping[str, str]
    prints: Mapping[str, Prints]
    reference: bool = False


@dataclass(frozen=True)
class Pair:
    """Two that are alike.

    Attributes:
        shared: prints that both leave, of those that are not common.
        share: of the prints of the one that has fewer.
        tasks: where they share half and more, the likest first, each with its share.
    """

    first: Work
    second: Work
    shared: int
    share: float
    tasks: tuple[tuple[str, float], ...]


def prints_of(source: str) -> list[int]:
    """The prints of an answer; none where it is no Python, or too long.

    >>> prints_of("def f(x):\\n    return x") == prints_of("def g(yy):  # mine\\n    return yy")
    True
    >>> prints_of("def f(:")
    []
    """
    if len(source) > MAX_SOURCE:
        return []
    try:
        tree = ast.parse(canonical(source))
        nodes = list(_row(tree))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    runs = [nodes[i : i + RUN] for i in range(max(1, len(nodes) - RUN + 1))]
    hashes = [_hash(" ".join(run)) for run in runs]
    windows = (hashes[i : i + WINDOW] for i in range(max(1, len(hashes) - WINDOW + 1)))
    return sorted({min(window) for window in windows})


def compare(
    works: Sequence[Work], given: Prints = frozenset(), least: float = 0.6, few: int = 8
) -> list[Pair]:
    """Pairs that share `least` of what is not common, and `few` prints; the likest first.

    What they share must lie in two tasks, or be `ENOUGH`.
    """
    rare = _rare(works, given)
    pairs = []
    for one, other in itertools.combinations(works, 2):
        if one.reference and other.reference:
            continue
        mine, theirs = rare[one.name], rare[other.name]
        shared = mine & theirs
        smaller = min(len(mine), len(theirs))
        if len(shared) >= few and len(shared) >= least * smaller:
            tasks = tuple(_alike_tasks(one, other, rare))
            if len(tasks) < 2 and len(shared) < ENOUGH:
                continue
            pairs.append(Pair(one, other, len(shared), len(shared) / smaller, tasks))
    return sorted(pairs, key=lambda p: (-p.share, -p.shared, p.first.name, p.second.name))


def groups(pairs: Iterable[Pair]) -> list[list[str]]:
    """Three students and more of whom each is like each, the largest group first.

    Who is like one of them only does not belong to it: a class would hang together by chains.

    >>> ann, bob, eve, joe = (Work(name, {}, {}) for name in ("ann", "bob", "eve", "joe"))
    >>> chain = [Pair(ann, bob, 9, 1, ()), Pair(bob, eve, 9, 1, ())]
    >>> groups(chain), groups([*chain, Pair(ann, eve, 9, 1, ()), Pair(eve, joe, 9, 1, ())])
    ([], [['ann', 'bob', 'eve']])
    """
    of: dict[str, frozenset[str]] = {}
    alike = [
        frozenset({pair.first.name, pair.second.name})
        for pair in pairs
        if not (pair.first.reference or pair.second.reference)
    ]
    known = {*alike}
    for pair in alike:
        first, second = (of.get(name, frozenset({name})) for name in sorted(pair))
        if first != second and all(frozenset({a, b}) in known for a in first for b in second):
            of |= dict.fromkeys(first | second, first | second)
    found = {tuple(sorted(group)) for group in of.values() if len(group) > 2}
    return [list(group) for group in sorted(found, key=lambda group: (-len(group), group))]


def _rare(works: Sequence[Work], given: Prints) -> dict[str, Prints]:
    students = [work for work in works if not work.reference]
    counts = Counter(one for work in students for one in _all(work))
    most = max(AT_LEAST_COMMON, COMMON * len(students))
    common = {one for one, count in counts.items() if count > most} | given
    return {work.name: _all(work) - common for work in works}


def _all(work: Work) -> Prints:
    return frozenset().union(*work.prints.values())


def _alike_tasks(one: Work, other: Work, rare: Mapping[str, Prints]) -> Iterator[tuple[str, float]]:
    found = []
    for task in one.prints.keys() & other.prints.keys():
        mine, theirs = (work.prints[task] & rare[work.name] for work in (one, other))
        smaller = min(len(mine), len(theirs))
        if smaller and (share := len(mine & theirs) / smaller) >= 0.5:
            found.append((task, share))
    yield from sorted(found, key=lambda pair: (-pair[1], pair[0]))


def _row(tree: ast.AST) -> Iterator[str]:
    """The nodes of a tree, from the top down: kinds, operators, constants, names of others."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield type(node).__name__
        if isinstance(node, ast.Name) and not re.fullmatch(r"v\d+", node.id):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant):
            yield repr(node.value)[:80]
        waiting += [one for one in ast.iter_child_nodes(node) if not _says_nothing(one)][::-1]


def _says_nothing(node: ast.AST) -> bool:
    return isinstance(node, ast.expr_context)


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=6).digest())
