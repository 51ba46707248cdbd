"""Every lecture, and the page that the course opens on, runs from top to bottom, from anywhere."""

from pathlib import Path

import pytest

from courseware.notebooks import execute
from tests.tracked import ROOT, tracked

LECTURES = tracked("lectures/*.ipynb")
HOME = ROOT / "home.ipynb"


def test_there_are_lectures_numbered_without_a_gap() -> None:
    assert LECTURES
    assert [path.name[:3] for path in LECTURES] == [f"{n:02}_" for n in range(len(LECTURES))]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("path", [HOME, *LECTURES], ids=lambda path: path.stem)
def test_it_runs(path: Path, tmp_path: Path) -> None:
    before = path.read_bytes()
    assert execute(path, folder=tmp_path).error is None
    assert path.read_bytes() == before
