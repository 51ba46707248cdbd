"""Noticing that a function hands its task to a library that the exercise names as off limits."""

from __future__ import annotations

import dis
import inspect
import types
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from courseware.checks.ready_made import TOOLBOXES

EVERYWHERE = (*TOOLBOXES.names, "courseware.checks", "courseware.chapters")
"""Off limits in every chapter; a task adds its own, the chapter's reference first of all."""

METHODS = "torch.Tensor."
"""What is read from a value of any kind counts as a method of tensors: code does not tell kinds."""


def shortcuts(function: Callable[..., Any], off_limits: tuple[str, ...]) -> list[str]:
    """The off-limits names that `function`, or a helper of the student's that it calls, uses.

    >>> import torch
    >>> shortcuts(lambda x: torch.softmax(x, -1), ("torch.softmax",))
    ['torch.softmax']
    >>> shortcuts(lambda x: x.softmax(-1), ("torch.Tensor.softmax",))
    ['torch.Tensor.softmax']
    """
    # A function that lives in another process has no code here, but its names were read there.
    names = getattr(function, "__course_names__", None)
    if names is None:
        names = {name for own in own_functions(function) for name in used_names(own)}
    return among(names, off_limits)


def among(names: Iterable[str], off_limits: tuple[str, ...]) -> list[str]:
    """Those of the names that are off limits or inside of what is, the plainest first.

    >>> among({"torch.ao.quantization", "torch.aot"}, ("torch.ao",))
    ['torch.ao.quantization']
    """
    found = (n for n in names if any(n == p or n.startswith(p + ".") for p in off_limits))
    return sorted(found, key=lambda name: (len(name), name))


def called_names(function: Callable[..., Any]) -> set[str]:
    """The global names that a function refers to, as they are spelled."""
    if isinstance(function, types.FunctionType):
        return dotted_names(function.__code__)
    return set(getattr(function, "__course_calls__", ()))


def used_names(function: Callable[..., Any]) -> set[str]:
    """Dotted names that a function uses, with aliases resolved (`F.x` → torch.nn.functional.x)."""
    function = inspect.unwrap(function)
    if not isinstance(function, types.FunctionType):
        return {f"{getattr(function, '__module__', '')}.{getattr(function, '__name__', '')}"}
    own = f"{function.__module__}.{function.__name__}"
    return {own} | {_resolve(name, function) for name in dotted_names(function.__code__)}


def dotted_names(code: types.CodeType) -> set[str]:
    """The global names and imports of a code object, with the attributes read from them.

    Read from the bytecode, which is there even where a function's source is not. An attribute of
    anything else (an argument, a local, a result) is a method of `torch.Tensor`.

    >>> source = "def f(x): import torch.ao as a; return a.go(F.softmax(x.exp()))"
    >>> sorted(dotted_names(compile(source, "", "exec").co_consts[0]))
    ['F', 'F.softmax', 'torch.Tensor.exp', 'torch.ao', 'torch.ao.go']
    """
    reader = _NameReader()
    for step in dis.get_instructions(code):
        reader.read(step)
    inner = (constant for constant in code.co_consts if isinstance(constant, types.CodeType))
    return reader.names.union(*map(dotted_names, inner))


class _NameReader:
    """Follows chains such as `F.softmax` and what imports are called, step by step."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self._aliases: dict[str, str] = {}
        self._chain = ""
        self._module = ""
        self._from = ""
        self._is_from = False
        self._constant: Any = None

    def read(self, step: dis.Instruction) -> None:
        kind, _, place = step.opname.partition("_")
        if step.opname in ("LOAD_ATTR", "LOAD_METHOD"):
            if self._chain:
                self._chain += f".{step.argval}"
            self.names.add(self._chain or METHODS + step.argval)
            return
        self._chain = ""
        if step.opname == "LOAD_CONST":
            self._constant = step.argval
        elif kind == "LOAD" and isinstance(step.argval, str):
            bare = step.argval if place in ("GLOBAL", "NAME") else ""
            self._chain = self._aliases.get(step.argval, bare)
            self.names |= {self._chain} - {""}
        elif step.opname == "IMPORT_NAME":
            self._module, self._from = step.argval, ""
            self._is_from = self._constant is not None
            self.names.add(self._module)
        elif step.opname == "IMPORT_FROM" and self._is_from:
            self._from = f"{self._module}.{step.argval}"
            self.names.add(self._from)
        elif kind == "STORE" and self._module and isinstance(step.argval, str):
            root = self._module.partition(".")[0]
            whole = root if step.argval == root else self._module
            self._aliases[step.argval] = self._from or whole
            if not self._is_from:
                self._module = ""


def own_functions(function: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """The function, then every function written in the same place that it leads to."""
    waiting: list[Any] = [function]
    seen: set[int] = set()
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, types.FunctionType):
            for name in dotted_names(current.__code__):
                near = current.__globals__.get(name)
                if getattr(near, "__globals__", None) is current.__globals__:
                    waiting.append(near)


def _resolve(dotted: str, function: types.FunctionType) -> str:
    """Replace the first part by what it stands for: a module's name, or where it was defined."""
    root, _, rest = dotted.partition(".")
    value = function.__globals__.get(root)
    if isinstance(value, types.ModuleType):
        root = value.__name__
    elif callable(value) and getattr(value, "__module__", None) != function.__module__:
        root = f"{value.__module__}.{getattr(value, '__name__', root)}"
    return f"{root}.{rest}" if rest else root


def other_function(function: Callable[..., Any], name: str) -> Callable[..., Any] | None:
    """Another function of the student's, beside this one; None where there is none.

    >>> other_function(lambda: 0, "no such name") is None
    True
    """
    elsewhere = getattr(function, "__course_other__", None)
    if elsewhere is not None:
        found = elsewhere(name)
    else:
        found = getattr(function, "__globals__", {}).get(name)
    return found if callable(found) else None
