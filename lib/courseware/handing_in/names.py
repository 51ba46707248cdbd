"""Which names a piece of notebook code binds at its top level, and which it uses."""

from __future__ import annotations

import ast

from courseware.handing_in.runnable import runnable


def bound_names(source: str) -> frozenset[str]:
    """Names that running the code defines: functions, classes, imports, assignments.

    >>> sorted(bound_names("import math as m\\ndef f(x):\\n    y = x\\n%matplotlib inline\\na = 1"))
    ['a', 'f', 'm']
    """
    found: set[str] = set()
    for statement in _statements(source):
        found |= _bound_by(statement)
    return frozenset(found)


def used_names(source: str) -> frozenset[str]:
    """Names that the code reads anywhere.

    >>> sorted(used_names("def f(x):\\n    return math.sqrt(x)"))
    ['math', 'x']
    """
    nodes = (node for statement in _statements(source) for node in ast.walk(statement))
    return frozenset(
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    )


def _statements(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(runnable(source)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _bound_by(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    found: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).split(".")[0])
    return found
