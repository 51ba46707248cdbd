"""What a lecture says about what it computed: a paragraph, a table, a verdict.

Each call shows Markdown or HTML in a notebook, in the colours of the theme, and plain text
elsewhere. Cells of tables and all of a verdict are escaped; only the text of `say` is markup, and
the lecture writes it.
"""

from __future__ import annotations

import html
import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Any

from IPython import get_ipython
from IPython.display import display

from courseware.showing.claims import MIME_TYPE, Basis, as_json
from courseware.showing.settings import Holds
from courseware.showing.spread import Spread, spread

Row = Mapping[str, Any]

_BIT_PATTERN = re.compile(r"[01]{3,}( [01]{3,})*")
_NUMBER = re.compile(r"[-−+±≈<>]?(\d[\d,.]*(e[-+−]?\d+)?|inf|nan)( ?[%×]| ?[A-Za-z]{1,4})?")
_HYPHEN_AS_MINUS = re.compile(r"(?P<kept>`[^`]*`|\$[^$]*\$)|(?<![\w.)])-(?=\d)|(?<=\de)-(?=\d)")
_CELL = "padding: 3px 12px; vertical-align: top; "
_FAINT = "color: var(--jp-content-font-color2, inherit)"
_ANSWERS = {
    True: ("Yes", "--jp-success-color1, #388e3c"),
    False: ("No", "--jp-info-color1, #0288d1"),
    None: ("Inconclusive", "--jp-warn-color1, #f57c00"),
}
_OF_MIXED = "--jp-brand-color1, #7b1fa2"


def say(text: str) -> None:
    """Show a paragraph of Markdown; indentation common to all lines is taken off.

    A hyphen that stands for minus becomes a minus sign, except in code and in formulas.

    >>> say(f"The signed value is {-97}, in Python `-97`.")
    The signed value is −97, in Python `-97`.
    """
    text = with_minus_signs(inspect.cleandoc(text))
    _show(text, {"text/markdown": text, MIME_TYPE: as_json("reading", text)})


def show_table(rows: Sequence[Row], caption: str = "") -> None:
    """Show rows as a table; the keys of the first row are the headings.

    Columns of numbers are set to the right, bit patterns in a fixed-width font. Numbers from
    10,000 on get commas, other floats four significant digits; for anything else pass text.

    Raises: ValueError without rows, or if a row has other keys than the first.

    >>> show_table([{"bits": "1111", "signed": -1}, {"bits": "0111", "signed": 7}])
    bits | signed
    1111 |     −1
    0111 |      7
    """
    if not rows:
        raise ValueError("rows: expected at least one row, got none")
    headings = list(rows[0])
    for number, row in enumerate(rows):
        if list(row) != headings:
            raise ValueError(f"rows: expected the columns {headings}, got {list(row)} in {number}")
    table = [headings, *([row[heading] for heading in headings] for row in rows)]
    _show(table_text(table, caption), {"text/html": table_html(table, caption)})


def verdict(question: str, answer: bool | Holds | None, evidence: str, basis: Basis) -> None:
    """Show what the measurements say to a question: yes, no, or (for None) inconclusive.

    Where settings answer differently, `Holds` says what holds where (`in_settings` makes it).

    `basis` says what it rests on: the arms and what they had (`Compared`), or that nothing is left
    to chance (`Exact`). `make claims` lists it.

    Raises: ValueError if `answer` is something else, such as a tensor or a number, or if `basis` is
        neither of the two.

    >>> from courseware.showing.claims import Exact
    >>> verdict("Does 4 + 4 fit into int4?", 8 <= 7, "int4 ends at 7", Exact("one sum"))
    Does 4 + 4 fit into int4? No: int4 ends at 7
    (Rests on: one sum)
    """
    if not (answer is None or isinstance(answer, bool | Holds)):
        raise ValueError(f"answer: expected True, False, None or Holds(…), got {answer!r}")
    if not isinstance(basis, Basis):
        raise ValueError(f"basis: expected Compared(…) or Exact(…), got {basis!r}")
    if isinstance(answer, Holds):
        word, colour = with_minus_signs(answer.words), _OF_MIXED
    else:
        word, colour = _ANSWERS[answer]
    evidence, rests_on = with_minus_signs(evidence), with_minus_signs(str(basis))
    rich = (
        f'<div style="border-left: 4px solid var({colour}); margin: 6px 0; padding: 4px 12px; '
        'color: var(--jp-content-font-color1, inherit)">'
        f"<em>{html.escape(question)}</em><br>"
        f"<strong>{word}.</strong> {html.escape(evidence)}"
        f'<br><small style="{_FAINT}">Rests on: {html.escape(rests_on)}</small></div>'
    )
    claim = f"{question} {word}: {evidence}"
    of_claim = answer.words if isinstance(answer, Holds) else answer
    plain = f"{claim}\n(Rests on: {rests_on})"
    _show(plain, {"text/html": rich, MIME_TYPE: as_json("verdict", claim, of_claim, basis)})


def with_minus_signs(text: str) -> str:
    """The text with − for every hyphen before a number; code and formulas stay.

    >>> with_minus_signs("-8 to 7, 6.1e-05, int-8, `x * -1`")
    '−8 to 7, 6.1e−05, int-8, `x * -1`'
    """
    return _HYPHEN_AS_MINUS.sub(lambda match: match["kept"] or "−", text)


def interval(values: Sequence[float] | Spread, digits: int = 1) -> str:
    """A mean and its 95% interval.

    >>> interval([1.0, 2.0, 3.0], digits=2)
    '2.00 ± 2.48'
    """
    return _with_margin(values, "", digits)


def signed(values: Sequence[float] | Spread, digits: int = 1) -> str:
    """A mean difference, with its sign, and its 95% interval.

    >>> signed([-1.0, -2.0, -3.0])
    '−2.0 ± 2.5'
    """
    return _with_margin(values, "+", digits)


def _with_margin(values: Sequence[float] | Spread, sign: str, digits: int) -> str:
    of_all = values if isinstance(values, Spread) else spread(values)
    return with_minus_signs(f"{of_all.mean:{sign}.{digits}f} ± {of_all.margin:.{digits}f}")


def cell_text(value: Any) -> str:
    """A value as it stands in a table.

    >>> cell_text(86_000_000), cell_text(-97), cell_text(4.126953125), cell_text(65504.0)
    ('86,000,000', '−97', '4.127', '65,504')
    >>> cell_text(True), cell_text(None), cell_text("x * -1"), cell_text([0, -16176])
    ('yes', '–', 'x * -1', '0; −16,176')
    """
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return (f"{value:,}" if abs(value) >= 10_000 else str(value)).replace("-", "−")
    if isinstance(value, float):
        whole = 10_000 <= abs(value) < 10**15
        return f"{value:{',.0f' if whole else '.4g'}}".replace("-", "−")
    if isinstance(value, list | tuple):
        return "; ".join(map(cell_text, value))
    text = str(value)
    return text.replace("-", "−") if _NUMBER.fullmatch(text) else text


def table_html(table: Sequence[Sequence[Any]], caption: str = "") -> str:
    """Headings and rows of values as HTML; every heading and cell is escaped."""
    headings, *rows = table
    sides = _sides(rows)
    head = "".join(
        f'<th scope="col" style="{_CELL}text-align: {side}">{html.escape(heading)}</th>'
        for heading, side in zip(headings, sides, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f'<td style="{_CELL}text-align: {side}{_font(value)}">'
            f"{html.escape(cell_text(value))}</td>"
            for value, side in zip(row, sides, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    title = (
        '<caption style="caption-side: top; text-align: left; white-space: nowrap; '
        "padding: 3px 12px; "
        f'{_FAINT}">{html.escape(caption)}</caption>'
    )
    return (
        '<table style="margin: 4px 0; border-collapse: collapse; '
        'color: var(--jp-content-font-color1, inherit)">'
        f"{title if caption else ''}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def table_text(table: Sequence[Sequence[Any]], caption: str = "") -> str:
    """Headings and rows of values as lines of plain text."""
    cells = [[cell_text(value) for value in row] for row in table]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    sides = _sides(table[1:])
    lines = [
        " | ".join(
            cell.rjust(width) if side == "right" else cell.ljust(width)
            for cell, width, side in zip(row, widths, sides, strict=True)
        ).rstrip()
        for row in cells
    ]
    return "\n".join([caption, *lines] if caption else lines)


def _sides(rows: Sequence[Sequence[Any]]) -> list[str]:
    """A column is set to the right if every value in it is a number, or missing."""
    return [
        "right" if all(map(_is_number, column)) else "left" for column in zip(*rows, strict=True)
    ]


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return value == "" or (_NUMBER.fullmatch(value) is not None and not _is_bits(value))
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _is_bits(value: Any) -> bool:
    return isinstance(value, str) and _BIT_PATTERN.fullmatch(value) is not None


def _font(value: Any) -> str:
    fixed_width = "; font-family: var(--jp-code-font-family, monospace); white-space: nowrap"
    return fixed_width if _is_bits(value) else ""


def _show(text: str, rich: Mapping[str, Any]) -> None:
    if get_ipython() is None:
        print(text)
    else:
        display({"text/plain": text, **rich}, raw=True)
