"""Searching a bundle for what must not be in it, file by file, by what stands in them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from courseware.checks.quiz import Question

MARKERS = ("### BEGIN SOLUTION", "### BEGIN HIDDEN TESTS", "### BEGIN MARK SCHEME")
BLOCK = re.compile(r"### BEGIN (SOLUTION|HIDDEN TESTS|MARK SCHEME)\n(.*?)### END", re.S)
KEY = re.compile(r"\bright\s*=\s*[\"'][a-d][\"']")
BINARIES = {b"SQLite format 3\0": "a database", b"PRIVATE KEY-----": "a private key"}
LEAST = 14
"""Characters of a line that says something."""
OF_A_REASON = 50
"""Characters from the beginning of a quiz's reason; source code may break it further on."""


@dataclass(frozen=True)
class Wanted:
    """What is looked for.

    Attributes:
        solutions: name of a cell → the lines of its solution that the exercise does not show.
        hidden: lines of hidden tests, model answers and rubrics: each tells something alone.
        reasons: how the reasons of the quizzes' options begin.
        secrets: texts, by what they are.
    """

    solutions: Mapping[str, frozenset[str]]
    hidden: frozenset[str]
    reasons: frozenset[str]
    secrets: Mapping[str, str] = field(default_factory=dict)


def wanted_from(
    sources: Iterable[Path], questions: Iterable[Question], secrets: Mapping[str, str]
) -> Wanted:
    """What the source notebooks of exercises and their quizzes hold, and secrets."""
    solutions: dict[str, frozenset[str]] = {}
    hidden: set[str] = set()
    for path in sources:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        shown = {line for cell in cells for line in _lines(BLOCK.sub("", "".join(cell["source"])))}
        for cell in cells:
            for kind, block in BLOCK.findall("".join(cell["source"])):
                own = {line for line in _lines(block) if line not in shown}
                if kind == "SOLUTION" and cell["cell_type"] == "code":
                    name = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", "")
                    solutions[f"{path.stem}/{name}"] = frozenset(own)
                else:
                    hidden |= own
    reasons = {one.because[:OF_A_REASON] for each in questions for one in each.options.values()}
    return Wanted(solutions, frozenset(hidden), frozenset(reasons), secrets)


def leaks(
    files: Mapping[str, bytes], wanted: Wanted, may_show: Collection[str] = ()
) -> Iterator[str]:
    """One line for each thing that is found; files of `may_show` may hold solutions."""
    for path, content in sorted(files.items()):
        for bytes_, what in BINARIES.items():
            if bytes_ in content:
                yield f"{path} holds {what}"
        text = _text(path, content)
        lines = set(_lines(text))
        for what, secret in wanted.secrets.items():
            if secret in text:
                yield f"{path} holds {what}"
        for marker in MARKERS:
            if path.endswith(".ipynb") and marker in text:
                yield f"{path} holds {marker!r}"
        for line in sorted(lines & wanted.hidden)[:1]:
            yield f"{path} holds a line of a hidden test, model answer or rubric: {line[:60]}"
        if path not in may_show:
            for name, solution in wanted.solutions.items():
                if _gives_away(lines, solution):
                    yield f"{path} holds the solution of {name}"
        plain = re.sub(r"\s+", " ", text)
        if KEY.search(text) or any(reason in plain for reason in wanted.reasons):
            yield f"{path} holds keys or reasons of a quiz"


def _gives_away(lines: Collection[str], solution: frozenset[str]) -> bool:
    """Most of a solution's lines; one line alone may be anybody's."""
    found = sum(line in lines for line in solution)
    return found >= 2 and found >= 0.6 * len(solution)


def _text(path: str, content: bytes) -> str:
    """What a reader sees of a file: of a notebook its cells."""
    text = content.decode("utf-8", "replace")
    if not path.endswith(".ipynb"):
        return text
    cells = json.loads(text)["cells"]
    outputs = [json.dumps(cell.get("outputs", []), ensure_ascii=False) for cell in cells]
    return "\n".join([*("".join(cell["source"]) for cell in cells), *outputs])


def _lines(text: str) -> list[str]:
    """Lines that say something, without what surrounds them."""
    stripped = (line.strip() for line in text.splitlines())
    return [line for line in stripped if len(line) >= LEAST and not line.startswith("#")]
