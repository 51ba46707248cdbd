"""A cell on its own: its canonical source, and a call of what it defines where nothing else is.

Where a file must carry all that reads it, a function is not called where it was written, among its
author's other names: the cell's source is run anew, and that text is what counts as bytes. A
function that lives in another process is asked to do it there, in a process without a past
(`courseware.grading.split.stand_in`). In a student's Jupyter a fresh namespace, and
no files, have to do.
"""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from courseware.checks.call import Outcome, call, place_of
from courseware.checks.jupyter_cells import cells_of_this_kernel
from courseware.checks.no_files import without_files
from courseware.checks.off_limits import other_function
from courseware.handing_in.canonical import canonical
from courseware.handing_in.names import bound_names

DEFINING = ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign
AFRESH = "__course_afresh__"
"""In the names of a cell that was run once more: what it calls does not begin anew again."""


def canonical_cell(function: Callable[..., Any], name: str) -> Outcome:
    """The canonical source of the cell that defines `name`, beside a function."""
    elsewhere = getattr(function, "__course_canonical__", None)
    if elsewhere is not None:
        outcome: Outcome = elsewhere(name)
        return outcome
    source = _source_of(function, name)
    if not source:
        return Outcome(error=NameError(f"name {name!r} is not defined"))
    try:
        return Outcome(canonical(source, [name]))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return Outcome(error=error)


def call_alone(
    function: Callable[..., Any],
    source: str,
    name: str,
    arguments: tuple[Any, ...],
    seconds: float,
) -> Outcome:
    """Run a source where nothing else is, and call the function `name` that it defines."""
    elsewhere = getattr(function, "__course_alone__", None)
    if elsewhere is not None:
        outcome: Outcome = elsewhere(source, name, arguments, seconds)
        return outcome
    file = f"<{name} alone>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)

    def run(*given: Any) -> Any:
        namespace: dict[str, Any] = {"__name__": "__main__"}
        with without_files():
            exec(compile(source, file, "exec", dont_inherit=True), namespace)
            if name not in namespace:
                raise NameError(f"name {name!r} is not defined")
            return namespace[name](*given)

    outcome = call(run, arguments, seconds)
    return replace(outcome, at=place_of(outcome.error, lambda place: place == file))


def afresh(function: Callable[..., Any], name: str) -> Callable[..., Any] | None:
    """The function as if it had never been called: in a new process, or its cell run once more.

    Of a cell only what defines something is run: no experiment is repeated, nothing is printed.
    None where the function stands in no cell.
    """
    renew = getattr(function, "__course_renew__", None)
    if renew is not None:
        renew()
        return function
    code, given = (getattr(function, part, None) for part in ("__code__", "__globals__"))
    if code is None or given is None or AFRESH in given or Path(code.co_filename).exists():
        return None  # a cell is in no file
    namespace = given | {AFRESH: True}
    source = "".join(linecache.getlines(code.co_filename))
    try:
        parsed = ast.parse(source)
        parsed.body = [one for one in parsed.body if isinstance(one, DEFINING)]
        exec(compile(parsed, code.co_filename, "exec", dont_inherit=True), namespace)
    except (Exception, SystemExit):  # a cell with magics, or one that works only once
        return None
    made = namespace.get(name)
    return made if made is not function else None


def _source_of(function: Callable[..., Any], name: str) -> str:
    """The cell that was the last one to define a name; outside of Jupyter, the function's file."""
    cells = cells_of_this_kernel()
    if cells is not None:
        return next((text for text in cells.sources[::-1] if name in bound_names(text)), "")
    other = inspect.unwrap(other_function(function, name) or (lambda: None))
    code = getattr(other, "__code__", None)
    return "".join(linecache.getlines(code.co_filename)) if code and code.co_name == name else ""
