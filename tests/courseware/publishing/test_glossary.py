"""The glossary holds every vocabulary, and every link of it leads to a heading."""

import json
import re
import shutil
from pathlib import Path

import pytest

from courseware.publishing.definitions import DEFINITIONS
from courseware.publishing.glossary import glossary, sections_of, terms_of
from courseware.publishing.static_form import anchor
from courseware.registry import CHAPTERS
from tests.tracked import ROOT

PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")


ROW = re.compile(r"^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \| \[", re.MULTILINE)


def test_the_page_holds_what_the_vocabularies_say() -> None:
    """Which section explains a term is a choice, and stays until that section is gone."""
    command = "python -m courseware.publishing glossary > docs/glossary.md"
    assert ROW.findall(PAGE) == ROW.findall(glossary(ROOT)), command


def test_every_term_is_there_once() -> None:
    terms = {term.name for chapter in CHAPTERS for term in terms_of(sections_of(chapter, ROOT))}
    assert len(ROW.findall(PAGE)) == len(terms) > 100


def test_every_term_has_a_meaning() -> None:
    assert [english for english, *_, means in ROW.findall(PAGE) if means == "–"] == []
    assert all(means.endswith(".") for means in DEFINITIONS.values())


def test_every_link_leads_to_a_heading_of_a_lecture() -> None:
    links = re.findall(r"\]\(\.\./(lectures/\w+\.ipynb)#([^)]+)\)", PAGE)
    assert len(links) == PAGE.count("](")
    for path, place in links:
        cells = json.loads((ROOT / path).read_text(encoding="utf-8"))["cells"]
        text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
        headings = re.findall(r"^#{1,4} (.+)$", text, re.MULTILINE)
        assert place in map(anchor, headings), f"{path}#{place}"


def test_one_term_has_one_translation(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "lectures", tmp_path / "lectures")
    path = tmp_path / "lectures" / "07_structured_pruning.ipynb"
    row = "| unstructured pruning | 非結構化剪枝 |"
    text = path.read_text(encoding="utf-8")
    assert row in text
    path.write_text(text.replace(row, "| unstructured pruning | 剪枝 |"), encoding="utf-8")
    with pytest.raises(ValueError, match="07_structured_pruning: expected 非結構化剪枝"):
        glossary(tmp_path)
