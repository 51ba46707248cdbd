"""What runs inside a worker: a submission's cells, then calls of the functions they define.

Nothing in here guards a secret or a verdict. A student's code shares this process and can change
all of it; it can make the worker answer anything, but only in its own name.
"""

from __future__ import annotations
import __future__

import ast
import asyncio
import builtins
import contextlib
import inspect
import io
import json
import linecache
import os
import random
import sys
import traceback
import types
from collections.abc import Callable, Iterator, Mapping
from importlib.abc import MetaPathFinder
from typing import Any

import IPython
import numpy as np
import torch
from IPython.display import display

from courseware.checks.call import (
    changes,
    copy_of,
    place_of,
    shared,
    time_limit,
    warnings_without_paths,
)
from courseware.checks.conditions import refuse_from_now_on
from courseware.checks.gradients import differentiated
from courseware.checks.taking_away import refused_name
from courseware.checks.text_hashes import another_hash
from courseware.grading.split import facts
from courseware.grading.split.encoding import MAX_TEXT, MAX_WORD, Node, decode, describe, encode
from courseware.grading.split.event_loop import PipeLoop
from courseware.grading.split.protocol import Channel, TooLarge
from courseware.grading.split.shell import Shell
from courseware.handing_in.canonical import Canonical, canonical
from courseware.handing_in.runnable import runnable

PRINTED = 20_000
"""Characters that are kept of what one cell or call prints."""

SMALL = 10_000
"""Bytes of the largest value that a name may stand for; all of them come in one answer."""

FUTURES = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
"""Flags of code that imports from `__future__`."""

Message = dict[str, Any]


class ResultTooLarge(Exception):
    """What is answered in place of a result that is over the limit of a message."""


def serve(channel: Channel, withheld: Mapping[str, str]) -> None:
    """Answer requests until the connection closes."""
    sys.meta_path.insert(0, Withheld(withheld))
    notebook = Notebook()
    answers: dict[str, Callable[..., Message]] = {
        "read": notebook.read,
        "rewrite": notebook.rewrite,
        "run": notebook.run,
        "call": notebook.call,
    }
    channel.send({"ready": True})
    while True:
        request, data = channel.receive()
        out = bytearray()
        answer = answers[request["do"]](request, data, out)
        try:
            channel.send({"id": request["id"], **answer}, out)
        except TooLarge:
            error = ResultTooLarge("the result is too large to be handed over")
            empty: Message = {"functions": [], "values": {"d": []}, "value": None, "changed": []}
            empty["text"] = ""
            answer = {"printed": "", "error": describe_error(error), **empty}
            channel.send({"id": request["id"], **answer})


class Withheld(MetaPathFinder):
    """Explains why a module of the course is not there."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        self._reasons = reasons

    def find_spec(self, name: str, path: Any, target: Any = None) -> None:
        """Raise for a withheld module."""
        if name in self._reasons:
            raise ModuleNotFoundError(f"{name} {self._reasons[name]}", name=name)


class Notebook:
    """A submission's namespace."""

    def __init__(self) -> None:
        self._module = types.ModuleType("__main__")
        self._names = self._module.__dict__
        # What Jupyter puts there besides builtins, for a cell that uses it in passing.
        self._names.update(display=display, get_ipython=Shell)
        self._flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self._loop = asyncio.Runner(loop_factory=PipeLoop)
        sys.modules["__main__"] = self._module
        IPython.get_ipython = Shell
        # Workers of one parent would hash texts alike, which no two runs of Python do.
        builtins.hash = another_hash()
        refuse_from_now_on()

    def read(self, request: Message, data: bytearray, out: bytearray) -> Message:
        """The facts of a cell, which is not run."""
        return facts.to_message(facts.read_cell(request["source"]))

    def rewrite(self, request: Message, data: bytearray, out: bytearray) -> Message:
        """The canonical source of a cell, which is not run."""
        texts: list[Canonical] = []

        def work() -> None:
            texts.append(canonical(request["source"], request["keep"]))

        error = _error_of(work, request["milliseconds"] / 1000)
        text, places = (texts[0], [*texts[0].places]) if texts else ("", [])
        return {"text": text, "places": places, "error": error}

    def run(self, request: Message, data: bytearray, out: bytearray) -> Message:
        """Run a cell, then say what some names stand for."""
        name = f"<cell {request['cell']}>"

        def work() -> None:
            source = runnable(request["source"])
            linecache.cache[name] = (len(source), None, source.splitlines(True), name)
            try:
                self._execute(compile(source, name, "exec", self._flags, dont_inherit=True))
            except RuntimeError as error:
                if refused_name(error):
                    self._finish(source, name, error)
                raise

        with _captured() as printed:
            error = _error_of(work, request["milliseconds"] / 1000)
        found = {key: self._names[key] for key in request["names"] if key in self._names}
        values = [[key, _encode_small(value, out)] for key, value in found.items()]
        return {
            "printed": printed.text(),
            "error": error,
            "functions": [key for key, value in found.items() if callable(value)],
            "values": {"d": values},
        }

    def _execute(self, code: types.CodeType) -> None:
        # As in Jupyter, `from __future__ import …` holds for later cells.
        self._flags |= code.co_flags & FUTURES
        waiting = eval(code, self._names)
        if code.co_flags & inspect.CO_COROUTINE:
            self._loop.run(waiting)

    def _finish(self, source: str, name: str, error: RuntimeError) -> None:
        """Run what follows in a cell on a statement that used what is off limits here.

        To compare with torch's function below one's own is honest, and what is defined below that
        counts.
        """
        steps = traceback.walk_tb(error.__traceback__)
        failed = next(line for frame, line in steps if frame.f_code.co_filename == name)
        for statement in ast.parse(source).body:
            if statement.lineno > failed:
                tree = ast.Module([statement], [])
                code = compile(tree, name, "exec", self._flags, dont_inherit=True)
                with contextlib.suppress(Exception):
                    self._execute(code)

    def call(self, request: Message, data: bytearray, out: bytearray) -> Message:
        """Call a function on the arguments that came; at `places`, ask for gradients as well."""
        given, keywords = decode(request["arguments"], data)
        before = [copy_of(argument) for argument in given]
        places = tuple(request["places"])
        result: list[Node] = []
        shares: list[int] = []
        seconds = request["milliseconds"] / 1000

        def work() -> None:
            function = self._names[request["name"]]
            if places:
                function = differentiated(function, places)
            value = function(*given, **keywords)
            shares.extend(shared(value, given))
            result.append(encode(value, out, describe))

        reseed()
        with _captured() as printed:
            error = _error_of(work, seconds)
        if error is not None:
            out.clear()
        pairs = enumerate(zip(before, given, strict=True))
        return {
            "value": result[0] if result and error is None else None,
            "printed": printed.text(),
            "error": error,
            "changed": [place for place, (a, b) in pairs if _is_changed(a, b)],
            "shares": shares,
        }


def _encode_small(value: Any, out: bytearray) -> Node:
    """The value that a name stands for; of a function or a large value only its description."""
    data = bytearray()
    node = describe(value) if callable(value) else encode(value, data, describe)
    if len(data) + len(json.dumps(node)) > SMALL:
        return describe(value)
    out += data
    return node


def _is_changed(before: Any, after: Any) -> bool:
    try:
        return changes(before, after)
    except Exception:  # not even of the same kind any more
        return True


def reseed() -> None:
    """Another state of every global generator before each call.

    A forked worker starts with a known one, which would hide a seed that is ignored.
    """
    random.seed(os.urandom(16))
    # The legacy generator is just what students use.
    np.random.seed(int.from_bytes(os.urandom(4), "big"))  # noqa: NPY002
    torch.default_generator.manual_seed(int.from_bytes(os.urandom(7), "big"))


def _error_of(work: Callable[[], None], seconds: float) -> Message | None:
    """What `work` raises. In an endless loop that is `TimeLimit`, with the line it was at.

    The limit that counts is the trusted side's, which is a little longer.
    """
    try:
        with time_limit(seconds):
            work()
    except BaseException as error:
        return describe_error(error)
    return None


def describe_error(error: BaseException) -> Message:
    """An error as data: its type's name, the builtin type it comes from, its text, its place."""
    mro = type(error).__mro__
    base = next(kind.__name__ for kind in mro if getattr(builtins, kind.__name__, None) is kind)
    try:
        text = str(error)
    except Exception:
        text = ""
    plain = len(error.args) == 1 and isinstance(error.args[0], str)
    return {
        "kind": type(error).__name__[:MAX_WORD],
        "base": base,
        "text": (error.args[0] if base == "KeyError" and plain else text)[:MAX_TEXT],
        "at": place_of(error, _is_cell)[:MAX_TEXT],
    }


def _is_cell(file: str) -> bool:
    return file.startswith("<cell ")


class _Printed(io.StringIO):
    """Keeps the beginning of what is written to it."""

    def write(self, text: str) -> int:
        room = PRINTED - self.tell()
        if room > 0:
            super().write(text[:room])
        return len(text)

    def text(self) -> str:
        return self.getvalue() + ("\n… (cut off)" if self.tell() >= PRINTED else "")


@contextlib.contextmanager
def _captured() -> Iterator[_Printed]:
    printed = _Printed()
    with (
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        warnings_without_paths(),
    ):
        yield printed
