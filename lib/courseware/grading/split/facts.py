"""What a notebook's functions refer to, read from their sources without running them.

`courseware.checks.off_limits` asks a function which names it uses. A stand-in has no code to look
into, so the sources of the solution cells are read: in a fresh worker, before it has run a line of
the student's, because sources exist that bring a compiler down.
"""

from __future__ import annotations

import ast
import dis
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from courseware.checks.off_limits import dotted_names
from courseware.handing_in.runnable import runnable


@dataclass
class Facts:
    """Of all cells so far: what each top-level name was made with, and what imports are called."""

    uses: dict[str, frozenset[str]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)

    def add(self, cell: Facts) -> None:
        """Add what a further cell says; its definitions replace earlier ones."""
        self.uses |= cell.uses
        self.aliases |= cell.aliases

    def called(self, name: str) -> set[str]:
        """The global names that a function refers to, as they are spelled."""
        return set(self.uses.get(name, ()))

    def used(self, name: str) -> set[str]:
        """What a function and the student's helpers it leads to use, with aliases resolved.

        >>> facts = read_cell("import torch.nn.functional as F\\nsoft = F.softmax\\n"
        ...                   "def f(x):\\n    return soft(x)")
        >>> "torch.nn.functional.softmax" in facts.used("f")
        True
        """
        found: set[str] = set()
        waiting, seen = [name], {name}
        while waiting:
            names = self.uses.get(waiting.pop(), frozenset())
            found |= {self._resolved(dotted) for dotted in names}
            further = (names & self.uses.keys()) - seen
            waiting += further
            seen |= further
        return found

    def _resolved(self, dotted: str) -> str:
        root, dot, rest = dotted.partition(".")
        return self.aliases.get(root, root) + dot + rest


def read_cell(source: str) -> Facts:
    """The facts of one cell; none of a cell that Python cannot read."""
    facts = Facts()
    try:
        for statement in ast.parse(runnable(source)).body:
            facts.add(_read_statement(statement))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Facts()
    return facts


def _read_statement(statement: ast.stmt) -> Facts:
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    code = compile(ast.Module([statement], []), "", "exec", flags, dont_inherit=True)
    steps = dis.get_instructions(code)
    bound = [step.argval for step in steps if step.opname in ("STORE_NAME", "STORE_GLOBAL")]
    names = frozenset(dotted_names(code))
    return Facts(dict.fromkeys(bound, names), dict(_aliases(statement)))


def _aliases(statement: ast.stmt) -> Iterator[tuple[str, str]]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Import):
            for name in node.names:
                root = name.name.partition(".")[0]
                yield name.asname or root, name.name if name.asname else root
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for name in node.names:
                yield name.asname or name.name, f"{node.module}.{name.name}"


def to_message(facts: Facts) -> dict[str, Any]:
    """Facts as JSON."""
    uses = {name: sorted(names) for name, names in facts.uses.items()}
    return {"uses": uses, "aliases": facts.aliases}
