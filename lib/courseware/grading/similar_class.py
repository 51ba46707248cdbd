"""What is compared: the answers of a class, the solutions, and the functions of the library."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tqdm import tqdm

from courseware.checks import all_tasks
from courseware.grading.course import Exercise
from courseware.grading.limited import LimitExceeded, limited
from courseware.grading.master import source_folder
from courseware.grading.similar import Prints, Work, prints_of

SOLUTIONS, LIBRARY = "(solutions)", "(library)"


def works_of(exercise: Exercise) -> Iterator[Work]:
    """Everybody's graded answers, then what they are compared with besides."""
    for student in tqdm(exercise.handed_in(), desc=exercise.name, unit=" hand-ins"):
        folder = exercise.folder("autograded", student)
        notebooks = [folder / f"{notebook}.ipynb" for notebook in exercise.masters]
        sources = dict(_answers(path for path in notebooks if path.is_file()))
        if sources:
            yield _work(student, sources)
    folder = source_folder(exercise.api.coursedir, exercise.name)
    solutions = dict(_answers(sorted(folder.glob("*.ipynb"))))
    yield _work(SOLUTIONS, solutions, reference=True)
    library = {name: source for name in solutions if (source := in_library(name))}
    if library:
        yield _work(LIBRARY, library, reference=True)


def given_in(exercise: Exercise) -> Prints:
    """The prints of the exercise as it is handed out, stubs and all."""
    cells = (cell for text in exercise.sources.values() for cell in json.loads(text)["cells"])
    sources = [_source(cell) for cell in cells if cell["cell_type"] == "code"]
    return frozenset(one for source in sources for one in prints_of(source))


def _work(name: str, sources: Mapping[str, str], reference: bool = False) -> Work:
    try:
        found = limited("comparing", _prints, dict(sources))
    except LimitExceeded:
        found = {}
    return Work(name, sources, {task: frozenset(p) for task, p in found.items()}, reference)


def _prints(sources: dict[str, str]) -> dict[str, list[int]]:
    return {task: prints_of(source) for task, source in sources.items()}


def _answers(notebooks: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """The code cells that students fill in, by their nbgrader ids."""
    for path in notebooks:
        for cell in json.loads(path.read_bytes())["cells"]:
            mark = cell["metadata"].get("nbgrader", {})
            if cell["cell_type"] == "code" and mark.get("solution"):
                yield mark["grade_id"], _source(cell)


def _source(cell: Mapping[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def in_library(name: str) -> str:
    """The reference function, as one would paste it."""
    task = all_tasks().get(name)
    function = getattr(task.reference, "func", task.reference) if task else None
    return inspect.getsource(function) if inspect.isfunction(function) else ""
