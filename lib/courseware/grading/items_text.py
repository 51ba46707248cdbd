"""An item analysis for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from courseware.grading.items import CheckItem, Item, ItemReport, QuizItem
from courseware.grading.plain_lines import in_one_line, some
from courseware.grading.scores import half_up

BAR = 20
MOST = 12
"""Names that are listed for one mistake."""


def as_text(report: ItemReport) -> str:
    """Task by task: how hard it was, how well it tells apart, what was got wrong by whom."""
    lines = [f"{report.exercise}: {report.n} hand-ins", ""]
    lines += [
        "share: mean points of all there are · tells apart: correlation with all other tasks",
        "",
    ]
    for item in report.items:
        lines += [*_item(item, report.n), ""]
    if report.together:
        lines += ["Mistakes that go together:"]
        lines += [
            f"  {one.first} ({one.of_first}) and {one.second} ({one.of_second}): both {one.both}"
            for one in report.together
        ]
        lines.append("")
    if report.without_reports:
        command = f"course grade {report.exercise} --regrade"
        lines.append(f"Graded before reports were kept: {report.without_reports} ({command})")
    return "\n".join(lines).rstrip() + "\n"


def percent(share: float | None) -> str:
    """A share as a reader wants it.

    >>> percent(0.256), percent(None)
    ('26%', '–')
    """
    return "–" if share is None else f"{half_up(100 * share, 0)}%"


def causes_of(check: CheckItem) -> list[tuple[str, str, list[str]]]:
    """Causes with what is told of them and who has them, the commonest first."""
    causes = sorted(check.causes.values(), key=lambda one: (-len(one.students), one.name))
    return [(one.name, one.message, one.students) for one in causes]


def _item(item: Item, hand_ins: int) -> Iterator[str]:
    filled = round(BAR * (item.difficulty or 0.0))
    apart = "–" if item.discrimination is None else f"{item.discrimination:+.2f}"
    unmarked = f" · marked {item.n} of {hand_ins}" if item.n < hand_ins else ""
    yield (
        f"{item.task.label}  {'█' * filled}{'░' * (BAR - filled)} {percent(item.difficulty)} of "
        f"{item.task.points:g} points · full {item.full} · none {item.nothing} · "
        f"not written {item.not_written} · tells apart {apart}{unmarked}"
    )
    for check in item.checks:
        if check.failed or check.calling:
            yield f"  {check.name}: failed by {len(check.failed)} of {check.tried}"
            for name, _, students in causes_of(check):
                yield f"    {name} ×{len(students)}: {some(students, MOST)}"
            for names, students in check.calling.items():
                yield f"    right, and calls {names}, which fails ×{len(students)}"
            if check.without_cause:
                yield f"    no cause was found ×{check.without_cause}"
            for text, count in check.inputs.most_common(1):
                if count > 1:
                    yield f"    smallest input, {count} times: {in_one_line(text)}"
    if item.quiz is not None:
        yield from _quiz(item.quiz)


def _quiz(quiz: QuizItem) -> Iterator[str]:
    for letter, text in quiz.options.items():
        mark = "✓" if letter == quiz.right else " "
        yield f"  {mark} {letter} ×{quiz.chosen.get(letter, 0)}  {text}"
    if quiz.chosen.get("", 0):
        yield f"    not answered ×{quiz.chosen['']}"
