"""Running one hand-in: a job that another process, or another machine, can do.

A job holds all that it needs, and gives back what the code cells showed. It knows no gradebook:
`course grade` prepares the runs of many hand-ins at once, and nbgrader's own `autograde`, in one
process, takes them from here instead of running them, and writes files and scores.
"""

from __future__ import annotations

import copy
import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import nbformat
from nbformat import NotebookNode

from courseware.checks.follow import ONCE, Policy, followed_by
from courseware.checks.seeds import drawn_for
from courseware.grading.anomalies import Anomaly, from_metadata, to_metadata
from courseware.grading.limited import Bounds, LimitExceeded, limited
from courseware.grading.master import digest
from courseware.grading.memory import limited_memory
from courseware.grading.rebuild import NotRecognised, rebuild
from courseware.grading.split.notebook import run_notebook, student_names
from courseware.grading.split.sandbox import InfrastructureError, Sandbox
from courseware.grading.split.sandboxes import Place, in_sandbox

__all__ = [
    "InfrastructureError",
    "Job",
    "Place",
    "Run",
    "prepare",
    "run_job",
    "run_rebuilt",
    "show",
    "take_prepared",
]


READING = Bounds(processor_seconds=10, seconds=60)
"""A notebook of twenty megabytes takes a second."""


@dataclass(frozen=True)
class Job:
    """One notebook that was handed in, its master, and the class's secret."""

    student: str
    notebook_id: str
    submitted: bytes = field(repr=False)
    """The bytes of the file."""
    master: str = field(repr=False)
    secret: str = field(repr=False)
    place: Place = field(repr=False)
    own: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The course's own solutions by cell, for a second judging."""
    follow: Policy = ONCE


@dataclass(frozen=True)
class Rebuilt:
    """What a hand-in came to when it was rebuilt: a source for each cell of the master."""

    made_from: str
    """A fingerprint of file and master."""
    sources: tuple[str, ...] = field(repr=False)
    anomalies: tuple[Anomaly, ...]

    def notebook(self, master: NotebookNode) -> NotebookNode:
        """The notebook to grade."""
        notebook = copy.deepcopy(master)
        for cell, source in zip(notebook.cells, self.sources, strict=True):
            cell.source = source
        return notebook


@dataclass(frozen=True)
class Run:
    """What the code cells of a notebook showed: JSON, a list of outputs for each."""

    sources: str
    """A fingerprint of what was run."""
    outputs: str = field(repr=False)
    isolation: str = "bubblewrap"
    rebuilt: Rebuilt | None = None


def run_job(job: Job) -> Run:
    """Rebuild a hand-in from its master and run it.

    A fault of the machine is raised, and a hand-in that is none to this exercise (`NotRecognised`).
    """
    master, of_master = _parsed(job.master)
    rebuilt = rebuild_limited(master, of_master, job.submitted)
    notebook, names = rebuilt.notebook(master), student_names(master)
    run = run_rebuilt(notebook, names, job.place, job.student, job.secret, job.own, job.follow)
    return replace(run, rebuilt=rebuilt)


def rebuild_limited(master: NotebookNode, of_master: str, submitted: bytes) -> Rebuilt:
    """Rebuild a hand-in; raises `NotRecognised`, too, for one that takes too long to read.

    `of_master` is the master's digest, which takes longer to work out than most hand-ins to read.
    """
    what = "reading the notebook"
    try:
        sources, anomalies = limited(
            what, _rebuilt, master, submitted, raises=NotRecognised, bounds=READING
        )
    except LimitExceeded as reason:
        raise NotRecognised(str(reason)) from reason
    found = tuple(from_metadata(anomalies))
    return Rebuilt(_made_from(of_master, submitted), tuple(map(str, sources)), found)


def _rebuilt(master: NotebookNode, submitted: bytes) -> tuple[list[str], Any]:
    notebook, anomalies = rebuild(master, submitted)
    return [cell.source for cell in notebook.cells], to_metadata(anomalies)


def _made_from(of_master: str, submitted: bytes) -> str:
    return hashlib.sha256(of_master.encode() + submitted).hexdigest()


@lru_cache(maxsize=8)
def _parsed(master: str) -> tuple[NotebookNode, str]:
    """A master and its digest."""
    notebook = nbformat.reads(master, as_version=4)
    return notebook, digest(notebook)


_one_at_a_time = threading.Lock()
"""What a test cell prints is collected by redirecting stdout, which a process has only one of."""


def run_rebuilt(
    notebook: NotebookNode,
    names: tuple[str, ...],
    place: Place,
    student: str,
    secret: str,
    own: Mapping[str, str] | None = None,
    follow: Policy = ONCE,
) -> Run:
    """Run a notebook that was rebuilt; `names` are what its solution cells are to define.

    With the course's `own` solutions, functions that call a failing one are judged twice.
    """

    def use(sandbox: Sandbox) -> Run:
        notebook_run = copy.deepcopy(notebook)
        run_notebook(notebook_run, names, sandbox, own)
        outputs = json.dumps([cell.outputs for cell in _code(notebook_run)])
        return Run(fingerprint(notebook), outputs, "bubblewrap" if sandbox.isolated else "none")

    code = fingerprint(notebook)
    hand_in = drawn_for(f"{place.exercise}/{student}", code, secret)
    with _one_at_a_time, hand_in, followed_by(follow), limited_memory():
        return in_sandbox(place, use)


def show(run: Run, notebook: NotebookNode) -> None:
    """Put what a run showed into the notebook that was run."""
    for cell, outputs in zip(_code(notebook), json.loads(run.outputs), strict=True):
        cell.execution_count = None
        cell.outputs = nbformat.from_dict(outputs)


def fingerprint(notebook: NotebookNode) -> str:
    """Tells whether two notebooks have the same code, cell by cell."""
    sources = json.dumps([cell.source for cell in _code(notebook)])
    return hashlib.sha256(sources.encode("utf-8", "surrogatepass")).hexdigest()


_prepared: dict[tuple[str, str, str], Run | InfrastructureError] = {}


def prepare(exercise: str, student: str, notebook_id: str, run: Run | InfrastructureError) -> None:
    """Keep a run, or why there is none, until `autograde` comes to this hand-in."""
    _prepared[exercise, student, notebook_id] = run


def rebuilt_hand_in(
    exercise: str,
    student: str,
    notebook_id: str,
    master: NotebookNode,
    of_master: str,
    submitted: bytes,
) -> Rebuilt:
    """A hand-in rebuilt from its master, as it was prepared for this very file, or now.

    `of_master` is the master's digest.
    """
    key = exercise, student, notebook_id
    run = _prepared.get(key)
    if isinstance(run, InfrastructureError):
        del _prepared[key]
        raise run
    rebuilt = run.rebuilt if run is not None else None
    if rebuilt is not None and rebuilt.made_from == _made_from(of_master, submitted):
        return rebuilt
    return rebuild_limited(master, of_master, submitted)


def take_prepared(
    exercise: str, student: str, notebook_id: str, notebook: NotebookNode
) -> Run | None:
    """The run of this very notebook, if there is one; it is handed out once."""
    run = _prepared.pop((exercise, student, notebook_id), None)
    if isinstance(run, InfrastructureError):
        raise run
    return run if run is not None and run.sources == fingerprint(notebook) else None


def _code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]
