"""What is shown of a hand-in: HTML in pages, lines in terminals, tables in files."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from typing import Any

from bleach._vendor import html5lib
from hypothesis import strategies as st

from courseware.grading.class_csv import write_csv
from courseware.grading.class_report import ClassReport, Row, as_text
from courseware.grading.folder_names import is_alike, is_variant, name_obstacle, shown
from courseware.grading.plain_lines import (
    FORMULA,
    columns_of,
    in_a_cell,
    in_lines,
    in_one_line,
    padded,
)
from courseware.grading.safe_html import (
    LINK,
    NO_TEX,
    STYLES,
    TAGS,
    clean_answer,
    clean_report,
    safe_highlight,
    safe_markdown,
)
from courseware.grading.scores import Score, Task
from courseware.handing_in.runnable import runnable
from tests.fuzz.drawn import long_texts, pieces, texts
from tests.fuzz.notebooks import check_code
from tests.fuzz.target import GRADED, REFUSED, Target

TASKS = (Task("01_toy", "test_square", 4.0), Task("01_toy", "test_cube", 2.0))
SCORES = (Score(4.0), Score(None, open=True))
rows = st.lists(
    st.builds(
        lambda student, problem, odd: Row(student, SCORES, 4.0, odd=tuple(odd), problem=problem),
        texts.map(lambda text: text[:250]),
        st.just("") | texts.map(lambda text: text[:5000]),
        st.lists(texts.map(lambda text: text[:5000]), max_size=3),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda row: in_a_cell(row.student),  # as in a gradebook
)

SHOWN = (
    Target("code", long_texts, lambda text: check_source(text), batch=100),
    Target("HTML and Markdown", long_texts, lambda text: check_html(text), batch=100),
    Target("names and lines", pieces | texts, lambda text: check_line(text)),
    Target("the report of a class", rows, lambda drawn: check_report(drawn)),
)


def check_source(source: str) -> list[str]:
    """Any code can be read for its magics and names, and coloured."""
    source = source.encode("utf-8", "replace").decode()
    runnable(source).encode()
    check_code(source)
    assert_harmless(safe_highlight(source), classes=True)
    return [GRADED]


def check_html(source: str) -> list[str]:
    """Whatever is written, a browser finds nothing in it that acts."""
    source = source.encode("utf-8", "replace").decode()
    assert_harmless(safe_markdown(source))
    assert_harmless(clean_answer(source))
    assert_harmless(clean_report(source), styles=True)
    return [GRADED]


def assert_harmless(html: str, classes: bool = False, styles: bool = False) -> None:
    """As a browser reads it: known elements, no attribute that acts, and only full links."""
    for element in html5lib.parseFragment(
        html, treebuilder="etree", namespaceHTMLElements=False
    ).iter():
        if not isinstance(element.tag, str):
            raise AssertionError(f"a comment: {html[:200]!r}")
        assert element.tag in ("DOCUMENT_FRAGMENT", *TAGS, "a"), element.tag
        for name, value in element.attrib.items():
            fine = {
                "href": LINK.fullmatch(value) is not None,
                "title": element.tag == "a",
                "rel": value == "noopener noreferrer",
                "class": value == NO_TEX or classes,
                "style": styles and _is_plain_style(value),
            }
            assert fine.get(name), f"{name}={value!r}"


def _is_plain_style(style: str) -> bool:
    return all(rule.split(":")[0].strip() in STYLES for rule in style.split(";") if rule.strip())


def check_line(text: str) -> list[str]:
    """A name is printed in one line, as wide as it says, and no two alike; or it is refused."""
    line = in_one_line(text)
    assert line.isprintable() and line == in_one_line(line)
    assert len(in_lines(text).split("\n")) == text.count("\n") + 1
    assert columns_of(line) >= 0
    assert columns_of(padded(line, columns_of(line) + 3)) == columns_of(line) + 3
    assert shown(text).isprintable() and shown(text) != shown(text + " ")
    is_variant(text, "01_toy"), is_alike(text, "01_toy")
    line.encode()
    return [REFUSED if name_obstacle(text) else GRADED]


def check_report(drawn: list[Row]) -> list[str]:
    """It has as many lines as with plain names in it, and no cell of the table is a formula."""
    made, plain = ClassReport("01_toy", TASKS, tuple(drawn)), _plain(drawn)
    assert len(as_text(made).splitlines()) == len(as_text(plain).splitlines())
    as_text(made).encode()
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder, "grades.csv")
        write_csv(made, table)
        read = list(csv.reader(table.open(encoding="utf-8", newline="")))
    assert len(read) == 1 + len(drawn) and len({len(line) for line in read}) == 1
    assert not any(text.lstrip().startswith(FORMULA) for line in read for text in line)
    return [REFUSED if row.problem else GRADED for row in drawn]


def _plain(drawn: list[Row]) -> ClassReport:
    def one(row: Row) -> Row:
        problem: Any = row.problem and "x"
        return Row("x", row.scores, row.total, odd=("x",) * len(row.odd), problem=problem)

    return ClassReport("01_toy", TASKS, tuple(map(one, drawn)))
