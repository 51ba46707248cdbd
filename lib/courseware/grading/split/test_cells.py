"""Running the master's cells in the trusted process, and writing down what they show.

The outputs of test cells are made here and nowhere else: text, reports as text and escaped HTML,
one line for an error, and the score as a plain number.
"""

from __future__ import annotations

import ast
import contextlib
import io
import math
import re
import traceback
from collections.abc import Iterator, Mapping
from typing import Any

from nbformat import NotebookNode, from_dict

from courseware.checks import reports_to
from courseware.checks.facts import MIME_TYPE
from courseware.grading.safe_html import clean_report
from courseware.grading.split.encoding import readable
from courseware.grading.split.replies import FUNCTION, CellResult
from courseware.grading.split.session import Session
from courseware.grading.split.shell import Shell
from courseware.grading.split.stand_in import StandIn
from courseware.handing_in.runnable import runnable

MAX_SHOWN = 100_000
"""Characters of one output."""

MAX_ERROR = 2_000
"""Characters of the line that tells an error."""

RESULT = "<the value of a cell>"


class TestCells:
    """The trusted namespace of one notebook; `error` is what the last cell raised."""

    __test__ = False  # for pytest, which takes the name for a test

    def __init__(self) -> None:
        self.namespace: dict[str, Any] = {"__name__": "__main__"}
        self.namespace.update(display=print, get_ipython=Shell)
        self.error: BaseException | None = None

    def bind(self, session: Session, wanted: tuple[str, ...], found: Mapping[str, Any]) -> None:
        """Put stand-ins and values where the student's names are expected."""
        for name in wanted:
            if name not in found:
                self.namespace.pop(name, None)
            elif found[name] is FUNCTION:
                self.namespace[name] = StandIn(session, name)
            else:
                self.namespace[name] = found[name]

    def run(self, source: str) -> list[NotebookNode]:
        """Run a cell and return what it shows."""
        return self._run(source)[0]

    def run_test(self, source: str, points: float) -> list[NotebookNode]:
        """Run a test cell: what it shows ends in its score or in an error."""
        outputs, value = self._run(source)
        if self.error is not None:
            # nbgrader takes the first output that decides.
            return [outputs[-1], *outputs[:-1]]
        score = as_score(value, points)
        if value is None and _asserts(source):  # an ordinary nbgrader test: all of it held
            score = float(points)
        if score is None:
            return [error_output("NoScore", "the test cell did not end in a number"), *outputs]
        return [
            *outputs,
            _shown("execute_result", {"text/plain": str(score)}, execution_count=None),
        ]

    def _run(self, source: str) -> tuple[list[NotebookNode], Any]:
        shown = Shown()
        self.error, value = None, None
        self.namespace.pop(RESULT, None)
        with shown.collected():
            try:
                exec(_with_result(source), self.namespace)
                value = self.namespace.pop(RESULT, None)
            except (Exception, SystemExit) as error:
                self.error = error
        outputs = shown.outputs()
        if self.error is not None:
            outputs.append(error_output(type(self.error).__name__, str(self.error)))
        return outputs, value


class Shown:
    """Collects what a cell shows, in order."""

    def __init__(self) -> None:
        self._text = io.StringIO()
        self._outputs: list[NotebookNode] = []

    @contextlib.contextmanager
    def collected(self) -> Iterator[None]:
        """Collect what is printed and reported within the block."""
        with (
            contextlib.redirect_stdout(self._text),
            contextlib.redirect_stderr(self._text),
            reports_to(self._report),
        ):
            yield

    def outputs(self) -> list[NotebookNode]:
        """What was collected."""
        self._flush()
        return self._outputs

    def _report(self, text: str, html: str, facts: Mapping[str, Any]) -> None:
        self._flush()
        data: dict[str, Any] = {"text/plain": _shortened(text)}
        if facts:
            data[MIME_TYPE] = dict(facts)
        # Cut HTML would not be closed.
        if len(html) <= MAX_SHOWN:
            data["text/html"] = clean_report(readable(html))
        self._outputs.append(_shown("display_data", data))

    def _flush(self) -> None:
        text = self._text.getvalue()
        if text:
            self._outputs.append(stream_output(text))
        self._text.seek(0)
        self._text.truncate()


def cell_outputs(result: CellResult) -> list[NotebookNode]:
    """What a solution cell shows: what it printed, and its error in one line."""
    outputs = [stream_output(result.printed)] if result.printed else []
    if result.error is not None:
        text = str(result.error) + (f" ({result.at})" if result.at else "")
        outputs.append(error_output(type(result.error).__name__, text))
    return outputs


def stream_output(text: str) -> NotebookNode:
    """Printed text. Never stderr: nbgrader gives no points for a cell that has any."""
    return from_dict({"output_type": "stream", "name": "stdout", "text": _shortened(text)})


def error_output(kind: str, text: str) -> NotebookNode:
    """An error, without the paths of the machine that it happened on."""
    text = without_paths(readable(text)[:MAX_ERROR])
    told = {"ename": kind, "evalue": text, "traceback": [f"{kind}: {text}"]}
    return from_dict({"output_type": "error", **told})


def _shown(kind: str, data: dict[str, Any], **fields: Any) -> NotebookNode:
    """What nbformat's `new_output` makes, which looks each up in the format's schema.

    That takes longer than to judge a task; the notebook as a whole is looked up when it is written.
    """
    return from_dict({"output_type": kind, "metadata": {}, "data": data, **fields})


def without_paths(text: str) -> str:
    """Only the last part of every path.

    >>> without_paths("No such file: '/root/course/data.txt'")
    "No such file: 'data.txt'"
    """
    return re.sub(r"(?<![\w.])(?:/[^/\s'\":]+)+/(?=[^/\s'\":])", "", text)


def as_score(value: Any, points: float) -> float | None:
    """A score within 0 and the points; 0 for nan, None for what is no number.

    >>> as_score(7, 5), as_score(float("nan"), 5), as_score(True, 5)
    (5.0, 0.0, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return 0.0 if math.isnan(value) else float(min(max(value, 0.0), points))


def in_one_line(error: BaseException) -> str:
    """An error of trusted code, for the log."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" (line {last[0].lineno})" if last else ""
    return f"{type(error).__name__}: {error}{where}"


def _shortened(text: str) -> str:
    text = readable(text)
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "\n… (cut off)"


def _with_result(source: str) -> Any:
    """The code of a cell; if it ends in an expression, its value is bound to `RESULT`."""
    tree = ast.parse(runnable(source), "<test cell>")
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = tree.body[-1]
        target = ast.copy_location(ast.Name(RESULT, ast.Store()), last)
        tree.body[-1] = ast.copy_location(ast.Assign([target], last.value), last)
    # Asserts are the test: `python -O` must not take them out.
    return compile(tree, "<test cell>", "exec", dont_inherit=True, optimize=0)


def _asserts(source: str) -> bool:
    """Whether a cell asserts something; that nothing was raised says nothing otherwise."""
    return any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(runnable(source))))
