"""A report as HTML that fits both themes of JupyterLab, and a narrow window.

Everything that came from the student is escaped. Colours repeat what marks say.
"""

from __future__ import annotations

import html
import re

from courseware.checks.grids import Grid
from courseware.checks.report import (
    MESSAGES,
    closing,
    headline,
    lecture_of,
    read_again,
    to_read,
    weight_of,
    with_details,
)
from courseware.checks.run import Report, Result
from courseware.languages.matching import Told

GOOD, BAD, WARN = (
    "--jp-success-color1, #388e3c",
    "--jp-error-color1, #d32f2f",
    "--jp-warn-color1, #f57c00",
)
WRAPPED = "white-space: pre-wrap; overflow-wrap: anywhere"


def as_html(report: Report, told: Told = str, hints: bool = True) -> str:
    """The report as HTML; `hints` if it stands below a statement that has some."""
    colour = GOOD if report.score == report.task.points else WARN
    parts = [
        f'<div style="border-left: 4px solid var({colour}); padding: 4px 12px; '
        'color: var(--jp-content-font-color1, inherit)">',
        f"<strong>{html.escape(told(headline(report)))}</strong>",
    ]
    if report.refusal:
        parts.append(f"<p>{prose(told(report.refusal))}</p>")
    else:
        parts += [_result(*each, told) for each in with_details(report, told)]
    parts += [f"<p>{prose(told(line))}</p>" for line in closing(report)]
    if link := _read_again(report, told, hints):
        parts.append(f"<p>{link}</p>")
    return "\n".join([*parts, "</div>"])


def prose(text: str) -> str:
    """A sentence of ours, escaped, with `code` in code font.

    >>> prose("`w < 0` is wrong")
    '<code>w &lt; 0</code> is wrong'
    """
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def _read_again(report: Report, told: Told, hints: bool) -> str:
    lecture = lecture_of(report)
    if lecture is None:
        return ""
    # From exercises/NN_name/, where the notebook lies. Feedback pages keep the text alone.
    address = f"../../lectures/{lecture.file}#{lecture.section.replace(' ', '-')}"
    name = html.escape(told(to_read(report)))
    link = f'<a href="{html.escape(address)}">{name}</a>'
    return html.escape(told(read_again(report, hints))).replace(name, link)


def _result(result: Result, details: list[tuple[str, str]], drawn: Grid | None, told: Told) -> str:
    colour, mark = (GOOD, "✓") if result.passed else (WARN, "◐") if result.kept else (BAD, "✗")
    line = (
        f'<div><span style="color: var({colour})">{mark}</span> '
        f"{html.escape(told(result.check.name))} "
        f'<span style="opacity: 0.7">({html.escape(told(weight_of(result)))})</span></div>'
    )
    rows = [_row(label, text, told) for label, text in details]
    if drawn is not None:
        rows.insert(0 if len(rows) < 3 else 3, _grid(drawn, told))
    return line + (f'<div style="margin: 2px 0 6px 16px">{"".join(rows)}</div>' if rows else "")


def _row(label: str, text: str, told: Told) -> str:
    shown = html.escape(told(label))
    if label in MESSAGES:
        return f"<div><em>{shown}</em>: {prose(text)}</div>"
    body = f'<code style="{WRAPPED}">{html.escape(text)}</code>'
    return f"<div><em>{shown}</em>: {body}</div>"


def _grid(drawn: Grid, told: Told) -> str:
    """Both tensors as tables; a wrong cell is bold and has a cross."""
    none = tuple(tuple(False for _ in row) for row in drawn.expected)
    tables = "".join(
        f'<tr><td style="{_CELL}"><em>{html.escape(told(label))}</em></td>'
        f"<td>{_table(values, wrong)}</td></tr>"
        for label, values, wrong in (
            ("expected", drawn.expected, none),
            ("got", drawn.got, drawn.wrong),
        )
    )
    return f'<table style="margin: 2px 0">{tables}</table>'


_CELL = "text-align: right; vertical-align: top; padding: 1px 6px; white-space: nowrap"


def _table(values: tuple[tuple[str, ...], ...], wrong: tuple[tuple[bool, ...], ...]) -> str:
    rows = (
        "".join(
            f'<td style="{_CELL}">{_value(text, bad)}</td>' for text, bad in zip(*row, strict=True)
        )
        for row in zip(values, wrong, strict=True)
    )
    return f'<table style="margin: 0">{"".join(f"<tr>{row}</tr>" for row in rows)}</table>'


def _value(text: str, bad: bool) -> str:
    if not bad:
        return html.escape(text)
    return f'<strong style="color: var({BAD})">✗ {html.escape(text)}</strong>'
