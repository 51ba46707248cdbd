"""`make slides`: every lecture as slides that need no network (reveal.js)."""

from __future__ import annotations

import html
import re
import shutil
import time
from collections.abc import Sequence
from importlib.util import find_spec
from math import ceil
from pathlib import Path

from nbconvert import SlidesExporter
from nbformat import NotebookNode

from courseware.publishing.executed import executed
from courseware.publishing.pages import problems
from courseware.publishing.site import CACHE
from courseware.publishing.static_form import static_form
from courseware.registry import CHAPTERS, Chapter

HERE = Path(__file__).parent
LINES = 24
"""Of text at its full size on a slide; what is more begins the next one."""

PICTURE_LINES = 15
THEME = "white"
READING = "**Reading.**"

INDEX = """\
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Slides</title>
<main>
<h1>Slides</h1>
<ul>{}</ul>
</main>
</html>
"""

STARTS = ("slide", "subslide")


def make_slides(course: Path, folder: Path, only: Sequence[str] = ()) -> bool:
    """A deck for each lecture, or for those that are named; True if they need nothing else.

    Raises: ValueError for an unknown lecture, RuntimeError if one fails.
    """
    known = [chapter.folder for chapter in CHAPTERS]
    if unknown := [name for name in only if name not in known]:
        raise ValueError(f"lectures: expected some of {', '.join(known)}, got {unknown[0]!r}")
    start = time.perf_counter()
    chapters = [chapter for chapter in CHAPTERS if not only or chapter.folder in only]
    shutil.rmtree(folder, ignore_errors=True)
    lay_out(course, folder, chapters)
    for chapter in chapters:
        notebook = executed(course / "lectures" / f"{chapter.folder}.ipynb", course / CACHE, course)
        (folder / f"{chapter.folder}.html").write_text(deck(notebook, chapter), encoding="utf-8")
    found = problems(folder)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    seconds = time.perf_counter() - start
    good = f"{len(chapters)} decks, {size:.1f} MB, {seconds:.0f} s. Open {folder / 'index.html'}"
    print("\n".join(found) or good)
    return not found


def lay_out(course: Path, folder: Path, chapters: Sequence[Chapter]) -> None:
    """What all decks load, and a page that lists them."""
    spec = find_spec("sphinx_revealjs")  # which carries reveal.js
    assert spec is not None and spec.origin is not None
    reveal = Path(spec.origin).parent / "_static" / "revealjs"
    for name in ("reveal.css", "reveal.js", f"theme/{THEME}.css"):
        place = folder / "reveal" / "dist" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(reveal / "dist" / name, place)
    fonts = "dist/theme/fonts/source-sans-pro"  # other themes fetch theirs
    shutil.copytree(reveal / fonts, folder / "reveal" / fonts)
    shutil.copytree(reveal / "plugin" / "notes", folder / "reveal" / "plugin" / "notes")
    shutil.copy(reveal / "LICENSE", folder / "reveal")
    shutil.copytree(course / "lectures" / "figures", folder / "figures")
    for name in ("deck.css", "deck.js"):
        shutil.copy(HERE / "static" / name, folder)
    items = "".join(
        f'<li><a href="{one.folder}.html">{one.number:02} · {html.escape(one.title)}</a></li>'
        for one in chapters
    )
    (folder / "index.html").write_text(INDEX.format(items), encoding="utf-8")


def deck(notebook: NotebookNode, chapter: Chapter) -> str:
    """The lecture as one page of slides."""
    shown = for_slides(static_form(notebook))
    shown.metadata["title"] = f"{chapter.number:02} · {chapter.title}"
    exporter = SlidesExporter(
        extra_template_basedirs=[str(HERE / "templates")],
        template_name="deck",
        reveal_url_prefix="reveal",
        reveal_theme=THEME,
        exclude_anchor_links=True,
    )
    text, _ = exporter.from_notebook_node(shown)
    return str(text)


def for_slides(notebook: NotebookNode) -> NotebookNode:
    """Readings become the speaker's notes, folded code is left out, long slides are split.

    Links to other notebooks lead nowhere from a slide: their text stays.
    """
    cells = []
    for cell in notebook.cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type", "-")
        if kind == "skip":
            continue
        if cell.metadata.get("jupyter", {}).get("source_hidden"):
            cell.metadata["transient"] = {"remove_source": True}
        if cell.cell_type == "markdown":
            cell.source = without_links(cell.source)
        for output in cell.get("outputs", []):
            if text := _markdown(output):
                output.data["text/markdown"] = without_links(text)
        cells += _with_notes(cell)
    notebook.cells = _split([piece for cell in cells for piece in _pieces(cell)])
    return notebook


def without_links(markdown: str) -> str:
    """Links to notebooks and places in them as plain text; pictures stay.

    >>> without_links("See [lecture 01](01_number_formats.ipynb) and [above](#A), ![a](b.svg)")
    'See lecture 01 and above, ![a](b.svg)'
    """
    return re.sub(
        r"(?<!!)\[([^\]]*)\]\((?:[\w./-]*\.(?:ipynb|md|html)[^)]*|#[^)]*)\)", r"\1", markdown
    )


def _with_notes(cell: NotebookNode) -> list[NotebookNode]:
    """The cell without its readings, and these as a cell of notes."""
    if cell.cell_type != "code":
        return [cell]
    readings = [text for output in cell.outputs if (text := _markdown(output)).startswith(READING)]
    if not readings:
        return [cell]
    cell.outputs = [one for one in cell.outputs if not _markdown(one).startswith(READING)]
    notes = NotebookNode(
        cell_type="markdown",
        id=f"{cell.id[:50]}-notes",
        metadata=NotebookNode(slideshow=NotebookNode(slide_type="notes")),
        source="\n\n".join(readings),
    )
    hidden = "transient" in cell.metadata and not cell.outputs
    return [notes] if hidden else [cell, notes]


def _markdown(output: NotebookNode) -> str:
    return str(output.get("data", {}).get("text/markdown", ""))


def _pieces(cell: NotebookNode) -> list[NotebookNode]:
    """The cell; where it shows more than a slide holds, the rest as cells without a source."""
    if cell.cell_type != "code" or _lines(cell) <= LINES:
        return [cell]
    outputs, cell.outputs = cell.outputs, []
    pieces = [cell]
    for output in outputs:
        last = pieces[-1]
        if last.outputs and _lines(last) + _lines_of_output(output) > LINES:
            rest = NotebookNode(cell, id=f"{cell.id[:50]}-{len(pieces)}", outputs=[])
            rest.metadata = NotebookNode(transient={"remove_source": True})
            pieces.append(rest)
        pieces[-1].outputs.append(output)
    return pieces


def _split(cells: Sequence[NotebookNode]) -> list[NotebookNode]:
    """A fragment that would not fit on its slide any more begins the next one."""
    used = 0
    for number, cell in enumerate(cells):
        kind = cell.metadata.get("slideshow", {}).get("slide_type", "-")
        lines = 0 if kind == "notes" else _lines(cell)
        if number == 0:
            kind = "slide"
        elif kind not in (*STARTS, "notes") and used and used + lines > LINES:
            kind = "subslide"
        used = lines if kind in STARTS else used + lines
        cell.metadata["slideshow"] = NotebookNode(slide_type=kind)
    return list(cells)


def _lines(cell: NotebookNode) -> int:
    """About how many lines a cell takes on a slide."""
    if cell.cell_type == "markdown":
        return _lines_of(cell.source) + PICTURE_LINES * cell.source.count("![")
    source = 0 if "transient" in cell.metadata else len(cell.source.splitlines())
    return source + sum(_lines_of_output(output) for output in cell.outputs)


def _lines_of(text: str) -> int:
    return sum(max(1, ceil(len(re.sub(r"<[^>]*>", "", line)) / 105)) for line in text.splitlines())


def _lines_of_output(output: NotebookNode) -> int:
    data = output.get("data", {})
    shown = data.get("text/html") or data.get("text/markdown") or output.get("text", "")
    if "text/html" in data:
        rows = shown.count("<tr") or _lines_of(re.sub(r"<(?:br|p|li)\b", r"\n\g<0>", shown))
        return PICTURE_LINES * shown.count("<img") + rows + 1
    return _lines_of(shown)
