"""Sphinx's settings for the site: no page asks for anything that is not in its folder."""

from pathlib import Path
from typing import Any

from courseware.publishing import hover
from courseware.publishing.translations import language_of, with_languages

project = "Model compression"
author = "the authors of Model compression, taught by doing"
copyright = "2026, the authors; text and figures CC BY 4.0, code MIT"
language = "en"

extensions = ["myst_nb"]
exclude_patterns: list[str] = []
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_title = "Model compression, taught by doing"
html_static_path = [str(Path(__file__).with_name("static"))]
html_css_files = ["course.css"]
html_js_files = ["course.js"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_use_index = False  # no page has entries for one
# Excerpts are fetched page by page, which browsers forbid to pages of the file system.
html_show_search_summary = False

# What a notebook shows has been computed before; here nothing runs.
nb_execution_mode = "off"
nb_render_markdown_format = "gfm"
nb_merge_streams = True
# Widgets are in their static form: no script for them, which would come from elsewhere.
nb_ipywidgets_js: dict[str, Any] = {}

myst_heading_anchors = 4
myst_heading_slug_func = "courseware.publishing.static_form.anchor"
myst_enable_extensions: list[str] = []


def setup(app: Any) -> None:
    """What the pages have besides what Sphinx and the theme make."""
    hover.setup(app)
    # After the theme, which listens to the same event.
    app.connect("html-page-context", _with_levels_and_languages, priority=900)


def _with_levels_and_languages(
    _app: Any, name: str, _template: str, page: dict[str, Any], _tree: Any
) -> None:
    """Captions of the contents say that they are headings; here they say of which level.

    A page says its own language, and the contents beside it theirs.
    """
    contents = page.get("furo_navigation_tree", "")
    page["furo_navigation_tree"] = with_languages(
        contents.replace('role="heading"', 'role="heading" aria-level="2"')
    )
    page["language"] = language_of(name)
