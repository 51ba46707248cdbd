"""The table of a class: what a part of it leaves as it was, and what a mean says."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

from courseware.grading.class_csv import write_csv
from courseware.grading.class_report import ClassReport, Row, as_text
from courseware.grading.scores import Score, Task

TASKS = (Task("01", "test_negate", 4.0), Task("01", "explain", 6.0))


def row(student: str, *points: float | None) -> Row:
    """A graded student; a task without points is still to be read."""
    scores = tuple(Score(one, open=one is None) for one in points)
    return Row(student, scores, sum(one or 0.0 for one in points))


def read(path: Path) -> dict[str, dict[str, str]]:
    """A table's rows by student."""
    with path.open(encoding="utf-8", newline="") as file:
        return {line["student"]: line for line in csv.DictReader(file)}


def test_some_students_leave_the_rows_of_the_others(tmp_path: Path) -> None:
    path = tmp_path / "build" / "grades.csv"
    write_csv(ClassReport("01", TASKS, (row("ada", 4.0, 6.0), row("bob", 0.0, 1.0))), path)
    write_csv(
        ClassReport("01", TASKS, (row("bob", 2.0, 1.0), row("al", 1.0, 1.0))), path, rest=True
    )
    assert [*read(path)] == ["ada", "al", "bob"]
    assert [one["total"] for one in read(path).values()] == ["10.0", "2.0", "3.0"]
    write_csv(ClassReport("01", TASKS, (row("bob", 2.0, 1.0),)), path)
    assert [*read(path)] == ["bob"]


def test_rows_of_other_tasks_do_not_stay(tmp_path: Path) -> None:
    path = tmp_path / "grades.csv"
    write_csv(ClassReport("01", TASKS[:1], (row("ada", 4.0),)), path)
    write_csv(ClassReport("01", TASKS, (row("bob", 2.0, 1.0),)), path, rest=True)
    assert [*read(path)] == ["bob"]


def test_a_mean_over_those_who_were_read_says_that_others_were_not() -> None:
    rows = (row("ada", 4.0, 6.0), row("bob", 2.0, None), row("cem", 0.0, 2.0))
    [mean] = [
        line for line in as_text(ClassReport("01", TASKS, rows)).splitlines() if "mean" in line
    ]
    assert mean.split()[1:3] == ["2", "4*"]


def test_what_is_odd_comes_first_and_errors_take_one_line_a_student() -> None:
    rows = (
        replace(
            row("ada", 4.0, 6.0),
            errors=("test_a raised ValueError", "test_b ran out of time"),
            earlier=True,
        ),
        replace(row("bob", 0.0, None), odd=("could not be read",), harmless=True),
    )
    report = ClassReport(
        "01", TASKS, rows, untimed=("ada",), strangers=("zed",), no_exercises=("01_to",)
    )
    lines = as_text(report).splitlines()
    ada = lines.index("  ada: test_a raised ValueError; test_b ran out of time")
    assert lines.index("  bob: could not be read") < ada
    for told in (
        "course mark 01, or formgrader",
        "in an old format: 1 (bob)",
        "Made from an earlier release, and graded by the one of now: 1",
        "nobody says when they came: 1 (ada)",
        "not in the class: zed",
        "In c.Late, and no exercise: 01_to",
    ):
        assert any(told in line for line in lines), told


def test_who_handed_nothing_in_has_a_row_and_a_name(tmp_path: Path) -> None:
    nothing = tuple(Score(None) for _ in TASKS)
    rows = (row("ada", 4.0, 6.0), Row("bob", nothing, 0.0, name="Byron, Bob", missing=True))
    report = ClassReport("01", TASKS, rows)
    text = as_text(report)
    assert "01: 1 of 1 hand-ins graded" in text and "Handed nothing in: 1 of 2 students" in text
    lines = text.splitlines()
    assert any(line.split()[:3] == ["student", "name", "1"] for line in lines)
    assert any(re.fullmatch(r"bob +Byron, Bob .* no hand-in", line) for line in lines)
    assert any(line.split()[:3] == ["mean", "4", "6"] for line in lines)
    path = tmp_path / "grades.csv"
    write_csv(report, path)
    assert read(path)["bob"]["name"] == "Byron, Bob"
    assert read(path)["bob"]["problem"] == "no hand-in" and read(path)["bob"]["test_negate"] == ""
