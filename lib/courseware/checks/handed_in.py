"""Whether a function will find, when it is graded, what it finds in a student's Jupyter.

Only the cells that a student fills in are graded, in their order, with Python, torch and NumPy.
A notebook has more: further cells, names of cells that were changed since, other libraries, files,
a GPU. The practice check looks for what a function leans on, and says it before the hand-in does.
"""

from __future__ import annotations

import ast
import dis
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from courseware.checks.jupyter_cells import JupyterCells
from courseware.checks.off_limits import dotted_names, own_functions, used_names
from courseware.handing_in.libraries import importable
from courseware.handing_in.names import bound_names
from courseware.handing_in.runnable import runnable
from courseware.handing_in.visible import withheld
from courseware.registry import EXERCISES

CELL_SECONDS = 20.0
"""What a cell may take when it is graded."""

GIVEN = {exercise: chapter.given for exercise, chapter in EXERCISES.items()}
"""Exercise → the names that its own cells define, which are run when it is graded."""


def missing(
    function: Callable[..., Any], exercise: str, graded: Sequence[str], cells: JupyterCells
) -> list[str]:
    """What will not be there, in sentences, for the last of the functions named in `graded`.

    `graded` are the exercise's functions up to this one: their cells are run before it is judged.
    A function that is not the one of this name in the notebook is not handed in: nothing is said.
    """
    name = graded[-1]
    if cells.namespace.get(name) is not function:
        return []
    handed_in = _handed_in(graded, cells.sources)
    number = handed_in.get(name)
    source = cells.sources[number] if number is not None else ""
    found = [*_names(function, name, GIVEN[exercise].split(), handed_in, cells)]
    found += _modules(function, source, exercise)
    found += _devices(function)
    if number is not None:
        found += [
            f"The cell reads `{file}`; no file of yours is there."
            for file in cells.files_read(number)
        ]
        seconds = cells.seconds.get(number, 0.0)
        if seconds > CELL_SECONDS:
            took = f"The cell took {seconds:.0f} s of processor time"
            found.append(f"{took}; it may take {CELL_SECONDS:.0f} s.")
    return found


def _handed_in(graded: Sequence[str], sources: Sequence[str]) -> dict[str, int]:
    """Function → the number of the cell that defined it last."""
    last = {name: number for number, source in enumerate(sources) for name in _bound(source)}
    return {name: last[name] for name in graded if name in last}


def _names(
    function: Callable[..., Any],
    name: str,
    given: Sequence[str],
    handed_in: Mapping[str, int],
    cells: JupyterCells,
) -> Iterator[str]:
    """Names that only cells define which are not graded, or not before this one."""
    there = {*given, *(n for number in handed_in.values() for n in _bound(cells.sources[number]))}
    elsewhere = {n for source in cells.sources for n in _bound(source)} - there
    if "*" in there:
        return
    own = (one for one in own_functions(function) if isinstance(one, types.FunctionType))
    used = set[str]().union(*map(_roots_of, own))
    for needed in sorted(used & elsewhere & cells.namespace.keys()):
        yield (
            f"`{needed}` is defined neither in this cell nor in that of an earlier task, and no "
            f"other cell counts: move it into the cell of `{name}`."
        )


def _modules(function: Callable[..., Any], source: str, exercise: str) -> Iterator[str]:
    """Modules that a function uses or its cell imports, and that no graded one can import."""
    own = [*own_functions(function)]
    modules = {*_imports(source)}.union(*map(_modules_of, own))
    names = modules.union(*map(used_names, own))
    reasons = withheld(exercise)
    for module in sorted(reasons):
        if any(name == module or name.startswith(f"{module}.") for name in names):
            yield f"`{module}` {reasons[module]}."
    tops = {module.partition(".")[0] for module in modules}
    for top in sorted(tops - {"", "__main__", "courseware", "model_compression"}):
        if not importable(top):
            yield f"`{top}` is not there: use Python, torch and NumPy."


def _modules_of(function: Callable[..., Any]) -> set[str]:
    """Modules that one function imports, or that the values of its global names are from."""
    if not isinstance(function, types.FunctionType):
        return {str(getattr(function, "__module__", "") or "")}
    found = {*_imported(function.__code__)}
    for root in _roots_of(function) & function.__globals__.keys():
        value = function.__globals__[root]
        kind = getattr(value, "__module__", "") or type(value).__module__
        found.add(value.__name__ if isinstance(value, types.ModuleType) else str(kind))
    return found


def _imported(code: types.CodeType) -> Iterator[str]:
    module = ""
    for step in dis.get_instructions(code):
        if step.opname == "IMPORT_NAME":
            yield (module := step.argval)
        elif step.opname == "IMPORT_FROM":
            yield f"{module}.{step.argval}"
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from _imported(inner)


def _roots_of(function: types.FunctionType) -> set[str]:
    return {name.partition(".")[0] for name in dotted_names(function.__code__)}


def _imports(source: str) -> Iterator[str]:
    """Modules that a cell imports, with what it takes from them."""
    try:
        tree = ast.parse(runnable(source))
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _devices(function: Callable[..., Any]) -> Iterator[str]:
    """A GPU that is asked for by name, without asking first whether there is one."""
    for own in own_functions(function):
        if not isinstance(own, types.FunctionType):
            continue  # of a library, which has no names of a student's
        names = dotted_names(own.__code__)
        asked = {c for c in _constants(own.__code__) if c.partition(":")[0] in ("cuda", "mps")}
        asked |= {"cuda"} if "torch.Tensor.cuda" in names else set()
        if asked and not any(name.endswith("is_available") for name in names):
            yield f"There is no GPU (`{min(asked)}`): compute on the CPU."


def _constants(code: types.CodeType) -> Iterator[str]:
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, types.CodeType):
            yield from _constants(constant)


@lru_cache(maxsize=10_000)
def _bound(source: str) -> frozenset[str]:
    return bound_names(source)
