"""Tables of right answers, as somebody could make them who knows the inputs of a seed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any

import torch

from courseware.checks import all_tasks
from courseware.checks.task import Draw

LOOK_UP = """import torch

TABLE = {table}

def key(value):
    if isinstance(value, torch.Tensor):
        return str((str(value.dtype), value.tolist()))
    return repr(value)

def {name}(*arguments):
    return eval(TABLE[" ".join(map(key, arguments))])
"""
"""A function that looks its answer up; eval knows torch."""


def table_for(task: str, seed: str) -> str:
    """The source of a solution that knows the right answers to the inputs of one seed."""
    return LOOK_UP.format(name=task, table=repr(answers(task, seed)))


def table_of(task: str, calls: Iterable[tuple[Any, ...]]) -> str:
    """The source of a solution that knows the right answers to these calls."""
    return LOOK_UP.format(name=task, table=repr(answers_to(task, calls)))


def answers(name: str, seed: str) -> dict[str, str]:
    """Arguments → the source of the right answer, for all checks of a task."""
    checks = all_tasks()[name].checks
    draws = ((check, Draw(f"{seed}/{name}/{check.name}")) for check in checks)
    return answers_to(name, (call for check, draw in draws for call in check.draw(draw)))


def answers_to(name: str, calls: Iterable[tuple[Any, ...]]) -> dict[str, str]:
    """Arguments → the source of the right answer, for these calls of a task."""
    found = {}
    for arguments in calls:
        with contextlib.suppress(ValueError):
            right = all_tasks()[name].reference(*arguments)
            found[" ".join(map(_key, arguments))] = _source(right)
    return found


def _key(value: Any) -> str:
    """The same as `key` in `LOOK_UP`."""
    if isinstance(value, torch.Tensor):
        return str((str(value.dtype), value.tolist()))
    return repr(value)


def _source(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return f"torch.tensor({value.tolist()}, dtype={value.dtype})"
    if isinstance(value, tuple):
        return f"({', '.join(map(_source, value))},)"
    return f"float({str(value)!r})" if isinstance(value, float) else repr(value)
