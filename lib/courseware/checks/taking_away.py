"""Taking ready-made functions away from a process, so that none of their forms answers.

Nothing is watched here: what a task is about does not work any more. An operator gets a kernel that
refuses in front of each of its own, at every key of torch's dispatcher, so that it makes no
difference whether a method, TorchScript, a hook or `torch.ops` asks for it. A function of torch in
Python gets other code, so that it makes none from where it is reached. Whoever catches the error
and computes by himself has done the task.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import pkgutil
import re
import signal
import sys
import types
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import torch

from courseware.checks.ready_made import FAMILIES, LIBRARY, ReadyMade

SEARCHED = ("torch", LIBRARY)
OFF_LIMITS = "is off limits in this task"
_TOLD = re.compile(rf"([\w.]+) {OFF_LIMITS}\b")
_REGISTERED = re.compile(r"^(\w+)(?:\[alias\])?: registered at ", re.MULTILINE)

PAST_THE_DISPATCHER = re.compile(
    r"_te|_nativert|_jit.*(texpr|tensorexpr|llga|can_fuse).*|.*static_module"
)
"""Names in `torch._C` of what runs programs without asking the dispatcher for every operator."""


def refused_name(error: BaseException | None) -> str:
    """The function that an error says is off limits; "" if it says nothing of the kind.

    Told by the text, because TorchScript passes on nothing else.

    >>> refused_name(RuntimeError(f"RuntimeError: torch.softmax {OFF_LIMITS}: write it yourself"))
    'torch.softmax'
    """
    found = _TOLD.search(str(error)) if isinstance(error, RuntimeError) else None
    return found[1] if found else ""


def why(name: str) -> str:
    """What is raised in place of a result."""
    return f"{name} {OFF_LIMITS}: write it from simpler operations"


@dataclass(frozen=True)
class Found:
    """What there is of a family in this process: operators with their keys, Python functions."""

    name: str
    operators: tuple[tuple[str, str], ...]
    functions: tuple[types.FunctionType, ...]


def find(names: Iterable[str]) -> list[Found]:
    """What this process holds of families, and of modules and functions of the library."""
    wanted = tuple(names)
    if not wanted:  # the function is in a worker
        return []
    modules = _modules(len(sys.modules))
    return [_find(name, modules) for name in wanted]


@lru_cache(1)
def _modules(loaded: int) -> int:
    """How many modules of what is searched are loaded; counted anew when more are."""
    return sum(name.partition(".")[0] in SEARCHED for name in sys.modules)


@cache
def _find(name: str, modules: int) -> Found:
    """Looked for anew when there are more modules."""
    if name in FAMILIES:
        family, functions = FAMILIES[name], _functions(modules)
        own = (function for function in functions if _belongs(function, family))
        return Found(name, _operators(family), tuple(own))
    try:
        thing = pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return Found(name, (), ())
    if isinstance(thing, types.FunctionType):
        return Found(name, (), (thing,))
    own = (function for function in _functions(modules) if is_inside(function.__module__, name))
    return Found(name, (), tuple(own))


@lru_cache(1)
def _functions(modules: int) -> list[types.FunctionType]:
    functions = (thing for thing in gc.get_objects() if type(thing) is types.FunctionType)
    return [one for one in functions if str(one.__module__).partition(".")[0] in SEARCHED]


@cache
def _operators(family: ReadyMade) -> tuple[tuple[str, str], ...]:
    """Operators with every key that they have a kernel for; all others lead to one of these."""
    names = torch._C._dispatch_get_all_op_names()
    return tuple(
        (name, key)
        for name in sorted(names)
        if re.search(family.operators, name)
        for key in _REGISTERED.findall(torch._C._dispatch_dump(name))
        if key not in ("name", "schema", "debug")
    )


def _belongs(function: types.FunctionType, family: ReadyMade) -> bool:
    inside = any(is_inside(function.__module__, module) for module in family.modules)
    alike = re.search(family.functions, function.__qualname__)
    return inside or (alike is not None and is_inside(function.__module__, "torch"))


def is_inside(name: str, module: str) -> bool:
    """Whether a dotted name is a module's or below it."""
    return name == module or name.startswith(module + ".")


@contextlib.contextmanager
def taken_away(found: Sequence[Found]) -> Iterator[None]:
    """Within the block, what was found refuses to work."""
    kept: list[Any] = []
    try:
        with _uninterrupted():
            kept = [_refuse_operators(found), _refuse_functions(found)]
        yield
    finally:
        with _uninterrupted():
            # The last first: a function may belong to two families.
            for function, code in reversed(kept.pop() if kept else []):
                function.__code__ = code
            kept.clear()


def take_away(found: Sequence[Found]) -> None:
    """Take what was found away for good."""
    for library in _refuse_operators(found):
        # An object that nothing refers to and that is never freed: nobody can undo what it did.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))
    _refuse_functions(found)


def close_side_doors() -> None:
    """Take away, for good, what runs whole programs past the dispatcher."""
    for name in [name for name in vars(torch._C) if PAST_THE_DISPATCHER.fullmatch(name)]:
        delattr(torch._C, name)


def _refuse_operators(found: Sequence[Found]) -> list[Any]:
    """Kernels that refuse, for as long as the returned libraries are kept."""
    libraries: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there is a kernel already
        for one in found:
            kernel = _refusal(one.name, free=0)
            for operator, key in one.operators:
                space, _, name = operator.partition("::")
                if space not in libraries:
                    make = torch._C._dispatch_library
                    libraries[space] = make("IMPL", space, "", __file__, 0)
                libraries[space].impl(name, key, kernel, False)
    return [*libraries.values()]


def _refuse_functions(found: Sequence[Found]) -> list[tuple[types.FunctionType, types.CodeType]]:
    """Code that refuses, in place of the functions' own, which is returned."""
    kept = []
    for one in found:
        for function in one.functions:
            code = function.__code__
            function.__code__ = _refusal(one.name, len(code.co_freevars)).__code__
            kept.append((function, code))
    return kept


@cache
def _refusal(name: str, free: int) -> types.FunctionType:
    """A function that refuses, with so many free variables: as many as what it stands in for.

    It uses nothing but builtins, as it runs with the names of another module.
    """
    cells = [f"_{i}" for i in range(free)]
    lines = [
        "def outer():",
        *(f"    {cell} = None" for cell in cells),
        "    def refuse(*args, **kwargs):",
        f"        raise RuntimeError({why(name)!r})",
        *(f"        {cell}" for cell in cells),
        "    return refuse",
    ]
    space: dict[str, Callable[[], types.FunctionType]] = {}
    exec("\n".join(lines), space)
    return space["outer"]()


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Within the block Ctrl+C waits, so that nothing is left half undone."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGALRM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
