"""The canonical source of a cell: what it does, without what is there for readers alone.

Where code counts as bytes, clear names and comments must cost nothing, and must carry nothing. So
this text is what counts, and this text is what runs. Of the cell it leaves out

- comments and layout, docstrings and all other statements that are only a constant;
- annotations (in a class body, where `dataclass` looks for them, each of them is 0);
- the names that the cell itself binds: they become v0, v1, …, in the order of the text.

Some names stay, and count: `keep`, which somebody asks for from outside; builtins; names that a
class body binds or a keyword mentions, since these are attributes and parameters; what `import a.b`
binds, since `as` would bind something else. Code that finds its names as text (`globals()["x"]`)
does not find them here.
"""

from __future__ import annotations

import ast
import builtins
import re
import zlib
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

from courseware.handing_in.runnable import runnable

BUILTINS = frozenset(dir(builtins)) | {"display", "get_ipython"}


class Canonical(str):
    """A canonical source; `places` has for each of its lines the one of the cell it comes from."""

    __slots__ = "cell", "places"
    cell: str
    places: tuple[int, ...]

    @classmethod
    def of(cls, text: str, cell: str, places: Iterable[int]) -> Canonical:
        """With the cell's own text, its lines counted as Jupyter does: no empty first ones."""
        made = cls(text)
        made.cell, made.places = re.sub(r"\A(\s*\n)+", "", cell), tuple(places)
        return made

    def in_the_cell(self, at: str) -> str:
        """A line of this text, as it stands in the cell; as it came where that is not known.

        >>> source = "def f(blob):\\n    # A comment.\\n    return blob[n]"
        >>> canonical(source, ["f"]).in_the_cell("line 2 of your cell: return v0[n]")
        'line 3 of your cell: return blob[n]'
        """
        found = re.match(r"line (\d{1,6}) of your cell", at)
        line = int(found[1]) if found else 0
        place = self.places[line - 1] if 0 < line <= len(self.places) else 0
        lines = self.cell.split("\n")
        if not 0 < place <= len(lines):
            return at
        return f"line {place} of your cell: {lines[place - 1].strip()}"


def canonical(source: str, keep: Iterable[str] = ()) -> Canonical:
    """The canonical source of a cell; `SyntaxError` or `ValueError` if it cannot be read.

    >>> print(canonical('''
    ... def add(first: int, second=1):
    ...     "The sum."
    ...     total = first + second  # of both
    ...     return total
    ... ''', keep=["add"]))
    def add(v0, v1=1):
        v2 = v0 + v1
        return v2
    """
    tree = _Bare().visit(ast.parse(runnable(source)))
    names = _Names()
    names.visit(tree)
    stays = {*keep, *BUILTINS, *names.fixed}
    taken = stays | (names.used - names.bound.keys())
    fresh = (name for number in count() if (name := f"v{number}") not in taken)
    renamed = {name: next(fresh) for name in names.bound if name not in stays}
    tree = ast.fix_missing_locations(_Renamer(renamed).visit(tree))
    text = ast.unparse(tree)
    return Canonical.of(text, source, _places(text, tree))


def _places(text: str, tree: ast.AST) -> list[int]:
    """For each line of a tree's text the line that its statement had; 0 where that is unknown."""
    places = [0] * (text.count("\n") + 1)
    try:
        pairs = list(zip(_statements(ast.parse(text)), _statements(tree), strict=True))
    except (SyntaxError, ValueError):  # a text that is read otherwise
        return places
    for here, there in pairs:
        for line in range(here.lineno, (here.end_lineno or here.lineno) + 1):
            places[line - 1] = there.lineno
    return places


def _statements(tree: ast.AST) -> Iterator[ast.stmt]:
    """From the outer ones to the inner ones, in the order of the text."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.stmt):
            yield node
        yield from _statements(node)


def compressed_bytes(text: str) -> int:
    """The bytes that a source counts as: those of zlib, at its best.

    >>> compressed_bytes("def f(x): return x")
    26
    """
    return len(zlib.compress(text.encode("utf-8", "surrogatepass"), 9))


class _Bare(ast.NodeTransformer):
    """Takes lone constants and annotations away."""

    def __init__(self) -> None:
        self._kept: set[ast.AST] = set()

    def visit(self, node: ast.AST) -> Any:
        """As always; a block that has become empty gets a `pass`."""
        visited = super().visit(node)
        if isinstance(visited, ast.stmt | ast.ExceptHandler | ast.match_case):
            if getattr(visited, "body", None) == []:
                visited.body = [ast.Pass()]  # type: ignore[union-attr]
            if isinstance(visited, ast.Try) and not (visited.handlers or visited.finalbody):
                visited.finalbody = [ast.Pass()]
        return visited

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        for each in node.body:
            if isinstance(each, ast.AnnAssign):
                each.annotation = ast.Constant(0)
                self._kept.add(each)
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        self.generic_visit(node)
        if node in self._kept:
            return node
        bare = ast.Assign([node.target], node.value) if node.value else None
        return bare and ast.copy_location(bare, node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)


PLACES: dict[type[ast.AST], str] = {
    ast.FunctionDef: "name",
    ast.AsyncFunctionDef: "name",
    ast.ClassDef: "name",
    ast.arg: "arg",
    ast.ExceptHandler: "name",
    ast.MatchAs: "name",
    ast.MatchStar: "name",
    ast.MatchMapping: "rest",
}
"""Nodes that bind a name → where it is kept."""


class _Names(ast.NodeVisitor):
    """The names that a tree binds, in the order of the text; those that are fixed; all used."""

    def __init__(self) -> None:
        self.bound: dict[str, None] = {}
        self.fixed: set[str] = set()
        self.used: set[str] = set()
        self._in_class = False

    def visit(self, node: ast.AST) -> None:
        """Bind what the node binds, then look into it."""
        if (place := PLACES.get(type(node))) and (name := getattr(node, place)):
            self._bind(name)
        if isinstance(node, ast.Name):
            self.used.add(node.id)
            if not isinstance(node.ctx, ast.Load):
                self._bind(node.id)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            self.used.update(node.names)
        elif isinstance(node, ast.keyword) and node.arg:
            self.fixed.add(node.arg)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            self._import(node)
        before = self._in_class
        inside = isinstance(node, ast.ClassDef)
        if inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            self._in_class = inside
        self.generic_visit(node)
        self._in_class = before

    def _bind(self, name: str) -> None:
        self.used.add(name)
        if self._in_class:
            self.fixed.add(name)
        self.bound.setdefault(name)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for each in node.names:
            name = each.asname or each.name.partition(".")[0]
            self._bind(name)
            whole = name == "*" or ("." in each.name and not each.asname)
            if whole or (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
                self.fixed.add(name)


class _Renamer(ast.NodeTransformer):
    """Gives names other names, wherever they stand."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def visit(self, node: ast.AST) -> Any:
        """Rename in the node, then in what is in it."""
        if (place := PLACES.get(type(node))) and (name := getattr(node, place)):
            setattr(node, place, self._names.get(name, name))
        if isinstance(node, ast.Name):
            node.id = self._names.get(node.id, node.id)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            node.names = [self._names.get(name, name) for name in node.names]
        elif isinstance(node, ast.alias):
            name = node.asname or node.name
            node.asname = self._names.get(name, node.asname)
        return self.generic_visit(node)
