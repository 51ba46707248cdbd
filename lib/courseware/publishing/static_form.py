"""A notebook as it can be shown where no kernel runs: on a page, on a slide."""

from __future__ import annotations

import ast
import copy
import re

from nbformat import NotebookNode

from courseware.publishing.mathml import with_mathml
from courseware.showing.claims import MIME_TYPE as CLAIM

WIDGET = "application/vnd.jupyter.widget-view+json"
KEPT = ("text/html", "text/markdown", "text/plain")
"""Of what an output offers, the first of these is shown."""

STILL = (
    "*Here JupyterLab shows controls to move. On this page they stand still: a picture of them is "
    "beside the text.*"
)
FOLDED = "hide-input"
"""The tag by which a page folds the code of a cell, as JupyterLab does by another mark."""

_NOTEBOOK = re.compile(r"(?<=[\w-])\.ipynb(?=[)#])")
"""In a link of an output, which Sphinx leaves as it is."""

_JUPYTER_ANCHOR = re.compile(r"\]\(([\w./-]*)#([^)\s]+)\)")


def static_form(notebook: NotebookNode) -> NotebookNode:
    """A copy: widgets are told or in the form that needs no kernel, formulas are MathML.

    Links to headings, in JupyterLab's way of writing them, become those of the page. Warnings and
    progress bars, which are not part of the lecture, are left out.
    """
    result = copy.deepcopy(notebook)
    result.metadata.pop("widgets", None)
    for cell in result.cells:
        if cell.cell_type == "markdown":
            cell.source = page_markdown(cell.source)
        elif cell.cell_type == "code":
            cell.outputs = [kept for output in cell.outputs if (kept := _output(output))]
            hidden = cell.metadata.get("jupyter", {}).get("source_hidden")
            if hidden or _only_imports(cell.source):
                cell.metadata["tags"] = [*cell.metadata.get("tags", []), FOLDED]
    return result


def page_markdown(text: str) -> str:
    """Markdown of a notebook as the page needs it."""
    text = with_mathml(text)
    return _JUPYTER_ANCHOR.sub(lambda link: f"]({link[1]}#{anchor(link[2])})", text)


def anchor(heading: str) -> str:
    """How a page names a heading.

    >>> anchor("Part two: a language model"), anchor("What-exactly-helps?")
    ('part-two-a-language-model', 'what-exactly-helps')
    """
    return re.sub(r"[^\w-]", "", heading.strip().lower().replace(" ", "-"))


def _only_imports(source: str) -> bool:
    """Whether a cell is nothing to read: on a phone, the imports of a lecture fill a screen.

    >>> _only_imports("import a\\nfrom b import c"), _only_imports("import a\\na.run()")
    (True, False)
    """
    try:
        found = ast.parse(source).body
    except SyntaxError:  # a line of IPython's own
        return False
    return bool(found) and all(isinstance(one, ast.Import | ast.ImportFrom) for one in found)


def _output(output: NotebookNode) -> NotebookNode | None:
    if output.output_type == "stream":
        return None if output.name == "stderr" else output
    if output.output_type not in ("display_data", "execute_result"):
        return output
    data = {kind: content for kind, content in output.data.items() if kind != CLAIM}
    shown = next((kind for kind in KEPT if kind in data), None)
    if WIDGET in data and shown != "text/html":
        data, shown = {"text/markdown": STILL}, "text/markdown"
    if shown is None:
        return output
    text = "".join(data[shown])
    if shown == "text/markdown":
        text = _NOTEBOOK.sub(".html", page_markdown(text))
    output.data = NotebookNode({shown: text})
    return output
