"""The table of a class as a CSV file."""

from __future__ import annotations

import csv
from pathlib import Path

from courseware.grading.class_report import NO_HAND_IN, ClassReport, Row
from courseware.grading.plain_lines import in_a_cell
from courseware.grading.scores import half_up


def write_csv(report: ClassReport, path: Path, rest: bool = False) -> None:
    """Write the table with a column for each task; an empty field is a score still to be given.

    `rest`: the report has some students only; what the file says of the others stays, unless it
    tells of other tasks.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    tasks = [report.title(task, task.grade_id) for task in report.tasks]
    head = ["student", "name", *tasks, "days_late", "late_penalty", "total"]
    head += ["points", "percent", "problem", "odd"]
    rows = _rows_of(path, head) if rest else {}
    rows |= {line[0]: line for line in (_line_of_csv(report, row) for row in report.rows)}
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *(rows[student] for student in sorted(rows))])


def _line_of_csv(report: ClassReport, row: Row) -> list[str]:
    points = ["" if s.points is None else str(s.points) for s in row.scores]
    days = row.late.days if row.late else ""
    numbers = [days, row.penalty or "", row.total, report.points, half_up(report.percent(row), 1)]
    problem = NO_HAND_IN if row.missing else row.problem
    *who, problem, odd = map(
        in_a_cell, (row.student, row.name, problem, " ".join(row.odd + row.errors))
    )
    return [*who, *points, *map(str, numbers), problem, odd]


def _rows_of(path: Path, head: list[str]) -> dict[str, list[str]]:
    """The rows of a table by student; none where it has other columns."""
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        first, *rows = csv.reader(file) or [[]]
    return {row[0]: row for row in rows} if first == head else {}
