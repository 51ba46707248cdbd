"""What a student reads after a check, as plain text; `report_html` shows the same as HTML.

A report is in English. `told` says what is shown of it in the language of whoever reads it: labels,
sentences and names of checks; inputs and results stay as they are.
"""

from __future__ import annotations

import re
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from courseware.checks.call import Outcome, place_of
from courseware.checks.cases import Case, several_are_right
from courseware.checks.general import Diagnosis
from courseware.checks.grids import Grid, as_lines, grid, padded
from courseware.checks.run import Report, Result
from courseware.checks.states import Measured
from courseware.checks.task import Misconception
from courseware.checks.values import show
from courseware.checks.where import NAME as WHERE
from courseware.languages.matching import Told
from courseware.registry import CHAPTERS

PRINTED_LINES = 10
MESSAGES = "likely", "perhaps", "where"
"""Labels of our own sentences."""

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


def as_text(report: Report, told: Told = str, hints: bool = True) -> str:
    """The report as plain text; `hints` if it stands below a statement that has some."""
    lines = [told(headline(report))]
    if report.refusal:
        return "\n".join([*lines, f"  {told(report.refusal)}"])
    for result, details, drawn in with_details(report, told):
        mark = "ok  " if result.passed else "part" if result.kept else "FAIL"
        lines.append(f"  {mark} {told(result.check.name)} ({told(weight_of(result))})")
        shown = [f"{padded(told(label))} {text}" for label, text in details]
        if drawn is not None:
            above = told("cell by cell, wrong ones between exclamation marks:")
            shown[3:3] = [above, *as_lines(drawn, told)]
        lines += [f"         {line}" for line in shown]
    lines += [f"  {told(line)}" for line in closing(report)]
    if lecture_of(report):
        lines.append(f"  {told(read_again(report, hints))}")
    return "\n".join(lines)


def read_again(report: Report, hints: bool) -> str:
    """The last line, where there is a section to read."""
    line = f"Read again: {to_read(report)}."
    return f"{line} Then fold open the next hint above." if hints else line


def weight_of(result: Result) -> str:
    """What a check weighs, and how much of that is earned where it is neither all nor nothing."""
    part = f", {result.kept:.0%} of it earned" if 0 < result.kept < 1 else ""
    return f"weight {result.check.weight}{part}"


Details = list[tuple[str, str]]


def with_details(report: Report, told: Told = str) -> Iterator[tuple[Result, Details, Grid | None]]:
    """Each result with its labelled lines, and a tensor to draw; labels stay English.

    A cause is explained once, then referred to, unless the check that told it told others as well,
    which are none here. What was a guess once stays one: repeating it makes it no surer. Nothing is
    guessed where a function that is called may be the cause.
    """
    explained: dict[tuple[str, object], str] = {}
    told_there: dict[str, set[tuple[str, object]]] = {}
    guessed: set[tuple[str, object]] = set()
    told_unwritten = False
    for result in report.results:
        if result.passed or result.case is None:
            yield result, [("measured", told(figures)) for figures in result.figures], None
            continue
        causes = tuple(one for one in result.causes if one.sure or not report.to_repair)
        if any(cause.name == "not-written" for cause in causes):
            yield result, [] if told_unwritten else [("likely", told(causes[0].message))], None
            told_unwritten = True
            continue
        keys = [(cause.name, cause.shows) for cause in causes]
        guessed |= {key for key, cause in zip(keys, causes, strict=True) if not cause.sure}
        before = dict.fromkeys(explained[key] for key in keys if key in explained)
        # Of a check that told others as well, "the same" would say more than is meant.
        more = {name for name in before if told_there[name] - {*keys}}
        told_before = bool(causes) and all(key in explained for key in keys)
        if told_before and not more:
            label = "perhaps" if guessed & {*keys} else "likely"
            label = "where" if all(cause.name == WHERE for cause in causes) else label
            same = told(f"the same as in {_listed(before)}")
            yield result, [*_measured(result.case, told), (label, same)], None
            continue
        details = [] if told_before else [*_case_lines(report, result, told)]
        for key, cause in zip(keys, causes, strict=True):
            known = explained.get(key)
            if known is None or known in more:
                known, explained[key] = None, result.check.name
            label, text = _cause_line(replace(cause, sure=key not in guessed), known)
            details.append((label, told(text)))
        told_there[result.check.name] = {*keys}
        if told_before:
            yield result, [*_measured(result.case, told), *details], None
            continue
        several = several_are_right(result.case)
        drawn = None if several else _drawn(result.case)
        yield result, details, drawn


def _listed(names: Iterable[str]) -> str:
    return " and ".join(f"“{name}”" for name in names)


def _cause_line(cause: Diagnosis, known: str | None) -> tuple[str, str]:
    """A cause with its label; `known` is the check that has told it before."""
    if known is not None and cause.name != WHERE:
        return "likely" if cause.sure else "perhaps", f"the same as in “{known}”"
    if cause.name == WHERE:
        return "where", cause.message
    if cause.sure:
        return "likely", cause.message
    return "perhaps", f"On this input it looks like this: {cause.message}"


def _case_lines(report: Report, result: Result, told: Told) -> Iterator[tuple[str, str]]:
    case = result.case
    assert case is not None
    arguments = ", ".join(show(argument) for argument in case.arguments)
    yield "input", f"{report.task.name}({arguments})"
    label = "one right answer" if several_are_right(case) else "expected"
    yield label, told(_wanted(case.expected))
    yield from _measured(case, told) or [("got", _outcome(case.got))]
    plain = type(case.expected.value) in (str, int, float, bool)  # and no words in its place
    if case.found and case.got.error is None and not (plain and case.found.kind == "wrong-value"):
        yield "that is", told(case.found.text)
    if where := case.got.at or _line_of(case.got):
        line, colon, code = where.partition(":")
        yield "at", f"{told(line)}{colon}{code}"
    if case.got.printed.strip():
        yield "printed", "\n".join(case.got.printed.strip().split("\n")[:PRINTED_LINES])


def _measured(case: Case, told: Told) -> Details:
    """The figures of a result that has some: one that fails is as far as it is."""
    value = case.got.value  # a student's object may raise where it is asked for its class
    return [("measured", told(value.figures))] if issubclass(type(value), Measured) else []


def _drawn(case: Case) -> Grid | None:
    found = case.found
    if found is None or case.got.error or case.expected.error or "value" not in found.kind:
        return None
    try:
        return grid(case.expected.value, case.got.value)
    except Exception:  # an object that fails when it is looked at
        return None


def _wanted(outcome: Outcome) -> str:
    """What is expected. Of an error only its type is: its text is the student's own."""
    if outcome.error is None:
        return show(outcome.value)
    return f"a {type(outcome.error).__name__}, of any text"


def _outcome(outcome: Outcome) -> str:
    if outcome.error is None:
        return show(outcome.value)
    text = str(outcome.error)
    return f"{type(outcome.error).__name__}: {text}" if text else type(outcome.error).__name__


def _line_of(outcome: Outcome) -> str:
    """The student's line that raised: the last frame outside of libraries."""
    if outcome.error is None or (isinstance(outcome.error, ValueError) and not outcome.error.args):
        return ""
    others = (*LIBRARIES, sysconfig.get_path("stdlib"))
    return place_of(outcome.error, lambda file: not any(other in file for other in others))


def closing(report: Report) -> list[str]:
    """Functions that it calls and that fail their own checks; what they may have to do with it."""
    if report.refusal or report.score == report.task.points or not report.to_repair:
        return []
    names = " and ".join(f"`{name}`" for name in report.to_repair)
    its = "whose check fails" if len(report.to_repair) == 1 else "whose checks fail"
    if _is_explained(report):
        lines = [f"It calls your own {names}, {its}, too: look there as well."]
    else:
        lines = [f"It calls your own {names}, {its}, too: repair that first."]
    if report.followed is not None:
        second, of = points(report.followed.second), report.task.points
        lines.append(
            f"With the course's own {names} in place of yours it gets {second} of {of} points: "
            f"{report.followed.policy.told()}, which makes {points(report.followed.counted)}."
        )
    return lines


def _is_explained(report: Report) -> bool:
    """Whether what was lost needs no other cause than those told, or right functions do not help.

    A model that is sure errs just so with the course's own functions. It may also stand for a wrong
    one that is called.
    """
    if report.followed is not None:
        return report.followed.second <= report.score
    failed = [result for result in report.results if not result.passed]
    return all(any(map(_is_a_model, result.causes)) for result in failed)


def _is_a_model(cause: Diagnosis) -> bool:
    shows = cause.shows
    return cause.sure and isinstance(shows, Misconception) and shows.behaves is not None


def unwritten(report: Report) -> bool:
    """Whether there is no attempt yet."""
    return any(cause.name == "not-written" for cause in report.diagnoses)


@dataclass(frozen=True)
class Lecture:
    """Where to read: the notebook and the heading of a section."""

    file: str
    section: str


def to_read(report: Report) -> str:
    """The section that is about the first cause, or the task's."""
    sections = dict(report.task.lectures)
    named = (sections[cause.name] for cause in report.diagnoses if cause.name in sections)
    return next(named, report.task.lecture)


def lecture_of(report: Report) -> Lecture | None:
    """What to read again; None where nothing is lost, or nothing written yet."""
    found = re.fullmatch(r"lecture (\d\d), “(.+)”", to_read(report))
    if report.refusal or report.score == report.task.points or unwritten(report) or found is None:
        return None
    number, section = found.groups()
    names = (chapter.folder for chapter in CHAPTERS if chapter.number == int(number))
    return Lecture(f"{next(names)}.ipynb", section)
