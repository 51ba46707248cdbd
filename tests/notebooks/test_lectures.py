"""Every lecture, and the page that the course opens on, runs from top to bottom, from anywhere."""

import ast
import base64
import json
import re
from pathlib import Path

import nbformat
import pytest

from courseware.notebooks import execute
from courseware.showing.predict import OTHERWISE
from tests.courseware.showing.colours import told_by_colour_alone
from tests.tracked import ROOT, tracked

LECTURES = tracked("lectures/*.ipynb")
HOME = ROOT / "home.ipynb"


def cells(path: Path, kind: str) -> dict[str, str]:
    """Id → text of the cells of a kind."""
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return {cell["id"]: "".join(cell["source"]) for cell in found if cell["cell_type"] == kind}


def readings(path: Path) -> dict[str, list[ast.expr]]:
    """Id of a cell → what it gives to `say`."""
    return {
        name: [
            call.args[0]
            for call in ast.walk(ast.parse(source))
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "say"
        ]
        for name, source in cells(path, "code").items()
    }


def pictures(notebook: nbformat.NotebookNode | None) -> list[str]:
    """The drawings that a notebook shows, as SVG."""
    assert notebook is not None
    shown = [
        str(output["data"].get("text/html", ""))
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "data" in output
    ]
    found = re.findall(r"data:image/svg\+xml;base64,([\w+/=]+)", "\n".join(shown))
    return [base64.b64decode(one).decode() for one in found]


def questions(path: Path) -> set[str]:
    """Numbers of what the lecture promises to settle."""
    promises = [text for text in cells(path, "markdown").values() if " settles" in text]
    return {number for text in promises for number in re.findall(r"^(\d+)\. ", text, re.M)}


def test_there_are_lectures_numbered_without_a_gap() -> None:
    assert LECTURES
    assert [path.name[:3] for path in LECTURES] == [f"{n:02}_" for n in range(len(LECTURES))]


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_it_is_read_in_one_sitting(path: Path) -> None:
    """At most 80 cells, 3,500 words and ten predictions; it says how long it takes."""
    texts, code = cells(path, "markdown"), cells(path, "code")
    words = " ".join(texts.values()).split()
    for said in readings(path).values():
        words += " ".join(ast.unparse(text) for text in said).split()
    assert len(texts) + len(code) <= 80
    assert len(words) <= 3500
    assert sum("= predict(" in source for source in code.values()) <= 10
    title, *others = texts.values()
    assert not any("**Predict.**" in text for text in others)
    assert any(word in title for word in ("minutes", "hour"))


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_a_reading_reads_what_was_computed(path: Path) -> None:
    """What no number went into is Markdown."""
    for name, said in readings(path).items():
        for text in said:
            parts = ast.walk(text)
            assert any(isinstance(part, ast.FormattedValue | ast.Name) for part in parts), name


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("path", [HOME, *LECTURES], ids=lambda path: path.stem)
def test_it_runs(path: Path, tmp_path: Path) -> None:
    """To its end, changing nothing; each question has its verdict, and each verdict a basis.

    No picture tells anything by its colour alone.
    """
    before = path.read_bytes()
    outcome = execute(path, folder=tmp_path)
    assert outcome.error is None
    assert path.read_bytes() == before
    verdicts = [claim for claim in outcome.claims if claim["kind"] == "verdict"]
    assert all(claim["rests_on"] for claim in verdicts)
    assert {claim["text"].partition(".")[0] for claim in verdicts} == questions(path)
    assert not [claim for claim in outcome.claims if OTHERWISE in claim["text"]]
    assert [pair for svg in pictures(outcome.notebook) for pair in told_by_colour_alone(svg)] == []
