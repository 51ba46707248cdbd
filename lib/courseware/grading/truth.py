"""Before a class is graded: the course's own solution, through the same sandbox, to full marks.

An exercise whose own solution falls short, or whose points differ between task, metadata and text,
would give wrong marks in silence, and so would a test that an untouched exercise passes; one that
needs what a hand-in does not have (variables of other cells, objects, files) would give right
answers 0. All of them are refused before anybody is graded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import determine_grade, is_grade, is_solution

from courseware.checks.points import problems
from courseware.grading.checks_version import checks_version
from courseware.grading.course import Exercise
from courseware.grading.jobs import InfrastructureError, Job, Run, run_job, show
from courseware.grading.master import source_folder
from courseware.grading.named import CourseError
from courseware.grading.plain_lines import in_one_line
from courseware.grading.rebuild import NotRecognised, grade_id

TESTS_SEE = "tests see functions and plain values that the stub names, see docs/grading.md"

NOBODY = "(the course's own solution)"


def prove(exercise: Exercise, run: Callable[[Job], Run] = run_job) -> bool:
    """Run the course's own solution; returns whether that had to be done again.

    Raises a `CourseError` where it does not come to full marks, or where points differ.
    """
    stamp, kept = _stamp(exercise), _record(exercise)
    if kept.is_file() and kept.read_text(encoding="ascii", errors="replace") == stamp:
        return False
    found = [*_found(exercise, run)]
    if found:
        told = f"{exercise.name} cannot be graded: {in_one_line(found[0])}"
        raise CourseError(told, found[1:])
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(stamp, encoding="ascii")
    return True


def _found(exercise: Exercise, run: Callable[[Job], Run]) -> Iterator[str]:
    for path in _sources(exercise):
        source = path.read_text(encoding="utf-8")
        yield from (f"{path.name}: {problem}" for problem in problems(source, exercise.name))
        master = exercise.sources[path.stem]
        job = Job(NOBODY, path.stem, source.encode(), master, "truth", exercise.place)
        try:
            came = run(job)
        except (InfrastructureError, NotRecognised) as error:
            yield f"the course's own solution could not be run: {error}"
            continue
        assert came.rebuilt is not None
        notebook = came.rebuilt.notebook(nbformat.reads(master, as_version=4))
        show(came, notebook)
        yield from _short_of(notebook)
        yield from _for_nothing(replace(job, submitted=master.encode()), run)


def _for_nothing(untouched: Job, run: Callable[[Job], Run]) -> Iterator[str]:
    """Tests that give all their points to an exercise as it was handed out."""
    notebook = nbformat.reads(untouched.master, as_version=4)
    show(run(untouched), notebook)
    for cell in notebook.cells:
        if is_grade(cell) and not is_solution(cell):
            points = float(cell.metadata.nbgrader["points"])
            score, _ = determine_grade(cell)
            if points and score is not None and score >= points:
                yield f"an untouched exercise gets all {points:g} points in {grade_id(cell)}"


def _short_of(notebook: NotebookNode) -> Iterator[str]:
    for cell in notebook.cells:
        if not is_grade(cell) or is_solution(cell):
            continue
        points = float(cell.metadata.nbgrader["points"])
        score, _ = determine_grade(cell)
        if score is None or score < points:
            shown = 0 if score is None else score
            yield (
                f"the course's own solution gets {shown:g} of {points:g} points in "
                f"{grade_id(cell)}{_why(cell)}"
            )


def _why(cell: NotebookNode) -> str:
    """The error of a test cell, if it ended in one."""
    for output in cell.outputs:
        if output.output_type == "error":
            advice = f"; {TESTS_SEE}" if output.ename == "NameError" else ""
            return f" ({output.ename}: {output.evalue[:200]}{advice})"
    return ""


def _sources(exercise: Exercise) -> list[Path]:
    return sorted(source_folder(exercise.api.coursedir, exercise.name).glob("*.ipynb"))


def _record(exercise: Exercise) -> Path:
    return Path(exercise.api.coursedir.root) / "build" / f"proven_{exercise.name}.txt"


def _stamp(exercise: Exercise) -> str:
    """A digest of all that may change what the solution gets."""
    contents = [hashlib.sha256(path.read_bytes()).hexdigest() for path in _sources(exercise)]
    facts = [checks_version(exercise.name), exercise.masters, contents]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
