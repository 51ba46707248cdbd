"""Solutions that are changed in one place."""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import libcst as cst

from tests.mutation.operators import OPERATORS, Operator
from tests.mutation.solutions import Solution

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


@dataclass(frozen=True)
class Mutant:
    """A changed solution.

    `removed` and `added` are its changed lines in one layout, whatever the notebook's is: with the
    operator they say which mutant this is.
    """

    task: str
    operator: str
    before: str
    source: str
    removed: str
    added: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it is known by."""
        return self.task, self.operator, self.removed, self.added

    @property
    def diff(self) -> str:
        """What was changed, as a unified diff with the lines of the cell."""
        old, new = self.before.splitlines(), self.source.splitlines()
        return "\n".join(
            difflib.unified_diff(old, new, f"{self.task}", f"{self.operator}", n=0, lineterm="")
        )


def mutants_of(
    solution: Solution, operators: Iterable[tuple[type, Operator]] = OPERATORS
) -> Iterator[Mutant]:
    """Every change of a solution that its language and its task can tell, once."""
    module = cst.parse_module(solution.source)
    before = plain(solution.source)
    seen = {before}
    for node in answer(module):
        for kind, operator in operators:
            if not isinstance(node, kind):
                continue
            for other in operator(node):
                source = module.deep_replace(node, other).code
                try:
                    after = plain(source)
                except SyntaxError:
                    continue
                if after not in seen:
                    seen.add(after)
                    removed, added = changed_lines(before, after)
                    name = operator.__name__.removeprefix("operator_")
                    yield Mutant(solution.task, name, solution.source, source, removed, added)


def answer(module: cst.Module) -> Iterator[cst.CSTNode]:
    """The nodes of what a student fills in: the body of the function, without its docstring."""
    for statement in module.body:
        if isinstance(statement, cst.FunctionDef):
            documented = statement.get_docstring() is not None
            for line in statement.body.body[documented:]:
                yield from nodes(line)


def nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and all within it."""
    yield node
    for child in node.children:
        yield from nodes(child)


def plain(source: str) -> str:
    """The source in one layout, without what no check can see.

    That are docstrings, the texts of errors, and `strict=True`, by which an author makes sure of
    lengths that always agree.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        tree = ast.parse(source)
        compile(tree, "<mutant>", "exec")
    return ast.unparse(_Plain().visit(tree))


class _Plain(ast.NodeTransformer):
    def visit_Raise(self, node: ast.Raise) -> ast.Raise:
        if isinstance(node.exc, ast.Call):
            node.exc = node.exc.func
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        node.keywords = [keyword for keyword in node.keywords if keyword.arg != "strict"]
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:]
        return self.generic_visit(node)


def changed_lines(before: str, after: str) -> tuple[str, str]:
    """The lines that a change takes away and brings."""
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    removed = "\n".join(line[2:].strip() for line in lines if line.startswith("- "))
    return removed, "\n".join(line[2:].strip() for line in lines if line.startswith("+ "))
