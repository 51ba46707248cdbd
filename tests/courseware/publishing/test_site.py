"""The site: every page is there, every link leads somewhere, nothing comes from elsewhere."""

import ast
import re
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from courseware.languages.names import TRANSLATED
from courseware.publishing.api_pages import api_pages
from courseware.publishing.definitions import DEFINITIONS
from courseware.publishing.pages import LARGEST, problems
from courseware.publishing.slides import deck, lay_out
from courseware.registry import CHAPTERS, EXERCISES
from tests.tracked import ROOT

LIBRARY = ROOT / "lib" / "model_compression"
PAGES = api_pages(LIBRARY)


def text_of(site: Path, page: str) -> str:
    return (site / page).read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_site_is_whole_and_needs_nothing_else(site: Path) -> None:
    assert problems(site) == []
    for chapter in CHAPTERS:
        assert (site / f"lectures/{chapter.folder}.html").is_file()
    for name in EXERCISES:
        page = text_of(site, f"exercises/{name}/{name}.html")
        assert "BEGIN SOLUTION" not in page and "Model answer" not in page
        assert f"/lab/tree/exercises/{name}/{name}.ipynb" in page
        assert '<html class="no-js" lang="en"' in page
    assert "gptq_quantize" in text_of(site, "library/gptq.html")
    assert "searchindex.js" in text_of(site, "search.html")
    assert (site / "searchindex.js").is_file()
    assert "剪枝" in text_of(site, "docs/glossary.html")


@pytest.mark.slow
@pytest.mark.parametrize("language", TRANSLATED)
def test_every_exercise_is_there_in_every_language_and_they_lead_to_each_other(
    language: str, site: Path
) -> None:
    listed = text_of(site, f"exercises/{language}.html")
    assert f'href="exercises/{language}.html"' in text_of(site, "index.html")
    for name in EXERCISES:
        english = text_of(site, f"exercises/{name}/{name}.html")
        page = text_of(site, f"exercises/{name}/{language}.html")
        assert f'href="{language}.html"' in english and f'href="{name}.html"' in page
        assert f'href="{name}/{language}.html"' in listed
        assert f'<html class="no-js" lang="{language}"' in page
        assert '<div lang="en">' in page  # the contents beside it
        assert f"{language}.html" in page and "difficulty ●" not in page
        assert "/lab/tree/exercises/" in page and "Open in JupyterLab" not in page
        assert english.count("raise NotImplementedError") == page.count("raise NotImplementedError")


@pytest.mark.slow
def test_formulas_are_mathml_and_no_code_of_widgets_is_loaded(site: Path) -> None:
    page = text_of(site, "lectures/01_number_formats.html")
    assert "<math" in page and "$$" not in page
    for script in ("mathjax", "require.js", "html-manager"):
        assert script not in page.lower()


@pytest.mark.slow
def test_every_term_of_the_glossary_says_what_it_means_on_a_page_of_a_lecture(site: Path) -> None:
    pages = [text_of(site, f"lectures/{chapter.folder}.html") for chapter in CHAPTERS]
    named = set(re.findall(r'<tr[^>]* id="(term-[^"]+)"', text_of(site, "docs/glossary.html")))
    assert len(named) == len(DEFINITIONS)
    assert {term for page in pages for term in re.findall(r"#(term-[^\"]+)", page)} == named
    for page in pages:
        ids = re.findall(r'role="tooltip" id="([^"]+)"', page)
        assert len(ids) == len({*ids}) and {*ids} == {*re.findall(r'describedby="([^"]+)"', page)}
        assert not any("<a " in formula for formula in re.findall(r"<math.*?</math>", page, re.S))
    assert "Two’s complement" in pages[1] and "二補數" in pages[1]


def test_every_public_function_of_the_library_has_its_entry() -> None:
    for path in LIBRARY.glob("*.py"):
        if path.name.startswith("_"):
            assert f"{path.stem}.md" not in PAGES
            continue
        page = PAGES[f"{path.stem}.md"]
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert (ast.get_docstring(tree) or "") in page
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                assert (f"## `{node.name}`" in page) != node.name.startswith("_")
    assert re.search(
        r"```python\ndef quantize\(\n?.*?\) -> torch.Tensor\n", PAGES["integer_scaling.md"], re.S
    )


def page(folder: Path, body: str, name: str = "a.html") -> None:
    (folder / name).write_text(f"<html><body>{body}</body></html>", encoding="utf-8")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('<a href="b.html">', "links to b.html, which is not there"),
        ('<a href="#nowhere">', "links to #nowhere, where no such place is"),
        ('<a href="/a.html">', "links to /a.html, which is not there"),
        ('<a href="../outside.html">', "links to ../outside.html, which is not there"),
        ('<script src="https://b.example/c.js"></script>', "loads https://b.example/c.js, which"),
        ('<link rel="stylesheet" href="/c.css">', "loads /c.css, which is not below its folder"),
        ('<img src="c.png" alt="">', "loads c.png, which is not there"),
        ('<img src="data:image/png;base64,">', "1 pictures without a text"),
        ("x" * (LARGEST + 1), "2.0 MB with its pictures, at most 2"),
    ],
)
def test_what_is_wrong_with_a_page_is_told(tmp_path: Path, body: str, told: str) -> None:
    site = tmp_path / "site"
    site.mkdir()
    page(tmp_path, "", "outside.html")
    page(site, body)
    [problem] = problems(site)
    assert problem.startswith(f"a.html: {told}")


def test_a_page_with_all_of_its_parts_is_good(tmp_path: Path) -> None:
    page(tmp_path, '<p id="here"></p><a href="b.html#there"></a><a href="https://c.example">')
    page(tmp_path, '<p id="there"></p><a href="#there"><img alt="d" src="d%20e.png">', "b.html")
    (tmp_path / "d e.png").write_bytes(b"")
    assert problems(tmp_path) == []
    (tmp_path / "f.css").write_text("a { background: url(https://c.example/d.png) }")
    assert problems(tmp_path) == ["f.css: loads https://c.example/d.png"]


def test_a_deck_needs_nothing_but_its_folder(tmp_path: Path) -> None:
    cells = [
        new_markdown_cell("# Title\n\n$x^2$ and ![two](figures/00_memory.svg)"),
        new_code_cell("1", outputs=[new_output("display_data", data={"text/html": "<b>one</b>"})]),
    ]
    lay_out(ROOT, tmp_path, CHAPTERS[:1])
    text = deck(new_notebook(cells=cells), CHAPTERS[0])
    (tmp_path / f"{CHAPTERS[0].folder}.html").write_text(text, encoding="utf-8")
    assert problems(tmp_path) == []
    assert "<math" in text and "<b>one</b>" in text and "mathjax" not in text.lower()
    assert (tmp_path / "reveal" / "dist" / "reveal.js").is_file()
