"""HTML of students, made harmless."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from nbconvert.filters import strip_files_prefix

from courseware.grading.safe_html import (
    LONG_GAP,
    MAX_HIGHLIGHTED,
    MAX_MARKDOWN,
    MAX_TAGS,
    NO_TEX,
    clean_answer,
    clean_report,
    safe_highlight,
    safe_markdown,
)
from courseware.grading.split import test_cells
from tests.courseware.grading.toy import REPOSITORY

HOSTILE = [
    "<script>x</script>",
    "<img src=x onerror=y>",
    "<a href='javascript:x'>y</a>",
    "<iframe src='x'></iframe>",
    "<p style='background: url(x); position: fixed'>y</p>",
    "<svg onload=x>",
    "<form action=x><input></form>",
    "<style>p {}</style>",
    "<button data-toggle='modal' data-target='#x'>y</button>",
    "<b id=notebook-container name=x>y</b>",
    "<base href=//x><meta http-equiv=refresh content=0>",
]
LINKS = [
    "files/javascript:x",
    "/files/javascript:x",
    "files/files/javascript:x",
    "files&#47;javascript:x",
    "java&#10;script:x",
    "&#106;avascript:x",
    " javascript:x",
    "\x01javascript:x",
    "data:text/html,x",
    "../../api/x",
    "/logout",
    "//x.y/z",
    "\\\\x.y/z",
    "vbscript:x",
    "blob:x",
    "file:///etc/passwd",
    "https:javascript:x",
    "ftp://x.y/z",
    "#x' onclick='y",
]


class Tags(HTMLParser):
    """All tags of a page with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_that_acts_is_left(html: str) -> None:
    for cleaned in (clean_report(html), clean_answer(html), safe_markdown(html)):
        bad = r"<(script|img|iframe|svg|form|input|style|button|base|meta)|href|\bon\w+=|url|posi"
        assert not re.search(bad + r"|\b(id|name|data-\w+)=", cleaned), cleaned


@pytest.mark.parametrize("address", LINKS)
def test_only_full_addresses_are_links(address: str) -> None:
    for source in (f'<a href="{address}">y</a>', f"[y]({address})", f"[y](<{address}>)"):
        for html in (safe_markdown(source), strip_files_prefix(safe_markdown(source))):
            assert not any("href" in attributes for _, attributes in Tags(html).found)


@pytest.mark.parametrize(
    "address", ["https://x.y/z?a=b#c", "HTTP://x.y", "mailto:a@b.c", "#part-2"]
)
def test_full_addresses_are_links_that_give_nothing_away(address: str) -> None:
    [(_, attributes)] = [one for one in Tags(safe_markdown(f"[y]({address})")).found if one[1]]
    assert attributes == {"href": address, "rel": "noopener noreferrer"}


def test_an_answer_cannot_be_laid_over_the_page() -> None:
    cover = '<div class="modal-backdrop" style="margin: -9px"><b title="t">x</b></div>'
    assert clean_answer(cover) == "<div><b>x</b></div>"
    for language in ("{.modal-backdrop}", "modal-backdrop", "css", "mermaid"):
        fenced = safe_markdown(f"```{language}\nx\n```")
        assert Tags(fenced).found == [("pre", {}), ("code", {})]


@pytest.mark.parametrize(
    "source",
    [
        r"$\href{javascript:x}{y}$",
        r"$$\class{modal-backdrop}{y}$$",
        r"\begin{a}\style{position: fixed}{y}\end{a}",
        r"$\hre<b></b>f{javascript:x}{y}$",
        "<div>$&#92;href{javascript:x}{y}$</div>",
        r"$\def\a{\b}\let\c\d$",
        r"$\cssId{x}{y}$",
        r"$\bbox[position: fixed]{y}$",
    ],
)
def test_tex_that_does_more_than_draw_is_shown_as_it_is(source: str) -> None:
    assert safe_markdown(source).startswith(f'<div class="{NO_TEX}">')


def test_all_tex_of_the_exercises_is_drawn() -> None:
    for path in sorted((REPOSITORY / "solutions").glob("*/*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                assert NO_TEX not in safe_markdown("".join(cell["source"])), cell["id"]


def test_an_answer_keeps_its_look() -> None:
    html = safe_markdown("## A\n\n*b* `c` **d**\n\n- e<sub>2</sub>\n\n|f|g|\n|-|-|\n|$h_1$|i|\n")
    names = ("h2", "em", "code", "strong", "li", "sub", "table", "th", "td")
    assert {tag for tag, _ in Tags(html).found} >= set(names) and "$h_1$" in html
    assert "<pre><code>x &lt; y\n</code></pre>" in safe_markdown("```python\nx < y\n```")


def test_a_picture_is_named() -> None:
    assert safe_markdown("![my plot](attachment:plot.png)") == "<p>[my plot]</p>\n"
    assert "[an image]" in safe_markdown("![](https://x.y/pixel.png)")


@pytest.mark.parametrize(
    "source",
    ["a <b>" * MAX_TAGS + "c < d", "*a* " * MAX_MARKDOWN, "<b title=x><p>" * MAX_TAGS],
)
def test_what_takes_long_to_lay_out_is_shown_as_written(
    source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("courseware.grading.safe_html.MarkdownWithMath", None)
    html = safe_markdown(source)
    assert html.startswith(f'<pre class="{NO_TEX}">') and len(Tags(html).found) == 1


@pytest.mark.parametrize("source", ["x = 1\n" * MAX_HIGHLIGHTED, " \n" * 250, "\t" * 500 + "x"])
def test_what_takes_long_to_colour_is_not(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("courseware.grading.safe_html.highlight", None)
    html = safe_highlight(source + "<b>")
    assert "&lt;b&gt;" in html and len(Tags(html).found) == 2
    assert LONG_GAP.search(source) or len(source) > MAX_HIGHLIGHTED


def test_code_is_coloured() -> None:
    assert '<span class="k">def</span>' in safe_highlight("def f(): '<b>'", metadata={})
    assert "<b>" not in safe_highlight("def f(): '<b>'")


def test_what_a_library_stumbles_over_is_shown_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(html: str) -> str:
        raise RecursionError

    monkeypatch.setattr("courseware.grading.safe_html.clean_answer", fail)
    assert safe_markdown("*a* <b>") == f'<pre class="{NO_TEX}">*a* &lt;b&gt;</pre>'


def test_a_report_keeps_its_look() -> None:
    report = (
        '<div style="border-left: 4px solid var(--a, #388e3c); padding: 4px 12px"><b>✓</b></div>'
    )
    assert clean_report(report).replace(";", "") == report.replace(";", "")
    assert test_cells.clean_report is clean_report
