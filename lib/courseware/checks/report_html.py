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
    weight_of,
    with_details,
)
from courseware.checks.run import Report, Result

GOOD, BAD, WARN = (
    "--jp-success-color1, #388e3c",
    "--jp-error-color1, #d32f2f",
    "--jp-warn-color1, #f57c00",
)
WRAPPED = "white-space: pre-wrap; overflow-wrap: anywhere"


def as_html(report: Report) -> str:
    """The report as HTML."""
    colour = GOOD if report.score == report.task.points else WARN
    parts = [
        f'<div style="border-left: 4px solid var({colour}); padding: 4px 12px; '
        'color: var(--jp-content-font-color1, inherit)">',
        f"<strong>{html.escape(headline(report))}</strong>",
    ]
    if report.refusal:
        parts.append(f"<p>{prose(report.refusal)}</p>")
    else:
        parts += [_result(*each) for each in with_details(report)]
    parts += [f"<p>{prose(line)}</p>" for line in closing(report)]
    if link := _read_again(report):
        parts.append(f"<p>{link}</p>")
    return "\n".join([*parts, "</div>"])


def prose(text: str) -> str:
    """A sentence of ours, escaped, with `code` in code font.

    >>> prose("`w < 0` is wrong")
    '<code>w &lt; 0</code> is wrong'
    """
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def _read_again(report: Report) -> str:
    lecture = lecture_of(report)
    if lecture is None:
        return ""
    # From exercises/NN_name/, where the notebook lies. Feedback pages keep the text alone.
    address = f"../../lectures/{lecture.file}#{lecture.section.replace(' ', '-')}"
    name = html.escape(report.task.lecture)
    return (
        f'Read again: <a href="{html.escape(address)}">{name}</a>. '
        "Then fold open the next hint above."
    )


def _result(result: Result, details: list[tuple[str, str]], drawn: Grid | None) -> str:
    colour, mark = (GOOD, "✓") if result.passed else (WARN, "◐") if result.kept else (BAD, "✗")
    line = (
        f'<div><span style="color: var({colour})">{mark}</span> '
        f"{html.escape(result.check.name)} "
        f'<span style="opacity: 0.7">({weight_of(result)})</span></div>'
    )
    rows = [_row(label, text) for label, text in details]
    if drawn is not None:
        rows.insert(0 if len(rows) < 3 else 3, _grid(drawn))
    return line + (f'<div style="margin: 2px 0 6px 16px">{"".join(rows)}</div>' if rows else "")


def _row(label: str, text: str) -> str:
    if label in MESSAGES:
        return f"<div><em>{label}</em>: {prose(text)}</div>"
    body = f'<code style="{WRAPPED}">{html.escape(text)}</code>'
    return f"<div><em>{html.escape(label)}</em>: {body}</div>"


def _grid(drawn: Grid) -> str:
    """Both tensors as tables; a wrong cell is bold and has a cross."""
    none = tuple(tuple(False for _ in row) for row in drawn.expected)
    tables = "".join(
        f'<tr><td style="{_CELL}"><em>{label}</em></td><td>{_table(values, wrong)}</td></tr>'
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
