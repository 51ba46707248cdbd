"""Notebooks as pages and slides show them: formulas, outputs, links, notes."""

import json
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from courseware.notebooks.execution import Outcome
from courseware.publishing import executed as module
from courseware.publishing.executed import digest, executed
from courseware.publishing.mathml import with_mathml
from courseware.publishing.slides import LINES, for_slides
from courseware.publishing.static_form import STILL, WIDGET, static_form
from courseware.showing.claims import MIME_TYPE
from tests.tracked import tracked

NOTEBOOKS = tracked("lectures/*.ipynb", "exercises/*/*.ipynb", "docs/*.ipynb")


def texts() -> list[str]:
    return [
        "".join(cell["source"])
        for path in NOTEBOOKS
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "markdown"
    ]


def test_every_formula_becomes_mathml() -> None:
    formulas = 0
    for text in texts():
        shown = with_mathml(text)
        formulas += shown.count("<math")
        assert "$" not in re.sub(r"```.*?```|`[^`]*`", "", shown, flags=re.DOTALL), text
        for formula in re.findall(r"<math.*?</math>", shown):
            assert not re.search(r"[*_`\\|\[\]]|\n", formula), "markup of Markdown in a formula"
    assert formulas > 100


def output(**data: str) -> nbformat.NotebookNode:
    return new_output("display_data", data=data)


@pytest.mark.parametrize(
    ("data", "kind", "shown"),
    [
        ({WIDGET: "{}", "text/html": "<p>a</p>", "text/plain": "a"}, "text/html", "<p>a</p>"),
        ({WIDGET: "{}", "text/plain": "Explorer()"}, "text/markdown", STILL),
        ({MIME_TYPE: "{}", "text/markdown": "b", "text/plain": "c"}, "text/markdown", "b"),
        ({"text/plain": "c"}, "text/plain", "c"),
    ],
)
def test_one_form_of_an_output_is_shown(data: dict[str, str], kind: str, shown: str) -> None:
    cell = new_code_cell("x", outputs=[output(**data)])
    notebook = new_notebook(cells=[cell], metadata={"widgets": {"state": 1}})
    result = static_form(notebook)
    assert dict(result.cells[0].outputs[0].data) == {kind: shown}
    assert "widgets" not in result.metadata
    assert cell.outputs[0].data == data, "the notebook itself is not changed"


def test_warnings_and_progress_bars_are_left_out() -> None:
    streams = [new_output("stream", name=name, text=name) for name in ("stderr", "stdout")]
    result = static_form(new_notebook(cells=[new_code_cell("x", outputs=streams)]))
    assert [one.text for one in result.cells[0].outputs] == ["stdout"]


def test_code_that_is_folded_in_jupyter_is_folded_on_the_page() -> None:
    cells = [new_code_cell("a", metadata={"jupyter": {"source_hidden": True}}), new_code_cell("b")]
    result = static_form(new_notebook(cells=cells))
    assert [cell.metadata.get("tags") for cell in result.cells] == [["hide-input"], None]


def test_links_to_headings_are_those_of_a_page() -> None:
    text = "[a](#What-exactly-helps?) [b](03_x.ipynb#Part-two:-a-language-model) [c](d.ipynb)"
    result = static_form(new_notebook(cells=[new_markdown_cell(text)]))
    assert result.cells[0].source == (
        "[a](#what-exactly-helps) [b](03_x.ipynb#part-two-a-language-model) [c](d.ipynb)"
    )


def test_links_of_outputs_lead_to_pages_and_from_no_slide() -> None:
    text = "As in [lecture 04](04_x.ipynb), `a.ipynb` and [part two](03_y.ipynb#Part-two)."
    cell = slide("slide", new_code_cell("x", outputs=[output(**{"text/markdown": text})]))
    page = static_form(new_notebook(cells=[cell]))
    assert page.cells[0].outputs[0].data["text/markdown"] == (
        "As in [lecture 04](04_x.html), `a.ipynb` and [part two](03_y.html#part-two)."
    )
    shown = for_slides(page).cells[0].outputs[0].data["text/markdown"]
    assert shown == "As in lecture 04, `a.ipynb` and part two."


def slide(kind: str, cell: nbformat.NotebookNode) -> nbformat.NotebookNode:
    cell.metadata["slideshow"] = {"slide_type": kind}
    return cell


def kinds(notebook: nbformat.NotebookNode) -> list[str]:
    return [cell.metadata.slideshow.slide_type for cell in notebook.cells]


def test_readings_are_the_speakers_notes() -> None:
    reading = output(**{"text/markdown": "**Reading.** Half of [it](#There).", "text/plain": ""})
    cell = slide("fragment", new_code_cell("say(...)", outputs=[reading]))
    cell.metadata["jupyter"] = {"source_hidden": True}
    with_table = slide(
        "fragment", new_code_cell("t", outputs=[output(**{"text/html": "<p>"}), reading])
    )
    skipped = slide("skip", new_code_cell("import torch"))
    notebook = new_notebook(
        cells=[slide("slide", new_markdown_cell("# A")), skipped, cell, with_table]
    )
    result = for_slides(notebook)
    assert kinds(result) == ["slide", "notes", "fragment", "notes"]
    assert result.cells[1].source == "**Reading.** Half of it."
    assert len(result.cells[2].outputs) == 1


def test_what_would_not_fit_begins_a_new_slide() -> None:
    text = "\n".join(["a line"] * (LINES // 2))
    cells = [slide("fragment", new_markdown_cell(text)) for _ in range(5)]
    assert kinds(for_slides(new_notebook(cells=cells))) == [
        "slide",
        "fragment",
        "subslide",
        "fragment",
        "subslide",
    ]


@pytest.fixture
def course(tmp_path):
    for folder in ("lectures/results", "lib/courseware/chapters/c01_a", "lib/model_compression"):
        (tmp_path / folder).mkdir(parents=True)
    nbformat.write(new_notebook(cells=[new_code_cell("1 + 1")]), tmp_path / "lectures/01_a.ipynb")
    return tmp_path


def test_what_one_cell_shows_goes_on_on_the_next_slide() -> None:
    verdict = output(**{"text/html": "<div><em>?</em><br><b>Yes.</b><br><small>-</small></div>"})
    cell = new_code_cell("settle()", id="many", outputs=[verdict] * 20)
    first, *others = for_slides(new_notebook(cells=[cell])).cells
    assert len(others) == 3 and sum(len(c.outputs) for c in (first, *others)) == 20
    assert "transient" not in first.metadata
    for number, other in enumerate(others, 1):
        assert other.metadata["transient"] == {"remove_source": True}
        assert other.metadata["slideshow"]["slide_type"] == "subslide"
        assert other.id == f"many-{number}"


def test_a_lecture_is_run_again_only_after_a_change(course, monkeypatch) -> None:
    runs = []

    def run(path):
        runs.append(path)
        return Outcome(path, 0.0, None, notebook=nbformat.read(path, as_version=4))

    monkeypatch.setattr(module, "execute", run)
    lecture, cache = course / "lectures/01_a.ipynb", course / "build"
    for _ in range(2):
        executed(lecture, cache, course)
    assert len(runs) == 1
    for changed in ("lib/courseware/chapters/c01_a/plots.py", "lectures/results/x.json"):
        before = digest(lecture, course)
        (course / changed).write_text("1")
        assert digest(lecture, course) != before
        executed(lecture, cache, course)
    assert len(runs) == 3 and len(list(cache.iterdir())) == 1
    (course / "lib/courseware/chapters/c02_b").mkdir()
    (course / "lib/courseware/chapters/c02_b/plots.py").write_text("1")
    executed(lecture, cache, course)
    assert len(runs) == 3


def test_a_lecture_that_fails_is_told(course) -> None:
    path = course / "lectures/01_a.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("1 / 0")]), path)
    with pytest.raises(RuntimeError, match=r"01_a.*ZeroDivisionError"):
        executed(path, course / "build", course)
    assert not (course / "build").exists()
