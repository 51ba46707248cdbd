"""The tables of wrong and right solutions.

    @wrong("signed_value", says="unsigned-read")
    def reads_every_bit_as_positive(bits):
        return int(bits, 2)

registers a wrong solution of `signed_value` that must lose marks, with a report that names the
cause "unsigned-read" (a misconception of the task, or a general one of
`courseware.checks.general.GENERAL`). `@right("signed_value")` registers one that must keep them.
A function here uses what a student has: Python, torch and NumPy.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

Solution = Callable[..., Any]


@dataclass(frozen=True)
class Wrong:
    """A wrong solution and the cause that its report must name.

    One that draws `by_chance`, without a seed, gets a report with other numbers each time.
    """

    task: str
    says: str
    function: Solution
    by_chance: bool = False


@dataclass(frozen=True)
class Right:
    """A right solution, written unlike the reference."""

    task: str
    function: Solution


WRONG: list[Wrong] = []
RIGHT: list[Right] = []


def wrong(task: str, says: str, by_chance: bool = False) -> Callable[[Solution], Solution]:
    """Register a wrong solution of `task`, whose report must name the cause `says`."""

    def register(function: Solution) -> Solution:
        WRONG.append(Wrong(task, says, function, by_chance))
        return function

    return register


def right(task: str) -> Callable[[Solution], Solution]:
    """Register a right solution of `task`."""

    def register(function: Solution) -> Solution:
        RIGHT.append(Right(task, function))
        return function

    return register


def load(begins: str = "chapter_") -> None:
    """Import every `chapter_*` module of this package, which fills the tables; or some alone."""
    import tests.mutants as package

    for module in pkgutil.iter_modules(package.__path__):
        if module.name.startswith(begins):
            importlib.import_module(f"{package.__name__}.{module.name}")


_cells: dict[Solution, tuple[str, ...]] = {}


def cells_of(function: Solution, *sources: str) -> None:
    """Tell the cells that a solution was made of; the last one defines it."""
    _cells[function] = sources


def cells_before(function: Solution) -> tuple[str, ...]:
    """The cells that a solution needs before its own."""
    return _cells.get(function, ())[:-1]


def source_as(function: Solution, name: str) -> str:
    """The source of a registered function as a student would type it.

    It gets the name of the task and loses its decorator; helpers of its module come along.
    (In another module they would be none: checks look into functions of one place alone.)
    """
    if function in _cells:
        return _cells[function][-1]
    definition = _definition(function)
    definition.name = name
    definition.decorator_list = []
    _Renamer(function.__name__, name).visit(definition)
    helpers = _helpers(definition, function.__globals__)
    trees = [helpers[helper] for helper in sorted(helpers)]
    return "\n\n".join(ast.unparse(tree) for tree in (*trees, definition))


def imports_of(module: str) -> str:
    """The imports at the top of a module of solutions."""
    tree = ast.parse(inspect.getsource(importlib.import_module(module)))
    imports = (node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom))
    return "\n".join(ast.unparse(node) for node in imports)


def _helpers(definition: ast.FunctionDef, module: dict[str, Any]) -> dict[str, ast.FunctionDef]:
    """The functions of a module that a definition uses, and those that these use."""
    found: dict[str, ast.FunctionDef] = {}
    waiting = [definition]
    while waiting:
        nodes = ast.walk(waiting.pop())
        for name in {node.id for node in nodes if isinstance(node, ast.Name)} & set(module):
            if _is_of(module, module[name]) and name not in found:
                found[name] = _definition(module[name])
                waiting.append(found[name])
    return found


def _is_of(module: dict[str, Any], value: Any) -> bool:
    return isinstance(value, FunctionType) and value.__module__ == module["__name__"]


class _Renamer(ast.NodeTransformer):
    """Renames what a function calls itself by."""

    def __init__(self, old: str, new: str) -> None:
        self.old, self.new = old, new

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self.new if node.id == self.old else node.id
        return node


def _definition(function: Solution) -> ast.FunctionDef:
    definition = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(definition, ast.FunctionDef)
    return definition
