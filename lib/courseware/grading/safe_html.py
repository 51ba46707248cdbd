"""Keeping scripts of students out of the pages that teachers and students open.

nbgrader shows HTML outputs and raw HTML in written answers as they are, with the rights of the
reader: in formgrader those of the teacher.
"""

from __future__ import annotations

from functools import lru_cache

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors.sanitize import SanitizeHTML

# fmt: off
TAGS = [
    "a", "b", "blockquote", "br", "code", "dd", "details", "div", "dl", "dt", "em", "h1", "h2",
    "h3", "h4", "h5", "h6", "hr", "i", "li", "ol", "p", "pre", "s", "span", "strong", "sub",
    "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
]
STYLES = [
    "border-left", "color", "font-style", "font-weight", "margin", "opacity", "padding",
    "text-align", "vertical-align", "white-space",
]
# fmt: on
ATTRIBUTES = {"*": ["class", "style"], "a": ["href", "title"]}

_sanitizer = SanitizeHTML(tags=TAGS, styles=STYLES, attributes=ATTRIBUTES, strip=True)


@lru_cache(maxsize=4096)  # most reports of a class are the same
def clean(html: str) -> str:
    """HTML without scripts, frames, images and everything else that is not plain formatting.

    >>> clean('<b onclick="x()">bold</b><img src="x" onerror="y()">')
    '<b>bold</b>'
    """
    return str(_sanitizer.sanitize_html_tags(html))


def safe_markdown(source: str) -> str:
    """Markdown as clean HTML: the `markdown2html` filter of formgrader and feedback."""
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
    return clean(MarkdownWithMath(renderer=renderer).render(source))
