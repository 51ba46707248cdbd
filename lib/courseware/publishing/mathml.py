"""Formulas as MathML: every browser shows it by itself, without a script and without a network."""

from __future__ import annotations

import re

from latex2mathml.converter import convert

_CODE_OR_MATH = re.compile(r"(```.*?```|`[^`]*`)|\$\$(.+?)\$\$|\$([^$\n]+?)\$", re.DOTALL)
_MARKUP = re.compile(r"[*_`\[\]|\\~]")


def with_mathml(markdown: str) -> str:
    r"""Markdown whose formulas have become MathML; code stays as it is.

    >>> "<math" in with_mathml("The scale is $s$, in code `$s$`.")
    True
    >>> with_mathml("In code `$s$`.")
    'In code `$s$`.'
    """
    return _CODE_OR_MATH.sub(_converted, markdown)


def _converted(found: re.Match[str]) -> str:
    code, block, inline = found.groups()
    if code is not None:
        return code
    if block is not None:
        return f'\n\n<div class="formula">{_mathml(block, "block")}</div>\n\n'
    return _mathml(inline, "inline")


def _mathml(latex: str, display: str) -> str:
    """One line, in which nothing is markup of Markdown."""
    text = convert(" ".join(latex.split()), display=display).replace("\n", " ")
    return _MARKUP.sub(lambda letter: f"&#{ord(letter[0])};", text)
