"""Whole notebooks judged while the worker answers anything: no outcome comes from honest code."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import nbformat
from hypothesis import strategies as st
from nbgrader.utils import is_grade, is_solution

from courseware.checks.seeds import drawn_for
from courseware.grading.course import open_course
from courseware.grading.master import read_master
from courseware.grading.split.notebook import run_notebook, student_names
from courseware.grading.split.protocol import Closed, Late, parse
from courseware.grading.split.sandbox import Limits
from tests.fuzz.answers import encoded, replies, texts
from tests.fuzz.target import GRADED, Target
from tests.sample_class.handing_in import ROOT

EXERCISES = tuple(sorted(path.name for path in (ROOT / "solutions").iterdir() if path.is_dir()))

Reply = tuple[str, dict[str, Any], bytes]
"""How it comes (as asked, late, after the end), its message and its bytes."""


class HostileSandbox:
    """In place of a sandbox: its workers answer what was drawn, one after the other, for ever."""

    limits = Limits()
    isolated = True
    can_lack: frozenset[str] = frozenset()

    def __init__(self, drawn: Sequence[Reply]) -> None:
        self._drawn = drawn
        self._asked = 0
        self.student_ran = False

    def start_worker(self, without: Sequence[str] = ()) -> HostileWorker:
        """A worker that goes on where the one before it ended."""
        return HostileWorker(self)

    def end(self, worker: HostileWorker) -> int:
        """It ended by no signal."""
        return 0

    def next_reply(self) -> Reply:
        """What is said next."""
        self._asked += 1
        return self._drawn[self._asked % len(self._drawn)]


class HostileWorker:
    """In place of a worker and of the channel to it."""

    def __init__(self, sandbox: HostileSandbox) -> None:
        self._sandbox = sandbox
        self.channel = self

    def send(self, message: Mapping[str, Any], data: bytes = b"", by: float = 0) -> None:
        """A request."""
        self._request = message

    def receive(self, by: float = 0) -> tuple[dict[str, Any], bytearray]:
        """The answer to it, which went over a line."""
        names = self._request.get("names", [])
        self._sandbox.student_ran |= bool(names)
        how, message, data = "asked", {}, b""
        if self._sandbox.student_ran:  # before, there is nobody in it who could answer
            how, message, data = self._sandbox.next_reply()
        if how == "late":
            raise Late
        if how == "closed":
            raise Closed
        honest = {"printed": "", "error": None, "uses": {}, "aliases": {}}
        if self._request["do"] == "run":  # so that there is something to call
            honest |= {"functions": list(names), "values": {"d": [[name, None] for name in names]}}
        if self._request["do"] != "call" and how == "asked":
            message, data = honest, b""
        text = json.dumps({**message, "id": self._request["id"]})
        return parse(text.encode()), bytearray(data)

    def has_something(self, seconds: float) -> bool:
        """Whether an answer has begun."""
        return True

    def reading(self) -> None:
        """It is no process that computes or waits."""

    def is_quiet(self) -> bool:
        """Whether nothing came unasked."""
        return True

    def thaw(self) -> None:
        """As a worker's."""

    freeze = thaw

    def has_ended(self, seconds: float) -> bool:
        """As a worker's."""
        return True

    def threads(self) -> int:
        """As a worker's."""
        return 1


plausible = st.builds(
    lambda node, printed, changed: (
        "asked",
        {"value": node[0], "printed": printed, "error": None, "changed": changed},
        node[1],
    ),
    encoded,
    st.just("") | texts,
    st.just([]) | st.lists(st.integers(0, 3), max_size=2),
)
answer = (
    plausible
    | plausible
    | st.builds(
        lambda how, reply: (how, *reply),
        st.sampled_from(["asked", "asked", "any", "late", "closed"]),
        replies(),
    )
)


@cache
def _master(exercise: str) -> nbformat.NotebookNode:
    api = open_course(ROOT)
    return read_master(api.coursedir, exercise, exercise, parent=api)


def worker_target() -> Target:
    """All test cells of an exercise, judged on answers that were drawn."""
    several = [st.lists(kind, min_size=1, max_size=8) for kind in (plausible, answer)]
    drawn = st.tuples(st.sampled_from(EXERCISES), st.one_of(several))
    return Target("exercises with a hostile worker", drawn, check_judging, batch=40)


def check_judging(drawn: tuple[str, Sequence[Reply]]) -> list[str]:
    """It comes to its end, and every test cell to a score within its points or to an error."""
    exercise, answers = drawn
    notebook = copy.deepcopy(_master(exercise))
    with drawn_for(f"{exercise}/eve", "fuzz", "secret"):
        run_notebook(notebook, student_names(notebook), HostileSandbox(answers))  # type: ignore[arg-type]
    nbformat.validate(notebook)
    nbformat.writes(notebook).encode()
    for cell in notebook.cells:
        if is_grade(cell) and not is_solution(cell):
            _check_score(cell)
    return [GRADED]


def _check_score(cell: nbformat.NotebookNode) -> None:
    scores = [o.data["text/plain"] for o in cell.outputs if o.output_type == "execute_result"]
    errors = [o for o in cell.outputs if o.output_type == "error"]
    assert len(scores) + len(errors) == 1
    # Of a function that the worker does not know; whatever else is wrong costs points.
    assert all(error.ename == "NameError" for error in errors), errors
    assert all(0 <= float(score) <= cell.metadata.nbgrader["points"] for score in scores)
