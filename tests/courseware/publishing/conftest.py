"""A site of lectures that have not run, which takes minutes less; built once for all tests here."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from courseware.publishing.executed import plain
from courseware.publishing.site import build
from courseware.showing import say
from courseware.showing.claims import Exact
from courseware.showing.predict import Prediction
from courseware.showing.style import Picture
from tests.tracked import ROOT

SHOWN_IN = "01_number_formats"
"""The lecture that has outputs, of every kind that lectures have."""

WIDE = [{f"column {n}": "1111 0000 1111 0000" for n in range(12)}]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of its pages."""
    folder = tmp_path_factory.mktemp("build") / "site"
    build(ROOT, folder, _lecture)
    return folder


def _lecture(path: Path) -> NotebookNode:
    lecture = plain(path)
    if path.stem == SHOWN_IN:
        lecture.cells.insert(2, new_code_cell("1 + 1", outputs=_outputs()))
    return lecture


def _outputs() -> list[NotebookNode]:
    bundles: list[dict[str, object]] = []
    shown = {"get_ipython": lambda: True, "display": lambda one, raw: bundles.append(one)}
    with mock.patch.multiple(say, **shown):
        say.say("A scale of **two**, with $x^2$ and a [place](#Further-reading).")
        say.show_table(WIDE, "A table that is wider than a phone")
        for answer in (True, False, None):
            say.verdict("Does it fit?", answer, "it is measured", Exact("one sum"))
    bundles.append(Prediction("99-site", "How many?", ("one", "two")).as_shown())
    bundles.append(
        Picture('<svg xmlns="http://www.w3.org/2000/svg"/>', "nothing")._repr_mimebundle_()
    )
    return [new_output("display_data", data=bundle) for bundle in bundles] + [
        new_output("stream", text="printed " * 40)
    ]
