"""Attacks on whoever looks at a hand-in: HTML, links, formulas and outputs that act in a page.

With a teacher's rights one click in formgrader gives all points.
"""

from __future__ import annotations

from tests.cheats.attack import Attack, HandIn
from tests.sample_class.handing_in import Notebook, cell_of

ANSWER = "explain"
CLICK = "fetch('/formgrader/api/grades')"
COVER = "position: fixed; top: 0; left: 0; width: 9999px; height: 9999px; z-index: 9999; opacity: 0"


def shows(name: str, tries: str, answer: str = "", **sources: str) -> Attack:
    """An attack by a written answer, or by the code of a solution cell."""
    written = {ANSWER: answer} if answer else {}
    return Attack(name, tries, (HandIn({**written, **sources}),), acts=True)


def forged_outputs(notebook: Notebook) -> None:
    """Outputs of all kinds that a page could run, in every code cell, trusted by its own word."""
    script = f'<script>{CLICK}</script><img src=x onerror="{CLICK}">'
    kinds = {
        "text/html": script,
        "application/javascript": CLICK,
        "image/svg+xml": f"<svg>{script}</svg>",
    }
    kinds |= {"text/markdown": script, "text/latex": r"$\href{javascript:x}{y}$"}
    for cell in notebook["cells"]:
        cell["metadata"] |= {"trusted": True, "tags": ["modal-backdrop"]}
        if cell["cell_type"] == "code":
            shown = {"output_type": "display_data", "data": kinds, "metadata": {"isolated": False}}
            cell["outputs"] = [shown]


def attached(notebook: Notebook) -> None:
    """A picture that was pasted into the answer, and is a page."""
    cell = cell_of(notebook, ANSWER)
    cell["source"] = "".join(cell["source"]) + "\n\n![x](attachment:x.svg)"
    cell["attachments"] = {"x.svg": {"image/svg+xml": f"<svg onload={CLICK}>"}}


ATTACKS: tuple[Attack, ...] = (
    shows(
        "link-behind-files",
        "A link whose `files/` formgrader takes away, as large as the page.",
        f'<a class="modal-backdrop" style="opacity: 0" href="files/javascript:{CLICK}">.</a>',
    ),
    shows(
        "link-behind-files-in-markdown",
        "The same link in Markdown, where `files/` is taken away as well.",
        f"[my plot](files/javascript:{CLICK}) and [mine](/files/javascript:{CLICK})",
    ),
    shows(
        "link-with-a-scheme",
        "Links whose scheme is spelled with entities, line breaks and control characters.",
        f'<a href="java&#10;script:{CLICK}">a</a> <a href="&#106;avascript:{CLICK}">b</a> '
        f'<a href="\x01javascript:{CLICK}">c</a> <a href="data:text/html,<script>">d</a>',
    ),
    shows(
        "link-into-the-site",
        "Links that a click follows with the teacher's rights.",
        "[a](/logout) [b](../../../lab?reset) [c](//x.invalid/) <a href='?x'>d</a>",
    ),
    shows(
        "scripts",
        "Every tag that runs or loads something.",
        "".join(
            f'<{tag} src=x onerror="{CLICK}" onload="{CLICK}">{CLICK}</{tag}>\n\n'
            for tag in (
                "script",
                "img",
                "iframe",
                "svg",
                "embed",
                "object",
                "video",
                "math",
                "style",
            )
        ),
    ),
    shows(
        "handlers",
        "Harmless tags with handlers, some of which need no click.",
        f'<details open ontoggle="{CLICK}"><summary onfocus="{CLICK}" tabindex=1 autofocus>a'
        f'</summary></details><b onpointerrawupdate="{CLICK}">b</b>',
    ),
    shows("cover", "Lays a box over the page by its style.", f'<div style="{COVER}">a</div>'),
    shows(
        "page-parts",
        "Takes ids and classes of the page's own parts, and data that its scripts look for.",
        '<div id="notebook-container" class="navbar-fixed-top"><b class="save-icon mark-graded" '
        'data-toggle="modal" data-target="#x" id="test_negate">a</b></div>',
    ),
    shows(
        "ends-its-box",
        "Closes the boxes that it stands in, and begins a form.",
        "</div></div></div></body><form action=/formgrader/api><button>Next</button></form>",
    ),
    shows(
        "comments",
        "HTML that is read differently after it was cleaned.",
        f'<!--><img src=x onerror="{CLICK}">--> <noscript><p title="</noscript><img src=x '
        f'onerror={CLICK}>"> <math><mtext><table><mglyph><style><!--</style><img title="--&gt;'
        f'&lt;img src=1 onerror={CLICK}&gt;">',
    ),
    shows(
        "formulas",
        "Commands of TeX that make links, styles and new commands.",
        r"$\href{javascript:x}{y}$ $$\class{modal-backdrop}{y}$$ $\style{position:fixed}{y}$ "
        r"\begin{a}\def\x{\href}\end{a} <b>$\hre</b>f{javascript:x}{y}$",
    ),
    shows(
        "code-in-a-language",
        "Code blocks that name a language which a page draws or runs.",
        f"```mermaid\nclick A call {CLICK}\n```\n\n```{{.modal-backdrop}}\nx\n```",
    ),
    shows(
        "printed-markup",
        "Prints and raises HTML, escape codes and formulas.",
        negate=f"print('<script>{CLICK}</script>\\x1b]8;;javascript:x\\x07y')\n"
        f"raise Exception('<img src=x onerror=\"{CLICK}\"> $\\\\href{{javascript:x}}{{y}}$')",
        to_bits=f"def to_bits(value, width):\n    return '<script>{CLICK}</script><a href=x>'",
    ),
    shows(
        "markup-in-code",
        "Code that ends the highlighted box.",
        negate=f"'</span></pre></div><script>{CLICK}</script>'  # <img src=x onerror={CLICK}>",
    ),
    Attack(
        "forged-outputs",
        "Outputs of every kind that runs, said to be trusted.",
        (HandIn(edit=forged_outputs),),
        acts=True,
    ),
    Attack(
        "picture-that-is-a-page", "A picture that is a page.", (HandIn(edit=attached),), acts=True
    ),
)
