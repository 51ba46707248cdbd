"""What a student reads after a check: plain text, and the same as HTML that fits both themes."""

from __future__ import annotations

import html
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import replace

from courseware.checks.call import Outcome
from courseware.checks.general import Diagnosis
from courseware.checks.run import Report, Result
from courseware.checks.values import show

PRINTED_LINES = 10
LIBRARIES = "site-packages", "courseware", "model_compression"


def points(value: float) -> str:
    """Points without needless zeros.

    >>> points(8.0), points(2.6667)
    ('8', '2.67')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")


def headline(report: Report) -> str:
    """The first line: the task and its points."""
    return f"{report.task.name}: {points(report.score)} of {report.task.points} points"


def as_text(report: Report) -> str:
    """The report as plain text."""
    lines = [headline(report)]
    if report.refusal:
        return "\n".join([*lines, f"  {report.refusal}"])
    for result, details in _with_details(report):
        mark = "ok  " if result.passed else "FAIL"
        lines.append(f"  {mark} {result.check.name} (weight {result.check.weight})")
        lines += [f"         {label:<9} {text}" for label, text in details]
    if closing := _closing(report):
        lines.append(f"  {closing}")
    return "\n".join(lines)


def as_html(report: Report) -> str:
    """The report as HTML; everything that came from the student is escaped."""
    good = report.score == report.task.points
    colour = "--jp-success-color1, #388e3c" if good else "--jp-warn-color1, #f57c00"
    parts = [
        '<div style="border-left: 4px solid var(' + colour + "); padding: 4px 12px; "
        'color: var(--jp-content-font-color1, inherit)">',
        f"<strong>{html.escape(headline(report))}</strong>",
    ]
    if report.refusal:
        parts.append(f"<p>{html.escape(report.refusal)}</p>")
    else:
        parts += [_result_html(result, details) for result, details in _with_details(report)]
    if closing := _closing(report):
        parts.append(f"<p>{html.escape(closing)}</p>")
    return "\n".join([*parts, "</div>"])


def _result_html(result: Result, details: list[tuple[str, str]]) -> str:
    colour = "--jp-success-color1, #388e3c" if result.passed else "--jp-error-color1, #d32f2f"
    mark = "✓" if result.passed else "✗"
    line = (
        f'<div><span style="color: var({colour})">{mark}</span> '
        f"{html.escape(result.check.name)} "
        f'<span style="opacity: 0.7">(weight {result.check.weight})</span></div>'
    )
    if not details:
        return line
    cell = 'style="text-align: left; vertical-align: top; padding: 1px 8px"'
    rows = "".join(
        f"<tr><td {cell}><em>{html.escape(label)}</em></td>"
        f'<td {cell}><span style="white-space: pre-wrap">{html.escape(text)}</span></td></tr>'
        for label, text in details
    )
    return f'{line}<table style="margin: 2px 0 6px 16px">{rows}</table>'


def _with_details(report: Report) -> Iterator[tuple[Result, list[tuple[str, str]]]]:
    """Each result with its labelled lines; a cause is explained once, then referred to.

    What was a guess once stays one: repeating it makes it no surer.
    """
    explained: dict[tuple[str, object], str] = {}
    guessed: set[tuple[str, object]] = set()
    unwritten = False
    for result in report.results:
        if result.passed or result.case is None:
            yield result, []
            continue
        causes = result.causes
        if any(cause.name == "not-written" for cause in causes):
            yield result, [] if unwritten else [("likely", causes[0].message)]
            unwritten = True
            continue
        keys = [(cause.name, cause.shows) for cause in causes]
        guessed |= {key for key, cause in zip(keys, causes, strict=True) if not cause.sure}
        if causes and all(key in explained for key in keys):
            before = dict.fromkeys(explained[key] for key in keys)
            label = "perhaps" if guessed & {*keys} else "likely"
            yield result, [(label, f"the same as in {_listed(before)}")]
            continue
        details = list(_case_lines(report, result))
        for key, cause in zip(keys, causes, strict=True):
            known = explained.get(key)
            details.append(_cause_line(replace(cause, sure=key not in guessed), known))
            explained.setdefault(key, result.check.name)
        yield result, details


def _listed(names: Iterable[str]) -> str:
    return " and ".join(f"“{name}”" for name in names)


def _cause_line(cause: Diagnosis, known: str | None) -> tuple[str, str]:
    """A cause with its label; `known` is the check that has told it before."""
    if known is not None:
        return "likely" if cause.sure else "perhaps", f"the same as in “{known}”"
    if cause.sure:
        return "likely", cause.message
    return "perhaps", f"On this input it looks like this: {cause.message}"


def _case_lines(report: Report, result: Result) -> Iterator[tuple[str, str]]:
    case = result.case
    assert case is not None
    arguments = ", ".join(show(argument) for argument in case.arguments)
    yield "input", f"{report.task.name}({arguments})"
    yield "expected", _outcome(case.expected)
    yield "got", _outcome(case.got)
    plain = isinstance(case.expected.value, str | int | float)
    if case.found and case.got.error is None and not (plain and case.found.kind == "wrong-value"):
        yield "that is", case.found.text
    if where := case.got.at or _line_of(case.got):
        yield "at", where
    if case.got.printed.strip():
        yield "printed", "\n".join(case.got.printed.strip().split("\n")[:PRINTED_LINES])


def _outcome(outcome: Outcome) -> str:
    if outcome.error is None:
        return show(outcome.value)
    text = str(outcome.error)
    return f"{type(outcome.error).__name__}: {text}" if text else type(outcome.error).__name__


def _line_of(outcome: Outcome) -> str:
    """The student's line that raised: the last frame outside of libraries."""
    if outcome.error is None or (isinstance(outcome.error, ValueError) and not outcome.error.args):
        return ""
    frames = traceback.extract_tb(outcome.error.__traceback__)
    own = [f for f in frames if not any(library in f.filename for library in LIBRARIES)]
    return f"line {own[-1].lineno} of your cell: {own[-1].line}" if own and own[-1].line else ""


def _closing(report: Report) -> str:
    if report.refusal or report.score == report.task.points:
        return ""
    if report.builds_on:
        names = " and ".join(f"`{name}`" for name in report.builds_on)
        return f"It calls your own {names}: if that check fails too, repair it first."
    if any(cause.name == "not-written" for cause in report.diagnoses):
        return ""
    return f"Read again: {report.task.lecture}. Then fold open the next hint above."
