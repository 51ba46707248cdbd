"""The leaderboard of a class: who takes part, the draws they meet, and what was measured so far.

Out of the gradebook come those whose hand-in has all points for the task: only among files that are
good enough bytes are worth comparing. Each is run again, as it was graded, on draws that are common
to the class and that no report has shown. What was measured is kept beside the course's other
records and holds as long as hand-in, checks and draws are the same ones.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from courseware.checks.facts import MIME_TYPE
from courseware.grading.checks_version import checks_version
from courseware.grading.class_secret import class_secret
from courseware.grading.course import Exercise
from courseware.grading.jobs import Place, fingerprint, run_rebuilt
from courseware.grading.league import Entry, files_of
from courseware.grading.limited import LimitExceeded, limited
from courseware.grading.master import source_folder
from courseware.grading.named import CourseError
from courseware.grading.rebuild import grade_id
from courseware.grading.scores import read_names, read_scores
from courseware.grading.split.notebook import student_names
from courseware.grading.whole_file import whole_file
from courseware.registry import EXERCISES

Answers = Mapping[str, str]
Measured = list[list[dict[str, Any]]]
"""For each draw, what was measured of each budget."""

NOBODY = "(the leaderboard)"


@dataclass(frozen=True)
class Racer:
    """A hand-in or a reference strategy: its answers by nbgrader id.

    Attributes:
        key: the student's id, or the name of the strategy.
        name: the student's, as the gradebook has it.
    """

    key: str
    answers: Answers = field(repr=False)
    reference: bool = False
    name: str = ""


@dataclass(frozen=True)
class Race:
    """One racer's notebook, with a test cell for each draw: all that another process needs."""

    notebook: NotebookNode = field(repr=False)
    names: tuple[str, ...]
    place: Place
    secret: str = field(repr=False)


def league_of(exercise: Exercise) -> ModuleType:
    """What the exercise's room says of its leaderboard."""
    if exercise.name in EXERCISES:
        chapter = EXERCISES[exercise.name]
        try:
            return chapter.part("league")
        except ModuleNotFoundError as error:
            if error.name != f"{chapter.room}.league":
                raise
    with_one = [name for name, one in EXERCISES.items() if find_spec(f"{one.room}.league")]
    raise CourseError(f"{exercise.name} has no leaderboard; there is one of {', '.join(with_one)}")


def students_in(exercise: Exercise) -> Iterator[Racer]:
    """Those who have all points for the task, in the gradebook of now."""
    task = f"test_{league_of(exercise).TASK}"
    with exercise.gradebook() as gradebook:
        stored, names = read_scores(gradebook, exercise.name), read_names(gradebook)
    for one in stored:
        points = {key.grade_id: (key, score) for key, score in one.scores.items()}
        key, score = points.get(task, (None, None))
        if key is None or score is None or score.points is None or score.points < key.points:
            continue
        graded = exercise.graded_notebook(one.student, key.notebook)
        if graded is not None:
            yield Racer(one.student, _answers(graded), name=names.get(one.student, ""))


def references_of(exercise: Exercise) -> Iterator[Racer]:
    """The course's own solution, and what becomes of it where a part is done in another way."""
    answers: dict[str, str] = {}
    for path in sorted(source_folder(exercise.api.coursedir, exercise.name).glob("*.ipynb")):
        answers |= _answers(nbformat.read(path, as_version=4))
    for name, changes in league_of(exercise).STRATEGIES.items():
        yield Racer(name, answers | changes, reference=True)


def race_of(exercise: Exercise, racer: Racer) -> Race:
    """The master with a racer's answers, and for each draw a cell in place of the test cells."""
    league, root = league_of(exercise), Path(exercise.api.coursedir.root)
    secret = class_secret(root)
    (master,) = (
        nbformat.reads(text, as_version=4)
        for text in exercise.sources.values()
        if f"test_{league.TASK}" in text
    )
    notebook = copy.deepcopy(master)
    notebook.cells = []
    for cell in master.cells:
        if cell.cell_type != "code":
            continue
        if is_solution(cell):
            cell.source = racer.answers.get(grade_id(cell), cell.source)
        if not is_grade(cell) or is_solution(cell):
            notebook.cells.append(cell)
        elif grade_id(cell) == f"test_{league.TASK}":
            for number in range(league.DRAWS):
                notebook.cells.append(_draw(cell, exercise.name, league.TASK, secret, number))
    return Race(notebook, student_names(master), exercise.place, secret)


def _draw(test: NotebookNode, exercise: str, task: str, secret: str, number: int) -> NotebookNode:
    """A cell that measures on one draw, with a seed that only the class's secret tells."""
    seed = hashlib.sha256(f"{secret}/leaderboard/{exercise}/{number}".encode()).hexdigest()
    cell = copy.deepcopy(test)
    cell.id = cell.metadata.nbgrader["grade_id"] = f"draw-{number}"
    cell.source = (
        "from courseware.registry import EXERCISES\n\n"
        f"EXERCISES[{exercise!r}].part('league').measure({task}, {seed!r})\n0.0"
    )
    return cell


def run_race(race: Race) -> Measured:
    """Run it in the sandbox; a draw on which the judge itself failed brings nothing."""
    came = run_rebuilt(race.notebook, race.names, race.place, NOBODY, race.secret)
    found: Measured = []
    for cell, outputs in zip(race.notebook.cells, json.loads(came.outputs), strict=True):
        if cell.id.startswith("draw-"):
            facts = (output.get("data", {}).get(MIME_TYPE, {}) for output in outputs)
            found.append(next((one["league"] for one in facts if "league" in one), []))
    return found


def stamp_of(exercise: Exercise, race: Race) -> str:
    """Tells whether the same would be measured again: the code, the draws, the checks."""
    facts = [fingerprint(race.notebook), checks_version(exercise.name)]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


class Kept:
    """What was measured so far, by stamp: a file in the course folder's `build`."""

    def __init__(self, exercise: Exercise) -> None:
        folder = Path(exercise.api.coursedir.root) / "build"
        self._path = folder / f"leaderboard_{exercise.name}.json"
        there = self._path.is_file()
        self._known = json.loads(self._path.read_text(encoding="utf-8")) if there else {}

    def get(self, stamp: str) -> Measured | None:
        """What was measured, if it was."""
        found: Measured | None = self._known.get(stamp)
        return found

    def keep(self, stamp: str, measured: Measured) -> None:
        """Keep it, at once: whoever interrupts the command loses one hand-in at most."""
        self._known[stamp] = measured
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(self._path) as new:
            new.write_text(json.dumps(self._known, indent=1, sort_keys=True), encoding="utf-8")


def entry_of(league: ModuleType, racer: Racer, shown: str, measured: Measured) -> Entry:
    """What goes onto the board."""
    files = files_of(measured)
    complete = {
        budget: [*files.get(budget, []), *[None] * league.DRAWS][: league.DRAWS]
        for budget in league.BUDGETS
    }
    others = [text for key, text in racer.answers.items() if key in league.CELLS]
    return Entry(shown, complete, _literals(others), racer.reference)


def _answers(notebook: NotebookNode) -> dict[str, str]:
    return {
        grade_id(cell): cell.source
        for cell in notebook.cells
        if cell.cell_type == "code" and is_solution(cell)
    }


def _literals(sources: list[str]) -> int | None:
    """Bytes of numbers and texts in some cells; None if they cannot be read."""
    try:
        return limited("reading", literal_bytes, sources)
    except LimitExceeded:
        return None


def literal_bytes(sources: list[str]) -> int | None:
    """Bytes of numbers and texts as they are written, docstrings and other lone ones left out.

    >>> literal_bytes(['def f(x):\\n    "A word."\\n    return 10 * x + 1.5'])
    5
    """
    n = 0
    for source in sources:
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            return None
        lone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
        n += sum(len(ast.unparse(one).encode()) for one in constants if id(one) not in lone)
    return n
