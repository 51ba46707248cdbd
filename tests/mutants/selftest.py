"""Run every registered solution and every released stub through the checks of its task."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from courseware.checks import all_tasks
from courseware.checks.run import Report, run_task
from courseware.checks.task import Task
from courseware.registry import EXERCISES
from tests.mutants import table

ROOT = Path(__file__).parents[2]
SETUP = "import math\nimport struct\n\nimport numpy as np\nimport torch\n"


@dataclass
class Row:
    """What came of one task."""

    task: Task
    rejected: int = 0
    diagnosed: int = 0
    wrong: int = 0
    accepted: int = 0
    right: int = 0
    stub_score: float = 0.0
    problems: list[str] = field(default_factory=list)


def run(
    seed: str = "selftest", tasks: Iterable[Task] | None = None, n_draws: int = 1
) -> Iterator[Row]:
    """One row a task, as soon as it is done; `tasks` are all, unless they are given.

    Right solutions run on `n_draws` draws each; what they fail on is named.
    """
    table.load()
    stubs = released_stubs()
    for task in all_tasks().values() if tasks is None else tasks:
        row = Row(task)
        for entry in (w for w in table.WRONG if w.task == task.name):
            _count_wrong(row, entry, run_task(task, entry.function, seed))
        for solution in (r for r in table.RIGHT if r.task == task.name):
            seeds = [seed, *(f"{seed} {n}" for n in range(1, n_draws))]
            refused = [s for s in seeds if not _accepted(task, solution.function, s)]
            row.right += n_draws
            row.accepted += n_draws - len(refused)
            name = solution.function.__name__
            row.problems += [f"right solution refused: {name}, --seed {s!r}" for s in refused]
        if task.name not in stubs:
            row.stub_score = float(task.points)
            row.problems.append("no released stub in exercises/: run make exercises")
        else:
            row.stub_score = run_task(task, stubs[task.name], seed).score
        yield row


def _accepted(task: Task, function: Callable[..., Any], seed: str) -> bool:
    return run_task(task, function, seed).score == task.points


def _count_wrong(row: Row, entry: table.Wrong, report: Report) -> None:
    name = entry.function.__name__
    row.wrong += 1
    row.rejected += report.score < row.task.points
    if report.score >= row.task.points:
        row.problems.append(f"wrong solution accepted: {name}")
    causes = [diagnosis.name for diagnosis in report.diagnoses]
    if report.refusal:
        causes.append("off-limits")
    row.diagnosed += entry.says in causes
    if entry.says not in causes:
        row.problems.append(f"{name}: expected the cause {entry.says}, named {causes or 'none'}")


def released_stubs() -> dict[str, Callable[..., Any]]:
    """The untouched functions of the released exercises, by name."""
    stubs: dict[str, Callable[..., Any]] = {}
    for exercise in EXERCISES:
        path = ROOT / "exercises" / exercise / f"{exercise}.ipynb"
        if path.is_file():
            stubs |= stubs_of(path)
    return stubs


def stubs_of(path: Path) -> dict[str, Callable[..., Any]]:
    """The functions that the solution cells of a notebook define."""
    namespace: dict[str, Any] = {}
    exec(SETUP, namespace)
    names = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "code" and marks.get("solution"):
            exec("".join(cell["source"]), namespace)
            names.append(marks["grade_id"])
    return {name: namespace[name] for name in names if callable(namespace.get(name))}
