"""Every notebook of the repository is in its stored form."""

from pathlib import Path

import pytest

from courseware.notebooks import check
from tests.tracked import ROOT, tracked


@pytest.mark.parametrize("path", tracked("*.ipynb"), ids=lambda path: str(path.relative_to(ROOT)))
def test_notebook_is_in_order(path: Path) -> None:
    assert check(path) == []
