"""Every lecture, and the page that the course opens on, runs from top to bottom, from anywhere."""

import json
from pathlib import Path

import pytest

from courseware.notebooks import execute
from tests.tracked import ROOT, tracked

LECTURES = tracked("lectures/*.ipynb")
HOME = ROOT / "home.ipynb"


def test_there_are_lectures_numbered_without_a_gap() -> None:
    assert LECTURES
    assert [path.name[:3] for path in LECTURES] == [f"{n:02}_" for n in range(len(LECTURES))]


@pytest.mark.parametrize("path", LECTURES[:4], ids=lambda path: path.stem)
def test_it_is_read_in_one_sitting(path: Path) -> None:
    """At most 80 cells and ten predictions that are kept; how long it takes stands at the top."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells]
    ids = [cell["id"] for cell in cells]
    # What follows in lecture 03 is about language models, a sitting of its own.
    sitting = sources[: ids.index("part-two")] if "part-two" in ids else sources
    assert len(sitting) <= 80
    assert sum("= predict(" in source for source in sources) <= 10
    assert not any("**Predict.**" in source for source in sources[1:])
    assert any(word in sources[0] for word in ("minutes", "hour"))


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("path", [HOME, *LECTURES], ids=lambda path: path.stem)
def test_it_runs(path: Path, tmp_path: Path) -> None:
    before = path.read_bytes()
    assert execute(path, folder=tmp_path).error is None
    assert path.read_bytes() == before
