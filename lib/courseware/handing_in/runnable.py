"""The Python that Jupyter makes of a cell: prompts, magics, shell commands and questions read away.

IPython's own transformer reads a cell, as in a student's notebook. What it leaves are calls of
`get_ipython()`, which `shell` answers by doing nothing. Magics that only measure or catch output
run code of the student's: that code is put in their place, so that it binds its names, and can be
read, like any other.
"""

from __future__ import annotations

import ast
import contextlib
import re
from functools import cache
from typing import Any

from IPython.core.inputtransformer2 import (
    EscapedCommand,
    HelpEnd,
    MagicAssign,
    SystemAssign,
    TokenTransformBase,
    TransformerManager,
    assemble_continued_line,
    find_end_of_continued_line,
)

VALUES = {"time": "", "timeit": "nrp", "prun": "lsTD"}
"""Magics that run the code behind them → which of their options take a value."""

MAX_READ = 500_000
"""Characters that are read for the magics of one cell: a second or two."""

_CELL_MAGIC = re.compile(r"%%(\w+)(?:[ \t](.*))?$", re.DOTALL)
_LINE_MAGIC = re.compile(r"%(\w+)\s(.*)", re.DOTALL)


def runnable(source: str) -> str:
    """A cell's source as Python; what nobody can read stays as it is.

    >>> runnable("%time x = f(2)")
    'x = f(2)\\n'
    >>> runnable("    x = 1\\n    x?")
    "x = 1\\nget_ipython().run_line_magic('pinfo', 'x')\\n"
    """
    source = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = source.splitlines(keepends=True)
    # `In [3]: x = 1` is Python as well: an annotation. So prompts go first.
    for step in _manager().cleanup_transforms:
        lines = step(lines)
    cleaned = "".join(lines)
    try:
        ast.parse(cleaned)
    except (SyntaxError, ValueError):
        with contextlib.suppress(SyntaxError, ValueError):
            return "".join(_transformed(lines))
    return cleaned


def _transformed(lines: list[str]) -> list[str]:
    """The lines without magics; each of these takes another reading of the cell."""
    manager = _manager()
    if not lines[-1].endswith("\n"):
        lines = [*lines[:-1], f"{lines[-1]}\n"]
    for step in manager.line_transforms:
        lines = step(lines)
    for _ in range(MAX_READ // sum(map(len, lines))):
        changed, lines = manager.do_one_token_transform(lines)
        if not changed:
            break
    return lines


@cache
def _manager() -> Any:
    manager = TransformerManager()
    manager.line_transforms = [_cell_magic]
    manager.token_transformers = [_Assigned, SystemAssign, _Escaped, HelpEnd]
    return manager


def _cell_magic(lines: list[str]) -> list[str]:
    """A cell without its first lines that begin with `%%`, and without a body that is no Python."""
    done = []
    while lines and (found := _CELL_MAGIC.match(lines[0].rstrip())):
        kind, rest = found[1], (found[2] or "").strip()
        lines = lines[1:] if kind in (*VALUES, "capture") else []
        # The code behind `%%timeit` prepares what is measured; `%%capture out` makes a name.
        first = _without_options(kind, rest) if kind in VALUES else ""
        if kind == "capture" and rest.isidentifier():
            first = f"{rest} = get_ipython()"
        done.append(f"{first}\n")
    return done + lines


class _Measured(TokenTransformBase):
    """The code behind a magic that measures it, in place of the magic."""

    def transform(self, lines: list[str]) -> list[str]:
        last = find_end_of_continued_line(lines, self.start_line)
        line = assemble_continued_line(lines, (self.start_line, self.start_col), last)
        found = _LINE_MAGIC.match(line)
        code = _without_options(found[1], found[2]) if found and found[1] in VALUES else ""
        if not code:
            return list(super().transform(lines))
        before = lines[self.start_line][: self.start_col]
        return [*lines[: self.start_line], f"{before}{code}\n", *lines[last + 1 :]]


class _Escaped(_Measured, EscapedCommand):
    """`%time f(x)`."""


class _Assigned(_Measured, MagicAssign):
    """`y = %time f(x)`."""


def _without_options(kind: str, rest: str) -> str:
    """What is behind the options of a magic.

    >>> _without_options("timeit", "-n 10 -r3 -q f(x)"), _without_options("time", "-x")
    ('f(x)', '-x')
    """
    valued = f"-[{VALUES[kind]}] *[^ -][^ ]*|" if VALUES[kind] else ""
    return re.sub(rf"^(?:(?:{valued}-[a-zA-Z]|--[a-z-]+) +)*", "", rest.strip())
