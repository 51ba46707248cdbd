"""Keeping HTML of students from acting in the pages that teachers and students open.

nbgrader shows HTML outputs, and raw HTML in written answers, as they are, with the rights of the
reader: in formgrader those of the teacher. What is cleaned here cannot act whatever a page does
with it later: it has no class that a stylesheet of the page could know, no style, no id, no image,
and no link but to a full address or into the page itself. What would take long to turn into HTML
is shown as it was written.

Reports of the checks are made by the course; they keep their styles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape, unescape
from typing import Any

from bleach.css_sanitizer import CSSSanitizer
from bleach.html5lib_shim import Filter
from bleach.sanitizer import Cleaner
from mistune import HTMLRenderer
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

# fmt: off
TAGS = [
    "b", "blockquote", "br", "code", "dd", "details", "div", "dl", "dt", "em", "h1", "h2", "h3",
    "h4", "h5", "h6", "hr", "i", "li", "ol", "p", "pre", "s", "span", "strong", "sub", "summary",
    "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
]
STYLES = [
    "border-left", "color", "font-style", "font-weight", "margin", "opacity", "overflow-wrap",
    "padding", "text-align", "vertical-align", "white-space",
]
TEX = frozenset([
    "alpha", "approx", "begin", "beta", "big", "bigl", "bigr", "cdot", "cdots", "delta", "div",
    "dots", "end", "epsilon", "eta", "exp", "forall", "frac", "gamma", "ge", "geq", "hat", "in",
    "infty", "int", "kappa", "lambda", "langle", "lceil", "ldots", "le", "left", "leftarrow", "leq",
    "lfloor", "ln", "log", "mathbb", "mathbf", "mathcal", "mathrm", "max", "mid", "min", "mu",
    "nabla", "ne", "neq", "nu", "odot", "omega", "operatorname", "partial", "phi", "pi", "pm",
    "prod", "psi", "qquad", "quad", "rangle", "rceil", "rfloor", "rho", "right", "rightarrow",
    "sigma", "sim", "sqrt", "sum", "tau", "text", "tfrac", "theta", "times", "tilde", "to", "top",
    "varepsilon", "xi", "Delta", "Gamma", "Lambda", "Omega", "Phi", "Pi", "Psi", "Sigma", "Theta",
])
# fmt: on
"""Commands of TeX that only draw. Others make links and styles, or define such ones."""

LINK = re.compile(r"(?:https?://|mailto:)[!-~]+|#[\w-]*", re.IGNORECASE | re.ASCII)
"""A full address, or a place in the page. Others are read differently by each page, or are code."""

MAX_MARKDOWN = 10_000
"""Characters of a written answer that is laid out: about two pages. Some take quadratic time."""

MAX_TAGS = 300
"""Raw tags in it: badly nested ones grow quadratically when they are put right."""

MAX_HIGHLIGHTED = 20_000
"""Characters of code that is coloured."""

LONG_GAP = re.compile(r"\s{500}")
"""Takes quadratic time to colour."""


class _Outside(Filter):
    """Links that tell the other side nothing, and give it no hold on the page."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for token in super().__iter__():
            if token["type"] == "StartTag" and token["name"] == "a":
                token["data"][None, "rel"] = "noopener noreferrer"
            yield token


def _is_plain_link(tag: str, name: str, value: str) -> bool:
    return name == "title" or (name == "href" and LINK.fullmatch(value) is not None)


_reports = Cleaner(
    TAGS, {"*": ["style"]}, css_sanitizer=CSSSanitizer(allowed_css_properties=STYLES), strip=True
)
_answers = Cleaner([*TAGS, "a"], {"a": _is_plain_link}, strip=True, filters=[_Outside])


@lru_cache(maxsize=4096)  # most reports of a class are the same
def clean_report(html: str) -> str:
    """A report without scripts, links and everything else that is not plain formatting.

    >>> clean_report('<b onclick="x()" style="color: red; position: fixed">bold</b>')
    '<b style="color: red;">bold</b>'
    """
    return str(_reports.clean(html))


def clean_answer(html: str) -> str:
    """HTML that somebody else wrote, without all that could act or cover anything.

    >>> clean_answer('<a class="modal-backdrop" href="files/javascript:x()">a</a><img src="x">')
    '<a rel="noopener noreferrer">a</a>'
    """
    return str(_answers.clean(html))


def safe_markdown(source: str) -> str:
    """Markdown as clean HTML: the filter `markdown2html` of formgrader and feedback."""
    if len(source) > MAX_MARKDOWN or source.count("<") > MAX_TAGS:
        return _as_written(source)
    try:
        html = MarkdownWithMath(renderer=_Renderer(escape=False)).render(source)
        cleaned = clean_answer(html)
    except Exception:  # of libraries that were not written for everything
        return _as_written(source)
    return cleaned if _only_draws(cleaned) else f'<div class="{NO_TEX}">{cleaned}</div>'


def safe_highlight(source: str, language: str = "", metadata: object = None) -> str:
    """Code as HTML, coloured unless that takes long: the filter `highlight_code`.

    Always as Python, the language of the course: others have slower patterns.
    """
    if len(source) > MAX_HIGHLIGHTED or LONG_GAP.search(source):
        return f'<div class="highlight"><pre>{escape(source)}</pre></div>'
    return _highlighted(source)


@lru_cache(maxsize=256)  # tests are the same for all of a class, and stubs, and many answers
def _highlighted(source: str) -> str:
    return str(highlight(source or " ", PythonLexer(stripnl=False), HtmlFormatter()))


def as_it_is(html: str) -> str:
    """The filter `strip_files_prefix`: clean HTML is not changed after it was cleaned."""
    return html


NO_TEX = "tex2jax_ignore mathjax_ignore"
"""Classes of what MathJax passes over."""


class _Renderer(IPythonRenderer):
    """nbconvert's, without lexers and diagrams that a student picks, and without images."""

    def block_code(self, code: str, info: str | None = None) -> str:
        return str(HTMLRenderer.block_code(self, code))

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return f"[{text or 'an image'}]"

    def heading(self, text: str, level: int, **attributes: Any) -> str:
        return str(HTMLRenderer.heading(self, text, level))


def _only_draws(html: str) -> bool:
    """Whether all commands of TeX in it are harmless, tags taken away as MathJax reads it."""
    text = unescape(re.sub(r"<[^>]*>", "", html))
    return TEX.issuperset(re.findall(r"\\([A-Za-z]+)", text))


def _as_written(source: str) -> str:
    return f'<pre class="{NO_TEX}">{escape(source)}</pre>'
